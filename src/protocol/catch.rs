//! What a program is stopped at besides lines, and who wrote something last.

use serde::{Deserialize, Serialize};

use super::Span;

/// Something to stop at that is no line. The program stops before the instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catch {
    /// Chosen by the page, and no breakpoint's.
    pub id: u32,
    pub what: Caught,
    /// It stops only where this is true. For what is watched, the values after the instruction count.
    pub condition: Option<String>,
    /// It stops from this hit on; 0 and 1 are the first. Hits are counted from the start of the run.
    pub hit_count: u64,
    /// A log message instead of a stop; an expression in braces is replaced by its value.
    pub log_message: Option<String>,
}

/// What a [`Catch`] stops at. Names are with `$` or without, or an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Caught {
    /// A single instruction: the one that is written at that place of the text, both counted from 1.
    Instruction { line: u32, column: u32 },
    /// A function's first instruction.
    Entry { function: String },
    /// A call of an imported function, such as `wasi_snapshot_preview1.fd_write`; without a name, of any.
    Import { name: String },
    /// What is done to bytes of a memory, by calls of the host too.
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

/// What is done to something that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessKind {
    /// A write, of any value.
    Write,
    /// A write that changes the value.
    Change,
    Read,
}

/// What the debugger made of a [`Catch`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedCatch {
    pub id: u32,
    /// The instruction, where it is a single one.
    pub place: Option<Span>,
    /// Why it cannot stop.
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
