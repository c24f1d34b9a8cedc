//! Starts a program: plain, under the debugger, again, or at a shared step.

use std::rc::Rc;

use super::active::{Active, DebugRun, PlainRun};
use super::{EventLoop, not_started, to_engine_source};
use crate::engine::debugger::{DebugSession, InstrumentedProgram};
use crate::engine::diagnostic::Problem;
use crate::engine::inspect::Summary;
use crate::engine::runtime::{Session, SessionConfig};
use crate::engine::source::Source;
use crate::engine::wasi::WasiCtx;
use crate::protocol::{self, Breakpoint, Engine, EngineUsed, Event, RunId, RunOptions};
use crate::worker::bookmark::Bookmark;
use crate::worker::debug::{Debug, Setup};
use crate::worker::engines::Execution;
use crate::worker::inspected::Inspected;
use crate::worker::run::{Run, wasi_config};
use crate::worker::{Platform, to_proto};

impl<M: Platform> EventLoop<M> {
    /// Runs a program, replacing the one before it.
    pub(super) fn run(
        &mut self,
        run: RunId,
        source: protocol::Source,
        entry: protocol::Entry,
        options: RunOptions,
        emit: &mut dyn FnMut(Event),
    ) {
        self.end_run(emit);
        self.forget_backtrace();
        let source = to_engine_source(source);
        let Some((wasm, summary, compile_ms)) = self.runnable(run, &source, emit) else { return };
        let platform = self.platform.clone();
        let limits = to_proto::limits(&options.limits);
        let wasi = wasi_config(&source, &options, self.files.clone(), &platform);
        let mut used = EngineUsed::chosen(options.engine);
        let copy = match options.engine {
            Engine::Wasmi => None,
            Engine::Browser => self.copy_for(&source, &options, &wasm, &mut used),
        };
        let started = match copy {
            Some((program, instrument_ms)) => {
                let entry = to_proto::entry(entry.clone());
                let start = || {
                    let wasi = WasiCtx::new(wasi);
                    DebugSession::with_program(&source.name, program, &wasm, &summary, &entry, wasi)
                        .map(Execution::of_copy)
                };
                Run::start(run, start, &options, self.files.clone(), &platform, compile_ms + instrument_ms)
            }
            None => match self.inspect(&source).compiled(&limits, &platform) {
                Ok((compiled, compile_ms)) => {
                    let config = SessionConfig { entry: to_proto::entry(entry.clone()), wasi, limits };
                    let start = || {
                        Session::start(&source.name, &compiled, &summary, config)
                            .map(|session| Execution::Wasmi(Box::new(session)))
                    };
                    Run::start(run, start, &options, self.files.clone(), &platform, compile_ms)
                }
                Err(problem) => Err(Box::new(not_started(run, vec![to_proto::problem(&problem)], 0.0))),
            },
        };
        self.base = self.files.clone();
        match started {
            Ok(started) => {
                emit(Event::Started { run, call: started.description().to_owned(), used });
                let plain = PlainRun { run: started, source, entry, options, backtrace_search: None };
                self.active = Active::Run(Box::new(plain));
                self.send_memory(true, emit);
                if let Some(calls) = &mut self.calls {
                    calls.restart();
                }
                self.send_calls(emit);
            }
            Err(event) => emit(*event),
        }
    }

    /// The copy for the engine that was chosen, and how long it took to make, in milliseconds. If that engine refuses it,
    /// wasmi runs the program, and `used` says why.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    fn copy_for(
        &mut self,
        source: &Source,
        options: &RunOptions,
        wasm: &[u8],
        used: &mut EngineUsed,
    ) -> Option<(Rc<InstrumentedProgram>, f64)> {
        let (start, platform) = (self.platform.now_ms(), self.platform.clone());
        let limits = to_proto::limits(&options.limits);
        match self.inspect(source).copies.get(options.engine, wasm, &limits, &platform) {
            Ok(program) => Some((program, platform.now_ms() - start)),
            Err(reason) => {
                *used = EngineUsed { engine: Engine::Wasmi, instead: Some(reason) };
                None
            }
        }
    }

    /// Starts a program under the debugger.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    pub(super) fn debug(
        &mut self,
        run: RunId,
        source: protocol::Source,
        entry: protocol::Entry,
        options: &RunOptions,
        breakpoints: Vec<Breakpoint>,
        emit: &mut dyn FnMut(Event),
    ) {
        self.end_run(emit);
        self.base = self.files.clone();
        let source = to_engine_source(source);
        let wasi = WasiCtx::new(wasi_config(&source, options, self.files.clone(), &self.platform));
        self.start_debug(run, &source, entry, options, breakpoints, wasi, emit);
    }

    /// Repeats the last plain run under the debugger, up to its end.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    pub(super) fn debug_again(
        &mut self,
        run: RunId,
        again: RunId,
        breakpoints: Vec<Breakpoint>,
        emit: &mut dyn FnMut(Event),
    ) {
        let last = self.active.last_run().filter(|last| last.run.id() == again && last.run.is_over());
        let Some(PlainRun { run: last, source, entry, options, .. }) = last else {
            emit(Event::Fault { message: format!("run {again} cannot be repeated: it is not the last") });
            return;
        };
        let (source, entry, options) = (source.clone(), entry.clone(), options.clone());
        let wasi = WasiCtx::again(last.record(), self.platform.clock(), self.platform.random());
        self.start_debug(run, &source, entry, &options, breakpoints, wasi, emit);
        if let Some(debug) = self.active.debug_mut() {
            debug.command(protocol::DebugCommand::JumpToEnd, emit);
        }
    }

    /// Goes to the step of a bookmark.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    pub(super) fn debug_at(
        &mut self,
        run: RunId,
        source: protocol::Source,
        mut options: RunOptions,
        breakpoints: Vec<Breakpoint>,
        bookmark: &[u8],
        emit: &mut dyn FnMut(Event),
    ) {
        self.end_run(emit);
        let source = to_engine_source(source);
        let bookmark = match Bookmark::from_bytes(bookmark) {
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
        self.start_debug(run, &source, entry, &options, breakpoints, wasi, emit);
        if let Some(debug) = self.debugged(run) {
            debug.make_changes(bookmark.changes());
            debug.command(protocol::DebugCommand::JumpTo { step: bookmark.step }, emit);
        }
    }

    /// Starts a debug session with the given files, arguments and record.
    #[expect(clippy::too_many_arguments, reason = "a run is made in one place, of what a request holds")]
    fn start_debug(
        &mut self,
        run: RunId,
        source: &Source,
        entry: protocol::Entry,
        options: &RunOptions,
        breakpoints: Vec<Breakpoint>,
        mut wasi: WasiCtx,
        emit: &mut dyn FnMut(Event),
    ) {
        self.forget_backtrace();
        if options.trace {
            wasi.start_trace(self.platform.clock());
        }
        let Some((wasm, summary, compile_ms)) = self.runnable(run, source, emit) else { return };
        let (start, platform) = (self.platform.now_ms(), self.platform.clone());
        let limits = to_proto::limits(&options.limits);
        let chosen = match self.inspect(source).copies.choose(options.engine, &wasm, &limits, &platform) {
            Ok(chosen) => chosen,
            Err(reason) => {
                let problem = Problem::error(&source.name, reason);
                emit(not_started(run, vec![to_proto::problem(&problem)], compile_ms));
                return;
            }
        };
        let setup = Setup {
            id: run,
            source,
            wasm: &wasm,
            summary: &summary,
            entry: to_proto::entry(entry.clone()),
            chosen,
            wasi,
            compile_ms,
            start_ms: start,
            info: self.sources.of(source),
        };
        match Debug::start(setup, &self.platform) {
            Ok(mut debug) => {
                emit(Event::Started { run, call: debug.description().to_owned(), used: debug.used().clone() });
                debug.set_breakpoints(breakpoints, emit);
                debug.send_view(emit);
                let last_run = self.active.take_run();
                let debugged = DebugRun { debug, entry, limits: options.limits.clone(), last_run };
                self.active = Active::Debug(Box::new(debugged));
                self.send_memory(true, emit);
                if let Some(calls) = &mut self.calls {
                    calls.restart();
                }
                self.send_calls(emit);
            }
            Err(event) => emit(*event),
        }
    }

    /// Gives up the search for the call stack of the last failed run: another program begins.
    fn forget_backtrace(&mut self) {
        if let Active::Run(active) = &mut self.active {
            active.backtrace_search = None;
        }
    }

    /// The compiled module of a source; if it cannot run, reports why.
    pub(super) fn runnable(
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
}
