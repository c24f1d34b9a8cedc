//! The page's views: a window of the memory, and a window of the system calls.

use super::active::Active;
use super::{EventLoop, SEARCH_MS};
use crate::engine::wasi::trace::Trace;
use crate::protocol::{self, Event, MemoryWatch, RunId};
use crate::worker::calls::{self, Watched};
use crate::worker::{Platform, files};

impl<M: Platform> EventLoop<M> {
    /// Sends this window of the memory from now on.
    pub(super) fn watch_memory(&mut self, watch: Option<MemoryWatch>, emit: &mut dyn FnMut(Event)) {
        self.watch = watch;
        self.send_memory(true, emit);
    }

    /// Sends these calls from now on.
    pub(super) fn watch_calls(&mut self, watch: Option<protocol::CallsWatch>, emit: &mut dyn FnMut(Event)) {
        match (watch, &mut self.calls) {
            (Some(watch), Some(calls)) => calls.change(watch),
            (watch, calls) => *calls = watch.map(Watched::new),
        }
        self.send_calls(emit);
    }

    /// Sends the calls that pass a filter as text.
    pub(super) fn copy_calls(&self, filter: &protocol::CallFilter, emit: &mut dyn FnMut(Event)) {
        if let Some((run, Some(trace))) = self.traced() {
            emit(Event::CallsText { run, text: calls::copy(trace, filter) });
        }
    }

    /// Sends memory, calls and files at the debugged program's current step.
    pub(super) fn show_debugged(&mut self, emit: &mut dyn FnMut(Event)) {
        self.send_memory(false, emit);
        self.send_calls(emit);
        if let Active::Debug(active) = &mut self.active
            && active.debug.files_moved()
        {
            emit(files::tree(active.debug.vfs()));
        }
    }

    /// Sends the watched window; without `always`, only if its bytes differ from those sent last.
    pub(super) fn send_memory(&mut self, always: bool, emit: &mut dyn FnMut(Event)) {
        let Some(watch) = self.watch else { return };
        let event = match &mut self.active {
            Active::Nothing => None,
            Active::Run(active) => active.run.memory_view(watch, always),
            Active::Debug(active) => active.debug.memory_view(watch, always),
        };
        event.into_iter().for_each(emit);
    }

    /// Sends the watched calls if they differ from those sent last. Returns whether there are more to filter, which the
    /// same view as before may say, too: none of those that were filtered since passes.
    pub(super) fn send_calls(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        let Some(mut calls) = self.calls.take() else { return false };
        let view = self.traced().and_then(|(run, trace)| Some((run, calls.view(trace)?)));
        let searching = calls.is_sent_searching();
        self.calls = Some(calls);
        if let Some((run, view)) = view {
            emit(Event::Calls { run, view });
        }
        searching
    }

    /// Filters some more of the calls; returns false when all have been filtered.
    pub(super) fn search_calls(&mut self) -> bool {
        let Some(mut calls) = self.calls.take() else { return false };
        let more = self.traced().and_then(|(_, trace)| trace).is_some_and(|trace| calls.search(trace));
        self.calls = Some(calls);
        more
    }

    /// Filters more of the calls while no program runs, and sends the matches; returns false if there was nothing to
    /// do.
    pub(super) fn search_for_a_while(&mut self, emit: &mut dyn FnMut(Event)) -> bool {
        // What is left to filter may be filtered by the first search: the page has to be told that, too.
        let calls = self.calls.as_ref().zip(self.traced().and_then(|(_, trace)| trace));
        if !calls.is_some_and(|(calls, trace)| calls.is_searching(trace)) {
            return false;
        }
        let until = self.platform.now_ms() + SEARCH_MS;
        while self.search_calls() && self.platform.now_ms() < until {}
        self.send_calls(emit);
        true
    }

    /// The run whose calls are shown, and its trace if it has one.
    fn traced(&self) -> Option<(RunId, Option<&Trace>)> {
        match &self.active {
            Active::Nothing => None,
            Active::Run(active) => Some((active.run.id(), active.run.trace())),
            Active::Debug(active) => Some((active.debug.id(), active.debug.trace())),
        }
    }
}
