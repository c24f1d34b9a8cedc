//! The suite of `tests/guests/suite`: every call of WASI preview1, through the command line.
//!
//! The suite itself knows what each call should answer; `tests/oracle` compares it with another runtime.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/guests.rs"]
mod guests;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the suite in an empty directory, with flags for the command line before the program and words after it: as it
/// is, and as the copy that the debugger runs, which says the same.
fn suite(folder: &str, flags: &[&str], words: &[&str], input: &str) -> Output {
    let plain = run(folder, flags, words, input);
    let copy = run(folder, &[flags, &["--instrumented"]].concat(), words, input);
    let told = |output: &Output| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(told(&copy), told(&plain), "{folder}, instrumented and plain");
    plain
}

fn run(folder: &str, flags: &[&str], words: &[&str], input: &str) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("suite").join(folder);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasmoscope"))
        .args(["run", "--dir", &format!("{}::/", folder.display())])
        .args(flags)
        .arg(guests::guest("suite"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line starts");
    // A program that ends early does not read its input.
    let _ = child.stdin.take().expect("it has an input").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

/// All answers are as expected; what was printed.
#[track_caller]
fn all_as_expected(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong: Vec<&str> = text.lines().filter(|line| line.contains("(expected ")).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().last().is_some_and(|line| line.starts_with("suite: ")), "{text}");
    text
}

#[test]
fn every_call_answers_as_expected() {
    all_as_expected(&suite("all", &[], &[], ""));
}

#[test]
fn arguments_and_variables_arrive_as_they_were_given() {
    let words = ["start", "--", "one", "two words", "", "ünïcödé", "--flag=x"];
    let text = all_as_expected(&suite("words", &["--env", "A=1", "--env", "EMPTY="], &words, ""));
    for line in ["argument \"two words\"", "argument \"\"", "argument \"ünïcödé\"", "argument \"--flag=x\""] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    assert!(text.contains("variable \"A=1\"\nvariable \"EMPTY=\"\n"), "{text}");
}

#[test]
fn input_is_read_to_its_end() {
    all_as_expected(&suite("input", &[], &["input"], "one\ntwo\nthree"));
}

#[test]
fn what_was_open_from_the_start_can_be_closed_and_replaced() {
    all_as_expected(&suite("end", &[], &["end"], ""));
}

#[test]
fn a_hostile_program_gets_errors() {
    all_as_expected(&suite("hostile", &[], &["hostile"], ""));
}

#[test]
fn rights_that_were_given_up_are_missed() {
    all_as_expected(&suite("rights", &[], &["rights"], ""));
}

#[test]
fn limits_are_met_with_errors() {
    all_as_expected(&suite("limits", &[], &["limits"], ""));
}

#[test]
fn a_program_ends_with_the_code_it_chose() {
    for code in [0, 7, 255] {
        let output = suite("exit", &[], &["exit", &code.to_string()], "");
        assert_eq!(output.status.code(), Some(code));
        assert_eq!((output.stdout, output.stderr), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_panicking_program_prints_its_message_before_it_traps() {
    let output = suite("panic", &[], &["panic"], "");
    assert_eq!(output.status.code(), Some(134));
    assert!(String::from_utf8_lossy(&output.stderr).contains("on purpose"), "{output:?}");
}
