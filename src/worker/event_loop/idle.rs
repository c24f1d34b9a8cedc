//! The work done while no program runs, one slice at a time.

use super::EventLoop;
use crate::protocol::Event;
use crate::worker::backtrace::{BacktraceSearch, Started};
use crate::worker::{Platform, to_proto};

impl<M: Platform> EventLoop<M> {
    /// Does one slice of background work while no program runs; returns false if there is nothing to do.
    pub(super) fn idle(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        self.search_for_a_while(emit) || self.find_backtrace(emit) || self.compile_ahead() || self.warm_up(emit)
    }

    /// Searches for the call stack of the last failed run for one slice; returns false if there is nothing to search
    /// for.
    fn find_backtrace(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
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

    /// Compiles the next function of the program in the editor.
    fn compile_ahead(&mut self) -> bool {
        let Some(inspected) = &mut self.inspected else { return false };
        let limits = self.last.as_ref().map(|(.., options)| to_proto::limits(&options.limits)).unwrap_or_default();
        inspected.compile_ahead(&limits, &self.platform)
    }

    /// Continues the warm-up, and reports when it is done.
    fn warm_up(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        let Some(warm_up) = &mut self.warm_up else { return false };
        if !warm_up.slice() {
            emit(Event::Warm { milliseconds: warm_up.milliseconds() });
            self.warm_up = None;
        }
        true
    }
}
