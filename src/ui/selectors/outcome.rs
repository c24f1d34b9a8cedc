//! Describes a run's state: for the status, which a screen reader announces, and for the result.

use crate::protocol::{Outcome, Value};
use crate::ui::selectors::names;
use crate::ui::selectors::numbers::count;
use crate::ui::state::call_results::CallResult;
use crate::ui::state::run::{Activity, Phase, RunState};

/// The tone of a message; CSS colours it, but never only the colour: the words say it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Quiet,
    Busy,
    Asking,
    Good,
    Bad,
}

impl Tone {
    /// The value of the `data-tone` attribute.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Quiet => "quiet",
            Tone::Busy => "busy",
            Tone::Asking => "asking",
            Tone::Good => "good",
            Tone::Bad => "bad",
        }
    }
}

/// The state of the run in one short sentence. A call that was refused is newer than the end of the last run.
pub fn status(run: &RunState) -> (Tone, String) {
    let call = run.call.as_deref().unwrap_or("the program");
    if let (Some(needed), Phase::Idle | Phase::Finished(_)) = (&run.needed, &run.phase) {
        return (Tone::Asking, format!("Not called: {} needs an argument", names::name(&needed.export)));
    }
    match &run.phase {
        Phase::Idle => (Tone::Quiet, "Ready".into()),
        Phase::Starting => (Tone::Busy, "Compiling".into()),
        Phase::Running(Activity::Computing) => (Tone::Busy, format!("Running {call}")),
        Phase::Running(Activity::WaitingForInput) => (Tone::Asking, "Waiting for input".into()),
        Phase::Running(Activity::Sleeping { .. }) => (Tone::Busy, "Sleeping".into()),
        Phase::Pausing => (Tone::Busy, "Pausing".into()),
        Phase::Paused => match &run.paused_at {
            Some(at) => (Tone::Asking, format!("Paused in {call}, on {}", plain(at))),
            None => (Tone::Asking, format!("Paused in {call}")),
        },
        Phase::Stopping => (Tone::Busy, "Stopping".into()),
        Phase::Finished(outcome) => finished(outcome),
    }
}

/// How it ended, in one short sentence.
pub fn finished(outcome: &Outcome) -> (Tone, String) {
    match outcome {
        Outcome::Returned { results } if results.is_empty() => (Tone::Good, "Returned".into()),
        Outcome::Returned { results } => (Tone::Good, format!("Returned {}", values(results))),
        Outcome::Exited { code: 0 } => (Tone::Good, "Exited with code 0".into()),
        Outcome::Exited { code } => (Tone::Bad, format!("Exited with code {code}")),
        Outcome::Trapped { trap } => (Tone::Bad, format!("Trapped: {}", plain(&trap.message))),
        Outcome::LimitReached { message, .. } => (Tone::Bad, format!("Stopped by a limit: {}", plain(message))),
        Outcome::Stopped => (Tone::Quiet, "Stopped".into()),
        Outcome::NotStarted { problems } => {
            let number = count(problems.len() as u64, "problem", "problems");
            (Tone::Bad, format!("Not started: {number}"))
        }
    }
}

/// A sentence without the marks of code, for a place that shows plain text.
fn plain(sentence: &str) -> String {
    sentence.replace('`', "")
}

/// How a call ended, to be shown after the call itself: ` = 9`, ` trapped: integer divide by zero`.
pub fn result_line(result: &CallResult) -> (Tone, String) {
    match &*result.outcome {
        Outcome::Returned { results } if results.is_empty() => (Tone::Good, " returned".into()),
        Outcome::Returned { results } => (Tone::Good, format!(" = {}", values(results))),
        Outcome::Trapped { trap } => (Tone::Bad, format!(" trapped: {}", plain(&trap.message))),
        Outcome::LimitReached { message, .. } => (Tone::Bad, format!(" stopped by a limit: {message}")),
        outcome => {
            let (tone, text) = finished(outcome);
            (tone, format!(": {text}"))
        }
    }
}

/// What a paused run shows: where it is, or what to press to see that.
pub fn paused(run: &RunState) -> Option<String> {
    (run.phase == Phase::Paused).then(|| match &run.paused_at {
        Some(at) => format!(
            "Paused on {at}. To see values, and to go on step by step, press Debug, which starts the program again; \
             there, Pause stops before an instruction."
        ),
        None => {
            "The interpreter does not report where it has paused. To see the function, the line and all values, press \
                 Debug, which starts the program again, then Continue; there, Pause stops before an \
                 instruction."
                .to_owned()
        }
    })
}

/// A note about a run that succeeded although a limit refused it something.
pub fn refused(run: &RunState) -> Option<String> {
    let Phase::Finished(outcome) = &run.phase else { return None };
    let ended = matches!(&**outcome, Outcome::Returned { .. } | Outcome::Exited { .. });
    run.counters.as_ref()?.refused.clone().filter(|_| ended)
}

/// Why the result of the last run is not the one that the user expects now; `is_of_another_text`: the program has been
/// changed since.
pub fn earlier(run: &RunState, is_of_another_text: bool) -> Option<String> {
    if let Some(needed) = &run.needed {
        let name = names::name(&needed.export);
        return Some(format!(
            "`{name}` was not called, because an argument had no valid value. What you see is the result of the run \
             before."
        ));
    }
    is_of_another_text.then(|| "You have changed the program since this run:".to_owned())
}

/// Values with their types: `42 i32, 1.5 f64`.
fn values(values: &[Value]) -> String {
    values.iter().map(|value| value.text.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Counters, Trap};
    use crate::ui::state::run::{Launch, NeededArgument};
    use std::rc::Rc;

    fn after(outcome: Outcome) -> (Tone, String) {
        status(&RunState { phase: Phase::Finished(Rc::new(outcome)), ..RunState::default() })
    }

    #[test]
    fn every_outcome_is_described() {
        let value = Value { ty: "i32".into(), text: "-1".into(), unsigned: Some("4294967295".into()), hex: None };
        assert_eq!(after(Outcome::Returned { results: vec![value] }), (Tone::Good, "Returned -1".into()));
        assert_eq!(after(Outcome::Returned { results: vec![] }), (Tone::Good, "Returned".into()));
        assert_eq!(after(Outcome::Exited { code: 0 }).0, Tone::Good);
        assert_eq!(after(Outcome::Exited { code: 2 }), (Tone::Bad, "Exited with code 2".into()));
        let trap = Trap {
            code: "unreachable".into(),
            panics: true,
            message: "unreachable executed".into(),
            help: String::new(),
        };
        assert_eq!(after(Outcome::Trapped { trap }), (Tone::Bad, "Trapped: unreachable executed".into()));
        assert_eq!(after(Outcome::NotStarted { problems: vec![] }).1, "Not started: 0 problems");
    }

    #[test]
    fn a_refused_argument_is_not_answered_by_the_result_before() {
        let value = Value { ty: "i32".into(), text: "9".into(), unsigned: None, hex: None };
        let needed = NeededArgument { export: "sq".into(), index: 0, launch: Launch::Run, number: 1 };
        let run = RunState {
            phase: Phase::Finished(Rc::new(Outcome::Returned { results: vec![value] })),
            ..RunState::default()
        };
        assert_eq!((status(&run).0, earlier(&run, false)), (Tone::Good, None));
        assert!(earlier(&run, true).is_some_and(|note| note.contains("changed the program")));
        let run = RunState { needed: Some(needed.clone()), ..run };
        assert_eq!(status(&run), (Tone::Asking, "Not called: sq needs an argument".into()));
        assert!(earlier(&run, false).is_some_and(|note| note.contains("result of the run before")));
        assert_eq!(status(&RunState { needed: Some(needed), ..RunState::default() }).0, Tone::Asking);
    }

    #[test]
    fn a_paused_run_says_where_it_is_or_what_shows_that() {
        let run = RunState { phase: Phase::Paused, call: Some("main()".into()), ..RunState::default() };
        assert_eq!(status(&run).1, "Paused in main()");
        assert!(paused(&run).is_some_and(|note| note.contains("press Debug")));
        let run = RunState { paused_at: Some("line 5, in `step`".into()), ..run };
        assert_eq!(status(&run).1, "Paused in main(), on line 5, in step");
        assert!(paused(&run).is_some_and(|note| note.starts_with("Paused on line 5, in `step`.")));
        assert_eq!(paused(&RunState::default()), None);
    }

    #[test]
    fn a_refused_growth_is_reported_for_a_successful_run() {
        let counters = Counters { refused: Some("the program asked for more".into()), ..Counters::default() };
        let after = |outcome| RunState {
            phase: Phase::Finished(Rc::new(outcome)),
            counters: Some(counters.clone()),
            ..RunState::default()
        };
        let expected = Some("the program asked for more".to_owned());
        assert_eq!(refused(&after(Outcome::Returned { results: vec![] })), expected);
        assert_eq!(refused(&after(Outcome::Exited { code: 0 })), expected);
        assert_eq!(refused(&after(Outcome::Stopped)), None);
        assert_eq!(refused(&RunState::default()), None);
    }

    #[test]
    fn a_running_program_is_called_by_what_was_called() {
        let run = RunState {
            phase: Phase::Running(Activity::Computing),
            call: Some("add(2, 3)".into()),
            ..RunState::default()
        };
        assert_eq!(status(&run), (Tone::Busy, "Running add(2, 3)".into()));
    }
}
