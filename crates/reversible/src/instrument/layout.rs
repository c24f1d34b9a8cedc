//! The layout of the state memory, and the imports of the copy.
//!
//! ```text
//! 0       16                                                                                          stack_base
//! | unused | drops, a byte for each | values of a  | filter, for reads and | jump table, 4    | frame | frame | ...
//!          | data and elem segment  | host call    | then for writes       | bytes an instr.  |
//! ```
//!
//! What is unused is one byte during initialization. A drop is 1 if its segment was dropped, which cannot be detected otherwise. The arguments and results of a host call
//! that is made through a table have a place of their own; those of any other are in the frame. The filter says which addresses are
//! watched; only a copy that watches uses it.
//!
//! A frame: the address of the frame below (0 for the first), the function, the next instruction times four, the active
//! call, the address for the results; then the locals; then the operand stack. A value takes 8 bytes, a vector 16.
//! References are stored in separate tables, at the index that is the address divided by eight; their slots in the
//! frame are unused.

use wasmparser::ValType;

use wasmoscope_module::interpreter_limits;

/// The module name of everything that the copy imports from its host.
pub const MODULE: &str = "wasmoscope:debugger";

/// The state memory; index 0 among the memories.
pub const STATE: &str = "state";
/// The run functions and the step functions; index 0 among the tables.
pub const CODE: &str = "code";
/// Function references that frames hold; index 1.
pub const FUNCREFS: &str = "funcrefs";
/// External references that frames hold; index 2.
pub const EXTERNREFS: &str = "externrefs";
/// The number of tables before the module's own.
pub const TABLES: u32 = interpreter_limits::TABLES_OF_A_COPY;

/// `grow(end)`: makes room in the state memory, and in the tables next to it, up to that address.
pub const GROW: &str = "grow";
/// `overflow()`: ends the program because of too deep recursion.
pub const OVERFLOW: &str = "overflow";
/// `host_call(import, address) -> left`: calls an imported function of the original, by its index. Its arguments are at
/// that address of the state memory, one after the other, and its results replace them. If `left` is not 0, the call has
/// not been made, and the copy leaves: calling it again makes the same call again.
pub const HOST_CALL: &str = "host_call";
/// `may_grow(space, by) -> may`: whether a memory or a table may grow by that many pages or elements, see
/// [`growing`]. Only a [portable](super::Embedding::Portable) copy asks.
pub const MAY_GROW: &str = "may_grow";
/// `bad_conversion()`: ends the program because a NaN was to become an integer. Some engines report that like a number
/// that is too large; only a [portable](super::Embedding::Portable) copy calls it.
pub const BAD_CONVERSION: &str = "bad_conversion";
/// The number of functions before the module's own.
pub const FUNCTIONS: u32 = 5;

/// The first argument of [`MAY_GROW`].
pub fn growing(table: bool, index: u32) -> u32 {
    index << 1 | u32::from(table)
}

/// The globals that the copy and its host share, in index order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Register {
    /// The address of the topmost frame; 0 if nothing is running.
    Top,
    /// The number of frames.
    Depth,
    /// The maximum number of frames.
    MaxDepth,
    /// How many instructions may be executed before the dispatch loop returns.
    Budget,
    /// The end of the state memory.
    Limit,
    /// The address of the next frame; for trampolines.
    Next,
    /// The frame below the next one; for trampolines.
    Below,
    /// Where the results of the next call go; for trampolines.
    Results,
    /// 1: the next trampoline only creates a frame and returns. [`OPTIMIZED`]: it calls the optimized function. [`LEFT`]: an imported function was called through a
    /// table, and its call has not been made.
    EnterOnly,
    /// The start of the watched range, or of the first of several.
    WatchStart,
    /// The number of bytes from there to the end of what is watched; 0: nothing is.
    WatchLength,
    /// 0: exit before an access. Otherwise one more than the [`watch_kind`] whose last access is recorded.
    WatchKind,
    /// The remaining budget before the access that was recorded last; [`NOT_RECORDED`] if there was none.
    WatchLast,
    /// How many run functions call each other directly, below the one that the dispatch loop called.
    Nested,
    /// 1: run functions call optimized functions, which check nothing at the start of a basic block but the budget.
    Optimized,
    /// The last address of a frame that an optimized function may create: beyond it, calls go through the dispatch
    /// loop.
    NestingEnd,
    /// What an optimized function returned that was called through a table.
    Left,
}

/// The most run functions that call each other directly: beyond that, a call goes through the dispatch loop, so that
/// deep recursion needs little of the engine's own stack.
pub const MOST_NESTED: i32 = 128;

impl Register {
    pub const ALL: [Self; 17] = [
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
        Self::Nested,
        Self::Optimized,
        Self::NestingEnd,
        Self::Left,
    ];
    /// The number of globals before the module's own.
    pub const COUNT: u32 = Self::ALL.len() as u32;

    /// Whether it belongs to the program's state: the others control how far the copy runs.
    pub fn is_state(self) -> bool {
        match self {
            Self::Top | Self::Depth | Self::MaxDepth | Self::Budget => true,
            Self::Next | Self::Below | Self::Results | Self::EnterOnly => true,
            Self::Limit | Self::Nested | Self::Optimized | Self::NestingEnd | Self::Left => false,
            Self::WatchStart | Self::WatchLength | Self::WatchKind | Self::WatchLast => false,
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
            Self::Nested => "nested",
            Self::Optimized => "optimized",
            Self::NestingEnd => "nesting_end",
            Self::Left => "left",
        }
    }
}

/// See [`Register::EnterOnly`].
pub const LEFT: i32 = 2;
/// See [`Register::EnterOnly`].
pub const OPTIMIZED: i32 = 3;

/// How far above the frame that the dispatch loop runs optimized functions create frames of their own, in bytes.
pub const MOST_NESTED_BYTES: i32 = 1 << 15;
/// The binary logarithm of the size of the smallest frame.
pub const SMALLEST_FRAME_BITS: i32 = 5;

/// The bytes between the values of globals that a portable copy writes to the state memory, or reads from there.
pub const GLOBAL_SIZE: u32 = 16;

/// The size of each of the filter's two tables, in bytes.
pub const FILTER: u32 = 1 << 16;

/// The bit of the filter for accesses of 1, 2, 4, 8 or 16 bytes.
pub fn filter_bit(length: u32) -> i32 {
    1 << length.ilog2()
}

/// The lengths that [`filter_bit`] supports.
pub const FILTER_LENGTHS: [u32; 5] = [1, 2, 4, 8, 16];

/// Reads or writes of a memory of the original, as a number.
pub fn watch_kind(memory: u32, writes: bool) -> u32 {
    memory << 1 | u32::from(writes)
}

/// See [`Register::WatchLast`].
pub const NOT_RECORDED: u32 = u32::MAX;

/// The address of a byte that is 1 once all active element segments have been written; data segments follow.
pub const ELEMENTS_WRITTEN: u32 = 8;

/// The address of the drops.
pub const DROPS: u32 = 16;

/// Offsets in a frame.
pub const BELOW: u32 = 0;
pub const FUNCTION: u32 = 4;
pub const NEXT: u32 = 8;
pub const CALL: u32 = 12;
pub const RESULTS: u32 = 16;
/// The offset of the locals.
pub const HEADER: u32 = 24;

/// The difference between the program counters of adjacent instructions: that of their entries in the jump table.
pub const COUNTER_STEP: u32 = 4;

/// The bytes that a value takes in a frame.
pub fn size(ty: ValType) -> u32 {
    if ty == ValType::V128 { 16 } else { 8 }
}

/// The size of consecutive values in bytes.
pub fn sizes(types: &[ValType]) -> u32 {
    types.iter().map(|ty| size(*ty)).sum()
}

/// Rounds up to a valid address of a frame.
pub fn align(address: u32) -> u32 {
    address.next_multiple_of(16)
}

/// What the dispatch loop returns: no frame is left.
pub const FINISHED: i32 = 0;
/// What the dispatch loop returns: the budget is used up, or a jump table entry is an exit.
pub const EXITED: i32 = 1;
/// What the optimized function of a loop returns: the loop has ended, and the run function goes on.
pub const CONTINUE: i32 = 2;
/// What an optimized function returns: the dispatch loop has to go on with the topmost frame.
pub const DISPATCH: i32 = 3;

/// How many instructions one step function covers: a function of any size stays below wasmi's limits.
pub const STEPS_PER_FUNCTION: usize = 2_000;
