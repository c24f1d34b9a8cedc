//! The work done while no program runs, one slice at a time.

use super::EventLoop;
use super::active::{Active, PlainRun};
use crate::protocol::Event;
use crate::worker::backtrace::{BacktraceSearch, Started};
use crate::worker::{Platform, to_proto};

impl<M: Platform> EventLoop<M> {
    /// Does one slice of background work while no program runs; returns false if there is nothing to do.
    pub(super) fn idle(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        self.search_for_a_while(emit) || self.find_backtrace(emit) || self.compile_ahead()
    }

    /// Searches for the call stack of the last failed run for one slice; returns false if there is nothing to search
    /// for.
    fn find_backtrace(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        let Active::Run(active) = &mut self.active else { return false };
        if let Some(backtrace_search) = &mut active.backtrace_search {
            if let Some(description) = backtrace_search.slice(&self.platform) {
                active.backtrace_search = None;
                emit(description);
            }
            return true;
        }
        if !active.run.is_over() || !self.platform.has_all_parts() || !active.run.take_failed() {
            return false;
        }
        let (id, source) = (active.run.id(), active.source.clone());
        let Some((wasm, summary, _)) = self.runnable(id, &source, emit) else { return false };
        let Active::Run(active) = &mut self.active else { return false };
        let PlainRun { run, entry, options, .. } = &**active;
        let (entry, limits, info) = (entry.clone(), &options.limits, self.sources.of(&source));
        let started = Started { source: &source, wasm: &wasm, summary: &summary, entry, limits, info };
        match BacktraceSearch::start(run, started) {
            Ok(backtrace_search) => active.backtrace_search = Some(backtrace_search),
            Err(description) => emit(*description),
        }
        true
    }

    /// Compiles the next function of the program in the editor.
    fn compile_ahead(&mut self) -> bool {
        let Some(inspected) = &mut self.inspected else { return false };
        let limits = self.active.last_run().map(|last| to_proto::limits(&last.options.limits)).unwrap_or_default();
        inspected.compile_ahead(&limits, &self.platform)
    }
}
