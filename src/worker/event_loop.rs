//! What is done with each request, and what goes on between requests.

use std::rc::Rc;

use super::backtrace::{BacktraceSearch, Started};
use super::bookmark::Bookmark;
use super::calls::{self, Watched};
use super::debug::{Debug, Setup};
use super::inspected::Inspected;
use super::run::{Run, wasi_config};
use super::sources::Sources;
use super::warm_up::WarmUp;
use super::{Platform, files, to_proto};
use crate::engine::diagnostic::Problem;
use crate::engine::inspect::{self, Summary};
use crate::engine::source::Source;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::WasiCtx;
use crate::engine::wasi::trace::Trace;
use crate::protocol::{self, Binary, Breakpoint, Event, MemoryWatch, Request, RunId, RunOptions};

/// When [`EventLoop::tick`] is to be called again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// As soon as the requests that have come meanwhile are handled.
    Now,
    /// After this many milliseconds, or after the next request.
    After(f64),
    /// After the next request.
    Idle,
}

/// How long calls are searched at once while no program runs, in milliseconds.
const SEARCH_MS: f64 = 30.0;

/// The state of the engine's worker.
pub struct EventLoop<M> {
    platform: M,
    /// The tree, as it is while no program runs.
    files: Vfs,
    /// The tree as the last run found it, or as it was opened.
    base: Vfs,
    /// The run there is, or the last one there was: its memory can still be looked at.
    run: Option<Run>,
    /// The program under the debugger, in place of `run`.
    debug: Option<Debug>,
    /// What that program was started with.
    debugged_with: (protocol::Entry, protocol::Limits),
    /// Of the last plain run: what it takes to repeat it.
    last: Option<(RunId, Source, protocol::Entry, RunOptions)>,
    /// Of that run, if it failed: looks for the active calls.
    backtrace_search: Option<BacktraceSearch>,
    watch: Option<MemoryWatch>,
    calls: Option<Watched>,
    inspected: Option<Inspected>,
    sources: Sources,
    warm_up: Option<WarmUp<M>>,
}

impl<M: Platform> EventLoop<M> {
    /// An event loop without a run, on an empty tree.
    pub fn new(platform: M) -> Self {
        Self {
            platform,
            files: Vfs::default(),
            base: Vfs::default(),
            run: None,
            debug: None,
            debugged_with: (protocol::Entry::Default, protocol::Limits::default()),
            last: None,
            backtrace_search: None,
            watch: None,
            calls: None,
            inspected: None,
            sources: Sources::default(),
            warm_up: None,
        }
    }

    /// Does what a request asks for.
    pub fn handle(&mut self, request: Request, emit: &mut dyn FnMut(Event)) {
        match request {
            Request::Check { version, source } => {
                let source = to_engine_source(source);
                let checked = to_proto::checked(&source, &self.inspect(&source).inspection);
                emit(Event::Checked { version, checked });
            }
            Request::Build { version, source } => {
                let start = self.platform.now_ms();
                let result = match inspect::build(&to_engine_source(source)) {
                    Ok(bytes) => Ok(Binary { bytes }),
                    Err(problems) => Err(problems.iter().map(to_proto::problem).collect()),
                };
                let milliseconds = self.platform.now_ms() - start;
                emit(Event::Built { version, result, milliseconds });
            }
            Request::Run { run, source, entry, options } => {
                self.end_run(emit);
                self.warm_up = None;
                self.backtrace_search = None;
                let source = to_engine_source(source);
                let Some((_, summary, _)) = self.runnable(run, &source, emit) else { return };
                let platform = self.platform.clone();
                let compiled = self.inspect(&source).compiled(&to_proto::limits(&options.limits), &platform);
                let (compiled, compile_ms) = match compiled {
                    Ok(compiled) => compiled,
                    Err(problem) => {
                        emit(not_started(run, vec![to_proto::problem(&problem)], 0.0));
                        return;
                    }
                };
                self.last = Some((run, source.clone(), entry.clone(), options.clone()));
                self.base = self.files.clone();
                let started = Run::start(
                    run,
                    &source,
                    &compiled,
                    &summary,
                    entry,
                    options,
                    self.files.clone(),
                    &self.platform,
                    compile_ms,
                );
                match started {
                    Ok(started) => {
                        self.debug = None;
                        emit(Event::Started { run, call: started.description().to_owned() });
                        self.run = Some(started);
                        self.send_memory(true, emit);
                        if let Some(calls) = &mut self.calls {
                            calls.restart();
                        }
                        self.send_calls(emit);
                    }
                    Err(event) => emit(*event),
                }
            }
            Request::Pause { run } => {
                if let Some(debug) = self.debugged(run) {
                    debug.pause(emit);
                    self.show_debugged(emit);
                } else if let Some(run) = self.live(run)
                    && run.pause()
                {
                    run.send_output(emit);
                    emit(Event::Paused { run: run.id() });
                    emit(run.progress());
                    self.send_memory(false, emit);
                    self.send_calls(emit);
                }
            }
            Request::Continue { run } => {
                if let Some(run) = self.live(run)
                    && run.unpause()
                {
                    emit(Event::Continued { run: run.id() });
                }
            }
            Request::Stop { run } => {
                if self.live(run).is_some() || self.debugged(run).is_some() {
                    self.end_run(emit);
                    self.send_memory(false, emit);
                    self.send_calls(emit);
                }
            }
            Request::Stdin { run, bytes } => {
                if let Some(debug) = self.debugged(run) {
                    debug.push_stdin(&bytes, emit);
                } else if let Some(run) = self.live(run) {
                    run.push_stdin(&bytes, emit);
                }
            }
            Request::EndOfInput { run } => {
                if let Some(debug) = self.debugged(run) {
                    debug.close_stdin(emit);
                } else if let Some(run) = self.live(run) {
                    run.close_stdin(emit);
                }
            }
            Request::WatchMemory { watch } => {
                self.watch = watch;
                self.send_memory(true, emit);
            }
            Request::WatchCalls { watch } => {
                match (watch, &mut self.calls) {
                    (Some(watch), Some(calls)) => calls.change(watch),
                    (watch, calls) => *calls = watch.map(Watched::new),
                }
                self.send_calls(emit);
            }
            Request::CopyCalls { filter } => {
                if let Some((run, Some(trace))) = self.traced() {
                    emit(Event::CallsText { run, text: calls::copy(trace, &filter) });
                }
            }
            Request::SetFiles { files } => {
                self.end_run(emit);
                self.files = Vfs::default();
                for problem in files::write(&mut self.files, files, self.platform.clock().realtime_ns()) {
                    emit(Event::FileProblem { message: problem });
                }
                self.base = self.files.clone();
                emit(files::tree(&self.files));
            }
            Request::ChangeFiles { change } => {
                let now = self.platform.clock().realtime_ns();
                let base = self.base.clone();
                if let Some(debug) = self.debug.as_mut().filter(|debug| !debug.is_over()) {
                    debug.change_files(change, &base, now, emit);
                    self.show_debugged(emit);
                    return;
                }
                let before = self.vfs().clone();
                // What the program has done so far is told first: the page takes it for what it is, and keeps it.
                if let Some(changed) = self
                    .run
                    .as_ref()
                    .filter(|run| !run.is_over())
                    .map(Run::files_before)
                    .and_then(|known| files::changed(&before, known))
                {
                    emit(changed);
                }
                let problems = files::change(self.vfs_mut(), &base, change, now);
                problems.into_iter().for_each(|message| emit(Event::FileProblem { message }));
                emit(files::tree(self.vfs()));
                emit(files::difference(self.vfs(), &before, true));
                if let Some(run) = &mut self.run {
                    run.files_are_kept();
                }
            }
            Request::CompareFile { path } => emit(files::compared(self.vfs(), &self.base, path)),
            Request::ReadFile { path } => emit(files::read(self.vfs(), path)),
            Request::ReadAllFiles => emit(Event::AllFiles { files: files::all(self.vfs()) }),
            Request::Debug { run, source, entry, options, breakpoints } => {
                self.end_run(emit);
                self.base = self.files.clone();
                let source = to_engine_source(source);
                let wasi = WasiCtx::new(wasi_config(&source, &options, self.files.clone(), &self.platform));
                self.debug(run, &source, entry, &options, breakpoints, wasi, emit);
            }
            Request::DebugAgain { run, again, breakpoints } => {
                let record = self.run.as_ref().filter(|run| run.id() == again && run.is_over()).map(Run::record);
                let (Some(record), Some((_, source, entry, options))) =
                    (record.cloned(), self.last.clone().filter(|(last, ..)| *last == again))
                else {
                    emit(Event::Fault { message: format!("run {again} cannot be repeated: it is not the last") });
                    return;
                };
                let wasi = WasiCtx::again(&record, self.platform.clock(), self.platform.random());
                self.debug(run, &source, entry, &options, breakpoints, wasi, emit);
                if let Some(debug) = &mut self.debug {
                    debug.command(protocol::DebugCommand::JumpToEnd, emit);
                }
            }
            Request::DebugAt { run, source, mut options, breakpoints, bookmark } => {
                self.end_run(emit);
                let source = to_engine_source(source);
                let bookmark = match Bookmark::from_bytes(&bookmark) {
                    Ok(bookmark) => bookmark,
                    Err(message) => {
                        let problem = Problem::error(&source.name, message);
                        emit(not_started(run, vec![to_proto::problem(&problem)], 0.0));
                        return;
                    }
                };
                options.limits = bookmark.limits_within(&options.limits);
                self.base = bookmark.record.tree.clone();
                let wasi = bookmark.wasi(self.platform.clock(), self.platform.random());
                let entry = bookmark.entry.clone();
                self.debug(run, &source, entry, &options, breakpoints, wasi, emit);
                if let Some(debug) = self.debugged(run) {
                    debug.make_changes(bookmark.changes());
                    debug.command(protocol::DebugCommand::JumpTo { step: bookmark.step }, emit);
                }
            }
            Request::Bookmark { run } => {
                let (entry, limits) = self.debugged_with.clone();
                if let Some(debug) = self.debugged(run) {
                    debug.bookmark(entry, limits, emit);
                }
            }
            Request::DebugCommand { run, command } => {
                if let Some(debug) = self.debugged(run) {
                    debug.command(command, emit);
                }
            }
            Request::SetBreakpoints { run, breakpoints } => {
                if let Some(debug) = self.debugged(run) {
                    debug.set_breakpoints(breakpoints, emit);
                }
            }
            Request::SetOtherBreakpoints { run, other_breakpoints } => {
                if let Some(debug) = self.debugged(run) {
                    debug.set_other_breakpoints(&other_breakpoints, emit);
                }
            }
            Request::ChangeValue { run, change } => {
                if let Some(debug) = self.debugged(run) {
                    debug.change(change, emit);
                    self.show_debugged(emit);
                }
            }
            Request::Evaluate { run, frame, expressions } => {
                if let Some(debug) = self.debugged(run) {
                    debug.evaluate(frame, expressions, emit);
                }
            }
            Request::Hover { run, query, at, word, frame } => {
                if let Some(debug) = self.debugged(run) {
                    debug.hover(query, at, word.as_deref(), frame, emit);
                }
            }
            Request::ListSources { version, source } => emit(self.sources.list(version, &to_engine_source(source))),
            // The next fetch takes this one.
            Request::FetchRest => {}
            Request::WarmUp => {
                if !self.is_running() {
                    self.warm_up = WarmUp::new(self.platform.clone());
                }
            }
        }
    }

    /// Goes on: a slice of the program, or of the warming up.
    pub fn tick(&mut self, emit: &mut dyn FnMut(Event)) -> Next {
        if let Some(debug) = self.debug.as_mut().filter(|debug| !debug.is_over()) {
            let next = debug.slice(&self.platform, emit);
            if debug.is_stopped() {
                self.show_debugged(emit);
            } else if debug.is_calls_update_due(&self.platform) {
                self.send_calls(emit);
            }
            if next == Next::Now {
                return next;
            }
            return if self.search_for_a_while(emit) { Next::Now } else { next };
        }
        if let Some(run) = self.run.as_mut().filter(|run| !run.is_over()) {
            let next = run.slice(&self.platform, emit);
            let looked = run.is_calls_update_due(&self.platform);
            let over = run.is_over();
            if looked && !over {
                emit(run.progress());
            }
            let searching = if looked || over || next != Next::Now {
                self.send_memory(false, emit);
                self.send_calls(emit)
            } else {
                self.search_calls()
            };
            if over {
                self.keep_files(emit);
            }
            return if searching || over { Next::Now } else { next };
        }
        if self.search_for_a_while(emit) || self.look_for_calls(emit) {
            return Next::Now;
        }
        if let Some(inspected) = &mut self.inspected {
            let limits = self.last.as_ref().map(|(.., options)| to_proto::limits(&options.limits)).unwrap_or_default();
            if inspected.compile_ahead(&limits, &self.platform) {
                return Next::Now;
            }
        }
        if let Some(warm_up) = &mut self.warm_up {
            if !warm_up.slice() {
                emit(Event::Warm { milliseconds: warm_up.milliseconds() });
                self.warm_up = None;
            }
            return Next::Now;
        }
        Next::Idle
    }

    /// Searches for a slice for the call stack of the last run that failed; false if there is nothing to search for.
    fn look_for_calls(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        if let Some(backtrace_search) = &mut self.backtrace_search {
            if let Some(description) = backtrace_search.slice(&self.platform) {
                self.backtrace_search = None;
                emit(description);
            }
            return true;
        }
        let is_debugged = self.debug.is_some();
        let Some(run) = self.run.as_mut().filter(|run| !is_debugged && run.is_over()) else { return false };
        if !self.platform.has_all_parts() || !run.take_failed() {
            return false;
        }
        let id = run.id();
        let Some((_, source, entry, options)) = self.last.clone().filter(|(last, ..)| *last == id) else {
            return false;
        };
        let Some((wasm, summary, _)) = self.runnable(id, &source, emit) else { return false };
        let Some(run) = &self.run else { return false };
        let info = self.sources.of(&source);
        let (limits, wasm) = (&options.limits, &wasm);
        match BacktraceSearch::start(run, Started { source: &source, wasm, summary: &summary, entry, limits, info }) {
            Ok(backtrace_search) => self.backtrace_search = Some(backtrace_search),
            Err(description) => emit(*description),
        }
        true
    }

    /// Whether a program runs, waits or is paused.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.is_over()) || self.debug.as_ref().is_some_and(|debug| !debug.is_over())
    }

    /// Starts a program under the debugger.
    #[expect(clippy::too_many_arguments, reason = "a run is made in one place, of what a request holds")]
    fn debug(
        &mut self,
        run: RunId,
        source: &Source,
        entry: protocol::Entry,
        options: &RunOptions,
        breakpoints: Vec<Breakpoint>,
        mut wasi: WasiCtx,
        emit: &mut dyn FnMut(Event),
    ) {
        self.warm_up = None;
        self.backtrace_search = None;
        if options.trace {
            wasi.start_trace(self.platform.clock());
        }
        let Some((wasm, summary, compile_ms)) = self.runnable(run, source, emit) else { return };
        self.debugged_with = (entry.clone(), options.limits.clone());
        let setup = Setup {
            id: run,
            source,
            wasm: &wasm,
            summary: &summary,
            entry: to_proto::entry(entry),
            limits: to_proto::limits(&options.limits),
            wasi,
            compile_ms,
            info: self.sources.of(source),
        };
        match Debug::start(setup, &self.platform) {
            Ok(mut debug) => {
                emit(Event::Started { run, call: debug.description().to_owned() });
                debug.set_breakpoints(breakpoints, emit);
                debug.send_view(emit);
                self.debug = Some(debug);
                self.send_memory(true, emit);
                if let Some(calls) = &mut self.calls {
                    calls.restart();
                }
                self.send_calls(emit);
            }
            Err(event) => emit(*event),
        }
    }

    /// The module of a source that can be run; if it cannot, tells why.
    fn runnable(
        &mut self,
        run: RunId,
        source: &Source,
        emit: &mut dyn FnMut(Event),
    ) -> Option<(Rc<[u8]>, Rc<Summary>, f64)> {
        let Inspected { inspection, milliseconds, .. } = self.inspect(source);
        let compile_ms = *milliseconds;
        if inspection.is_stopped() {
            let problems = inspection.problems.iter().map(to_proto::problem).collect();
            emit(not_started(run, problems, compile_ms));
            return None;
        }
        let (Some(wasm), Some(summary)) = (inspection.wasm.clone(), inspection.summary.clone()) else {
            emit(Event::Fault { message: "a module without problems has no summary".to_owned() });
            return None;
        };
        Some((wasm, summary, compile_ms))
    }

    fn debugged(&mut self, id: RunId) -> Option<&mut Debug> {
        self.debug.as_mut().filter(|debug| debug.id() == id && !debug.is_over())
    }

    /// Memory, calls and files where the debugged program stands.
    fn show_debugged(&mut self, emit: &mut dyn FnMut(Event)) {
        self.send_memory(false, emit);
        self.send_calls(emit);
        if let Some(debug) = &mut self.debug
            && debug.files_moved()
        {
            emit(files::tree(debug.vfs()));
        }
    }

    fn live(&mut self, id: RunId) -> Option<&mut Run> {
        self.run.as_mut().filter(|run| run.id() == id && !run.is_over())
    }

    fn end_run(&mut self, emit: &mut dyn FnMut(Event)) {
        if let Some(debug) = self.debug.as_mut().filter(|debug| !debug.is_over()) {
            debug.stop(emit);
            let (files, kept) = debug.files_at_end(&self.base, self.platform.clock().realtime_ns());
            self.files = files;
            // First what is to be kept: a page that shows a file as kept before it has heard of it is wrong for a moment.
            if let Some(changed) = files::changed(&self.files, &kept) {
                emit(changed);
                emit(files::tree(&self.files));
            }
        }
        if let Some(run) = self.run.as_mut().filter(|run| !run.is_over()) {
            run.stop(emit);
            self.keep_files(emit);
        }
    }

    /// After a run: the tree is as the program left it.
    fn keep_files(&mut self, emit: &mut dyn FnMut(Event)) {
        if let Some(run) = &self.run {
            self.files = run.vfs().clone();
            if let Some(changed) = files::changed(&self.files, run.files_before()) {
                emit(changed);
                emit(files::tree(&self.files));
            }
        }
    }

    fn vfs(&self) -> &Vfs {
        match (&self.debug, &self.run) {
            (Some(debug), _) if !debug.is_over() => debug.vfs(),
            (_, Some(run)) if !run.is_over() => run.vfs(),
            _ => &self.files,
        }
    }

    fn vfs_mut(&mut self) -> &mut Vfs {
        match &mut self.run {
            Some(run) if !run.is_over() => run.vfs_mut(),
            _ => &mut self.files,
        }
    }

    /// Sends the watched window; without `always`, only if its bytes are not those that were sent last.
    fn send_memory(&mut self, always: bool, emit: &mut dyn FnMut(Event)) {
        let Some(watch) = self.watch else { return };
        if let Some(debug) = &mut self.debug {
            if let Some(event) = debug.memory_view(watch, always) {
                emit(event);
            }
        } else if let Some(run) = &mut self.run
            && let Some(event) = run.memory_view(watch, always)
        {
            emit(event);
        }
    }

    /// Sends the watched calls, if they are not those that were sent last. Whether there are more to be looked at.
    fn send_calls(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        let Some(mut calls) = self.calls.take() else { return false };
        let view = self.traced().and_then(|(run, trace)| Some((run, calls.view(trace)?)));
        self.calls = Some(calls);
        let Some((run, view)) = view else { return false };
        let searching = view.searching;
        emit(Event::Calls { run, view });
        searching
    }

    /// Looks at some more of the calls; false when all have been looked at.
    fn search_calls(&mut self) -> bool {
        let Some(mut calls) = self.calls.take() else { return false };
        let more = self.traced().and_then(|(_, trace)| trace).is_some_and(|trace| calls.search(trace));
        self.calls = Some(calls);
        more
    }

    /// Looks at more of the calls while no program runs, and shows what was found; false when there was nothing to do.
    fn search_for_a_while(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        if !self.search_calls() {
            return false;
        }
        let until = self.platform.now_ms() + SEARCH_MS;
        while self.search_calls() && self.platform.now_ms() < until {}
        self.send_calls(emit);
        true
    }

    /// The run whose calls are looked at, and its trace if it has one.
    fn traced(&self) -> Option<(RunId, Option<&Trace>)> {
        match (&self.debug, &self.run) {
            (Some(debug), _) => Some((debug.id(), debug.trace())),
            (None, Some(run)) => Some((run.id(), run.trace())),
            (None, None) => None,
        }
    }

    /// Compiles and validates, unless it is the source that was looked at last.
    fn inspect(&mut self, source: &Source) -> &mut Inspected {
        let same = self.inspected.take().filter(|inspected| inspected.is_of(source));
        self.inspected.insert(same.unwrap_or_else(|| Inspected::new(source, &self.platform)))
    }
}

fn to_engine_source(source: protocol::Source) -> Source {
    Source { name: source.name, bytes: source.bytes }
}

fn not_started(run: RunId, problems: Vec<protocol::Problem>, compile_ms: f64) -> Event {
    Event::Finished {
        run,
        outcome: protocol::Outcome::NotStarted { problems },
        counters: protocol::Counters { compile_ms, ..Default::default() },
    }
}
