//! What is told of a program that stands still, besides its frames.

use wasmoscope::protocol::{DebugCommand, DebugView, Event, LineCommand, Request, StopReason, Value, ValueChange};

use super::{ASKS, FACTORIAL, command, debug, on_line, printed, view};
use crate::support::{RUN, TestWorker, sentence};

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
fn hover(worker: &mut TestWorker, text: &str, what: &str, frame: u32) -> Option<(String, String, String)> {
    let at = text.find(what).expect(what) as u32;
    let word = what.strip_prefix('$').map(str::to_owned);
    worker.send(Request::Hover { run: RUN, query: 7, at, word, frame });
    let Some(Event::Hover { query: 7, hover, .. }) = worker.events.last() else { panic!("no answer") };
    let hover = hover.as_ref()?;
    let value = hover.value.as_ref().map(|value| format!("{} {}", value.ty, value.text));
    Some((hover.title.clone(), value.unwrap_or_default(), hover.notes.join("; ")))
}

#[test]
fn hovering_describes_a_place_in_the_text() {
    let mut worker = debug(FACTORIAL, Vec::new());
    let mut say = |what: &str| hover(&mut worker, FACTORIAL, what, 0).unwrap_or_default();
    let not_called = say("$n i64");
    assert_eq!(not_called.0, "", "`$n i64` is no name");
    assert_eq!(say("local.get $n").2, "func $factorial (0) has no active call");
    assert_eq!(say("$factorial (param").2, "");
    command(&mut worker, DebugCommand::JumpTo { step: 13 });
    let mut say = |what: &str, frame| hover(&mut worker, FACTORIAL, what, frame).unwrap_or_default();
    let local = |value: &str, note: &str| ("local $n (0)".to_owned(), value.to_owned(), note.to_owned());
    assert_eq!(say("local.get $n", 0), local("i64 4", ""));
    assert_eq!(say("local.get $n", 1), local("i64 5", ""));
    assert_eq!(say("local.get $n", 2), local("i64 4", "in the topmost call"));
    let call = say("call $factorial (i64.sub", 0);
    assert_eq!(call.0, "func $factorial (0)");
    assert_eq!(call.2, "(param i64) (result i64); 2 active calls");
    assert_eq!(say("i64.mul", 0).0, "");
}

#[test]
fn hovering_shows_what_the_next_instruction_accesses() {
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
    let mut say = |what: &str| hover(&mut worker, text, what, 0).unwrap_or_default();
    let load = say("i32.load");
    assert_eq!((load.0.as_str(), load.2.as_str()), ("reads 4 bytes at 0x8", "there now: 2a 00 00 00"));
    assert_eq!(say("global.get").1, "i32 3");
    let branch = say("br_if");
    assert_eq!(branch.0, "branches past the end of the block");
    assert!(branch.2.contains("the end of the function"), "{branch:?}");
    assert_eq!(say("call_indirect").0, "", "its operand is not known yet");
    worker.send(Request::ChangeValue { run: RUN, change: ValueChange::Global { global: 0, text: "0".into() } });
    while view(&worker).frames[0].instruction != "call_indirect" {
        command(&mut worker, DebugCommand::Into);
    }
    let indirect = hover(&mut worker, text, "call_indirect", 0).unwrap_or_default();
    assert_eq!((indirect.0.as_str(), indirect.2.as_str()), ("calls element 1 of table 0", "null: it will trap"));
}

#[test]
fn accesses_of_the_last_step_do_not_depend_on_how_it_was_reached() {
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
fn the_last_access_is_known_at_a_stop_some_steps_after_it() {
    let text = r#"(module (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.load (i32.const 40)))
    nop nop
    (drop (call $random (i32.const 300) (i32.const 5)))
    nop nop
    (drop (i32.load (i32.const 65534)))))"#;
    let mut worker = debug(text, vec![on_line(5), on_line(7)]);
    let mut last = || command(&mut worker, DebugCommand::Continue).last_access.map(|last| (last.step, last.address));
    assert_eq!(last(), Some((3, 16)), "the store, not the load before it");
    assert_eq!(last(), Some((8, 300)), "what the host wrote");
    assert_eq!(last(), Some((13, 65534)), "what the trap tried to read");
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

#[test]
fn the_sentence_describes_a_step_a_jump_and_a_step_back() {
    let mut worker = debug(FACTORIAL, Vec::new());
    assert_eq!(sentence(&view(&worker)), "Before the first instruction, on line 7; next: i64.const 5");
    let mut said = |asked: DebugCommand| sentence(&command(&mut worker, asked));
    let jumped = said(DebugCommand::JumpTo { step: 4 });
    assert_eq!(jumped, "Step 4. i64.eqz: 5 == 0 is false, pushed 0; next: if takes the value 0");
    let back = said(DebugCommand::BackInto);
    assert_eq!(back, "Back at step 3. local.get $n: pushed 5; next: i64.eqz takes the value 5");
    assert_eq!(said(DebugCommand::JumpTo { step: 0 }), "Step 0; next: i64.const 5");
    said(DebugCommand::Into);
    assert_eq!(said(DebugCommand::Over), "Returned 120 to `main`; next: the end of `main`, which returns 120");
    assert_eq!(said(DebugCommand::Into), "`main` returned 120");
    said(DebugCommand::JumpTo { step: 2 });
    let line = said(DebugCommand::Line(LineCommand::Over));
    assert_eq!(
        line,
        "Since line 3, 3 instructions. if: popped 0: goes to `else`, line 5. At line 5; next: local.get $n"
    );
    said(DebugCommand::JumpTo { step: 3 });
    worker.send(Request::ChangeValue {
        run: RUN,
        change: ValueChange::Operand { frame: 0, operand: 0, text: "0b110".into() },
    });
    let changed = sentence(&view(&worker));
    assert_eq!(
        changed, "You changed the program's state here; next: i64.eqz takes the value 6",
        "and nothing of what was pushed before"
    );
    let on = sentence(&command(&mut worker, DebugCommand::Into));
    assert_eq!(on, "i64.eqz: 6 == 0 is false, pushed 0; next: if takes the value 0");
}

#[test]
fn a_step_by_line_says_what_the_line_did() {
    let text = "(module
      (global $all (mut i32) (i32.const 0))
      (func $square (param $x i32) (result i32)
        (i32.mul (local.get $x) (local.get $x)))
      (func (export \"main\") (result i32) (local $sum i32) (local $i i32)
        (loop $next
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (local.set $sum (i32.add (local.get $sum) (call $square (local.get $i))))
          (global.set $all (local.get $sum))
          (br_if $next (i32.lt_s (local.get $i) (i32.const 2))))
        (drop (i32.div_s (local.get $sum) (i32.sub (local.get $i) (i32.const 2))))
        (local.get $sum)))";
    let mut worker = debug(text, Vec::new());
    let mut said = |asked: LineCommand| sentence(&command(&mut worker, DebugCommand::Line(asked)));
    assert_eq!(
        said(LineCommand::Over),
        "loop $next: entered; a branch to $next comes back here. At line 7; next: local.get $i"
    );
    assert_eq!(said(LineCommand::Over), "Since line 7, 4 instructions: $i is now 1. At line 8; next: local.get $sum");
    // What is stepped over counts, too.
    assert_eq!(said(LineCommand::Over), "Since line 8, 9 instructions: $sum is now 1. At line 9; next: local.get $sum");
    assert_eq!(said(LineCommand::Over), "Since line 9, 2 instructions: $all is now 1. At line 10; next: local.get $i");
    let branched = said(LineCommand::Over);
    assert!(branched.starts_with("Since line 10, 4 instructions. br_if $next: "), "{branched}");
    assert!(branched.ends_with(". At line 7; next: local.get $i"), "{branched}");
    said(LineCommand::Over);
    let entered = said(LineCommand::Into);
    assert_eq!(entered, "Since line 8, 3 instructions. Entered `square` with $x = 2. At line 4; next: local.get $x");
    let returned = said(LineCommand::Out);
    assert!(
        returned.starts_with("Since line 4, 4 instructions. Returned 4 to `main`. At line 8; next: "),
        "{returned}"
    );
    assert!(said(LineCommand::BackInto).starts_with("Back at line 4; next: "));
    for _ in 0..4 {
        said(LineCommand::Over);
    }
    let trapped = sentence(&command(&mut worker, DebugCommand::Continue));
    assert_eq!(trapped, "i32.div_s: 5 / 0: division by zero", "it is after the loop");
}

#[test]
fn a_trap_in_a_loop_has_its_round() {
    let text = "(module (func (export \"main\") (local $n i32)
      (loop $again
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (if (i32.eq (local.get $n) (i32.const 12)) (then unreachable))
        (br $again))))";
    let ended = sentence(&command(&mut debug(text, Vec::new()), DebugCommand::Continue));
    assert_eq!(ended, "unreachable: traps whenever it is executed, in round 12 of the loop at line 2");
}

#[test]
fn a_call_shows_the_arguments_that_were_passed() {
    let text = "(module
      (func $gcd (param $a i32) (param $b i32) (result i32) (local $rest i32)
        (loop $again
          (local.set $rest (i32.rem_u (local.get $a) (local.get $b)))
          (local.set $a (local.get $b))
          (local.set $b (local.get $rest))
          (br_if $again (local.get $b)))
        (local.get $a))
      (func $fixed (param $x i32) (param $y i32) (loop $on
        (local.set $y (i32.add (local.get $y) (i32.const 1)))
        (br_if $on (i32.lt_s (local.get $y) (i32.const 1000)))))
      (func (export \"main\") (result i32)
        (call $fixed (i32.const 5) (i32.const 6))
        (call $gcd (i32.const 12) (i32.const 8))))";
    let mut worker = debug(text, Vec::new());
    let arguments = |view: &DebugView| -> Vec<Option<String>> {
        view.frames[0].arguments.iter().map(|value| value.as_ref().map(|value| value.text.clone())).collect()
    };
    let known = |text: &str| Some(text.to_owned());
    let seen = command(&mut worker, DebugCommand::JumpTo { step: 50 });
    assert_eq!(arguments(&seen), [known("5"), known("6")]);
    // The call is too long ago to see it begin; what the function never sets is known all the same.
    let seen = command(&mut worker, DebugCommand::JumpTo { step: 2_000 });
    assert_eq!(arguments(&seen), [known("5"), None]);
    worker.send(Request::ChangeValue { run: RUN, change: ValueChange::Local { frame: 0, local: 0, text: "7".into() } });
    assert_eq!(arguments(&view(&worker)), [None, None]);
    let at_the_end = command(&mut worker, DebugCommand::JumpToEnd);
    let _ = at_the_end;
    command(&mut worker, DebugCommand::BackInto);
    command(&mut worker, DebugCommand::BackInto);
    let seen = command(&mut worker, DebugCommand::BackInto);
    assert_eq!((seen.frames[0].function.as_str(), arguments(&seen)), ("gcd", vec![known("12"), known("8")]));
}

#[test]
fn the_end_shows_the_result_of_a_run_and_a_trap_its_numbers() {
    let ended = |text: &str| sentence(&command(&mut debug(text, Vec::new()), DebugCommand::Continue));
    assert_eq!(
        ended("(module (func (export \"calc\") (result i32 f64) i32.const 25 f64.const 1.5))"),
        "`calc` returned 25 and 1.5"
    );
    assert_eq!(ended("(module (func (export \"main\")))"), "`main` returned");
    assert_eq!(ended("(module (func $init) (start $init))"), "The start function returned");
    assert_eq!(ended("(module (func (export \"_start\")))"), "Exited with code 0");
    let trap = "(module (memory 1) (func (export \"main\") (drop (i32.load (i32.const 65534)))))";
    assert_eq!(ended(trap), "i32.load: out of bounds: address 65534 + 4 bytes > 65536 bytes of memory 0");
    let endless = ended("(module (func $f (export \"main\") (call $f)))");
    assert!(
        endless.starts_with("call $f: the program went more than ") && endless.ends_with(" calls deep"),
        "{endless}"
    );
}

#[test]
fn where_the_program_waits_for_input_its_values_are_there() {
    let mut worker = debug(ASKS, Vec::new());
    let waiting = command(&mut worker, DebugCommand::Continue);
    assert_eq!(waiting.reason, StopReason::Input);
    assert_eq!(sentence(&waiting), "The program waits for input; next: call $fd_read takes 0, 0, 1 and 16");
    let frame = &waiting.frames[0];
    let texts: Vec<&str> = frame.values.iter().map(|value| value.values[0].text.as_str()).collect();
    assert_eq!((frame.next_pops, &texts[texts.len() - 4..]), (4, &["0", "0", "1", "16"][..]), "{texts:?}");
    // The same within a step from line to line, which ends behind the call.
    command(&mut worker, DebugCommand::JumpTo { step: waiting.step - 4 });
    let waiting_still = command(&mut worker, DebugCommand::Line(LineCommand::Over));
    assert_eq!((waiting_still.reason, waiting_still.step), (StopReason::Input, waiting.step));
    assert_eq!(waiting_still.frames[0].values, frame.values);
    // It waits still, and goes on as if nobody had looked.
    worker.send(Request::Stdin { run: RUN, bytes: b"Ada\n".to_vec() });
    worker.settle(10_000);
    let said = sentence(&view(&worker));
    assert_eq!(said, "Since line 14, 2 instructions. drop: popped 0. At line 15; next: i32.const 200");
    assert_eq!(sentence(&command(&mut worker, DebugCommand::Continue)), "unreachable: traps whenever it is executed");
    assert_eq!(printed(&worker), "? Ada\n");
    let back = command(&mut worker, DebugCommand::JumpTo { step: waiting.step });
    let on = sentence(&command(&mut worker, DebugCommand::Into));
    assert!(
        on.starts_with("call $fd_read: called the host with 0, 0, 1 and 16, which returned 0; next: "),
        "{back:?} {on}"
    );
}

#[test]
fn only_what_is_used_as_an_address_leads_to_the_memory() {
    let text = r#"(module (memory 1) (global $at (mut i32) (i32.const 32))
  (func (export "main") (local $p i32) (local $n i32)
    (local.set $p (i32.const 16))
    (local.set $n (i32.const 16))
    (i32.store (local.get $p) (local.get $n))
    (i32.store (global.get $at) (i32.const 24))
    (i32.store (i32.const 70000) (local.get $n))))"#;
    let mut worker = debug(text, Vec::new());
    let view = command(&mut worker, DebugCommand::JumpTo { step: 6 });
    let frame = &view.frames[0];
    assert_eq!(frame.locals.iter().map(|local| local.address).collect::<Vec<_>>(), [Some(16), None]);
    assert_eq!(frame.operand_stack.iter().map(|operand| operand.address).collect::<Vec<_>>(), [Some(16), None]);
    assert_eq!(view.globals[0].address, Some(32));
    let end = command(&mut worker, DebugCommand::Continue);
    assert_eq!(end.frames[0].operand_stack[0].address, None, "there are no such bytes");
}

#[test]
fn labels_have_names_and_branch_targets() {
    let text = r#"(module
  (func (export "main") (local $i i32)
    (block $done
      (loop $next

        (br_if $done (i32.eqz (local.get $i)))
        (br $next)))
    (drop (local.get $i))))"#;
    let mut worker = debug(text, Vec::new());
    let view = command(&mut worker, DebugCommand::JumpTo { step: 2 });
    let labels: Vec<_> = view.frames[0]
        .labels
        .iter()
        .map(|label| (label.kind.as_str(), label.name.as_deref(), label.target.map(|target| target.line)))
        .collect();
    assert_eq!(
        labels,
        [("loop", Some("$next"), Some(4)), ("block", Some("$done"), Some(8)), ("function", None, Some(8))]
    );
    command(&mut worker, DebugCommand::Into);
    command(&mut worker, DebugCommand::Into);
    let branched = sentence(&command(&mut worker, DebugCommand::Into));
    let expected =
        "br_if $done: popped 1, not zero: branches past the end of block $done, to line 8; next: local.get $i";
    assert_eq!(branched, expected);
}
