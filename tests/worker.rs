//! The protocol, spoken with a worker that has no browser.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::{RUN, TestWorker, wat};
use wasmoscope::protocol::{
    CallFilter, CallsWatch, Engine, Entry, Event, FileChange, FileContents, FileImage, FileKind, Limits, MemoryView,
    MemoryWatch, Outcome, Request, RunOptions, Stream,
};
use wasmoscope::worker::Next;

const ENDLESS: &str = r#"(module (memory 1) (func (export "main")
  (loop $again
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (br $again))))"#;

/// Asks "name? " without a new line, reads up to 64 bytes, and gives them back after "hello ".
const GREETER: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "name? hello ")
  (func $print (param $from i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $from))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (call $print (i32.const 100) (i32.const 6))
    (i32.store (i32.const 0) (i32.const 200))
    (i32.store (i32.const 4) (i32.const 64))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (call $print (i32.const 106) (i32.const 6))
    (call $print (i32.const 200) (i32.load (i32.const 16)))))"#;

/// Prints 64 KiB of `x` again and again.
const FLOOD: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (memory.fill (i32.const 1024) (i32.const 120) (i32.const 65536))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 65536))
    (loop $again
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br $again))))"#;

fn file(path: &str, text: &str) -> FileImage {
    FileImage { path: path.to_owned(), contents: FileContents::File { bytes: text.as_bytes().to_vec() } }
}

#[test]
fn a_run_is_started_and_finished_once() {
    let mut worker = TestWorker::new();
    worker.run_text("(module (func (export \"main\") (result i32) i32.const 42))");
    assert_eq!(worker.settle(100), Next::Idle);
    assert!(matches!(&worker.events[0], Event::Started { run: RUN, call, .. } if call == "main()"));
    let finished = worker.events.iter().filter(|event| matches!(event, Event::Finished { .. })).count();
    assert_eq!(finished, 1);
    let Some(Outcome::Returned { results }) = worker.outcome() else { panic!("{:?}", worker.outcome()) };
    assert_eq!((results[0].ty.as_str(), results[0].text.as_str()), ("i32", "42"));
}

#[test]
fn an_endless_loop_is_paused_continued_and_stopped() {
    let mut worker = TestWorker::new();
    worker.run_text(ENDLESS);
    assert_eq!(worker.settle(5), Next::Now);
    worker.send(Request::Pause { run: RUN });
    assert!(worker.events.iter().any(|event| matches!(event, Event::Paused { run: RUN, .. })));
    assert_eq!(worker.tick(), Next::Idle, "a paused program does not go on");
    worker.send(Request::Continue { run: RUN });
    assert_eq!(worker.tick(), Next::Now);
    worker.send(Request::Stop { run: RUN });
    assert_eq!(worker.outcome(), Some(&Outcome::Stopped));
    assert_eq!(worker.tick(), Next::Idle);
}

#[test]
fn a_pause_says_where_the_program_is_if_the_engine_knows() {
    let text = "(module
      (func $step (param $n i32)
        (loop $again
          (br $again)))
      (func (export \"main\")
        (call $step (i32.const 3))))";
    let paused = |engine| {
        let mut worker = TestWorker::new();
        worker.run(wat(text), Entry::Default, RunOptions { engine, ..RunOptions::default() });
        worker.settle(5);
        worker.send(Request::Pause { run: RUN });
        let at = worker.events.iter().find_map(|event| match event {
            Event::Paused { at, .. } => Some(at.clone()),
            _ => None,
        });
        at.expect("it was paused")
    };
    assert_eq!(paused(Engine::Browser).as_deref(), Some("line 4, in `step`"));
    assert_eq!(paused(Engine::Wasmi), None);
}

#[test]
fn a_start_function_without_any_export_is_paused_and_looked_into() {
    let mut worker = TestWorker::new();
    worker.run_text(
        r#"(module (memory 1) (func $count
            (loop $again
              (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
              (br $again)))
          (start $count))"#,
    );
    assert!(matches!(&worker.events[0], Event::Started { run: RUN, call, .. } if call == "(start)"));
    assert_eq!(worker.settle(5), Next::Now);
    worker.send(Request::Pause { run: RUN });
    assert!(worker.events.iter().any(|event| matches!(event, Event::Paused { run: RUN, .. })));
    assert_eq!(worker.tick(), Next::Idle, "a paused program does not go on");
    worker.send(Request::Stop { run: RUN });
    assert_eq!(worker.outcome(), Some(&Outcome::Stopped));
}

#[test]
fn requests_of_another_run_are_dropped() {
    let mut worker = TestWorker::new();
    worker.run_text(ENDLESS);
    worker.settle(2);
    let before = worker.events.len();
    for request in [Request::Pause { run: 9 }, Request::Stop { run: 9 }, Request::EndOfInput { run: 9 }] {
        worker.send(request);
    }
    assert_eq!(worker.events.len(), before);
    assert_eq!(worker.tick(), Next::Now, "the run goes on");
}

#[test]
fn a_new_run_ends_the_one_there_is() {
    let mut worker = TestWorker::new();
    worker.run_text(ENDLESS);
    worker.settle(2);
    worker.send(Request::Run {
        run: 2,
        source: wat("(module (func (export \"main\")))"),
        entry: Entry::Default,
        options: RunOptions::default(),
    });
    worker.settle(10);
    let ends: Vec<_> = worker
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Finished { run, outcome, .. } => Some((*run, outcome.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [(1, Outcome::Stopped), (2, Outcome::Returned { results: vec![] })]);
}

#[test]
fn a_program_waits_for_input_and_gets_it() {
    let mut worker = TestWorker::new();
    worker.run_text(GREETER);
    assert_eq!(worker.settle(20), Next::Idle);
    assert_eq!(worker.stdout(), "name? ", "a prompt without a new line is there at once");
    assert!(worker.events.iter().any(|event| matches!(event, Event::WaitingForInput { run: RUN })));
    worker.send(Request::Stdin { run: RUN, bytes: b"Ada\n".to_vec() });
    worker.settle(20);
    assert_eq!(worker.stdout(), "name? hello Ada\n");
    assert_eq!(worker.outcome(), Some(&Outcome::Exited { code: 0 }));
}

#[test]
fn input_may_come_before_it_is_asked_for_and_end() {
    let mut worker = TestWorker::new();
    worker.run_text(GREETER);
    worker.send(Request::Stdin { run: RUN, bytes: b"Bob".to_vec() });
    worker.send(Request::EndOfInput { run: RUN });
    worker.settle(20);
    assert_eq!(worker.stdout(), "name? hello Bob");

    let mut worker = TestWorker::new();
    worker.run_text(GREETER);
    worker.settle(20);
    worker.send(Request::EndOfInput { run: RUN });
    worker.settle(20);
    assert_eq!(worker.stdout(), "name? hello ", "the end of input reads as nothing");
}

#[test]
fn a_waiting_program_can_be_paused_continued_and_stopped() {
    let mut worker = TestWorker::new();
    worker.run_text(GREETER);
    worker.settle(20);
    worker.send(Request::Pause { run: RUN });
    worker.send(Request::Stdin { run: RUN, bytes: b"Eve\n".to_vec() });
    assert_eq!(worker.settle(20), Next::Idle);
    assert_eq!(worker.stdout(), "name? ", "what is typed during a pause waits for its end");
    worker.send(Request::Continue { run: RUN });
    worker.settle(20);
    assert_eq!(worker.stdout(), "name? hello Eve\n");
}

#[test]
fn a_flood_of_output_is_bounded_and_counted() {
    let mut worker = TestWorker::new();
    worker.run_text(FLOOD);
    worker.settle(200);
    worker.send(Request::Stop { run: RUN });
    let mut kept = 0;
    let mut dropped = 0;
    for event in &worker.events {
        if let Event::Output { chunks, .. } = event {
            let bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
            assert!(bytes <= 300 << 10, "one message holds {bytes} bytes");
            kept += bytes as u64;
            dropped += chunks.iter().map(|chunk| chunk.dropped).sum::<u64>();
        }
    }
    let Some(Event::Finished { counters, .. }) =
        worker.events.iter().find(|event| matches!(event, Event::Finished { .. }))
    else {
        panic!("it was stopped");
    };
    assert!(dropped > 0 && kept > 0);
    assert_eq!(kept + dropped, counters.output, "nothing is lost without being counted");
    assert!(counters.host_calls >= counters.output / 65536);
}

#[test]
fn memory_is_sent_when_watched_and_when_it_changes() {
    let mut worker = TestWorker::new();
    worker.run_text(ENDLESS);
    worker.send(Request::WatchMemory { watch: Some(MemoryWatch { memory: 0, offset: 0, length: 16 }) });
    let views = |worker: &TestWorker| -> Vec<MemoryView> {
        worker
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Memory { view, .. } => Some(view.clone()),
                _ => None,
            })
            .collect()
    };
    assert_eq!(views(&worker).len(), 1, "at once");
    assert_eq!(views(&worker)[0].size, 65536);
    worker.settle(3);
    worker.send(Request::Pause { run: RUN });
    let seen = views(&worker);
    let last = seen.last().expect("there is one");
    assert_ne!(last.bytes, seen[0].bytes, "the pause shows the memory of the pause");
    assert_eq!(last.bytes.len(), 16);
    worker.send(Request::WatchMemory { watch: Some(MemoryWatch { memory: 0, offset: 65530, length: 64 }) });
    assert_eq!(views(&worker).last().expect("there is one").bytes.len(), 6, "only what there is");
    worker.send(Request::WatchMemory { watch: Some(MemoryWatch { memory: 7, offset: 0, length: 64 }) });
    assert_eq!(views(&worker).last().expect("there is one").size, 0, "no such memory");
    worker.send(Request::WatchMemory { watch: Some(MemoryWatch { memory: 0, offset: u64::MAX, length: u32::MAX }) });
    assert!(views(&worker).last().expect("there is one").bytes.is_empty());
}

#[test]
fn a_stop_shows_the_memory_that_the_program_left() {
    let mut worker = TestWorker::new();
    worker.run_text(ENDLESS);
    worker.send(Request::WatchMemory { watch: Some(MemoryWatch { memory: 0, offset: 0, length: 4 }) });
    worker.settle(2);
    worker.events.clear();
    worker.send(Request::Stop { run: RUN });
    let Some(Event::Memory { run: RUN, view }) = worker.events.last() else { panic!("{:?}", worker.events) };
    assert_ne!(view.bytes, [0; 4], "the program has counted by then");
}

#[test]
fn the_tree_is_listed_read_and_changed() {
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: vec![file("b/two.txt", "22"), file("a.txt", "1")] });
    let Some(Event::Tree { entries, bytes }) = worker.events.last() else { panic!("a tree is told") };
    let lines: Vec<_> = entries.iter().map(|entry| (entry.path.as_str(), entry.kind, entry.size)).collect();
    assert_eq!(lines, [("a.txt", FileKind::File, 1), ("b", FileKind::Directory, 0), ("b/two.txt", FileKind::File, 2)]);
    assert_eq!(*bytes, 3);

    worker.events.clear();
    worker.send(Request::ChangeFiles { change: FileChange::Rename { from: "b".to_owned(), to: "c".to_owned() } });
    assert!(
        worker.events.iter().any(|event| matches!(
            event,
            Event::FilesChanged { written, removed, .. }
                if written.contains(&file("c/two.txt", "22")) && removed.contains(&"b/two.txt".to_owned())
        )),
        "{:?}",
        worker.events
    );

    worker.events.clear();
    worker.send(Request::ReadFile { path: "c/two.txt".to_owned() });
    worker.send(Request::ReadFile { path: "nowhere".to_owned() });
    worker.send(Request::ChangeFiles { change: FileChange::Remove { path: "nowhere".to_owned() } });
    assert_eq!(worker.events[0], Event::FileContents { path: "c/two.txt".to_owned(), bytes: b"22".to_vec() });
    let Event::FileProblem { message } = &worker.events[1] else { panic!("{:?}", worker.events[1]) };
    assert!(message.contains("`nowhere`"), "{message}");
    assert!(matches!(&worker.events[2], Event::FileProblem { message } if message.contains("removed")));
}

#[test]
fn a_check_finds_the_problem_and_keeps_its_version() {
    let mut worker = TestWorker::new();
    worker.send(Request::Check { version: 7, source: wat("(module (func (export \"f\") (result i32)))") });
    let Some(Event::Checked { version: 7, checked }) = worker.events.pop() else { panic!("a check is answered") };
    assert_eq!(checked.problems.len(), 1);
    assert_eq!(checked.module.expect("it could be read").exports[0].results, ["i32"]);

    worker.run_text("(module (func (export \"f\") (result i32)))");
    let Some(Outcome::NotStarted { problems }) = worker.outcome() else { panic!("it cannot run") };
    assert_eq!(problems, &checked.problems, "a run says what the check said");
}

#[test]
fn a_build_gives_the_binary_or_the_problem() {
    let mut worker = TestWorker::new();
    worker.send(Request::Build { version: 1, source: wat("(module)") });
    let Some(Event::Built { result: Ok(binary), .. }) = worker.events.pop() else { panic!("it builds") };
    assert_eq!(binary.bytes, b"\0asm\x01\0\0\0");
    worker.send(Request::Build { version: 2, source: wat("(module") });
    assert!(matches!(worker.events.pop(), Some(Event::Built { result: Err(problems), .. }) if problems.len() == 1));
}

#[test]
fn warming_up_ends_and_gives_way_to_a_run() {
    let mut worker = TestWorker::new();
    worker.send(Request::WarmUp);
    worker.tick();
    worker.run_text("(module (func (export \"main\")))");
    worker.settle(10);
    assert!(worker.outcome().is_some(), "a run does not wait for it");
    assert!(!worker.events.iter().any(|event| matches!(event, Event::Warm { .. })));
}

#[test]
fn the_same_program_prints_the_same_again() {
    let program = r#"(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (drop (call $random (i32.const 100) (i32.const 8)))
        (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 8))
        (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;
    let mut worker = TestWorker::new();
    worker.run_text(program);
    worker.settle(10);
    let first = worker.printed(Stream::Stderr);
    assert_eq!(first.len(), 8);
    worker.events.clear();
    worker.run_text(program);
    worker.settle(10);
    assert_eq!(worker.printed(Stream::Stderr), first);
}

/// Of a program that is run again its module is kept, and nothing else: its memory is fresh, and its limits are those of
/// the run.
#[test]
fn a_program_that_is_run_again_begins_anew_and_keeps_to_its_limits() {
    let program = r#"(module
      (memory 1)
      (global $calls (mut i32) (i32.const 0))
      (func $down (param $depth i32) (if (local.get $depth) (then (call $down (i32.sub (local.get $depth) (i32.const 1))))))
      (func (export "main") (result i32)
        (call $down (i32.const 500))
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 10)))
        (i32.add (global.get $calls) (i32.load (i32.const 0)))))"#;
    let mut worker = TestWorker::new();
    for (recursion, ends) in [(20_000, true), (20_000, true), (100, false), (100, false), (600, true)] {
        worker.send(Request::Check { version: 1, source: wat(program) });
        worker.settle(10);
        worker.events.clear();
        let limits = Limits { recursion, ..Limits::default() };
        worker.run(wat(program), Entry::Default, RunOptions { limits, ..RunOptions::default() });
        worker.settle(10);
        match worker.outcome() {
            Some(Outcome::Returned { results }) if ends => assert_eq!(results[0].text, "11"),
            Some(Outcome::LimitReached { message, .. }) if !ends => {
                assert!(message.contains("calls deep"), "{message}")
            }
            other => panic!("with a recursion of {recursion}: {other:?}"),
        }
    }
}

/// Yields 30,000 times, and closes a descriptor that is not there every hundredth time.
const CALLS: &str = r#"(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $n i32)
    (loop $again
      (drop (call $yield))
      (if (i32.eqz (i32.rem_u (local.get $n) (i32.const 100))) (then (drop (call $close (i32.const 77)))))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 30000))))))"#;

fn traced_calls() -> TestWorker {
    let mut worker = TestWorker::new();
    worker.run(wat(CALLS), Entry::Default, RunOptions { trace: true, ..RunOptions::default() });
    worker
}

fn watch(filter: CallFilter, first: u64, follow: bool) -> Request {
    Request::WatchCalls { watch: Some(CallsWatch { filter, first, count: 3, follow }) }
}

fn numbers(worker: &TestWorker) -> Vec<u64> {
    worker.calls().map(|view| view.calls.iter().map(|call| call.number).collect()).unwrap_or_default()
}

#[test]
fn the_watched_window_of_the_calls_is_sent() {
    let mut worker = traced_calls();
    worker.send(watch(CallFilter::default(), 0, true));
    assert_eq!(worker.settle(10_000), Next::Idle);
    let view = worker.calls().expect("calls are sent while the program runs and at its end");
    assert_eq!((view.traced, view.total, view.passing, view.dropped), (true, 30_300, 30_300, 0));
    assert_eq!(numbers(&worker), [30_298, 30_299, 30_300], "the end of the list is followed");
    let views = worker.events.iter().filter(|event| matches!(event, Event::Calls { .. })).count();
    let progress = worker.events.iter().filter(|event| matches!(event, Event::Progress { .. })).count();
    assert!(views >= 3 && views <= progress + 4, "{views} views and {progress} looks");
    worker.send(watch(CallFilter::default(), 1, false));
    assert_eq!(numbers(&worker), [2, 3, 4]);
    let call = &worker.calls().expect("they were sent").calls[0];
    assert_eq!((call.function.as_str(), call.outcome.as_str(), call.failed), ("fd_close", "BADF", true));
    assert_eq!(call.arguments, [("fd".to_owned(), "77".to_owned())]);
    assert!(call.fuel > 0);
    worker.send(watch(CallFilter::default(), u64::MAX, false));
    assert_eq!(numbers(&worker), [30_298, 30_299, 30_300], "past the end is the end");
}

#[test]
fn filtered_calls_are_found_a_piece_at_a_time() {
    let mut worker = traced_calls();
    assert_eq!(worker.settle(10_000), Next::Idle);
    assert_eq!(worker.calls(), None, "nobody watches");
    let failures = CallFilter { failures: true, ..CallFilter::default() };
    worker.send(watch(failures.clone(), 1, false));
    assert!(worker.calls().is_some_and(|view| view.searching && view.passing < 300));
    assert_eq!(worker.settle(100), Next::Idle);
    let view = worker.calls().expect("another view follows");
    assert_eq!((view.searching, view.passing, &view.filter), (false, 300, &failures));
    assert_eq!(numbers(&worker), [103, 204, 305]);
    worker.send(watch(CallFilter { functions: "yield".to_owned(), ..CallFilter::default() }, 0, true));
    assert_eq!(worker.settle(100), Next::Idle);
    assert_eq!(worker.calls().map(|view| view.passing), Some(30_000));
    worker.send(watch(CallFilter { path: "nowhere".to_owned(), ..CallFilter::default() }, 0, true));
    assert_eq!(worker.settle(100), Next::Idle);
    assert_eq!(worker.calls().map(|view| (view.passing, view.total)), Some((0, 30_300)));
}

#[test]
fn the_end_of_a_search_is_sent_however_many_calls_were_left_for_it() {
    let failures = CallFilter { failures: true, ..CallFilter::default() };
    let nothing = CallFilter { path: "nowhere".to_owned(), ..CallFilter::default() };
    for rounds in [5_000, 12_000, 15_000, 22_000, 45_000] {
        let mut worker = TestWorker::new();
        let text = CALLS.replace("30000", &rounds.to_string());
        worker.run(wat(&text), Entry::Default, RunOptions { trace: true, ..RunOptions::default() });
        assert_eq!(worker.settle(10_000), Next::Idle);
        for (filter, passing) in [(&failures, rounds / 100), (&nothing, 0)] {
            worker.send(watch(filter.clone(), 0, true));
            assert_eq!(worker.settle(100), Next::Idle);
            let sent = worker.calls().map(|view| (view.searching, view.passing));
            assert_eq!(sent, Some((false, passing)), "{rounds} rounds, {filter:?}");
        }
    }
}

#[test]
fn the_calls_of_a_paused_program_are_searched_to_their_end() {
    let mut worker = TestWorker::new();
    let text = CALLS.replace("30000", "2000000000");
    worker.run(wat(&text), Entry::Default, RunOptions { trace: true, ..RunOptions::default() });
    for _ in 0..10_000 {
        worker.tick();
        worker.send(watch(CallFilter::default(), 0, true));
        if worker.calls().is_some_and(|view| view.total > 45_000) {
            break;
        }
    }
    worker.send(Request::Pause { run: RUN });
    // None of them passes, so that each view but the last is the same.
    worker.send(watch(CallFilter { path: "nowhere".to_owned(), ..CallFilter::default() }, 0, true));
    assert_eq!(worker.settle(100), Next::Idle);
    assert_eq!(worker.calls().map(|view| (view.searching, view.passing)), Some((false, 0)));
}

#[test]
fn an_untraced_run_says_so_and_the_next_starts_a_new_trace() {
    let mut worker = traced_calls();
    worker.send(watch(CallFilter { functions: "close".to_owned(), ..CallFilter::default() }, 0, true));
    worker.settle(10_000);
    assert_eq!(worker.calls().map(|view| view.passing), Some(300));
    let again = |worker: &mut TestWorker, run, trace| {
        let options = RunOptions { trace, ..RunOptions::default() };
        worker.send(Request::Run { run, source: wat(CALLS), entry: Entry::Default, options });
        worker.settle(10_000);
    };
    again(&mut worker, 2, false);
    assert_eq!(worker.calls().map(|view| (view.traced, view.total, view.passing)), Some((false, 0, 0)));
    again(&mut worker, 3, true);
    assert_eq!(worker.calls().map(|view| (view.traced, view.passing)), Some((true, 300)));
}

#[test]
fn the_calls_are_copied_as_text() {
    let mut worker = traced_calls();
    worker.settle(10_000);
    let mut copied = |filter: CallFilter| {
        worker.send(Request::CopyCalls { filter });
        match worker.events.last() {
            Some(Event::CallsText { run: RUN, text }) => text.clone(),
            other => panic!("{other:?}"),
        }
    };
    let failures = copied(CallFilter { failures: true, ..CallFilter::default() });
    assert_eq!(failures.lines().count(), 300);
    assert!(failures.lines().all(|line| line.ends_with(" fd_close(77) = BADF")), "{failures}");
    assert_eq!(copied(CallFilter::default()).lines().count(), 30_300);
}

#[test]
fn a_call_that_waits_is_shown_while_it_waits() {
    let mut worker = TestWorker::new();
    worker.send(watch(CallFilter::default(), 0, true));
    worker.run(wat(GREETER), Entry::Default, RunOptions { trace: true, ..RunOptions::default() });
    worker.settle(20);
    let outcomes = |worker: &TestWorker| -> Vec<String> {
        let calls = worker.calls().expect("calls are watched");
        calls.calls.iter().map(|call| call.outcome.clone()).collect()
    };
    assert_eq!(outcomes(&worker), ["SUCCESS", "waits"]);
    worker.send(Request::Stdin { run: RUN, bytes: b"Ada\n".to_vec() });
    worker.settle(20);
    assert_eq!(outcomes(&worker), ["SUCCESS", "SUCCESS", "SUCCESS"]);
    let view = worker.calls().expect("calls are watched");
    assert_eq!((view.total, numbers(&worker)), (4, vec![2, 3, 4]));
    assert!(view.calls[0].waited_ms.is_some() && view.calls[0].results.contains("\"Ada\\n\""), "{view:?}");
}

#[test]
fn a_function_that_the_interpreter_cannot_run_traps_when_called() {
    // A vector on the operand stack takes two of the interpreter's slots, which only its own translator counts.
    let (vectors, drops) = ("(i64x2.splat (local.get 0)) ".repeat(40_000), "drop ".repeat(40_000));
    let text = format!(
        "(module (func $large (local i64) {vectors} {drops}) \
         (func (export \"main\") (param i32) (if (local.get 0) (then (call $large)))))"
    );
    let refused = Some("function-refused");
    for (argument, trap, opened) in [("0", None, false), ("1", refused, false), ("0", None, true), ("1", refused, true)]
    {
        let mut worker = TestWorker::new();
        if opened {
            // What was opened is compiled ahead, if that can be done.
            worker.send(Request::Check { version: 1, source: wat(&text) });
            worker.settle(10);
        }
        let entry = Entry::Export { name: "main".to_owned(), arguments: vec![argument.to_owned()] };
        worker.run(wat(&text), entry, RunOptions::default());
        worker.settle(100);
        let told = match worker.outcome() {
            Some(Outcome::Trapped { trap }) => Some(trap.code.as_str()),
            Some(Outcome::Returned { .. }) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(told, trap);
    }
}
