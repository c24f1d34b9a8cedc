//! Each errno that each call of WASI can answer: there is a check of it in the suite, or a reason why it cannot be.
//!
//! The reasons stand in `tests/guests/suite/ERRNOS.md`. The suite is held against them, and so are calls that nobody
//! would make.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/errnos.rs"]
mod errnos;
#[path = "support/fresh.rs"]
mod fresh;
#[path = "support/guests.rs"]
mod guests;
#[path = "support/random_calls.rs"]
mod random_calls;

use errnos::{Pair, Table};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use wasmoscope::engine::wasi::{CALLS, Errno};

/// The sections of the suite, as many as can be gone through together.
const RUNS: [&[&str]; 6] = [&[], &["input"], &["end"], &["hostile"], &["limits"], &["rights"]];

/// What the suite prints: `what -> answer`, a line each.
fn answers() -> Vec<(String, String)> {
    let mut answers = Vec::new();
    for sections in RUNS {
        let name = sections.first().unwrap_or(&"all");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("errnos").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let mut child = Command::new(env!("CARGO_BIN_EXE_wasmoscope"))
            .args(["run", "--env", "A=1", "--dir", &format!("{}::/", folder.display())])
            .arg(guests::guest("suite"))
            .args(sections)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command line starts");
        let _ = child.stdin.take().expect("it has an input").write_all(b"one\ntwo\nthree");
        let output = child.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        answers.extend(text.lines().filter_map(|line| {
            let (what, answer) = line.rsplit_once(" -> ")?;
            Some((what.to_owned(), answer.trim().to_owned()))
        }));
    }
    answers
}

/// The function that a check is about, and the errno that it got.
fn pair(what: &str, answer: &str) -> Option<Pair> {
    let function = what.split(' ').next().filter(|function| CALLS.contains(function))?;
    let errno = Errno::ALL.iter().map(|errno| errno.name().to_uppercase()).find(|name| name == answer)?;
    Some((function.to_owned(), errno))
}

#[test]
fn each_errno_of_each_call_is_checked_or_cannot_be() {
    let table = Table::read();
    let answers = answers();
    let checked: BTreeSet<Pair> = answers.iter().filter_map(|(what, answer)| pair(what, answer)).collect();
    let mut wrong = Vec::new();
    for function in CALLS.iter().filter(|function| **function != "proc_exit") {
        for errno in Errno::ALL.iter().skip(1).map(|errno| errno.name().to_uppercase()) {
            let pair = (function.to_string(), errno);
            match (checked.contains(&pair), table.reason(&pair)) {
                (false, None) => wrong.push(format!("{} {}: no check, and no reason", pair.0, pair.1)),
                (true, Some(reason)) => wrong.push(format!("{} {}: is answered, although {reason}", pair.0, pair.1)),
                (true, None) | (false, Some(_)) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} pairs:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_call_is_checked_in_success() {
    let answers = answers();
    let succeeds = |function: &str| {
        let of_function = answers.iter().filter(|(what, _)| what.split(' ').next() == Some(function));
        of_function.filter(|(what, answer)| pair(what, answer).is_none()).count() > 0
    };
    // One has no answer, the others never succeed: see the table.
    let never = ["proc_exit", "proc_raise", "sock_accept", "sock_recv", "sock_send", "sock_shutdown"];
    let missing: Vec<_> = CALLS.iter().filter(|function| !never.contains(function) && !succeeds(function)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn random_calls_answer_nothing_that_cannot_be() {
    let table = Table::read();
    let seeds = fresh::seeds("ERRNOS_RUNS", 100, 20);
    let runs = seeds.len();
    let seen = random_calls::answers(seeds, 1_000, |seed, pair| {
        if let Some(reason) = table.impossible(pair).filter(|_| pair.1 != "SUCCESS") {
            let again = format!("SEED={seed:#x} cargo test --test wasi_errnos");
            panic!("{} {}: is answered, although {reason}; to repeat it: {again}", pair.0, pair.1);
        }
    });
    if std::env::var_os("SHOW").is_some() {
        for pair in &seen {
            println!("{} {}", pair.0, pair.1);
        }
    }
    assert!(runs < 50 || seen.len() > 100, "the calls are too tame: {seen:?}");
}

#[test]
fn no_row_of_the_table_is_idle() {
    let idle = Table::read().idle(CALLS);
    assert!(idle.is_empty(), "{idle:#?}");
}
