//! What stops a program besides lines, and who wrote something last, spoken with a worker that has no browser.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::{RUN, TestWorker, sentence, wat};
use wasmoscope::protocol::{
    AccessKind, Breakpoint, BreakpointKind, BreakpointOptions, DebugCommand, DebugView, Entry, Event, PlacedBreakpoint,
    Request, RunOptions, StopReason, WriteTarget,
};

const PROGRAM: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\08\00\00\00")
  (global $total (mut i32) (i32.const 0))
  (func $add (param $n i32)
    (global.set $total (i32.add (global.get $total) (local.get $n)))
    (i32.store (i32.const 32) (global.get $total)))
  (func (export "_start")
    (call $add (i32.const 2))
    (call $add (i32.const 0))
    (call $add (i32.const 5))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

fn debug() -> TestWorker {
    debug_text(PROGRAM)
}

fn debug_text(text: &str) -> TestWorker {
    debug_with(text, Vec::new())
}

fn debug_with(text: &str, breakpoints: Vec<Breakpoint>) -> TestWorker {
    let mut worker = TestWorker::new();
    let (source, options) = (wat(text), RunOptions::default());
    worker.send(Request::Debug { run: RUN, source, entry: Entry::Default, options, breakpoints });
    worker.settle(100);
    worker
}

fn breakpoint(kind: BreakpointKind) -> Breakpoint {
    Breakpoint { id: 7, kind, options: BreakpointOptions::default() }
}

fn with_condition(kind: BreakpointKind, condition: Option<&str>) -> Breakpoint {
    let condition = condition.map(str::to_owned);
    Breakpoint { options: BreakpointOptions { condition, ..BreakpointOptions::default() }, ..breakpoint(kind) }
}

fn set(worker: &mut TestWorker, breakpoints: Vec<Breakpoint>) -> Vec<PlacedBreakpoint> {
    worker.send(Request::SetBreakpoints { run: RUN, breakpoints });
    worker.settle(100);
    verification(worker)
}

fn verification(worker: &TestWorker) -> Vec<PlacedBreakpoint> {
    let placed = worker.events.iter().rev().find_map(|event| match event {
        Event::BreakpointsPlaced { run: RUN, breakpoints } => Some(breakpoints.clone()),
        _ => None,
    });
    placed.expect("they are placed")
}

fn command(worker: &mut TestWorker, command: DebugCommand) -> DebugView {
    worker.send(Request::DebugCommand { run: RUN, command });
    worker.settle(10_000);
    let view = worker.events.iter().rev().find_map(|event| match event {
        Event::DebugStopped { view, .. } => Some(view.as_ref().clone()),
        _ => None,
    });
    view.expect("it stopped")
}

fn continued(worker: &mut TestWorker) -> StopReason {
    command(worker, DebugCommand::Continue).reason
}

fn watchpoint(description: &str) -> StopReason {
    StopReason::Watchpoint { id: 7, description: description.to_owned(), condition_error: None }
}

#[test]
fn a_memory_change_is_reported_with_the_instruction_and_both_values() {
    let mut worker = debug();
    let kind = BreakpointKind::Memory { memory: 0, start: 32, length: 4, access: AccessKind::Change };
    assert_eq!(set(&mut worker, vec![breakpoint(kind)])[0].problem, None);
    let view = command(&mut worker, DebugCommand::Continue);
    assert_eq!(view.reason, watchpoint("i32.store on line 8 writes 4 bytes at 0x20: 0 becomes 2"));
    assert_eq!(sentence(&view), "Stopped by a watchpoint: i32.store on line 8 writes 4 bytes at 0x20: 0 becomes 2");
    assert_eq!(view.frames[0].instruction, "i32.store", "it stands before it");
    assert_eq!(continued(&mut worker), watchpoint("i32.store on line 8 writes 4 bytes at 0x20: 2 becomes 7"));
    assert_eq!(continued(&mut worker), StopReason::Input);
    let back = command(&mut worker, DebugCommand::BackContinue);
    assert_eq!(back.reason, watchpoint("i32.store on line 8 writes 4 bytes at 0x20: 2 becomes 7"));
}

#[test]
fn globals_locals_entries_imports_and_single_instructions_stop() {
    let global = BreakpointKind::Global { name: "$total".to_owned(), access: AccessKind::Write };
    let local = BreakpointKind::Local { function: "add".to_owned(), name: "0".to_owned(), access: AccessKind::Read };
    for (kind, expected) in [
        (global, watchpoint("global.set $total on line 7 writes global $total: 0 becomes 2")),
        (local, watchpoint("local.get $n on line 7 reads local $n of $add: 2")),
        (
            BreakpointKind::Function { function: "$add".to_owned() },
            StopReason::Breakpoint { id: 7, condition_error: None },
        ),
        (BreakpointKind::Instruction { line: 7, column: 25 }, StopReason::Breakpoint { id: 7, condition_error: None }),
        (
            BreakpointKind::Import { name: "wasi_snapshot_preview1.fd_read".to_owned() },
            StopReason::Breakpoint { id: 7, condition_error: None },
        ),
        (BreakpointKind::Import { name: String::new() }, StopReason::Breakpoint { id: 7, condition_error: None }),
    ] {
        let mut worker = debug();
        assert_eq!(set(&mut worker, vec![breakpoint(kind.clone())])[0].problem, None, "{kind:?}");
        let view = command(&mut worker, DebugCommand::Continue);
        assert_eq!(view.reason, expected, "{kind:?}");
        let instruction = view.frames[0].instruction.as_str();
        match kind {
            BreakpointKind::Instruction { .. } => assert_eq!(instruction, "i32.add"),
            BreakpointKind::Import { .. } => assert_eq!(instruction, "call $fd_read"),
            BreakpointKind::Function { .. } => assert_eq!(view.depth, 2),
            _ => {}
        }
    }
}

#[test]
fn breakpoints_of_all_kinds_are_set_as_the_run_starts() {
    let kinds = [
        BreakpointKind::Line { file: None, line: 8 },
        BreakpointKind::Global { name: "$total".to_owned(), access: AccessKind::Change },
        BreakpointKind::Function { function: "$none".to_owned() },
        BreakpointKind::Instruction { line: 7, column: 25 },
    ];
    let breakpoints: Vec<Breakpoint> =
        kinds.into_iter().zip(1..).map(|(kind, id)| Breakpoint { id, ..breakpoint(kind) }).collect();
    let mut worker = debug_with(PROGRAM, breakpoints.clone());
    let placed = verification(&worker);
    let requested: Vec<Breakpoint> = placed.iter().map(|placed| placed.breakpoint.clone()).collect();
    assert_eq!(requested, breakpoints);
    let lines: Vec<_> = placed.iter().map(|placed| placed.place.map(|place| place.line)).collect();
    assert_eq!(lines, [Some(8), None, None, Some(7)]);
    let problems: Vec<_> = placed.iter().map(|placed| placed.problem.as_deref()).collect();
    assert_eq!(problems, [None, None, Some("the program has no function none"), None]);
    let at = |id| StopReason::Breakpoint { id, condition_error: None };
    assert_eq!(continued(&mut worker), at(4));
    let change = "global.set $total on line 7 writes global $total: 0 becomes 2".to_owned();
    let changed = StopReason::Watchpoint { id: 2, description: change, condition_error: None };
    assert_eq!(continued(&mut worker), changed);
    assert_eq!(continued(&mut worker), at(1));
    // The list is complete: those that are not in it are gone.
    assert_eq!(set(&mut worker, breakpoints[..1].to_vec()).len(), 1);
    assert_eq!(continued(&mut worker), at(1));
}

#[test]
fn a_missing_target_is_named() {
    let mut worker = debug();
    for (kind, problem) in [
        (BreakpointKind::Function { function: "mul".to_owned() }, "the program has no function mul"),
        (
            BreakpointKind::Function { function: "fd_read".to_owned() },
            "the function fd_read is imported: stop at its calls instead",
        ),
        (
            BreakpointKind::Import { name: "fd_write".to_owned() },
            "the program imports no function fd_write; it imports wasi_snapshot_preview1.fd_read",
        ),
        (BreakpointKind::Global { name: "9".to_owned(), access: AccessKind::Write }, "the program has no global 9"),
        (
            BreakpointKind::Local { function: "add".to_owned(), name: "$m".to_owned(), access: AccessKind::Write },
            "the function add has no local m",
        ),
        (BreakpointKind::Instruction { line: 3, column: 1 }, "there is no instruction at line 3, column 1"),
        (
            BreakpointKind::Memory { memory: 1, start: 0, length: 1, access: AccessKind::Write },
            "the program has no such memory",
        ),
    ] {
        let placed = set(&mut worker, vec![breakpoint(kind)]);
        assert_eq!(placed[0].problem.as_deref(), Some(problem));
    }
}

#[test]
fn write_queries_find_the_last_write_or_report_that_there_is_none() {
    let mut worker = debug();
    assert_eq!(continued(&mut worker), StopReason::Input);
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(100);
    let mut ask = |target| {
        command(&mut worker, DebugCommand::JumpToEnd);
        let view = command(&mut worker, DebugCommand::LastWrite { target });
        let told = match &view.reason {
            StopReason::LastWrite { description } => description.clone(),
            StopReason::NotWritten { message } => message.clone(),
            other => panic!("{other:?}"),
        };
        (view.frames[0].instruction.clone(), told)
    };
    let bytes = |start, length| WriteTarget::Memory { memory: 0, start, length };
    let (instruction, told) = ask(bytes(32, 4));
    assert_eq!(instruction, "i32.store");
    assert_eq!(told, "i32.store on line 8 writes 4 bytes at 0x20: 2 becomes 7");
    let (instruction, told) = ask(bytes(0x41, 1));
    assert_eq!(instruction, "call $fd_read");
    assert_eq!(told, "call $fd_read on line 13 writes the byte at 0x41: 0 becomes 101");
    let (_, told) = ask(bytes(4, 1));
    assert_eq!(told, "no instruction before this step has written the byte at 0x4: it comes from data 0");
    let (_, told) = ask(bytes(0x800, 2));
    assert_eq!(told, "no instruction before this step has written 2 bytes at 0x800: it has been zero from the start");
    let (_, told) = ask(WriteTarget::Global { global: 0 });
    assert_eq!(told, "global.set $total on line 7 writes global $total: 2 becomes 7");
}

/// Counts down to 0 in calls of itself, and up again in each on the way back.
const RECURSION: &str = r#"(module
  (func $down (param $n i32)
    (if (local.get $n)
      (then (call $down (i32.sub (local.get $n) (i32.const 1)))))
    (local.set $n (i32.add (local.get $n) (i32.const 10))))
  (func (export "_start")
    (call $down (i32.const 3))))"#;

#[test]
fn a_local_is_watched_in_every_call_of_its_function_or_at_one_depth() {
    let stops = |condition: Option<&str>, direction: DebugCommand| {
        let mut worker = debug_text(RECURSION);
        let kind =
            BreakpointKind::Local { function: "$down".to_owned(), name: "$n".to_owned(), access: AccessKind::Change };
        assert_eq!(set(&mut worker, vec![with_condition(kind, condition)])[0].problem, None);
        if direction == DebugCommand::BackContinue {
            command(&mut worker, DebugCommand::JumpToEnd);
        }
        let mut stops = Vec::new();
        loop {
            let view = command(&mut worker, direction.clone());
            let StopReason::Watchpoint { description, .. } = view.reason else { return stops };
            let (_, became) = description.split_once(": ").expect("it is told what becomes of it");
            stops.push(format!("{} deep: {became}", view.depth));
        }
    };
    let all = ["5 deep: 0 becomes 10", "4 deep: 1 becomes 11", "3 deep: 2 becomes 12", "2 deep: 3 becomes 13"];
    assert_eq!(stops(None, DebugCommand::Continue), all);
    assert_eq!(stops(Some("depth == 3"), DebugCommand::Continue), [all[2]]);
    let mut back = stops(None, DebugCommand::BackContinue);
    back.reverse();
    assert_eq!(back, all);
    assert_eq!(stops(Some("depth == 3"), DebugCommand::BackContinue), [all[2]]);
}

#[test]
fn a_watchpoint_with_a_condition_error_stops_and_reports_it() {
    let kind =
        BreakpointKind::Local { function: "$down".to_owned(), name: "$n".to_owned(), access: AccessKind::Change };
    let mut worker = debug_text(RECURSION);
    assert_eq!(set(&mut worker, vec![with_condition(kind, Some("local.nosuch == 3"))])[0].problem, None);
    let reason = "there is no local `$nosuch` here that is a number";
    let mut steps = Vec::new();
    for direction in [DebugCommand::Continue, DebugCommand::BackContinue] {
        let mut met = Vec::new();
        loop {
            let view = command(&mut worker, direction.clone());
            let StopReason::Watchpoint { condition_error, .. } = view.reason.clone() else { break };
            assert_eq!(condition_error.as_deref(), Some(reason));
            assert!(sentence(&view).contains(reason), "{}", sentence(&view));
            met.push(view.step);
        }
        steps.push(met);
    }
    assert_eq!(steps[0].len(), 4);
    steps[1].reverse();
    assert_eq!(steps[0], steps[1]);
}

#[test]
fn a_second_memory_is_watched_and_named() {
    let text = r#"(module
      (memory (export "memory") 1)
      (memory $other 1)
      (func (export "_start") (local $i i32)
        (loop $again
          (i32.store $other (i32.const 8) (local.get $i))
          (i32.store (i32.const 8) (i32.const 5))
          (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4))))))"#;
    let mut worker = debug_text(text);
    let kind = BreakpointKind::Memory { memory: 1, start: 8, length: 4, access: AccessKind::Change };
    let condition = Some("mem32[$other][8] == 2 && mem32[8] == 5 && mem32[1][8] != mem32[0][8]");
    assert_eq!(set(&mut worker, vec![with_condition(kind, condition)])[0].problem, None);
    let description = "i32.store $other on line 6 writes 4 bytes at 0x8 of memory $other: 1 becomes 2";
    assert_eq!(continued(&mut worker), watchpoint(description));
    assert!(matches!(continued(&mut worker), StopReason::Ended { .. }));
    let target = WriteTarget::Memory { memory: 1, start: 8, length: 4 };
    let StopReason::LastWrite { description } = command(&mut worker, DebugCommand::LastWrite { target }).reason else {
        panic!("it was written")
    };
    assert_eq!(description, "i32.store $other on line 6 writes 4 bytes at 0x8 of memory $other: 2 becomes 3");
}
