//! Maps positions in a module's binary to what the user reads: the text that it was compiled from, its disassembly, or
//! the source code that it was compiled from.
//!
//! [`SourceMap`] is what a debugger steps by and stops at; [`InstructionMap`] is one for a text or a disassembly,
//! [`dwarf`] for the source code, with variables. [`demangled`] makes the names of functions readable.
//!
//! Where an error is in the text belongs to `wasmoscope-module`, stepping by lines to `wasmoscope-debugger`. Source files
//! are not read: only their names are in a module.

mod demangle;
pub mod dwarf;
mod instructions;

pub use demangle::demangled;
pub use instructions::InstructionMap;

/// The lines that a debugger steps through and stops on. Offsets are those of the module's binary, in bytes.
pub trait SourceMap {
    /// The line of the instruction at that offset; `None` if no line of the program is known.
    fn line(&self, offset: u64) -> Option<Line>;

    /// The line of the program that calls what is inlined at that offset, for an offset that has no line of its own.
    fn line_around(&self, offset: u64) -> Option<Line> {
        let _ = offset;
        None
    }

    /// The scope around an inlined call; `None` for a function.
    fn outer(&self, scope: u32) -> Option<u32>;

    /// That line, counted from 1, or else the next line that has instructions: which line that is, and offsets of
    /// instructions on it, at least one in each function that has any.
    fn on_line(&self, file: &str, line: u32) -> Option<(u32, Vec<u64>)>;

    /// How the instructions at these offsets, in the order of the binary, are on a line that [`SourceMap::on_line`] found.
    fn on(&self, file: &str, line: u32, offsets: &[u64]) -> Vec<OnLine>;

    /// The positions in the function at that offset at which a variable gets another value, in order, as far as they
    /// are known.
    fn changes(&self, wasm: &[u8], offset: u64) -> Vec<u64> {
        let _ = (wasm, offset);
        Vec::new()
    }
}

/// How an instruction is on a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnLine {
    /// Whether the instruction has any line.
    pub has_line: bool,
    /// The calls in which it is on that line, the innermost first; none where it is on another line.
    pub scopes: Vec<InScope>,
}

/// An instruction in a function, or in a call that the compiler has inlined, where that is on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InScope {
    pub scope: Option<u32>,
    /// Where the instruction itself is of that line, and not of a call that the line makes: its column, or 0.
    pub statement: Option<u32>,
    /// Where the code of the inlined call begins, if it is of a call that the line makes.
    pub call_start: Option<u32>,
}

impl OnLine {
    /// Whether the instruction is on the line in that function or inlined call.
    pub fn is_in(&self, scope: Option<u32>) -> bool {
        self.scopes.iter().any(|part| part.scope == scope)
    }
}

/// A line of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The file, if there are several.
    pub file: u32,
    /// Counted from 1.
    pub line: u32,
    /// Which function, or which call that the compiler has inlined, where that is known.
    pub scope: Option<u32>,
}

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
