//! The traced calls of a program that is debugged.

use wasmoscope::protocol::{
    ByteForm, CallFilter, CallsView, CallsWatch, DebugCommand, Entry, Event, Request, RunOptions, ValueChange,
};

use super::{ASKS, command, debug};
use crate::support::{RUN, TestWorker, sentence, wat};

fn calls(worker: &TestWorker) -> CallsView {
    let views = worker.events.iter().rev().filter_map(|event| match event {
        Event::Calls { view, .. } => Some(view.clone()),
        _ => None,
    });
    views.into_iter().next().expect("calls were sent")
}

#[test]
fn calls_have_their_steps_and_can_be_jumped_to() {
    let mut worker = TestWorker::new();
    let watch = CallsWatch { count: 100, ..CallsWatch::default() };
    worker.send(Request::WatchCalls { watch: Some(watch.clone()) });
    let options = RunOptions { trace: true, ..RunOptions::default() };
    let breakpoints = Vec::new();
    worker.send(Request::Debug { run: RUN, source: wat(ASKS), entry: Entry::Default, options, breakpoints });
    worker.settle(100);
    assert_eq!((calls(&worker).traced, calls(&worker).total), (true, 0));
    command(&mut worker, DebugCommand::Continue);
    let names = |view: &CallsView| view.calls.iter().map(|call| call.outcome.clone()).collect::<Vec<_>>();
    assert_eq!(names(&calls(&worker)), ["SUCCESS", "waits"]);
    worker.send(Request::Stdin { run: RUN, bytes: b"Ada\n".to_vec() });
    worker.settle(10_000);
    let all = calls(&worker);
    assert_eq!(names(&all), ["SUCCESS", "SUCCESS", "SUCCESS"]);
    // The second is gone to: the program stands before it, and the later one is still told of.
    let stopped = command(&mut worker, DebugCommand::JumpTo { step: all.calls[1].fuel });
    assert_eq!(stopped.step, all.calls[1].fuel);
    assert_eq!(calls(&worker).calls, all.calls);
    assert!(sentence(&stopped).contains("next: call $fd_read"), "{}", sentence(&stopped));
    let after = sentence(&command(&mut worker, DebugCommand::Into));
    assert!(after.starts_with("call $fd_read: called the host with 0, 0, 1 and 16, which returned 0"), "{after}");

    // What is found by a filter is found among the calls of the way that the program took.
    let filter = CallFilter { functions: "fd_write".into(), ..CallFilter::default() };
    worker.send(Request::WatchCalls { watch: Some(CallsWatch { filter, ..watch }) });
    worker.settle(100);
    assert_eq!(calls(&worker).passing, 2);
    command(&mut worker, DebugCommand::JumpTo { step: 3 });
    worker.send(Request::ChangeValue {
        run: RUN,
        change: ValueChange::Memory { memory: 0, address: 100, form: ByteForm::Utf8, text: "!".to_owned() },
    });
    worker.settle(100);
    assert_eq!((calls(&worker).passing, calls(&worker).total), (0, 0));
    command(&mut worker, DebugCommand::Continue);
    assert!(calls(&worker).calls[0].arguments[1].1.contains("! "), "{:?}", calls(&worker));
    worker.send(Request::CopyCalls { filter: CallFilter::default() });
    let copied = worker.events.iter().rev().find_map(|event| match event {
        Event::CallsText { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied.expect("it is copied").lines().count(), 3, "what was typed is still there");
    worker.send(Request::Stop { run: RUN });
    worker.settle(100);
    assert_eq!(calls(&worker).passing, 2, "they can still be looked at");
}

#[test]
fn without_being_asked_for_no_call_is_recorded() {
    let mut worker = debug(ASKS, Vec::new());
    worker.send(Request::WatchCalls { watch: Some(CallsWatch { count: 100, ..CallsWatch::default() }) });
    command(&mut worker, DebugCommand::Continue);
    assert!(!calls(&worker).traced);
}
