use super::commands::FACTORIAL;
use super::support::{go, run_to_stop, see, session, session_within, wasi};
use crate::{Command, DebugProgress, StopReason};
use wasmoscope_runtime::{Entry, Limits};

const BUSY: &str = r#"(module (memory 1) (table 4 funcref) (elem (i32.const 0) $a $b)
    (elem $more funcref (ref.func $b) (ref.func $a))
    (data $text "hello")
    (global $count (mut i32) (i32.const 0))
    (type $f (func (param i32) (result i32)))
    (func $a (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func $b (param i32) (result i32) (local $r funcref) (local $v v128)
        (local.set $r (table.get (i32.const 1)))
        (local.set $v (i32x4.splat (local.get 0)))
        (table.set (i32.const 2) (local.get $r))
        (i32x4.extract_lane 2 (i32x4.add (local.get $v) (v128.const i32x4 1 2 3 4))))
    (func (export "main") (result i32) (local $i i32)
        (memory.init $text (i32.const 100) (i32.const 0) (i32.const 5))
        (data.drop $text)
        (drop (memory.grow (i32.const 2)))
        (table.init $more (i32.const 2) (i32.const 0) (i32.const 2))
        (elem.drop $more)
        (drop (table.grow (ref.func $a) (i32.const 3)))
        (loop $again
            (i32.store (i32.mul (local.get $i) (i32.const 4))
                (call_indirect (type $f) (local.get $i) (i32.and (local.get $i) (i32.const 3))))
            (global.set $count (i32.add (global.get $count) (i32.const 1)))
            (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
        (memory.init $text (i32.const 0) (i32.const 0) (i32.const 0))
        (global.get $count)))"#;

#[test]
fn every_step_has_the_same_state_forwards_and_backwards() {
    for text in [FACTORIAL, BUSY] {
        let mut session = session(text);
        let mut views = vec![see(&session)];
        while go(&mut session, Command::Into) == StopReason::Step {
            views.push(see(&session));
        }
        assert!(views.len() > 30);
        for (step, view) in views.iter().enumerate().rev() {
            go(&mut session, Command::BackInto);
            assert_eq!(see(&session), *view, "back to step {step}");
        }
        for step in [7, 3, views.len() - 1, views.len() / 2, 0, 11] {
            go(&mut session, Command::JumpTo(step as u64));
            assert_eq!(see(&session), views[step], "jump to {step}");
        }
    }
}

#[test]
fn a_long_run_can_go_back() {
    let text = r#"(module (memory 1)
        (func $work (param $n i32) (loop $l
            (i32.store (i32.and (local.get $n) (i32.const 0xFFF8)) (local.get $n))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
        (func (export "main") (result i32)
            (call $work (i32.const 60000)) (call $work (i32.const 20)) (i32.const 3)))"#;
    let mut session = session(text);
    go(&mut session, Command::JumpTo(400_000));
    let expected = see(&session);
    assert!(expected.starts_with("step 400000\nwork @"), "{expected}");
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let end = session.stop_number();
    go(&mut session, Command::JumpTo(400_000));
    assert_eq!(see(&session), expected);
    go(&mut session, Command::JumpTo(end));
    // Over the last instruction, the second, short call, and the first, long one.
    for _ in 0..3 {
        go(&mut session, Command::BackOver);
    }
    assert!(see(&session).contains("main @3 locals [] stack [20]"), "{}", see(&session));
    go(&mut session, Command::BackOver);
    go(&mut session, Command::BackOver);
    assert_eq!(session.step(), 1);
}

#[test]
fn execution_is_sliced_and_can_be_paused() {
    let text = "(module (func (export \"main\") (loop $l (br $l))))";
    let mut session = session(text);
    session.ask(Command::Continue);
    assert!(matches!(session.advance(1000), DebugProgress::Working { .. }));
    let step = session.step();
    assert!((1000..1100).contains(&step), "{step}");
    session.pause();
    assert_eq!(run_to_stop(&mut session), StopReason::Pause);
    go(&mut session, Command::BackInto);
    assert_eq!(session.step(), step - 1);
}

#[test]
fn changing_a_value_makes_execution_diverge() {
    use crate::{Change, ChangeError};
    use wasmoscope_module::value::Value;
    use wasmoscope_runtime::outcome::Outcome;

    let mut session = session(FACTORIAL);
    assert!(matches!(go(&mut session, Command::JumpToEnd), StopReason::Ended(_)));
    go(&mut session, Command::JumpTo(2));
    let change = |value| Change::Local { frame: 0, local: 0, value };
    assert_eq!(session.change(change(Value::I32(1))), Err(ChangeError::OtherType));
    assert_eq!(session.change(Change::Local { frame: 9, local: 0, value: Value::I32(0) }), Err(ChangeError::NotThere));
    session.change(change(Value::I64(3))).expect("it can be changed");
    assert_eq!((session.forks(), session.furthest()), (vec![2], 2));
    let StopReason::Ended(Outcome::Returned(results)) = go(&mut session, Command::Continue) else { panic!("no end") };
    assert_eq!(results[0].text, "6");
    // Going back leads to the changed value, even after passing the step before it.
    go(&mut session, Command::JumpTo(0));
    go(&mut session, Command::JumpTo(2));
    assert!(see(&session).contains("factorial @0 locals [3]"), "{}", see(&session));
}

/// The instance that is overwritten had grown, or trapped.
#[test]
fn a_machine_is_restored_at_any_step() {
    let text = r#"(module (memory 1) (table $t 2 funcref) (elem declare func $main) (global $g (mut i32) (i32.const 0))
        (func $main (export "main") (local $n i32)
            (loop $l
                (i32.store8 (local.get $n) (local.get $n))
                (global.set $g (i32.add (global.get $g) (local.get $n)))
                (table.set $t (i32.and (local.get $n) (i32.const 1)) (ref.func $main))
                (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 2000))))
            (drop (memory.grow (i32.const 1)))
            (drop (table.grow $t (ref.null func) (i32.const 3)))
            (i32.store (i32.const 131072) (i32.const 1))))"#;
    let mut session = session(text);
    let steps: Vec<u64> = [0, 1, 20, 4321, 20_000].into();
    let views: Vec<String> = steps
        .iter()
        .map(|step| {
            go(&mut session, Command::JumpTo(*step));
            see(&session)
        })
        .collect();
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let trapped = see(&session);
    for (step, view) in steps.iter().zip(&views).rev() {
        go(&mut session, Command::JumpTo(*step));
        assert_eq!(see(&session), *view);
        let place = session.machine().position().expect("it stands somewhere");
        go(&mut session, Command::RunTo(place));
        go(&mut session, Command::JumpToEnd);
        assert_eq!(see(&session), trapped);
    }
    let state = session.machine().state_size();
    assert!(state < 1 << 20, "the state memory has grown to {state} bytes");
}

#[test]
fn operands_globals_and_memory_can_be_changed() {
    use crate::{Change, ChangeError};
    use wasmoscope_module::value::Value;
    use wasmoscope_runtime::outcome::Outcome;

    let text = r#"(module (memory 1) (global $g (mut i32) (i32.const 1)) (global $fixed i32 (i32.const 1))
        (func (export "main") (result i32)
            (i32.add (i32.add (i32.const 10) (global.get $g)) (i32.load (i32.const 8)))))"#;
    let mut session = session(text);
    go(&mut session, Command::Into);
    session.change(Change::Operand { frame: 0, operand: 0, value: Value::I32(1000) }).expect("an operand");
    session.change(Change::Global { global: 0, value: Value::I32(200) }).expect("a global");
    session.change(Change::Memory { memory: 0, address: 8, bytes: vec![30] }).expect("a byte");
    let fixed = session.change(Change::Global { global: 1, value: Value::I32(2) });
    assert_eq!(fixed, Err(ChangeError::NotMutable));
    let outside = session.change(Change::Memory { memory: 0, address: 65_535, bytes: vec![1, 2] });
    assert_eq!(outside, Err(ChangeError::OutOfBounds));
    let StopReason::Ended(Outcome::Returned(results)) = go(&mut session, Command::Continue) else { panic!("no end") };
    assert_eq!(results[0].text, "1230");
}

/// The debugger's own tables do not count: the program's limit does not prevent going back.
#[test]
fn a_low_table_limit_does_not_prevent_going_back() {
    let limits = Limits { recursion: 1000, table: Some(4), ..Limits::default() };
    let text = r#"(module (table 4 funcref) (memory 1) (func (export "main") (result i32)
        (drop (memory.grow (i32.const 1))) (memory.size)))"#;
    let mut session = session_within(text, Entry::Default, wasi(), limits);
    assert!(matches!(go(&mut session, Command::JumpToEnd), StopReason::Ended(_)));
    go(&mut session, Command::JumpTo(1));
    assert_eq!((session.step(), session.state().memory_size(0)), (1, Some(1 << 16)));
    assert!(matches!(go(&mut session, Command::JumpToEnd), StopReason::Ended(_)));
    assert_eq!(session.state().memory_size(0), Some(2 << 16));
}
