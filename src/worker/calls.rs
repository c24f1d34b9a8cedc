//! The traced calls as the page shows them: a window of those that pass its filter.

use std::collections::VecDeque;

use super::to_proto;
use crate::engine::wasi::trace::{Filter, Trace};
use crate::protocol::{CallFilter, CallsView, CallsWatch};

/// The maximum number of calls in a window.
const WINDOW: u32 = 500;
/// How many calls are filtered between two messages.
const SEARCH: u64 = 10_000;
/// The maximum number of calls that are copied: the last ones.
const COPY: usize = 50_000;

/// The page's request, and the calls that match it.
pub(super) struct Watched {
    watch: CallsWatch,
    matches: Matches,
    sent: Option<CallsView>,
}

/// The numbers of the calls that pass a filter, found incrementally.
struct Matches {
    filter: Filter,
    numbers: VecDeque<u64>,
    /// The number of the last call that was filtered.
    searched: u64,
    /// How often the trace had discarded calls by then.
    cuts: u64,
}

impl Watched {
    pub fn new(watch: CallsWatch) -> Self {
        let matches = Matches::new(&watch.filter);
        Self { watch, matches, sent: None }
    }

    /// Changes the window, or the filter.
    pub fn change(&mut self, watch: CallsWatch) {
        if watch.filter != self.watch.filter {
            self.matches = Matches::new(&watch.filter);
        }
        self.watch = watch;
        self.sent = None;
    }

    /// Starts over for another run.
    pub fn restart(&mut self) {
        *self = Self::new(self.watch.clone());
    }

    /// Filters some more calls; returns false when all have been filtered.
    pub fn search(&mut self, trace: &Trace) -> bool {
        self.matches.search(trace, SEARCH)
    }

    /// Whether there are calls to filter, or the page has not been told yet that all have been filtered.
    pub fn is_searching(&self, trace: &Trace) -> bool {
        self.is_sent_searching() || self.matches.is_behind(trace)
    }

    /// Whether the view that was sent last says that calls are being filtered.
    pub fn is_sent_searching(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.searching)
    }

    /// The current view; `None` if it is the same as the one sent last.
    pub fn view(&mut self, trace: Option<&Trace>) -> Option<CallsView> {
        let view = match trace {
            Some(trace) => self.window(trace),
            None => CallsView { filter: self.watch.filter.clone(), ..CallsView::default() },
        };
        if self.sent.as_ref() == Some(&view) {
            return None;
        }
        self.sent = Some(view.clone());
        Some(view)
    }

    /// The calls of a run that is traced.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`): every run asks for a view, most are not traced.
    fn window(&mut self, trace: &Trace) -> CallsView {
        let searching = self.matches.search(trace, SEARCH);
        let ring = trace.ring();
        // A pending call is the last one, and is not in the ring yet.
        let waiting = trace.waiting().filter(|call| self.matches.filter.passes_call(call) && !searching);
        let kept = self.matches.len(trace);
        let passing = kept + u64::from(waiting.is_some());
        let count = u64::from(self.watch.count.min(WINDOW));
        let last_first = passing.saturating_sub(count);
        let first = if self.watch.follow { last_first } else { self.watch.first.min(last_first) };
        let numbers = (first..kept.min(first + count)).filter_map(|index| self.matches.number(trace, index));
        let mut calls: Vec<_> =
            numbers.filter_map(|number| ring.get(number)).map(|call| to_proto::call(&call)).collect();
        if let Some(waiting) = waiting.filter(|_| first + count > kept) {
            calls.push(to_proto::call(&waiting));
        }
        CallsView {
            traced: true,
            filter: self.watch.filter.clone(),
            first,
            calls,
            passing,
            searching,
            total: ring.total() + u64::from(trace.waiting().is_some()),
            dropped: ring.dropped(),
        }
    }
}

impl Matches {
    fn new(filter: &CallFilter) -> Self {
        Self { filter: to_proto::call_filter(filter), numbers: VecDeque::new(), searched: 0, cuts: 0 }
    }

    fn search(&mut self, trace: &Trace, most: u64) -> bool {
        let ring = trace.ring();
        if self.filter.is_empty() {
            return false;
        }
        if ring.cuts() != self.cuts {
            // Execution has diverged: these numbers may belong to other calls now.
            (self.cuts, self.searched) = (ring.cuts(), 0);
            self.numbers.clear();
        }
        let from = self.searched.max(ring.dropped()) + 1;
        self.searched = ring.total().min(from - 1 + most);
        self.numbers.extend((from..=self.searched).filter(|number| ring.passes(*number, &self.filter)));
        while self.numbers.front().is_some_and(|number| *number <= ring.dropped()) {
            self.numbers.pop_front();
        }
        self.is_behind(trace)
    }

    /// Whether there are calls that have not been filtered.
    fn is_behind(&self, trace: &Trace) -> bool {
        let ring = trace.ring();
        !self.filter.is_empty() && (ring.cuts() != self.cuts || self.searched.max(ring.dropped()) < ring.total())
    }

    /// How many matching calls are known.
    fn len(&self, trace: &Trace) -> u64 {
        if self.filter.is_empty() {
            return trace.ring().total() - trace.ring().dropped();
        }
        self.numbers.len() as u64
    }

    fn number(&self, trace: &Trace, index: u64) -> Option<u64> {
        if self.filter.is_empty() {
            return Some(trace.ring().dropped() + 1 + index);
        }
        self.numbers.get(usize::try_from(index).ok()?).copied()
    }
}

/// The calls that pass, one per line.
pub(super) fn copy(trace: &Trace, filter: &CallFilter) -> String {
    let filter = to_proto::call_filter(filter);
    let ring = trace.ring();
    let passing: Vec<u64> =
        (ring.dropped() + 1..=ring.total()).filter(|number| ring.passes(*number, &filter)).collect();
    let (left_out, copied) = passing.split_at(passing.len().saturating_sub(COPY));
    let mut text = String::new();
    if ring.dropped() > 0 {
        text.push_str(&format!("# the first {} calls of the run were dropped\n", ring.dropped()));
    }
    if !left_out.is_empty() {
        text.push_str(&format!("# {} calls before these are omitted\n", left_out.len()));
    }
    let waiting = trace.waiting().filter(|call| filter.passes_call(call));
    for call in copied.iter().filter_map(|number| ring.get(*number)).chain(waiting) {
        text.push_str(&call.line());
        text.push('\n');
    }
    text
}
