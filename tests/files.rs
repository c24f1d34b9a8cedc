//! The files of a project between page and worker: what a user changes, and what a run did and undoes.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use support::{RUN, TestWorker, wat};
use wasmoscope::protocol::{Entry, Event, FileChange, FileContents, FileImage, Request, RunOptions};
use wasmoscope::worker::Next;

/// Writes "new" over `old.txt`, makes `out/made.txt`, removes `gone.txt`; then waits for a line of input.
const CHANGER: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "old.txt")
  (data (i32.const 120) "out/made.txt")
  (data (i32.const 140) "gone.txt")
  (data (i32.const 160) "new")
  (func $put (param $path i32) (param $length i32)
    (drop (call $open (i32.const 3) (i32.const 0) (local.get $path) (local.get $length)
      (i32.const 9) (i64.const 0x1fffffff) (i64.const 0x1fffffff) (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 8) (i32.const 160))
    (i32.store (i32.const 12) (i32.const 3))
    (drop (call $write (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16))))
  (func (export "_start")
    (call $put (i32.const 100) (i32.const 7))
    (drop (call $mkdir (i32.const 3) (i32.const 120) (i32.const 3)))
    (call $put (i32.const 120) (i32.const 12))
    (drop (call $unlink (i32.const 3) (i32.const 140) (i32.const 8)))
    (i32.store (i32.const 8) (i32.const 200))
    (i32.store (i32.const 12) (i32.const 64))
    (drop (call $read (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 16)))))"#;

fn file(path: &str, text: &str) -> FileImage {
    FileImage { path: path.to_owned(), contents: text_of(text) }
}

fn text_of(text: &str) -> FileContents {
    FileContents::File { bytes: text.as_bytes().to_vec() }
}

fn paths(event: &Event) -> Option<(Vec<&str>, Vec<&str>, bool)> {
    let Event::FilesChanged { written, removed, requested } = event else { return None };
    let written = written.iter().map(|file| file.path.as_str()).collect();
    Some((written, removed.iter().map(String::as_str).collect(), *requested))
}

fn change(worker: &mut TestWorker, change: FileChange) -> Vec<Event> {
    worker.events.clear();
    worker.send(Request::ChangeFiles { change });
    std::mem::take(&mut worker.events)
}

/// A worker whose program waits for input after it has changed the files.
fn changed_worker() -> TestWorker {
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: vec![file("gone.txt", "was here"), file("old.txt", "old\n")] });
    worker.send(Request::Run { run: RUN, source: wat(CHANGER), entry: Entry::Default, options: RunOptions::default() });
    assert_eq!(worker.settle(100), Next::Idle);
    worker
}

fn tree(worker: &mut TestWorker) -> Vec<FileImage> {
    worker.events.clear();
    worker.send(Request::ReadAllFiles);
    let Some(Event::AllFiles { files }) = worker.events.pop() else { panic!("it answers") };
    files
}

#[test]
fn a_run_is_compared_with_what_it_found_and_reverted() {
    let mut worker = changed_worker();
    worker.send(Request::EndOfInput { run: RUN });
    worker.settle(100);
    let told = worker.events.iter().find_map(paths).expect("the page is told");
    assert_eq!(told, (vec!["old.txt", "out", "out/made.txt"], vec!["gone.txt"], false));

    worker.events.clear();
    for path in ["old.txt", "out/made.txt", "gone.txt"] {
        worker.send(Request::CompareFile { path: path.to_owned() });
    }
    let compared = std::mem::take(&mut worker.events);
    let expected = [
        ("old.txt", Some(text_of("old\n")), Some(text_of("new"))),
        ("out/made.txt", None, Some(text_of("new"))),
        ("gone.txt", Some(text_of("was here")), None),
    ];
    for (event, (path, before, now)) in compared.iter().zip(expected) {
        assert_eq!(*event, Event::FileCompared { path: path.to_owned(), before, now });
    }

    let one = change(&mut worker, FileChange::Revert { paths: vec!["gone.txt".into()] });
    assert_eq!(paths(one.last().unwrap()), Some((vec!["gone.txt"], vec![], true)));
    let all = ["out", "old.txt", "out/made.txt", "gone.txt"].map(str::to_owned).to_vec();
    let answer = change(&mut worker, FileChange::Revert { paths: all });
    assert_eq!(paths(answer.last().unwrap()), Some((vec!["old.txt"], vec!["out", "out/made.txt"], true)));
    assert_eq!(tree(&mut worker), [file("gone.txt", "was here"), file("old.txt", "old\n")]);
}

#[test]
fn a_revert_keeps_files_that_the_user_has_added() {
    let mut worker = changed_worker();
    change(&mut worker, FileChange::Write { files: vec![file("out/mine.txt", "m")] });
    let answer = change(&mut worker, FileChange::Revert { paths: vec!["out".into(), "out/made.txt".into()] });
    assert_eq!(paths(answer.last().unwrap()), Some((vec![], vec!["out/made.txt"], true)));
    let told =
        |event: &Event| matches!(event, Event::FileProblem { message } if message.starts_with("`out` was not removed"));
    assert!(answer.iter().any(told), "{answer:?}");
    assert!(tree(&mut worker).contains(&file("out/mine.txt", "m")));
}

#[test]
fn changes_of_the_program_before_those_of_the_user_are_kept_too() {
    let mut worker = changed_worker();
    let events = change(&mut worker, FileChange::Write { files: vec![file("mine.txt", "m")] });
    let told: Vec<_> = events.iter().filter_map(paths).collect();
    let program = (vec!["old.txt", "out", "out/made.txt"], vec!["gone.txt"], false);
    assert_eq!(told, [program, (vec!["mine.txt"], vec![], true)]);
}

#[test]
fn every_change_is_answered_once_even_when_nothing_changes() {
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: vec![file("a", "1")] });
    let same = change(&mut worker, FileChange::Write { files: vec![file("a", "1")] });
    let missing = change(&mut worker, FileChange::Remove { path: "nowhere".into() });
    for events in [&same, &missing] {
        assert_eq!(paths(events.last().unwrap()), Some((vec![], vec![], true)));
    }
    assert!(matches!(&missing[0], Event::FileProblem { message } if message.contains("nowhere")));
}

#[test]
fn a_directory_is_copied_with_what_it_holds_and_never_into_itself() {
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: vec![file("d/x", "1"), file("d/e/y", "2"), file("dd", "3")] });
    let copy = |from: &str, to: &str| FileChange::Copy { from: from.into(), to: to.into() };
    let answer = change(&mut worker, copy("d", "d copy"));
    assert_eq!(paths(answer.last().unwrap()).unwrap().0, ["d copy", "d copy/e", "d copy/e/y", "d copy/x"]);
    for (from, to, why) in [("d", "d/z", "into itself"), ("no", "z", "does not exist"), ("dd", "d", "already")] {
        let answer = change(&mut worker, copy(from, to));
        assert!(matches!(&answer[0], Event::FileProblem { message } if message.contains(why)), "{answer:?}");
    }
    assert_eq!(tree(&mut worker).len(), 5 + 4);
}

fn symlink(path: &str, target: &str) -> FileImage {
    FileImage { path: path.to_owned(), contents: FileContents::Symlink { target: target.to_owned() } }
}

fn directory(path: &str) -> FileImage {
    FileImage { path: path.to_owned(), contents: FileContents::Directory }
}

fn unpack(folder: &str, files: Vec<FileImage>, left_out: &[&str]) -> FileChange {
    let left_out = left_out.iter().map(|&line| line.to_owned()).collect();
    FileChange::Unpack { archive: "a.tar".to_owned(), directory: folder.to_owned(), files, left_out }
}

fn problem(events: &[Event]) -> Option<&str> {
    events.iter().find_map(|event| match event {
        Event::FileProblem { message } => Some(message.as_str()),
        _ => None,
    })
}

#[test]
fn an_archive_changes_nothing_beside_its_folder() {
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: vec![file("mine.txt", "mine"), symlink("up", ".")] });
    let before = tree(&mut worker);
    // Not even where the page would not have looked, and where the folder is a link by now.
    for files in [
        vec![symlink("s", ".."), file("s/mine.txt", "1"), file("s", "2")],
        vec![file("../mine.txt", "3"), file("a/../../mine.txt", "4"), file(".", "5")],
    ] {
        change(&mut worker, unpack("slip", files, &[]));
        let after: Vec<_> = tree(&mut worker).into_iter().filter(|file| !file.path.starts_with("slip")).collect();
        assert_eq!(after, before);
    }
    let answer = change(&mut worker, unpack("up", vec![file("mine.txt", "6"), file("new.txt", "7")], &[]));
    let expected = "a.tar: 2 entries were not unpacked\nmine.txt: `up` in its path is a symbolic link\n\
                    new.txt: `up` in its path is a symbolic link";
    assert_eq!(problem(&answer), Some(expected));
    let answer = change(&mut worker, unpack("mine.txt/in", vec![file("x", "8")], &[]));
    assert_eq!(problem(&answer), Some("a.tar: 1 entry was not unpacked\nx: `mine.txt` in its path is a file"));
    let after: Vec<_> = tree(&mut worker).into_iter().filter(|file| !file.path.starts_with("slip")).collect();
    assert_eq!(after, before);
}

#[test]
fn an_archive_replaces_nothing_and_what_it_left_out_is_listed() {
    let mut worker = TestWorker::new();
    let mine = vec![file("same", "x"), file("other", "mine"), directory("d"), symlink("link", "other"), file("f", "")];
    worker.send(Request::SetFiles { files: mine.clone() });
    let archive = vec![
        file("same", "x"),
        file("other", "theirs"),
        directory("d"),
        file("d/new", "n"),
        file("link", "through"),
        directory("f"),
        symlink("d/link", "../other"),
        directory("e/mpty"),
    ];
    let answer = change(&mut worker, unpack("", archive, &["null: it is a device"]));
    let expected = [
        "a.tar: 4 entries were not unpacked",
        "null: it is a device",
        "other: a file of that name already exists and was not replaced",
        "link: a symbolic link of that name already exists and was not replaced",
        "f: a file of that name already exists and was not replaced",
    ];
    assert_eq!(problem(&answer), Some(expected.join("\n").as_str()));
    assert_eq!(paths(answer.last().unwrap()).unwrap().0, ["d/link", "d/new", "e", "e/mpty"]);
    for image in mine {
        assert!(tree(&mut worker).contains(&image), "{image:?}");
    }
    // A long list is cut; an archive that is unpacked whole says nothing.
    let many: Vec<String> = (0..15).map(|number| format!("{number}: why")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let answer = change(&mut worker, unpack("z", vec![], &many));
    let message = problem(&answer).expect("it is listed");
    assert!(message.starts_with("a.tar: 15 entries were not unpacked\n0: why\n"), "{message}");
    assert!(message.ends_with("9: why\nand 5 more"), "{message}");
    assert_eq!(problem(&change(&mut worker, unpack("z", vec![file("a", "1")], &[]))), None);
}

#[test]
fn an_archive_may_hold_as_much_as_the_tree() {
    assert_eq!(wasmoscope::ui::platform::archive::LARGEST, wasmoscope::engine::vfs::DEFAULT_SIZE_LIMIT);
}
