//! What a user sees of a run.

use std::fmt::Write as _;

use wasmoscope::protocol::{
    CallsWatch, DebugCommand, Entry, Event, FileContents, FileImage, Outcome, Request, Source, StopReason, Stream,
    TraceCall, Value,
};
use wasmoscope::worker::Next;

use super::check::problem_text;
use super::directives::directives;
use crate::support::{self, TestWorker};

/// A program that runs for longer than this many slices is told as still running.
const SLICES: usize = 300;

/// What a run under the debugger tells in another way, and why.
const OTHERWISE_UNDER_THE_DEBUGGER: &[(&str, &str)] = &[("time-limit.wat", "there is no hurry under the debugger")];

/// Runs a program and tells what a user would see. The debugger, sent to the end, has to come to the same.
pub fn transcript(source: &Source) -> String {
    let told = transcript_of(source, false);
    let debugged = transcript_of(source, true);
    match OTHERWISE_UNDER_THE_DEBUGGER.iter().find(|(name, _)| *name == source.name) {
        None => assert_eq!(debugged, told, "{} under the debugger, and as a plain run", source.name),
        Some((name, why)) => {
            assert_ne!(debugged, told, "{name} is the same under the debugger, though {why}")
        }
    }
    told
}

fn transcript_of(source: &Source, is_debugged: bool) -> String {
    let directives = directives(&String::from_utf8_lossy(&source.bytes));
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: directives.files });
    worker.events.clear();
    let (entry, options) = (directives.call.unwrap_or(Entry::Default), directives.options);
    if is_debugged {
        let source = source.clone();
        worker.send(Request::Debug { run: support::RUN, source, entry, options, breakpoints: Vec::new() });
        worker.send(Request::DebugCommand { run: support::RUN, command: DebugCommand::JumpToEnd });
    } else {
        worker.run(source.clone(), entry, options);
    }
    if let Some(stdin) = directives.stdin {
        worker.send(Request::Stdin { run: support::RUN, bytes: stdin.into_bytes() });
        worker.send(Request::EndOfInput { run: support::RUN });
    }
    let last = worker.settle(SLICES);
    if is_debugged && worker.events.iter().any(is_at_the_end) {
        // Until then the program can be looked into.
        worker.send(Request::Stop { run: support::RUN });
    }
    let mut told = String::new();
    for event in &worker.events {
        if let Event::Started { call, .. } = event {
            writeln!(told, "call: {call}").expect("a string takes text");
        }
    }
    for (name, stream) in [("stdout", Stream::Stdout), ("stderr", Stream::Stderr)] {
        let printed = worker.printed(stream);
        if !printed.is_empty() {
            writeln!(told, "{name}:\n{}", indented(&printed)).expect("a string takes text");
        }
    }
    if let Some(filter) = directives.trace {
        worker.send(Request::WatchCalls { watch: Some(CallsWatch { filter, count: 500, ..CallsWatch::default() }) });
        told.push_str(&trace_text(&worker));
    }
    let waits = worker.events.iter().any(|event| matches!(event, Event::WaitingForInput { .. }));
    told.push_str(&match worker.outcome() {
        Some(outcome) => outcome_text(outcome),
        None if last == Next::Idle && waits => "waits for input\n".to_owned(),
        None => "still running\n".to_owned(),
    });
    for event in &worker.events {
        if let Event::Finished { outcome: Outcome::Returned { .. } | Outcome::Exited { .. }, counters, .. } = event
            && let Some(refused) = &counters.refused
        {
            writeln!(told, "refused: {refused}").expect("a string takes text");
        }
    }
    for event in &worker.events {
        if let Event::FilesChanged { written, removed, .. } = event {
            for FileImage { path, contents } in written {
                match contents {
                    FileContents::Directory => writeln!(told, "wrote {path}/"),
                    FileContents::File { bytes } => writeln!(told, "wrote {path}:\n{}", indented(bytes)),
                    FileContents::Symlink { target } => writeln!(told, "wrote {path} -> {target}"),
                }
                .expect("a string takes text");
            }
            for path in removed {
                writeln!(told, "removed {path}").expect("a string takes text");
            }
        }
    }
    told
}

fn is_at_the_end(event: &Event) -> bool {
    matches!(event, Event::DebugStopped { view, .. } if matches!(view.reason, StopReason::Ended { .. }))
}

/// The calls without their times, which are those of the machine.
fn trace_text(worker: &TestWorker) -> String {
    let view = worker.calls().expect("watched calls are sent");
    let mut told = String::from("calls:\n");
    for TraceCall { number, function, arguments, outcome, results, waited_ms, .. } in &view.calls {
        let arguments: Vec<_> = arguments.iter().map(|(_, value)| value.as_str()).collect();
        let waited = if waited_ms.is_some() { " (waited)" } else { "" };
        let line = format!("  {number} {function}({}) = {outcome} {results}", arguments.join(", "));
        writeln!(told, "{}{waited}", line.trim_end()).expect("a string takes text");
    }
    told
}

pub fn indented(bytes: &[u8]) -> String {
    let text: String = bytes.escape_ascii().map(char::from).collect();
    text.replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace("\\'", "'")
        .lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

pub fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned { results } if results.is_empty() => "returned\n".to_owned(),
        Outcome::Returned { results } => {
            results.iter().map(|value| format!("returned {}\n", value_text(value))).collect()
        }
        Outcome::Exited { code } => format!("exited with {code}\n"),
        Outcome::Trapped { trap } => format!("trapped: {}: {}\nhelp: {}\n", trap.code, trap.message, trap.help),
        Outcome::LimitReached { limit, message, help, .. } => {
            format!("limit reached: {limit}: {message}\nhelp: {help}\n")
        }
        Outcome::Stopped => "stopped\n".to_owned(),
        Outcome::NotStarted { problems } => problems.iter().map(problem_text).collect(),
    }
}

pub fn value_text(value: &Value) -> String {
    let mut text = format!("{} {}", value.ty, value.text);
    for more in [&value.unsigned, &value.hex].into_iter().flatten() {
        write!(text, " = {more}").expect("a string takes text");
    }
    text
}
