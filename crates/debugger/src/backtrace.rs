//! The call stack of a plain run that failed.
//!
//! The interpreter does not report it, so the run is replayed under the debugger, from its record, to its end.

use super::names::Names;
use super::session::{Command, DebugProgress, DebugSession, LoopRound};
use super::step_text::Sentence;
use super::view::FrameView;
use wasmoscope_module::inspect::Summary;
use wasmoscope_runtime::outcome::Outcome;
use wasmoscope_runtime::{Entry, Limits, StartError};
use wasmoscope_source_map::dwarf::{DebugInfo, SourcePosition};
use wasmoscope_wasi::{Record, WasiCtx};

/// The replay of a run up to where it failed.
pub struct BacktraceReplay {
    session: DebugSession,
}

/// The state of a [`BacktraceReplay`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayProgress {
    Working,
    /// It has reached the failure.
    AtFailure,
    /// The program ended differently than in the original run.
    Diverged,
}

/// An active call: of a function, or one that the compiler has inlined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameCall {
    pub function: String,
    pub is_inlined: bool,
    /// The offset in the binary, in bytes, of the next instruction or, in a frame further down, of the call.
    pub offset: u64,
    /// The corresponding source position, if the module has one.
    pub place: Option<SourcePosition>,
}

impl BacktraceReplay {
    /// Starts the replay.
    ///
    /// # Errors
    ///
    /// As [`DebugSession::start`].
    pub fn start(
        file: &str,
        wasm: &[u8],
        summary: &Summary,
        entry: &Entry,
        limits: Limits,
        record: &Record,
    ) -> Result<Self, StartError> {
        let mut session = DebugSession::start(file, wasm, summary, entry, limits, WasiCtx::replay(record))?;
        session.ask(Command::JumpToEnd);
        Ok(Self { session })
    }

    /// Continues for about this many steps.
    pub fn advance(&mut self, steps: u64) -> ReplayProgress {
        match self.session.advance(steps) {
            DebugProgress::Working { .. } => ReplayProgress::Working,
            DebugProgress::Stopped(_) if self.session.outcome().is_some() => ReplayProgress::AtFailure,
            DebugProgress::Stopped(_) | DebugProgress::Waiting { .. } => ReplayProgress::Diverged,
        }
    }

    /// The current step.
    pub fn step(&self) -> u64 {
        self.session.step()
    }

    /// Why the program trapped, with the instruction and its operands: `i32.div_s: 7 / 0: division by zero`.
    pub fn cause(&self) -> Option<Sentence> {
        self.session.state().describe_trap(self.session.outcome()?, &|_| None)
    }

    /// In which round of its loops the program trapped, innermost first.
    pub fn loop_rounds(&mut self) -> Vec<LoopRound> {
        match self.session.outcome() {
            Some(Outcome::Trapped(_)) => self.session.loop_rounds(),
            _ => Vec::new(),
        }
    }

    /// The calls of at most this many frames, innermost first, and the number of frames left out.
    pub fn calls(&self, most: usize, info: Option<&DebugInfo>) -> (Vec<FrameCall>, usize) {
        let frames = self.session.state().call_stack(most);
        let calls = frames.iter().flat_map(|frame| {
            let (function, inlined) = calls_of(frame, self.session.names(), info);
            inlined.into_iter().chain([function])
        });
        (calls.collect(), self.session.state().depth() as usize - frames.len())
    }
}

/// The call of a frame, and the calls inlined at its position, innermost first.
///
/// A function's name comes from the name section or the debug information; otherwise its index is used.
pub fn calls_of(frame: &FrameView, names: &Names, info: Option<&DebugInfo>) -> (FrameCall, Vec<FrameCall>) {
    let offset = frame.offset;
    let mut inlined_frames = info.map(|info| info.frames(offset)).unwrap_or_default();
    let outermost = inlined_frames.pop();
    let place = match &outermost {
        Some(function) => function.place,
        None => info.and_then(|info| info.place(offset)),
    };
    let named = names.function(frame.function).map(str::to_owned);
    let function = named.or_else(|| outermost?.function).unwrap_or_else(|| format!("func {}", frame.function));
    let inlined = inlined_frames.into_iter().map(|call| FrameCall {
        function: call.function.unwrap_or_else(|| "a function without a name".to_owned()),
        is_inlined: true,
        offset,
        place: call.place,
    });
    (FrameCall { function, is_inlined: false, offset, place }, inlined.collect())
}
