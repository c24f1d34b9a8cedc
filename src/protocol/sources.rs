//! What crosses between page and worker of the sources that a module says it was compiled from.

use serde::{Deserialize, Serialize};

/// A source file that a module's debug information names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// As the compiler has written it, with `/` between its parts.
    pub path: String,
    /// Whether it belongs to the standard library or to a dependency, and not to the program itself.
    pub is_library: bool,
    /// What its text has on some lines, where another of the program's files has the same name.
    pub landmarks: Vec<Landmark>,
}

/// A function by which a source file can be known: its name stands on the line that it is declared on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landmark {
    /// From 1.
    pub line: u32,
    pub name: String,
}

/// A place in such a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePlace {
    /// [`SourceFile::path`].
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1; 0 where it is not known.
    pub column: u32,
}

/// A call that the compiler has inlined: it has no frame of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlinedFrame {
    pub function: String,
    /// Where it stands, or calls what is inlined into it in turn.
    pub source: Option<SourcePlace>,
}

/// What a user asks a debugger for in lines of the source. What belongs to no line of the program is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineCommand {
    /// To the next line, into a call.
    Into,
    /// To the next line; a call as a whole.
    Over,
    /// Until the function has returned to a line of the program.
    Out,
    /// To where the line before this one began.
    BackInto,
    /// The same; a call as a whole.
    BackOver,
    /// To where the line began that calls this function.
    BackOut,
}
