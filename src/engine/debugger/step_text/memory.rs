//! Wording for what reads, writes and grows memories, vectors included.

use wasmi::Val;
use wasmparser::Operator;

use super::instruction::name;
use super::sentence::Sentence;
use super::simd::{Lanes, lanes};
use super::{Step, count, unsigned};
use crate::engine::instrument::access::{Shape, shape};
use crate::engine::value::Shown;

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let Step { at, before, pushed } = step;
    let head = step.head();
    Some(match (&at.operator, shape(&at.operator)) {
        (Operator::MemorySize { mem }, _) => {
            let pages = unsigned(pushed.first()?)?;
            let text = format!("{} has {}, pushed ", at.memory(*mem), count(pages, "page", "pages"));
            head.text(text).value(at.shown(pushed.first()?))
        }
        (Operator::MemoryGrow { .. }, _) => {
            let (delta, result) = (step.number(0)?, pushed.first()?);
            let sentence = match result {
                Val::I32(-1) | Val::I64(-1) => {
                    head.text(format!("could not grow by {}, pushed ", count(delta, "page", "pages")))
                }
                old => {
                    let old = unsigned(old)?;
                    let new = old.saturating_add(delta);
                    head.text(format!("{old} → {}, pushed ", count(new, "page", "pages")))
                }
            };
            sentence.value(at.shown(result))
        }
        (Operator::DataDrop { data_index }, _) => {
            head.text(format!("{} can no longer be copied from", at.data(*data_index)))
        }
        (_, Some(Shape::Fill { memory })) => {
            let (start, value, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let bytes = count(length, "byte", "bytes");
            head.text(format!("wrote {bytes} of {:02x} at {start:#X}{}", value as u8, at.of_memory(memory)))
        }
        (_, Some(Shape::Copy { to, from })) => {
            let (target, source, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let (from, to) = (at.of_memory(from), at.of_memory(to));
            let bytes = count(length, "byte", "bytes");
            head.text(format!("copied {bytes} from {source:#X}{from} to {target:#X}{to}"))
        }
        (Operator::MemoryInit { data_index, mem }, _) => {
            let (target, offset, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let (data, memory) = (at.data(*data_index), at.of_memory(*mem));
            let bytes = count(length, "byte", "bytes");
            head.text(format!("copied {bytes} from byte {offset} of {data} to {target:#X}{memory}"))
        }
        (_, Some(Shape::Plain { memory, offset, writes: false, .. })) => {
            let place = place(step, memory, offset)?;
            let extended = match name(&at.operator) {
                name if !name.contains("load") || is_whole(&name) => "",
                name if name.ends_with("_s") => ", sign-extended",
                name if name.ends_with("_u") => ", zero-extended",
                _ => "",
            };
            let result = pushed.first()?;
            head.text(format!("read {} {place}{extended}, pushed ", bytes(&before.bytes)))
                .value(vector(step, result).unwrap_or_else(|| at.shown(result)))
        }
        (_, Some(Shape::Plain { memory, offset, length, writes: true, .. })) => {
            let place = place(step, memory, offset)?;
            let address = step.number(0)?.checked_add(offset)?;
            let written = at.session.bytes_at(memory, address, length);
            let value = before.operands.get(1)?;
            let lane = match at.operator {
                Operator::V128Store8Lane { lane, .. }
                | Operator::V128Store16Lane { lane, .. }
                | Operator::V128Store32Lane { lane, .. }
                | Operator::V128Store64Lane { lane, .. } => Some(lane),
                _ => None,
            };
            let head = head.text("wrote ");
            let head = match lane {
                Some(lane) => head.text(format!("lane {lane} of ")),
                None => head,
            };
            let head = match lane.is_none() && length < size(value) {
                true => head.text(format!("the low {} bits of ", length * 8)),
                false => head,
            };
            head.value(vector(step, value).unwrap_or_else(|| at.shown(value)))
                .text(format!(" as {} {place}", bytes(&written)))
        }
        _ => return None,
    })
}

/// `at 0x14 (0x10 + offset 4)`: where an access is.
fn place(step: &Step<'_>, memory: u32, offset: u64) -> Option<String> {
    let base = step.number(0)?;
    let memory = step.at.of_memory(memory);
    Some(match offset {
        0 => format!("at {base:#X}{memory}"),
        _ => format!("at {:#X} ({base:#X} + offset {offset}){memory}", base.checked_add(offset)?),
    })
}

fn bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// How many bytes a value has.
fn size(value: &Val) -> u64 {
    match value {
        Val::I32(_) | Val::F32(_) => 4,
        Val::V128(_) => 16,
        _ => 8,
    }
}

/// Whether a load reads all bytes of the value, so that nothing is extended.
fn is_whole(name: &str) -> bool {
    name.ends_with(".load")
}

/// A vector in the lanes that the instruction is about.
fn vector(step: &Step<'_>, value: &Val) -> Option<Shown> {
    let Val::V128(vector) = value else { return None };
    let name = name(&step.at.operator);
    let widths = name.split_once('.')?.1.trim_start_matches("load").trim_start_matches("store");
    let is_unsigned = widths.ends_with("_u");
    let lane = match widths {
        widths if widths.starts_with("8x8") => Lanes::I16x8,
        widths if widths.starts_with("16x4") => Lanes::I32x4,
        widths if widths.starts_with("32x2") => Lanes::I64x2,
        widths if widths.starts_with('8') => Lanes::I8x16,
        widths if widths.starts_with("16") => Lanes::I16x8,
        widths if widths.starts_with("64") => Lanes::I64x2,
        _ => Lanes::I32x4,
    };
    Some(lanes(vector.as_u128(), lane, is_unsigned))
}
