//! What crosses between page and worker while a program is debugged.

use serde::{Deserialize, Serialize};

use super::{InlinedFrame, LineCommand, Outcome, SourcePlace, Span, Value, WriteTarget};

/// A place to stop at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakpoint {
    /// Chosen by the page.
    pub id: u32,
    /// The source file that the line is in; `None`: the text of the module itself, or its disassembly.
    pub file: Option<String>,
    /// A line, from 1: the first instruction on it or after it.
    pub line: u32,
    /// It stops only where this is true, such as `local.i == 3 && stack[0] > 0x10`.
    pub condition: Option<String>,
    /// It stops from this hit on; 0 and 1 are the first.
    pub hit_count: u64,
    /// A log message instead of a stop; an expression in braces is replaced by its value.
    pub log_message: Option<String>,
}

/// The verification of a [`Breakpoint`] (DAP: `Breakpoint`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedBreakpoint {
    pub id: u32,
    /// The instruction; `None` where there is none on that line or after it, and for a line of a source file.
    pub place: Option<Span>,
    /// The line of the source file, likewise.
    pub source_line: Option<u32>,
    /// What is wrong with its condition.
    pub problem: Option<String>,
}

/// What a user asks a debugger for. Frames are counted from the one on top now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DebugCommand {
    /// On to a breakpoint or the end.
    Continue,
    /// One instruction, into a call.
    Into,
    /// One instruction; a call as a whole.
    Over,
    /// Until the function has returned.
    Out,
    /// On to the first instruction of a line: of a source file, or of the module's text.
    RunTo { file: Option<String>, line: u32 },
    /// From line to line.
    Line(LineCommand),
    /// One instruction back.
    BackInto,
    /// One instruction back; a call as a whole.
    BackOver,
    /// Back to the call of this function.
    BackOut,
    /// Back to the breakpoint passed last, or the start.
    BackContinue,
    /// To a step.
    JumpTo { step: u64 },
    /// To the end, past all breakpoints.
    JumpToEnd,
    /// Back to the instruction that wrote something last.
    LastWrite { target: WriteTarget },
    /// To the nearest mark after here, of those that are known.
    NextMark,
    /// To the nearest mark before here.
    PreviousMark,
}

/// A change of a value in a stopped program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueChange {
    /// A local of a frame; the topmost frame is 0.
    Local {
        frame: u32,
        local: u32,
        text: String,
    },
    /// An operand of a frame; the deepest is 0.
    Operand {
        frame: u32,
        operand: u32,
        text: String,
    },
    Global {
        global: u32,
        text: String,
    },
    /// The bytes from an address on, as many as are written.
    Memory {
        memory: u32,
        address: u64,
        form: ByteForm,
        text: String,
    },
}

/// How bytes of a memory are written by a user. Numbers are little-endian, as WebAssembly stores them (core
/// specification, section 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ByteForm {
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    /// Text, with the escapes of the text format's strings (section 6.3.3), and `\0`.
    Utf8,
    /// Two hexadecimal digits a byte, with or without spaces between them.
    Bytes,
}

/// The view of a stopped program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugView {
    /// How many instructions have been executed.
    pub step: u64,
    /// The largest step known; the end's if the program has been there.
    pub furthest: u64,
    pub reason: StopReason,
    /// One sentence on what the last step did, or why the program stopped, and on what comes next.
    pub sentence: Vec<SentencePart>,
    /// The topmost first; at most 200.
    pub frames: Vec<DebugFrame>,
    /// How many frames there are.
    pub depth: u32,
    pub globals: Vec<NamedValue>,
    pub tables: Vec<TableView>,
    /// How many bytes have been printed at this step, of all that [`Event::Output`](super::Event::Output) sent.
    pub printed: u64,
    /// The steps at which a value was changed and execution diverged.
    pub forks: Vec<u64>,
    /// Log messages since the last view.
    pub log: Vec<String>,
    /// What the bytes of the first memory are, as far as that is known.
    pub regions: Vec<MemoryRegion>,
    /// Bytes that the last step wrote: memory, address, length.
    pub written: Vec<(u32, u64, u64)>,
    /// Bytes that the last step read, likewise.
    pub read: Vec<(u32, u64, u64)>,
}

/// A part of a sentence: values are apart from the words, so that the page can write them in the chosen base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SentencePart {
    /// Words; what is between backticks is a name.
    Text(String),
    Value(Value),
}

/// Why a program is stopped (DAP: the `reason` of the `stopped` event).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// Before the first instruction.
    Start,
    /// The command is complete.
    Step,
    Breakpoint {
        id: u32,
        /// Why its condition could not be evaluated; it stops then.
        condition_error: Option<String>,
    },
    /// Before an instruction that accesses a watched target.
    Watchpoint {
        id: u32,
        description: String,
        /// As for a breakpoint.
        condition_error: Option<String>,
    },
    /// Before the last instruction that wrote the target: what it does, in a sentence.
    LastWrite { description: String },
    /// Where it was: why no instruction has written the target, in a sentence.
    NotWritten { message: String },
    /// The user pressed **Pause**.
    Pause,
    /// A search backwards found nothing.
    Beginning,
    /// The program waits for input.
    Input,
    /// The program sleeps.
    Sleep,
    /// The program has ended; the position is its last instruction.
    Ended { outcome: Outcome },
}

/// An active call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugFrame {
    /// The function's name, or `func 3`.
    pub function: String,
    /// Its index in the module.
    pub index: u32,
    /// The next instruction; further down, the active call.
    pub instruction: String,
    /// Where that is in the text that the editor shows.
    pub place: Option<Span>,
    /// Where that is in the binary, in bytes.
    pub offset: u64,
    /// Where that is in the function's source, if the module has that; where calls are inlined, the outermost of them.
    pub source: Option<SourcePlace>,
    /// The calls that are inlined there, the innermost first.
    pub inlined: Vec<InlinedFrame>,
    /// Parameters first.
    pub locals: Vec<NamedValue>,
    /// How many of the locals are parameters.
    pub params: u32,
    /// The topmost last.
    pub operand_stack: Vec<Operand>,
    /// How many operands, from the top, the instruction takes that is next; 0 in a frame further down.
    pub next_pops: u32,
    /// Values that instructions of this call pushed last, with the places of the instructions.
    pub values: Vec<PlacedValue>,
    /// The labels around the instruction, the innermost first.
    pub labels: Vec<Label>,
    /// How many more labels are around those.
    pub more_labels: u32,
}

/// A variable of the source that the program was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceVariable {
    /// Of which of the frame's calls: those that are inlined, the innermost being 0, and last the function.
    pub level: u32,
    pub name: String,
    pub ty: String,
    /// As a user would write it, cut where it is long; `None` where it is not known at this instruction.
    pub value: Option<String>,
    /// Where it is in the first memory, if it is there.
    pub address: Option<u64>,
}

/// A local or a global.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedValue {
    /// Its name with `$`, or its index.
    pub name: String,
    pub value: Value,
    /// Whether the last step changed it.
    pub changed: bool,
    /// Whether it can be changed: an immutable global cannot.
    pub mutable: bool,
    /// The address in the first memory that it is, where the program uses it as one.
    pub address: Option<u64>,
}

/// A value on an operand stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operand {
    pub value: Value,
    /// The instruction that pushed it, such as `i32.add`.
    pub pushed_by: String,
    /// Where that is in the text that the editor shows.
    pub place: Option<Span>,
    /// Whether the last step pushed it.
    pub changed: bool,
    /// The address in the first memory that it is, where an instruction takes it as one.
    pub address: Option<u64>,
}

/// A label that a branch could name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// `block`, `loop`, `if` or `function`.
    pub kind: String,
    /// Its name with `$`.
    pub name: Option<String>,
    /// Where it opens.
    pub place: Option<Span>,
    /// Where a branch to it goes on; for a loop, where it opens.
    pub target: Option<Span>,
    /// How many values a branch takes along.
    pub arity: u32,
}

/// A table's beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableView {
    /// How many elements it has.
    pub size: u64,
    /// The first of them, at most 100: `null`, or a function's name.
    pub elements: Vec<String>,
}

/// A value to be drawn beside the instruction that pushed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedValue {
    pub place: Span,
    /// More than one where the instruction has several results.
    pub values: Vec<Value>,
    /// Whether a loop has begun again since: the instruction is still to be executed this time.
    pub earlier: bool,
}

/// A part of the first memory that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRegion {
    /// `data $greeting`, `shadow stack`, `heap`.
    pub name: String,
    pub start: u64,
    pub end: u64,
}
