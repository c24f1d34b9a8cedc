//! Wording for locals, globals and constants.

use wasmoscope_module::value::Value;
use wasmparser::Operator;

use super::Step;
use super::sentence::Sentence;
use wasmoscope_module::value;

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let Step { at, before, pushed } = step;
    let head = step.head();
    Some(match at.operator {
        Operator::LocalGet { .. }
        | Operator::GlobalGet { .. }
        | Operator::I32Const { .. }
        | Operator::I64Const { .. }
        | Operator::F32Const { .. }
        | Operator::F64Const { .. }
        | Operator::V128Const { .. } => head.text("pushed ").list(at.all(pushed)),
        Operator::LocalSet { .. } | Operator::GlobalSet { .. } => {
            change(step, head, before.written.as_ref()?, before.operands.first()?)
        }
        Operator::LocalTee { .. } => {
            let value = before.operands.first()?;
            let sentence = change(step, head, before.written.as_ref()?, value);
            sentence.text(", and ").value(at.shown(value)).text(" stays on the stack")
        }
        _ => return None,
    })
}

/// `0 → 1`, or that the value is unchanged.
fn change(step: &Step<'_>, sentence: Sentence, old: &Value, new: &Value) -> Sentence {
    let is_same = value::show(old) == value::show(new);
    let (old, new) = (step.at.shown(old), step.at.shown(new));
    match is_same {
        true => sentence.text("stays ").value(new),
        false => sentence.value(old).text(" → ").value(new),
    }
}
