//! What Run, Debug and Call start, and what they wait for: the program's exports, and the arguments of a call.
//! `ui/hooks/use_run` carries out the effects.

use std::rc::Rc;

use super::layout::{LayoutAction, Panel};
use super::run::{Launch, RunAction};
use crate::protocol::Entry;
use crate::ui::selectors::entry::Plan;

/// What was started last, and what starts next.
#[derive(Debug, Clone, PartialEq)]
pub struct Launches {
    /// What was debugged last: while debugging, **Debug** starts it again.
    debugged: Entry,
    /// The text that ran last, if it is editable.
    ran: Option<Rc<str>>,
    /// What to start as soon as the exports are known, or when the timer fires.
    waiting: Option<Launch>,
    /// What was started before the exports were known.
    unchecked: Option<Launch>,
}

/// What decides how something starts, at the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Whether the worker accepts requests.
    pub is_ready: bool,
    /// Whether the run is traced while the user looks at the system calls.
    pub watches_calls: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LaunchEvent {
    /// **Run**.
    RunPressed { plan: Plan },
    /// **Debug**, with the bookmark of the step that the project was shared at.
    DebugPressed { is_debugging: bool, bookmark: Option<Rc<[u8]>>, plan: Plan },
    /// **Call** of an export, or Enter in one of its input fields.
    Called { launch: Launch, plan: Plan },
    /// "Show me where".
    DebugAgainPressed,
    /// A program with this text runs.
    Ran { text: Option<Rc<str>> },
    /// The exports may be known; `refused`: the last run did not start.
    Checked { refused: bool, plan: Plan },
    /// The check has taken too long.
    TimedOut,
}

/// What the page does about an event, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum LaunchEffect {
    /// Runs the program, and reports its text with [`LaunchEvent::Ran`].
    Run(Entry),
    Debug(Entry),
    /// Debugs the program at a bookmark.
    DebugAt(Rc<[u8]>),
    /// Repeats the last run under the debugger; its text is this one.
    DebugAgain(Option<Rc<str>>),
    /// Ends the last run, which did not start as the user wanted it.
    ForgetRun,
    /// Checks the program now.
    Check,
    /// Sets the timer that limits how long a check is awaited.
    SetTimer,
    ClearTimer,
    Layout(LayoutAction),
    State(RunAction),
}

impl Default for Launches {
    fn default() -> Self {
        Self { debugged: Entry::Default, ran: None, waiting: None, unchecked: None }
    }
}

impl Launches {
    /// What is waited for after `event`, and what the page does about it.
    #[must_use]
    pub fn apply(mut self, event: LaunchEvent, seen: Seen) -> (Self, Vec<LaunchEffect>) {
        let mut effects = Vec::new();
        match event {
            LaunchEvent::RunPressed { plan } => self.launch(Launch::Run, plan, seen, &mut effects),
            LaunchEvent::DebugPressed { is_debugging: true, .. } => {
                let again = self.debugged.clone();
                self.debug(again, &mut effects);
            }
            LaunchEvent::DebugPressed { bookmark: Some(bookmark), .. } => {
                self.debugged = Entry::Default;
                effects.push(show(Panel::Editor));
                effects.push(LaunchEffect::DebugAt(bookmark));
            }
            LaunchEvent::DebugPressed { plan, .. } => self.launch(Launch::Debug, plan, seen, &mut effects),
            LaunchEvent::Called { launch, plan } => self.begin(launch, plan, seen, &mut effects),
            LaunchEvent::DebugAgainPressed => {
                effects.push(show(Panel::Editor));
                // If it has been edited since, the page says so.
                effects.push(LaunchEffect::DebugAgain(self.ran.clone()));
            }
            LaunchEvent::Ran { text } => self.ran = text,
            LaunchEvent::Checked { refused, plan } => self.checked(refused, plan, seen, &mut effects),
            LaunchEvent::TimedOut => {
                if let Some(launch) = self.waiting {
                    self.begin_unchecked(launch, seen, &mut effects);
                }
            }
        }
        (self, effects)
    }

    /// Whether what ran last had another text than this one.
    pub fn has_run_another(&self, text: Option<&Rc<str>>) -> bool {
        self.ran.as_ref().is_some_and(|ran| Some(ran) != text)
    }

    /// What starts or starts again once the exports are known; `refused`: the last run did not start.
    fn pending(&self, refused: bool) -> Option<Launch> {
        self.waiting.or(self.unchecked.filter(|_| refused))
    }

    /// Whether [`LaunchEvent::Checked`] may change anything.
    pub fn is_pending(&self, refused: bool) -> bool {
        self.pending(refused).is_some()
    }

    fn launch(&mut self, launch: Launch, plan: Plan, seen: Seen, effects: &mut Vec<LaunchEffect>) {
        self.stop_waiting(effects);
        self.unchecked = None;
        self.begin(launch, plan, seen, effects);
    }

    fn begin(&mut self, launch: Launch, plan: Plan, seen: Seen, effects: &mut Vec<LaunchEffect>) {
        match (plan, launch) {
            (Plan::Begin(entry), Launch::Run) => {
                // A user who is looking at the calls keeps them in view.
                effects.push(show(if seen.watches_calls { Panel::Calls } else { Panel::Console }));
                effects.push(LaunchEffect::Run(entry));
            }
            (Plan::Begin(entry), Launch::Debug) => self.debug(entry, effects),
            (Plan::Need { export, index }, launch) => {
                effects.push(show(Panel::Module));
                effects.push(LaunchEffect::State(RunAction::Need { export, index, launch }));
            }
            // The interpreter is still loading: the request waits in its queue and is handled first.
            (Plan::Wait, launch) if !seen.is_ready => self.begin_unchecked(launch, seen, effects),
            (Plan::Wait, launch) => {
                self.waiting = Some(launch);
                effects.push(LaunchEffect::SetTimer);
                effects.push(LaunchEffect::Check);
            }
        }
    }

    /// The worker decides what to call.
    fn begin_unchecked(&mut self, launch: Launch, seen: Seen, effects: &mut Vec<LaunchEffect>) {
        self.stop_waiting(effects);
        self.unchecked = Some(launch);
        self.begin(launch, Plan::Begin(Entry::Default), seen, effects);
    }

    fn checked(&mut self, refused: bool, plan: Plan, seen: Seen, effects: &mut Vec<LaunchEffect>) {
        let Some(launch) = self.pending(refused).filter(|_| plan != Plan::Wait) else { return };
        self.unchecked = None;
        if self.waiting.is_some() {
            self.stop_waiting(effects);
        } else if plan == Plan::Begin(Entry::Default) {
            return;
        } else {
            // The worker could not know what the user chose and typed.
            effects.push(LaunchEffect::ForgetRun);
        }
        self.begin(launch, plan, seen, effects);
    }

    fn debug(&mut self, entry: Entry, effects: &mut Vec<LaunchEffect>) {
        self.debugged = entry.clone();
        effects.push(show(Panel::Editor));
        effects.push(LaunchEffect::Debug(entry));
    }

    fn stop_waiting(&mut self, effects: &mut Vec<LaunchEffect>) {
        if self.waiting.take().is_some() {
            effects.push(LaunchEffect::ClearTimer);
        }
    }
}

fn show(panel: Panel) -> LaunchEffect {
    LaunchEffect::Layout(LayoutAction::Show { panel })
}

#[cfg(test)]
mod tests {
    use super::*;
    use LaunchEffect::{Check, ClearTimer, Debug, DebugAgain, DebugAt, ForgetRun, Run, SetTimer, State};

    const READY: Seen = Seen { is_ready: true, watches_calls: false };
    const LOADING: Seen = Seen { is_ready: false, ..READY };

    fn apply_all(events: impl IntoIterator<Item = LaunchEvent>) -> Launches {
        events.into_iter().fold(Launches::default(), |launches, event| launches.apply(event, READY).0)
    }

    /// What the page does about the last of these events.
    fn effects_of<const N: usize>(events: [LaunchEvent; N], last: LaunchEvent) -> Vec<LaunchEffect> {
        apply_all(events).apply(last, READY).1
    }

    fn add() -> Entry {
        Entry::Export { name: "add".into(), arguments: vec!["1".into()] }
    }

    fn need() -> Plan {
        Plan::Need { export: "add".into(), index: 1 }
    }

    fn run_pressed(plan: Plan) -> LaunchEvent {
        LaunchEvent::RunPressed { plan }
    }

    fn debug_pressed(plan: Plan) -> LaunchEvent {
        LaunchEvent::DebugPressed { is_debugging: false, bookmark: None, plan }
    }

    fn debug_pressed_again() -> LaunchEvent {
        LaunchEvent::DebugPressed { is_debugging: true, bookmark: None, plan: Plan::Begin(Entry::Default) }
    }

    fn checked(plan: Plan) -> LaunchEvent {
        LaunchEvent::Checked { refused: false, plan }
    }

    fn checked_after_a_refusal(plan: Plan) -> LaunchEvent {
        LaunchEvent::Checked { refused: true, plan }
    }

    #[test]
    fn what_is_known_starts_at_once_in_its_panel() {
        assert_eq!(effects_of([], run_pressed(Plan::Begin(add()))), [show(Panel::Console), Run(add())]);
        assert_eq!(effects_of([], debug_pressed(Plan::Begin(add()))), [show(Panel::Editor), Debug(add())]);
        let watching = Seen { watches_calls: true, ..READY };
        let (_, effects) = Launches::default().apply(run_pressed(Plan::Begin(add())), watching);
        assert_eq!(effects, [show(Panel::Calls), Run(add())]);
    }

    #[test]
    fn a_missing_argument_is_asked_for_and_nothing_runs() {
        let asks = |launch| {
            let need = RunAction::Need { export: "add".into(), index: 1, launch };
            [show(Panel::Module), State(need)]
        };
        assert_eq!(effects_of([], run_pressed(need())), asks(Launch::Run));
        let called = LaunchEvent::Called { launch: Launch::Debug, plan: need() };
        assert_eq!(effects_of([], called), asks(Launch::Debug));
    }

    #[test]
    fn an_unchecked_program_is_checked_first() {
        assert_eq!(effects_of([], run_pressed(Plan::Wait)), [SetTimer, Check]);
        assert_eq!(effects_of([run_pressed(Plan::Wait)], checked(Plan::Wait)), [], "that was another text");
        let effects = effects_of([run_pressed(Plan::Wait)], checked(Plan::Begin(add())));
        assert_eq!(effects, [ClearTimer, show(Panel::Console), Run(add())]);
        let effects = effects_of([debug_pressed(Plan::Wait)], checked(need()));
        assert!(matches!(effects[..], [ClearTimer, _, State(RunAction::Need { launch: Launch::Debug, .. })]));
        let over = [run_pressed(Plan::Wait), checked(Plan::Begin(add()))];
        assert_eq!(effects_of(over, checked(Plan::Begin(add()))), [], "it starts once");
    }

    #[test]
    fn a_check_is_not_awaited_for_long() {
        let effects = effects_of([run_pressed(Plan::Wait)], LaunchEvent::TimedOut);
        assert_eq!(effects, [ClearTimer, show(Panel::Console), Run(Entry::Default)]);
        assert_eq!(effects_of([run_pressed(Plan::Begin(add()))], LaunchEvent::TimedOut), []);
    }

    #[test]
    fn pressing_something_else_replaces_what_waits() {
        let effects = effects_of([run_pressed(Plan::Wait)], debug_pressed(Plan::Begin(add())));
        assert_eq!(effects, [ClearTimer, show(Panel::Editor), Debug(add())]);
        let pressed = [run_pressed(Plan::Wait), debug_pressed(Plan::Begin(add()))];
        assert_eq!(effects_of(pressed, checked(Plan::Begin(add()))), []);
    }

    #[test]
    fn while_the_interpreter_loads_the_worker_decides_what_to_call() {
        let (launches, effects) = Launches::default().apply(run_pressed(Plan::Wait), LOADING);
        assert_eq!(effects, [show(Panel::Console), Run(Entry::Default)]);
        // It could not know what the user typed.
        let (_, effects) = launches.clone().apply(checked_after_a_refusal(Plan::Begin(add())), READY);
        assert_eq!(effects, [ForgetRun, show(Panel::Console), Run(add())]);
        let (_, effects) = launches.clone().apply(checked_after_a_refusal(need()), READY);
        assert!(matches!(effects[..], [ForgetRun, _, State(RunAction::Need { .. })]));
        // The refusal has another reason.
        let (_, effects) = launches.clone().apply(checked_after_a_refusal(Plan::Begin(Entry::Default)), READY);
        assert_eq!(effects, []);
        // It was not refused.
        assert!(!launches.is_pending(false) && launches.is_pending(true));
        assert_eq!(launches.apply(checked(Plan::Begin(add())), READY).1, []);
    }

    #[test]
    fn debug_repeats_what_is_debugged_from_its_start() {
        let effects = effects_of([debug_pressed(Plan::Begin(add()))], debug_pressed_again());
        assert_eq!(effects, [show(Panel::Editor), Debug(add())]);
        let shared = LaunchEvent::DebugPressed {
            is_debugging: false,
            bookmark: Some([7].as_slice().into()),
            plan: Plan::Begin(add()),
        };
        let effects = effects_of([debug_pressed(Plan::Begin(add()))], shared.clone());
        assert_eq!(effects, [show(Panel::Editor), DebugAt([7].as_slice().into())]);
        let again = effects_of([debug_pressed(Plan::Begin(add())), shared], debug_pressed_again());
        assert_eq!(again.last(), Some(&Debug(Entry::Default)));
    }

    #[test]
    fn the_text_that_ran_is_the_one_that_is_shown_where_it_ended() {
        let launches = apply_all([LaunchEvent::Ran { text: Some("(module)".into()) }]);
        assert!(!launches.has_run_another(Some(&"(module)".into())));
        assert!(launches.has_run_another(Some(&"(module )".into())) && launches.has_run_another(None));
        let (_, effects) = launches.apply(LaunchEvent::DebugAgainPressed, READY);
        assert_eq!(effects, [show(Panel::Editor), DebugAgain(Some("(module)".into()))]);
        assert!(!Launches::default().has_run_another(None), "nothing has run");
    }
}
