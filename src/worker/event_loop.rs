//! Handles each request, and the work between requests.

mod active;
mod control;
mod idle;
mod start;
mod tree;
mod watching;

use self::active::Active;
use super::calls::Watched;
use super::debug::Debug;
use super::inspected::Inspected;
use super::sources::Sources;
use super::{Platform, files, to_proto};
use crate::engine::inspect;
use crate::engine::source::Source;
use crate::engine::vfs::Vfs;
use crate::protocol::{self, Binary, Event, MemoryWatch, Request, RunId, Version};

/// When to call [`Service::tick`](super::Service::tick) again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// After the requests that have arrived in the meantime are handled.
    Now,
    /// After this many milliseconds, or after the next request.
    After(f64),
    /// After the next request.
    Idle,
}

/// How long one search through the calls may take while no program runs, in milliseconds.
const SEARCH_MS: f64 = 30.0;

/// The state of the engine's worker.
pub struct EventLoop<M> {
    platform: M,
    /// The file tree while no program runs.
    files: Vfs,
    /// The file tree as the last run found it, or as it was opened.
    base: Vfs,
    active: Active,
    watch: Option<MemoryWatch>,
    calls: Option<Watched>,
    inspected: Option<Inspected>,
    sources: Sources,
}

impl<M: Platform> EventLoop<M> {
    /// An event loop without a run, on an empty tree.
    pub fn new(platform: M) -> Self {
        Self {
            platform,
            files: Vfs::default(),
            base: Vfs::default(),
            active: Active::Nothing,
            watch: None,
            calls: None,
            inspected: None,
            sources: Sources::default(),
        }
    }

    /// Handles a request.
    pub fn handle(&mut self, request: Request, emit: &mut dyn FnMut(Event)) {
        match request {
            Request::Check { version, source } => self.check(version, source, emit),
            Request::Build { version, source } => self.build(version, source, emit),
            Request::ListSources { version, source } => emit(self.sources.list(version, &to_engine_source(source))),

            Request::Run { run, source, entry, options } => self.run(run, source, entry, options, emit),
            Request::Debug { run, source, entry, options, breakpoints } => {
                self.debug(run, source, entry, &options, breakpoints, emit);
            }
            Request::DebugAgain { run, again, breakpoints } => self.debug_again(run, again, breakpoints, emit),
            Request::DebugAt { run, source, options, breakpoints, bookmark } => {
                self.debug_at(run, source, options, breakpoints, &bookmark, emit);
            }

            Request::Pause { run } => self.pause(run, emit),
            Request::Continue { run } => self.unpause(run, emit),
            Request::Stop { run } => self.stop(run, emit),
            Request::Stdin { run, bytes } => self.push_stdin(run, &bytes, emit),
            Request::EndOfInput { run } => self.close_stdin(run, emit),

            Request::WatchMemory { watch } => self.watch_memory(watch, emit),
            Request::WatchCalls { watch } => self.watch_calls(watch, emit),
            Request::CopyCalls { filter } => self.copy_calls(&filter, emit),

            Request::SetFiles { files } => self.set_files(files, emit),
            Request::ChangeFiles { change } => self.change_files(change, emit),
            Request::CompareFile { path } => emit(files::compared(self.vfs(), &self.base, path)),
            Request::ReadFile { path } => emit(files::read(self.vfs(), path)),
            Request::ReadAllFiles => emit(Event::AllFiles { files: files::all(self.vfs()) }),

            Request::Bookmark { run } => {
                if let Some(debugged) = self.active.debugged(run) {
                    let (entry, limits) = (debugged.entry.clone(), debugged.limits.clone());
                    debugged.debug.bookmark(entry, limits, emit);
                }
            }
            Request::DebugCommand { run, command } => self.with_debugged(run, |debug| debug.command(command, emit)),
            Request::SetBreakpoints { run, breakpoints } => {
                self.with_debugged(run, |debug| debug.set_breakpoints(breakpoints, emit));
            }
            Request::ChangeValue { run, change } => {
                if let Some(debug) = self.debugged(run) {
                    debug.change(change, emit);
                    self.show_debugged(emit);
                }
            }
            Request::Evaluate { run, frame, expressions } => {
                self.with_debugged(run, |debug| debug.evaluate(frame, expressions, emit));
            }
            Request::ShowFrames { run, from } => self.with_debugged(run, |debug| debug.show_frames(from, emit)),
            Request::Hover { run, query, at, word, frame } => {
                self.with_debugged(run, |debug| debug.hover(query, at, word.as_deref(), frame, emit));
            }

            // The next fetch handles this one.
            Request::FetchRest => {}
            // The idle time is not this loop's own; see `Service`.
            Request::WarmUp => {}
        }
    }

    /// Calls `act` with the active debug session if it belongs to `run`: it may have ended in the meantime.
    fn with_debugged(&mut self, run: RunId, act: impl FnOnce(&mut Debug)) {
        if let Some(debug) = self.debugged(run) {
            act(debug);
        }
    }

    fn check(&mut self, version: Version, source: protocol::Source, emit: &mut dyn FnMut(Event)) {
        let source = to_engine_source(source);
        let checked = to_proto::checked(&source, &self.inspect(&source).inspection);
        emit(Event::Checked { version, checked });
    }

    fn build(&self, version: Version, source: protocol::Source, emit: &mut dyn FnMut(Event)) {
        let start = self.platform.now_ms();
        let result = match inspect::build(&to_engine_source(source)) {
            Ok(bytes) => Ok(Binary { bytes }),
            Err(problems) => Err(problems.iter().map(to_proto::problem).collect()),
        };
        let milliseconds = self.platform.now_ms() - start;
        emit(Event::Built { version, result, milliseconds });
    }

    /// Continues with a slice of the program, or of what is left to do without one.
    pub fn tick(&mut self, emit: &mut dyn FnMut(Event)) -> Next {
        if let Some(debug) = self.active.debug_mut() {
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
        if let Some(run) = self.active.run_mut() {
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
        if self.idle(emit) { Next::Now } else { Next::Idle }
    }

    /// Whether a program is running, waiting or paused.
    pub fn is_running(&self) -> bool {
        self.active.run().is_some() || self.active.debug().is_some()
    }

    /// Compiles and validates the source, unless it is the last one that was inspected.
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
