//! Breakpoints on lines: they stop at every visit to the line, and at the same steps in both directions.

use std::collections::HashMap;
use std::rc::Rc;

use super::support::{go, session};
use crate::condition::Condition;
use crate::{Breakpoint, Command, DebugProgress, DebugSession, LineEntries, Position, StopReason, Trigger};
use wasmoscope_module::inspect::inspect;
use wasmoscope_module::source::Source;
use wasmoscope_source_map::{InstructionMap, SourceMap};

const LOOPS: &str = r#"(module
  (func (export "main") (result i32)
    (local $i i32)
    (loop $l
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $i) (i32.const 4))))
    (loop $m (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $m (i32.lt_u (local.get $i) (i32.const 8))))
    (if (i32.eq
          (local.get $i)
          (i32.const 8))
      (then (local.set $i
        (i32.mul
          (call $f (i32.const 2))
          (call $f
            (i32.const 3))))))
    (local.get $i))
  (func $f (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1)) (else (i32.mul (local.get 0) (call $f (i32.sub (local.get 0) (i32.const 1)))))))
)
"#;

/// A loop with its condition before its body and its step after it, as in C, and a nested one.
const NESTED: &str = r#"(module
  (func $leaf (param i32) (result i32) (local.get 0))
  (func (export "main") (result i32)
    (local $i i32) (local $j i32) (local $sum i32)
    (block $done (loop $next (br_if $done (i32.ge_u (local.get $i) (i32.const 3)))
        (local.set $j (i32.const 0))
        (loop $inner (local.set $sum (i32.add (local.get $sum) (call $leaf (local.get $j))))
          (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 2))))
        (block $three (block $two (block $one (br_table $one $two $three (local.get $i)))
            (local.set $sum (i32.add (local.get $sum) (i32.const 10))) (br $three))
          (local.set $sum (i32.add (local.get $sum) (i32.const 20))))
        (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $next)))
    (loop $a (local.set $i (i32.sub (local.get $i) (i32.const 1))) (loop $b (local.set $j (i32.sub (local.get $j) (i32.const 1))) (br_if $b (i32.gt_s (local.get $j) (i32.const -2)))) (br_if $a (local.get $i)))
    (return_call $tail (i32.const 3)))
  (func $tail (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 7)))) (return_call $tail (i32.sub (local.get 0) (i32.const 1))))
)
"#;

/// Several functions, and calls between them, on one line.
const ONE_LINE: &str = r#"(module (func $g (param i32) (result i32) (local.get 0)) (func (export "main") (result i32) (i32.add (call $g (i32.const 1)) (call $g (call $g (i32.const 2))))))"#;

const PROGRAMS: [&str; 3] = [LOOPS, NESTED, ONE_LINE];

fn map(text: &str) -> InstructionMap {
    let wasm = inspect(&Source::new("test.wat", text)).wasm.expect("it compiles");
    InstructionMap::of_text(text, &wasm).expect("it has lines")
}

fn on_line(session: &DebugSession, text: &str, line: u32) -> Option<Breakpoint> {
    let (found, entries) = LineEntries::find(session.program(), &map(text), "", line)?;
    let trigger = Trigger::Line(Rc::new(entries));
    (found == line).then_some(Breakpoint { id: 1, trigger, condition: None, hit_count: 0, log_message: None })
}

/// The steps at which breakpoints stop, until the end.
fn forwards(session: &mut DebugSession) -> Vec<u64> {
    let mut steps = Vec::new();
    while go(session, Command::Continue) == StopReason::Breakpoint(1) {
        steps.push(session.step());
    }
    assert!(session.outcome().is_some(), "it ran to its end");
    steps
}

fn backwards(session: &mut DebugSession) -> Vec<u64> {
    let mut steps = Vec::new();
    while go(session, Command::BackContinue) == StopReason::Breakpoint(1) {
        steps.push(session.step());
    }
    assert_eq!(session.step(), 0);
    steps.reverse();
    // When running forwards, the program is at its first step without having reached it.
    steps.retain(|step| *step > 0);
    steps
}

fn stops(text: &str, line: u32) -> Vec<u64> {
    let mut session = session(text);
    let breakpoint = on_line(&session, text, line).expect("the line has an instruction");
    session.set_breakpoints(vec![breakpoint]).expect("nothing is watched");
    forwards(&mut session)
}

/// The steps at which visits to each line begin, found by checking every step: what was executed before it in the same
/// call, and which instructions of the line have been executed since control reached it.
fn expected(text: &str) -> HashMap<u32, Vec<u64>> {
    let mut session = session(text);
    let map = map(text);
    let mut visits: HashMap<u32, Vec<u64>> = HashMap::new();
    // For each active call: its function, the line, and what has been executed in this visit.
    let mut calls: Vec<(u32, u32, Vec<Position>)> = Vec::new();
    loop {
        let position = session.machine().position().expect("it stands at an instruction");
        let depth = session.state().depth() as usize;
        let line = map.line(session.state().call_stack(1)[0].offset).expect("every instruction is on a line").line;
        let is_new_call = depth > calls.len() || position.instruction == 0;
        calls.truncate(if is_new_call { depth - 1 } else { depth });
        let on_line =
            calls.get_mut(depth - 1).filter(|(function, on, _)| *function == position.function && *on == line);
        match on_line {
            Some((.., executed)) => {
                let back = executed.last().is_some_and(|last| last.instruction >= position.instruction);
                if back && executed.contains(&position) {
                    visits.entry(line).or_default().push(session.step());
                }
                executed.push(position);
            }
            None => {
                visits.entry(line).or_default().push(session.step());
                calls.truncate(depth - 1);
                calls.push((position.function, line, vec![position]));
            }
        }
        if go(&mut session, Command::Into) != StopReason::Step {
            return visits;
        }
    }
}

#[test]
fn a_breakpoint_in_a_loop_stops_at_each_iteration() {
    // The counter goes from 4 to 8.
    assert_eq!(stops(LOOPS, 7).len(), 4);
    assert_eq!([4, 5, 6].map(|line| stops(LOOPS, line).len()), [0, 4, 4]);
    // Each call of a recursive function on one line.
    assert_eq!(stops(LOOPS, 18).len(), 3 + 4);
    // The first is where the program starts.
    assert_eq!(stops(ONE_LINE, 1).len(), 3);
}

#[test]
fn each_visit_to_each_line_stops_once() {
    for text in PROGRAMS {
        let expected = expected(text);
        for line in 1..=text.lines().count() as u32 {
            if on_line(&session(text), text, line).is_some() {
                let mut expected = expected.get(&line).cloned().unwrap_or_default();
                expected.retain(|step| *step > 0);
                assert_eq!(stops(text, line), expected, "line {line} of {text}");
            }
        }
    }
}

#[test]
fn stepping_back_stops_at_the_same_steps() {
    for text in PROGRAMS {
        for line in 1..=text.lines().count() as u32 {
            let mut session = session(text);
            let Some(breakpoint) = on_line(&session, text, line) else { continue };
            session.set_breakpoints(vec![breakpoint]).expect("nothing is watched");
            let on = forwards(&mut session);
            assert_eq!(backwards(&mut session), on, "line {line} of {text}");
            assert_eq!(forwards(&mut session), on, "line {line} of {text}, once more");
        }
    }
}

/// Long enough for several checkpoints and search intervals.
const LONG: &str = r#"(module (func (export "main") (result i32) (local $i i32)
  (loop $again (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $again (i32.lt_u (local.get $i) (i32.const 40000))))
  (local.get $i)))"#;

#[test]
fn hit_counts_and_conditions_go_by_visits() {
    let mut session = session(LONG);
    let plain = on_line(&session, LONG, 2).expect("the line has an instruction");
    let counted = Breakpoint { hit_count: 39_998, ..plain.clone() };
    session.set_breakpoints(vec![counted.clone()]).expect("nothing is watched");
    let on = forwards(&mut session);
    assert_eq!(on.len(), 3, "{on:?}");
    assert_eq!(backwards(&mut session), on);
    let condition = Condition::parse("local.i % 10000 == 9999").expect("it is an expression");
    session.set_breakpoints(vec![Breakpoint { condition: Some(condition), ..plain }]).expect("nothing is watched");
    let on = forwards(&mut session);
    assert_eq!(on.len(), 4, "{on:?}");
    assert_eq!(backwards(&mut session), on);
    // Hit counts of a breakpoint that is set at the end are counted from the start.
    assert_eq!(go(&mut session, Command::JumpToEnd), StopReason::Ended(session.outcome().cloned().expect("it ended")));
    session.set_breakpoints(vec![counted]).expect("nothing is watched");
    assert_eq!(backwards(&mut session).len(), 3);
}

#[test]
fn a_log_message_is_reported_at_each_visit() {
    let mut session = session(LOOPS);
    let breakpoint = on_line(&session, LOOPS, 7).expect("the line has an instruction");
    let log_message = Some("i is {local.i}".to_owned());
    session.set_breakpoints(vec![Breakpoint { log_message, ..breakpoint }]).expect("nothing is watched");
    go(&mut session, Command::Continue);
    let messages: Vec<String> = session.take_log().into_iter().map(|(_, message)| message).collect();
    assert_eq!(messages, ["i is 4", "i is 5", "i is 6", "i is 7"]);
}

#[test]
fn run_to_a_line_comes_to_its_next_visit() {
    let mut session = session(LOOPS);
    let mut steps = Vec::new();
    loop {
        let (_, entries) = LineEntries::find(session.program(), &map(LOOPS), "", 7).expect("it has an instruction");
        session.set_run_to(Rc::new(entries));
        if go(&mut session, Command::RunToLine) != StopReason::Step {
            break;
        }
        steps.push(session.step());
    }
    assert_eq!(steps, stops(LOOPS, 7));
}

#[test]
fn a_line_with_nothing_but_an_end_stops_behind_it() {
    let text = "(module (func (export \"main\") (result i32)\n block\n nop\n end\n i32.const 5))";
    let steps = stops(text, 4);
    assert_eq!(steps, [2]);
    assert_eq!(settled(text), 3);
}

fn settled(text: &str) -> u64 {
    let mut session = session(text);
    session.ask(Command::JumpToEnd);
    while matches!(session.advance(1000), DebugProgress::Working { .. }) {}
    session.step()
}
