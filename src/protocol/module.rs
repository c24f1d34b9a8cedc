//! What a source turned out to be: what is wrong with it, and what is in it.

use serde::{Deserialize, Serialize};

/// What [`Request::Check`](super::Request::Check) found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// What stands in the way of a run, in the order of the text; empty when it can run.
    pub problems: Vec<Problem>,
    /// What the source is.
    pub detected: Detected,
    /// What is in the module; there when it is a core module that could be read.
    pub module: Option<ModuleSummary>,
    /// The module's text, when the source is binary; at most about 5 MB of it.
    pub disassembly: Option<String>,
    /// Whether that is all of it.
    pub is_whole: bool,
    /// The size of the module in the binary format.
    pub binary_size: Option<u64>,
}

/// What a source turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detected {
    pub kind: DetectedKind,
    /// One sentence on what it is, and why it does not run here when it does not.
    pub description: String,
    /// What the user can do about it, when it does not run here.
    pub advice: Option<String>,
    /// The exact command that builds one that runs here, to copy.
    pub command: Option<String>,
}

/// The kinds of source that are distinguished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetectedKind {
    /// Text that is empty, or holds comments only.
    NoProgram,
    /// WebAssembly text that does not compile (text that does is told by what it compiles to).
    BrokenText,
    /// A module that exports `_start`.
    Command,
    /// A module that exports `_initialize`.
    Reactor,
    /// A module with plain exports.
    Library,
    /// A module that wants the JavaScript that wasm-bindgen makes.
    WasmBindgen,
    /// A component (WASI 0.2 and later).
    Component,
    /// A valid module that needs a proposal that the interpreter does not run.
    UnsupportedProposal,
    /// Not WebAssembly, in text or in binary.
    NotWebAssembly,
}

/// A place in the source: lines and columns count from 1, columns in Unicode scalar values; offsets are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    Error,
    Warning,
}

/// Something wrong with a program: data, not a failure of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// Where; `None` when it is about the whole file, or about a binary.
    pub span: Option<Span>,
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// The source line, a caret below it: several lines of text for a fixed-width font.
    pub excerpt: Option<String>,
}

/// What is in a core module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModuleSummary {
    pub imports: Vec<ImportSummary>,
    pub exports: Vec<ExportSummary>,
    /// The memories in the order of their indices, imported ones included, such as `1 page (64 KiB), at most 4`.
    pub memories: Vec<String>,
    /// Their names without `$`, where they have any.
    pub memory_names: Vec<Option<String>>,
    /// What is called when **Run** is pressed and nothing was chosen, such as `main`; `None` when a choice is needed.
    pub default_entry: Option<String>,
    pub functions: u32,
    pub globals: u32,
    pub tables: u32,
    /// Sections in their order: name and size in bytes.
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
    /// The types of a function's parameters, as the text format names them; empty for what is no function.
    pub params: Vec<String>,
    /// The types of a function's results.
    pub results: Vec<String>,
    /// The names of a function's parameters without `$`, as far as the module has any; as long as `params`.
    pub param_names: Vec<Option<String>>,
}
