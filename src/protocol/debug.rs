//! Types exchanged between page and worker while a program is debugged.

use serde::{Deserialize, Serialize};

use super::{InlinedFrame, LineCommand, Outcome, SourcePlace, Span, Value, WriteTarget};

/// A debugger command. Frames are counted from the one that is currently on top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DebugCommand {
    /// Continues to a breakpoint or the end.
    Continue,
    /// Steps one instruction, into calls.
    Into,
    /// Steps one instruction, over calls.
    Over,
    /// Runs until the function has returned.
    Out,
    /// Runs to the first instruction of a line of a source file, or of the module's text.
    RunTo { file: Option<String>, line: u32 },
    /// Steps by lines.
    Line(LineCommand),
    /// Steps one instruction back, into calls.
    BackInto,
    /// Steps one instruction back, over calls.
    BackOver,
    /// Goes back to the call of this function.
    BackOut,
    /// Goes back to the last breakpoint, or the start.
    BackContinue,
    /// Goes to a step.
    JumpTo { step: u64 },
    /// Goes to the end, past all breakpoints.
    JumpToEnd,
    /// Goes back to the last instruction that wrote the target.
    LastWrite { target: WriteTarget },
    /// Goes to the nearest known mark after the current step.
    NextMark,
    /// Goes to the nearest mark before the current step.
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
    /// The bytes from an address on, as many as the text represents.
    Memory {
        memory: u32,
        address: u64,
        form: ByteForm,
        text: String,
    },
}

/// How the user writes bytes of a memory. Numbers are little-endian, as WebAssembly stores them (core specification,
/// section 4.6).
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
    /// Two hexadecimal digits per byte, optionally separated by spaces.
    Bytes,
}

/// The view of a stopped program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugView {
    /// How many instructions have been executed: at the end, the last one, too.
    pub step: u64,
    /// The largest known step; that of the end, if the program has been there.
    pub furthest: u64,
    pub reason: StopReason,
    /// One sentence on what the last step did, or why the program stopped, and what comes next.
    pub sentence: Vec<SentencePart>,
    /// Topmost first: as many as a stop shows. [`Request::ShowFrames`](super::Request::ShowFrames) asks for more.
    pub frames: Vec<DebugFrame>,
    /// How many frames there are.
    pub depth: u32,
    pub globals: Vec<NamedValue>,
    pub tables: Vec<TableView>,
    /// How many bytes of all [`Event::Output`](super::Event::Output) had been printed at this step.
    pub printed: u64,
    /// The steps at which a value was changed and execution diverged.
    pub forks: Vec<u64>,
    /// Log messages since the last view.
    pub log: Vec<String>,
    /// The regions of the first memory, as far as they are known.
    pub regions: Vec<MemoryRegion>,
    /// Bytes that the last step wrote: memory, address, length.
    pub written: Vec<(u32, u64, u64)>,
    /// Bytes that the last step read, in the same form.
    pub read: Vec<(u32, u64, u64)>,
    /// What the program wrote last or, if that instruction only read, read last; `None` if that was long ago. At a trap,
    /// what it tried to access.
    pub last_access: Option<LastAccess>,
}

/// An access to a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAccess {
    /// The step that made it.
    pub step: u64,
    pub memory: u32,
    pub address: u64,
}

/// A part of a sentence: values are separate from the text, so that the page can format them in the chosen base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SentencePart {
    /// Text; backticks enclose names.
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
        /// Set if it stopped because its condition could not be evaluated, with the reason.
        condition_error: Option<String>,
    },
    /// Before an instruction that accesses a watched target.
    Watchpoint {
        id: u32,
        description: String,
        /// As for a breakpoint.
        condition_error: Option<String>,
    },
    /// Before the last instruction that wrote the target, with a description of that instruction.
    LastWrite { description: String },
    /// At the unchanged position: why no instruction has written the target, in a sentence.
    NotWritten { message: String },
    /// The user pressed **Pause**.
    Pause,
    /// A backward search reached the beginning.
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
    /// The next instruction; in a frame further down, the active call.
    pub instruction: String,
    /// Its position in the text that the editor shows.
    pub place: Option<Span>,
    /// Its offset in the binary, in bytes.
    pub offset: u64,
    /// Its position in the function's source, if the module has it; if calls are inlined, that of the outermost.
    pub source: Option<SourcePlace>,
    /// The calls inlined there, innermost first.
    pub inlined: Vec<InlinedFrame>,
    /// Parameters first.
    pub locals: Vec<NamedValue>,
    /// How many of the locals are parameters.
    pub params: u32,
    /// The argument passed for each parameter, as far as it is known: the parameter may have been set since.
    pub arguments: Vec<Option<Value>>,
    /// Topmost last.
    pub operand_stack: Vec<Operand>,
    /// How many operands, from the top, the next instruction pops; 0 in a frame further down.
    pub next_pops: u32,
    /// The latest values pushed by instructions of this call, with the positions of the instructions.
    pub values: Vec<PlacedValue>,
    /// The labels around the instruction, innermost first.
    pub labels: Vec<Label>,
    /// How many more labels there are around those.
    pub more_labels: u32,
}

/// A variable of the source that the program was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceVariable {
    /// The index of the call in its frame: 0 is the innermost inlined call, the last is the function itself.
    pub level: u32,
    pub name: String,
    pub ty: String,
    /// Formatted for the user, shortened if it is long; `None` if it is unknown at this instruction.
    pub value: Option<String>,
    /// Its address in the first memory, if it is stored there.
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
    /// The address in the first memory that the value is, if the program uses it as one.
    pub address: Option<u64>,
}

/// A value on an operand stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operand {
    pub value: Value,
    /// The instruction that pushed it, such as `i32.add`.
    pub pushed_by: String,
    /// The position of that instruction in the text that the editor shows.
    pub place: Option<Span>,
    /// Whether the last step pushed it.
    pub changed: bool,
    /// The address in the first memory that the value is, if an instruction uses it as one.
    pub address: Option<u64>,
}

/// A possible target of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// `block`, `loop`, `if` or `function`.
    pub kind: String,
    /// Its name with `$`.
    pub name: Option<String>,
    /// Where it begins.
    pub place: Option<Span>,
    /// Where a branch to it continues; for a loop, where it begins.
    pub target: Option<Span>,
    /// How many values a branch passes.
    pub arity: u32,
}

/// The beginning of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableView {
    /// How many elements it has.
    pub size: u64,
    /// The first elements, at most 100: `null`, or a function's name.
    pub elements: Vec<String>,
}

/// A value to show next to the instruction that pushed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedValue {
    pub place: Span,
    /// Several if the instruction has several results.
    pub values: Vec<Value>,
    /// Whether a loop has started another iteration since: the instruction has not been executed in this one.
    pub earlier: bool,
}

/// A named region of the first memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRegion {
    /// `data $greeting`, `shadow stack`, `heap`.
    pub name: String,
    pub start: u64,
    pub end: u64,
}
