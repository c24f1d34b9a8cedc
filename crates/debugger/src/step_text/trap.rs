//! Explains why an instruction trapped, with its numbers: the program is stopped before it, so its operands are known.

use wasmoscope_module::value::{FunctionRef, Value};
use wasmparser::{Data, DataKind, Element, ElementItems, ElementKind, Operator, Parser, Payload, ValType};

use super::context::{At, Lines};
use super::count;
use super::operation::Operation;
use super::sentence::{Part, Sentence, fill};
use crate::state::StateView;
use wasmoscope_reversible::instrument::access::{Shape, shape};
use wasmoscope_runtime::outcome::{Outcome, TrapKind};

impl StateView<'_> {
    /// Why the next instruction could not be executed, if the program ended there with this outcome; `None` if it ended
    /// in another way.
    pub fn describe_trap(self, outcome: &Outcome, lines: Lines<'_>) -> Option<Sentence> {
        let at = At::of(self, self.machine().position()?, lines)?;
        let head = Sentence::new(format!("{}: ", at.instruction()));
        let (kind, message) = match outcome {
            Outcome::Trapped(trap) => (Some(trap.kind), &trap.message),
            Outcome::LimitReached { message, .. } => (None, message),
            Outcome::Returned(_) | Outcome::Exited(_) | Outcome::Stopped => return None,
        };
        let reason = kind.and_then(|kind| reason(&at, kind));
        Some(head.then(reason.unwrap_or_else(|| Sentence::new(message))))
    }
}

fn reason(at: &At<'_>, kind: TrapKind) -> Option<Sentence> {
    let operands = at.operands();
    match kind {
        TrapKind::Unreachable => Some(Sentence::new("traps whenever it is executed")),
        TrapKind::MemoryOutOfBounds => memory(at, &operands),
        TrapKind::TableOutOfBounds => table(at, &operands),
        TrapKind::UninitializedElement => {
            let (index, table) = indirect(at, &operands)?;
            Some(Sentence::new(format!("element {index} of {} is null", at.table(table))))
        }
        TrapKind::IndirectCallTypeMismatch => mismatch(at, &operands),
        TrapKind::IntegerDivideByZero => arithmetic(at, &operands, "{unsigned}{a} / {b}: division by zero"),
        TrapKind::IntegerOverflow if operands.len() == 2 => {
            arithmetic(at, &operands, "{a} / {b}: integer overflow, the quotient does not fit in an {type}")
        }
        TrapKind::IntegerOverflow => {
            arithmetic(at, &operands, "{a}: integer overflow, it does not fit in an {unsigned}{type}")
        }
        TrapKind::InvalidConversionToInteger => arithmetic(at, &operands, "{a} cannot be converted to an {type}"),
        TrapKind::GrowthLimited | TrapKind::OutOfFuel | TrapKind::OutOfSystemMemory | TrapKind::StackOverflow => None,
        TrapKind::WaitsForever | TrapKind::NoMemory | TrapKind::FunctionRefused | TrapKind::HostError => None,
    }
}

/// The template for a division or conversion, with its operands.
fn arithmetic(at: &At<'_>, operands: &[Value], template: &str) -> Option<Sentence> {
    let operation = Operation::of(&at.operator)?;
    let operand = |index: usize| Some(Part::Value(operation.sign.show(at.shown(operands.get(index)?))));
    Some(fill(template, |name| match name {
        "unsigned" => Some(Part::Text(operation.unsigned().to_owned())),
        "type" => Some(Part::Text(operation.space.clone())),
        "a" => operand(0),
        "b" => operand(1),
        _ => None,
    }))
}

/// `address 65534 + 4 bytes > 65536 bytes of memory 0`.
fn memory(at: &At<'_>, operands: &[Value]) -> Option<Sentence> {
    let number = |index: usize| operands.get(index).and_then(|value| value.unsigned());
    let size = |memory: u32| at.state.memory_size(memory as usize).unwrap_or(0);
    let beyond = |what: &str, start: u64, offset: u64, length: u64, memory: u32| {
        let end = u128::from(start) + u128::from(offset) + u128::from(length);
        let size = size(memory);
        (end > size.into()).then(|| {
            let offset = if offset == 0 { String::new() } else { format!(" + offset {offset}") };
            let (length, size) = (count(length, "byte", "bytes"), count(size, "byte", "bytes"));
            Sentence::new(format!("out of bounds: {what} {start}{offset} + {length} > {size} of {}", at.memory(memory)))
        })
    };
    match shape(&at.operator)? {
        Shape::Plain { memory, offset, length, .. } => beyond("address", number(0)?, offset, length, memory),
        Shape::Fill { memory } => beyond("address", number(0)?, 0, number(2)?, memory),
        Shape::Copy { to, from } => beyond("source", number(1)?, 0, number(2)?, from)
            .or_else(|| beyond("target", number(0)?, 0, number(2)?, to)),
        Shape::Init { memory } => {
            let Operator::MemoryInit { data_index, .. } = at.operator else { return None };
            let segment = Segment::of(at.state, data_index, true)?;
            segment
                .beyond(&at.data(data_index), number(1)?, number(2)?, BYTES)
                .or_else(|| beyond("address", number(0)?, 0, number(2)?, memory))
        }
    }
}

const BYTES: (&str, &str) = ("byte", "bytes");
const ELEMENTS: (&str, &str) = ("element", "elements");

/// `table 0 has 2 elements; 2 elements from index 1 on are too many`.
fn too_many(whole: &str, size: u64, start: u64, length: u64, (one, many): (&str, &str)) -> Option<Sentence> {
    (u128::from(start) + u128::from(length) > size.into()).then(|| {
        let (size, taken) = (count(size, one, many), count(length, one, many));
        let are = if length == 1 { "is" } else { "are" };
        Sentence::new(format!("out of bounds: {whole} has {size}; {taken} from index {start} on {are} too many"))
    })
}

/// `element 9 of table 0, which has 2 elements`.
fn table(at: &At<'_>, operands: &[Value]) -> Option<Sentence> {
    let number = |index: usize| operands.get(index).and_then(|value| value.unsigned());
    let size = |table: u32| at.state.table_size(table as usize).unwrap_or(0);
    let has = |table: u32| count(size(table), "element", "elements");
    let one = |index: u64, table: u32| {
        Sentence::new(format!("out of bounds: element {index} of {}, which has {}", at.table(table), has(table)))
    };
    let beyond = |role: Option<&str>, start: u64, length: u64, table: u32| {
        let whole = match role {
            Some(role) => format!("the {role}, {},", at.table(table)),
            None => at.table(table),
        };
        too_many(&whole, size(table), start, length, ELEMENTS)
    };
    match at.operator {
        Operator::TableGet { table } | Operator::TableSet { table } => Some(one(number(0)?, table)),
        Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
            let (index, table) = indirect(at, operands)?;
            Some(one(index, table))
        }
        Operator::TableFill { table } => beyond(None, number(0)?, number(2)?, table),
        Operator::TableCopy { dst_table, src_table } => beyond(Some("source"), number(1)?, number(2)?, src_table)
            .or_else(|| beyond(Some("target"), number(0)?, number(2)?, dst_table)),
        Operator::TableInit { elem_index, table } => {
            let segment = Segment::of(at.state, elem_index, false)?;
            segment
                .beyond(&at.element(elem_index), number(1)?, number(2)?, ELEMENTS)
                .or_else(|| beyond(Some("target"), number(0)?, number(2)?, table))
        }
        _ => None,
    }
}

/// The element and the table of an indirect call.
fn indirect(at: &At<'_>, operands: &[Value]) -> Option<(u64, u32)> {
    let table = match at.operator {
        Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => table_index,
        _ => return None,
    };
    Some((operands.last()?.unsigned()?, table))
}

/// `element 0 of table 0 is $add with (param i32 i32) (result i32), and (param i32) is expected`.
fn mismatch(at: &At<'_>, operands: &[Value]) -> Option<Sentence> {
    let (index, table) = indirect(at, operands)?;
    let ty = match at.operator {
        Operator::CallIndirect { type_index, .. } | Operator::ReturnCallIndirect { type_index, .. } => type_index,
        _ => return None,
    };
    let Some(Value::FuncRef(Some(FunctionRef::Index(callee)))) = at.state.table_element(table as usize, index) else {
        return None;
    };
    let copy = &at.state.program().instrumented;
    let (found, expected) = (signature(copy.signature_of_function(callee)?), signature(copy.signature(ty)?));
    let (table, callee) = (at.table(table), at.reference(callee));
    Some(Sentence::new(format!(
        "element {index} of {table} is {callee}, which has {found}; the call expects {expected}"
    )))
}

/// `(param i32 i32) (result i32)`.
fn signature((params, results): (&[ValType], &[ValType])) -> String {
    let list = |word: &str, types: &[ValType]| {
        let types: String = types.iter().map(|ty| format!(" {ty}")).collect();
        (!types.is_empty()).then(|| format!("({word}{types})"))
    };
    let parts: Vec<String> = [list("param", params), list("result", results)].into_iter().flatten().collect();
    if parts.is_empty() { "no parameters and no results".to_owned() } else { parts.join(" ") }
}

/// A data or element segment.
struct Segment {
    /// In bytes or elements; 0 for a segment that was dropped.
    length: u64,
    /// The note that it was dropped, between its name and its length.
    dropped: &'static str,
}

impl Segment {
    fn of(state: StateView<'_>, index: u32, is_data: bool) -> Option<Self> {
        let (mut found, mut data_segments) = (None, 0);
        for payload in Parser::new(0).parse_all(state.program().instrumented.original()).map_while(Result::ok) {
            match payload {
                Payload::DataSection(section) => {
                    data_segments = section.count();
                    if is_data {
                        found =
                            section.into_iter().map_while(Result::ok).nth(index as usize).map(|data| Self::data(&data));
                    }
                }
                Payload::ElementSection(section) if !is_data => {
                    let element = section.into_iter().map_while(Result::ok).nth(index as usize);
                    found = element.map(|element| Self::elements(&element));
                }
                _ => {}
            }
        }
        let segment = found?;
        let is_dropped = state.machine().is_dropped(if is_data { index } else { data_segments + index });
        Some(match segment.dropped.is_empty() && is_dropped {
            true => Self { length: 0, dropped: ", which has been dropped," },
            false => segment,
        })
    }

    fn data(data: &Data<'_>) -> Self {
        match data.kind {
            DataKind::Passive => Self { length: data.data.len() as u64, dropped: "" },
            DataKind::Active { .. } => Self { length: 0, dropped: ACTIVE },
        }
    }

    fn elements(element: &Element<'_>) -> Self {
        let length = match &element.items {
            ElementItems::Functions(items) => items.count(),
            ElementItems::Expressions(_, items) => items.count(),
        };
        match element.kind {
            ElementKind::Passive => Self { length: length.into(), dropped: "" },
            ElementKind::Active { .. } => Self { length: 0, dropped: ACTIVE },
            ElementKind::Declared => {
                Self { length: 0, dropped: ", which is declarative and was dropped at instantiation," }
            }
        }
    }

    fn beyond(&self, name: &str, start: u64, length: u64, units: (&str, &str)) -> Option<Sentence> {
        too_many(&format!("{name}{}", self.dropped), self.length, start, length, units)
    }
}

const ACTIVE: &str = ", which is active and was dropped at instantiation,";
