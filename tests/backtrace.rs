//! The calls that were active when a plain run failed, as the worker tells them.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/guests.rs"]
mod guests;
mod support;

use guests::{SOURCES, guest_with_lines};
use support::{RUN, TestWorker, wat};
use wasmoscope::protocol::{Backtrace, Entry, Event, Limits, Outcome, Request, RunOptions, Source};

fn backtrace(worker: &TestWorker) -> Option<&Backtrace> {
    worker.events.iter().find_map(|event| match event {
        Event::Backtrace { run: RUN, backtrace } => Some(backtrace),
        _ => None,
    })
}

/// Asks for a line; three calls down, traps where it is not empty.
const ASKS: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $fail (param $length i32)
    (if (local.get $length)
      (then (unreachable))))
  (func $read
    (i32.store (i32.const 0) (i32.const 200))
    (i32.store (i32.const 4) (i32.const 64))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (call $fail (i32.load (i32.const 16))))
  (func (export "_start")
    (call $read)))"#;

#[test]
fn a_trap_is_followed_by_its_call_stack() {
    let mut worker = TestWorker::new();
    worker.run_text(ASKS);
    worker.settle(100);
    assert_eq!(backtrace(&worker), None);
    worker.send(Request::Stdin { run: RUN, bytes: b"x\n".to_vec() });
    worker.settle(100);
    assert!(matches!(worker.outcome(), Some(Outcome::Trapped { .. })), "{:?}", worker.outcome());
    let told = backtrace(&worker).expect("the calls are told");
    let line = |call: &wasmoscope::protocol::BacktraceCall| call.place.map(|place| place.line);
    let calls: Vec<_> = told.calls.iter().map(|call| (call.function.as_str(), line(call))).collect();
    assert_eq!(calls, [("fail", Some(6)), ("read", Some(11)), ("_start", Some(13))]);
    assert_eq!((told.hidden, &told.problem), (0, &None));
    assert_eq!(told.cause, "unreachable: traps whenever it is executed");
}

#[test]
fn the_cause_of_a_trap_has_its_numbers() {
    let mut worker = TestWorker::new();
    worker.run_text("(module (memory 1) (func (export \"main\") (result i32) (i32.load offset=2 (i32.const 65534))))");
    worker.settle(100);
    let told = backtrace(&worker).expect("the calls are told");
    assert_eq!(told.cause, "i32.load: out of bounds: address 65534 + offset 2 + 4 bytes > 65536 bytes of memory 0");
}

#[test]
fn the_cause_of_a_trap_in_a_loop_has_its_round() {
    let mut worker = TestWorker::new();
    worker.run_text(
        "(module (func (export \"main\") (result i32) (local $n i32)
          (local.set $n (i32.const 5))
          (loop $again
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (drop (i32.div_s (i32.const 60) (local.get $n)))
            (br $again))
          (unreachable)))",
    );
    worker.settle(100);
    let told = backtrace(&worker).expect("the calls are told");
    assert_eq!(told.cause, "i32.div_s: 60 / 0: division by zero, in round 5 of the loop at line 3");
}

#[test]
fn a_stack_overflow_lists_the_innermost_calls() {
    let mut worker = TestWorker::new();
    let limits = Limits { recursion: 1_000, ..Limits::default() };
    let text = "(module (func $deeper (export \"main\") (call $deeper)))";
    worker.run(wat(text), Entry::Default, RunOptions { limits, ..RunOptions::default() });
    worker.settle(100);
    let told = backtrace(&worker).expect("the calls are told");
    assert_eq!((told.calls.len(), told.hidden), (50, 950));
    assert!(told.calls.iter().all(|call| call.function == "deeper"));
}

#[test]
fn a_run_that_does_not_fail_or_is_stopped_is_not_repeated() {
    let mut worker = TestWorker::new();
    worker.run_text("(module (func (export \"main\") (result i32) (i32.const 1)))");
    worker.settle(100);
    assert_eq!(backtrace(&worker), None);
    let mut worker = TestWorker::new();
    worker.run_text("(module (func (export \"main\") (loop $l (br $l))))");
    worker.settle(10);
    worker.send(Request::Stop { run: RUN });
    worker.settle(100);
    assert_eq!(worker.outcome(), Some(&Outcome::Stopped));
    assert_eq!(backtrace(&worker), None);
}

#[test]
fn another_run_ends_the_search() {
    let mut worker = TestWorker::new();
    let text = "(module (func (export \"main\") (local $i i32) (loop $l
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000000)))) unreachable))";
    worker.run_text(text);
    while worker.outcome().is_none() {
        worker.tick();
    }
    // It has begun.
    worker.tick();
    worker.tick();
    assert_eq!(backtrace(&worker), None);
    let options = RunOptions::default();
    let source = wat("(module (func (export \"main\")))");
    worker.send(Request::Run { run: RUN + 1, source, entry: Entry::Default, options });
    worker.settle(10_000);
    assert_eq!(backtrace(&worker), None);
    assert!(matches!(worker.outcome(), Some(Outcome::Returned { .. })));
}

#[test]
fn a_search_that_takes_too_long_is_given_up() {
    let mut worker = TestWorker::new();
    let text = "(module (func (export \"main\") (local $i i32) (loop $l
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000000)))) unreachable))";
    worker.run_text(text);
    worker.settle(1_000_000);
    let told = backtrace(&worker).expect("that there are none is told");
    assert!(told.calls.is_empty());
    assert!(told.problem.as_ref().is_some_and(|problem| problem.contains("too long to replay")), "{told:?}");
}

#[test]
fn a_panic_in_rust_has_a_backtrace_of_functions_and_lines() {
    let bytes = std::fs::read(guest_with_lines("suite")).expect("the guest was built");
    let source = Source { name: "suite.wasm".to_owned(), bytes };
    let mut worker = TestWorker::new();
    let options = RunOptions { arguments: vec!["panic".to_owned()], ..RunOptions::default() };
    worker.run(source, Entry::Default, options);
    worker.settle(100_000);
    assert!(matches!(worker.outcome(), Some(Outcome::Trapped { .. })), "{:?}", worker.outcome());
    let told = backtrace(&worker).expect("the calls are told");
    let own: Vec<_> = told
        .calls
        .iter()
        .filter(|call| call.source.as_ref().is_some_and(|source| source.file.starts_with(SOURCES)))
        .collect();
    let functions: Vec<&str> = own.iter().map(|call| call.function.as_str()).collect();
    assert!(functions.contains(&"suite::main"), "{told:?}");
    assert!(own.iter().all(|call| call.place.is_some()), "{own:?}");
}
