//! Every instruction that runs here is stepped over, and its sentence is in a snapshot that a person reads.

use std::collections::BTreeSet;
use std::fmt::Write;

use wasmparser::Operator;

use super::{At, wording};
use crate::engine::debugger::tests::support::{go, session_of};
use crate::engine::debugger::{Command, DebugSession, StopReason};
use crate::engine::inspect::inspect;
use crate::engine::runtime::Entry;
use crate::engine::source::Source;
use crate::engine::words::{INSTRUCTIONS, text_name};

/// The proposals whose instructions run here; see `validate::supported`.
const PROPOSALS: &[&str] = &[
    "mvp",
    "sign_extension",
    "saturating_float_to_int",
    "bulk_memory",
    "reference_types",
    "tail_call",
    "simd",
    "relaxed_simd",
    "wide_arithmetic",
];

/// What is no step: control passes over it. A `select` of several values is no valid instruction.
const NO_STEP: &[&str] = &["visit_else", "visit_typed_select_multi"];

/// The instructions that run here: how wasmparser names them.
fn supported() -> Vec<&'static str> {
    macro_rules! all {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
            vec![$( (stringify!($proposal), stringify!($visit)) ),*]
        };
    }
    let all: Vec<(&str, &str)> = wasmparser::for_each_operator!(all);
    let supported =
        all.into_iter().filter(|(proposal, visit)| PROPOSALS.contains(proposal) && !NO_STEP.contains(visit));
    supported.map(|(_, visit)| visit).collect()
}

/// How wasmparser names an instruction.
fn visit(operator: &Operator<'_>) -> &'static str {
    macro_rules! name {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
            match operator {
                $( Operator::$op { .. } => stringify!($visit), )*
                _ => "unknown",
            }
        };
    }
    wasmparser::for_each_operator!(name)
}

/// Programs for instructions of control, variables, memory and tables: what they do is written out. The rest are made.
const PROGRAMS: &str = include_str!("programs.wat");

/// All steps of a program, each with its instruction and its sentence; at the end, why it ended.
fn steps(session: &mut DebugSession) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    while let Some(before) = session.before_step() {
        let name = session.machine().position().and_then(|position| {
            let copy = &session.program().instrumented;
            Some(visit(&copy.operator(position.function, position.instruction)?))
        });
        let stopped = go(session, Command::Into);
        if let StopReason::Ended(_) = stopped {
            if let Some(trap) = session.describe_trap(&line) {
                all.push((name.unwrap_or("unknown"), format!("trap: {trap}")));
            }
            break;
        }
        let at = At::of(session, before.position, &line).expect("it was executed");
        let pushed = session.pushed(&at, &before);
        let known = wording(&super::Step { at, before: &before, pushed });
        let sentence = session.describe_step(&before, &line);
        assert_eq!(known, Some(sentence.clone()), "the table has no wording for {name:?}");
        assert!(!sentence.to_string().contains('?'), "a value is missing: {sentence}");
        let next = session.describe_next(&line).map_or_else(String::new, |next| format!("; next: {next}"));
        all.push((name.unwrap_or("unknown"), format!("{sentence}{next}")));
        assert!(all.len() < 500, "it goes on and on");
    }
    all
}

/// Lines are not known to the engine: the text's map knows them, and here it is enough to see that one is named.
fn line(offset: u64) -> Option<String> {
    (offset > 0).then(|| "line N".to_owned())
}

/// Modules of one instruction, with operands that suit it.
fn made(instruction: &str) -> Vec<String> {
    let Some((space, operation)) = instruction.split_once('.') else { return Vec::new() };
    let i32s: &[&str] = &["i32.const -20", "i32.const 3"];
    let i64s: &[&str] = &["i64.const -20", "i64.const 3"];
    let f32s: &[&str] = &["f32.const 2.5", "f32.const -1.25"];
    let f64s: &[&str] = &["f64.const 2.5", "f64.const -1.25"];
    let vectors: &[&str] =
        &["v128.const i32x4 1 -2 3 70000", "v128.const i32x4 7 -2 1 0", "v128.const i32x4 -1 0 -1 0"];
    let floats = match space {
        "f32x4" => &["v128.const f32x4 1.5 -2.5 0 4", "v128.const f32x4 2 0.5 -1 4", "v128.const f32x4 1 1 1 1"][..],
        "f64x2" => &["v128.const f64x2 1.5 -2.5", "v128.const f64x2 2 -3", "v128.const f64x2 1 1"],
        _ if operation.contains("f32x4") => &["v128.const f32x4 1.5 -2.5 0 4e9"],
        _ if operation.contains("f64x2") => &["v128.const f64x2 1.5 -2.5"],
        _ => vectors,
    };
    let of = |ty: &str| match ty {
        "i32" => i32s,
        "i64" => i64s,
        "f32" => f32s,
        "f64" => f64s,
        _ => floats,
    };
    let memory =
        "(memory 1) (data (i32.const 16) \"\\01\\80\\03\\84\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10\")";
    let lane = if operation.contains("lane") && !operation.contains("select") { " 1" } else { "" };
    let offset = if operation.contains("load") || operation.contains("store") { " offset=4" } else { "" };
    let immediate = match operation {
        "shuffle" => " 0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31".to_owned(),
        "const" if space == "v128" => " i32x4 1 2 3 4".to_owned(),
        "const" => " 7".to_owned(),
        _ => format!("{offset}{lane}"),
    };
    // All the operands that it could have.
    let mut candidates: Vec<Vec<&str>> = vec![Vec::new(), vec!["i32.const 16"], vec!["i32.const 16", floats[0]]];
    let from: Option<&str> = ["i32", "i64", "f32", "f64"]
        .into_iter()
        .find(|ty| operation.rsplit('_').take(2).any(|part| part == *ty) && !operation.contains("x"));
    let float_pair = [floats, floats].concat();
    for ty in [from.unwrap_or(space), space, "i32", "i64", "f32", "f64"] {
        let values = of(ty);
        candidates.push(vec![values[0]]);
        candidates.push(vec![values[1 % values.len()]]);
        candidates.push(vec![values[0], values[1 % values.len()]]);
        candidates.push(vec!["i32.const 16", values[0]]);
    }
    candidates.push(vec!["i32.const 16"]);
    candidates.push(floats[..1].to_vec());
    candidates.push(vec![float_pair[0], float_pair[1 % float_pair.len()]]);
    candidates.push(vec![floats[0], "i32.const 3"]);
    for scalar in [i32s[0], i64s[0], f32s[0], f64s[0]] {
        candidates.push(vec![floats[0], scalar]);
    }
    candidates.push(vec!["i32.const 16", vectors[0]]);
    candidates.push(floats.iter().cycle().take(3).copied().collect());
    candidates.push(vec!["i64.const -1", "i64.const 0", "i64.const 2", "i64.const 0"]);
    let valid = candidates.into_iter().filter_map(|operands| {
        (0..3).find_map(|results| {
            let drops = "drop ".repeat(results);
            let text = format!(
                "(module {memory} (func (export \"main\") {} {instruction}{immediate} {drops}))",
                operands.join(" ")
            );
            let inspection = inspect(&Source::new("test.wat", text.as_str()));
            inspection.problems.is_empty().then_some(text)
        })
    });
    valid.collect()
}

#[test]
fn every_instruction_has_its_sentence() {
    let mut sentences = String::new();
    let mut seen = BTreeSet::new();
    for program in PROGRAMS.split("\n;; ").skip(1) {
        let (title, text) = program.split_once('\n').expect("each program has a title above it");
        let _ = writeln!(sentences, "== {title}");
        let mut session = session_of(text, Entry::Default);
        for (name, sentence) in steps(&mut session) {
            seen.insert(name);
            let _ = writeln!(sentences, "{sentence}");
        }
        sentences.push('\n');
    }
    sentences.push_str("== each of the other instructions\n");
    let mut missing = Vec::new();
    for visit in supported() {
        if seen.contains(visit) && !["visit_i32_add", "visit_i32_load", "visit_i32_store"].contains(&visit) {
            continue;
        }
        let instruction = text_name(visit);
        assert!(INSTRUCTIONS.contains(&instruction), "{instruction}");
        // Rather one that is executed than one that traps.
        let mut candidates: Vec<String> = Vec::new();
        for text in made(&instruction) {
            let of_it = steps(&mut session_of(&text, Entry::Default)).into_iter().filter(|(name, _)| *name == visit);
            candidates.extend(of_it.map(|(_, sentence)| sentence));
        }
        candidates.sort_by_key(|sentence| sentence.starts_with("trap: "));
        let Some(sentence) = candidates.first() else {
            missing.push(instruction);
            continue;
        };
        let sentence = sentence.split("; next: ").next().unwrap_or(sentence);
        let _ = writeln!(sentences, "{sentence}");
    }
    assert!(missing.is_empty(), "no program steps over {missing:?}");
    insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("sentences", sentences);
    });
}

#[test]
fn a_list_of_values_is_read_as_one() {
    let text = "(module (func (export \"main\") (result i32 i32 i32) i32.const 1 i32.const 2 i32.const 3))";
    let mut session = session_of(text, Entry::Default);
    for _ in 0..3 {
        go(&mut session, Command::Into);
    }
    let next = session.describe_next(&line).expect("it is at its end");
    assert_eq!(next.to_string(), "the end of `main`, which returns 1, 2 and 3");
}
