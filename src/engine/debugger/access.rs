//! Which bytes of a memory the next instruction reads or writes.

use wasmi::Val;
use wasmparser::{MemArg, MemArgTarget, Operator};

use super::session::DebugSession;

/// A part of a memory that an instruction touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub memory: u32,
    pub address: u64,
    pub length: u64,
    pub writes: bool,
}

impl Access {
    /// Whether it touches any of the bytes.
    pub fn touches(&self, memory: u32, start: u64, length: u64) -> bool {
        self.memory == memory
            && self.address < start.saturating_add(length)
            && start < self.address.saturating_add(self.length)
    }
}

impl DebugSession {
    /// What the instruction that is next will read and write; it may trap instead.
    pub fn next_accesses(&self) -> Vec<Access> {
        let Some(position) = self.machine().position() else { return Vec::new() };
        let operator = self.program().instrumented.operator(position.function, position.instruction);
        let Some(shape) = operator.as_ref().and_then(shape) else { return Vec::new() };
        let Some(frame) = self.frame_view(self.machine().top()) else { return Vec::new() };
        let operand = |depth: usize| {
            let stack = &frame.operand_stack;
            stack.len().checked_sub(depth + 1).and_then(|index| unsigned(&stack[index].value))
        };
        accesses(&shape, operand).unwrap_or_default()
    }
}

/// What an instruction does to memory, before its operands are known.
enum Shape {
    /// The address is so many operands below the top.
    Plain {
        memory: u32,
        offset: u64,
        length: u64,
        writes: bool,
        below: usize,
    },
    /// Length on top, then the value, then the address.
    Fill {
        memory: u32,
    },
    Copy {
        to: u32,
        from: u32,
    },
    Init {
        memory: u32,
    },
}

fn accesses(shape: &Shape, operand: impl Fn(usize) -> Option<u64>) -> Option<Vec<Access>> {
    Some(match *shape {
        Shape::Plain { memory, offset, length, writes, below } => {
            vec![Access { memory, address: operand(below)?.checked_add(offset)?, length, writes }]
        }
        Shape::Fill { memory } | Shape::Init { memory } => {
            vec![Access { memory, address: operand(2)?, length: operand(0)?, writes: true }]
        }
        Shape::Copy { to, from } => {
            let length = operand(0)?;
            vec![
                Access { memory: from, address: operand(1)?, length, writes: false },
                Access { memory: to, address: operand(2)?, length, writes: true },
            ]
        }
    })
}

fn shape(operator: &Operator<'_>) -> Option<Shape> {
    use Operator as O;
    let load = |memarg: &MemArg, length| plain(memarg, length, false, 0);
    let store = |memarg: &MemArg, length| plain(memarg, length, true, 1);
    match operator {
        O::I32Load8S { memarg }
        | O::I32Load8U { memarg }
        | O::I64Load8S { memarg }
        | O::I64Load8U { memarg }
        | O::V128Load8Splat { memarg } => load(memarg, 1),
        O::I32Load16S { memarg }
        | O::I32Load16U { memarg }
        | O::I64Load16S { memarg }
        | O::I64Load16U { memarg }
        | O::V128Load16Splat { memarg } => load(memarg, 2),
        O::I32Load { memarg }
        | O::F32Load { memarg }
        | O::I64Load32S { memarg }
        | O::I64Load32U { memarg }
        | O::V128Load32Splat { memarg }
        | O::V128Load32Zero { memarg } => load(memarg, 4),
        O::I64Load { memarg }
        | O::F64Load { memarg }
        | O::V128Load8x8S { memarg }
        | O::V128Load8x8U { memarg }
        | O::V128Load16x4S { memarg }
        | O::V128Load16x4U { memarg }
        | O::V128Load32x2S { memarg }
        | O::V128Load32x2U { memarg }
        | O::V128Load64Splat { memarg }
        | O::V128Load64Zero { memarg } => load(memarg, 8),
        O::V128Load { memarg } => load(memarg, 16),
        // The vector is on top.
        O::V128Load8Lane { memarg, .. } => plain(memarg, 1, false, 1),
        O::V128Load16Lane { memarg, .. } => plain(memarg, 2, false, 1),
        O::V128Load32Lane { memarg, .. } => plain(memarg, 4, false, 1),
        O::V128Load64Lane { memarg, .. } => plain(memarg, 8, false, 1),
        O::I32Store8 { memarg } | O::I64Store8 { memarg } | O::V128Store8Lane { memarg, .. } => store(memarg, 1),
        O::I32Store16 { memarg } | O::I64Store16 { memarg } | O::V128Store16Lane { memarg, .. } => store(memarg, 2),
        O::I32Store { memarg }
        | O::F32Store { memarg }
        | O::I64Store32 { memarg }
        | O::V128Store32Lane { memarg, .. } => store(memarg, 4),
        O::I64Store { memarg } | O::F64Store { memarg } | O::V128Store64Lane { memarg, .. } => store(memarg, 8),
        O::V128Store { memarg } => store(memarg, 16),
        O::MemoryFill { mem } => Some(Shape::Fill { memory: *mem }),
        O::MemoryCopy { dst_mem, src_mem } => Some(Shape::Copy { to: *dst_mem, from: *src_mem }),
        O::MemoryInit { mem, .. } => Some(Shape::Init { memory: *mem }),
        _ => None,
    }
}

fn plain(memarg: &MemArg, length: u64, writes: bool, below: usize) -> Option<Shape> {
    match memarg.target {
        MemArgTarget::Memory(memory) => Some(Shape::Plain { memory, offset: memarg.offset, length, writes, below }),
        MemArgTarget::Array(_) => None,
    }
}

fn unsigned(value: &Val) -> Option<u64> {
    match value {
        Val::I32(value) => Some(u64::from(value.cast_unsigned())),
        Val::I64(value) => Some(value.cast_unsigned()),
        _ => None,
    }
}
