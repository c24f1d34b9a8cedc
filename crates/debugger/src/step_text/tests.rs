//! Steps over every supported instruction; the sentences are in a snapshot for review.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use wasmparser::Operator;

use super::{At, Part, Sentence, wording};
use crate::tests::support::{go, session_of};
use crate::{Command, DebugSession, StopReason};
use wasmoscope_module::inspect::inspect;
use wasmoscope_module::source::Source;
use wasmoscope_module::value::FormattedValue;
use wasmoscope_module::words::{INSTRUCTIONS, text_name};
use wasmoscope_runtime::Entry;

/// The supported proposals; see `validate::supported`.
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

/// Not steps: control skips `else`, `unreachable` always traps, and a `select` of several values is not a valid
/// instruction.
const NO_STEP: &[&str] = &["visit_else", "visit_unreachable", "visit_typed_select_multi"];

/// The supported instructions, by their wasmparser names.
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

/// The wasmparser name of an instruction.
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

/// Programs for instructions of control, variables, memory and tables.
const PROGRAMS: &str = include_str!("programs.wat");

/// Expressions for instructions whose sentences depend on their operands. The others are generated.
const EXPRESSIONS: &str = include_str!("expressions.wat");

/// A memory with bytes whose sign bits are set, where loads read.
const MEMORY: &str = "(memory 1) (data (i32.const 20)
    \"\\81\\82\\83\\84\\85\\86\\87\\88\\89\\8a\\8b\\8c\\8d\\8e\\8f\\90\")";

/// A step of a program.
struct Described {
    /// The wasmparser name of its instruction.
    visit: &'static str,
    sentence: Sentence,
    is_trap: bool,
    /// The description of the next instruction.
    next: String,
}

impl fmt::Display for Described {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trap = if self.is_trap { "trap: " } else { "" };
        write!(formatter, "{trap}{}", self.sentence)
    }
}

/// All steps of a program and, at the end, why it ended.
fn steps(session: &mut DebugSession) -> Vec<Described> {
    let mut all = Vec::new();
    while let Some(before) = session.state().before_step() {
        let name = session.machine().position().and_then(|position| {
            let copy = &session.program().instrumented;
            Some(visit(&copy.operator(position.function, position.instruction)?))
        });
        let visit = name.unwrap_or("unknown");
        let stopped = go(session, Command::Into);
        if let StopReason::Ended(_) = stopped {
            if let Some(sentence) = session.outcome().and_then(|outcome| session.state().describe_trap(outcome, &line))
            {
                all.push(Described { visit, sentence, is_trap: true, next: String::new() });
            }
            break;
        }
        let at = At::of(session.state(), before.position, &line).expect("it was executed");
        let pushed = session.state().pushed(&at, &before);
        let known = wording(&super::Step { at, before: &before, pushed });
        let sentence = session.state().describe_step(&before, &line);
        assert_eq!(known, Some(sentence.clone()), "the table has no wording for {visit}");
        assert!(!sentence.to_string().contains('?'), "a value is missing: {sentence}");
        let next = session.state().describe_next(&line).map_or_else(String::new, |next| format!("; next: {next}"));
        all.push(Described { visit, sentence, is_trap: false, next });
        assert!(all.len() < 500, "it goes on and on");
    }
    all
}

/// The engine does not know lines: the text's map does, and here it is enough to see that one is named.
fn line(offset: u64) -> Option<String> {
    (offset > 0).then(|| "line N".to_owned())
}

/// Modules with one instruction and suitable operands.
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
    let lane = if operation.contains("lane") && !operation.contains("select") { " 1" } else { "" };
    let offset = if operation.contains("load") || operation.contains("store") { " offset=4" } else { "" };
    let immediate = match operation {
        "shuffle" => " 0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31".to_owned(),
        "const" if space == "v128" => " i32x4 1 2 3 4".to_owned(),
        "const" => " 7".to_owned(),
        _ => format!("{offset}{lane}"),
    };
    // All candidates for its operands.
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
    let instruction = |operands: Vec<&str>| module(&format!("{} {instruction}{immediate}", operands.join(" ")));
    candidates.into_iter().filter_map(instruction).collect()
}

/// A module that executes instructions and drops their results, if it is valid.
fn module(instructions: &str) -> Option<String> {
    (0..3).find_map(|results| {
        let drops = "drop ".repeat(results);
        let text = format!("(module {MEMORY} (func (export \"main\") {instructions} {drops}))");
        let inspection = inspect(&Source::new("test.wat", text.as_str()));
        inspection.problems.is_empty().then_some(text)
    })
}

/// The step of an expression's own instruction.
fn described(expression: &str) -> Described {
    let text = module(expression).unwrap_or_else(|| panic!("{expression} is not valid"));
    let name = expression.trim_start_matches('(').split_whitespace().next();
    let mut steps = steps(&mut session_of(&text, Entry::Default)).into_iter();
    let step = steps.rfind(|step| Some(&*text_name(step.visit)) == name);
    step.unwrap_or_else(|| panic!("{expression} is not executed"))
}

/// The programs or expressions of a file, with their titles.
fn titled(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.split("\n;; ").skip(1).map(|part| part.split_once('\n').expect("a title is above it"))
}

#[test]
fn every_instruction_has_its_sentence() {
    let mut sentences = String::new();
    let mut seen = BTreeSet::new();
    // An instruction that only traps also gets the sentence of its execution.
    let mut note = |step: &Described| !step.is_trap && seen.insert(step.visit);
    for (title, text) in titled(PROGRAMS) {
        let _ = writeln!(sentences, "== {title}");
        for step in steps(&mut session_of(text, Entry::Default)) {
            note(&step);
            let _ = writeln!(sentences, "{step}{}", step.next);
        }
        sentences.push('\n');
    }
    for (title, expressions) in titled(EXPRESSIONS) {
        let _ = writeln!(sentences, "== {title}");
        for step in expressions.lines().filter(|line| !line.is_empty()).map(described) {
            note(&step);
            let _ = writeln!(sentences, "{step}");
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
        // Prefer one that is executed to one that traps.
        let programs = made(&instruction).into_iter();
        let steps = programs.flat_map(|text| steps(&mut session_of(&text, Entry::Default)));
        let Some(step) = steps.filter(|step| step.visit == visit).min_by_key(|step| step.is_trap) else {
            missing.push(instruction);
            continue;
        };
        let _ = writeln!(sentences, "{step}");
    }
    assert!(missing.is_empty(), "no program steps over {missing:?}");
    insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("sentences", sentences);
    });
}

/// The sentence of an expression's instruction, with its values in the given base.
fn in_base(expression: &str, base: fn(&FormattedValue) -> &Option<String>) -> String {
    let step = described(expression);
    let parts = step.sentence.parts().iter().map(|part| match part {
        Part::Text(text) => text,
        Part::Value(value) => base(value).as_ref().unwrap_or(&value.text),
    });
    parts.map(String::as_str).collect()
}

#[test]
fn a_sentence_is_true_in_every_base() {
    let unsigned = |expression| in_base(expression, |value| &value.unsigned);
    let hex = |expression| in_base(expression, |value| &value.hex);

    let less = "(i32.lt_s (i32.const -20) (i32.const 3))";
    assert_eq!(unsigned(less), "i32.lt_s: -20 < 3 is true, pushed 1");
    assert_eq!(hex(less), "i32.lt_s: -20 < 3 is true, pushed 1");
    let less = "(i32.lt_u (i32.const -20) (i32.const 3))";
    assert_eq!(hex(less), "i32.lt_u: unsigned 0xffffffec < 0x3 is false, pushed 0x0");
    let sum = "(f64.add (f64.const 2.5) (f64.const -1.25))";
    assert_eq!(hex(sum), "f64.add: 2.5 + -1.25 = 1.25");

    // True for signed and unsigned integers, for signed ones only, for neither.
    let sum = "(i32.add (i32.const -20) (i32.const 3))";
    assert_eq!(unsigned(sum), "i32.add: 4294967276 + 3 = 4294967279");
    assert_eq!(hex(sum), "i32.add: 0xffffffec + 0x3 = 0xffffffef");
    let sum = "(i32.add (i32.const -1) (i32.const 2))";
    assert_eq!(unsigned(sum), "i32.add: -1 + 2 = 1");
    let sum = "(i32.add (i32.const -2147483648) (i32.const -1))";
    assert_eq!(hex(sum), "i32.add: 0x80000000 + 0xffffffff = 0x7fffffff, wraps around");

    let sum = "(i64x2.add (v128.const i64x2 -1 1) (v128.const i64x2 2 1))";
    assert_eq!(hex(sum), "i64x2.add: [-1 1] + [2 1] = [1 2]");
    let less = "(i64x2.lt_s (v128.const i64x2 -1 1) (v128.const i64x2 2 1))";
    assert_eq!(unsigned(less), "i64x2.lt_s: [-1 1] < [2 1] is true in lane 0: all ones there, 0 in the others");
    let trap = "(i32.div_s (i32.const -7) (i32.const 0))";
    assert_eq!(hex(trap), "i32.div_s: -7 / 0: division by zero");
    let trap = "(i32.div_u (i32.const -1) (i32.const 0))";
    assert_eq!(hex(trap), "i32.div_u: unsigned 0xffffffff / 0x0: division by zero");
}

#[test]
fn a_list_of_values_is_read_as_one() {
    let text = "(module (func (export \"main\") (result i32 i32 i32) i32.const 1 i32.const 2 i32.const 3))";
    let mut session = session_of(text, Entry::Default);
    for _ in 0..3 {
        go(&mut session, Command::Into);
    }
    let next = session.state().describe_next(&line).expect("it is at its end");
    assert_eq!(next.to_string(), "the end of `main`, which returns 1, 2 and 3");
}

#[test]
fn a_single_operand_is_not_read_as_a_number_of_operands() {
    let text = "(module (func (export \"main\") (result i32) i32.const 1 i32.eqz i32.const 5 i32.mul))";
    let mut session = session_of(text, Entry::Default);
    let mut next = || {
        go(&mut session, Command::Into);
        session.state().describe_next(&line).expect("it is not at its end").to_string()
    };
    assert_eq!(next(), "i32.eqz takes the value 1");
    assert_eq!(next(), "i32.const 5");
    assert_eq!(next(), "i32.mul takes 0 and 5");
}
