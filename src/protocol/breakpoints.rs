//! Breakpoints, and write queries.

use serde::{Deserialize, Serialize};

use super::Span;

/// Something to stop at. The program stops before the instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakpoint {
    /// Chosen by the page; each breakpoint has its own.
    pub id: u32,
    pub kind: BreakpointKind,
    pub options: BreakpointOptions,
}

/// What a [`Breakpoint`] stops at (DAP: source, instruction, function and data breakpoints). Names are with or without
/// `$`, or an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BreakpointKind {
    /// A line, from 1; it stops at the first instruction on or after it. `file` is the source file of the line; `None`:
    /// the text of the module itself, or its disassembly.
    Line { file: Option<String>, line: u32 },
    /// A single instruction, by the position of its text; both count from 1.
    Instruction { line: u32, column: u32 },
    /// A function's first instruction.
    Function { function: String },
    /// A call of an imported function, such as `wasi_snapshot_preview1.fd_write`; without a name, of any import.
    Import { name: String },
    /// An access to bytes of a memory, including by host calls.
    Memory { memory: u32, start: u64, length: u64, access: AccessKind },
    /// An access to a global.
    Global { name: String, access: AccessKind },
    /// An access to a local, in every call of its function.
    Local { function: String, name: String, access: AccessKind },
}

/// When a [`Breakpoint`] stops, and what it does instead.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BreakpointOptions {
    /// It stops only if this is true, such as `local.i == 3 && stack[0] > 0x10`. For a watchpoint, it is evaluated
    /// after the instruction.
    pub condition: Option<String>,
    /// It stops from this hit on; 0 and 1 are the first. Hits are counted from the start of the run.
    pub hit_count: u64,
    /// A log message instead of a stop; an expression in braces is replaced by its value.
    pub log_message: Option<String>,
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

/// The verification of a [`Breakpoint`] (DAP: `Breakpoint`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedBreakpoint {
    /// As it was requested: by now, the page may have moved or edited it.
    pub breakpoint: Breakpoint,
    /// The instruction, if it is a single one; for a line of the text, the first on or after it. `None` for a line of a
    /// source file.
    pub place: Option<Span>,
    /// For a line of a source file, the line at which it stops.
    pub source_line: Option<u32>,
    /// Why it cannot stop the program. A line without an instruction is no problem, but has no place.
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
