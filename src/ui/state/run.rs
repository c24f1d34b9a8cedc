//! The run: its phase, the resources it has used, and how it ended.

use std::rc::Rc;

use super::call_results::{CallResults, TextId};
use crate::protocol::{Backtrace, Counters, EngineUsed, Event, Outcome, RunId, StopReason};

/// The phase of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nothing has been run yet.
    Idle,
    /// Sent to the worker; it compiles.
    Starting,
    Running(Activity),
    /// Pause was requested; the program stops at the end of its slice.
    Pausing,
    Paused,
    /// Stop was requested.
    Stopping,
    Finished(Rc<Outcome>),
}

/// What a running program is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activity {
    Computing,
    WaitingForInput,
    Sleeping { milliseconds: f64 },
}

/// The last run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// 0 before the first run.
    pub run: RunId,
    pub phase: Phase,
    /// The text that runs.
    pub text: TextId,
    /// What was called, such as `_start()`, once it is known.
    pub call: Option<Rc<str>>,
    /// What executes it.
    pub used: Rc<EngineUsed>,
    pub counters: Option<Counters>,
    /// Where it was paused last, if the engine reports that.
    pub paused_at: Option<Rc<str>>,
    /// The call stack at the failure, once it is known.
    pub backtrace: Option<Rc<Backtrace>>,
    /// Whether the user has ended standard input.
    pub input_ended: bool,
    /// The results of calls of exported functions, from this run and earlier ones.
    pub results: Rc<CallResults>,
    /// Whether the result of this run is among them: a debug session can reach its end several times.
    pub is_listed: bool,
    /// The argument that Run, Debug or Call still needs.
    pub needed: Option<NeededArgument>,
}

/// What to start once the arguments are complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Launch {
    Run,
    Debug,
}

/// An argument with no value yet, or with one that its type does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededArgument {
    pub export: Rc<str>,
    /// The index of the first such parameter.
    pub index: usize,
    /// What was requested, and what Enter in the input field does.
    pub launch: Launch,
    /// Incremented each time an argument is needed: its input field then takes the focus again.
    pub number: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RunAction {
    /// **Run** was pressed.
    Begin {
        run: RunId,
        text: TextId,
    },
    /// "Show me where" was pressed: a run again whose result is listed already.
    Repeat {
        run: RunId,
    },
    /// An argument is needed first.
    Need {
        export: Rc<str>,
        index: usize,
        launch: Launch,
    },
    ClearResults,
    PauseAsked,
    StopAsked,
    InputEnded,
    /// The worker is gone, and the run with it.
    Lost,
    /// Another program was opened, which has not run yet.
    Forget,
    /// From the worker; events that are not about this run are ignored.
    Received(Rc<Event>),
}

impl Default for RunState {
    fn default() -> Self {
        Self {
            run: 0,
            phase: Phase::Idle,
            text: TextId::default(),
            call: None,
            used: Rc::default(),
            counters: None,
            paused_at: None,
            backtrace: None,
            input_ended: false,
            results: Rc::default(),
            is_listed: false,
            needed: None,
        }
    }
}

impl RunState {
    pub fn apply(&self, action: RunAction) -> Self {
        let mut next = self.clone();
        match action {
            RunAction::Begin { run, text } => {
                next = Self { run, phase: Phase::Starting, text, results: self.results.clone(), ..Self::default() };
            }
            RunAction::Repeat { run } => {
                next = Self { is_listed: true, ..self.apply(RunAction::Begin { run, text: self.text }) };
            }
            RunAction::Need { export, index, launch } => {
                let number = self.needed.as_ref().map_or(0, |needed| needed.number) + 1;
                next.needed = Some(NeededArgument { export, index, launch, number });
            }
            RunAction::ClearResults => next.results = Rc::default(),
            RunAction::PauseAsked if matches!(self.phase, Phase::Running(_)) => next.phase = Phase::Pausing,
            RunAction::StopAsked if self.is_active() => next.phase = Phase::Stopping,
            RunAction::Lost if self.is_active() => next.phase = Phase::Finished(Rc::new(Outcome::Stopped)),
            RunAction::PauseAsked | RunAction::StopAsked | RunAction::Lost => {}
            RunAction::InputEnded => next.input_ended = true,
            RunAction::Forget => next = Self::default(),
            RunAction::Received(event) => next.on_event(&event),
        }
        next
    }

    /// Whether there is something to stop.
    pub fn is_active(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Finished(_))
    }

    /// Whether the user can pause it now.
    pub fn can_pause(&self) -> bool {
        matches!(self.phase, Phase::Running(_))
    }

    /// Whether the program waits for a line to be typed.
    pub fn waits_for_input(&self) -> bool {
        self.phase == Phase::Running(Activity::WaitingForInput)
    }

    fn on_event(&mut self, event: &Event) {
        if event_run(event) != Some(self.run) {
            return;
        }
        if let Event::Backtrace { backtrace, .. } = event {
            self.backtrace = Some(Rc::new(backtrace.clone()));
        }
        if !self.is_active() {
            return;
        }
        match event {
            Event::Started { call, used, .. } => {
                self.used = Rc::new(used.clone());
                self.call = Some(call.as_str().into());
                self.go_on(Activity::Computing);
            }
            Event::WaitingForInput { .. } => self.go_on(Activity::WaitingForInput),
            Event::Sleeping { milliseconds, .. } => self.go_on(Activity::Sleeping { milliseconds: *milliseconds }),
            Event::Continued { .. } if self.phase == Phase::Paused => self.phase = Phase::Running(Activity::Computing),
            Event::Continued { .. } => self.go_on(Activity::Computing),
            Event::Paused { at, .. } if self.phase != Phase::Stopping => {
                self.paused_at = at.as_deref().map(Into::into);
                self.phase = Phase::Paused;
            }
            // At a step before it waited, a debugged program is no longer waiting.
            Event::DebugStopped { view, .. } => {
                // With values that the user has changed, it is not the result of that call.
                if let StopReason::Ended { outcome } = &view.reason
                    && view.forks.is_empty()
                {
                    self.list(&Rc::new(outcome.clone()));
                }
                self.go_on(match view.reason {
                    StopReason::Input => Activity::WaitingForInput,
                    _ => Activity::Computing,
                });
            }
            Event::Progress { counters, .. } => self.counters = Some(counters.clone()),
            Event::Finished { outcome, counters, .. } => {
                self.counters = Some(counters.clone());
                let outcome = Rc::new(outcome.clone());
                self.list(&outcome);
                self.phase = Phase::Finished(outcome);
            }
            _ => {}
        }
    }

    /// Adds the result of this run to the list of call results, once.
    fn list(&mut self, outcome: &Rc<Outcome>) {
        if let (Some(call), false) = (&self.call, self.is_listed) {
            Rc::make_mut(&mut self.results).add(call, outcome, self.text);
            self.is_listed = true;
        }
    }

    /// What the program does next does not override what the user has requested since.
    fn go_on(&mut self, activity: Activity) {
        if matches!(self.phase, Phase::Starting | Phase::Running(_)) {
            self.phase = Phase::Running(activity);
        }
    }
}

/// The run that an event is about.
pub fn event_run(event: &Event) -> Option<RunId> {
    match event {
        Event::Started { run, .. }
        | Event::Output { run, .. }
        | Event::WaitingForInput { run }
        | Event::Sleeping { run, .. }
        | Event::Continued { run }
        | Event::Paused { run, .. }
        | Event::Progress { run, .. }
        | Event::Finished { run, .. }
        | Event::Backtrace { run, .. }
        | Event::Memory { run, .. }
        | Event::Calls { run, .. }
        | Event::CallsText { run, .. }
        | Event::DebugStopped { run, .. }
        | Event::DebugWorking { run, .. }
        | Event::BreakpointsPlaced { run, .. }
        | Event::Evaluated { run, .. }
        | Event::Frames { run, .. }
        | Event::Variables { run, .. }
        | Event::Hover { run, .. }
        | Event::Marks { run, .. }
        | Event::Bookmarked { run, .. }
        | Event::ChangeRefused { run, .. } => Some(*run),
        Event::Ready
        | Event::Warm { .. }
        | Event::Checked { .. }
        | Event::Built { .. }
        | Event::Tree { .. }
        | Event::FilesChanged { .. }
        | Event::FileCompared { .. }
        | Event::FileContents { .. }
        | Event::AllFiles { .. }
        | Event::FileProblem { .. }
        | Event::SourcesListed { .. }
        | Event::RestMissing { .. }
        | Event::RestArrived
        | Event::Fault { .. } => None,
    }
}

/// Whether the part of the page that loads first can show an event (`xtask/module-split`): the events of the first run of
/// most programs.
pub fn is_plain(event: &Event) -> bool {
    match event {
        Event::Ready
        | Event::Warm { .. }
        | Event::Started { .. }
        | Event::Output { .. }
        | Event::WaitingForInput { .. }
        | Event::Sleeping { .. }
        | Event::Continued { .. }
        | Event::Paused { .. }
        | Event::Progress { .. }
        | Event::Finished { .. }
        | Event::Memory { .. }
        | Event::Calls { .. }
        | Event::Fault { .. }
        | Event::RestMissing { .. }
        | Event::RestArrived => true,
        Event::Checked { checked, .. } => checked.problems.is_empty() && checked.disassembly.is_none(),
        Event::Tree { entries, .. } => entries.is_empty(),
        Event::FilesChanged { written, removed, .. } => written.is_empty() && removed.is_empty(),
        Event::Built { .. }
        | Event::Backtrace { .. }
        | Event::CallsText { .. }
        | Event::DebugStopped { .. }
        | Event::DebugWorking { .. }
        | Event::BreakpointsPlaced { .. }
        | Event::Evaluated { .. }
        | Event::Frames { .. }
        | Event::Variables { .. }
        | Event::Hover { .. }
        | Event::Marks { .. }
        | Event::Bookmarked { .. }
        | Event::ChangeRefused { .. }
        | Event::FileCompared { .. }
        | Event::FileContents { .. }
        | Event::AllFiles { .. }
        | Event::FileProblem { .. }
        | Event::SourcesListed { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply_all(actions: impl IntoIterator<Item = RunAction>) -> RunState {
        actions.into_iter().fold(RunState::default(), |state, action| state.apply(action))
    }

    fn received(event: Event) -> RunAction {
        RunAction::Received(Rc::new(event))
    }

    fn finished(run: RunId) -> RunAction {
        let counters = Counters { fuel: 7, ..Counters::default() };
        received(Event::Finished { run, outcome: Outcome::Exited { code: 3 }, counters })
    }

    fn started(run: RunId) -> RunAction {
        received(Event::Started { run, call: "_start()".into(), used: EngineUsed::default() })
    }

    #[test]
    fn a_run_from_start_to_end() {
        let state = apply_all([
            RunAction::Begin { run: 1, text: TextId::default() },
            started(1),
            received(Event::WaitingForInput { run: 1 }),
        ]);
        assert!(state.waits_for_input());
        assert_eq!(state.call.as_deref(), Some("_start()"));
        let state = state.apply(received(Event::Continued { run: 1 })).apply(finished(1));
        assert_eq!(state.phase, Phase::Finished(Rc::new(Outcome::Exited { code: 3 })));
        assert_eq!(state.counters.as_ref().map(|counters| counters.fuel), Some(7));
        assert!(!state.is_active());
    }

    #[test]
    fn the_end_of_a_run_is_not_shown_for_the_next_program() {
        let state = apply_all([
            RunAction::Begin { run: 1, text: TextId::default() },
            started(1),
            RunAction::Forget,
            finished(1),
        ]);
        assert_eq!(state, RunState::default());
    }

    #[test]
    fn results_of_calls_stay_until_they_are_cleared_or_another_program_is_opened() {
        let call = |run: RunId| {
            let counters = Counters::default();
            let outcome = Outcome::Returned { results: Vec::new() };
            [
                RunAction::Begin { run, text: TextId::default() },
                received(Event::Started { run, call: format!("sq({run})"), used: EngineUsed::default() }),
                received(Event::Finished { run, outcome, counters }),
            ]
        };
        let state = apply_all([call(1), call(2)].into_iter().flatten());
        let calls: Vec<_> = state.results.rows.iter().map(|row| row.call.to_string()).collect();
        assert_eq!(calls, ["sq(1)", "sq(2)"]);
        assert!(state.apply(RunAction::ClearResults).results.rows.is_empty());
        assert!(state.apply(RunAction::Forget).results.rows.is_empty());
    }

    #[test]
    fn a_result_knows_the_text_that_it_is_of() {
        let (first, second) = (TextId::of(b"(module (; 1 ;))"), TextId::of(b"(module (; 2 ;))"));
        let call = |run: RunId, text| {
            [
                RunAction::Begin { run, text },
                received(Event::Started { run, call: format!("sq({run})"), used: EngineUsed::default() }),
                received(Event::Finished {
                    run,
                    outcome: Outcome::Returned { results: Vec::new() },
                    counters: Counters::default(),
                }),
            ]
        };
        let state = apply_all([call(1, first), call(2, second), call(3, first)].into_iter().flatten());
        let texts: Vec<_> = state.results.rows.iter().map(|row| row.text).collect();
        assert_eq!(texts, [first, second, first]);
        assert_ne!(first, second);
    }

    #[test]
    fn an_argument_is_needed_until_a_run_begins() {
        let need = |index| RunAction::Need { export: "add".into(), index, launch: Launch::Debug };
        let state = apply_all([need(0), need(1)]);
        let needed = NeededArgument { export: "add".into(), index: 1, launch: Launch::Debug, number: 2 };
        assert_eq!(state.needed, Some(needed));
        assert_eq!(state.apply(RunAction::Begin { run: 1, text: TextId::default() }).needed, None);
    }

    #[test]
    fn what_belongs_to_an_earlier_run_changes_nothing() {
        let state = apply_all([
            RunAction::Begin { run: 1, text: TextId::default() },
            RunAction::Begin { run: 2, text: TextId::default() },
        ]);
        assert_eq!(state.apply(started(1)), state);
        assert_eq!(state.apply(finished(1)), state);
    }

    #[test]
    fn the_calls_of_a_run_that_failed_come_after_its_end() {
        let backtrace = Backtrace { calls: Vec::new(), hidden: 3, cause: String::new(), problem: None };
        let describe = |run| received(Event::Backtrace { run, backtrace: backtrace.clone() });
        let state = apply_all([RunAction::Begin { run: 1, text: TextId::default() }, started(1), finished(1)]);
        assert_eq!(state.apply(describe(2)), state);
        let state = state.apply(describe(1));
        assert_eq!(state.backtrace.as_deref(), Some(&backtrace));
        assert_eq!(state.apply(RunAction::Begin { run: 2, text: TextId::default() }).backtrace, None);
    }

    #[test]
    fn pause_holds_until_continue() {
        let state =
            apply_all([RunAction::Begin { run: 1, text: TextId::default() }, started(1), RunAction::PauseAsked]);
        assert_eq!(state.phase, Phase::Pausing);
        // The program may still begin to wait before the pause reaches it.
        let state = state.apply(received(Event::WaitingForInput { run: 1 }));
        assert_eq!(state.phase, Phase::Pausing);
        let state = state.apply(received(Event::Paused { run: 1, at: Some("line 5, in `step`".into()) }));
        assert_eq!((&state.phase, state.paused_at.as_deref()), (&Phase::Paused, Some("line 5, in `step`")));
        assert!(state.is_active());
        let state = state.apply(received(Event::Continued { run: 1 }));
        assert_eq!(state.phase, Phase::Running(Activity::Computing));
    }

    #[test]
    fn a_pause_that_comes_after_stop_does_not_hide_the_stop() {
        let state = apply_all([
            RunAction::Begin { run: 1, text: TextId::default() },
            started(1),
            RunAction::PauseAsked,
            RunAction::StopAsked,
            received(Event::Paused { run: 1, at: None }),
        ]);
        assert_eq!(state.phase, Phase::Stopping);
    }

    #[test]
    fn a_lost_worker_ends_the_run() {
        let state = apply_all([RunAction::Begin { run: 1, text: TextId::default() }, started(1), RunAction::Lost]);
        assert_eq!(state.phase, Phase::Finished(Rc::new(Outcome::Stopped)));
        assert_eq!(state.apply(started(1)), state);
        assert_eq!(apply_all([RunAction::Lost]).phase, Phase::Idle);
    }

    #[test]
    fn a_run_that_is_repeated_is_listed_once() {
        let started = |run| received(Event::Started { run, call: "f()".into(), used: EngineUsed::default() });
        let returned = |run| {
            let outcome = Outcome::Returned { results: Vec::new() };
            received(Event::Finished { run, outcome, counters: Counters::default() })
        };
        let state = apply_all([RunAction::Begin { run: 1, text: TextId::default() }, started(1), returned(1)]);
        assert_eq!(state.results.of("f").count(), 1);
        let again = [
            RunAction::Begin { run: 2, text: TextId::default() },
            RunAction::Repeat { run: 2 },
            started(2),
            returned(2),
        ];
        let state = again.into_iter().fold(state, |state, action| state.apply(action));
        assert_eq!(state.results.of("f").count(), 1);
    }
}
