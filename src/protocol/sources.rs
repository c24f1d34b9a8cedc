//! Types for the sources that a module was compiled from.

use serde::{Deserialize, Serialize};

/// A source file that a module's debug information names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// As the compiler recorded it, with `/` as the separator.
    pub path: String,
    /// Whether it belongs to the standard library or a dependency rather than to the program itself.
    pub is_library: bool,
    /// Landmarks that identify its text, if another of the program's files has the same name.
    pub landmarks: Vec<Landmark>,
}

/// A function that identifies a source file: its name is on the line of its declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landmark {
    /// From 1.
    pub line: u32,
    pub name: String,
}

/// A position in a source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePlace {
    /// [`SourceFile::path`].
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1; 0 if it is unknown.
    pub column: u32,
}

/// A call that the compiler has inlined: it has no frame of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlinedFrame {
    pub function: String,
    /// Its current position, or that of the call inlined into it in turn.
    pub source: Option<SourcePlace>,
}

/// A debugger command in source lines. Code that belongs to no line of the program is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineCommand {
    /// Steps to the next line, into calls.
    Into,
    /// Steps to the next line, over calls.
    Over,
    /// Runs until the function has returned to a line of the program.
    Out,
    /// Goes back to the start of the previous line, into calls.
    BackInto,
    /// Goes back to the start of the previous line, over calls.
    BackOver,
    /// Goes back to the start of the line that calls this function.
    BackOut,
}
