//! Breakpoints on anything but a source line, and write queries.

use serde::{Deserialize, Serialize};

use super::Span;

/// A breakpoint on anything but a source line (DAP: instruction, function and data breakpoints). The program stops
/// before the instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherBreakpoint {
    /// Chosen by the page; distinct from the ids of source breakpoints.
    pub id: u32,
    pub kind: BreakpointKind,
    /// It stops only if this is true. For a watchpoint, it is evaluated after the instruction.
    pub condition: Option<String>,
    /// It stops from this hit on; 0 and 1 are the first. Hits are counted from the start of the run.
    pub hit_count: u64,
    /// A log message instead of a stop; an expression in braces is replaced by its value.
    pub log_message: Option<String>,
}

/// What an [`OtherBreakpoint`] stops at. Names are with or without `$`, or an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BreakpointKind {
    /// A single instruction, by the position of its text; both count from 1.
    Instruction { line: u32, column: u32 },
    /// A function's first instruction.
    #[serde(rename = "Entry")]
    Function { function: String },
    /// A call of an imported function, such as `wasi_snapshot_preview1.fd_write`; without a name, of any import.
    Import { name: String },
    /// An access to bytes of a memory, including by host calls.
    Memory {
        memory: u32,
        start: u64,
        length: u64,
        #[serde(rename = "on")]
        access: AccessKind,
    },
    Global {
        name: String,
        #[serde(rename = "on")]
        access: AccessKind,
    },
    /// A local in every call of its function.
    Local {
        function: String,
        name: String,
        #[serde(rename = "on")]
        access: AccessKind,
    },
}

/// The kind of access that a watchpoint stops at (DAP: `accessType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessKind {
    /// A write, of any value.
    Write,
    /// A write that changes the value.
    Change,
    Read,
}

/// The verification of an [`OtherBreakpoint`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOtherBreakpoint {
    pub id: u32,
    /// The instruction, if it is a single one.
    pub place: Option<Span>,
    /// Why it cannot stop the program.
    pub problem: Option<String>,
}

/// The target of a write query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteTarget {
    /// Any of these bytes.
    Memory {
        memory: u32,
        start: u64,
        length: u64,
    },
    Global {
        global: u32,
    },
    /// The topmost frame is 0.
    Local {
        frame: u32,
        local: u32,
    },
}
