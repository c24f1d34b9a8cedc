//! The regions of the first memory, as far as they are known: data segments and, if a compiler left traces of them,
//! stack and heap.

use crate::engine::debugger::DebugSession;
use crate::engine::value::Value;
use crate::protocol::MemoryRegion;

/// The maximum number of data segments sent.
const MOST_REGIONS: usize = 200;

/// The regions that do not change while a program runs.
pub(super) struct Regions {
    data: Vec<(String, u64, u64)>,
    /// The stack pointer before anything was executed: the stack grows down from there.
    stack_top: Option<u64>,
}

impl Regions {
    /// Creates the regions from a session that has not executed anything.
    pub fn new(wasm: &[u8], session: &DebugSession) -> Self {
        Self { data: data_segments(wasm), stack_top: address(session, "__stack_pointer") }
    }

    /// The name of the data segment that contains any of the bytes.
    pub fn data_of(&self, start: u64, length: u64) -> Option<&str> {
        let end = start.saturating_add(length);
        self.data.iter().find(|(_, from, to)| *from < end && start < *to).map(|(name, ..)| name.as_str())
    }

    /// The current regions of the memory.
    pub fn now(&self, session: &DebugSession) -> Vec<MemoryRegion> {
        let size = session.state().memory_size(0).unwrap_or(0);
        let region =
            |(name, start, end): &(String, u64, u64)| MemoryRegion { name: name.clone(), start: *start, end: *end };
        let mut regions: Vec<MemoryRegion> = self.data.iter().map(region).collect();
        let (Some(pointer), Some(top)) = (address(session, "__stack_pointer"), self.stack_top) else { return regions };
        if pointer < top {
            regions.push(MemoryRegion { name: "shadow stack".to_owned(), start: pointer, end: top });
        }
        let last_data = self.data.iter().map(|(_, _, end)| *end).max().unwrap_or(top);
        let heap = address(session, "__heap_base").unwrap_or(last_data.max(top));
        if heap < size {
            regions.push(MemoryRegion { name: "heap".to_owned(), start: heap, end: size });
        }
        regions
    }
}

/// The value of a global with that name, as an address.
fn address(session: &DebugSession, name: &str) -> Option<u64> {
    let index = session.names().find_global(name)?;
    match session.state().global(index)? {
        Value::I32(value) => Some(u64::from(value.cast_unsigned())),
        Value::I64(value) => Some(value.cast_unsigned()),
        _ => None,
    }
}

/// The active data segments of the first memory: name, start, end.
fn data_segments(wasm: &[u8]) -> Vec<(String, u64, u64)> {
    use wasmparser::{DataKind, Name, Operator, Parser, Payload};
    let mut regions = Vec::new();
    let mut names = std::collections::HashMap::new();
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        match payload {
            Payload::DataSection(section) => {
                for (index, data) in section.into_iter().map_while(Result::ok).enumerate() {
                    let DataKind::Active { memory_index: 0, offset_expr } = data.kind else { continue };
                    let start = match offset_expr.get_operators_reader().read() {
                        Ok(Operator::I32Const { value }) => u64::from(value.cast_unsigned()),
                        Ok(Operator::I64Const { value }) => value.cast_unsigned(),
                        _ => continue,
                    };
                    let end = start.saturating_add(data.data.len() as u64);
                    if end > start {
                        regions.push((index as u32, start, end));
                    }
                }
            }
            Payload::CustomSection(section) => {
                let wasmparser::KnownCustom::Name(reader) = section.as_known() else { continue };
                for name in reader.into_iter().map_while(Result::ok) {
                    if let Name::Data(map) = name {
                        names.extend(map.into_iter().map_while(Result::ok).map(|named| (named.index, named.name)));
                    }
                }
            }
            _ => {}
        }
    }
    let name = |index: u32| names.get(&index).map_or_else(|| format!("data {index}"), |name| format!("data ${name}"));
    let mut regions: Vec<_> = regions.into_iter().map(|(index, start, end)| (name(index), start, end)).collect();
    // A module may have very many, in any order.
    regions.sort_by_key(|(_, start, _)| *start);
    regions.truncate(MOST_REGIONS);
    regions
}
