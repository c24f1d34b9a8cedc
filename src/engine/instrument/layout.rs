//! Where things are in the state memory, and what the copy imports.
//!
//! ```text
//! 0       16                                                                           stack_base
//! | unused | drops, a byte for each | filter, for reads and | jump table, 4    | frame | frame | ...
//!          | data and elem segment  | then for writes       | bytes an instr.  |
//! ```
//!
//! A drop is 1 when its segment was dropped, which nobody could find out otherwise. The filter says which addresses are
//! watched; only a copy that watches looks at it.
//!
//! A frame: the address of the frame below (0 for the first), the function, the next instruction times four, the active
//! call, the address for the results; then the locals; then the operand stack. A value takes 8 bytes, a vector 16. In
//! the place of a reference there is nothing: it stands in a table of its own, at the index that is the address divided
//! by eight.

use wasmparser::ValType;

/// The module name of everything that the copy imports from its host.
pub const MODULE: &str = "wasmoscope:debugger";

/// The state memory; index 0 among the memories.
pub const STATE: &str = "state";
/// The run functions and the step functions; index 0 among the tables.
pub const CODE: &str = "code";
/// References to functions that frames hold; index 1.
pub const FUNCREFS: &str = "funcrefs";
/// References to what the host gave that frames hold; index 2.
pub const EXTERNREFS: &str = "externrefs";
/// How many tables come before the module's own.
pub const TABLES: u32 = 3;

/// `grow(end)`: makes room in the state memory, and in the tables beside it, up to that address.
pub const GROW: &str = "grow";
/// `overflow()`: ends the program because calls went too deep.
pub const OVERFLOW: &str = "overflow";
/// How many functions come before the module's own.
pub const FUNCTIONS: u32 = 2;

/// The globals that the copy and its host share, in the order of their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Register {
    /// The address of the topmost frame; 0 when nothing runs.
    Top,
    /// How many frames there are.
    Depth,
    /// How many may be.
    MaxDepth,
    /// How many instructions may be executed before the dispatch loop returns.
    Budget,
    /// Where the state memory ends.
    Limit,
    /// Where the next frame may begin; for trampolines.
    Next,
    /// The frame below the next one; for trampolines.
    Below,
    /// Where the results of the next call go; for trampolines.
    Results,
    /// 1: the next trampoline only creates a frame and returns.
    EnterOnly,
    /// Where what is watched begins: of several ranges, the first.
    WatchStart,
    /// How many bytes it is from there to the end of what is watched; 0: nothing is.
    WatchLength,
    /// 0: exit before an access. Otherwise one more than the [`watch_kind`] of which the last access is recorded.
    WatchKind,
    /// The remaining budget before the access that was recorded last; [`NOT_RECORDED`]: there was none.
    WatchLast,
}

impl Register {
    pub const ALL: [Self; 13] = [
        Self::Top,
        Self::Depth,
        Self::MaxDepth,
        Self::Budget,
        Self::Limit,
        Self::Next,
        Self::Below,
        Self::Results,
        Self::EnterOnly,
        Self::WatchStart,
        Self::WatchLength,
        Self::WatchKind,
        Self::WatchLast,
    ];
    /// How many globals come before the module's own.
    pub const COUNT: u32 = Self::ALL.len() as u32;

    /// Whether it belongs to the program's state: the others say how far the copy is to run.
    pub fn is_state(self) -> bool {
        match self {
            Self::Top | Self::Depth | Self::MaxDepth | Self::Budget => true,
            Self::Next | Self::Below | Self::Results | Self::EnterOnly => true,
            Self::Limit | Self::WatchStart | Self::WatchLength | Self::WatchKind | Self::WatchLast => false,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Depth => "depth",
            Self::MaxDepth => "max_depth",
            Self::Budget => "budget",
            Self::Limit => "limit",
            Self::Next => "next",
            Self::Below => "below",
            Self::Results => "results",
            Self::EnterOnly => "enter_only",
            Self::WatchStart => "watch_start",
            Self::WatchLength => "watch_length",
            Self::WatchKind => "watch_kind",
            Self::WatchLast => "watch_last",
        }
    }
}

/// How many bytes each of the filter's two tables has.
pub const FILTER: u32 = 1 << 16;

/// The bit of the filter that is for accesses of 1, 2, 4, 8 or 16 bytes.
pub fn filter_bit(length: u32) -> i32 {
    1 << length.ilog2()
}

/// The lengths that [`filter_bit`] knows.
pub const FILTER_LENGTHS: [u32; 5] = [1, 2, 4, 8, 16];

/// Reads or writes of a memory of the original, as a number.
pub fn watch_kind(memory: u32, writes: bool) -> u32 {
    memory << 1 | u32::from(writes)
}

/// See [`Register::WatchLast`].
pub const NOT_RECORDED: u32 = u32::MAX;

/// Where the drops begin.
pub const DROPS: u32 = 16;

/// Offsets in a frame.
pub const BELOW: u32 = 0;
pub const FUNCTION: u32 = 4;
pub const NEXT: u32 = 8;
pub const CALL: u32 = 12;
pub const RESULTS: u32 = 16;
/// Where the locals begin.
pub const HEADER: u32 = 24;

/// How far apart the program counters of neighbouring instructions are: as far as their entries in the jump table.
pub const COUNTER_STEP: u32 = 4;

/// The bytes that a value takes in a frame.
pub fn size(ty: ValType) -> u32 {
    if ty == ValType::V128 { 16 } else { 8 }
}

/// The bytes that values take side by side.
pub fn sizes(types: &[ValType]) -> u32 {
    types.iter().map(|ty| size(*ty)).sum()
}

/// Rounds up to where a frame may begin.
pub fn align(address: u32) -> u32 {
    address.next_multiple_of(16)
}

/// What the dispatch loop returns: no frame is left.
pub const FINISHED: i32 = 0;
/// What the dispatch loop returns: the budget is used up, or a jump table entry is an exit.
pub const EXITED: i32 = 1;

/// How many instructions one step function covers: a function of any size stays below wasmi's limits.
pub const STEPS_PER_FUNCTION: usize = 2_000;
