//! The debugger's side of the protocol, spoken with a worker that has no browser.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::{RUN, TestWorker, wat};
use wasmoscope::protocol::{
    Breakpoint, ByteForm, CallFilter, CallsView, CallsWatch, DebugCommand, DebugReason, DebugView, Entry, Event,
    MarkKind, Outcome, Request, RunOptions, Value, ValueChange,
};

const FACTORIAL: &str = r#"(module
  (func $factorial (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else (i64.mul (local.get $n)
        (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))
  (func (export "main") (result i64) (call $factorial (i64.const 5))))"#;

/// Asks, reads a line, and writes it back; then traps.
const ASKS: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "? ")
  (func $print (param $from i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $from))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (call $print (i32.const 100) (i32.const 2))
    (i32.store (i32.const 0) (i32.const 200))
    (i32.store (i32.const 4) (i32.const 64))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (call $print (i32.const 200) (i32.load (i32.const 16)))
    (unreachable)))"#;

fn debug(text: &str, breakpoints: Vec<Breakpoint>) -> TestWorker {
    let mut worker = TestWorker::new();
    worker.send(Request::Debug {
        run: RUN,
        source: wat(text),
        entry: Entry::Default,
        options: RunOptions::default(),
        breakpoints,
    });
    worker.settle(100);
    worker
}

fn command(worker: &mut TestWorker, command: DebugCommand) -> DebugView {
    worker.send(Request::DebugCommand { run: RUN, command });
    worker.settle(10_000);
    view(worker)
}

/// The last view that was sent.
fn view(worker: &TestWorker) -> DebugView {
    let views = worker.events.iter().rev().filter_map(|event| match event {
        Event::DebugStopped { view, .. } => Some(view),
        _ => None,
    });
    (**views.into_iter().next().expect("a view was sent")).clone()
}

fn stack(view: &DebugView) -> Vec<&str> {
    view.frames[0].operand_stack.iter().map(|operand| operand.value.text.as_str()).collect()
}

fn printed(worker: &TestWorker) -> String {
    let chunks = worker.events.iter().filter_map(|event| match event {
        Event::Output { chunks, .. } => Some(chunks),
        _ => None,
    });
    String::from_utf8(chunks.flatten().flat_map(|chunk| chunk.bytes.clone()).collect()).expect("it is text")
}

fn on_line(line: u32) -> Breakpoint {
    Breakpoint { id: line, file: None, line, condition: None, from_hit: 0, log: None }
}

#[test]
fn a_program_stands_before_its_first_instruction() {
    let worker = debug(FACTORIAL, Vec::new());
    let view = view(&worker);
    assert_eq!((view.step, &view.reason, view.depth), (0, &DebugReason::Start, 1));
    let frame = &view.frames[0];
    assert_eq!((frame.function.as_str(), frame.instruction.as_str()), ("main", "i64.const 5"));
    assert_eq!(frame.place.map(|place| place.line), Some(7));
}

#[test]
fn each_step_is_told_in_a_sentence() {
    let mut worker = debug(FACTORIAL, Vec::new());
    let mut told = Vec::new();
    for _ in 0..8 {
        told.push(command(&mut worker, DebugCommand::Into).announcement);
    }
    let expected = [
        "i64.const 5: pushed 5",
        "call $factorial: entered factorial with 5",
        "local.get $n: pushed 5",
        "i64.eqz: popped 5, pushed 0",
        "if (result i64): popped 0",
        "local.get $n: pushed 5",
        "local.get $n: pushed 5",
        "i64.const 1: pushed 1",
    ];
    assert_eq!(told, expected.map(|line| line.replace(" (result i64)", "")));
}

#[test]
fn values_say_who_pushed_them_and_what_has_changed() {
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::JumpTo { step: 7 });
    let view = command(&mut worker, DebugCommand::Into);
    assert_eq!(stack(&view), ["5", "5", "1"]);
    let top = &view.frames[0].operand_stack[2];
    assert_eq!((top.pushed_by.as_str(), top.changed), ("i64.const 1", true));
    assert!(!view.frames[0].operand_stack[1].changed);
    // Beside `i64.eqz` stands what it pushed.
    let beside = view.values.iter().find(|value| value.place.line == 3 && value.place.column == 23);
    assert_eq!(beside.map(|value| value.text.as_str()), Some("0"), "{:?}", view.values);
    assert_eq!(view.frames[1].function, "main");
    let labels: Vec<&str> = view.frames[0].labels.iter().map(|label| label.kind.as_str()).collect();
    assert_eq!(labels, ["if", "function"]);
}

#[test]
fn values_beside_the_code_are_those_of_this_call() {
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::Into);
    let entered = command(&mut worker, DebugCommand::Into);
    assert_eq!(entered.values, [], "nothing of this call has been executed");
    // Five calls deeper the same function has been executed four times over.
    let mut view = entered;
    while view.depth < 6 || view.frames[0].instruction != "i64.eqz" {
        view = command(&mut worker, DebugCommand::Into);
    }
    let beside = |view: &DebugView, column| {
        let value = view.values.iter().find(|value| (value.place.line, value.place.column) == (3, column));
        value.map(|value| value.text.clone())
    };
    assert_eq!((view.values.len(), beside(&view, 32).as_deref()), (1, Some("1")), "{:?}", view.values);
    // Back in the caller, the call has its result beside it, and what was computed before it is there again.
    let back = command(&mut worker, DebugCommand::Out);
    let call = back.values.iter().find(|value| value.place.line == 6 && value.place.column == 10);
    assert_eq!(call.map(|value| value.text.as_str()), Some("1"), "{:?}", back.values);
    assert_eq!(beside(&back, 32).as_deref(), Some("2"));
}

#[test]
fn values_of_an_earlier_turn_of_a_loop_are_told_apart() {
    let text = r#"(module (func (export "main") (local $i i32)
  (loop $again
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $again (i32.lt_s (local.get $i) (i32.const 3))))))"#;
    let mut worker = debug(text, Vec::new());
    // The second turn has just read the local for its sum.
    let view = command(&mut worker, DebugCommand::JumpTo { step: 10 });
    let seen: Vec<_> = view.values.iter().map(|value| (value.place.line, value.text.as_str(), value.earlier)).collect();
    assert_eq!(
        seen,
        [(3, "1", false), (3, "1", true), (3, "1", true), (4, "1", true), (4, "3", true), (4, "1", true)],
        "step {} at {}",
        view.step,
        view.frames[0].instruction
    );
}

#[test]
fn a_value_that_came_out_of_a_block_says_so() {
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::JumpTo { step: 2 });
    let mut view = view(&worker);
    while view.frames[0].instruction != "end of the function" {
        view = command(&mut worker, DebugCommand::Into);
    }
    let operand = &view.frames[0].operand_stack[0];
    assert_eq!((operand.pushed_by.as_str(), operand.place.map(|place| place.line)), ("result of the if", Some(3)));
}

#[test]
fn a_breakpoint_with_a_condition_stops_and_a_wrong_one_is_named() {
    let condition = |text: &str| Breakpoint { condition: Some(text.to_owned()), ..on_line(5) };
    let mut worker = debug(FACTORIAL, vec![condition("local.n == 2"), Breakpoint { id: 9, ..condition("n ==") }]);
    let placed = worker.events.iter().find_map(|event| match event {
        Event::BreakpointsPlaced { breakpoints, .. } => Some(breakpoints.clone()),
        _ => None,
    });
    let placed = placed.expect("they are placed");
    assert_eq!(placed[0].place.map(|place| place.line), Some(5));
    assert!(placed[1].problem.as_deref().is_some_and(|problem| problem.contains("expected")), "{placed:?}");
    let view = command(&mut worker, DebugCommand::Continue);
    assert_eq!(view.reason, DebugReason::Breakpoint { id: 5 });
    assert_eq!(view.frames[0].locals[0].value.text, "2");
    assert_eq!(view.depth, 5);
}

#[test]
fn a_program_that_ended_can_be_looked_at_until_it_is_stopped() {
    let mut worker = debug(FACTORIAL, Vec::new());
    let view = command(&mut worker, DebugCommand::Continue);
    assert!(
        matches!(&view.reason, DebugReason::Ended { outcome: Outcome::Returned { results } } if results[0].text == "120")
    );
    assert_eq!(stack(&view), ["120"]);
    assert_eq!(worker.outcome(), None);
    let view = command(&mut worker, DebugCommand::BackOver);
    assert_eq!((view.depth, view.step), (1, 1));
    command(&mut worker, DebugCommand::JumpToEnd);
    worker.send(Request::Stop { run: RUN });
    assert!(matches!(worker.outcome(), Some(Outcome::Returned { .. })));
}

#[test]
fn a_value_is_changed_and_a_wrong_one_refused() {
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::JumpTo { step: 2 });
    let change = |text: &str| ValueChange::Local { frame: 0, local: 0, text: text.to_owned() };
    worker.send(Request::ChangeValue { run: RUN, change: change("three") });
    let refused = worker
        .events
        .iter()
        .any(|event| matches!(event, Event::ChangeRefused { message, .. } if message.contains("three")));
    assert!(refused);
    worker.send(Request::ChangeValue { run: RUN, change: change("3") });
    assert_eq!(view(&worker).forks, [2]);
    let view = command(&mut worker, DebugCommand::Continue);
    assert!(
        matches!(&view.reason, DebugReason::Ended { outcome: Outcome::Returned { results } } if results[0].text == "6")
    );
}

#[test]
fn bytes_of_a_memory_are_changed_as_they_are_written() {
    let mut worker = debug(
        r#"(module (memory 1) (data (i32.const 8) "abcd")
          (func (export "main") (result i32) (i32.load (i32.const 8))))"#,
        Vec::new(),
    );
    command(&mut worker, DebugCommand::JumpTo { step: 1 });
    let change = |address, form, text: &str| ValueChange::Memory { memory: 0, address, form, text: text.to_owned() };
    let refused = |worker: &TestWorker| {
        worker.events.iter().any(|event| matches!(event, Event::ChangeRefused { message, .. } if !message.is_empty()))
    };
    worker.send(Request::ChangeValue { run: RUN, change: change(8, ByteForm::I8, "256") });
    assert!(refused(&worker));
    worker.events.clear();
    worker.send(Request::ChangeValue { run: RUN, change: change(65_535, ByteForm::I16, "1") });
    assert!(refused(&worker), "the second byte would be behind the end");
    worker.send(Request::ChangeValue { run: RUN, change: change(8, ByteForm::Utf8, "\\x01\\0") });
    worker.send(Request::ChangeValue { run: RUN, change: change(10, ByteForm::Bytes, "00 00") });
    assert_eq!(view(&worker).forks, [1], "both were changed at the same step");
    let view = command(&mut worker, DebugCommand::Continue);
    assert!(
        matches!(&view.reason, DebugReason::Ended { outcome: Outcome::Returned { results } } if results[0].text == "1")
    );
}

#[test]
fn what_was_typed_is_not_asked_for_again() {
    let mut worker = debug(ASKS, Vec::new());
    let waiting = command(&mut worker, DebugCommand::Continue);
    assert_eq!(waiting.reason, DebugReason::Input);
    assert_eq!((printed(&worker).as_str(), waiting.printed), ("? ", 2));
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let end = view(&worker);
    assert!(
        matches!(&end.reason, DebugReason::Ended { outcome: Outcome::Trapped { trap } } if trap.code == "unreachable"),
        "{:?}",
        end.reason
    );
    assert_eq!(end.frames[0].instruction, "unreachable");
    assert_eq!((printed(&worker).as_str(), end.printed), ("? hello\n", 8));

    let before = command(&mut worker, DebugCommand::JumpTo { step: waiting.step });
    assert_eq!((before.printed, before.frames[0].instruction.as_str()), (2, "call $fd_read"));
    let after = command(&mut worker, DebugCommand::JumpToEnd);
    assert_eq!((after.step, after.printed), (end.step, 8));
    assert_eq!(printed(&worker), "? hello\n", "nothing is sent twice");
}

#[test]
fn where_a_program_waited_is_still_known_from_further_back() {
    let mut worker = debug(ASKS, Vec::new());
    let waiting = command(&mut worker, DebugCommand::Continue);
    let start = command(&mut worker, DebugCommand::JumpTo { step: 0 });
    assert_eq!((waiting.furthest, start.furthest), (waiting.step, waiting.step));
}

#[test]
fn a_step_that_waits_for_input_is_one_step() {
    let mut worker = debug(ASKS, Vec::new());
    let waiting = command(&mut worker, DebugCommand::Continue);
    assert_eq!(command(&mut worker, DebugCommand::Into).reason, DebugReason::Input);
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let after = view(&worker);
    assert_eq!((after.step, after.frames[0].instruction.as_str()), (waiting.step + 1, "drop"));
}

#[test]
fn what_is_jumped_over_is_neither_counted_nor_logged() {
    let log = Some("n is {local.n}".to_owned());
    let mut worker = debug(FACTORIAL, vec![Breakpoint { log, ..on_line(3) }]);
    assert_eq!(command(&mut worker, DebugCommand::JumpToEnd).log, Vec::<String>::new());
    command(&mut worker, DebugCommand::JumpTo { step: 0 });
    assert_eq!(command(&mut worker, DebugCommand::Continue).log.len(), 6);
}

#[test]
fn a_trap_of_a_plain_run_is_shown_where_it_was() {
    let mut worker = TestWorker::new();
    worker.run_text(ASKS);
    worker.settle(100);
    worker.send(Request::Stdin { run: RUN, bytes: b"once\n".to_vec() });
    worker.settle(100);
    assert!(matches!(worker.outcome(), Some(Outcome::Trapped { .. })));
    worker.send(Request::DebugAgain { run: RUN + 1, again: RUN, breakpoints: Vec::new() });
    worker.settle(1000);
    let view = view(&worker);
    assert!(matches!(&view.reason, DebugReason::Ended { outcome: Outcome::Trapped { .. } }), "{:?}", view.reason);
    assert_eq!(view.frames[0].instruction, "unreachable");
    assert_eq!(view.printed, 7);
}

#[test]
fn a_loop_without_end_is_given_up() {
    let mut worker = debug("(module (func (export \"main\") (loop $again (br $again))))", Vec::new());
    worker.send(Request::DebugCommand { run: RUN, command: DebugCommand::Continue });
    worker.settle(5);
    worker.send(Request::Pause { run: RUN });
    let paused = view(&worker);
    assert_eq!(paused.reason, DebugReason::Pause);
    assert!(paused.step > 1000);
    let back = command(&mut worker, DebugCommand::BackInto);
    assert_eq!(back.step, paused.step - 1);
}

/// Watch expressions as they were worked out last.
fn evaluated(worker: &TestWorker) -> Vec<String> {
    let evaluations = worker.events.iter().rev().find_map(|event| match event {
        Event::Evaluated { evaluations, .. } => Some(evaluations),
        _ => None,
    });
    let told = |result: &Result<Value, String>| match result {
        Ok(value) => format!("{} {}", value.ty, value.text),
        Err(reason) => reason.clone(),
    };
    evaluations.expect("they were worked out").iter().map(|evaluation| told(&evaluation.result)).collect()
}

#[test]
fn watch_expressions_are_worked_out_at_every_stop() {
    let mut worker = debug(FACTORIAL, Vec::new());
    let expressions = ["local.n", "local.n * 2", "stack[0]", "depth ==", "mem8[0]"].map(str::to_owned).to_vec();
    worker.send(Request::Evaluate { run: RUN, frame: 0, expressions: expressions.clone() });
    let start = evaluated(&worker);
    assert_eq!(start[0], "there is no local `$n` here that is a number");
    assert!(start[3].contains("at character 9"), "{start:?}");
    assert_eq!(start[4], "the byte at 0x0 is outside the memory");
    command(&mut worker, DebugCommand::JumpTo { step: 3 });
    assert_eq!(evaluated(&worker)[..3], ["i64 5", "i64 10", "i64 5"]);
    let order: Vec<bool> = worker
        .events
        .iter()
        .filter(|event| matches!(event, Event::Evaluated { .. } | Event::DebugStopped { .. }))
        .map(|event| matches!(event, Event::Evaluated { .. }))
        .collect();
    assert_eq!(order[order.len() - 2..], [true, false], "values are there when the stop is told");
    command(&mut worker, DebugCommand::JumpTo { step: 30 });
    assert_eq!(evaluated(&worker)[0], "i64 2");
    // Of a call further down.
    worker.send(Request::Evaluate { run: RUN, frame: 1, expressions });
    assert_eq!(evaluated(&worker)[0], "i64 3");
}

/// What is said about the place where `what` begins in the text: title, value, notes.
fn explained(worker: &mut TestWorker, text: &str, what: &str, frame: u32) -> Option<(String, String, String)> {
    let at = text.find(what).expect(what) as u32;
    let word = what.strip_prefix('$').map(str::to_owned);
    worker.send(Request::Explain { run: RUN, query: 7, at, word, frame });
    let Some(Event::Explained { query: 7, explanation, .. }) = worker.events.last() else { panic!("no answer") };
    let explanation = explanation.as_ref()?;
    let value = explanation.value.as_ref().map(|value| format!("{} {}", value.ty, value.text));
    Some((explanation.title.clone(), value.unwrap_or_default(), explanation.notes.join("; ")))
}

#[test]
fn a_place_in_the_text_is_explained() {
    let mut worker = debug(FACTORIAL, Vec::new());
    let mut say = |what: &str| explained(&mut worker, FACTORIAL, what, 0).unwrap_or_default();
    let not_called = say("$n i64");
    assert_eq!(not_called.0, "", "`$n i64` is no name");
    assert_eq!(say("local.get $n").2, "func $factorial (0) is not being called now");
    assert_eq!(say("$factorial (param").2, "");
    command(&mut worker, DebugCommand::JumpTo { step: 13 });
    let mut say = |what: &str, frame| explained(&mut worker, FACTORIAL, what, frame).unwrap_or_default();
    let local = |value: &str, note: &str| ("local $n (0)".to_owned(), value.to_owned(), note.to_owned());
    assert_eq!(say("local.get $n", 0), local("i64 4", ""));
    assert_eq!(say("local.get $n", 1), local("i64 5", ""));
    assert_eq!(say("local.get $n", 2), local("i64 4", "in the topmost call"));
    let call = say("call $factorial (i64.sub", 0);
    assert_eq!(call.0, "func $factorial (0)");
    assert_eq!(call.2, "(param i64) (result i64); 2 calls of it are under way");
    assert_eq!(say("i64.mul", 0).0, "");
}

#[test]
fn what_the_next_instruction_touches_is_explained() {
    let text = r#"(module (memory 1) (data (i32.const 8) "\2a\00\00\00") (global $g (mut i32) (i32.const 3))
  (table 2 funcref) (elem (i32.const 0) $main)
  (func $main (export "main") (block $out
    (drop (i32.load offset=4 (i32.const 4)))
    (br_if $out (global.get $g))
    (call_indirect (i32.const 1)))))"#;
    let mut worker = debug(text, Vec::new());
    while view(&worker).frames[0].instruction != "i32.load offset=4" {
        command(&mut worker, DebugCommand::Into);
    }
    let mut say = |what: &str| explained(&mut worker, text, what, 0).unwrap_or_default();
    let load = say("i32.load");
    assert_eq!((load.0.as_str(), load.2.as_str()), ("reads 4 bytes at 0x8", "there now: 2a 00 00 00"));
    assert_eq!(say("global.get").1, "i32 3");
    let branch = say("br_if");
    assert_eq!(branch.0, "branches to behind the block");
    assert!(branch.2.contains("the end of the function"), "{branch:?}");
    assert_eq!(say("call_indirect").0, "", "its operand is not known yet");
    worker.send(Request::ChangeValue { run: RUN, change: ValueChange::Global { global: 0, text: "0".into() } });
    while view(&worker).frames[0].instruction != "call_indirect" {
        command(&mut worker, DebugCommand::Into);
    }
    let indirect = explained(&mut worker, text, "call_indirect", 0).unwrap_or_default();
    assert_eq!((indirect.0.as_str(), indirect.2.as_str()), ("calls element 1 of table 0", "null: it will trap"));
}

/// The marks that the page has been told of last.
fn marks(worker: &TestWorker) -> Vec<(MarkKind, u64)> {
    let marks = worker.events.iter().rev().find_map(|event| match event {
        Event::Marks { marks, .. } => Some(marks),
        _ => None,
    });
    marks.into_iter().flatten().map(|mark| (mark.kind, mark.step)).collect()
}

#[test]
fn calls_output_stops_and_the_end_are_marked_at_their_steps() {
    let mut worker = debug(ASKS, vec![on_line(9)]);
    while view(&worker).reason != DebugReason::Input {
        command(&mut worker, DebugCommand::Continue);
    }
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let end = command(&mut worker, DebugCommand::JumpToEnd);
    let marked = marks(&worker);
    let kinds: Vec<MarkKind> = marked.iter().map(|(kind, _)| *kind).collect();
    let expected = [MarkKind::Breakpoint, MarkKind::Output, MarkKind::Call, MarkKind::Breakpoint, MarkKind::Output];
    assert_eq!(kinds, [&expected[..], &[MarkKind::Trap]].concat());
    assert_eq!(marked[5].1, end.step);
    for (kind, step) in &marked[..5] {
        let at = command(&mut worker, DebugCommand::JumpTo { step: *step });
        let expected = match kind {
            MarkKind::Output => "call $fd_write",
            MarkKind::Call => "call $fd_read",
            _ => "i32.const 1",
        };
        assert_eq!(at.frames[0].instruction, expected, "{kind:?} at step {step}");
    }
    // Whichever way the program is gone through, the marks are those.
    command(&mut worker, DebugCommand::JumpTo { step: 0 });
    while command(&mut worker, DebugCommand::Into).step < end.step {}
    assert_eq!(marks(&worker), marked);
    // By key from one to the next, and back.
    command(&mut worker, DebugCommand::JumpTo { step: 0 });
    let there: Vec<u64> = (0..6).map(|_| command(&mut worker, DebugCommand::NextMark).step).collect();
    assert_eq!(there, marked.iter().map(|(_, step)| *step).collect::<Vec<_>>());
    worker.send(Request::DebugCommand { run: RUN, command: DebugCommand::NextMark });
    assert!(matches!(worker.events.last(), Some(Event::ChangeRefused { .. })));
    let back: Vec<u64> = (0..5).map(|_| command(&mut worker, DebugCommand::PreviousMark).step).collect();
    assert!(back.iter().eq(there.iter().rev().skip(1)));
}

#[test]
fn marks_after_a_fork_are_forgotten() {
    let mut worker = debug(ASKS, Vec::new());
    command(&mut worker, DebugCommand::Continue);
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let marked = marks(&worker);
    assert_eq!(marked.len(), 4, "{marked:?}");
    let fork = marked[1].1 - 1;
    command(&mut worker, DebugCommand::JumpTo { step: fork });
    let change = ValueChange::Memory { memory: 0, address: 400, form: ByteForm::I8, text: "1".to_owned() };
    worker.send(Request::ChangeValue { run: RUN, change });
    assert_eq!(marks(&worker), [marked[0], (MarkKind::Fork, fork)]);
}

#[test]
fn a_program_that_prints_without_end_has_few_marks_for_the_page() {
    let text = ASKS.replace(
        "(call $print (i32.const 100) (i32.const 2))",
        "(loop $l (call $print (i32.const 100) (i32.const 2)) (br $l))",
    );
    let mut worker = debug(&text, Vec::new());
    let far = command(&mut worker, DebugCommand::JumpTo { step: 1_000_000 });
    assert_eq!(far.step, 1_000_000);
    let marked = marks(&worker);
    assert!((350..=401).contains(&marked.len()), "{}", marked.len());
    assert!(marked.iter().all(|(kind, _)| *kind == MarkKind::Output));
    // The engine knows each of them still.
    let next = command(&mut worker, DebugCommand::PreviousMark);
    assert!(far.step - next.step < 20, "{}", next.step);
    assert_eq!(next.frames[0].instruction, "call $fd_write");
}

/// Writes a file, with the name that its first directory entry has now, and reads the clock and random bytes.
const OUTSIDE: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $sum (mut i64) (i64.const 0))
  (func (export "_start") (local $turn i32)
    (i32.store (i32.const 0) (i32.const 200))
    (i32.store (i32.const 4) (i32.const 64))
    (loop $again
      (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 64)))
      (drop (call $random (i32.const 72) (i32.const 8)))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
      (global.set $sum (i64.add (global.get $sum) (i64.xor (i64.load (i32.const 64)) (i64.load (i32.const 72)))))
      (br_if $again (i32.lt_u (local.tee $turn (i32.add (local.get $turn) (i32.const 1))) (i32.const 3))))
    (unreachable)))"#;

/// All that is to be compared of a view.
fn looks(view: &DebugView) -> impl PartialEq + std::fmt::Debug + use<> {
    (view.step, view.frames.clone(), view.globals.clone(), view.printed, view.forks.clone())
}

fn unchanged(mut view: DebugView) -> DebugView {
    let named = view.frames.iter_mut().flat_map(|frame| &mut frame.locals).chain(&mut view.globals);
    named.for_each(|named| named.changed = false);
    view.frames.iter_mut().flat_map(|frame| &mut frame.operand_stack).for_each(|operand| operand.changed = false);
    view
}

#[test]
fn another_worker_goes_to_the_same_step_of_the_same_run() {
    let mut worker = debug(OUTSIDE, Vec::new());
    for line in ["one\n", "two\n", "three\n"] {
        assert_eq!(command(&mut worker, DebugCommand::Continue).reason, DebugReason::Input);
        worker.machine.sleep_ms(1234.0);
        worker.send(Request::Stdin { run: RUN, bytes: line.as_bytes().to_vec() });
        worker.settle(1000);
    }
    let end = unchanged(view(&worker));
    assert!(matches!(end.reason, DebugReason::Ended { .. }), "{:?}", end.reason);
    // Some way back, one value changed, and on again.
    command(&mut worker, DebugCommand::JumpTo { step: end.step - 20 });
    let forked_at = view(&worker).step;
    worker.send(Request::ChangeValue { run: RUN, change: ValueChange::Global { global: 0, text: "5".into() } });
    let here = unchanged(command(&mut worker, DebugCommand::JumpTo { step: forked_at + 3 }));
    worker.send(Request::Bookmark { run: RUN });
    let Some(Event::Bookmarked { step, bytes, .. }) = worker.events.last().cloned() else { panic!("no bookmark") };
    assert_eq!(step, here.step);

    let mut other = TestWorker::new();
    // At another time, with other random numbers to come.
    other.machine.sleep_ms(1e9);
    let options = RunOptions::default();
    let at = |bookmark: Vec<u8>| Request::DebugAt {
        run: RUN,
        source: wat(OUTSIDE),
        options: options.clone(),
        breakpoints: Vec::new(),
        bookmark,
    };
    other.send(at(bytes.clone()));
    other.settle(1000);
    assert_eq!(looks(&unchanged(view(&other))), looks(&here));
    // Backwards across the fork, and forwards again to its end, nothing is asked for.
    let before = unchanged(command(&mut other, DebugCommand::JumpTo { step: forked_at - 1 }));
    assert_eq!(looks(&before), looks(&unchanged(command(&mut worker, DebugCommand::JumpTo { step: forked_at - 1 }))));
    let ends = [&mut other, &mut worker].map(|worker| unchanged(command(worker, DebugCommand::JumpToEnd)));
    assert!(matches!(ends[0].reason, DebugReason::Ended { .. }), "{:?}", ends[0].reason);
    assert_eq!(looks(&ends[0]), looks(&ends[1]));

    // What was changed on its way is refused in words, and a record that does not fit goes another way calmly.
    other.send(Request::Stop { run: RUN });
    other.send(at(bytes[..bytes.len() / 2].to_vec()));
    assert!(
        matches!(other.outcome(), Some(Outcome::NotStarted { problems }) if problems[0].message.contains("damaged"))
    );
    for index in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[index] ^= 0x11;
        let mut third = TestWorker::new();
        third.send(at(damaged));
        third.settle(50);
        third.send(Request::DebugCommand { run: RUN, command: DebugCommand::JumpTo { step: 3 } });
        third.settle(50);
    }
}

#[test]
fn files_that_the_person_changes_are_a_fork_and_are_not_lost() {
    use wasmoscope::protocol::{FileChange, FileContents, FileImage};
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::JumpTo { step: 9 });
    command(&mut worker, DebugCommand::JumpTo { step: 5 });
    let file = FileImage { path: "note.txt".into(), contents: FileContents::File { bytes: b"mine".to_vec() } };
    worker.send(Request::ChangeFiles { change: FileChange::Write { files: vec![file] } });
    let forked = view(&worker);
    assert_eq!((forked.forks.as_slice(), forked.furthest), (&[5][..], 5));
    let paths = |worker: &TestWorker| {
        let trees = worker.events.iter().rev().find_map(|event| match event {
            Event::Tree { entries, .. } => Some(entries.iter().map(|entry| entry.path.clone()).collect::<Vec<_>>()),
            _ => None,
        });
        trees.unwrap_or_default()
    };
    assert_eq!(paths(&worker), ["note.txt"]);
    let told = worker.events.iter().filter(|event| matches!(event, Event::FilesChanged { asked: true, .. })).count();
    assert_eq!(told, 1);
    command(&mut worker, DebugCommand::JumpTo { step: 4 });
    assert_eq!(paths(&worker), Vec::<String>::new(), "before that step it is not there");
    command(&mut worker, DebugCommand::JumpTo { step: 6 });
    assert_eq!(paths(&worker), ["note.txt"]);
    // Where the run is ended before the change, what the person made stays all the same.
    command(&mut worker, DebugCommand::JumpTo { step: 2 });
    worker.send(Request::Stop { run: RUN });
    worker.send(Request::ReadAllFiles);
    assert!(matches!(worker.events.last(), Some(Event::AllFiles { files }) if files.len() == 1));
    let taken = worker
        .events
        .iter()
        .any(|event| matches!(event, Event::FilesChanged { removed, asked: false, .. } if !removed.is_empty()));
    assert!(!taken, "the page's storage is not told to forget it");
}

fn calls(worker: &TestWorker) -> CallsView {
    let views = worker.events.iter().rev().filter_map(|event| match event {
        Event::Calls { view, .. } => Some(view.clone()),
        _ => None,
    });
    views.into_iter().next().expect("calls were sent")
}

#[test]
fn calls_are_told_with_their_steps_and_can_be_gone_to() {
    let mut worker = TestWorker::new();
    let watch = CallsWatch { count: 100, ..CallsWatch::default() };
    worker.send(Request::WatchCalls { watch: Some(watch.clone()) });
    let options = RunOptions { trace: true, ..RunOptions::default() };
    let breakpoints = Vec::new();
    worker.send(Request::Debug { run: RUN, source: wat(ASKS), entry: Entry::Default, options, breakpoints });
    worker.settle(100);
    assert_eq!((calls(&worker).traced, calls(&worker).total), (true, 0));
    command(&mut worker, DebugCommand::Continue);
    let names = |view: &CallsView| view.calls.iter().map(|call| call.outcome.clone()).collect::<Vec<_>>();
    assert_eq!(names(&calls(&worker)), ["SUCCESS", "waits"]);
    worker.send(Request::Stdin { run: RUN, bytes: b"Ada\n".to_vec() });
    worker.settle(10_000);
    let all = calls(&worker);
    assert_eq!(names(&all), ["SUCCESS", "SUCCESS", "SUCCESS"]);
    // The second is gone to: the program stands before it, and the later one is still told of.
    let stopped = command(&mut worker, DebugCommand::JumpTo { step: all.calls[1].fuel });
    assert_eq!(stopped.step, all.calls[1].fuel);
    assert_eq!(calls(&worker).calls, all.calls);
    let before = stopped.announcement.clone();
    assert!(command(&mut worker, DebugCommand::Into).announcement.contains("fd_read"), "{before}");

    // What is found by a filter is found among the calls of the way that the program took.
    let filter = CallFilter { functions: "fd_write".into(), ..CallFilter::default() };
    worker.send(Request::WatchCalls { watch: Some(CallsWatch { filter, ..watch }) });
    worker.settle(100);
    assert_eq!(calls(&worker).passing, 2);
    command(&mut worker, DebugCommand::JumpTo { step: 3 });
    worker.send(Request::ChangeValue {
        run: RUN,
        change: ValueChange::Memory { memory: 0, address: 100, form: ByteForm::Utf8, text: "!".to_owned() },
    });
    worker.settle(100);
    assert_eq!((calls(&worker).passing, calls(&worker).total), (0, 0));
    command(&mut worker, DebugCommand::Continue);
    assert!(calls(&worker).calls[0].arguments[1].1.contains("! "), "{:?}", calls(&worker));
    worker.send(Request::CopyCalls { filter: CallFilter::default() });
    let copied = worker.events.iter().rev().find_map(|event| match event {
        Event::CallsText { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied.expect("it is copied").lines().count(), 3, "what was typed is still there");
    worker.send(Request::Stop { run: RUN });
    worker.settle(100);
    assert_eq!(calls(&worker).passing, 2, "they can still be looked at");
}

#[test]
fn without_being_asked_for_no_call_is_recorded() {
    let mut worker = debug(ASKS, Vec::new());
    worker.send(Request::WatchCalls { watch: Some(CallsWatch { count: 100, ..CallsWatch::default() }) });
    command(&mut worker, DebugCommand::Continue);
    assert!(!calls(&worker).traced);
}

#[test]
fn what_the_last_step_read_and_wrote_is_told_whichever_way_it_was_come_to() {
    let text = r#"(module (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (i32.store offset=4 (i32.const 16) (i32.load8_u (i32.const 3)))
    (memory.copy (i32.const 100) (i32.const 200) (i32.const 8))
    (drop (call $random (i32.const 300) (i32.const 5)))))"#;
    let mut worker = debug(text, Vec::new());
    let mut touched = |command_: DebugCommand| {
        let view = command(&mut worker, command_);
        assert_eq!(view.memory, 131_072);
        (view.step, view.read, view.written)
    };
    type Seen = (u64, Vec<(u32, u64, u64)>, Vec<(u32, u64, u64)>);
    let seen: Vec<Seen> = (0..11).map(|_| touched(DebugCommand::Into)).collect();
    let expected = |step: u64| -> Seen {
        match step {
            3 => (3, vec![(0, 3, 1)], vec![]),
            4 => (4, vec![], vec![(0, 20, 4)]),
            8 => (8, vec![(0, 200, 8)], vec![(0, 100, 8)]),
            11 => (11, vec![], vec![(0, 300, 5)]),
            _ => (step, vec![], vec![]),
        }
    };
    assert_eq!(seen, (1..=11).map(expected).collect::<Vec<_>>());
    for step in (1..11).rev() {
        assert_eq!(touched(DebugCommand::BackInto), expected(step));
    }
    for step in [8, 3, 11, 4] {
        assert_eq!(touched(DebugCommand::JumpTo { step }), expected(step));
    }
}

#[test]
fn parts_of_the_memory_have_names() {
    let text = r#"(module (memory 2) (data $greeting (i32.const 1024) "hello") (data (i32.const 16) "x") (data "passive")
  (global $__stack_pointer (mut i32) (i32.const 1024)) (global $__heap_base i32 (i32.const 1040))
  (func (export "main") (global.set $__stack_pointer (i32.const 900)) (nop)))"#;
    let mut worker = debug(text, Vec::new());
    let regions = |view: &DebugView| -> Vec<(String, u64, u64)> {
        view.regions.iter().map(|region| (region.name.clone(), region.start, region.end)).collect()
    };
    let data = [("data 1".to_owned(), 16, 17), ("data $greeting".to_owned(), 1024, 1029)];
    let heap = ("heap".to_owned(), 1040, 131_072);
    assert_eq!(regions(&view(&worker)), [&data[..], std::slice::from_ref(&heap)].concat(), "the stack is empty");
    let moved = command(&mut worker, DebugCommand::JumpTo { step: 2 });
    let stack = ("shadow stack".to_owned(), 900, 1024);
    assert_eq!(regions(&moved), [&data[..], &[stack, heap]].concat());
}
