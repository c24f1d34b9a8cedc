//! Which calls were under way when a program failed.
//!
//! The interpreter does not tell. The run is repeated under the debugger, from what was recorded of it, to its end.

use super::names::Names;
use super::session::{Command, DebugProgress, DebugSession};
use super::step_text::Sentence;
use super::view::FrameView;
use crate::engine::inspect::Summary;
use crate::engine::runtime::{Entry, Limits, StartError};
use crate::engine::source_map::dwarf::{DebugInfo, Place};
use crate::engine::wasi::{Record, WasiCtx};

/// A run that is repeated up to where it failed.
pub struct Retrace {
    session: DebugSession,
}

/// How far a [`Retrace`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retraced {
    Working,
    /// It stands where the program failed.
    There,
    /// The program did not end as it did before.
    Lost,
}

/// A call that was under way: of a function, or one that the compiler has inlined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub function: String,
    pub is_inlined: bool,
    /// The instruction that was next; further down, the call. In the binary, in bytes.
    pub offset: u64,
    /// Where that is in the source, if the module tells.
    pub place: Option<Place>,
}

impl Retrace {
    /// Begins the run again.
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

    /// Goes on for about so many steps.
    pub fn advance(&mut self, steps: u64) -> Retraced {
        match self.session.advance(steps) {
            DebugProgress::Working { .. } => Retraced::Working,
            DebugProgress::Stopped(_) if self.session.outcome().is_some() => Retraced::There,
            DebugProgress::Stopped(_) | DebugProgress::Waiting { .. } => Retraced::Lost,
        }
    }

    /// The step that it stands at.
    pub fn step(&self) -> u64 {
        self.session.step()
    }

    /// Why the program trapped, with the instruction and its operands: `i32.div_s: 7 / 0: division by zero`.
    pub fn cause(&self) -> Option<Sentence> {
        self.session.describe_trap(&|_| None)
    }

    /// The calls of so many frames at most, the innermost first, and how many frames there are besides.
    pub fn calls(&self, most: usize, info: Option<&DebugInfo>) -> (Vec<Call>, usize) {
        let frames = self.session.call_stack(most);
        let calls = frames.iter().flat_map(|frame| {
            let (function, inlined) = calls_of(frame, self.session.names(), info);
            inlined.into_iter().chain([function])
        });
        (calls.collect(), self.session.depth() as usize - frames.len())
    }
}

/// The call that a frame is of, and those that are inlined where it stands, the innermost first.
///
/// The function has the name of the name section, or of the debug information, or its index.
pub fn calls_of(frame: &FrameView, names: &Names, info: Option<&DebugInfo>) -> (Call, Vec<Call>) {
    let offset = frame.offset;
    let mut told = info.map(|info| info.frames(offset)).unwrap_or_default();
    let outermost = told.pop();
    let place = match &outermost {
        Some(function) => function.place,
        None => info.and_then(|info| info.place(offset)),
    };
    let named = names.function(frame.function).map(str::to_owned);
    let function = named.or_else(|| outermost?.function).unwrap_or_else(|| format!("func {}", frame.function));
    let inlined = told.into_iter().map(|call| Call {
        function: call.function.unwrap_or_else(|| "a function without a name".to_owned()),
        is_inlined: true,
        offset,
        place: call.place,
    });
    (Call { function, is_inlined: false, offset, place }, inlined.collect())
}
