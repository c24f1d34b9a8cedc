//! The targets of watchpoints, and the hit of an instruction that accesses one.

use wasmoscope_module::value::Value;

use super::breakpoint::BreakpointId;
use crate::condition::EvalError;
use crate::machine::Position;

/// A watched target, and the kind of access to stop at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watchpoint {
    pub target: Target,
    pub access: AccessKind,
}

/// The target of a watchpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Bytes of a memory.
    Memory {
        memory: u32,
        start: u64,
        length: u64,
    },
    Global(u32),
    /// A local of a function, in each of its calls; the function is given by its index among those with a body.
    Local {
        function: u32,
        local: u32,
    },
}

/// The kind of access that a watchpoint stops at (DAP: `accessType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKind {
    /// A write, of any value.
    Write,
    /// A write that changes the value.
    Change,
    Read,
}

impl AccessKind {
    pub fn is_write(self) -> bool {
        match self {
            Self::Write | Self::Change => true,
            Self::Read => false,
        }
    }
}

/// An instruction that accesses a watched target. The program stops before it.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchHit {
    /// The watchpoint; `None` for the result of a write query.
    pub id: Option<BreakpointId>,
    pub target: Target,
    /// The step that executes it.
    pub step: u64,
    pub position: Position,
    /// Whether it is a write.
    pub writes: bool,
    /// In a memory: the part that is shown, address and length.
    pub part: Option<(u64, u64)>,
    pub old: WatchedValue,
    /// The value after the instruction.
    pub new: WatchedValue,
    /// Why the watchpoint's condition could not be evaluated.
    pub condition_error: Option<EvalError>,
}

/// The value of a watched target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchedValue {
    Bytes(Vec<u8>),
    Value(Value),
    /// There is none: the memory is too small, or the function is not active.
    Absent,
}
