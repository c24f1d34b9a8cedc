//! Steps that are shared, and what the user does to the files: both are ways to another timeline.

use wasmoscope::protocol::{DebugCommand, DebugView, Event, Outcome, Request, RunOptions, StopReason, ValueChange};

use super::{FACTORIAL, command, debug, view};
use crate::support::{RUN, TestWorker, wat};

/// Writes a file, with the name that its first directory entry has now, and reads the clock and random bytes.
const OUTSIDE: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $sum (mut i64) (i64.const 0))
  (func (export "_start") (local $turn i32)
    (i32.store (i32.const 0) (i32.const 200))
    (i32.store (i32.const 4) (i32.const 64))
    (loop $again
      (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 64)))
      (drop (call $random (i32.const 72) (i32.const 8)))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
      (global.set $sum (i64.add (global.get $sum) (i64.xor (i64.load (i32.const 64)) (i64.load (i32.const 72)))))
      (br_if $again (i32.lt_u (local.tee $turn (i32.add (local.get $turn) (i32.const 1))) (i32.const 3))))
    (unreachable)))"#;

/// All that is to be compared of a view.
fn looks(view: &DebugView) -> impl PartialEq + std::fmt::Debug + use<> {
    (view.step, view.frames.clone(), view.globals.clone(), view.printed, view.forks.clone())
}

fn unchanged(mut view: DebugView) -> DebugView {
    let named = view.frames.iter_mut().flat_map(|frame| &mut frame.locals).chain(&mut view.globals);
    named.for_each(|named| named.changed = false);
    view.frames.iter_mut().flat_map(|frame| &mut frame.operand_stack).for_each(|operand| operand.changed = false);
    view
}

#[test]
fn another_worker_goes_to_the_same_step_of_the_same_run() {
    let mut worker = debug(OUTSIDE, Vec::new());
    for line in ["one\n", "two\n", "three\n"] {
        assert_eq!(command(&mut worker, DebugCommand::Continue).reason, StopReason::Input);
        worker.platform.sleep_ms(1234.0);
        worker.send(Request::Stdin { run: RUN, bytes: line.as_bytes().to_vec() });
        worker.settle(1000);
    }
    let end = unchanged(view(&worker));
    assert!(matches!(end.reason, StopReason::Ended { .. }), "{:?}", end.reason);
    // Some way back, one value changed, and on again.
    command(&mut worker, DebugCommand::JumpTo { step: end.step - 20 });
    let forked_at = view(&worker).step;
    worker.send(Request::ChangeValue { run: RUN, change: ValueChange::Global { global: 0, text: "5".into() } });
    let here = unchanged(command(&mut worker, DebugCommand::JumpTo { step: forked_at + 3 }));
    worker.send(Request::Bookmark { run: RUN });
    let Some(Event::Bookmarked { step, bytes, .. }) = worker.events.last().cloned() else { panic!("no bookmark") };
    assert_eq!(step, here.step);

    let mut other = TestWorker::new();
    // At another time, with other random numbers to come.
    other.platform.sleep_ms(1e9);
    let options = RunOptions::default();
    let at = |bookmark: Vec<u8>| Request::DebugAt {
        run: RUN,
        source: wat(OUTSIDE),
        options: options.clone(),
        breakpoints: Vec::new(),
        bookmark,
    };
    other.send(at(bytes.clone()));
    other.settle(1000);
    assert_eq!(looks(&unchanged(view(&other))), looks(&here));
    // Backwards across the fork, and forwards again to its end, nothing is asked for.
    let before = unchanged(command(&mut other, DebugCommand::JumpTo { step: forked_at - 1 }));
    assert_eq!(looks(&before), looks(&unchanged(command(&mut worker, DebugCommand::JumpTo { step: forked_at - 1 }))));
    let ends = [&mut other, &mut worker].map(|worker| unchanged(command(worker, DebugCommand::JumpToEnd)));
    assert!(matches!(ends[0].reason, StopReason::Ended { .. }), "{:?}", ends[0].reason);
    assert_eq!(looks(&ends[0]), looks(&ends[1]));

    // What was changed on its way is refused in words, and a record that does not fit goes another way calmly.
    other.send(Request::Stop { run: RUN });
    other.send(at(bytes[..bytes.len() / 2].to_vec()));
    assert!(
        matches!(other.outcome(), Some(Outcome::NotStarted { problems }) if problems[0].message.contains("damaged"))
    );
    for index in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[index] ^= 0x11;
        let mut third = TestWorker::new();
        third.send(at(damaged));
        third.settle(50);
        third.send(Request::DebugCommand { run: RUN, command: DebugCommand::JumpTo { step: 3 } });
        third.settle(50);
    }
}

/// Links that were shared hold the bytes of a step: they must be read for as long as the page exists. If this fails, the
/// form has changed: keep reading the old one, with types of its own, and give the new one another version.
#[test]
fn a_step_that_was_shared_before_is_read() {
    use wasmoscope::protocol::{FileChange, FileContents, FileImage};
    const SHARED: &[u8] = include_bytes!("bookmark-1.bin");
    let mut worker = debug(OUTSIDE, Vec::new());
    for line in ["one\n", "two\n"] {
        assert_eq!(command(&mut worker, DebugCommand::Continue).reason, StopReason::Input);
        worker.platform.sleep_ms(1234.0);
        worker.send(Request::Stdin { run: RUN, bytes: line.as_bytes().to_vec() });
        worker.settle(1000);
    }
    let step = view(&worker).step;
    command(&mut worker, DebugCommand::JumpTo { step: step - 20 });
    let file = FileImage { path: "note.txt".into(), contents: FileContents::File { bytes: b"mine".to_vec() } };
    worker.send(Request::ChangeFiles { change: FileChange::Write { files: vec![file] } });
    worker.send(Request::ChangeValue { run: RUN, change: ValueChange::Global { global: 0, text: "5".into() } });
    let here = unchanged(command(&mut worker, DebugCommand::Into));
    worker.send(Request::Bookmark { run: RUN });
    let Some(Event::Bookmarked { bytes, .. }) = worker.events.last().cloned() else { panic!("no bookmark") };
    assert_eq!(bytes, SHARED, "the form of a shared step has changed");

    let mut other = TestWorker::new();
    other.send(Request::DebugAt {
        run: RUN,
        source: wat(OUTSIDE),
        options: RunOptions::default(),
        breakpoints: Vec::new(),
        bookmark: SHARED.to_vec(),
    });
    other.settle(1000);
    assert_eq!(looks(&unchanged(view(&other))), looks(&here));
}

#[test]
fn changing_files_forks_the_timeline_and_loses_nothing() {
    use wasmoscope::protocol::{FileChange, FileContents, FileImage};
    let mut worker = debug(FACTORIAL, Vec::new());
    command(&mut worker, DebugCommand::JumpTo { step: 9 });
    command(&mut worker, DebugCommand::JumpTo { step: 5 });
    let file = FileImage { path: "note.txt".into(), contents: FileContents::File { bytes: b"mine".to_vec() } };
    worker.send(Request::ChangeFiles { change: FileChange::Write { files: vec![file] } });
    let forked = view(&worker);
    assert_eq!((forked.forks.as_slice(), forked.furthest), (&[5][..], 5));
    let paths = |worker: &TestWorker| {
        let trees = worker.events.iter().rev().find_map(|event| match event {
            Event::Tree { entries, .. } => Some(entries.iter().map(|entry| entry.path.clone()).collect::<Vec<_>>()),
            _ => None,
        });
        trees.unwrap_or_default()
    };
    assert_eq!(paths(&worker), ["note.txt"]);
    let told =
        worker.events.iter().filter(|event| matches!(event, Event::FilesChanged { requested: true, .. })).count();
    assert_eq!(told, 1);
    command(&mut worker, DebugCommand::JumpTo { step: 4 });
    assert_eq!(paths(&worker), Vec::<String>::new(), "before that step it is not there");
    command(&mut worker, DebugCommand::JumpTo { step: 6 });
    assert_eq!(paths(&worker), ["note.txt"]);
    // Where the run is ended before the change, what the user made stays all the same.
    command(&mut worker, DebugCommand::JumpTo { step: 2 });
    worker.send(Request::Stop { run: RUN });
    worker.send(Request::ReadAllFiles);
    assert!(matches!(worker.events.last(), Some(Event::AllFiles { files }) if files.len() == 1));
    let taken = worker
        .events
        .iter()
        .any(|event| matches!(event, Event::FilesChanged { removed, requested: false, .. } if !removed.is_empty()));
    assert!(!taken, "the page's storage is not told to forget it");
}
