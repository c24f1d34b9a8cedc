//! The calls of a debugged program: each is recorded once, at its step, however the program got there.

use super::support::{TickingClock, go, session_of_wasi, wasi};
use crate::{Change, Command, DebugSession, StopReason};
use wasmoscope_module::value::Value;
use wasmoscope_runtime::Entry;
use wasmoscope_wasi::trace::{Filter, TraceCall};

/// Opens a file, writes to it as often as a global says, reads the clock, and closes it.
const WRITES: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (global $times (mut i32) (i32.const 3))
  (data (i32.const 100) "out.txt")
  (func $write_one (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 1))
    (drop (call $write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start") (local $i i32)
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 7) (i32.const 1)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
    (loop $again
      (call $write_one)
      (drop (call $clock (i32.const 1) (i64.const 0) (i32.const 24)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (global.get $times))))
    (drop (call $close (i32.load (i32.const 16))))))"#;

fn traced(text: &str) -> DebugSession {
    let mut wasi = wasi();
    wasi.start_trace(Box::new(TickingClock::default()));
    session_of_wasi(text, Entry::Default, wasi)
}

fn calls(session: &DebugSession) -> Vec<TraceCall> {
    let ring = session.wasi().trace().expect("it is traced").ring();
    (1..=ring.total()).map(|number| ring.get(number).expect("it is kept")).collect()
}

/// The calls without their times, which depend on how long the user waits.
fn lines(session: &DebugSession) -> Vec<String> {
    let line =
        |call: &TraceCall| format!("{} {} {call}", call.number, call.fuel).split(" time ").next().map(str::to_owned);
    calls(session).iter().filter_map(line).collect()
}

#[test]
fn each_call_is_traced_at_its_step() {
    let mut session = traced(WRITES);
    // Stepping one at a time and running in one go give the same result.
    let mut stepped = Vec::new();
    loop {
        let (step, made) = (session.step(), session.wasi().host_calls());
        let stopped = go(&mut session, Command::Into);
        if session.wasi().host_calls() > made {
            stepped.push(step);
        }
        if stopped != StopReason::Step {
            break;
        }
    }
    let expected = lines(&session);
    assert_eq!(expected.len(), 8, "{expected:#?}");
    assert_eq!(calls(&session).iter().map(|call| call.fuel).collect::<Vec<_>>(), stepped);
    assert!(expected[0].ends_with(r#"path_open(3</>, 0, "out.txt", CREAT, FD_WRITE, 0, 0) = SUCCESS fd 4"#));
    assert!(expected[1].ends_with(r#"fd_write(4</out.txt>, ["o"]) = SUCCESS nwritten 1"#), "{expected:#?}");
    assert!(expected[7].ends_with("fd_close(4</out.txt>) = SUCCESS"));

    let mut session = traced(WRITES);
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    assert_eq!(lines(&session), expected);
    // At the step of a call, it is the next instruction.
    for (made, call) in calls(&session).iter().enumerate().rev() {
        go(&mut session, Command::JumpTo(call.fuel));
        assert_eq!((session.step(), session.wasi().host_calls()), (call.fuel, made as u64));
        go(&mut session, Command::Over);
        assert_eq!(session.wasi().host_calls(), made as u64 + 1);
    }
    assert_eq!(lines(&session), expected, "what is made again is told once");
}

#[test]
fn going_back_and_forward_traces_no_call_twice() {
    let mut session = traced(WRITES);
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let expected = lines(&session);
    let steps: Vec<u64> = calls(&session).iter().map(|call| call.fuel).collect();
    for step in [steps[7], steps[2] + 1, 0, steps[5], steps[1], 1] {
        go(&mut session, Command::JumpTo(step));
        assert_eq!(lines(&session), expected);
    }
    go(&mut session, Command::BackInto);
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    assert_eq!(lines(&session), expected);
}

#[test]
fn diverging_execution_drops_later_calls() {
    let mut session = traced(WRITES);
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let before = calls(&session);
    // Between the second write and the following clock reading.
    go(&mut session, Command::JumpTo(before[4].fuel));
    session.change(Change::Global { global: 0, value: Value::I32(2) }).expect("it can be changed");
    assert_eq!(lines(&session).len(), 4);
    assert_eq!(session.wasi().trace().map(|trace| trace.ring().cuts()), Some(1));
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let after = lines(&session);
    assert_eq!(after.len(), 6, "{after:#?}");
    assert!(after[5].ends_with("fd_close(4</out.txt>) = SUCCESS"), "the file still has its name: {after:#?}");
    let failures = Filter { failures: true, ..Filter::default() };
    let ring = session.wasi().trace().expect("it is traced").ring();
    assert!((1..=ring.total()).all(|number| !ring.passes(number, &failures)));
}

#[test]
fn a_waiting_call_is_traced_again_after_going_back() {
    let mut session = traced(
        r#"(module
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 10))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8)))))"#,
    );
    let waiting =
        |session: &DebugSession| session.wasi().trace().and_then(|trace| trace.waiting()).map(|call| call.number);
    session.ask(Command::Continue);
    assert!(matches!(session.advance(1000), crate::DebugProgress::Waiting { input: true, .. }));
    assert_eq!((waiting(&session), lines(&session).len()), (Some(1), 0));
    session.pause();
    go(&mut session, Command::JumpTo(1));
    assert_eq!((waiting(&session), lines(&session).len()), (None, 0), "it is not in the call any more");
    session.wasi_mut().push_stdin(b"hi\n");
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let all = lines(&session);
    assert_eq!(all.len(), 2, "{all:#?}");
    assert!(all[0].contains(r#"fd_read(0<stdin>, [10 bytes]) = SUCCESS "hi\n", nread 3"#), "{all:#?}");
}
