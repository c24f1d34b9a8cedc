//! The suite of `tests/guests/suite`, a section at a time.
//!
//! Not compared are the sections `hostile` (a pointer out of memory is an errno here and a trap under wasmtime; the
//! specification allows both), `limits` (those of a tree in memory, which a machine's disk has not) and `rights` (which
//! wasmtime has dropped).

#[path = "../../support/guests.rs"]
mod guests;

use oracle::{Run, differences};

fn suite(arguments: &[&str]) -> Run {
    Run {
        name: format!("suite {}", arguments[0]),
        wasm: guests::guest("suite"),
        arguments: arguments.iter().map(|argument| argument.to_string()).collect(),
        ..Run::default()
    }
}

macro_rules! sections {
    ($($section:ident)*) => {
        $(#[test]
        fn $section() {
            differences::check(&suite(&[stringify!($section)]));
        })*
    };
}

sections! {
    clock opening descriptors reading writing metadata directories names links paths escape poll others standard end
}

#[test]
fn start() {
    let run = suite(&["start", "--", "one", "two words", "", "ünïcödé"]);
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    differences::check(&Run { environment: vec![variable("A", "1"), variable("EMPTY", "")], ..run });
}

#[test]
fn input() {
    differences::check(&Run { input: b"one\ntwo\nthree".to_vec(), ..suite(&["input"]) });
}

#[test]
fn exit_codes() {
    for code in ["0", "1", "42", "125"] {
        let run = suite(&["exit", code]);
        assert_eq!(oracle::here::run(&run), oracle::there::run(&run));
    }
}

#[test]
fn traps_and_panics() {
    for how in ["trap", "panic"] {
        let run = suite(&[how]);
        assert_eq!(oracle::here::run(&run), oracle::there::run(&run));
    }
}

#[test]
fn the_examples() {
    let files = oracle::root().join("tests/programs/files");
    for (name, arguments, input) in [
        ("hello", &[][..], "Ada\nGrace\n"),
        ("wordcount", &["words.txt", "-o", "report.txt"], ""),
        ("wordcount", &[], "to be or not to be"),
        ("wordcount", &["missing.txt"], ""),
    ] {
        differences::check(&Run {
            name: format!("{name} {}", arguments.join(" ")),
            wasm: guests::guest(name),
            arguments: arguments.iter().map(|argument: &&str| argument.to_string()).collect(),
            input: input.into(),
            files: Some(files.clone()),
            ..Run::default()
        });
    }
}
