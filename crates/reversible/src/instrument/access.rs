//! Which instructions access memories, and how: one table for the checks in the copy and for the debugger's reports.

use wasmparser::{MemArg, MemArgTarget, Operator};

/// The memory access of an instruction, before its operands are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The address is this many operands below the top.
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

/// The memory access of an instruction, if it accesses a memory's contents.
pub fn shape(operator: &Operator<'_>) -> Option<Shape> {
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
