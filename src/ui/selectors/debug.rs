//! What is shown of a debugged program: formatted values, positions in the text, and available commands.

use crate::protocol::{
    DebugCommand, DebugFrame, DebugView, LineCommand, Outcome, SentencePart, Span, StopReason, Value,
};
use crate::ui::selectors::names;
use crate::ui::selectors::numbers::grouped;
use crate::ui::selectors::outcome::{Tone, finished};
use crate::ui::state::debug::{Base, DebugPhase, DebugState};

/// The decorations in the editor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// The next instruction.
    pub current: Option<Span>,
    /// The active call in the selected frame, if that is not the topmost.
    pub caller: Option<Span>,
    pub values: Vec<DrawnValue>,
}

/// A value shown next to the instruction that pushed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnValue {
    pub place: Span,
    pub text: String,
    /// Whether a loop has started another iteration since.
    pub earlier: bool,
}

/// The editor decorations for the current position.
pub fn marks(debug: &DebugState) -> Option<Marks> {
    let view = debug.view()?;
    let place = |frame: usize| view.frames.get(frame).and_then(|frame| frame.place);
    Some(Marks {
        current: place(0),
        caller: if debug.frame == 0 { None } else { place(debug.frame) },
        values: debug.selected_frame().map(|frame| drawn_values(frame, debug.base)).unwrap_or_default(),
    })
}

fn drawn_values(frame: &DebugFrame, base: Base) -> Vec<DrawnValue> {
    let drawn = frame.values.iter().map(|placed| {
        let text: Vec<String> = placed.values.iter().map(|value| written(value, base)).collect();
        DrawnValue { place: placed.place, text: text.join(" "), earlier: placed.earlier }
    });
    drawn.collect()
}

/// A value in the chosen base; floats and references have only one form, plus their bits.
pub fn written(value: &Value, base: Base) -> String {
    let other = match base {
        Base::Signed => None,
        Base::Unsigned => value.unsigned.clone(),
        Base::Hex => value.hex.clone(),
        Base::Binary => value.hex.as_deref().map(|hex| binary(hex).unwrap_or_else(|| hex.to_owned())),
    };
    other.unwrap_or_else(|| value.text.clone())
}

/// The same bits in binary, in groups of eight digits; `None` for more than one number.
fn binary(hex: &str) -> Option<String> {
    let digits = format!("{:b}", u128::from_str_radix(hex.strip_prefix("0x")?, 16).ok()?);
    if digits.len() > 64 {
        return None;
    }
    let mut written = String::from("0b");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 8 == 0 {
            written.push('_');
        }
        written.push(digit);
    }
    Some(written)
}

/// The debugger's state as a short sentence that does not change from step to step.
pub fn status(debug: &DebugState) -> Option<(Tone, String)> {
    Some(match &debug.phase {
        DebugPhase::Idle => return None,
        DebugPhase::Starting => (Tone::Busy, "Preparing to debug".into()),
        DebugPhase::Working { progress: None, .. } => (Tone::Asking, "Debugging".into()),
        DebugPhase::Working { progress: Some(progress), .. } => (Tone::Busy, on_the_way(*progress)),
        DebugPhase::Stopped(view) => match &view.reason {
            StopReason::Start | StopReason::Step | StopReason::Beginning | StopReason::Pause => {
                (Tone::Asking, "Debugging".into())
            }
            StopReason::Breakpoint { id, condition_error } => {
                let description = match (debug.breakpoints.line_of(*id), condition_error) {
                    (Some(line), None) => format!("Stopped at the breakpoint of line {line}"),
                    (None, None) => "Stopped at a breakpoint".into(),
                    (Some(line), Some(reason)) => {
                        condition_error_status(&format!("the breakpoint on line {line}"), reason)
                    }
                    (None, Some(reason)) => condition_error_status("a breakpoint", reason),
                };
                (Tone::Asking, description)
            }
            StopReason::Watchpoint { condition_error: Some(reason), .. } => {
                (Tone::Asking, condition_error_status("a watchpoint", reason))
            }
            StopReason::Watchpoint { condition_error: None, .. } => (Tone::Asking, "Stopped at a watchpoint".into()),
            StopReason::LastWrite { .. } => (Tone::Asking, "At the last write".into()),
            StopReason::NotWritten { .. } => (Tone::Asking, "Not written by an instruction".into()),
            StopReason::Input => (Tone::Asking, "Waiting for input".into()),
            StopReason::Sleep => (Tone::Busy, "Sleeping".into()),
            // The sentence and the card say why.
            StopReason::Ended { outcome: Outcome::Trapped { .. } } => (Tone::Bad, "Trapped".into()),
            StopReason::Ended { outcome } => finished(outcome),
        },
    })
}

/// The status when a breakpoint's condition could not be evaluated.
fn condition_error_status(what: &str, reason: &str) -> String {
    format!("Stopped: could not evaluate the condition of {what}: {reason}")
}

/// The progress as text.
pub fn on_the_way(progress: (u64, Option<u64>)) -> String {
    format!("At {}", step_of(progress))
}

fn step_of((step, of): (u64, Option<u64>)) -> String {
    match of {
        Some(of) => format!("step {} of {}", grouped(step), grouped(of)),
        None => format!("step {}", grouped(step)),
    }
}

/// What the debugger works on, and what Pause does: `from` is the step that the user sees. To go back, it executes earlier
/// intervals again, so that the steps count up there, too.
pub fn under_way(progress: (u64, Option<u64>), from: u64) -> String {
    match progress.0 < from {
        true => format!("Going back: {} is executed again. Pause ends it.", step_of(progress)),
        false => format!("{}. Pause stops it where it is.", on_the_way(progress)),
    }
}

/// The sentence on the last step and what comes next, with its values in the chosen base.
pub fn sentence(view: &DebugView, base: Base) -> String {
    let part = |part: &SentencePart| match part {
        SentencePart::Text(text) => text.clone(),
        SentencePart::Value(value) => written(value, base),
    };
    view.sentence.iter().map(part).collect()
}

/// A call's parameters with their values: `($n = 8)`. If it has set one since it was called, that is said: `$n = 8
/// (called with 12)`, or, if the argument is not known any more, `$n = 8 now`. Compiled code has no names for them, so
/// they are left out if its source is known.
pub fn arguments(frame: &DebugFrame, base: Base) -> String {
    let params = frame
        .locals
        .iter()
        .take(frame.params as usize)
        .enumerate()
        .filter(|(_, local)| frame.source.is_none() || local.name.starts_with('$'));
    let written: Vec<String> = params
        .map(|(index, local)| {
            let name = match local.name.starts_with('$') {
                true => names::function(&local.name).to_string(),
                false => format!("local {}", local.name),
            };
            let now = written(&local.value, base);
            match frame.arguments.get(index).and_then(Option::as_ref).map(|argument| written(argument, base)) {
                Some(argument) if argument == now => format!("{name} = {now}"),
                Some(argument) => format!("{name} = {now} (called with {argument})"),
                None => format!("{name} = {now} now"),
            }
        })
        .collect();
    if written.is_empty() { String::new() } else { format!("({})", written.join(", ")) }
}

/// Which part of the bracket around the next instruction's operands is next to this operand.
pub fn bracket(frame: &DebugFrame, index: usize) -> Option<&'static str> {
    let (height, pops) = (frame.operand_stack.len(), frame.next_pops as usize);
    let deepest = height.checked_sub(pops)?;
    if index < deepest || index >= height {
        return None;
    }
    Some(match (index + 1 == height, index == deepest) {
        (true, true) => "only",
        (true, false) => "top",
        (false, true) => "bottom",
        (false, false) => "middle",
    })
}

/// Where a branch to a label goes: `br 0 goes to its start, line 14`.
pub fn branch(index: usize, label: &crate::protocol::Label) -> String {
    let goes = match label.kind.as_str() {
        "function" => "returns from the function".to_owned(),
        "loop" => "goes to its start".to_owned(),
        _ => "goes past its end".to_owned(),
    };
    match label.target.filter(|_| label.kind != "function") {
        Some(target) => format!("br {index} {goes}, line {}", target.line),
        None => format!("br {index} {goes}"),
    }
}

/// Whether a command executes the next instruction.
pub fn goes_on(command: &DebugCommand) -> bool {
    use DebugCommand::{Continue, Into, Line, Out, Over};
    matches!(command, Into | Over | Out | Continue | Line(LineCommand::Into | LineCommand::Over | LineCommand::Out))
}

/// Why a command does nothing at the end of the program or at its start.
pub fn impossible(debug: &DebugState, command: &DebugCommand) -> Option<&'static str> {
    use DebugCommand::{BackContinue, BackInto, BackOut, BackOver};
    if debug.is_at_end() && goes_on(command) {
        return Some("the program has ended. Step back to look at an earlier step, or press Debug to start again.");
    }
    let goes_back = matches!(command, BackInto | BackOver | BackOut | BackContinue);
    (goes_back && debug.is_stopped() && !can_go_back(debug)).then_some("this is the start of the program.")
}

/// Whether there is an earlier step to go back to.
pub fn can_go_back(debug: &DebugState) -> bool {
    debug.view().is_some_and(|view| view.step > 0)
}

/// Whether there is a later step to go on to.
pub fn can_go_on(debug: &DebugState) -> bool {
    debug.is_on() && !debug.is_at_end() && debug.view().is_some()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::protocol::{Label, NamedValue, Operand, PlacedValue};
    use crate::ui::state::debug::tests::view;
    use std::rc::Rc;

    fn stopped(view: DebugView) -> DebugState {
        DebugState { phase: DebugPhase::Stopped(Rc::new(view)), ..DebugState::default() }
    }

    fn span(line: u32) -> Span {
        Span { start: line, end: line + 1, line, column: 1, end_line: line, end_column: 2 }
    }

    pub fn frame(line: u32) -> DebugFrame {
        DebugFrame {
            function: String::new(),
            index: 0,
            instruction: String::new(),
            place: Some(span(line)),
            offset: 0,
            source: None,
            inlined: Vec::new(),
            locals: Vec::new(),
            params: 0,
            arguments: Vec::new(),
            operand_stack: Vec::new(),
            next_pops: 0,
            values: Vec::new(),
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

    fn number(text: &str) -> Value {
        let value: i64 = text.parse().unwrap();
        Value { ty: "i32".into(), text: text.into(), unsigned: None, hex: Some(format!("{:#x}", value as u32)) }
    }

    #[test]
    fn a_sentence_has_its_values_in_the_chosen_base() {
        let mut seen = view(1, StopReason::Step);
        seen.sentence = vec![
            SentencePart::Text("i32.mul: ".into()),
            SentencePart::Value(number("300")),
            SentencePart::Text(" × ".into()),
            SentencePart::Value(number("-1")),
        ];
        let all = [Base::Signed, Base::Unsigned, Base::Hex, Base::Binary].map(|base| sentence(&seen, base));
        assert_eq!(
            all,
            [
                "i32.mul: 300 × -1",
                "i32.mul: 300 × -1",
                "i32.mul: 0x12c × 0xffffffff",
                "i32.mul: 0b1_00101100 × 0b11111111_11111111_11111111_11111111",
            ]
        );
    }

    #[test]
    fn what_the_next_instruction_takes_is_bracketed() {
        let operand = |text: &str| Operand {
            value: number(text),
            pushed_by: String::new(),
            place: None,
            changed: false,
            address: None,
        };
        let stack = vec![operand("1"), operand("2"), operand("3"), operand("4")];
        let brackets = |next_pops| {
            let frame = DebugFrame { next_pops, operand_stack: stack.clone(), ..frame(1) };
            [0, 1, 2, 3].map(|index| bracket(&frame, index))
        };
        assert_eq!(brackets(0), [None; 4]);
        assert_eq!(brackets(1), [None, None, None, Some("only")]);
        assert_eq!(brackets(3), [None, Some("bottom"), Some("middle"), Some("top")]);
        assert_eq!(brackets(5), [None; 4], "more than there are is not possible");
    }

    #[test]
    fn a_call_is_shown_with_its_parameters_and_a_label_with_where_it_goes() {
        let local = |name: &str, value: &str| NamedValue {
            name: name.into(),
            value: number(value),
            changed: false,
            mutable: true,
            address: None,
        };
        let call = DebugFrame {
            params: 2,
            arguments: vec![Some(number("8")), Some(number("-1"))],
            locals: vec![local("$n", "8"), local("1", "-1"), local("$i", "3")],
            ..frame(1)
        };
        assert_eq!(arguments(&call, Base::Signed), "($n = 8, local 1 = -1)");
        assert_eq!(arguments(&call, Base::Hex), "($n = 0x8, local 1 = 0xffffffff)");
        let call = DebugFrame { arguments: vec![Some(number("12")), None], ..call };
        assert_eq!(arguments(&call, Base::Signed), "($n = 8 (called with 12), local 1 = -1 now)");
        assert_eq!(arguments(&frame(1), Base::Signed), "");
        let label =
            |kind: &str| Label { kind: kind.into(), name: None, place: Some(span(3)), target: Some(span(9)), arity: 0 };
        assert_eq!(branch(0, &label("loop")), "br 0 goes to its start, line 9");
        assert_eq!(branch(1, &label("block")), "br 1 goes past its end, line 9");
        assert_eq!(branch(2, &label("function")), "br 2 returns from the function");
    }

    #[test]
    fn the_editor_shows_the_top_and_the_chosen_frame() {
        let mut seen = view(3, StopReason::Step);
        let beside = |line, value| vec![PlacedValue { place: span(line), values: vec![number(value)], earlier: false }];
        seen.frames =
            vec![DebugFrame { values: beside(6, "-5"), ..frame(7) }, DebugFrame { values: beside(1, "8"), ..frame(2) }];
        let mut debug = stopped(seen);
        let shown = marks(&debug).unwrap();
        assert_eq!((shown.current, shown.caller, shown.values[0].text.as_str()), (Some(span(7)), None, "-5"));
        (debug.frame, debug.base) = (1, Base::Hex);
        let shown = marks(&debug).unwrap();
        assert_eq!((shown.current, shown.caller), (Some(span(7)), Some(span(2))));
        assert_eq!((shown.values[0].place, shown.values[0].text.as_str()), (span(1), "0x8"));
        assert_eq!(marks(&DebugState::default()), None);
    }

    #[test]
    fn the_end_is_shown_as_that_of_a_run() {
        let ended = StopReason::Ended { outcome: Outcome::Exited { code: 2 } };
        let debug = stopped(view(9, ended));
        assert_eq!(status(&debug), Some((Tone::Bad, "Exited with code 2".into())));
        assert!(!can_go_on(&debug) && can_go_back(&debug));
        assert!(!can_go_back(&stopped(view(0, StopReason::Start))));
    }

    #[test]
    fn a_search_backwards_does_not_promise_to_stop_where_it_is() {
        assert_eq!(under_way((1_500, None), 1_000), "At step 1,500. Pause stops it where it is.");
        let back = under_way((400, Some(1_000)), 1_000);
        assert_eq!(back, "Going back: step 400 of 1,000 is executed again. Pause ends it.");
    }

    #[test]
    fn a_condition_error_is_shown_with_its_reason() {
        let condition_error = Some("division by zero".to_owned());
        let describe = |reason| status(&stopped(view(9, reason))).map(|(_, description)| description);
        assert_eq!(
            describe(StopReason::Breakpoint { id: 1, condition_error: condition_error.clone() }).as_deref(),
            Some("Stopped: could not evaluate the condition of a breakpoint: division by zero")
        );
        assert_eq!(
            describe(StopReason::Watchpoint { id: 1, description: String::new(), condition_error }).as_deref(),
            Some("Stopped: could not evaluate the condition of a watchpoint: division by zero")
        );
        assert_eq!(
            describe(StopReason::Breakpoint { id: 1, condition_error: None }).as_deref(),
            Some("Stopped at a breakpoint")
        );
    }
}
