//! Converts engine values to protocol types: the only module that knows both.

use std::ops::Range;

use crate::engine::debugger;
use crate::engine::debugger::step_text::{Part, Sentence};
use crate::engine::diagnostic::{self, Severity};
use crate::engine::inspect::{self, ExportKind, Inspection, Kind, Summary};
use crate::engine::runtime;
use crate::engine::source::{Location, Source};
use crate::engine::value::FormattedValue;
use crate::engine::wasi;
use crate::protocol::{
    CallFilter, Checked, Counters, Detected, DetectedKind, Entry, Event, ExportSummary, ImportSummary, MarkKind,
    MemoryView, MemoryWatch, ModuleSummary, Outcome, OutputChunk, Problem, RunId, SentencePart, Span, Stream,
    TimelineMark, TraceCall, Trap, Value,
};

pub(super) fn checked(source: &Source, inspection: &Inspection) -> Checked {
    let mut problems: Vec<Problem> = inspection.problems.iter().map(problem).collect();
    let disassembly = match &inspection.wasm {
        Some(wasm) if source.is_binary() => match inspect::disassemble(wasm) {
            Ok(disassembly) => Some(disassembly),
            Err(message) => {
                problems.push(problem(&diagnostic::Problem::error(&source.name, message)));
                None
            }
        },
        _ => None,
    };
    let verdict = &inspection.verdict;
    Checked {
        problems,
        detected: Detected {
            kind: kind(verdict.kind),
            description: verdict.description.clone(),
            advice: verdict.advice.clone(),
            command: verdict.command.clone(),
        },
        module: inspection.summary.as_deref().map(summary),
        is_whole: disassembly.as_ref().is_none_or(|disassembly| disassembly.is_whole),
        disassembly: disassembly.map(|disassembly| disassembly.text),
        binary_size: inspection.wasm.as_ref().map(|wasm| wasm.len() as u64),
    }
}

fn kind(kind: Kind) -> DetectedKind {
    match kind {
        Kind::NoProgram => DetectedKind::NoProgram,
        Kind::BrokenText => DetectedKind::BrokenText,
        Kind::Invalid => DetectedKind::Invalid,
        Kind::Command => DetectedKind::Command,
        Kind::Reactor => DetectedKind::Reactor,
        Kind::Library => DetectedKind::Library,
        Kind::WasmBindgen => DetectedKind::WasmBindgen,
        Kind::Component => DetectedKind::Component,
        Kind::UnsupportedProposal => DetectedKind::UnsupportedProposal,
        Kind::NotWebAssembly => DetectedKind::NotWebAssembly,
    }
}

pub(super) fn problem(problem: &diagnostic::Problem) -> Problem {
    Problem {
        file: problem.file.clone(),
        span: problem.location.as_ref().map(span),
        severity: match problem.severity {
            Severity::Error => crate::protocol::Severity::Error,
            Severity::Warning => crate::protocol::Severity::Warning,
        },
        message: problem.message.clone(),
        help: problem.help.clone(),
        excerpt: problem.excerpt.clone(),
    }
}

/// A text has at most a few megabytes, so its offsets fit in 32 bits; larger ones are clamped.
pub(super) fn span(location: &Location) -> Span {
    let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Span {
        start: narrow(location.start),
        end: narrow(location.end),
        line: narrow(location.line),
        column: narrow(location.column),
        end_line: narrow(location.end_line),
        end_column: narrow(location.end_column),
    }
}

pub(super) fn sentence(sentence: &Sentence) -> Vec<SentencePart> {
    let part = |part: &Part| match part {
        Part::Text(text) => SentencePart::Text(text.clone()),
        Part::Value(shown) => SentencePart::Value(value(shown.clone())),
    };
    sentence.parts().iter().map(part).collect()
}

pub(super) fn mark(mark: &debugger::Mark) -> TimelineMark {
    use debugger::MarkKind as Kind;
    let kind = match mark.kind {
        Kind::Call => MarkKind::Call,
        Kind::Output => MarkKind::Output,
        Kind::Breakpoint => MarkKind::Breakpoint,
        Kind::Fork => MarkKind::Fork,
        Kind::End => MarkKind::End,
        Kind::Trap => MarkKind::Trap,
    };
    TimelineMark { step: mark.step, kind }
}

fn summary(summary: &Summary) -> ModuleSummary {
    ModuleSummary {
        imports: inspect::imports::provided(summary)
            .map(|(import, provided)| ImportSummary {
                module: import.module.clone(),
                name: import.name.clone(),
                ty: import.ty.clone(),
                provided,
            })
            .collect(),
        exports: summary
            .exports
            .iter()
            .map(|export| ExportSummary {
                name: export.name.clone(),
                kind: match export.kind {
                    ExportKind::Function => "func",
                    ExportKind::Table => "table",
                    ExportKind::Memory => "memory",
                    ExportKind::Global => "global",
                    ExportKind::Tag => "tag",
                }
                .to_owned(),
                ty: export.ty.clone(),
                params: export.params.clone(),
                results: export.results.clone(),
                param_names: export.param_names.clone(),
            })
            .collect(),
        memories: summary.memories.clone(),
        memory_names: summary.memory_names.clone(),
        default_entry: summary.default_entry().map(str::to_owned),
        functions: summary.functions,
        globals: summary.globals,
        tables: summary.tables,
        sections: summary.sections.clone(),
    }
}

pub(super) fn limits(limits: &crate::protocol::Limits) -> runtime::Limits {
    runtime::Limits { memory: limits.memory, table: limits.table, recursion: limits.recursion, output: limits.output }
}

pub(super) fn entry(entry: Entry) -> runtime::Entry {
    match entry {
        Entry::Default => runtime::Entry::Default,
        Entry::Export { name, arguments } => runtime::Entry::Export { name, arguments },
    }
}

/// The event for a run that ended before its first instruction.
pub(super) fn not_started(run: RunId, error: runtime::StartError, compile_ms: f64) -> Event {
    let outcome = match error {
        runtime::StartError::Problems(problems) => {
            Outcome::NotStarted { problems: problems.iter().map(problem).collect() }
        }
        runtime::StartError::Outcome(ended) => outcome(ended),
    };
    Event::Finished { run, outcome, counters: Counters { compile_ms, ..Counters::default() } }
}

pub(super) fn outcome(outcome: runtime::Outcome) -> Outcome {
    match outcome {
        runtime::Outcome::Returned(results) => Outcome::Returned { results: results.into_iter().map(value).collect() },
        runtime::Outcome::Exited(code) => Outcome::Exited { code },
        runtime::Outcome::Trapped(trap) => {
            let code = trap.kind.code().to_owned();
            let panics = trap.kind == runtime::TrapKind::Unreachable;
            Outcome::Trapped { trap: Trap { code, panics, message: trap.message, help: trap.help } }
        }
        runtime::Outcome::LimitReached { limit, message, help } => {
            let has_place = limit == runtime::LimitKind::Recursion;
            Outcome::LimitReached { limit: limit.name().to_owned(), message, help, has_place }
        }
        runtime::Outcome::Stopped => Outcome::Stopped,
    }
}

pub(super) fn value(shown: FormattedValue) -> Value {
    Value { ty: shown.ty.to_owned(), text: shown.text, unsigned: shown.unsigned, hex: shown.hex }
}

/// The maximum size of a watched window, in bytes.
const WINDOW: u32 = 64 << 10;

/// The watched window of a memory of this size, in bytes; `read` gives a range of it.
pub(super) fn memory_view(
    watch: MemoryWatch,
    size: u64,
    memories: usize,
    read: impl FnOnce(Range<u64>) -> Vec<u8>,
) -> MemoryView {
    let start = watch.offset.min(size);
    let end = watch.offset.saturating_add(u64::from(watch.length.min(WINDOW))).min(size);
    MemoryView { memory: watch.memory, offset: watch.offset, bytes: read(start..end), size, memories: memories as u32 }
}

pub(super) fn output(pieces: Vec<wasi::Output>) -> Vec<OutputChunk> {
    pieces
        .into_iter()
        .map(|piece| OutputChunk {
            stream: match piece.stream {
                wasi::OutputStream::Stdout => Stream::Stdout,
                wasi::OutputStream::Stderr => Stream::Stderr,
            },
            bytes: piece.bytes,
            dropped: piece.dropped,
        })
        .collect()
}

pub(super) fn call(call: &wasi::trace::TraceCall) -> TraceCall {
    let milliseconds = |nanoseconds: u64| nanoseconds as f64 / 1e6;
    TraceCall {
        number: call.number,
        function: call.function.to_owned(),
        arguments: call.arguments.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect(),
        outcome: call.outcome.name(),
        failed: call.outcome.failed(),
        results: call.results_text(),
        at_ms: milliseconds(call.at_ns),
        waited_ms: call.waited_ns.map(milliseconds),
        fuel: call.fuel,
    }
}

pub(super) fn call_filter(filter: &CallFilter) -> wasi::trace::Filter {
    wasi::trace::Filter {
        functions: wasi::trace::Filter::functions(&filter.functions),
        path: filter.path.clone(),
        failures: filter.failures,
    }
}
