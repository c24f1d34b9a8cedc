//! The debugger's side of the protocol, spoken with a worker that has no browser.
#![cfg(not(target_arch = "wasm32"))]

#[path = "debug/calls.rs"]
mod calls;
#[path = "debug/forks.rs"]
mod forks;
#[path = "debug/reporting.rs"]
mod reporting;
mod support;
#[path = "debug/timeline.rs"]
mod timeline;

use support::{RUN, TestWorker, sentence, wat};
use wasmoscope::protocol::{
    Breakpoint, BreakpointKind, BreakpointOptions, ByteForm, DebugCommand, DebugView, Entry, Event, Outcome, Request,
    RunOptions, StopReason, ValueChange,
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
    Breakpoint { id: line, kind: BreakpointKind::Line { file: None, line }, options: BreakpointOptions::default() }
}

fn with_condition(text: &str) -> BreakpointOptions {
    BreakpointOptions { condition: Some(text.to_owned()), ..BreakpointOptions::default() }
}

#[test]
fn a_debug_run_stops_before_its_first_instruction() {
    let worker = debug(FACTORIAL, Vec::new());
    let view = view(&worker);
    assert_eq!((view.step, &view.reason, view.depth), (0, &StopReason::Start, 1));
    let frame = &view.frames[0];
    assert_eq!((frame.function.as_str(), frame.instruction.as_str()), ("main", "i64.const 5"));
    assert_eq!(frame.place.map(|place| place.line), Some(7));
}

#[test]
fn each_step_has_a_sentence() {
    let mut worker = debug(FACTORIAL, Vec::new());
    let mut told = Vec::new();
    for _ in 0..8 {
        told.push(sentence(&command(&mut worker, DebugCommand::Into)));
    }
    let expected = [
        "i64.const 5: pushed 5; next: call $factorial takes the value 5",
        "Entered `factorial` with $n = 5; next: local.get $n",
        "local.get $n: pushed 5; next: i64.eqz takes the value 5",
        "i64.eqz: 5 == 0 is false, pushed 0; next: if takes the value 0",
        "if: popped 0: goes to `else`, line 5; next: local.get $n",
        "local.get $n: pushed 5; next: local.get $n",
        "local.get $n: pushed 5; next: i64.const 1",
        "i64.const 1: pushed 1; next: i64.sub takes 5 and 1",
    ];
    assert_eq!(told, expected);
}

#[test]
fn values_have_their_producers_and_changes() {
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::JumpTo { step: 7 });
    let view = command(&mut worker, DebugCommand::Into);
    assert_eq!(stack(&view), ["5", "5", "1"]);
    let top = &view.frames[0].operand_stack[2];
    assert_eq!((top.pushed_by.as_str(), top.changed), ("i64.const 1", true));
    assert!(!view.frames[0].operand_stack[1].changed);
    // Beside `i64.eqz` stands what it pushed.
    assert_eq!(view.frames[0].next_pops, 2, "i64.sub takes two");
    let values = &view.frames[0].values;
    let beside = values.iter().find(|value| value.place.line == 3 && value.place.column == 23);
    assert_eq!(beside.map(|value| value.values[0].text.as_str()), Some("0"), "{values:?}");
    assert_eq!(view.frames[1].function, "main");
    let labels: Vec<&str> = view.frames[0].labels.iter().map(|label| label.kind.as_str()).collect();
    assert_eq!(labels, ["if", "function"]);
}

#[test]
fn values_beside_the_code_are_those_of_this_call() {
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::Into);
    let entered = command(&mut worker, DebugCommand::Into);
    assert_eq!(entered.frames[0].values, [], "nothing of this call has been executed");
    // Five calls deeper the same function has been executed four times over.
    let mut view = entered;
    while view.depth < 6 || view.frames[0].instruction != "i64.eqz" {
        view = command(&mut worker, DebugCommand::Into);
    }
    let beside = |view: &DebugView, column| {
        let mut values = view.frames[0].values.iter();
        let value = values.find(|value| (value.place.line, value.place.column) == (3, column));
        value.map(|value| value.values[0].text.clone())
    };
    let values = &view.frames[0].values;
    assert_eq!((values.len(), beside(&view, 32).as_deref()), (1, Some("1")), "{values:?}");
    // Each caller has its own beside the code, and so has what it was called with.
    let of_callers: Vec<_> = view.frames[1..5].iter().map(|frame| frame.values[0].values[0].text.as_str()).collect();
    assert_eq!(of_callers, ["2", "3", "4", "5"]);
    assert!(view.frames.iter().take(5).all(|frame| frame.params == 1));
    assert_eq!((view.frames[1].next_pops, view.frames[5].params), (0, 0));
    // Back in the caller, the call has its result beside it, and what was computed before it is there again.
    let back = command(&mut worker, DebugCommand::Out);
    let mut values = back.frames[0].values.iter();
    let call = values.find(|value| value.place.line == 6 && value.place.column == 10);
    assert_eq!(call.map(|value| value.values[0].text.as_str()), Some("1"), "{:?}", back.frames[0].values);
    assert_eq!(sentence(&back), "Returned 1 to `factorial`; next: i64.mul takes 2 and 1");
    assert_eq!(beside(&back, 32).as_deref(), Some("2"));
}

#[test]
fn values_of_an_earlier_iteration_are_marked() {
    let text = r#"(module (func (export "main") (local $i i32)
  (loop $again
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $again (i32.lt_s (local.get $i) (i32.const 3))))))"#;
    let mut worker = debug(text, Vec::new());
    // The second turn has just read the local for its sum.
    let view = command(&mut worker, DebugCommand::JumpTo { step: 10 });
    let values = view.frames[0].values.iter();
    let seen: Vec<_> = values.map(|value| (value.place.line, value.values[0].text.as_str(), value.earlier)).collect();
    assert_eq!(
        seen,
        [(3, "1", false), (3, "1", true), (3, "1", true), (4, "1", true), (4, "3", true), (4, "1", true)],
        "step {} at {}",
        view.step,
        view.frames[0].instruction
    );
}

#[test]
fn a_value_pushed_by_a_block_says_so() {
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
    let condition = |text: &str| Breakpoint { options: with_condition(text), ..on_line(5) };
    let mut worker = debug(FACTORIAL, vec![condition("local.n == 2"), Breakpoint { id: 9, ..condition("n ==") }]);
    let placed = worker.events.iter().find_map(|event| match event {
        Event::BreakpointsPlaced { breakpoints, .. } => Some(breakpoints.clone()),
        _ => None,
    });
    let placed = placed.expect("they are placed");
    assert_eq!(placed[0].place.map(|place| place.line), Some(5));
    assert!(placed[1].problem.as_deref().is_some_and(|problem| problem.contains("write `local.n`")), "{placed:?}");
    let view = command(&mut worker, DebugCommand::Continue);
    assert_eq!(view.reason, StopReason::Breakpoint { id: 5, condition_error: None });
    assert_eq!(view.frames[0].locals[0].value.text, "2");
    assert_eq!(view.depth, 5);
}

#[test]
fn a_condition_error_stops_the_program_and_is_reported() {
    let hits = [
        ("local.nosuch == 3", "there is no local `$nosuch` here that is a number"),
        ("local.n / 0 == 1", "division by zero"),
        ("stack[9] == 1", "there is no operand 9 below the top that is a number"),
    ];
    for (text, reason) in hits {
        let breakpoint = Breakpoint { options: with_condition(text), ..on_line(5) };
        let expected = StopReason::Breakpoint { id: 5, condition_error: Some(reason.to_owned()) };
        let mut worker = debug(FACTORIAL, vec![breakpoint.clone()]);
        let mut forwards = Vec::new();
        loop {
            let view = command(&mut worker, DebugCommand::Continue);
            if matches!(view.reason, StopReason::Ended { .. }) {
                break;
            }
            assert_eq!(view.reason, expected, "{text}");
            assert_eq!(sentence(&view), format!("Could not evaluate the condition: {reason}"));
            forwards.push(view.step);
        }
        // In each of five calls, before the operand of the line and, coming back from the next line, before the product.
        assert_eq!(forwards.len(), 10, "{text}");
        for step in forwards.iter().rev() {
            let view = command(&mut worker, DebugCommand::BackContinue);
            assert_eq!((&view.reason, view.step), (&expected, *step), "{text}");
        }
        // One that tells a message says it there, and goes on.
        let options = BreakpointOptions { log_message: Some("n".to_owned()), ..with_condition(text) };
        let mut worker = debug(FACTORIAL, vec![Breakpoint { options, ..breakpoint }]);
        let view = command(&mut worker, DebugCommand::Continue);
        assert!(matches!(view.reason, StopReason::Ended { .. }), "{:?}", view.reason);
        assert_eq!(view.log.len(), 10);
        assert!(view.log[0].ends_with(&format!("could not evaluate its condition: {reason}")), "{}", view.log[0]);
    }
}

#[test]
fn a_program_that_ended_can_be_inspected_until_it_is_stopped() {
    let mut worker = debug(FACTORIAL, Vec::new());
    let view = command(&mut worker, DebugCommand::Continue);
    assert!(
        matches!(&view.reason, StopReason::Ended { outcome: Outcome::Returned { results } } if results[0].text == "120")
    );
    assert_eq!(stack(&view), ["120"]);
    assert_eq!(sentence(&view), "`main` returned 120");
    assert_eq!(worker.outcome(), None);
    // The last instruction is undone like any other: the end has the next number.
    let last = command(&mut worker, DebugCommand::BackOver);
    assert_eq!((last.depth, last.step, &last.reason), (1, view.step - 1, &StopReason::Step));
    assert!(sentence(&last).ends_with("next: the end of `main`, which returns 120"), "{}", sentence(&last));
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
        matches!(&view.reason, StopReason::Ended { outcome: Outcome::Returned { results } } if results[0].text == "6")
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
        matches!(&view.reason, StopReason::Ended { outcome: Outcome::Returned { results } } if results[0].text == "1")
    );
}

#[test]
fn what_was_typed_is_not_asked_for_again() {
    let mut worker = debug(ASKS, Vec::new());
    let waiting = command(&mut worker, DebugCommand::Continue);
    assert_eq!(waiting.reason, StopReason::Input);
    assert_eq!((printed(&worker).as_str(), waiting.printed), ("? ", 2));
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let end = view(&worker);
    assert!(
        matches!(&end.reason, StopReason::Ended { outcome: Outcome::Trapped { trap } } if trap.code == "unreachable"),
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
    assert_eq!(command(&mut worker, DebugCommand::Into).reason, StopReason::Input);
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let after = view(&worker);
    assert_eq!((after.step, after.frames[0].instruction.as_str()), (waiting.step + 1, "drop"));
}

#[test]
fn what_is_jumped_over_is_neither_counted_nor_logged() {
    let log_message = Some("n is {local.n}".to_owned());
    let options = BreakpointOptions { log_message, ..BreakpointOptions::default() };
    let mut worker = debug(FACTORIAL, vec![Breakpoint { options, ..on_line(3) }]);
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
    assert!(matches!(&view.reason, StopReason::Ended { outcome: Outcome::Trapped { .. } }), "{:?}", view.reason);
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
    assert_eq!(paused.reason, StopReason::Pause);
    assert!(paused.step > 1000);
    let back = command(&mut worker, DebugCommand::BackInto);
    assert_eq!(back.step, paused.step - 1);
}

#[test]
fn a_deep_call_stack_is_sent_in_parts() {
    let source = FACTORIAL.replace("(i64.const 5)))", "(i64.const 150)))");
    let mut worker = debug(&source, Vec::new());
    let options = BreakpointOptions { condition: Some("local.n == 0".to_owned()), ..BreakpointOptions::default() };
    let breakpoint = Breakpoint { id: 1, kind: BreakpointKind::Line { file: None, line: 3 }, options };
    worker.send(Request::SetBreakpoints { run: RUN, breakpoints: vec![breakpoint] });
    let stopped = command(&mut worker, DebugCommand::Continue);
    assert_eq!((stopped.depth, stopped.frames.len()), (152, 20));
    let mut more = |from| {
        worker.events.clear();
        worker.send(Request::ShowFrames { run: RUN, from });
        match worker.events.as_slice() {
            [Event::Frames { run: RUN, step, from: at, frames }] if (*step, *at) == (stopped.step, from) => {
                frames.clone()
            }
            events => panic!("{events:?}"),
        }
    };
    let further = more(20);
    assert_eq!(further.len(), 100);
    assert_eq!((&*further[0].function, &*further[0].locals[0].value.text), ("factorial", "20"));
    let last = more(120);
    assert_eq!((last.len(), &*last[31].function), (32, "main"));
    assert!(more(152).is_empty());
    assert!(more(u32::MAX).is_empty());
}
