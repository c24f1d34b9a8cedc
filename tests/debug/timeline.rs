//! What is marked on the timeline.

use wasmoscope::protocol::{ByteForm, DebugCommand, Event, MarkKind, Request, StopReason, ValueChange};

use super::{ASKS, command, debug, on_line, view};
use crate::support::{RUN, TestWorker};

/// The marks that the page has been told of last.
fn marks(worker: &TestWorker) -> Vec<(MarkKind, u64)> {
    let marks = worker.events.iter().rev().find_map(|event| match event {
        Event::Marks { marks, .. } => Some(marks),
        _ => None,
    });
    marks.into_iter().flatten().map(|mark| (mark.kind, mark.step)).collect()
}

#[test]
fn calls_output_stops_and_the_end_are_marked_at_their_steps() {
    let mut worker = debug(ASKS, vec![on_line(9)]);
    while view(&worker).reason != StopReason::Input {
        command(&mut worker, DebugCommand::Continue);
    }
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let end = command(&mut worker, DebugCommand::JumpToEnd);
    let marked = marks(&worker);
    let kinds: Vec<MarkKind> = marked.iter().map(|(kind, _)| *kind).collect();
    let expected = [MarkKind::Breakpoint, MarkKind::Output, MarkKind::Call, MarkKind::Breakpoint, MarkKind::Output];
    assert_eq!(kinds, [&expected[..], &[MarkKind::Trap]].concat());
    assert_eq!(marked[5].1, end.step);
    for (kind, step) in &marked[..5] {
        let at = command(&mut worker, DebugCommand::JumpTo { step: *step });
        let expected = match kind {
            MarkKind::Output => "call $fd_write",
            MarkKind::Call => "call $fd_read",
            _ => "i32.const 1",
        };
        assert_eq!(at.frames[0].instruction, expected, "{kind:?} at step {step}");
    }
    // Whichever way the program is gone through, the marks are those.
    command(&mut worker, DebugCommand::JumpTo { step: 0 });
    while command(&mut worker, DebugCommand::Into).step < end.step {}
    assert_eq!(marks(&worker), marked);
    // By key from one to the next, and back.
    command(&mut worker, DebugCommand::JumpTo { step: 0 });
    let there: Vec<u64> = (0..6).map(|_| command(&mut worker, DebugCommand::NextMark).step).collect();
    assert_eq!(there, marked.iter().map(|(_, step)| *step).collect::<Vec<_>>());
    worker.send(Request::DebugCommand { run: RUN, command: DebugCommand::NextMark });
    assert!(matches!(worker.events.last(), Some(Event::ChangeRefused { .. })));
    let back: Vec<u64> = (0..5).map(|_| command(&mut worker, DebugCommand::PreviousMark).step).collect();
    assert!(back.iter().eq(there.iter().rev().skip(1)));
}

#[test]
fn marks_after_a_fork_are_forgotten() {
    let mut worker = debug(ASKS, Vec::new());
    command(&mut worker, DebugCommand::Continue);
    worker.send(Request::Stdin { run: RUN, bytes: b"hello\n".to_vec() });
    worker.settle(1000);
    let marked = marks(&worker);
    assert_eq!(marked.len(), 4, "{marked:?}");
    let fork = marked[1].1 - 1;
    command(&mut worker, DebugCommand::JumpTo { step: fork });
    let change = ValueChange::Memory { memory: 0, address: 400, form: ByteForm::I8, text: "1".to_owned() };
    worker.send(Request::ChangeValue { run: RUN, change });
    assert_eq!(marks(&worker), [marked[0], (MarkKind::Fork, fork)]);
}

#[test]
fn a_program_that_prints_without_end_has_few_marks_for_the_page() {
    let text = ASKS.replace(
        "(call $print (i32.const 100) (i32.const 2))",
        "(loop $l (call $print (i32.const 100) (i32.const 2)) (br $l))",
    );
    let mut worker = debug(&text, Vec::new());
    let far = command(&mut worker, DebugCommand::JumpTo { step: 1_000_000 });
    assert_eq!(far.step, 1_000_000);
    let marked = marks(&worker);
    assert!((350..=401).contains(&marked.len()), "{}", marked.len());
    assert!(marked.iter().all(|(kind, _)| *kind == MarkKind::Output));
    // The engine knows each of them still.
    let next = command(&mut worker, DebugCommand::PreviousMark);
    assert!(far.step - next.step < 20, "{}", next.step);
    assert_eq!(next.frames[0].instruction, "call $fd_write");
}
