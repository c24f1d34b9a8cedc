//! `wasmoscope run --backtrace`: which calls were under way when a program trapped.
//!
//! The interpreter does not tell. The run is repeated under the debugger, from what was recorded of it, to its end.

use crate::engine::debugger::view::FrameView;
use crate::engine::debugger::{Command, DebugProgress, DebugSession};
use crate::engine::inspect::Summary;
use crate::engine::runtime::{Entry, Limits};
use crate::engine::source::Source;
use crate::engine::source_map::InstructionMap;
use crate::engine::source_map::dwarf::{DebugInfo, Place};
use crate::engine::wasi::{Record, WasiCtx};

/// How many calls are printed.
const MOST: usize = 100;
/// Steps at once.
const SLICE: u64 = 10_000_000;

/// Prints the calls to standard error, the innermost first; or why they cannot be told.
pub(super) fn print(source: &Source, wasm: &[u8], summary: &Summary, entry: &Entry, limits: Limits, record: &Record) {
    let session = DebugSession::start(&source.name, wasm, summary, entry, limits, WasiCtx::replay(record));
    let Ok(mut session) = session else {
        eprintln!("note: the calls cannot be told, because the program could not be started again");
        return;
    };
    session.ask(Command::JumpToEnd);
    while let DebugProgress::Working { .. } = session.advance(SLICE) {}
    if session.outcome().is_none() {
        eprintln!("note: the calls cannot be told, because the program did not end as it did before");
        return;
    }
    let places = Places::new(source, wasm);
    eprintln!("calls under way at step {}, the innermost first:", session.step());
    let depth = session.depth() as usize;
    let mut number = 0;
    for frame in session.call_stack(MOST) {
        for (function, place) in places.calls(&session, &frame) {
            eprintln!("{number:4}: {function}\n        at {place}");
            number += 1;
        }
    }
    if depth > MOST {
        eprintln!("      and {} more", depth - MOST);
    }
}

/// Where instructions are in what a person reads.
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

    /// The calls of a frame, those that the compiler has inlined first: their functions and where they stand.
    fn calls(&self, session: &DebugSession, frame: &FrameView) -> Vec<(String, String)> {
        let named = session.names().function(frame.function).map(str::to_owned);
        let mut told = self.info.as_ref().map(|info| info.frames(frame.offset)).unwrap_or_default();
        let function = told.pop();
        let inlined = told.into_iter().map(|call| {
            let name = call.function.unwrap_or_else(|| "a function without a name".to_owned());
            (format!("{name} (inlined)"), self.place(frame.offset, call.place))
        });
        let place = function.as_ref().and_then(|function| function.place);
        let name = named.or_else(|| function?.function).unwrap_or_else(|| format!("func {}", frame.function));
        inlined.chain([(name, self.place(frame.offset, place))]).collect()
    }

    fn place(&self, offset: u64, place: Option<Place>) -> String {
        if let (Some(Place { file, line, column }), Some(info)) = (place, &self.info)
            && let Some(file) = info.file(file)
        {
            return format!("{}:{line}:{column}", file.path);
        }
        match self.text.as_ref().and_then(|text| text.location(offset)) {
            Some(at) => format!("{}:{}:{}", self.source.name, at.line, at.column),
            None => format!("{}, byte {offset:#x}", self.source.name),
        }
    }
}
