use super::support::{go, see, session};
use crate::breakpoints::pending::watched_value;
use crate::condition::Condition;
use crate::{
    AccessKind, Breakpoint, Change, Command, DebugProgress, DebugSession, Origin, StopReason, Target, Trigger,
    WatchHit, WatchedValue, Watchpoint, WriteTarget,
};
use wasmoscope_module::value::Value;

/// Every kind of write and read.
const ACCESSES: &str = r#"(module (memory 2) (data (i32.const 8) "\01\02\03\04") (data $text "hello, world")
    (global $g (mut i32) (i32.const 7))
    (func $bump (param $by i32) (local $twice i32)
        (local.set $twice (i32.add (local.get $by) (local.get $by)))
        (global.set $g (i32.add (global.get $g) (local.get $twice))))
    (func $put (param $at i32) (param $value i32)
        (i32.store (local.get $at) (local.get $value)))
    (func (export "main") (result i32) (local $i i32)
        (loop $again
            (call $put (i32.add (i32.const 100) (i32.mul (local.get $i) (i32.const 4))) (local.get $i))
            (i32.store8 offset=3 (i32.add (i32.const 200) (local.get $i)) (i32.const 9))
            (call $bump (local.get $i))
            (i64.store offset=65536 (local.get $i) (i64.const 1))
            (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))
        (memory.fill (i32.const 90) (i32.const 5) (i32.const 20))
        (memory.copy (i32.const 110) (i32.const 95) (i32.const 10))
        (memory.init $text (i32.const 120) (i32.const 0) (i32.const 12))
        (v128.store (i32.const 116) (v128.const i32x4 1 2 3 4))
        (i32.add (i32.const 1) (i32.add (i32.load (i32.const 116)) (i32.load16_u offset=100 (i32.const 18))))))"#;

fn watch(target: Target, kind: AccessKind) -> Breakpoint {
    let trigger = Trigger::Watch(Watchpoint { target, access: kind });
    Breakpoint { id: 1, trigger, condition: None, hit_count: 0, log_message: None }
}

fn bytes(start: u64, length: u64) -> Target {
    Target::Memory { memory: 0, start, length }
}

fn watching(text: &str, breakpoint: Breakpoint) -> DebugSession {
    let mut session = session(text);
    session.set_breakpoints(vec![breakpoint]).expect("it can be set");
    session
}

/// All hits from here on, in the direction of the command.
fn hits(session: &mut DebugSession, command: Command) -> Vec<WatchHit> {
    let mut hits = Vec::new();
    while let StopReason::Watchpoint(hit) = go(session, command) {
        assert_eq!(session.step(), hit.step, "it stands before the instruction");
        hits.push(*hit);
    }
    hits
}

fn steps(hits: &[WatchHit]) -> Vec<u64> {
    hits.iter().map(|hit| hit.step).collect()
}

/// The steps that access a range, found by checking each one.
fn looked_at(text: &str, (start, length): (u64, u64), kind: AccessKind) -> Vec<u64> {
    let mut session = session(text);
    let mut steps = Vec::new();
    loop {
        let accesses = session
            .state()
            .next_accesses()
            .iter()
            .any(|access| access.writes == kind.is_write() && access.overlaps(0, start, length));
        let before = watched_value(session.state(), bytes(start, length), (start, length));
        let step = session.step();
        let is_over = go(&mut session, Command::Into) != StopReason::Step;
        if accesses
            && (kind != AccessKind::Change
                || before != watched_value(session.state(), bytes(start, length), (start, length)))
        {
            steps.push(step);
        }
        if is_over {
            return steps;
        }
    }
}

#[test]
fn every_access_is_found_forwards_backwards_and_by_write_queries() {
    let ranges =
        [(100, 4), (103, 1), (104, 80), (116, 4), (200, 8), (211, 1), (65_536, 1), (65_550, 4), (90, 40), (9, 2)];
    for range in ranges {
        for kind in [AccessKind::Write, AccessKind::Change, AccessKind::Read] {
            let expected = looked_at(ACCESSES, range, kind);
            let mut session = watching(ACCESSES, watch(bytes(range.0, range.1), kind));
            let forwards = hits(&mut session, Command::Continue);
            assert_eq!(steps(&forwards), expected, "{range:?} {kind:?}");
            let mut backwards = hits(&mut session, Command::BackContinue);
            backwards.reverse();
            assert_eq!(backwards, forwards, "{range:?} {kind:?} backwards");

            if kind == AccessKind::Write {
                let mut session = super::support::session(ACCESSES);
                go(&mut session, Command::JumpToEnd);
                let command = Command::LastWrite(WriteTarget::Memory { memory: 0, start: range.0, length: range.1 });
                let mut found = Vec::new();
                while let StopReason::LastWrite(hit) = go(&mut session, command) {
                    assert_eq!(session.step(), hit.step);
                    found.push(hit.step);
                }
                found.reverse();
                assert_eq!(found, expected, "{range:?} last writes");
            }
        }
    }
}

#[test]
fn a_hit_has_the_value_before_and_after() {
    let mut session = watching(ACCESSES, watch(bytes(104, 4), AccessKind::Change));
    let StopReason::Watchpoint(hit) = go(&mut session, Command::Continue) else { panic!("no hit") };
    assert_eq!((hit.old, hit.new), (WatchedValue::Bytes(vec![0; 4]), WatchedValue::Bytes(vec![1, 0, 0, 0])));
    assert_eq!((hit.id, hit.part), (Some(1), Some((104, 4))));
    assert!(see(&session).contains("put @2 locals [104 1] stack [104 1]"), "{}", see(&session));
    // Next is the fill, of which only the watched part is reported.
    let StopReason::Watchpoint(hit) = go(&mut session, Command::Continue) else { panic!("no hit") };
    assert_eq!((hit.old, hit.new), (WatchedValue::Bytes(vec![1, 0, 0, 0]), WatchedValue::Bytes(vec![5; 4])));
}

#[test]
fn globals_and_locals_are_watched() {
    let mut session = watching(ACCESSES, watch(Target::Global(0), AccessKind::Write));
    let forwards = hits(&mut session, Command::Continue);
    assert_eq!(forwards.len(), 20);
    let value = |watched: &WatchedValue| match watched {
        WatchedValue::Value(Value::I32(value)) => *value,
        other => panic!("{other:?}"),
    };
    assert_eq!((value(&forwards[3].old), value(&forwards[3].new)), (13, 19));
    let mut backwards = hits(&mut session, Command::BackContinue);
    backwards.reverse();
    assert_eq!(backwards, forwards);
    // The first adds 0, which changes nothing.
    let mut session = watching(ACCESSES, watch(Target::Global(0), AccessKind::Change));
    assert_eq!(hits(&mut session, Command::Continue).len(), 19);
    let mut session = watching(ACCESSES, watch(Target::Global(0), AccessKind::Read));
    assert_eq!(hits(&mut session, Command::Continue).len(), 20);

    let twice = Target::Local { function: 0, local: 1 };
    let mut session = watching(ACCESSES, watch(twice, AccessKind::Change));
    let changes = hits(&mut session, Command::Continue);
    assert_eq!(
        changes.iter().map(|hit| value(&hit.new)).collect::<Vec<_>>(),
        (1..20).map(|i| 2 * i).collect::<Vec<_>>()
    );
}

#[test]
fn conditions_hit_counts_and_log_messages_of_watchpoints() {
    let condition = Some(Condition::parse("mem32[1124] == 0 && local.value > 2").expect("it can be read"));
    let mut session = watching(ACCESSES, Breakpoint { condition, ..watch(bytes(100, 80), AccessKind::Write) });
    let StopReason::Watchpoint(_) = go(&mut session, Command::Continue) else { panic!("no hit") };
    assert!(see(&session).contains("put @2 locals [112 3]"), "{}", see(&session));

    let mut session = watching(ACCESSES, Breakpoint { hit_count: 5, ..watch(bytes(100, 80), AccessKind::Change) });
    let StopReason::Watchpoint(_) = go(&mut session, Command::Continue) else { panic!("no hit") };
    assert!(see(&session).contains("put @2 locals [120 5]"), "{}", see(&session));

    let log_message = Some("now {global.g}".to_owned());
    let mut session = watching(ACCESSES, Breakpoint { log_message, ..watch(Target::Global(0), AccessKind::Change) });
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let log = session.take_log();
    assert_eq!((log.len(), log[1].1.as_str()), (19, "now 13"));
}

#[test]
fn the_last_write_of_a_local_is_in_the_same_call_or_is_the_call() {
    let mut session = session(ACCESSES);
    let inside = Trigger::Instruction(super::commands::at(0, 4));
    let breakpoint = Breakpoint { id: 1, trigger: inside, condition: None, hit_count: 6, log_message: None };
    session.set_breakpoints(vec![breakpoint]).expect("it can be set");
    go(&mut session, Command::Continue);
    let here = session.step();
    assert!(see(&session).contains("bump @4 locals [5 10]"), "{}", see(&session));
    let ask = |session: &mut DebugSession, local| {
        go(session, Command::JumpTo(here));
        match go(session, Command::LastWrite(WriteTarget::Local { frame: 0, local })) {
            StopReason::LastWrite(hit) => *hit,
            other => panic!("{other:?}"),
        }
    };
    let hit = ask(&mut session, 1);
    assert!(see(&session).contains("bump @3 locals [5 0] stack [10]"), "{}", see(&session));
    assert_eq!((&hit.old, &hit.new), (&WatchedValue::Value(Value::I32(0)), &WatchedValue::Value(Value::I32(10))));
    let hit = ask(&mut session, 0);
    assert!(see(&session).contains("main @14 locals [5] stack [5]"), "{}", see(&session));
    assert_eq!((&hit.old, &hit.new), (&WatchedValue::Absent, &WatchedValue::Value(Value::I32(5))));
    // Before the first write in this call, the call itself set it to zero, whatever earlier calls wrote.
    go(&mut session, Command::JumpTo(here - 2));
    let StopReason::LastWrite(hit) = go(&mut session, Command::LastWrite(WriteTarget::Local { frame: 0, local: 1 }))
    else {
        panic!("it was not found")
    };
    assert_eq!((&hit.old, &hit.new), (&WatchedValue::Absent, &WatchedValue::Value(Value::I32(0))));
    // A local of the caller.
    go(&mut session, Command::JumpTo(here));
    go(&mut session, Command::LastWrite(WriteTarget::Local { frame: 1, local: 0 }));
    assert!(see(&session).contains("main @21 locals [4] stack [5]"), "{}", see(&session));
}

#[test]
fn an_unwritten_value_comes_from_the_start_or_the_user() {
    let mut session = session(ACCESSES);
    go(&mut session, Command::JumpTo(50));
    let ask = |session: &mut DebugSession, write_target| go(session, Command::LastWrite(write_target));
    let data = WriteTarget::Memory { memory: 0, start: 9, length: 1 };
    assert_eq!(ask(&mut session, data), StopReason::NotWritten(Origin::Start));
    assert_eq!(session.step(), 50, "it stays where it was");
    session.change(Change::Memory { memory: 0, address: 8, bytes: vec![5, 6] }).expect("it can be changed");
    session.change(Change::Global { global: 0, value: Value::I32(1000) }).expect("it can be changed");
    assert_eq!(ask(&mut session, data), StopReason::NotWritten(Origin::User(50)));
    go(&mut session, Command::JumpTo(60));
    assert_eq!(ask(&mut session, data), StopReason::NotWritten(Origin::User(50)));
    assert_eq!(ask(&mut session, WriteTarget::Global(0)), StopReason::NotWritten(Origin::User(50)));
    go(&mut session, Command::JumpToEnd);
    assert!(matches!(ask(&mut session, WriteTarget::Global(0)), StopReason::LastWrite(_)));
    let outside = WriteTarget::Memory { memory: 0, start: 131_072, length: 1 };
    assert_eq!(ask(&mut session, outside), StopReason::NotWritten(Origin::Missing));
}

/// Reads a line into memory, and writes it twice, once by way of a table.
const READS: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (table funcref (elem $fd_write))
    (type $io (func (param i32 i32 i32 i32) (result i32)))
    (data (i32.const 0) "\c8\00\00\00\40\00\00\00")
    (func (export "_start")
        (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
        (i32.store (i32.const 4) (i32.load (i32.const 16)))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
        (drop (call_indirect (type $io) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 0)))))"#;

fn reading(breakpoints: Vec<Breakpoint>) -> DebugSession {
    let mut session = session(READS);
    session.wasi_mut().push_stdin(b"hi\n");
    session.set_breakpoints(breakpoints).expect("they can be set");
    session
}

#[test]
fn accesses_of_host_calls_are_watched() {
    // Two of the three bytes that were read, and one that was not.
    let mut session = reading(vec![watch(bytes(201, 3), AccessKind::Write)]);
    let written = hits(&mut session, Command::Continue);
    assert_eq!(steps(&written), [4], "the call of fd_read");
    assert_eq!(
        (&written[0].old, &written[0].new),
        (&WatchedValue::Bytes(vec![0; 3]), &WatchedValue::Bytes(b"i\n\0".to_vec()))
    );
    let mut session = reading(vec![watch(bytes(203, 8), AccessKind::Write)]);
    assert_eq!(hits(&mut session, Command::Continue), [], "the buffer is longer than what was read");

    let mut session = reading(vec![watch(bytes(201, 1), AccessKind::Read)]);
    let read = hits(&mut session, Command::Continue);
    assert_eq!(read.len(), 2, "both calls of fd_write, and not fd_read");
    let StopReason::LastWrite(hit) =
        go(&mut session, Command::LastWrite(WriteTarget::Memory { memory: 0, start: 202, length: 1 }))
    else {
        panic!("it was not found")
    };
    assert_eq!((hit.step, hit.new), (4, WatchedValue::Bytes(b"\n".to_vec())));
}

#[test]
fn a_call_of_an_import_stops_also_through_a_table() {
    let at_write = Breakpoint { trigger: Trigger::Import(Some(0)), ..watch(Target::Global(0), AccessKind::Write) };
    let mut session = reading(vec![at_write]);
    let mut forwards = Vec::new();
    while go(&mut session, Command::Continue) == StopReason::Breakpoint(1) {
        assert_eq!(session.state().called_import(), Some(0));
        forwards.push(session.step());
    }
    assert_eq!(forwards.len(), 2);
    let mut backwards = Vec::new();
    while go(&mut session, Command::BackContinue) == StopReason::Breakpoint(1) {
        backwards.push(session.step());
    }
    backwards.reverse();
    assert_eq!(forwards, backwards);
}

#[test]
fn a_watchpoint_that_is_set_while_the_program_waits_sees_what_comes() {
    let mut session = session(READS);
    session.ask(Command::Continue);
    assert!(matches!(session.advance(1000), crate::DebugProgress::Waiting { input: true, .. }));
    session.set_breakpoints(vec![watch(bytes(200, 1), AccessKind::Change)]).expect("it can be set");
    session.wasi_mut().push_stdin(b"hi\n");
    let StopReason::Watchpoint(hit) = super::support::run_to_stop(&mut session) else { panic!("no hit") };
    assert_eq!((hit.step, hit.new), (4, WatchedValue::Bytes(b"h".to_vec())));
}

#[test]
fn hit_counts_and_log_messages_belong_to_the_timeline() {
    let store = Trigger::Instruction(super::commands::at(1, 2));
    let third = Breakpoint { id: 1, trigger: store, condition: None, hit_count: 3, log_message: None };
    let log = Breakpoint { id: 2, hit_count: 0, log_message: Some("{local.value}".to_owned()), ..third.clone() };
    let mut session = session(ACCESSES);
    session.set_breakpoints(vec![third.clone(), log.clone()]).expect("they can be set");
    let mut forwards = Vec::new();
    while go(&mut session, Command::Continue) == StopReason::Breakpoint(1) {
        forwards.push(session.step());
    }
    assert_eq!(forwards.len(), 18, "the third and all after it");
    let messages = session.take_log();
    assert_eq!(messages.len(), 20);
    let mut backwards = Vec::new();
    while go(&mut session, Command::BackContinue) == StopReason::Breakpoint(1) {
        backwards.push(session.step());
    }
    backwards.reverse();
    assert_eq!(forwards, backwards);
    // Execute it all again, in another order.
    for step in [forwards[4], forwards[1] - 2, 0, forwards[7] + 1] {
        go(&mut session, Command::JumpTo(step));
        let expected = forwards.iter().find(|stop| **stop > step).copied();
        assert_eq!(go(&mut session, Command::Continue), StopReason::Breakpoint(1));
        assert_eq!(Some(session.step()), expected, "from step {step}");
    }
    assert_eq!(session.take_log(), [], "each message was told once");
    // Set in the middle, it still counts the earlier hits.
    let fifth = Breakpoint { id: 3, hit_count: 5, ..third };
    go(&mut session, Command::JumpTo(forwards[1] + 1));
    session.set_breakpoints(vec![fifth]).expect("it can be set");
    assert_eq!(go(&mut session, Command::Continue), StopReason::Breakpoint(3));
    assert_eq!(session.step(), forwards[2]);
    go(&mut session, Command::BackContinue);
    assert_eq!(session.step(), 0);
    // A log message from a part that has not been executed since it was set is reported when that part is.
    go(&mut session, Command::JumpTo(forwards[16]));
    session.set_breakpoints(vec![log]).expect("it can be set");
    go(&mut session, Command::Continue);
    assert_eq!(session.take_log().len(), 2);
    go(&mut session, Command::JumpTo(0));
    go(&mut session, Command::Continue);
    assert_eq!(session.take_log().len(), 18);
}

#[test]
fn a_cancelled_search_returns_to_its_start() {
    let text = r#"(module (memory 1) (func (export "main") (local $i i32)
        (i32.store (i32.const 8) (i32.const 1))
        (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200000))))))"#;
    let mut session = session(text);
    go(&mut session, Command::JumpTo(900_000));
    let before = see(&session);
    session.ask(Command::LastWrite(WriteTarget::Memory { memory: 0, start: 8, length: 1 }));
    assert!(matches!(session.advance(10_000), crate::DebugProgress::Working { of: Some(900_000), .. }));
    session.pause();
    assert_eq!(super::support::run_to_stop(&mut session), StopReason::Pause);
    assert_eq!(see(&session), before);
}

#[test]
fn a_tail_call_makes_a_frame_whose_locals_it_writes() {
    let text = r#"(module (func $loop (param $n i32) (param $sum i32) (result i32)
            (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
            (return_call $loop (i32.sub (local.get $n) (i32.const 1)) (i32.add (local.get $sum) (local.get $n))))
        (func (export "main") (result i32) (call $loop (i32.const 4) (i32.const 0))))"#;
    let mut session = session(text);
    let end = Breakpoint {
        trigger: Trigger::Instruction(super::commands::at(0, 4)),
        ..watch(bytes(0, 1), AccessKind::Write)
    };
    session.set_breakpoints(vec![end]).expect("it can be set");
    go(&mut session, Command::Continue);
    assert!(see(&session).contains("loop @4 locals [0 10] stack [10]"), "{}", see(&session));
    let StopReason::LastWrite(hit) = go(&mut session, Command::LastWrite(WriteTarget::Local { frame: 0, local: 1 }))
    else {
        panic!("it was not found")
    };
    assert_eq!(hit.new, WatchedValue::Value(Value::I32(10)));
    assert!(see(&session).contains("locals [1 9] stack [0 10]"), "{}", see(&session));
}

#[test]
fn breakpoints_that_are_set_during_a_write_query_do_not_change_its_answer() {
    let text = r#"(module (memory 1) (func (export "main") (local $i i32)
        (loop $l
            (if (i32.eq (local.get $i) (i32.const 40000)) (then (i32.store8 (i32.const 8) (i32.const 1))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $i) (i32.const 60000))))))"#;
    let mut session = session(text);
    go(&mut session, Command::JumpToEnd);
    let command = Command::LastWrite(WriteTarget::Memory { memory: 0, start: 8, length: 1 });
    let StopReason::LastWrite(expected) = go(&mut session, command) else { panic!("it is not found") };
    go(&mut session, Command::JumpToEnd);
    session.ask(command);
    let watched = watch(bytes(0, 4), AccessKind::Read);
    for (slice, breakpoints) in [Vec::new(), vec![watched.clone()], vec![Breakpoint { hit_count: 2, ..watched }]]
        .into_iter()
        .cycle()
        .enumerate()
    {
        assert!(slice < 100_000, "it is not found");
        match session.advance(5_000) {
            DebugProgress::Stopped(StopReason::LastWrite(hit)) => return assert_eq!(hit, expected),
            DebugProgress::Working { .. } => session.set_breakpoints(breakpoints).expect("they can be set"),
            other => panic!("{other:?}"),
        }
    }
}
