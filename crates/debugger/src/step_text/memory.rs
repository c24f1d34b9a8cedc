//! Wording for instructions that read, write and grow memories, including vector instructions.

use wasmoscope_module::value::Value;
use wasmparser::Operator;

use super::instruction::name;
use super::lanes::{Lanes, Vector};
use super::operation::Sign;
use super::sentence::Sentence;
use super::simd::lane;
use super::{Step, count};
use wasmoscope_module::value::FormattedValue;
use wasmoscope_reversible::instrument::access::{Shape, shape};

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let Step { at, before, pushed } = step;
    let head = step.head();
    Some(match (&at.operator, shape(&at.operator)) {
        (Operator::MemorySize { mem }, _) => {
            let pages = pushed.first()?.unsigned()?;
            let text = format!("{} has {}, pushed ", at.memory(*mem), count(pages, "page", "pages"));
            head.text(text).value(at.shown(pushed.first()?))
        }
        (Operator::MemoryGrow { .. }, _) => {
            let (delta, result) = (step.number(0)?, pushed.first()?);
            let sentence = match result {
                Value::I32(-1) | Value::I64(-1) => {
                    head.text(format!("could not grow by {}, pushed ", count(delta, "page", "pages")))
                }
                old => {
                    let old = old.unsigned()?;
                    let new = old.saturating_add(delta);
                    head.text(format!("{old} → {}, pushed ", count(new, "page", "pages")))
                }
            };
            sentence.value(at.shown(result))
        }
        (Operator::DataDrop { data_index }, _) => {
            head.text(format!("dropped {}: its length is now 0 bytes", at.data(*data_index)))
        }
        (_, Some(Shape::Fill { memory })) => {
            let (start, value, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let bytes = count(length, "byte", "bytes");
            head.text(format!("filled {bytes} at {start:#x}{} with {:#04x}", at.of_memory(memory), value as u8))
        }
        (_, Some(Shape::Copy { to, from })) => {
            let (target, source, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let (from, to) = (at.of_memory(from), at.of_memory(to));
            let bytes = count(length, "byte", "bytes");
            head.text(format!("copied {bytes} from {source:#x}{from} to {target:#x}{to}"))
        }
        (Operator::MemoryInit { data_index, mem }, _) => {
            let (target, offset, length) = (step.number(0)?, step.number(1)?, step.number(2)?);
            let (data, memory) = (at.data(*data_index), at.of_memory(*mem));
            let bytes = count(length, "byte", "bytes");
            head.text(format!("copied {bytes} from byte {offset} of {data} to {target:#x}{memory}"))
        }
        (_, Some(Shape::Plain { memory, offset, writes: false, .. })) => {
            let place = place(step, memory, offset)?;
            let head = head.text(format!("read {} {place}", bytes(&before.bytes)));
            let shown = |value: &Value| vector(step, value).unwrap_or_else(|| at.shown(value));
            let name = name(&at.operator);
            let head = match name.rsplit_once('_').map(|(_, last)| last) {
                Some("s") => head.text(", sign-extended, pushed "),
                Some("u") => head.text(", zero-extended, pushed "),
                Some("splat") => head.text(", pushed it in every lane: "),
                Some("zero") => head.text(", the upper lanes 0, pushed "),
                Some("lane") => {
                    let head = head.text(format!(", put into lane {} of ", lane(&at.operator)?));
                    head.value(shown(before.operands.get(1)?)).text(", pushed ")
                }
                _ => head.text(", pushed "),
            };
            head.value(shown(pushed.first()?))
        }
        (_, Some(Shape::Plain { memory, offset, length, writes: true, .. })) => {
            let place = place(step, memory, offset)?;
            let address = step.number(0)?.checked_add(offset)?;
            let written = at.state.bytes_at(memory, address, length);
            let value = before.operands.get(1)?;
            let lane = lane(&at.operator);
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

/// `at 0x14 (0x10 + offset 4)`: the position of an access.
fn place(step: &Step<'_>, memory: u32, offset: u64) -> Option<String> {
    let base = step.number(0)?;
    let memory = step.at.of_memory(memory);
    Some(match offset {
        0 => format!("at {base:#x}{memory}"),
        _ => format!("at {:#x} ({base:#x} + offset {offset}){memory}", base.checked_add(offset)?),
    })
}

fn bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// The size of a value in bytes.
fn size(value: &Value) -> u64 {
    match value {
        Value::I32(_) | Value::F32(_) => 4,
        Value::V128(_) => 16,
        _ => 8,
    }
}

/// A vector, divided into the instruction's lanes.
fn vector(step: &Step<'_>, value: &Value) -> Option<FormattedValue> {
    let name = name(&step.at.operator);
    let widths = name.split_once('.')?.1.trim_start_matches("load").trim_start_matches("store");
    let sign = if widths.ends_with("_u") { Sign::Unsigned } else { Sign::Either };
    let shape = match widths {
        widths if widths.starts_with("8x8") => Lanes::I16x8,
        widths if widths.starts_with("16x4") => Lanes::I32x4,
        widths if widths.starts_with("32x2") => Lanes::I64x2,
        widths if widths.starts_with('8') => Lanes::I8x16,
        widths if widths.starts_with("16") => Lanes::I16x8,
        widths if widths.starts_with("64") => Lanes::I64x2,
        _ => Lanes::I32x4,
    };
    Some(sign.show(Vector::of(value, shape)?.shown()))
}
