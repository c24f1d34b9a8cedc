//! Why an instruction trapped, with its numbers: the program is stopped before it, so its operands are known.

use wasmi::{Nullable, Val};
use wasmparser::{Operator, Parser, Payload, ValType};

use super::context::{At, Lines};
use super::instruction::name;
use super::sentence::Sentence;
use super::{count, unsigned};
use crate::engine::debugger::session::DebugSession;
use crate::engine::instrument::access::{Shape, shape};
use crate::engine::instrument::layout;
use crate::engine::runtime::outcome::Outcome;

impl DebugSession {
    /// Why the instruction that is next could not be executed; `None` where the program ended in another way.
    pub fn describe_trap(&self, lines: Lines<'_>) -> Option<Sentence> {
        let outcome = self.outcome()?;
        let at = At::of(self, self.machine().position()?, lines)?;
        let head = Sentence::new(format!("{}: ", at.instruction()));
        let (code, message) = match outcome {
            Outcome::Trapped(trap) => (trap.code, &trap.message),
            Outcome::LimitReached { message, .. } => ("", message),
            Outcome::Returned(_) | Outcome::Exited(_) | Outcome::Stopped => return None,
        };
        let reason = reason(&at, code);
        Some(head.then(reason.unwrap_or_else(|| Sentence::new(message))))
    }
}

fn reason(at: &At<'_>, code: &str) -> Option<Sentence> {
    let operands = at.operands();
    let operand = |index: usize| operands.get(index).map(|value| at.shown(value));
    match code {
        "unreachable" => Some(Sentence::new("traps whenever it is executed")),
        "out-of-bounds-memory-access" => memory(at, &operands),
        "out-of-bounds-table-access" => table(at, &operands),
        "uninitialized-element" => {
            let (index, table) = indirect(at, &operands)?;
            Some(Sentence::new(format!("element {index} of {} is null", at.table(table))))
        }
        "indirect-call-type-mismatch" => mismatch(at, &operands),
        "integer-divide-by-zero" => {
            Some(Sentence::default().value(operand(0)?).text(" / ").value(operand(1)?).text(": division by zero"))
        }
        "integer-overflow" => {
            let name = name(&at.operator);
            let ty = name.split_once('.').map_or("integer", |(ty, _)| ty);
            let sign = if name.ends_with("_u") { "an unsigned" } else { "an" };
            let sentence = Sentence::default().value(operand(0)?);
            Some(match operand(1) {
                Some(divisor) => sentence
                    .text(" / ")
                    .value(divisor)
                    .text(format!(": integer overflow, the quotient does not fit an {ty}")),
                None => sentence.text(format!(": integer overflow, it does not fit {sign} {ty}")),
            })
        }
        "invalid-conversion-to-integer" => {
            let ty = name(&at.operator).split_once('.').map_or("integer".to_owned(), |(ty, _)| ty.to_owned());
            Some(Sentence::default().value(operand(0)?).text(format!(" cannot be converted to an {ty}")))
        }
        _ => None,
    }
}

/// `address 65534 + 4 bytes > 65536 bytes of memory 0`.
fn memory(at: &At<'_>, operands: &[Val]) -> Option<Sentence> {
    let number = |index: usize| operands.get(index).and_then(unsigned);
    let size = |memory: u32| at.session.memory(memory as usize).map_or(0, |bytes| bytes.len() as u64);
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
            let segment = Segment::of(at.session, data_index, true)?;
            segment
                .beyond(&at.data(data_index), number(1)?, number(2)?, ("byte", "bytes"))
                .or_else(|| beyond("address", number(0)?, 0, number(2)?, memory))
        }
    }
}

/// `element 9 of table 0, which has 2 elements`.
fn table(at: &At<'_>, operands: &[Val]) -> Option<Sentence> {
    let number = |index: usize| operands.get(index).and_then(unsigned);
    let size = |table: u32| at.session.table_size(table as usize).unwrap_or(0);
    let has = |table: u32| count(size(table), "element", "elements");
    let one = |index: u64, table: u32| {
        Sentence::new(format!("out of bounds: element {index} of {}, which has {}", at.table(table), has(table)))
    };
    let beyond = |what: &str, start: u64, length: u64, table: u32| {
        (u128::from(start) + u128::from(length) > size(table).into()).then(|| {
            let (length, size) = (count(length, "element", "elements"), has(table));
            Sentence::new(format!("out of bounds: {what} {start} + {length} > {size} of {}", at.table(table)))
        })
    };
    match at.operator {
        Operator::TableGet { table } | Operator::TableSet { table } => Some(one(number(0)?, table)),
        Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
            let (index, table) = indirect(at, operands)?;
            Some(one(index, table))
        }
        Operator::TableFill { table } => beyond("element", number(0)?, number(2)?, table),
        Operator::TableCopy { dst_table, src_table } => beyond("source", number(1)?, number(2)?, src_table)
            .or_else(|| beyond("target", number(0)?, number(2)?, dst_table)),
        Operator::TableInit { elem_index, table } => {
            let segment = Segment::of(at.session, elem_index, false)?;
            segment
                .beyond(&at.element(elem_index), number(1)?, number(2)?, ("element", "elements"))
                .or_else(|| beyond("target", number(0)?, number(2)?, table))
        }
        _ => None,
    }
}

/// Which element of which table is called.
fn indirect(at: &At<'_>, operands: &[Val]) -> Option<(u64, u32)> {
    let table = match at.operator {
        Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => table_index,
        _ => return None,
    };
    Some((unsigned(operands.last()?)?, table))
}

/// `element 0 of table 0 is $add with (param i32 i32) (result i32), and (param i32) is expected`.
fn mismatch(at: &At<'_>, operands: &[Val]) -> Option<Sentence> {
    let (index, table) = indirect(at, operands)?;
    let ty = match at.operator {
        Operator::CallIndirect { type_index, .. } | Operator::ReturnCallIndirect { type_index, .. } => type_index,
        _ => return None,
    };
    let Some(Val::FuncRef(Nullable::Val(function))) = at.session.table_element(table as usize, index) else {
        return None;
    };
    let callee = at.session.function_of(&function)?;
    let copy = &at.session.program().instrumented;
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
    /// In bytes or elements.
    length: u64,
    /// A segment that has been dropped has nothing left.
    dropped: bool,
}

impl Segment {
    fn of(session: &DebugSession, index: u32, is_data: bool) -> Option<Self> {
        let (mut length, mut data_segments) = (None, 0);
        for payload in Parser::new(0).parse_all(session.program().instrumented.original()).map_while(Result::ok) {
            match payload {
                Payload::DataSection(section) => {
                    data_segments = section.count();
                    if is_data {
                        let data = section.into_iter().map_while(Result::ok).nth(index as usize);
                        length = data.map(|data| data.data.len() as u64);
                    }
                }
                Payload::ElementSection(section) if !is_data => {
                    let element = section.into_iter().map_while(Result::ok).nth(index as usize);
                    length = element.map(|element| match element.items {
                        wasmparser::ElementItems::Functions(items) => items.count().into(),
                        wasmparser::ElementItems::Expressions(_, items) => items.count().into(),
                    });
                }
                _ => {}
            }
        }
        let place = layout::DROPS + if is_data { index } else { data_segments + index };
        let dropped = session.machine().state().get(place as usize).is_some_and(|dropped| *dropped != 0);
        Some(Self { length: length?, dropped })
    }

    fn beyond(&self, name: &str, start: u64, length: u64, (one, many): (&str, &str)) -> Option<Sentence> {
        let has = if self.dropped { 0 } else { self.length };
        (u128::from(start) + u128::from(length) > has.into()).then(|| {
            let (length, has) = (count(length, one, many), count(has, one, many));
            let why = if self.dropped { ", which has been dropped" } else { "" };
            Sentence::new(format!("out of bounds: {one} {start} + {length} > {has} of {name}{why}"))
        })
    }
}
