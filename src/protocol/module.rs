//! The result of checking a source: its problems, its kind, and the module's contents.

use serde::{Deserialize, Serialize};

/// The result of [`Request::Check`](super::Request::Check).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// What prevents a run, in text order; empty if the program can run.
    pub problems: Vec<Problem>,
    /// What the source is.
    pub detected: Detected,
    /// The module's contents, if it is a core module that could be read.
    pub module: Option<ModuleSummary>,
    /// The module's text, if the source is binary; at most about 5 MB of it.
    pub disassembly: Option<String>,
    /// Whether the disassembly is complete.
    pub is_whole: bool,
    /// The size of the module in the binary format.
    pub binary_size: Option<u64>,
}

/// What a source was detected as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detected {
    pub kind: DetectedKind,
    /// One sentence on what it is and, if it cannot run here, why.
    pub description: String,
    /// What the user can do about it, if it cannot run here.
    pub advice: Option<String>,
    /// The exact command, to copy, that builds a program that runs here.
    pub command: Option<String>,
}

/// The kinds of source that are distinguished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetectedKind {
    /// Text that is empty or contains only comments.
    NoProgram,
    /// WebAssembly text that does not compile (text that does is classified by what it compiles to).
    BrokenText,
    /// A module that does not validate.
    Invalid,
    /// A module that exports `_start`.
    Command,
    /// A module that exports `_initialize`.
    Reactor,
    /// A module with plain exports.
    Library,
    /// A module that needs the JavaScript that wasm-bindgen generates.
    WasmBindgen,
    /// A component (WASI 0.2 and later).
    Component,
    /// A valid module that needs a proposal that the interpreter does not support.
    UnsupportedProposal,
    /// Not WebAssembly, in text or in binary.
    NotWebAssembly,
}

/// A position in the source: lines and columns count from 1, columns in Unicode scalar values; offsets are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// The severity of a [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    Error,
    Warning,
}

/// Something wrong with a program: data, not an internal error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// The position; `None` if it is about the whole file, or about a binary.
    pub span: Option<Span>,
    pub severity: Severity,
    /// The message: lower case, no full stop.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// The source line with a caret below it: several lines of text for a fixed-width font.
    pub excerpt: Option<String>,
}

/// The contents of a core module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModuleSummary {
    pub imports: Vec<ImportSummary>,
    pub exports: Vec<ExportSummary>,
    /// The memories in index order, including imported ones, such as `1 page (64 KiB), at most 4`.
    pub memories: Vec<String>,
    /// Their names, if they have any, without `$`.
    pub memory_names: Vec<Option<String>>,
    /// What **Run** calls if the user has not chosen a function, such as `main`; `None` if a choice is needed.
    pub default_entry: Option<String>,
    pub functions: u32,
    pub globals: u32,
    pub tables: u32,
    /// The sections in order: name and size in bytes.
    pub sections: Vec<(String, u64)>,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSummary {
    pub module: String,
    pub name: String,
    /// Its type in the text format, such as `(func (param i32 i32) (result i32))`.
    pub ty: String,
    /// Whether it is provided here.
    pub provided: bool,
}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSummary {
    pub name: String,
    /// `func`, `memory`, `global` or `table`.
    pub kind: String,
    /// Its type in the text format.
    pub ty: String,
    /// The types of a function's parameters, as in the text format; empty for other exports.
    pub params: Vec<String>,
    /// The types of a function's results.
    pub results: Vec<String>,
    /// The names of a function's parameters without `$`, if the module has any; as many as `params`.
    pub param_names: Vec<Option<String>>,
}
