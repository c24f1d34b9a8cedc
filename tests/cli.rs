//! The command line, as a shell sees it: what it prints, where, and with which code it ends.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/guests.rs"]
mod guests;

#[path = "cli/sizes.rs"]
mod sizes;
#[path = "cli/terminal.rs"]
mod terminal;
#[cfg(unix)]
#[path = "cli/write_back.rs"]
mod write_back;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use guests::{guest, guest_with_lines};

/// An empty folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn wasmoscope(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasmoscope"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line starts");
    // A command that ends early does not read its input.
    let _ = child.stdin.take().expect("it has an input").write_all(stdin.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn file(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file can be written");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_call_prints_its_results() {
    let folder = folder("call");
    file(
        &folder,
        "sum.wat",
        "(module (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))",
    );
    let output = wasmoscope(&folder, &["run", "--invoke", "add", "sum.wat", "2", "-3"], "");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "-1\n".to_owned()), "{}", text(&output.stderr));
}

#[test]
fn the_call_stack_of_a_trap_is_printed_on_request() {
    let folder = folder("backtrace");
    let program = "(module\n  (func $divide (param i32) (result i32)\n    (i32.div_s (i32.const 1) (local.get 0)))\n  \
                   (func (export \"main\") (result i32)\n    (call $divide (i32.const 0))))";
    file(&folder, "trap.wat", program);
    let output = wasmoscope(&folder, &["run", "--backtrace", "trap.wat"], "");
    assert_eq!(output.status.code(), Some(134));
    let told = text(&output.stderr);
    let calls = "   0: divide\n        at trap.wat:3:6\n   1: main\n        at trap.wat:5:6\n";
    assert!(told.ends_with(calls), "{told}");
    // A Rust program tells its own functions and lines.
    let suite = guest_with_lines("suite");
    let output = wasmoscope(&folder, &["run", "--backtrace", suite.to_str().expect("its path is text"), "panic"], "");
    let told = text(&output.stderr);
    assert!(told.contains("call stack at step") && told.contains("suite::main"), "{told}");
    assert!(told.contains("at /guests/suite/src/"), "{told}");
}

#[test]
fn a_trap_is_reported_and_exits_with_134() {
    let folder = folder("trap");
    file(&folder, "trap.wat", "(module (func (export \"main\") unreachable))");
    let output = wasmoscope(&folder, &["run", "trap.wat"], "");
    assert_eq!(output.status.code(), Some(134));
    assert!(text(&output.stderr).contains("`unreachable`") && output.stdout.is_empty());
}

#[test]
fn the_exit_code_of_the_program_is_that_of_the_command() {
    let folder = folder("exit");
    file(
        &folder,
        "exit.wat",
        "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))
           (memory (export \"memory\") 1) (func (export \"_start\") (call $exit (i32.const 7))))",
    );
    assert_eq!(wasmoscope(&folder, &["run", "exit.wat"], "").status.code(), Some(7));
}

#[test]
fn unusable_arguments_exit_with_2_and_a_reason() {
    let folder = folder("unusable");
    file(&folder, "broken.wat", "(module (func i32.ad))");
    for (arguments, words) in [
        (&["run", "nowhere.wasm"][..], "cannot read `nowhere.wasm`"),
        (&["run", "broken.wat"], "did you mean `i32.add`?"),
        (&["run", "--env", "X", "broken.wat"], "NAME=VALUE"),
        (&["run", "--fuel", "lots", "broken.wat"], "lots"),
    ] {
        let output = wasmoscope(&folder, arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(words), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn fuel_and_memory_are_limited_when_asked() {
    let folder = folder("limits");
    file(&folder, "endless.wat", "(module (func (export \"main\") (loop $again (br $again))))");
    file(&folder, "large.wat", "(module (memory 100) (func (export \"main\")))");
    let output = wasmoscope(&folder, &["run", "--fuel", "5000000", "endless.wat"], "");
    assert_eq!(output.status.code(), Some(134));
    assert!(text(&output.stderr).contains("fuel of 5000000"), "{}", text(&output.stderr));
    let output = wasmoscope(&folder, &["run", "--max-memory", "65536", "large.wat"], "");
    assert!(text(&output.stderr).contains("the limit is 64 KiB"), "{}", text(&output.stderr));
}

#[test]
fn a_rust_program_holds_a_conversation() {
    let folder = folder("hello");
    let hello = guest("hello");
    let output = wasmoscope(&folder, &["run", hello.to_str().expect("UTF-8")], "Ada\nGrace\n\n");
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(printed.starts_with("What is your name? "), "{printed}");
    assert!(printed.contains("Ada") && printed.contains("Grace"), "{printed}");
}

#[test]
fn a_rust_program_reads_and_writes_a_copy_of_a_directory() {
    let folder = folder("wordcount");
    std::fs::create_dir(folder.join("data")).expect("a folder can be made");
    file(&folder, "data/poem.txt", "a rose is a rose is a rose\n");
    let wordcount = guest("wordcount");
    let wordcount = wordcount.to_str().expect("UTF-8");
    let arguments = ["run", "--dir", "data::/", wordcount, "-o", "report.txt", "poem.txt"];
    let output = wasmoscope(&folder, &arguments, "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("rose"), "{}", text(&output.stdout));
    assert!(!folder.join("data/report.txt").exists(), "the machine's directory is left alone");

    let arguments = ["run", "--dir", "data::/", "--write-back", wordcount, "-o", "report.txt", "poem.txt"];
    wasmoscope(&folder, &arguments, "");
    let report = std::fs::read_to_string(folder.join("data/report.txt")).expect("the report was written back");
    assert!(text(&output.stdout).starts_with(&report), "{report}");

    let output = wasmoscope(&folder, &["run", wordcount, "poem.txt"], "");
    assert_eq!(output.status.code(), Some(1), "without --dir there is no such file");
}

#[test]
fn a_large_output_is_whole() {
    let folder = folder("large-output");
    file(
        &folder,
        "flood.wat",
        "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func $w (param i32 i32 i32 i32) (result i32)))
           (memory (export \"memory\") 33)
           (func (export \"_start\") (local $n i32)
             (memory.fill (i32.const 65536) (i32.const 120) (i32.const 2000000))
             (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 2000000))
             (loop $again
               (drop (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
               (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5))))))",
    );
    let output = wasmoscope(&folder, &["run", "flood.wat"], "");
    assert_eq!(output.stdout.len(), 10_000_000);
    assert!(output.stdout.iter().all(|byte| *byte == b'x'));
}

#[test]
fn the_same_seed_gives_the_same_randomness() {
    let folder = folder("seed");
    file(
        &folder,
        "random.wat",
        "(module (import \"wasi_snapshot_preview1\" \"random_get\" (func $random (param i32 i32) (result i32)))
           (memory (export \"memory\") 1)
           (func (export \"main\") (result i64) (drop (call $random (i32.const 0) (i32.const 8))) (i64.load (i32.const 0))))",
    );
    let run = |seed: &str| text(&wasmoscope(&folder, &["run", "--seed", seed, "random.wat"], "").stdout);
    assert_eq!(run("1"), run("1"));
    assert_ne!(run("1"), run("2"));
}

#[test]
fn text_and_binary_are_turned_into_each_other() {
    let folder = folder("convert");
    file(&folder, "f.wat", "(module (func $name (export \"f\") (result i32) i32.const 42))");
    assert_eq!(wasmoscope(&folder, &["wat", "f.wat", "-o", "f.wasm"], "").status.code(), Some(0));
    let printed = text(&wasmoscope(&folder, &["print", "f.wasm"], "").stdout);
    assert!(printed.contains("(func $name") && printed.contains("i32.const 42"), "{printed}");
    let validated = wasmoscope(&folder, &["validate", "f.wasm"], "");
    assert_eq!(validated.status.code(), Some(0));
    assert!(text(&validated.stdout).contains("a module with functions to call"));
    file(&folder, "bad.wat", "(module (func (result i32)))");
    let validated = wasmoscope(&folder, &["validate", "bad.wat"], "");
    assert_eq!(validated.status.code(), Some(1));
    assert!(text(&validated.stderr).contains("type mismatch"));
}

/// Prints twice, and asks for a file that is not there.
const PRINTS: &str = "(module
  (import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))
  (import \"wasi_snapshot_preview1\" \"path_unlink_file\" (func $unlink (param i32 i32 i32) (result i32)))
  (memory (export \"memory\") 1)
  (data (i32.const 0) \"\\10\\00\\00\\00\\03\\00\\00\\00\")
  (data (i32.const 16) \"hi\\nnowhere.txt\")
  (func (export \"_start\")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $unlink (i32.const 3) (i32.const 19) (i32.const 11)))
    (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))))";

/// The calls of a trace, without the time and the instructions before each, which are checked to be there.
fn traced(lines: &str) -> Vec<&str> {
    let calls = lines.lines().filter(|line| line.contains(") = "));
    calls
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let time = parts.next().and_then(|time| time.parse::<f64>().ok());
            let fuel = parts.next().and_then(|fuel| fuel.parse::<u64>().ok());
            assert!(time.is_some() && fuel.is_some_and(|fuel| fuel > 0), "{line}");
            parts.next().unwrap_or_default()
        })
        .collect()
}

#[test]
fn calls_are_traced_on_standard_error_or_into_a_file() {
    let folder = folder("trace-calls");
    file(&folder, "prints.wat", PRINTS);
    let all = [
        "fd_write(1<stdout>, [\"hi\\n\"]) = SUCCESS nwritten 3",
        "path_unlink_file(3<.>, \"nowhere.txt\") = NOENT",
        "fd_write(2<stderr>, [\"hi\\n\"]) = SUCCESS nwritten 3",
    ];
    let output = wasmoscope(&folder, &["run", "--dir", ".", "--trace", "prints.wat"], "");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "hi\n".to_owned()));
    assert_eq!(traced(&text(&output.stderr)), all);

    let output = wasmoscope(&folder, &["run", "--dir", ".", "--trace=calls.txt", "prints.wat"], "");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), "hi\n".to_owned()));
    assert_eq!(traced(&std::fs::read_to_string(folder.join("calls.txt")).expect("the trace was written")), all);

    for (filter, expected) in [
        (&["--trace-calls", "path_"][..], &all[1..2]),
        (&["--trace-calls", "fd_read,fd_write"], &[all[0], all[2]]),
        (&["--trace-path", "nowhere"], &all[1..2]),
        (&["--trace-path", "stderr"], &all[2..]),
        (&["--trace-failures"], &all[1..2]),
    ] {
        let arguments = [&["run", "--dir", "."][..], filter, &["prints.wat"]].concat();
        assert_eq!(traced(&text(&wasmoscope(&folder, &arguments, "").stderr)), expected, "{filter:?}");
    }

    let output = wasmoscope(&folder, &["run", "--trace=nowhere/calls.txt", "prints.wat"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write the trace"), "{}", text(&output.stderr));
}

#[test]
fn a_waiting_call_is_traced_once_with_what_came() {
    let folder = folder("trace-waits");
    let hello = guest("hello");
    let output = wasmoscope(&folder, &["run", "--trace=calls.txt", hello.to_str().expect("UTF-8")], "Ada\n\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let trace = std::fs::read_to_string(folder.join("calls.txt")).expect("the trace was written");
    let reads: Vec<_> = trace.lines().filter(|line| line.contains("fd_read(0<stdin>")).collect();
    assert_eq!(reads.iter().filter(|line| line.contains("\"Ada\\n")).count(), 1, "{trace}");
    assert!(reads[0].contains(" <waited "), "{trace}");
}

#[test]
fn scripts_report_failures_by_their_exit_code() {
    let folder = folder("wast");
    let module = "(module (func (export \"f\") (result i32) (i32.const 7)))\n";
    file(&folder, "passes.wast", &format!("{module}(assert_return (invoke \"f\") (i32.const 7))"));
    file(&folder, "fails.wast", &format!("{module}(assert_return (invoke \"f\") (i32.const 8))"));
    file(&folder, "threads.wast", "(module (memory 1 1 shared))");
    file(&folder, "broken.wast", "(assert_nothing)");
    std::fs::write(folder.join("latin-1.wast"), b"(module) ;; \xE9").expect("a file can be written");
    let passed = "passes.wast: 1 passed, 0 failed\n";
    let failed = "fails.wast: 0 passed, 1 failed\n  fails.wast:2:2: expected (i32.const 8), got (i32.const 7)\n";
    let not_run = "threads.wast: 0 passed, 0 failed\n  not run: 1 module and 0 assertions (threads)\n";
    for (files, code, printed, told) in [
        (&["passes.wast"][..], 0, passed.to_owned(), ""),
        (&["threads.wast"], 0, not_run.to_owned(), ""),
        (&["fails.wast", "passes.wast"], 1, format!("{failed}{passed}"), ""),
        (&["nowhere.wast", "fails.wast"], 2, failed.to_owned(), "cannot read `nowhere.wast`"),
        (&["broken.wast", "passes.wast"], 2, passed.to_owned(), "`broken.wast` is not a script: line 1, column 2"),
        (&["latin-1.wast"], 2, String::new(), "not UTF-8"),
    ] {
        let arguments: Vec<&str> = ["wast"].iter().chain(files).copied().collect();
        let output = wasmoscope(&folder, &arguments, "");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(code), printed), "{files:?}");
        assert!(text(&output.stderr).contains(told), "{files:?}: {}", text(&output.stderr));
    }
    assert_eq!(wasmoscope(&folder, &["wast"], "").status.code(), Some(2));
}

#[test]
fn what_comes_after_the_file_is_for_the_program() {
    let folder = folder("after-the-file");
    let suite = guest("suite");
    let suite = suite.to_str().expect("UTF-8");
    let words = ["start", "--", "--help", "-h", "--env", "A=1", "--trace", "--", "--dir"];
    let output = wasmoscope(&folder, &[&["run", "--dir", ".::/", suite][..], &words].concat(), "");
    let printed: Vec<String> =
        text(&output.stdout).lines().filter(|line| line.starts_with("argument ")).map(str::to_owned).collect();
    let given: Vec<String> = words[2..].iter().map(|word| format!("argument {word:?}")).collect();
    assert_eq!(printed, given, "{}", text(&output.stderr));
}

#[test]
fn a_pipe_is_no_terminal() {
    let folder = folder("pipe");
    let asks = r#"(module
        (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $get (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "kind") (param i32) (result i32)
            (drop (call $get (local.get 0) (i32.const 0)))
            (i32.load8_u (i32.const 0))))"#;
    file(&folder, "asks.wat", asks);
    for stream in ["0", "1", "2"] {
        let output = wasmoscope(&folder, &["run", "--invoke", "kind", "asks.wat", stream], "");
        assert_eq!(text(&output.stdout), "0\n", "{}", text(&output.stderr));
    }
}

/// The debugger's copy, run to its end, does what the program does.
#[test]
fn an_instrumented_run_is_the_same_as_a_plain_one() {
    let folder = folder("instrumented");
    let hello = guest("hello");
    let wordcount = guest("wordcount");
    let (hello, wordcount) = (hello.to_str().expect("UTF-8"), wordcount.to_str().expect("UTF-8"));
    std::fs::create_dir(folder.join("data")).expect("a folder can be made");
    file(&folder, "data/poem.txt", "a rose is a rose is a rose\n");
    file(
        &folder,
        "sum.wat",
        "(module (func (export \"add\") (param i32 i64) (result i64 f32)
           (i64.add (i64.extend_i32_s (local.get 0)) (local.get 1)) (f32.const 0.5)))",
    );
    file(&folder, "divide.wat", "(module (func (export \"main\") (drop (i32.div_u (i32.const 1) (i32.const 0)))))");
    file(&folder, "deep.wat", "(module (func $f (export \"main\") (call $f)))");
    file(&folder, "segment.wat", "(module (memory 1) (data (i32.const 65536) \"x\") (func (export \"main\")))");
    file(&folder, "endless.wat", "(module (func (export \"main\") (loop $again (br $again))))");
    file(&folder, "missing.wat", "(module (import \"env\" \"f\" (func)) (func (export \"main\")))");
    file(&folder, "prints.wat", PRINTS);
    for (code, arguments, input) in [
        (0, &["--invoke", "add", "sum.wat", "2", "-3"][..], ""),
        (2, &["--invoke", "add", "sum.wat", "2"], ""),
        (134, &["divide.wat"], ""),
        (134, &["deep.wat"], ""),
        (134, &["segment.wat"], ""),
        (134, &["--fuel", "1000", "endless.wat"], ""),
        (2, &["missing.wat"], ""),
        (0, &["--dir", ".", "prints.wat"], ""),
        (0, &[hello], "Ada\nGrace\n\n"),
        (0, &["--dir", "data::/", "--write-back", wordcount, "-o", "report.txt", "poem.txt"], ""),
        (1, &["--dir", "data::/", wordcount, "nowhere.txt"], ""),
    ] {
        let run = |flags: &[&str]| {
            let _ = std::fs::remove_file(folder.join("data/report.txt"));
            let output = wasmoscope(&folder, &[flags, arguments].concat(), input);
            let report = std::fs::read_to_string(folder.join("data/report.txt")).ok();
            (output.status.code(), text(&output.stdout), text(&output.stderr), report)
        };
        let plain = run(&["run"]);
        assert_eq!(run(&["run", "--instrumented"]), plain, "{arguments:?}");
        assert_eq!(plain.0, Some(code), "{arguments:?}: {}", plain.2);
    }
    let traced_lines = |flags: &[&str]| {
        let arguments = [&["run", "--dir", ".", "--trace"][..], flags, &["prints.wat"]].concat();
        let lines = text(&wasmoscope(&folder, &arguments, "").stderr);
        traced(&lines).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(traced_lines(&["--instrumented"]), traced_lines(&[]));
    assert_eq!(traced_lines(&[]).len(), 3);
}
