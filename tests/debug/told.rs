//! What is told of a program that stands still, besides its frames.

use wasmoscope::protocol::{DebugCommand, DebugView, Event, Request, Value, ValueChange};

use super::{FACTORIAL, command, debug, view};
use crate::support::{RUN, TestWorker};

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
