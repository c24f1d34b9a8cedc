//! Drop-in cases: a program under `tests/cases`, and beside it what is expected of it.
//!
//! `tests/cases/readme.wat` explains how to write one.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use support::TestWorker;
use wasmoscope::protocol::{
    CallFilter, CallsWatch, Checked, DebugCommand, Entry, Event, FileContents, FileImage, Outcome, Request, RunOptions,
    Source, StopReason, Stream, TraceCall, Value,
};
use wasmoscope::worker::Next;

/// A program that runs for longer than this many slices is told as still running.
const SLICES: usize = 300;

#[test]
fn compile() {
    for_each("compile", |source| checked(source, ""));
}

#[test]
fn detect() {
    for_each("detect", |source| {
        let mut told = checked(source, "");
        // What is a module in text is looked at in binary as well.
        if let Ok(binary) = wat::parse_bytes(&source.bytes)
            && !source.bytes.starts_with(b"\0asm")
        {
            let binary = Source { name: source.name.replace(".wat", ".wasm"), bytes: binary.into_owned() };
            told.push_str(&checked(&binary, "as binary: "));
        }
        told
    });
}

#[test]
fn run() {
    for_each("run", transcript);
}

#[test]
fn wasi() {
    for_each("wasi", transcript);
}

#[test]
fn the_readme_is_a_case() {
    case(&cases().join("readme.wat"), &transcript);
}

/// Everything the page offers works, and goes on working.
#[test]
fn examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/examples");
    let mut seen = 0;
    for path in files(&folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "wat")) {
        seen += 1;
        let source = Source {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            bytes: std::fs::read(&path).expect("an example can be read"),
        };
        snapshot(&cases().join("examples"), &path, transcript(&source));
    }
    assert!(seen >= 10, "only {seen} examples");
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry can be read").path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn for_each(folder: &str, tell: impl Fn(&Source) -> String) {
    let folder = cases().join(folder);
    // Snapshots stand beside the programs, and so do those that wait to be read (`.snap.new`).
    let is_snapshot = |path: &Path| path.extension().is_some_and(|extension| extension == "snap" || extension == "new");
    let programs: Vec<PathBuf> = files(&folder).into_iter().filter(|path| !is_snapshot(path)).collect();
    assert!(!programs.is_empty(), "no case in {}", folder.display());
    for program in programs {
        case(&program, &tell);
    }
}

fn case(path: &Path, tell: &impl Fn(&Source) -> String) {
    let source = Source {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: std::fs::read(path).expect("a case can be read"),
    };
    let told = tell(&source);
    snapshot(path.parent().expect("a case is in a folder"), path, told);
}

fn snapshot(folder: &Path, path: &Path, told: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        insta::assert_snapshot!(name, told);
    });
}

/// What a check says of a source.
fn checked(source: &Source, prefix: &str) -> String {
    let mut worker = TestWorker::new();
    worker.send(Request::Check { version: 1, source: source.clone() });
    let Some(Event::Checked { checked: Checked { problems, detected, .. }, .. }) = worker.events.pop() else {
        panic!("a check is answered");
    };
    let mut told = format!("{prefix}{:?}: {}\n", detected.kind, detected.description);
    for (word, text) in [("advice", detected.advice), ("command", detected.command)] {
        if let Some(text) = text {
            writeln!(told, "{word}: {text}").expect("a string takes text");
        }
    }
    for problem in problems {
        told.push('\n');
        told.push_str(&problem_text(&problem));
    }
    told
}

fn problem_text(problem: &wasmoscope::protocol::Problem) -> String {
    let mut told = problem.file.clone();
    if let Some(span) = problem.span {
        write!(told, ":{}:{}-{}:{}", span.line, span.column, span.end_line, span.end_column).expect("it takes text");
    }
    writeln!(told, ": {:?}: {}", problem.severity, problem.message).expect("a string takes text");
    for text in [&problem.excerpt, &problem.help.as_ref().map(|help| format!("help: {help}"))].into_iter().flatten() {
        writeln!(told, "{text}").expect("a string takes text");
    }
    told
}

/// What a case asks for, read from its opening comments.
#[derive(Default)]
struct Directives {
    call: Option<Entry>,
    options: RunOptions,
    stdin: Option<String>,
    files: Vec<FileImage>,
    trace: Option<CallFilter>,
}

fn directives(text: &str) -> Directives {
    let mut directives = Directives::default();
    for line in text.lines().map_while(|line| line.strip_prefix(";;")) {
        let Some((name, value)) = line.strip_prefix(" ").and_then(|line| line.split_once(": ")) else { continue };
        match name {
            "RUN" => {
                let mut words = split_quoted(value).into_iter();
                directives.call = words.next().map(|name| Entry::Export { name, arguments: words.collect() });
            }
            "ARGS" => directives.options.arguments = split_quoted(value),
            "ENV" => {
                let (name, value) = value.split_once('=').expect("ENV: NAME=VALUE");
                directives.options.environment.push((name.to_owned(), value.to_owned()));
            }
            "STDIN" => directives.stdin = Some(unescape(value)),
            "FILE" => {
                let (path, text) = value.split_once(" = ").expect("FILE: PATH = CONTENTS");
                let contents = FileContents::File { bytes: unescape(text).into_bytes() };
                directives.files.push(FileImage { path: path.to_owned(), contents });
            }
            "TRACE" => {
                directives.options.trace = true;
                directives.trace = Some(call_filter(value));
            }
            "LIMIT" => {
                let (name, number) = value.split_once(' ').expect("LIMIT: NAME NUMBER");
                let number: u64 = number.parse().expect("a limit is a number");
                let limits = &mut directives.options.limits;
                match name {
                    "memory" => limits.memory = Some(number),
                    "table" => limits.table = Some(number),
                    "recursion" => limits.recursion = number.try_into().expect("a recursion limit has 32 bits"),
                    "output" => limits.output = Some(number),
                    "time" => limits.wall_time = Some(number),
                    other => panic!("there is no limit {other}"),
                }
            }
            _ => {}
        }
    }
    directives
}

/// `all`, or `calls NAMES`, `path TEXT`, `failures`, separated by `;`.
fn call_filter(text: &str) -> CallFilter {
    let mut filter = CallFilter::default();
    for condition in text.split(';').map(str::trim) {
        match condition.split_once(' ').unwrap_or((condition, "")) {
            ("all", "") => {}
            ("failures", "") => filter.failures = true,
            ("calls", names) => filter.functions = names.to_owned(),
            ("path", part) => filter.path = part.to_owned(),
            _ => panic!("TRACE: {condition}"),
        }
    }
    filter
}

/// Words, where `"a b"` is one.
fn split_quoted(text: &str) -> Vec<String> {
    text.split('"')
        .enumerate()
        .flat_map(|(index, part)| match index % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n")
}

/// What a run under the debugger tells in another way, and why.
const OTHERWISE_UNDER_THE_DEBUGGER: &[(&str, &str)] = &[("time-limit.wat", "there is no hurry under the debugger")];

/// Runs a program and tells what a user would see. The debugger, sent to the end, has to come to the same.
fn transcript(source: &Source) -> String {
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

fn indented(bytes: &[u8]) -> String {
    let text: String = bytes.escape_ascii().map(char::from).collect();
    text.replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace("\\'", "'")
        .lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned { results } if results.is_empty() => "returned\n".to_owned(),
        Outcome::Returned { results } => {
            results.iter().map(|value| format!("returned {}\n", value_text(value))).collect()
        }
        Outcome::Exited { code } => format!("exited with {code}\n"),
        Outcome::Trapped { trap } => format!("trapped: {}: {}\nhelp: {}\n", trap.code, trap.message, trap.help),
        Outcome::LimitReached { limit, message, help } => format!("limit reached: {limit}: {message}\nhelp: {help}\n"),
        Outcome::Stopped => "stopped\n".to_owned(),
        Outcome::NotStarted { problems } => problems.iter().map(problem_text).collect(),
    }
}

fn value_text(value: &Value) -> String {
    let mut text = format!("{} {}", value.ty, value.text);
    for more in [&value.unsigned, &value.hex].into_iter().flatten() {
        write!(text, " = {more}").expect("a string takes text");
    }
    text
}
