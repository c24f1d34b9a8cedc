//! Wording for tables and references.

use wasmoscope_module::value::Value;
use wasmparser::Operator;

use super::sentence::Sentence;
use super::{Step, count};

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let Step { at, before, pushed } = step;
    let head = step.head();
    let elements = |number: u64| count(number, "element", "elements");
    Some(match at.operator {
        Operator::RefNull { .. } | Operator::RefFunc { .. } => head.text("pushed ").list(at.all(pushed)),
        Operator::RefIsNull => {
            let is_null = pushed.first()?.unsigned()? != 0;
            let reference = at.shown(before.operands.first()?);
            let head = if is_null { head.text("the reference") } else { head.value(reference) };
            head.text(if is_null { " is null, pushed " } else { " is not null, pushed " }).list(at.all(pushed))
        }
        Operator::TableGet { table } => {
            let head = head.text(format!("element {} of {} is ", step.number(0)?, at.table(table)));
            head.list(at.all(pushed)).text(", pushed it")
        }
        Operator::TableSet { table } => {
            let head = head.text(format!("element {} of {}: ", step.number(0)?, at.table(table)));
            let (old, new) = (at.shown(before.written.as_ref()?), at.shown(before.operands.get(1)?));
            match old == new {
                true => head.text("stays ").value(new),
                false => head.value(old).text(" → ").value(new),
            }
        }
        Operator::TableSize { table } => {
            let size = elements(pushed.first()?.unsigned()?);
            head.text(format!("{} has {size}, pushed ", at.table(table))).list(at.all(pushed))
        }
        Operator::TableGrow { .. } => {
            let delta = step.number(1)?;
            let result = pushed.first()?;
            match result {
                Value::I32(-1) | Value::I64(-1) => {
                    head.text(format!("could not grow by {}, pushed ", elements(delta))).list(at.all(pushed))
                }
                _ => {
                    let old = before.table_size?;
                    let new = elements(old.saturating_add(delta));
                    let head = head.text(format!("{old} → {new}, the new ones "));
                    head.value(at.shown(before.operands.first()?)).text(", pushed ").list(at.all(pushed))
                }
            }
        }
        Operator::TableFill { table } => {
            let (start, length) = (step.number(0)?, step.number(2)?);
            let head = head.text(format!("set {} of {} to ", elements(length), at.table(table)));
            head.value(at.shown(before.operands.get(1)?)).text(format!(", starting at element {start}"))
        }
        Operator::TableCopy { dst_table, src_table } => {
            let (to, from, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let (target, source) = (at.table(dst_table), at.table(src_table));
            head.text(format!(
                "copied {} from element {from} of {source} to element {to} of {target}",
                elements(length)
            ))
        }
        Operator::TableInit { elem_index, table } => {
            let (to, from, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let (target, source) = (at.table(table), at.element(elem_index));
            head.text(format!(
                "copied {} from element {from} of {source} to element {to} of {target}",
                elements(length)
            ))
        }
        Operator::ElemDrop { elem_index } => {
            head.text(format!("dropped {}: its length is now 0 elements", at.element(elem_index)))
        }
        _ => return None,
    })
}
