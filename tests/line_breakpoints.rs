//! Breakpoints on lines of a program in Rust, optimised and not: they stop at every visit to the line.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{RUN, TestWorker};
use wasmoscope::protocol::{
    Breakpoint, BreakpointKind, BreakpointOptions, DebugCommand, DebugView, Entry, Event, Request, RunOptions, Source,
    StopReason,
};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/lines/loops.rs")
}

/// The program, built as `rustc` builds it with debug information at that level of optimisation.
fn program(level: &str) -> Source {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lines");
    std::fs::create_dir_all(&folder).expect("there can be a folder");
    // Several tests build it at the same time.
    let wasm = folder.join(format!("loops-{level}-{:?}.wasm", std::thread::current().id()));
    let mut build = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    build.args(["--edition", "2024", "-g", "--target", "wasm32-wasip1", "-C"]).arg(format!("opt-level={level}"));
    build.arg(source()).arg("-o").arg(&wasm).current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(build.status().expect("rustc can be run").success(), "it can be built");
    Source { name: "loops.wasm".to_owned(), bytes: std::fs::read(&wasm).expect("it was built") }
}

/// The line of the source that a comment marks.
fn marked(mark: &str) -> u32 {
    let text = std::fs::read_to_string(source()).expect("there is the source");
    let line = text.lines().position(|line| line.ends_with(&format!("// {mark}")));
    line.unwrap_or_else(|| panic!("no line is marked {mark}")) as u32 + 1
}

fn on(mark: &str) -> Breakpoint {
    let file = source().to_str().map(str::to_owned);
    let kind = BreakpointKind::Line { file, line: marked(mark) };
    Breakpoint { id: 1, kind, options: BreakpointOptions::default() }
}

fn debug(program: &Source, breakpoint: Breakpoint) -> TestWorker {
    let mut worker = TestWorker::new();
    let breakpoints = vec![breakpoint];
    let (source, options) = (program.clone(), RunOptions::default());
    worker.send(Request::Debug { run: RUN, source, entry: Entry::Default, options, breakpoints });
    worker
}

fn command(worker: &mut TestWorker, command: DebugCommand) -> DebugView {
    worker.send(Request::DebugCommand { run: RUN, command });
    worker.settle(100_000);
    let view = worker.events.iter().rev().find_map(|event| match event {
        Event::DebugStopped { view, .. } => Some(view),
        _ => None,
    });
    (**view.expect("a view was sent")).clone()
}

/// The steps at which the breakpoint stops, by one command again and again.
fn stops(worker: &mut TestWorker, again: DebugCommand) -> Vec<u64> {
    let mut steps = Vec::new();
    loop {
        let view = command(worker, again.clone());
        if !matches!(view.reason, StopReason::Breakpoint { .. }) {
            return steps;
        }
        steps.push(view.step);
    }
}

const MARKS: [&str; 10] =
    ["FOR", "BODY", "WHILE", "CLOSURE", "ONE", "ONE WHILE", "GENERIC", "RECURSIVE", "TWO CALLS", "ARGUMENT"];

fn counts(level: &str) -> Vec<(&'static str, usize)> {
    let program = program(level);
    let count = |mark| (mark, stops(&mut debug(&program, on(mark)), DebugCommand::Continue).len());
    MARKS.into_iter().map(count).collect()
}

#[test]
fn each_visit_stops_once_in_a_program_that_is_not_optimised() {
    let expected = [
        // Each of four turns, and the one that finds the end.
        ("FOR", 5),
        ("BODY", 4),
        ("WHILE", 4),
        // The line itself, and the closure three times.
        ("CLOSURE", 4),
        ("ONE", 4),
        ("ONE WHILE", 4),
        ("GENERIC", 2),
        ("RECURSIVE", 5),
        ("TWO CALLS", 1),
        ("ARGUMENT", 1),
    ];
    assert_eq!(counts("0"), expected);
}

#[test]
fn each_turn_stops_once_in_a_program_that_is_optimised() {
    let counts = counts("2");
    let of = |mark| counts.iter().find(|(known, _)| *known == mark).map(|(_, count)| *count);
    // The loop is unrolled, and its code is one piece.
    assert_eq!(of("BODY"), Some(4), "{counts:?}");
    assert_eq!(of("ONE"), Some(3), "{counts:?}");
    // The first test of the condition is done by the compiler.
    assert_eq!(of("WHILE"), Some(3), "{counts:?}");
}

#[test]
fn backwards_and_by_hit_count_it_stops_at_the_same_steps() {
    for level in ["0", "2"] {
        let program = program(level);
        for mark in MARKS {
            let mut worker = debug(&program, on(mark));
            let forwards = stops(&mut worker, DebugCommand::Continue);
            let mut backwards = stops(&mut worker, DebugCommand::BackContinue);
            backwards.reverse();
            assert_eq!(backwards, forwards, "{mark} at level {level}");
            if forwards.len() > 2 {
                let options = BreakpointOptions { hit_count: 3, ..BreakpointOptions::default() };
                let third = Breakpoint { options, ..on(mark) };
                assert_eq!(stops(&mut debug(&program, third), DebugCommand::Continue), forwards[2..], "{mark}");
            }
        }
    }
}
