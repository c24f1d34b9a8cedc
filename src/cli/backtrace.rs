//! `wasmoscope run --backtrace`: the call stack of a program that trapped.

use super::terminal::{err, one_line};
use crate::engine::debugger::backtrace::{BacktraceReplay, FrameCall, ReplayProgress};
use crate::engine::debugger::describe_rounds;
use crate::engine::inspect::Summary;
use crate::engine::runtime::{Entry, Limits};
use crate::engine::source::Source;
use crate::engine::source_map::InstructionMap;
use crate::engine::source_map::dwarf::{DebugInfo, SourcePosition};
use crate::engine::wasi::Record;

/// The maximum number of calls printed.
const MOST: usize = 100;
/// How many steps are executed per slice.
const SLICE: u64 = 10_000_000;

/// Prints the call stack to standard error, innermost first, or why it is not available.
pub(super) fn print(source: &Source, wasm: &[u8], summary: &Summary, entry: &Entry, limits: Limits, record: &Record) {
    let Ok(mut replay) = BacktraceReplay::start(&source.name, wasm, summary, entry, limits, record) else {
        err!("note: no call stack, because the program could not be started again");
        return;
    };
    loop {
        match replay.advance(SLICE) {
            ReplayProgress::Working => {}
            ReplayProgress::AtFailure => break,
            ReplayProgress::Diverged => {
                err!("note: no call stack, because the replay ended differently");
                return;
            }
        }
    }
    let places = Places::new(source, wasm);
    if let Some(cause) = replay.cause() {
        // The loops of compiled code may not be those of its source.
        let rounds = if places.info.is_some() { Vec::new() } else { replay.loop_rounds() };
        let rounds = describe_rounds(&rounds, |offset| places.line(offset));
        err!("{}", one_line(&format!("{cause}{rounds}")));
    }
    err!("call stack at step {} (most recent call first):", replay.step());
    let (calls, hidden) = replay.calls(MOST, places.info.as_ref());
    for (number, call) in calls.iter().enumerate() {
        let inlined = if call.is_inlined { " (inlined)" } else { "" };
        err!("{number:4}: {}{inlined}\n        at {}", one_line(&call.function), one_line(&places.of(call)));
    }
    if hidden > 0 {
        err!("      and {hidden} more");
    }
}

/// Maps instructions to what a user reads.
struct Places<'a> {
    source: &'a Source,
    text: Option<InstructionMap>,
    info: Option<DebugInfo>,
}

impl<'a> Places<'a> {
    fn new(source: &'a Source, wasm: &[u8]) -> Self {
        let text = std::str::from_utf8(&source.bytes).ok().filter(|_| !source.is_binary());
        let text = text.and_then(|text| InstructionMap::of_text(text, wasm));
        Self { source, text, info: DebugInfo::read(wasm) }
    }

    /// The line of the text, if it is one.
    fn line(&self, offset: u64) -> Option<String> {
        Some(format!("line {}", self.text.as_ref()?.location(offset)?.line))
    }

    fn of(&self, call: &FrameCall) -> String {
        if let (Some(SourcePosition { file, line, column }), Some(info)) = (call.place, &self.info)
            && let Some(file) = info.file(file)
        {
            return format!("{}:{line}:{column}", file.path);
        }
        match self.text.as_ref().and_then(|text| text.location(call.offset)) {
            Some(at) => format!("{}:{}:{}", self.source.name, at.line, at.column),
            None => format!("{}, byte {:#x}", self.source.name, call.offset),
        }
    }
}
