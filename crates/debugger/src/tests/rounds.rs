//! In which round of its loops an instruction is.

use super::support::{go, see, session};
use crate::{Command, StopReason, describe_rounds};

/// Divides 60 by each number from 3 down, in each of three rounds with a smaller start: traps in the second loop of the
/// round in which the number is 0.
const NESTED: &str = r#"(module
    (func $divide (param $rows i32) (result i32) (local $row i32) (local $n i32) (local $sum i32)
        (loop $each_row
            (local.set $n (i32.const 5))
            (loop $each_number
                (local.set $sum (i32.add (local.get $sum)
                    (i32.div_s (i32.const 60) (i32.sub (local.get $n) (local.get $row)))))
                (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                (br_if $each_number (i32.gt_s (local.get $n) (i32.const 2))))
            (local.set $row (i32.add (local.get $row) (i32.const 1)))
            (br_if $each_row (i32.lt_s (local.get $row) (local.get $rows))))
        (local.get $sum))
    (func (export "main") (result i32)
        (drop (call $divide (i32.const 2)))
        (call $divide (i32.const 9))))"#;

fn rounds_at_the_end(text: &str) -> Vec<u64> {
    let mut session = session(text);
    let reason = go(&mut session, Command::JumpToEnd);
    assert!(matches!(reason, StopReason::Ended(_)), "{reason:?}");
    let seen = see(&session);
    let rounds = session.loop_rounds();
    assert_eq!(see(&session), seen, "nothing is changed");
    assert!(session.outcome().is_some());
    assert_eq!(session.loop_rounds(), rounds);
    // It goes back and forth as before.
    assert_eq!(go(&mut session, Command::BackInto), StopReason::Step);
    assert!(matches!(go(&mut session, Command::Continue), StopReason::Ended(_)));
    assert_eq!(see(&session), seen);
    rounds.iter().map(|round| round.round).collect()
}

#[test]
fn the_rounds_of_nested_loops_are_those_of_this_call() {
    // $n - $row is 0 for the first time in row 3, where $n is 3: its third number, in the fourth row.
    assert_eq!(rounds_at_the_end(NESTED), [3, 4]);
}

#[test]
fn calls_of_the_same_function_in_a_loop_have_rounds_of_their_own() {
    let text = r#"(module
        (func $down (param $n i32) (local $i i32)
            (loop $again
                (if (i32.eqz (local.get $n)) (then (if (i32.eq (local.get $i) (i32.const 1)) (then unreachable))))
                (if (local.get $n) (then (call $down (i32.sub (local.get $n) (i32.const 1)))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.lt_s (local.get $i) (i32.const 3)))))
        (func (export "main") (call $down (i32.const 2))))"#;
    assert_eq!(rounds_at_the_end(text), [2]);
}

#[test]
fn a_program_may_begin_with_a_loop() {
    let text = r#"(module (global $n (mut i32) (i32.const 3)) (func (export "main")
        (loop $again
            (global.set $n (i32.sub (global.get $n) (i32.const 1)))
            (if (i32.eqz (global.get $n)) (then unreachable))
            (br $again))))"#;
    assert_eq!(rounds_at_the_end(text), [3]);
}

#[test]
fn loops_that_begin_together_have_rounds_of_their_own() {
    let text = r#"(module (func (export "main") (local $i i32)
        (loop $outer (loop $inner
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $inner (i32.eq (local.get $i) (i32.const 1)))
            (br_if $outer (i32.eq (local.get $i) (i32.const 2)))
            (br_if $inner (i32.le_s (local.get $i) (i32.const 4)))
            unreachable))))"#;
    assert_eq!(rounds_at_the_end(text), [3, 2]);
}

#[test]
fn what_cannot_be_counted_has_no_round() {
    let no_loop = r#"(module (func (export "main") unreachable))"#;
    assert_eq!(rounds_at_the_end(no_loop), []);
    let long = r#"(module (func (export "main") (local $i i32)
        (loop $again
            (if (i32.eq (local.get $i) (i32.const 1000000)) (then unreachable))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $again))))"#;
    assert_eq!(rounds_at_the_end(long), [], "counting a million rounds would take long");
    let in_place = r#"(module
        (func $f (param $n i32) (local $i i32)
            (loop $again
                (if (i32.eqz (local.get $n)) (then unreachable))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.lt_s (local.get $i) (i32.const 2))))
            (return_call $f (i32.sub (local.get $n) (i32.const 1))))
        (func (export "main") (call $f (i32.const 2))))"#;
    assert_eq!(rounds_at_the_end(in_place), [], "a call in place of another begins its loops from the first round");
}

#[test]
fn rounds_are_written_from_the_inside_out() {
    let mut session = session(NESTED);
    go(&mut session, Command::JumpToEnd);
    let rounds = session.loop_rounds();
    let line = |offset: u64| Some(format!("line {}", if offset == rounds[0].offset { 16 } else { 14 }));
    assert_eq!(describe_rounds(&rounds, line), ", in round 3 of the loop at line 16, round 4 of the loop at line 14");
    assert_eq!(describe_rounds(&rounds, |_| None), ", in round 3 of its loop, round 4 of the loop around that");
    assert_eq!(describe_rounds(&[], |_| None), "");
}
