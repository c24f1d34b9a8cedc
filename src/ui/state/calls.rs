//! The System calls panel: its view of the list, and the part that the worker has sent.

use std::rc::Rc;

use crate::protocol::{CallFilter, CallsView, CallsWatch, RunId, TraceCall};

/// What the panel shows.
#[derive(Debug, Clone, PartialEq)]
pub struct CallsState {
    pub filter: CallFilter,
    /// Whether the list stays scrolled to its end as it grows.
    pub follow: bool,
    /// The list index of the selected call.
    pub cursor: Option<u64>,
    /// The selected call; kept when the list is scrolled away from it.
    pub chosen: Option<Rc<TraceCall>>,
    /// What the worker sent last; `None` before the first message.
    pub view: Option<Rc<CallsView>>,
    /// The index of the first requested call, and how many.
    window: (u64, u32),
    run: Option<RunId>,
}

/// An action on [`CallsState`].
#[derive(Debug, Clone, PartialEq)]
pub enum CallsAction {
    SetFunctions(String),
    SetPath(String),
    SetFailures(bool),
    /// The list was scrolled.
    Window {
        first: u64,
        count: u32,
    },
    Follow(bool),
    /// Selects the call at this list index.
    Choose(u64),
    /// The worker sent calls.
    Received {
        run: RunId,
        view: Rc<CallsView>,
    },
    /// Another program was opened: there are no calls until it runs.
    Opened,
}

impl Default for CallsState {
    fn default() -> Self {
        Self {
            filter: CallFilter::default(),
            follow: true,
            cursor: None,
            chosen: None,
            view: None,
            window: (0, 100),
            run: None,
        }
    }
}

impl CallsState {
    /// The state after `action`.
    #[must_use]
    pub fn apply(&self, action: CallsAction) -> Self {
        let mut next = self.clone();
        match action {
            CallsAction::SetFunctions(functions) => next.filter.functions = functions,
            CallsAction::SetPath(path) => next.filter.path = path,
            CallsAction::SetFailures(failures) => next.filter.failures = failures,
            CallsAction::Window { first, count } => next.window = (first, count),
            CallsAction::Follow(follow) => next.follow = follow,
            CallsAction::Choose(place) => {
                next.cursor = Some(place);
                next.chosen = next.call(place);
            }
            CallsAction::Received { run, view } => next.receive(run, view),
            CallsAction::Opened => next = Self { filter: next.filter, window: next.window, ..Self::default() },
        }
        if next.filter != self.filter {
            (next.cursor, next.chosen) = (None, None);
            next.follow = true;
        }
        next
    }

    /// The state after several actions.
    #[must_use]
    pub fn apply_all(&self, actions: impl IntoIterator<Item = CallsAction>) -> Self {
        actions.into_iter().fold(self.clone(), |state, action| state.apply(action))
    }

    /// The run whose calls these are.
    pub fn run(&self) -> Option<RunId> {
        self.run
    }

    /// The request to the worker.
    pub fn watch(&self) -> CallsWatch {
        let (first, count) = self.window;
        // While following the end, it does not matter where the list began.
        let first = if self.follow { 0 } else { first };
        CallsWatch { filter: self.filter.clone(), first, count, follow: self.follow }
    }

    /// How many calls the list has.
    pub fn passing(&self) -> u64 {
        self.view.as_ref().map_or(0, |view| view.passing)
    }

    /// The call at a list index, if it is loaded.
    pub fn call(&self, place: u64) -> Option<Rc<TraceCall>> {
        let view = self.view.as_ref()?;
        let index = usize::try_from(place.checked_sub(view.first)?).ok()?;
        view.calls.get(index).cloned().map(Rc::new)
    }

    fn receive(&mut self, run: RunId, view: Rc<CallsView>) {
        // A later run has a larger number; calls that passed another filter answer an older request.
        if self.run.is_some_and(|known| run < known) || view.filter != self.filter {
            return;
        }
        let is_new = self.run != Some(run);
        self.run = Some(run);
        self.view = Some(view);
        if is_new {
            (self.cursor, self.chosen) = (None, None);
            self.follow = true;
        } else if let Some(place) = self.cursor
            && let Some(call) = self.call(place)
        {
            // It may not have been loaded when it was selected, and a pending call has a result now.
            self.chosen = Some(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u64) -> TraceCall {
        TraceCall {
            number,
            function: "fd_write".into(),
            arguments: vec![],
            outcome: "SUCCESS".into(),
            failed: false,
            results: String::new(),
            at_ms: 0.0,
            waited_ms: None,
            fuel: number,
        }
    }

    fn view(first: u64, calls: u64, passing: u64) -> CallsView {
        let calls = (first + 1..=first + calls).map(call).collect();
        CallsView { traced: true, first, calls, passing, total: passing, ..CallsView::default() }
    }

    fn received(run: RunId, view: CallsView) -> CallsAction {
        CallsAction::Received { run, view: Rc::new(view) }
    }

    #[test]
    fn the_end_is_followed_until_the_list_is_scrolled() {
        let state = CallsState::default().apply(CallsAction::Window { first: 50, count: 40 });
        assert_eq!(state.watch(), CallsWatch { count: 40, follow: true, ..CallsWatch::default() });
        let state = state.apply(CallsAction::Follow(false));
        assert_eq!(state.watch(), CallsWatch { first: 50, count: 40, ..CallsWatch::default() });
        assert!(state.apply(CallsAction::SetFailures(true)).follow, "another list begins at its end");
    }

    #[test]
    fn what_belongs_to_an_earlier_run_or_filter_changes_nothing() {
        let state = CallsState::default().apply(received(2, view(0, 3, 3)));
        assert_eq!(state.apply(received(1, view(0, 1, 1))), state);
        let state = state.apply(CallsAction::SetPath("words".into()));
        assert_eq!(state.apply(received(2, view(0, 3, 3))), state);
        let filter = state.filter.clone();
        assert_eq!(state.apply(received(2, CallsView { filter, ..view(0, 1, 1) })).passing(), 1);
    }

    #[test]
    fn a_chosen_call_stays_when_the_list_is_scrolled_and_goes_with_its_run() {
        let state = CallsState::default().apply_all([
            received(1, view(0, 3, 9)),
            CallsAction::Choose(1),
            received(1, view(5, 3, 9)),
        ]);
        assert_eq!(state.chosen.as_ref().map(|call| call.number), Some(2));
        let far = state.apply(CallsAction::Choose(0));
        assert_eq!((far.cursor, far.chosen.clone()), (Some(0), None), "it is not at hand yet");
        assert_eq!(far.apply(received(1, view(0, 3, 9))).chosen.map(|call| call.number), Some(1));
        assert_eq!(state.apply(received(2, view(0, 3, 3))).chosen, None);
        assert_eq!(state.apply(CallsAction::SetFailures(true)).cursor, None);
        assert_eq!(state.apply(CallsAction::Opened).view, None);
    }

    #[test]
    fn a_waiting_call_that_is_chosen_gets_its_answer() {
        let mut waiting = view(0, 1, 1);
        waiting.calls[0].outcome = "waits".into();
        let state = CallsState::default().apply_all([received(1, waiting), CallsAction::Choose(0)]);
        assert_eq!(state.chosen.as_ref().map(|call| call.outcome.as_str()), Some("waits"));
        let state = state.apply(received(1, view(0, 1, 1)));
        assert_eq!(state.chosen.map(|call| call.outcome.clone()).as_deref(), Some("SUCCESS"));
    }
}
