use std::rc::Rc;

use super::support::{go, see, session};
use crate::{Breakpoint, Command, DebugSession, LineCommand, Position, StopReason, Trigger};
use wasmoscope_module::inspect::inspect;
use wasmoscope_module::source::Source;
use wasmoscope_source_map::{InstructionMap, Line, OnLine, SourceMap};

/// A line of its own for each part of a call.
const SUM: &str = r#"(module
(func $square (param $n i32) (result i32)
  (local.get $n)
  (i32.mul (local.get $n)))
(func $sum (export "sum") (result i32) (local $i i32) (local $sum i32)
  (loop $again
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (local.set $sum (i32.add (local.get $sum) (call $square (local.get $i))))
    (br_if $again (i32.lt_s (local.get $i) (i32.const 3))))
  (local.get $sum)
))"#;

fn wasm(text: &str) -> Vec<u8> {
    inspect(&Source::new("test.wat", text)).wasm.expect("it compiles").to_vec()
}

fn with_lines(text: &str) -> DebugSession {
    let mut session = session(text);
    session.set_source_map(Rc::new(InstructionMap::of_text(text, &wasm(text)).expect("it has lines")));
    session
}

fn line(session: &DebugSession, text: &str) -> u32 {
    let map = InstructionMap::of_text(text, &wasm(text)).expect("it has lines");
    map.line(session.state().call_stack(1)[0].offset).expect("every instruction is on a line").line
}

/// The lines reached by repeating a command.
fn walk(session: &mut DebugSession, text: &str, command: LineCommand) -> Vec<u32> {
    let mut lines = Vec::new();
    while go(session, Command::Line(command)) == StopReason::Step {
        lines.push(line(session, text));
    }
    lines
}

#[test]
fn over_goes_from_line_to_line_and_takes_calls_as_a_whole() {
    let mut session = with_lines(SUM);
    let lines = walk(&mut session, SUM, LineCommand::Over);
    assert_eq!(lines, [7, 8, 9, 7, 8, 9, 7, 8, 9, 10, 11]);
    assert!(see(&session).contains("stack [14]"), "{}", see(&session));
}

#[test]
fn into_goes_into_calls_and_shows_the_line_that_is_returned_to() {
    let mut session = with_lines(SUM);
    let lines = walk(&mut session, SUM, LineCommand::Into);
    assert_eq!(lines[..8], [7, 8, 3, 4, 8, 9, 7, 8]);
}

#[test]
fn out_stops_in_the_line_of_the_call() {
    let mut session = with_lines(SUM);
    for _ in 0..3 {
        go(&mut session, Command::Line(LineCommand::Into));
    }
    assert_eq!((line(&session, SUM), session.state().depth()), (3, 2));
    assert_eq!(go(&mut session, Command::Line(LineCommand::Out)), StopReason::Step);
    assert_eq!((line(&session, SUM), session.state().depth()), (8, 1));
    assert!(see(&session).contains("stack [0 1]"), "{}", see(&session));
}

/// The same lines backwards as forwards, from the end to the start.
#[test]
fn stepping_back_visits_the_same_lines() {
    for (on, back) in [(LineCommand::Over, LineCommand::BackOver), (LineCommand::Into, LineCommand::BackInto)] {
        let mut session = with_lines(SUM);
        let mut forwards = vec![(0, line(&session, SUM))];
        while go(&mut session, Command::Line(on)) == StopReason::Step {
            forwards.push((session.step(), line(&session, SUM)));
        }
        // The program has ended at the last of them, and going back starts there.
        forwards.pop();
        let mut backwards = Vec::new();
        while go(&mut session, Command::Line(back)) == StopReason::Step {
            backwards.push((session.step(), line(&session, SUM)));
        }
        backwards.reverse();
        assert_eq!(forwards, backwards, "{on:?}");
    }
}

#[test]
fn back_from_within_a_line_is_to_its_beginning() {
    let mut session = with_lines(SUM);
    go(&mut session, Command::Line(LineCommand::Over));
    go(&mut session, Command::Line(LineCommand::Over));
    let begun = session.step();
    go(&mut session, Command::Over);
    go(&mut session, Command::Over);
    go(&mut session, Command::Line(LineCommand::BackOver));
    assert_eq!(session.step(), begun);
    // Out of a call: to the start of the calling line.
    go(&mut session, Command::Line(LineCommand::Into));
    assert_eq!(session.state().depth(), 2);
    go(&mut session, Command::Line(LineCommand::BackOut));
    assert_eq!(session.step(), begun);
    assert_eq!(go(&mut session, Command::Line(LineCommand::BackOut)), StopReason::Beginning);
    assert_eq!(session.step(), 0);
}

#[test]
fn a_breakpoint_in_a_call_that_is_stepped_over_stops() {
    let mut session = with_lines(SUM);
    for _ in 0..2 {
        go(&mut session, Command::Line(LineCommand::Over));
    }
    let position = Position { function: 0, instruction: 1 };
    let trigger = Trigger::Instruction(position);
    let breakpoint = Breakpoint { id: 7, trigger, condition: None, hit_count: 0, log_message: None };
    session.set_breakpoints(vec![breakpoint]).expect("nothing is watched");
    assert_eq!(go(&mut session, Command::Line(LineCommand::Over)), StopReason::Breakpoint(7));
    assert_eq!(session.state().depth(), 2);
    // The line step has ended: the breakpoint still stops the next run.
    assert_eq!(go(&mut session, Command::Continue), StopReason::Breakpoint(7));
}

#[test]
fn a_loop_on_one_line_is_one_step_at_full_speed() {
    let text = "(module (func (export \"main\") (result i32) (local $i i32)
(loop $again (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $again (i32.lt_s (local.get $i) (i32.const 300000))))
(local.get $i)))";
    let mut session = with_lines(text);
    assert_eq!(go(&mut session, Command::Line(LineCommand::Over)), StopReason::Step);
    assert_eq!(line(&session, text), 3);
    assert!(session.step() > 2_000_000);
    go(&mut session, Command::Line(LineCommand::BackOver));
    assert_eq!((line(&session, text), session.step()), (2, 0));
}

/// `$library` has no lines and calls back; `$inlined` stands for a call that the compiler has inlined into `$main`.
const CALLBACKS: &str = r#"(module (type $f (func)) (table funcref (elem $closure)) (global $g (mut i32) (i32.const 0))
(func $library (call_indirect (type $f) (i32.const 0)) (call_indirect (type $f) (i32.const 0)))
(func $closure (global.set $g (i32.const 1)))
(func $main (export "main")
  (nop)
  (call $library) (nop)
  (nop)
  (nop)
  (nop)
))"#;

/// Lines as a compiler would report them: those of the text, none in the library, and line 8 inlined into the function.
struct Compiled(InstructionMap);

impl SourceMap for Compiled {
    fn line(&self, offset: u64) -> Option<Line> {
        let line = self.0.line(offset)?;
        match line.line {
            2 => None,
            3 => Some(Line { scope: Some(2), ..line }),
            8 => Some(Line { scope: Some(1), ..line }),
            _ => Some(Line { scope: Some(0), ..line }),
        }
    }

    fn outer(&self, scope: u32) -> Option<u32> {
        (scope == 1).then_some(0)
    }

    fn on_line(&self, file: &str, line: u32) -> Option<(u32, Vec<u64>)> {
        self.0.on_line(file, line)
    }

    fn on(&self, file: &str, line: u32, offsets: &[u64]) -> Vec<OnLine> {
        self.0.on(file, line, offsets)
    }
}

fn compiled() -> DebugSession {
    let mut session = session(CALLBACKS);
    let map = InstructionMap::of_text(CALLBACKS, &wasm(CALLBACKS)).expect("it has lines");
    session.set_source_map(Rc::new(Compiled(map)));
    session
}

#[test]
fn what_has_no_lines_is_passed_over_and_what_it_calls_is_not() {
    let mut session = compiled();
    assert_eq!(walk(&mut session, CALLBACKS, LineCommand::Into), [6, 3, 3, 6, 7, 8, 9, 10]);
    let mut session = compiled();
    assert_eq!(walk(&mut session, CALLBACKS, LineCommand::Over), [6, 7, 9, 10]);
    assert_eq!(walk(&mut session, CALLBACKS, LineCommand::BackOver), [9, 7, 6, 5]);
    let mut session = compiled();
    go(&mut session, Command::JumpToEnd);
    assert_eq!(walk(&mut session, CALLBACKS, LineCommand::BackInto), [10, 9, 8, 7, 6, 3, 3, 6, 5][1..]);
}

#[test]
fn from_where_there_are_no_lines_a_step_leads_to_the_next_line() {
    let mut session = compiled();
    for _ in 0..3 {
        go(&mut session, Command::Into);
    }
    assert_eq!(session.state().call_stack(1)[0].name.as_deref(), Some("library"));
    go(&mut session, Command::Line(LineCommand::Over));
    assert_eq!((line(&session, CALLBACKS), session.state().depth()), (6, 1));
}

#[test]
fn a_call_that_was_inlined_is_left_forwards_and_backwards() {
    let mut session = compiled();
    for _ in 0..5 {
        go(&mut session, Command::Line(LineCommand::Into));
    }
    go(&mut session, Command::Line(LineCommand::Into));
    assert_eq!(line(&session, CALLBACKS), 8);
    go(&mut session, Command::Line(LineCommand::Out));
    assert_eq!(line(&session, CALLBACKS), 9);
    go(&mut session, Command::Line(LineCommand::BackInto));
    assert_eq!(line(&session, CALLBACKS), 8);
    go(&mut session, Command::Line(LineCommand::BackOut));
    assert_eq!(line(&session, CALLBACKS), 7);
}

/// As compilers generate programs: the entry is library code without lines, and calls `$main`.
const WRAPPED: &str = r#"(module
(func $library (call $main) (nop)) (func (export "_start") (call $library) (nop))
(func $helper)
(func $main
  (nop)
  (call $helper)
))"#;

#[test]
fn where_nothing_is_in_source_a_step_over_leads_to_the_first_line_that_is() {
    let of = |text: &str| {
        let mut session = session(text);
        let map = InstructionMap::of_text(text, &wasm(text)).expect("it has lines");
        session.set_source_map(Rc::new(Compiled(map)));
        session
    };
    let mut session = of(WRAPPED);
    assert_eq!(walk(&mut session, WRAPPED, LineCommand::Over), [5, 6, 7]);
    assert!(session.outcome().is_some());
    assert_eq!(walk(&mut session, WRAPPED, LineCommand::BackOver), [7, 6, 5]);
    assert_eq!(session.step(), 0);
    // The same after an instruction step within the library.
    let mut session = of(WRAPPED);
    go(&mut session, Command::Into);
    go(&mut session, Command::Line(LineCommand::Over));
    assert_eq!(line(&session, WRAPPED), 5);
}
