//! What is shown of a program that is debugged: values in words, places in the text, what can be pressed.

use crate::protocol::{DebugReason, DebugView, PlacedValue, Span, Value};
use crate::ui::selectors::numbers::grouped;
use crate::ui::selectors::outcome::{Tone, finished};
use crate::ui::state::breakpoints::{BreakpointLine, Placed};
use crate::ui::state::debug::{Base, DebugPhase, DebugState};

/// What the editor draws.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// The instruction that is next.
    pub current: Option<Span>,
    /// The call that is under way in the frame that is looked at, where that is not the topmost.
    pub caller: Option<Span>,
    pub values: Vec<PlacedValue>,
}

/// What the editor draws of where the program stands.
pub fn marks(debug: &DebugState) -> Option<Marks> {
    let view = debug.view()?;
    let place = |frame: usize| view.frames.get(frame).and_then(|frame| frame.place);
    Some(Marks {
        current: place(0),
        caller: if debug.frame == 0 { None } else { place(debug.frame) },
        values: if debug.frame == 0 { view.values.clone() } else { Vec::new() },
    })
}

/// A value in the base that was chosen; floats and references have only one form, and their bits.
pub fn written(value: &Value, base: Base) -> String {
    let other = match base {
        Base::Signed => None,
        Base::Unsigned => value.unsigned.as_ref(),
        Base::Hex => value.hex.as_ref(),
    };
    other.unwrap_or(&value.text).clone()
}

/// The address that a value may be: an integer that lies in the memory. The very first bytes are numbers more often.
pub fn address(value: &Value, memory: u64) -> Option<u64> {
    if !matches!(value.ty.as_str(), "i32" | "i64") {
        return None;
    }
    let address: u64 = value.unsigned.as_ref().unwrap_or(&value.text).parse().ok()?;
    (8..memory).contains(&address).then_some(address)
}

/// Where the debugger stands, in a short sentence that does not change from step to step.
pub fn status(debug: &DebugState) -> Option<(Tone, String)> {
    Some(match &debug.phase {
        DebugPhase::Idle => return None,
        DebugPhase::Starting => (Tone::Busy, "Preparing to debug".into()),
        DebugPhase::Working { progress: None, .. } => (Tone::Asking, "Debugging".into()),
        DebugPhase::Working { progress: Some(progress), .. } => (Tone::Busy, on_the_way(*progress)),
        DebugPhase::Stopped(view) => match &view.reason {
            DebugReason::Start | DebugReason::Step | DebugReason::Beginning | DebugReason::Pause => {
                (Tone::Asking, "Debugging".into())
            }
            DebugReason::Breakpoint { id, untold } => {
                let line = debug.line_of_breakpoint(*id).map(|known| known.breakpoint.line);
                let told = match (line, untold) {
                    (Some(line), None) => format!("Stopped at the breakpoint of line {line}"),
                    (None, None) => "Stopped at a breakpoint".into(),
                    (Some(line), Some(reason)) => cannot_be_told(&format!("the breakpoint on line {line}"), reason),
                    (None, Some(reason)) => cannot_be_told("a breakpoint", reason),
                };
                (Tone::Asking, told)
            }
            DebugReason::Watchpoint { untold: Some(reason), .. } => {
                (Tone::Asking, cannot_be_told("a watchpoint", reason))
            }
            DebugReason::Watchpoint { untold: None, .. } => (Tone::Asking, "Stopped at a watchpoint".into()),
            DebugReason::LastWrite { .. } => (Tone::Asking, "At the last write".into()),
            DebugReason::NotWritten { .. } => (Tone::Asking, "Not written by an instruction".into()),
            DebugReason::Input => (Tone::Asking, "Waiting for input".into()),
            DebugReason::Sleep => (Tone::Busy, "Sleeping".into()),
            DebugReason::Ended { outcome } => finished(outcome),
        },
    })
}

/// Why the program stands where something stops only under a condition.
fn cannot_be_told(what: &str, reason: &str) -> String {
    format!("Stopped: the condition of {what} cannot be told: {reason}")
}

/// How far it is.
pub fn on_the_way((step, of): (u64, Option<u64>)) -> String {
    match of {
        Some(of) => format!("At step {} of {}", grouped(step), grouped(of)),
        None => format!("At step {}", grouped(step)),
    }
}

/// The sentence on the last step, with a capital letter, and what a person may do where that is not plain.
pub fn told(view: &DebugView) -> String {
    let mut letters = view.announcement.chars();
    // `drop: popped 3` begins with the name of an instruction, which has no capital letters. So does every sentence on a
    // step but these.
    let is_other = ["at ", "returned ", "end of "].iter().any(|start| view.announcement.starts_with(start));
    let is_instruction = view.reason == DebugReason::Step && !is_other;
    match letters.next() {
        Some(first) if !is_instruction => first.to_uppercase().chain(letters).collect(),
        _ => view.announcement.clone(),
    }
}

/// A breakpoint in the editor's gutter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnBreakpoint {
    pub id: u32,
    pub line: u32,
    /// In characters, from 1; 0 for one of a whole line.
    pub column: u32,
    pub kind: &'static str,
}

/// How the mark of a breakpoint looks, and what a screen reader is told of it.
pub fn breakpoint_kind(line: &BreakpointLine) -> &'static str {
    let breakpoint = &line.breakpoint;
    if matches!(&line.placed, Some(Placed { line, problem }) if line.is_none() || problem.is_some()) {
        "none"
    } else if breakpoint.log.is_some() {
        "log"
    } else if breakpoint.condition.is_some() || breakpoint.from_hit > 1 {
        "conditional"
    } else {
        "plain"
    }
}

/// What is to be said about a breakpoint that does not do what its line suggests.
pub fn breakpoint_note(known: &BreakpointLine) -> Option<String> {
    let Placed { line, problem } = known.placed.as_ref()?;
    if let Some(problem) = problem {
        return Some(format!("It is not used: {problem}"));
    }
    match line {
        None => Some("There is no instruction on this line or after it".into()),
        Some(line) if *line != known.breakpoint.line => {
            Some(format!("It stops on line {line}, the next with an instruction"))
        }
        Some(_) => None,
    }
}

/// Whether there is anything to go back to.
pub fn can_go_back(debug: &DebugState) -> bool {
    debug.view().is_some_and(|view| view.step > 0)
}

/// Whether there is anything to go on to.
pub fn can_go_on(debug: &DebugState) -> bool {
    debug.is_on() && !debug.is_at_end() && debug.view().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Breakpoint, DebugFrame, Outcome};
    use crate::ui::state::debug::tests::view;
    use std::rc::Rc;

    fn stopped(view: DebugView) -> DebugState {
        DebugState { phase: DebugPhase::Stopped(Rc::new(view)), ..DebugState::default() }
    }

    fn span(line: u32) -> Span {
        Span { start: line, end: line + 1, line, column: 1, end_line: line, end_column: 2 }
    }

    fn frame(line: u32) -> DebugFrame {
        DebugFrame {
            function: String::new(),
            index: 0,
            instruction: String::new(),
            place: Some(span(line)),
            offset: 0,
            source: None,
            inlined: Vec::new(),
            locals: Vec::new(),
            operand_stack: Vec::new(),
            labels: Vec::new(),
            more_labels: 0,
        }
    }

    #[test]
    fn a_value_is_written_in_the_chosen_base_where_it_has_one() {
        let number = Value {
            ty: "i32".into(),
            text: "-1".into(),
            unsigned: Some("4294967295".into()),
            hex: Some("0xffffffff".into()),
        };
        let forms = [Base::Signed, Base::Unsigned, Base::Hex].map(|base| written(&number, base));
        assert_eq!(forms, ["-1", "4294967295", "0xffffffff"]);
        let float = Value { ty: "f64".into(), text: "0.5".into(), unsigned: None, hex: None };
        assert_eq!(written(&float, Base::Unsigned), "0.5");
    }

    #[test]
    fn only_what_lies_in_the_memory_may_be_an_address() {
        let value = |ty: &str, text: &str, unsigned: Option<&str>| Value {
            ty: ty.into(),
            text: text.into(),
            unsigned: unsigned.map(str::to_owned),
            hex: None,
        };
        assert_eq!(address(&value("i32", "1024", None), 65_536), Some(1024));
        assert_eq!(address(&value("i32", "65536", None), 65_536), None);
        assert_eq!(address(&value("i32", "-4", Some("4294967292")), 65_536), None);
        assert_eq!(address(&value("i32", "-4", Some("4294967292")), u64::from(u32::MAX)), Some(4_294_967_292));
        assert_eq!(address(&value("i64", "3", None), 65_536), None);
        assert_eq!(address(&value("f32", "1024", None), 65_536), None);
    }

    #[test]
    fn the_editor_shows_the_top_and_the_chosen_frame() {
        let mut seen = view(3, DebugReason::Step);
        seen.frames = vec![frame(7), frame(2)];
        seen.values = vec![PlacedValue { place: span(6), text: "5".into(), earlier: false }];
        let mut debug = stopped(seen);
        let shown = marks(&debug).unwrap();
        assert_eq!((shown.current, shown.caller, shown.values.len()), (Some(span(7)), None, 1));
        debug.frame = 1;
        let shown = marks(&debug).unwrap();
        assert_eq!((shown.current, shown.caller, shown.values.len()), (Some(span(7)), Some(span(2)), 0));
        assert_eq!(marks(&DebugState::default()), None);
    }

    #[test]
    fn the_end_is_told_as_that_of_a_run() {
        let ended = DebugReason::Ended { outcome: Outcome::Exited { code: 2 } };
        let debug = stopped(view(9, ended));
        assert_eq!(status(&debug), Some((Tone::Bad, "Exited with code 2".into())));
        assert!(!can_go_on(&debug) && can_go_back(&debug));
        assert!(!can_go_back(&stopped(view(0, DebugReason::Start))));
    }

    #[test]
    fn a_condition_that_cannot_be_told_is_told_with_the_reason() {
        let untold = Some("it divides by zero".to_owned());
        let told = |reason| status(&stopped(view(9, reason))).map(|(_, told)| told);
        assert_eq!(
            told(DebugReason::Breakpoint { id: 1, untold: untold.clone() }).as_deref(),
            Some("Stopped: the condition of a breakpoint cannot be told: it divides by zero")
        );
        assert_eq!(
            told(DebugReason::Watchpoint { id: 1, touch: String::new(), untold }).as_deref(),
            Some("Stopped: the condition of a watchpoint cannot be told: it divides by zero")
        );
        assert_eq!(told(DebugReason::Breakpoint { id: 1, untold: None }).as_deref(), Some("Stopped at a breakpoint"));
    }

    #[test]
    fn a_sentence_has_a_capital_but_an_instruction_has_not() {
        let of = |reason, announcement: &str| {
            let mut seen = view(1, reason);
            seen.announcement = announcement.into();
            told(&seen)
        };
        for step in [
            "i32.add: popped 2 and 3, pushed 5",
            "drop: popped 10",
            "br $b1, next is i32.const 1 on line 3",
            "call $f: entered f with 2",
            "call_indirect (type $t): entered g",
        ] {
            assert_eq!(of(DebugReason::Step, step), step);
        }
        assert_eq!(of(DebugReason::Start, "before the first instruction"), "Before the first instruction");
        assert_eq!(of(DebugReason::Step, "returned 5 to main"), "Returned 5 to main");
        assert_eq!(of(DebugReason::Step, "at step 7, next is drop"), "At step 7, next is drop");
        assert_eq!(of(DebugReason::Step, "end of the function, next is drop"), "End of the function, next is drop");
        let stop = DebugReason::Watchpoint { id: 1, touch: String::new(), untold: None };
        assert_eq!(of(stop, "stopped by a watchpoint: i32.store"), "Stopped by a watchpoint: i32.store");
    }

    #[test]
    fn a_breakpoint_says_when_it_is_not_where_it_was_set() {
        let breakpoint = Breakpoint { id: 1, file: None, line: 4, condition: None, from_hit: 0, log: None };
        let at = |line, problem: Option<&str>| BreakpointLine {
            breakpoint: breakpoint.clone(),
            placed: Some(Placed { line, problem: problem.map(str::to_owned) }),
        };
        assert_eq!(breakpoint_note(&at(Some(4), None)), None);
        assert!(breakpoint_note(&at(Some(6), None)).is_some_and(|note| note.contains("line 6")));
        assert!(breakpoint_note(&at(None, None)).is_some());
        assert_eq!(breakpoint_kind(&at(Some(4), Some("what"))), "none");
        assert_eq!(breakpoint_kind(&at(Some(4), None)), "plain");
    }
}
