//! Everything that crosses between the page and the engine's worker.
//!
//! The page sends [`Request`]s, the worker answers with [`Event`]s; nothing else is shared.
//! This module contains types and their encoding, never logic. A message that belongs to a run, or to a version of the
//! text, carries its number, and the receiver first drops stale messages.

use serde::{Deserialize, Serialize};

mod breakpoints;
mod calls;
mod debug;
mod evaluation;
mod files;
mod module;
mod outcome;
mod sources;
mod timeline;

pub use breakpoints::{AccessKind, Breakpoint, BreakpointKind, BreakpointOptions, PlacedBreakpoint, WriteTarget};
pub use calls::{CallFilter, CallsView, CallsWatch, TraceCall};
pub use debug::{
    ByteForm, DebugCommand, DebugFrame, DebugView, Label, LastAccess, MemoryRegion, NamedValue, Operand, PlacedValue,
    SentencePart, SourceVariable, StopReason, TableView, ValueChange,
};
pub use evaluation::{Evaluation, Hover};
pub use files::{FileChange, FileContents, FileEntry, FileImage, FileKind};
pub use module::{
    Checked, Detected, DetectedKind, ExportSummary, ImportSummary, ModuleSummary, Problem, Severity, Span,
};
pub use outcome::{Backtrace, BacktraceCall, Counters, Outcome, Trap, Value};
pub use sources::{InlinedFrame, Landmark, LineCommand, SourceFile, SourcePlace};
pub use timeline::{MarkKind, TimelineMark};

/// Numbers the runs of a page, starting at 1; a later run has a larger number.
pub type RunId = u32;

/// Numbers the states of the source being edited; a later state has a larger number.
pub type Version = u32;

/// A message from the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The page, shortly after an edit or when another source was opened: compile and validate it, and report what it
    /// is. Answered by [`Event::Checked`].
    Check { version: Version, source: Source },
    /// The page, when the user downloads the module: compile to the binary format. Answered by [`Event::Built`].
    Build { version: Version, source: Source },
    /// The page, on **Run**: end the active run, if any, and start this one. Answered by [`Event::Started`] and finally
    /// by [`Event::Finished`].
    Run { run: RunId, source: Source, entry: Entry, options: RunOptions },
    /// The page, on **Debug**: end the active run, if any, and start this one under the debugger. It stops before its
    /// first instruction. Answered by [`Event::Started`], [`Event::BreakpointsPlaced`] and [`Event::DebugStopped`]; it
    /// ends only after [`Request::Stop`], with [`Event::Finished`].
    Debug { run: RunId, source: Source, entry: Entry, options: RunOptions, breakpoints: Vec<Breakpoint> },
    /// The page, on "Show me where": repeat the last, finished run exactly, under the debugger, up to its end. Answered
    /// like [`Request::Debug`].
    DebugAgain { run: RunId, again: RunId, breakpoints: Vec<Breakpoint> },
    /// The page, on **Debug** of a project that was shared at a step: like [`Request::Debug`], but go to that step of
    /// the recorded run. `bookmark` comes from [`Event::Bookmarked`].
    DebugAt {
        run: RunId,
        source: Source,
        options: RunOptions,
        breakpoints: Vec<Breakpoint>,
        #[serde(with = "serde_bytes")]
        bookmark: Vec<u8>,
    },
    /// The page, when a debugged program is shared at its current step. Answered by [`Event::Bookmarked`].
    Bookmark { run: RunId },
    /// The page, on a button or key of the debugger. Answered by [`Event::DebugStopped`] in the end and, if it takes
    /// long, by [`Event::DebugWorking`] meanwhile. [`Request::Pause`] cancels it.
    DebugCommand { run: RunId, command: DebugCommand },
    /// The page, when breakpoints have changed: the complete list. Answered by [`Event::BreakpointsPlaced`].
    SetBreakpoints { run: RunId, breakpoints: Vec<Breakpoint> },
    /// The page, when the user changes a value. Answered by [`Event::DebugStopped`] or [`Event::ChangeRefused`].
    ChangeValue { run: RunId, change: ValueChange },
    /// The page, when watch expressions have changed or another call was selected: evaluate these now, in that call
    /// (the topmost is 0), and again wherever the program stops. Answered by [`Event::Evaluated`].
    Evaluate { run: RunId, frame: u32, expressions: Vec<String> },
    /// The page, when the user asks for more of the call stack than a stop shows: the frames from this index on (the
    /// topmost is 0). Answered by [`Event::Frames`].
    ShowFrames { run: RunId, from: u32 },
    /// The page, when the user points at a position in the text, in bytes; `word` is the name at that position, without
    /// `$`, if any. Answered by [`Event::Hover`] with the same `query`.
    Hover { run: RunId, query: u32, at: u32, word: Option<String>, frame: u32 },
    /// The page, on **Pause**. Answered by [`Event::Paused`].
    Pause { run: RunId },
    /// The page, on **Continue**. Answered by [`Event::Continued`].
    Continue { run: RunId },
    /// The page, on **Stop**. Answered by [`Event::Finished`] with [`Outcome::Stopped`].
    Stop { run: RunId },
    /// The page, when the user sent a line of standard input. May come before the program asks.
    Stdin {
        run: RunId,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// The page, on the end-of-input button: reads see end of file after everything that was sent.
    EndOfInput { run: RunId },
    /// The page, when the Memory panel shows another window, or (`None`) is hidden. The worker sends [`Event::Memory`]
    /// immediately, and then whenever the bytes of the window may have changed.
    WatchMemory { watch: Option<MemoryWatch> },
    /// The page, when the System calls panel shows other calls, or (`None`) is hidden. The worker sends
    /// [`Event::Calls`] immediately, and then whenever the view changes.
    WatchCalls { watch: Option<CallsWatch> },
    /// The page, when the user copies the calls that pass the filter. Answered by [`Event::CallsText`].
    CopyCalls { filter: CallFilter },
    /// The page, when a project is opened: replace the whole tree. Answered by [`Event::Tree`].
    SetFiles { files: Vec<FileImage> },
    /// The page, when the user changes files or directories. Answered by an [`Event::FileProblem`] for each failure, by
    /// [`Event::Tree`] and, always and last, by one [`Event::FilesChanged`].
    ChangeFiles { change: FileChange },
    /// The page, when the user views what the last run did to a path. Answered by [`Event::FileCompared`].
    CompareFile { path: String },
    /// The page, when the user opens or downloads a file. Answered by [`Event::FileContents`] or
    /// [`Event::FileProblem`].
    ReadFile { path: String },
    /// The page, when all files are downloaded as one archive. Answered by [`Event::AllFiles`].
    ReadAllFiles,
    /// The page, when a module with debug information was opened: list the sources it was compiled from. Answered by
    /// [`Event::SourcesListed`].
    ListSources { version: Version, source: Source },
    /// The page, once, after it has been rendered: warm up the interpreter while the worker is idle, so that the
    /// browser has optimised it before the first Run. Answered by [`Event::Warm`].
    WarmUp,
    /// The page, on **Try again** after [`Event::RestMissing`].
    FetchRest,
}

/// A message from the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker, once, when it is ready for requests.
    Ready,
    /// Answers [`Request::WarmUp`], when the interpreter is as fast as it gets.
    Warm { milliseconds: f64 },
    /// Answers [`Request::Check`].
    Checked { version: Version, checked: Checked },
    /// Answers [`Request::Build`]: the module in the binary format, or why there is none, and how long that took.
    Built { version: Version, result: Result<Binary, Vec<Problem>>, milliseconds: f64 },
    /// Answers [`Request::Run`] when the program has been compiled and its first instruction is next. `call` is the
    /// call as a user would write it, such as `_start()` or `add(2, 3)`.
    Started { run: RunId, call: String, used: EngineUsed },
    /// The program printed; sent at most about sixty times a second.
    Output { run: RunId, chunks: Vec<OutputChunk> },
    /// The program reads standard input and there is none: the page asks the user for input.
    WaitingForInput { run: RunId },
    /// The program sleeps; `milliseconds` is how long it will sleep.
    Sleeping { run: RunId, milliseconds: f64 },
    /// The program continues after [`Event::WaitingForInput`] or [`Event::Sleeping`], or after [`Request::Continue`].
    Continued { run: RunId },
    /// Answers [`Request::Pause`]; memory and counters show the paused state. `at` is where the program is, such as "line
    /// 5, in `step`", if the engine reports that.
    Paused { run: RunId, at: Option<String> },
    /// About ten times a second while a program runs.
    Progress { run: RunId, counters: Counters },
    /// Before each [`Event::DebugStopped`] of a module with debug information, and on [`Request::Evaluate`]: the source
    /// variables of a frame.
    Variables { run: RunId, step: u64, frame: u32, variables: Vec<SourceVariable> },
    /// The program has stopped under the debugger.
    DebugStopped { run: RunId, view: Box<DebugView> },
    /// Answers [`Request::ShowFrames`]: the next frames, at most 100.
    Frames { run: RunId, step: u64, from: u32, frames: Vec<DebugFrame> },
    /// Answers [`Request::Evaluate`]; also sent before every [`Event::DebugStopped`], for the topmost call, if there
    /// are expressions.
    Evaluated { run: RunId, step: u64, evaluations: Vec<Evaluation> },
    /// Answers [`Request::Bookmark`]: the step, everything needed to reach it again, and the files as the run found
    /// them.
    Bookmarked {
        run: RunId,
        step: u64,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
        files: Vec<FileImage>,
    },
    /// After an [`Event::DebugStopped`], if the marks on the timeline have changed: at most one of a kind for each of a
    /// few hundred sections of the timeline, the first in that section.
    Marks { run: RunId, marks: Vec<TimelineMark> },
    /// Answers [`Request::Hover`]; `None` if there is no hover.
    Hover { run: RunId, query: u32, hover: Option<Hover> },
    /// The debugger is working; sent at most once per frame. `of` is the target step, if it is known.
    DebugWorking { run: RunId, step: u64, of: Option<u64> },
    /// Answers [`Request::SetBreakpoints`]: their verification.
    BreakpointsPlaced { run: RunId, breakpoints: Vec<PlacedBreakpoint> },
    /// Answers [`Request::ChangeValue`] if the change was refused.
    ChangeRefused { run: RunId, message: String },
    /// The run ended, successfully or not; the last event with this run's number besides [`Event::Memory`],
    /// [`Event::Calls`] and [`Event::CallsText`].
    Finished { run: RunId, outcome: Outcome, counters: Counters },
    /// After [`Event::Finished`] of a run that trapped or recursed too deep: the active calls. Found by repeating the
    /// run while the worker is idle, so it may take a while, and is not sent if another run starts.
    Backtrace { run: RunId, backtrace: Backtrace },
    /// The window that the Memory panel shows, for the last run.
    Memory { run: RunId, view: MemoryView },
    /// The calls that the System calls panel shows, for the last run.
    Calls { run: RunId, view: CallsView },
    /// Answers [`Request::CopyCalls`]: one line per call. If there are very many, only the last ones, which the text
    /// mentions.
    CallsText { run: RunId, text: String },
    /// The current file tree: after a change, and after a run that changed it.
    Tree { entries: Vec<FileEntry>, bytes: u64 },
    /// The changes that the page should store in the browser. With `requested` it answers [`Request::ChangeFiles`], and
    /// may be empty; without, a program made the changes.
    FilesChanged { written: Vec<FileImage>, removed: Vec<String>, requested: bool },
    /// Answers [`Request::CompareFile`]: the contents at the path when the last run started, and now.
    FileCompared { path: String, before: Option<FileContents>, now: Option<FileContents> },
    /// Answers [`Request::ReadFile`].
    FileContents {
        path: String,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Answers [`Request::ReadAllFiles`].
    AllFiles { files: Vec<FileImage> },
    /// A request on the files failed; `message` names the path and the reason.
    FileProblem { message: String },
    /// Answers [`Request::ListSources`]; `problem` says what is wrong with the debug information.
    SourcesListed { version: Version, files: Vec<SourceFile>, problem: Option<String> },
    /// An internal error, not one of the program's: shown in one place, with a button that restarts the worker.
    Fault { message: String },
    /// A request waits for the rest of the interpreter (`xtask/module-split`), which could not be fetched for this reason.
    /// It is retried now and then, and on [`Request::FetchRest`].
    RestMissing { reason: String },
    /// The rest of the interpreter has been fetched after all: the waiting requests are handled.
    RestArrived,
}

/// A program as the user provided it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file's name, as used in problems: `main.wat`, `hello.wasm`.
    pub name: String,
    /// Text or binary; the worker detects which, and of what kind.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// A module in the binary format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binary {
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// What a run calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// `_start`, or else `main`, or else the only exported function without parameters.
    Default,
    /// An exported function, with its arguments as the user typed them.
    Export { name: String, arguments: Vec<String> },
}

/// What executes programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Engine {
    /// The wasmi interpreter.
    #[default]
    Wasmi,
    /// The WebAssembly engine of the browser, which compiles to machine code.
    Browser,
}

/// The engine that executes a program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EngineUsed {
    pub engine: Engine,
    /// Why it is not the one that was chosen.
    pub instead: Option<String>,
}

impl EngineUsed {
    /// The engine that was chosen.
    pub fn chosen(engine: Engine) -> Self {
        Self { engine, instead: None }
    }
}

/// The settings of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunOptions {
    /// The arguments after the program's name; the worker adds the name itself.
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub limits: Limits,
    /// Whether WASI calls are traced, for [`Request::WatchCalls`].
    pub trace: bool,
    pub engine: Engine,
}

/// The limits on a program's resources. `None`: no limit but the machine's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// All linear memories together, in bytes.
    pub memory: Option<u64>,
    /// Each table, in elements.
    pub table: Option<u64>,
    /// The call depth.
    pub recursion: u32,
    /// Standard output and standard error together, in bytes.
    pub output: Option<u64>,
    /// The time since the start of the run, including waiting for input, in milliseconds.
    pub wall_time: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: Some(1 << 30),
            table: Some(10_000_000),
            recursion: 20_000,
            output: Some(4 << 30),
            wall_time: None,
        }
    }
}

/// An output stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// A piece of output. Bytes, which may be cut anywhere, even within a character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputChunk {
    pub stream: Stream,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// How many bytes of this stream were left out right after `bytes`, because the program prints faster than the page
    /// can show.
    pub dropped: u64,
}

/// The part of a memory that the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryWatch {
    /// The memory's index in the module.
    pub memory: u32,
    /// The address of the first byte.
    pub offset: u64,
    /// The number of bytes; the worker sends at most 64 KiB.
    pub length: u32,
}

/// Part of a memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryView {
    pub memory: u32,
    pub offset: u64,
    /// Fewer than requested if the memory ends before.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// The size of the whole memory in bytes; 0 if there is no such memory.
    pub size: u64,
    /// The number of memories of the module.
    pub memories: u32,
}

impl Request {
    /// Encodes the message for posting.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        encode(self)
    }

    /// Decodes a message.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        decode(bytes)
    }
}

impl Event {
    /// Encodes the message for posting.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        encode(self)
    }

    /// Decodes a message.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        decode(bytes)
    }
}

/// A message could not be encoded or decoded: an internal error.
#[derive(Debug, thiserror::Error)]
#[error("a message between page and worker could not be encoded or decoded")]
pub struct CodecError(#[from] postcard::Error);

fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, CodecError> {
    Ok(postcard::to_allocvec(message)?)
}

fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, CodecError> {
    Ok(postcard::from_bytes(bytes)?)
}
