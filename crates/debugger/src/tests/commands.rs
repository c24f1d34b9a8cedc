use super::support::{go, see, session, session_of};
use crate::condition::Condition;
use crate::{Breakpoint, Command, Position, StopReason, Trigger};
use wasmoscope_runtime::Entry;
use wasmoscope_runtime::outcome::{Outcome, TrapKind};

pub const FACTORIAL: &str = r#"(module
    (func $factorial (param $n i64) (result i64)
        (if (result i64) (i64.eqz (local.get $n))
            (then (i64.const 1))
            (else (i64.mul (local.get $n) (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))
    (func (export "main") (result i64) (call $factorial (i64.const 5))))"#;

pub fn at(function: u32, instruction: u32) -> Position {
    Position { function, instruction }
}

fn breakpoint(position: Position) -> Breakpoint {
    Breakpoint { id: 1, trigger: Trigger::Instruction(position), condition: None, hit_count: 0, log_message: None }
}

#[test]
fn a_session_begins_before_the_first_instruction() {
    let session = session(FACTORIAL);
    assert_eq!(see(&session), "step 0\nmain @0 locals [] stack [] labels 1\nglobals []\nprinted 0");
}

#[test]
fn each_step_shows_what_the_instruction_did() {
    let mut session = session(FACTORIAL);
    let mut seen = Vec::new();
    for _ in 0..8 {
        assert_eq!(go(&mut session, Command::Into), StopReason::Step);
        let top = &session.state().call_stack(1)[0];
        let stack: Vec<String> =
            top.operand_stack.iter().map(|operand| wasmoscope_module::value::show(&operand.value).text).collect();
        seen.push(format!("{} [{}]", top.instruction, stack.join(" ")));
    }
    let expected = ["1 [5]", "0 []", "1 [5]", "2 [0]", "5 []", "6 [5]", "7 [5 5]", "8 [5 5 1]"];
    assert_eq!(seen, expected);
}

#[test]
fn the_arguments_of_a_call_are_known_after_its_parameters_are_set() {
    let text = r#"(module
        (func $gcd (param $a i32) (param $b i32) (result i32) (local $rest i32)
            (loop $again
                (local.set $rest (i32.rem_u (local.get $a) (local.get $b)))
                (local.set $a (local.get $b))
                (local.set $b (local.get $rest))
                (br_if $again (local.get $b)))
            (local.get $a))
        (func $last (param $x i32) (result i32) (return_call $gcd (local.get $x) (i32.const 6)))
        (func (export "main") (result i32) (drop (call $gcd (i32.const 12) (i32.const 8))) (call $last (i32.const 9))))"#;
    let mut session = session(text);
    let arguments = |session: &mut crate::DebugSession| {
        let recent = session.recent(300);
        let of = |index: usize| {
            recent.arguments.get(&index).map(|values| {
                values.iter().map(|value| wasmoscope_module::value::show(value).text).collect::<Vec<_>>().join(" ")
            })
        };
        (of(0), of(1))
    };
    assert_eq!(arguments(&mut session), (Some(String::new()), None), "main has no parameters");
    go(&mut session, Command::JumpTo(20));
    let locals: Vec<_> = session.state().call_stack(1)[0].locals.iter().map(|local| local.value).collect();
    let number = |value| wasmoscope_module::value::Value::I32(value);
    assert_eq!(locals[..2], [number(4), number(4)]);
    assert_eq!(arguments(&mut session), (Some("12 8".to_owned()), Some(String::new())));
    // A call in place of another has its own.
    go(&mut session, Command::JumpToEnd);
    go(&mut session, Command::BackInto);
    go(&mut session, Command::BackInto);
    assert_eq!(session.state().call_stack(1)[0].name.as_deref(), Some("gcd"));
    assert_eq!(arguments(&mut session).0, Some("9 6".to_owned()));
    let is_set: Vec<bool> = session.state().call_stack(1)[0].locals.iter().map(|local| local.is_set).collect();
    assert_eq!(is_set, [true, true, true]);
}

#[test]
fn over_a_call_the_result_is_there() {
    let mut session = session(FACTORIAL);
    go(&mut session, Command::Into);
    assert_eq!(go(&mut session, Command::Over), StopReason::Step);
    let expected = "main @2 locals [] stack [120] labels 1";
    assert_eq!(see(&session).lines().nth(1), Some(expected));
}

#[test]
fn out_of_a_call_and_back_over_it() {
    let mut session = session(FACTORIAL);
    for _ in 0..2 {
        go(&mut session, Command::Into);
    }
    let inside = see(&session);
    go(&mut session, Command::Out);
    let after = see(&session);
    assert!(after.contains("main @2 locals [] stack [120]"), "{after}");
    go(&mut session, Command::BackOver);
    assert_eq!(session.step(), 1);
    go(&mut session, Command::Into);
    assert_eq!(see(&session), inside);
    go(&mut session, Command::BackOut);
    assert_eq!(session.step(), 1);
}

#[test]
fn a_finished_run_is_at_its_last_instruction_and_can_go_back() {
    let mut session = session(FACTORIAL);
    let StopReason::Ended(Outcome::Returned(results)) = go(&mut session, Command::Continue) else {
        panic!("it did not return")
    };
    assert_eq!(results[0].text, "120");
    assert!(see(&session).contains("main @2 locals [] stack [120]"), "{}", see(&session));
    assert!(matches!(go(&mut session, Command::Into), StopReason::Ended(_)));
    let last = session.step();
    // Before its last instruction, and then before the one before that.
    for back in [last, last - 1] {
        assert_eq!(go(&mut session, Command::BackInto), StopReason::Step);
        assert_eq!((session.step(), session.outcome()), (back, None));
    }
    assert_eq!(go(&mut session, Command::Into), StopReason::Step);
    assert_eq!((session.step(), session.outcome()), (last, None));
    assert!(matches!(go(&mut session, Command::Into), StopReason::Ended(_)));
    assert_eq!(go(&mut session, Command::BackOver), StopReason::Step);
    assert_eq!((session.step(), session.outcome()), (last, None));
    for forwards in [Command::JumpToEnd, Command::JumpTo(last + 1), Command::JumpTo(u64::MAX)] {
        go(&mut session, Command::JumpTo(1));
        assert!(matches!(go(&mut session, forwards), StopReason::Ended(_)), "{forwards:?}");
        assert_eq!(session.step(), last);
    }
}

#[test]
fn the_end_has_a_number_of_its_own() {
    let mut session = session(FACTORIAL);
    go(&mut session, Command::JumpToEnd);
    let (last, end) = (session.step(), session.stop_number());
    assert_eq!((end, session.furthest_stop()), (last + 1, last + 1));
    // From the end, from the start, and from before the last instruction.
    for from in [end, 0, last] {
        go(&mut session, Command::JumpTo(from));
        assert_eq!(go(&mut session, Command::JumpTo(last)), StopReason::Step, "from {from}");
        assert_eq!((session.stop_number(), session.furthest_stop(), session.outcome()), (last, end, None));
        assert!(matches!(go(&mut session, Command::JumpTo(end)), StopReason::Ended(_)), "from {from}");
        assert_eq!(session.stop_number(), end);
    }
    assert_eq!(session.next_mark(), None);
    go(&mut session, Command::JumpTo(last));
    assert_eq!(session.next_mark(), Some(end));
}

#[test]
fn a_breakpoint_on_the_last_instruction_stops_before_it_in_both_directions() {
    let mut session = session(FACTORIAL);
    session.set_breakpoints(vec![breakpoint(at(1, 2))]).expect("it can be set");
    assert_eq!(go(&mut session, Command::Continue), StopReason::Breakpoint(1));
    let last = session.step();
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    assert_eq!(go(&mut session, Command::BackContinue), StopReason::Breakpoint(1));
    assert_eq!((session.step(), session.outcome()), (last, None));
    assert_eq!(go(&mut session, Command::BackContinue), StopReason::Beginning);
}

#[test]
fn a_step_back_from_a_trap_is_before_the_instruction_that_traps() {
    let mut session = session("(module (func (export \"main\") (i32.const 1) (i32.const 0) (drop (i32.div_s))))");
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(Outcome::Trapped(_))));
    assert_eq!(go(&mut session, Command::BackInto), StopReason::Step);
    assert_eq!((session.step(), session.outcome()), (2, None));
    assert!(see(&session).contains("main @2 locals [] stack [1 0]"), "{}", see(&session));
    assert!(matches!(go(&mut session, Command::Into), StopReason::Ended(Outcome::Trapped(_))));
}

#[test]
fn breakpoints_stop_forwards_and_backwards() {
    let mut session = session(FACTORIAL);
    // The factorial's first instruction.
    session.set_breakpoints(vec![breakpoint(at(0, 0))]).expect("it can be set");
    let mut forwards = Vec::new();
    while go(&mut session, Command::Continue) == StopReason::Breakpoint(1) {
        forwards.push(session.step());
    }
    assert_eq!(forwards.len(), 6);
    let mut backwards = Vec::new();
    while go(&mut session, Command::BackContinue) == StopReason::Breakpoint(1) {
        backwards.push(session.step());
    }
    backwards.reverse();
    assert_eq!(forwards, backwards);
    assert_eq!(session.step(), 0);
    assert_eq!(go(&mut session, Command::BackContinue), StopReason::Beginning);
}

#[test]
fn a_breakpoint_in_the_middle_of_a_basic_block_stops_there() {
    let mut session = session(FACTORIAL);
    session.set_breakpoints(vec![breakpoint(at(0, 8))]).expect("it can be set");
    assert_eq!(go(&mut session, Command::Continue), StopReason::Breakpoint(1));
    assert!(see(&session).contains("factorial @8 locals [5] stack [5 5 1]"), "{}", see(&session));
}

#[test]
fn conditions_hit_counts_and_messages() {
    let mut session = session(FACTORIAL);
    let condition = Some(Condition::parse("local.n == 2 && depth > 3").expect("it can be read"));
    session.set_breakpoints(vec![Breakpoint { condition, ..breakpoint(at(0, 0)) }]).expect("it can be set");
    go(&mut session, Command::Continue);
    assert!(see(&session).contains("factorial @0 locals [2]"), "{}", see(&session));

    session.set_breakpoints(vec![Breakpoint { hit_count: 3, ..breakpoint(at(0, 0)) }]).expect("it can be set");
    go(&mut session, Command::JumpTo(0));
    go(&mut session, Command::Continue);
    assert!(see(&session).contains("factorial @0 locals [3]"), "{}", see(&session));

    let log_message = Some("n is {local.n}, {nonsense}".to_owned());
    session.set_breakpoints(vec![Breakpoint { log_message, ..breakpoint(at(0, 0)) }]).expect("it can be set");
    go(&mut session, Command::JumpTo(0));
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    let log = session.take_log();
    assert_eq!(log.len(), 6);
    assert_eq!(log[1].1, "n is 4, ?");
}

#[test]
fn run_to_a_place() {
    let mut session = session(FACTORIAL);
    assert_eq!(go(&mut session, Command::RunTo(at(0, 3))), StopReason::Step);
    assert!(see(&session).contains("factorial @3 locals [0] stack []"), "{}", see(&session));
}

#[test]
fn a_trap_is_shown_at_its_instruction() {
    let text = r#"(module (memory 1) (global $g (mut i32) (i32.const 0))
        (func (export "main") (result i32) (local $i i32)
            (loop $again
                (i32.store (local.get $i) (i32.const 7))
                (global.set $g (i32.add (global.get $g) (i32.const 1)))
                (local.set $i (i32.add (local.get $i) (i32.const 4)))
                (br $again))
            (unreachable)))"#;
    let mut session = session(text);
    let StopReason::Ended(Outcome::Trapped(trap)) = go(&mut session, Command::Continue) else { panic!("no trap") };
    assert_eq!(trap.kind, TrapKind::MemoryOutOfBounds);
    let seen = see(&session);
    assert!(seen.contains("main @3 locals [65536] stack [65536 7]"), "{seen}");
    assert!(seen.contains("globals [16384]"), "{seen}");
    // Before the instruction that trapped, and then before the one before it.
    go(&mut session, Command::BackInto);
    assert_eq!(see(&session), seen);
    go(&mut session, Command::BackInto);
    assert!(see(&session).contains("main @2 locals [65536] stack [65536]"), "{}", see(&session));
}

#[test]
fn the_start_function_is_part_of_the_run() {
    let text = r#"(module (global $g (mut i32) (i32.const 1))
        (func $start (global.set $g (i32.const 5))) (start $start)
        (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (global.get $g))))"#;
    let mut session = session_of(text, Entry::Export { name: "f".to_owned(), arguments: vec!["4".to_owned()] });
    assert!(see(&session).contains("start @0"), "{}", see(&session));
    let StopReason::Ended(Outcome::Returned(results)) = go(&mut session, Command::Continue) else {
        panic!("it did not return")
    };
    assert_eq!(results[0].text, "9");
    go(&mut session, Command::JumpTo(1));
    assert!(see(&session).contains("start @1 locals [] stack [5]"), "{}", see(&session));
}
