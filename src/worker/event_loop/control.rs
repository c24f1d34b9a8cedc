//! Pausing, continuing and ending the active program, and its input.

use super::EventLoop;
use super::active::Active;
use crate::protocol::{Event, RunId};
use crate::worker::debug::Debug;
use crate::worker::run::Run;
use crate::worker::sources::Maps;
use crate::worker::{Platform, files};

impl<M: Platform> EventLoop<M> {
    /// Pauses the program until it is continued.
    pub(super) fn pause(&mut self, run: RunId, emit: &mut dyn FnMut(Event)) {
        if let Some(debug) = self.debugged(run) {
            debug.pause(emit);
            self.show_debugged(emit);
        } else if let Some(run) = self.live(run)
            && run.pause()
        {
            run.send_output(emit);
            let (id, progress, is_known) = (run.id(), run.progress(), run.copied().is_some());
            let at = if is_known { self.position_of_pause() } else { None };
            emit(Event::Paused { run: id, at });
            emit(progress);
            self.send_memory(false, emit);
            self.send_calls(emit);
        }
    }

    /// Where a plain run is: `line 5, in `step``.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    fn position_of_pause(&mut self) -> Option<String> {
        let Active::Run(active) = &self.active else { return None };
        let source = active.source.clone();
        let wasm = self.inspect(&source).inspection.wasm.clone()?;
        let maps = Maps::of_source(&source, &wasm, self.sources.of(&source));
        let Active::Run(active) = &self.active else { return None };
        maps.position(active.run.copied()?)
    }

    /// Continues a paused program.
    pub(super) fn unpause(&mut self, run: RunId, emit: &mut dyn FnMut(Event)) {
        if let Some(run) = self.live(run)
            && run.unpause()
        {
            emit(Event::Continued { run: run.id() });
        }
    }

    /// Ends the program.
    pub(super) fn stop(&mut self, run: RunId, emit: &mut dyn FnMut(Event)) {
        if self.live(run).is_some() || self.debugged(run).is_some() {
            self.end_run(emit);
            self.send_memory(false, emit);
            self.send_calls(emit);
        }
    }

    /// Passes input on to the program.
    pub(super) fn push_stdin(&mut self, run: RunId, bytes: &[u8], emit: &mut dyn FnMut(Event)) {
        if let Some(debug) = self.debugged(run) {
            debug.push_stdin(bytes, emit);
        } else if let Some(run) = self.live(run) {
            run.push_stdin(bytes, emit);
        }
    }

    /// Ends the program's input.
    pub(super) fn close_stdin(&mut self, run: RunId, emit: &mut dyn FnMut(Event)) {
        if let Some(debug) = self.debugged(run) {
            debug.close_stdin(emit);
        } else if let Some(run) = self.live(run) {
            run.close_stdin(emit);
        }
    }

    /// Ends whatever is running or being debugged, and takes over its files.
    pub(super) fn end_run(&mut self, emit: &mut dyn FnMut(Event)) {
        if let Some(debug) = self.active.debug_mut() {
            debug.stop(emit);
            let (files, kept) = debug.files_at_end(&self.base, self.platform.clock().realtime_ns());
            self.files = files;
            // Report the stored files first: otherwise, the page would briefly show a file as stored that it does not
            // have yet.
            if let Some(changed) = files::changed(&self.files, &kept) {
                emit(changed);
                emit(files::tree(&self.files));
            }
        }
        if let Some(run) = self.active.run_mut() {
            run.stop(emit);
            self.keep_files(emit);
        }
    }

    /// The active debug session, if it belongs to this run.
    pub(super) fn debugged(&mut self, id: RunId) -> Option<&mut Debug> {
        self.active.debugged(id).map(|debugged| &mut debugged.debug)
    }

    /// The active plain run, if it has this ID.
    pub(super) fn live(&mut self, id: RunId) -> Option<&mut Run> {
        self.active.run_mut().filter(|run| run.id() == id)
    }
}
