//! Wording for blocks, branches, calls and returns, and for `drop` and `select`.

use wasmoscope_module::value::Value;
use wasmparser::Operator;

use super::Step;
use super::context::At;
use super::sentence::Sentence;
use wasmoscope_reversible::instrument::Flow;

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let Step { at, before, pushed } = step;
    let state = at.state;
    // Another of the program's calls has started: the previous one has returned.
    if state.call() != before.call {
        return Some(returned(step, None).text(", then ").then(entered(at, None)));
    }
    if state.depth() < before.depth {
        return Some(returned(step, state.call_stack(1).first().map(|frame| frame.function)));
    }
    let indirect = indirect_call(step);
    if state.depth() > before.depth {
        return Some(called(step, indirect, None));
    }
    let flow = &step.analysed().instructions.get(before.position.instruction as usize)?.flow;
    if *flow == Flow::TailCall && !is_import(step) {
        return Some(called(step, indirect, Some(at.function)));
    }
    let head = step.head();
    let condition = || before.operands.last().map(|value| at.shown(value));
    Some(match (&at.operator, flow) {
        (Operator::Nop, _) => head.text("does nothing"),
        (Operator::Block { .. }, _) => {
            let (label, _) = at.analysed.label_of(before.position.instruction)?;
            let line = at.at_line(", to ", at.analysed.follow(at.analysed.labels.get(label as usize)?.target));
            head.text(format!("entered; a branch to {} goes past its end{line}", it(at, label)))
        }
        (Operator::Loop { .. }, _) => {
            let (label, _) = at.analysed.label_of(before.position.instruction)?;
            head.text(format!("entered; a branch to {} comes back here", it(at, label)))
        }
        (Operator::If { .. }, Flow::If(otherwise)) => {
            let (_, label) = at.analysed.label_of(before.position.instruction)?;
            let head = head.text("popped ").value(condition()?);
            match (is_zero(before.operands.last()?), label.has_else()) {
                (false, _) => head.text(", not zero: goes into the `then` branch"),
                (true, true) => head.text(": goes to `else`").text(at.at_line(", ", at.analysed.follow(*otherwise))),
                (true, false) => {
                    let line = at.at_line(", to ", at.analysed.follow(*otherwise));
                    head.text(format!(": skips the `then` branch{line}"))
                }
            }
        }
        (Operator::Br { .. }, Flow::Branch(label)) => head.then(branches(at, *label, &before.operands)),
        (Operator::BrIf { .. }, Flow::BranchIf(label)) => {
            let head = head.text("popped ").value(condition()?);
            match is_zero(before.operands.last()?) {
                true => head.text(": does not branch"),
                false => head.text(", not zero: ").then(branches(at, *label, &before.carried)),
            }
        }
        (Operator::BrTable { .. }, Flow::BranchTable(labels)) => {
            let index = before.operands.last()?.unsigned()?;
            let default = labels.len().checked_sub(1)?;
            let chosen = usize::try_from(index).unwrap_or(usize::MAX).min(default);
            let head = head.text("popped ").value(condition()?);
            let head = match chosen == default {
                true => head.text(format!(": the table has no entry {index}, so the default: ")),
                false => head.text(format!(": entry {index} of the table: ")),
            };
            let (_, carried) = before.operands.split_last()?;
            head.then(branches(at, *labels.get(chosen)?, carried))
        }
        (
            Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. },
            _,
        ) => host_called(step, indirect, pushed),
        (Operator::Drop, _) => head.text("popped ").list(at.all(&before.operands)),
        (Operator::Select | Operator::TypedSelect { .. }, _) => {
            let [first, second, condition] = &before.operands[..] else { return None };
            let head = head.text("popped ").value(at.shown(condition));
            match is_zero(condition) {
                true => head.text(", so the second, ").value(at.shown(second)).text(", stays"),
                false => head.text(", not zero, so the first, ").value(at.shown(first)).text(", stays"),
            }
        }
        _ => return None,
    })
}

fn is_zero(value: &Value) -> bool {
    value.unsigned() == Some(0)
}

/// A label as a branch refers to it: `$next`, or `it`.
fn it(at: &At<'_>, label: u32) -> String {
    at.label_name(label).unwrap_or_else(|| "it".to_owned())
}

/// A branch, and the values it passes: `branches past the end of block $done, with 5`.
fn branches(at: &At<'_>, label: u32, carried: &[Value]) -> Sentence {
    let target = at.target(label);
    let to = if target.starts_with("past") { "" } else { "to " };
    let sentence = Sentence::new(format!("branches {to}{target}"));
    if carried.is_empty() { sentence } else { sentence.text(", with ").list(at.all(carried)) }
}

/// The table element, for an indirect call: `element 0 of table 0 is $add`.
fn indirect_call(step: &Step<'_>) -> Option<String> {
    let table = match step.at.operator {
        Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => table_index,
        _ => return None,
    };
    let index = step.before.operands.last()?.unsigned()?;
    let callee = step.at.reference(step.before.callee?);
    Some(format!("element {index} of {} is {callee}", step.at.table(table)))
}

/// Whether it calls a host function.
fn is_import(step: &Step<'_>) -> bool {
    let callee = match step.at.operator {
        Operator::Call { function_index } | Operator::ReturnCall { function_index } => Some(function_index),
        _ => step.before.callee,
    };
    callee.is_some_and(|callee| callee < step.at.state.program().instrumented.imported_functions)
}

/// A call has started, for a tail call in place of another.
fn called(step: &Step<'_>, indirect: Option<String>, instead_of: Option<u32>) -> Sentence {
    let entered = entered(&step.at, instead_of);
    match indirect {
        Some(element) => step.head().text(element).text(": ").then(entered),
        None => entered.capital(),
    }
}

/// The topmost call, with the values of its parameters.
fn entered(at: &At<'_>, instead_of: Option<u32>) -> Sentence {
    let Some(frame) = at.state.call_stack(1).pop() else { return Sentence::new("entered a function") };
    let mut sentence = Sentence::new(format!("entered {}", at.function(frame.function)));
    if let Some(caller) = instead_of {
        sentence = sentence.text(format!(" in place of {}", at.function(caller)));
    }
    for (index, local) in frame.locals.iter().take(frame.params as usize).enumerate() {
        let name = at.local(frame.function, index as u32);
        sentence = sentence.text(if index == 0 { " with " } else { ", " });
        sentence = sentence.text(format!("{name} = ")).value(at.shown(&local.value));
    }
    sentence
}

/// A call has returned to that function.
fn returned(step: &Step<'_>, to: Option<u32>) -> Sentence {
    // A tail call of a host function returns the host's results, which are not among its operands.
    let is_tail_call = matches!(step.at.operator, Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. });
    let results = match is_tail_call {
        true => host_results(step).unwrap_or_default(),
        false => step.before.operands.clone(),
    };
    let mut sentence = Sentence::new("returned");
    if !results.is_empty() {
        sentence = sentence.text(" ").list(step.at.all(&results));
    }
    sentence = match to {
        Some(to) => sentence.text(format!(" to {}", step.at.function(to))),
        None => sentence.text(format!(" from {}", step.at.function(step.at.function))),
    };
    match is_tail_call {
        true => host_called(step, indirect_call(step), &results).text("; ").then(sentence),
        false => sentence.capital(),
    }
}

/// The results of a host function after a tail call: they are on the caller's stack.
fn host_results(step: &Step<'_>) -> Option<Vec<Value>> {
    let state = step.at.state;
    let results = step.at.analysed.results.len();
    let frame = state.call_stack(1).pop()?;
    let kept = frame.operand_stack.len().checked_sub(results)?;
    Some(frame.operand_stack[kept..].iter().map(|operand| operand.value).collect())
}

/// A host function was called and has returned.
fn host_called(step: &Step<'_>, indirect: Option<String>, results: &[Value]) -> Sentence {
    let Step { at, before, .. } = step;
    let mut sentence = step.head();
    let mut arguments = &before.operands[..];
    if let Some(element) = indirect {
        sentence = sentence.text(element).text(": ");
        arguments = arguments.split_last().map_or(arguments, |(_, arguments)| arguments);
    }
    sentence = match arguments.is_empty() {
        true => sentence.text("called the host"),
        false => sentence.text("called the host with ").list(at.all(arguments)),
    };
    match results.is_empty() {
        true => sentence,
        false => sentence.text(", which returned ").list(at.all(results)),
    }
}
