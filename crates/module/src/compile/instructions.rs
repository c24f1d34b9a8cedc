//! Suggests instructions for a word that is not one.
//!
//! A suggestion exists and does what the word says: the same type, the same sign, the same width. If there is none, the
//! advice says so, and how to write it instead.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::old_names;
use crate::words::{self, INSTRUCTIONS};

/// Advice on a word, and the instructions that could replace it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Advice {
    pub text: String,
    pub proposals: Vec<String>,
}

/// The position of the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// After a `(`, or between other instructions.
    Folded,
    Flat,
    /// In a constant expression, such as a global's initial value.
    Constant,
}

/// What the word could mean at that position.
pub(super) fn advice(word: &str, position: Position) -> Option<Advice> {
    let advice = anywhere(word, position)?;
    if position == Position::Constant && !advice.proposals.iter().any(|name| is_constant(name)) {
        let text = "a constant is expected here: `(i32.const ...)`, `(global.get ...)` of an imported or earlier \
                    immutable global, or `add`, `sub` and `mul` of such integers";
        return Some(Advice { text: text.to_owned(), proposals: Vec::new() });
    }
    Some(advice)
}

pub(super) fn is_instruction(word: &str) -> bool {
    INSTRUCTIONS.binary_search_by(|known| known.as_str().cmp(word)).is_ok()
}

/// What is allowed in a constant expression here (core specification, section 3.3.10, and the extended-const proposal).
fn is_constant(name: &str) -> bool {
    matches!(name, "global.get" | "ref.null" | "ref.func" | "v128.const")
        || name.split_once('.').is_some_and(|(space, operation)| match operation {
            "const" => true,
            "add" | "sub" | "mul" => matches!(space, "i32" | "i64"),
            _ => false,
        })
}

const INTEGERS: [&str; 2] = ["i32", "i64"];
const FLOATS: [&str; 2] = ["f32", "f64"];
const SCALARS: [&str; 4] = ["i32", "i64", "f32", "f64"];
const INTEGER_VECTORS: [&str; 4] = ["i8x16", "i16x8", "i32x4", "i64x2"];
const FLOAT_VECTORS: [&str; 2] = ["f32x4", "f64x2"];

/// Types by their names in other languages, with the sign that they imply.
const TYPES: &[(&str, &str, Option<&str>)] = &[
    ("int", "i32", None),
    ("int32", "i32", None),
    ("int64", "i64", None),
    ("uint32", "i32", Some("u")),
    ("uint64", "i64", Some("u")),
    ("long", "i64", None),
    ("s32", "i32", Some("s")),
    ("s64", "i64", Some("s")),
    ("u32", "i32", Some("u")),
    ("u64", "i64", Some("u")),
    ("float", "f32", None),
    ("float32", "f32", None),
    ("float64", "f64", None),
    ("double", "f64", None),
];

/// Operations by their names in other instruction sets and languages.
const SYNONYMS: &[(&str, &str)] = &[
    ("mod", "rem"),
    ("modulo", "rem"),
    ("remainder", "rem"),
    ("divide", "div"),
    ("sdiv", "div_s"),
    ("udiv", "div_u"),
    ("srem", "rem_s"),
    ("urem", "rem_u"),
    ("plus", "add"),
    ("minus", "sub"),
    ("subtract", "sub"),
    ("multiply", "mul"),
    ("mult", "mul"),
    ("times", "mul"),
    ("sar", "shr_s"),
    ("sra", "shr_s"),
    ("asr", "shr_s"),
    ("ashr", "shr_s"),
    ("lsr", "shr_u"),
    ("srl", "shr_u"),
    ("lshr", "shr_u"),
    ("ushr", "shr_u"),
    ("lsl", "shl"),
    ("sll", "shl"),
    ("sal", "shl"),
    ("shift_left", "shl"),
    ("shift_right", "shr"),
    ("rol", "rotl"),
    ("ror", "rotr"),
    ("rotate_left", "rotl"),
    ("rotate_right", "rotr"),
    ("equal", "eq"),
    ("equals", "eq"),
    ("neq", "ne"),
    ("not_equal", "ne"),
    ("less", "lt"),
    ("lte", "le"),
    ("greater", "gt"),
    ("gte", "ge"),
    ("slt", "lt_s"),
    ("ult", "lt_u"),
    ("sgt", "gt_s"),
    ("ugt", "gt_u"),
    ("negate", "neg"),
    ("ctlz", "clz"),
    ("cttz", "ctz"),
    ("popcount", "popcnt"),
    ("is_zero", "eqz"),
    ("iszero", "eqz"),
    ("increment", "inc"),
    ("decrement", "dec"),
    ("square_root", "sqrt"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("bitnot", "not"),
];

/// Words without a type, with their equivalents here.
const BARE: &[(&str, &str)] = &[
    ("pop", "`drop` removes a value from the stack"),
    ("dup", "to use a value twice, store it in a local: `local.tee $x`, then `local.get $x`"),
    (
        "swap",
        "no instruction swaps two values: store them in locals with `local.set $x`, and get them in the other order",
    ),
    ("push", "a value is pushed by the instruction that produces it, such as `i32.const 1` or `local.get $x`"),
    ("mov", "`local.set $x` pops a value from the stack into a local"),
    ("move", "`local.set $x` pops a value from the stack into a local"),
    ("lea", "an address is a number: `i32.add` or `i32.const`"),
    ("goto", "there are no arbitrary jumps; `br $label` leaves the `block` of that name, or repeats the `loop`"),
    ("jmp", "there are no arbitrary jumps; `br $label` leaves the `block` of that name, or repeats the `loop`"),
    ("jump", "there are no arbitrary jumps; `br $label` leaves the `block` of that name, or repeats the `loop`"),
    ("jz", "`br_if $label` branches if a value is not 0; with `i32.eqz` before it, if it is 0"),
    ("je", "compare with `i32.eq`, then `br_if $label`"),
    ("jne", "compare with `i32.ne`, then `br_if $label`"),
    ("jnz", "`br_if $label` branches if a value is not 0"),
    ("cmp", "compare with `i32.eq`, `i32.lt_s` and the like: each pushes 1 or 0"),
    ("test", "compare with `i32.eqz`, or `i32.and` and then `i32.eqz`"),
    ("ret", "`return` leaves the function"),
    ("hlt", "`unreachable` ends the program with a trap"),
    ("halt", "`unreachable` ends the program with a trap"),
    ("trap", "`unreachable` ends the program with a trap"),
    ("abort", "`unreachable` ends the program with a trap"),
    ("int3", "`unreachable` ends the program with a trap"),
    ("panic", "`unreachable` ends the program with a trap"),
    ("noop", "`nop` does nothing"),
    ("pass", "`nop` does nothing"),
    ("while", "a loop is `(loop $again ... (br_if $again ...))`: it repeats only if it branches to its label"),
    ("for", "a loop is `(loop $again ... (br_if $again ...))`: it repeats only if it branches to its label"),
    ("do", "a loop is `(loop $again ... (br_if $again ...))`: it repeats only if it branches to its label"),
    ("repeat", "a loop is `(loop $again ... (br_if $again ...))`: it repeats only if it branches to its label"),
    ("break", "`br $label` leaves the `block` of that name"),
    ("continue", "`br $label` goes to the beginning of the `loop` of that name"),
    ("case", "`br_table` chooses among labels by a number"),
    ("elseif", "put another `if` into the `else`"),
    ("elif", "put another `if` into the `else`"),
    ("endif", "`end` closes an `if` that is not in parentheses"),
    ("fi", "`end` closes an `if` that is not in parentheses"),
    ("var", "a local is declared at the start of the function, `(local $x i32)`, and set with `local.set $x`"),
    ("set", "`local.set` sets a local, `global.set` a global"),
    ("get", "`local.get` gets a local, `global.get` a global"),
    ("tee", "`local.tee` sets a local and keeps the value"),
    ("print", "nothing prints by itself: call an imported function, such as \"wasi_snapshot_preview1\" \"fd_write\""),
    ("invoke", "`call $name` calls a function"),
    ("const", "a number is pushed by `i32.const`, `i64.const`, `f32.const` or `f64.const`"),
    ("load", "memory is read by `i32.load`, `i64.load`, `f32.load` or `f64.load`"),
    ("store", "memory is written by `i32.store`, `i64.store`, `f32.store` or `f64.store`"),
    ("true", "a boolean is an `i32`: `i32.const 1`"),
    ("false", "a boolean is an `i32`: `i32.const 0`"),
    ("null", "a null reference is `ref.null func` or `ref.null extern`"),
    ("params", "a parameter is declared as `(param $x i32)`"),
    ("results", "a result is declared as `(result i32)`"),
    ("locals", "a local is declared as `(local $x i32)`"),
    ("param", "`(param ...)` comes before `(result ...)`, `(local ...)` and all instructions"),
    ("result", "`(result ...)` comes after `(param ...)`, and before `(local ...)` and all instructions"),
    ("local", "`(local ...)` comes before all instructions, and after `(param ...)` and `(result ...)`"),
    ("then", "`(then ...)` belongs in `(if ...)`, after the condition"),
    ("else", "`(else ...)` belongs in `(if ...)`, after `(then ...)`"),
    ("malloc", "no instruction allocates memory: `memory.grow` adds pages of 64 KiB"),
];

fn anywhere(word: &str, position: Position) -> Option<Advice> {
    if let Some(new) = old_names::new_name(word) {
        let text = format!("`{word}` is an old name; it is written `{new}` now");
        return Some(Advice { text, proposals: vec![new.to_owned()] });
    }
    if let Some(how) = old_names::removed(word) {
        return Some(Advice { text: format!("`{word}` was removed: {how}"), proposals: Vec::new() });
    }
    // Not only a different spelling: `i32.not` is not `i32.no_t`.
    if let Some(same) = BY_LETTERS.get(&letters(word)).filter(|known| fits(known, position)) {
        return Some(proposed(vec![(*same).to_owned()]));
    }
    match word.split_once('.') {
        Some((space, operation)) => dotted(word, space, operation),
        None => bare(word, position),
    }
}

fn proposed(mut names: Vec<String>) -> Advice {
    const MOST: usize = 6;
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let list = match quoted.as_slice() {
        [.., _] if more > 0 => format!("{} or {more} more", quoted.join(", ")),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => String::new(),
    };
    Advice { text: format!("did you mean {list}?"), proposals: names }
}

fn describe(text: impl Into<String>) -> Advice {
    Advice { text: text.into(), proposals: Vec::new() }
}

/// The instructions by their normalized names.
static BY_LETTERS: LazyLock<HashMap<String, &str>> =
    LazyLock::new(|| INSTRUCTIONS.iter().map(|name| (letters(name), name.as_str())).collect());

/// Normalizes the spelling of a name.
fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether the syntax allows an instruction at a position.
fn fits(name: &str, position: Position) -> bool {
    match name {
        "end" | "else" => position == Position::Flat,
        // They are not instructions, or belong to a proposal that was replaced.
        "then" | "param" | "result" | "local" | "try" | "catch" | "catch_all" | "delegate" | "rethrow" => false,
        _ => true,
    }
}

/// The instructions with a prefix such as `i32`, without that prefix.
fn operations(space: &str) -> impl Iterator<Item = &'static str> {
    INSTRUCTIONS.iter().filter_map(move |name| name.strip_prefix(space)?.strip_prefix('.'))
}

fn dotted(word: &str, space: &str, operation: &str) -> Option<Advice> {
    if operations(space).next().is_some() {
        return Some(in_space(word, space, None, operation));
    }
    if let Some((_, space, sign)) = TYPES.iter().find(|(name, ..)| *name == space) {
        return Some(in_space(word, space, *sign, operation));
    }
    if matches!(space, "i8" | "i16" | "u8" | "u16" | "s8" | "s16" | "char" | "byte" | "short" | "bool") {
        return Some(describe(format!(
            "`{space}` is not a value type: compute in `i32`; `i32.load8_s`, `i32.load8_u`, `i32.load16_s` and \
             `i32.load16_u` read fewer bytes, `i32.store8` and `i32.store16` write them"
        )));
    }
    let mut spaces: Vec<&str> = INSTRUCTIONS.iter().filter_map(|name| Some(name.split_once('.')?.0)).collect();
    spaces.dedup();
    let near = nearest(space, spaces.into_iter());
    let names: Vec<String> = near.iter().flat_map(|space| family(space, None, operation)).collect();
    (!names.is_empty()).then(|| proposed(names))
}

/// The instructions for `operation`, completed with what it leaves open: its sign, the type it converts from.
fn family(space: &str, sign: Option<&str>, operation: &str) -> Vec<String> {
    let operation = SYNONYMS.iter().find(|(name, _)| *name == operation).map_or(operation, |(_, operation)| operation);
    if operations(space).any(|known| known == operation) {
        return vec![format!("{space}.{operation}")];
    }
    let members = operations(space).filter(|known| {
        known.strip_prefix(operation).is_some_and(|rest| {
            rest.starts_with(['_', '.']) && sign.is_none_or(|sign| rest.ends_with(&format!("_{sign}")))
        })
    });
    members.map(|known| format!("{space}.{known}")).collect()
}

fn in_space(word: &str, space: &str, sign: Option<&str>, operation: &str) -> Advice {
    let names = family(space, sign, operation);
    if !names.is_empty() {
        let zero_extended = operation.starts_with("extend8") || operation.starts_with("extend16");
        let mut advice = proposed(names);
        if zero_extended && let Some(mask) = mask(operation) {
            advice.text.push_str(&format!(" To zero-extend: `({space}.and ... ({space}.const {mask}))`"));
        }
        return advice;
    }
    let (base, said) = unsigned(operation);
    // Some instructions are the same for both signs: `i32.add_s` is `i32.add`.
    if said.is_some() && unsigned(base).1.is_none() && operations(space).any(|known| known == base) {
        return proposed(vec![format!("{space}.{base}")]);
    }
    if let Some(advice) = conversion(space, operation) {
        return advice;
    }
    let base = SYNONYMS.iter().find(|(name, _)| *name == base).map_or(base, |(_, operation)| operation);
    let (base, said) = match unsigned(base) {
        (base, None) => (base, said),
        signed => signed,
    };
    if let Some(advice) = absent(space, base, said) {
        return advice;
    }
    let near = near_operations(space, operation);
    if !near.is_empty() {
        return proposed(near);
    }
    let others: Vec<&str> = SCALARS
        .into_iter()
        .chain(["v128"])
        .chain(INTEGER_VECTORS)
        .chain(FLOAT_VECTORS)
        .filter(|other| *other != space && !family(other, None, operation).is_empty())
        .collect();
    let there =
        if others.is_empty() { String::new() } else { format!("; {} has such an operation", others.join(", ")) };
    let there = if others.len() > 1 { there.replace(" has such", " have such") } else { there };
    describe(format!("there is no instruction `{word}`{there}"))
}

/// Splits a name into the name without its sign, and the sign.
fn unsigned(operation: &str) -> (&str, Option<&str>) {
    for sign in ["s", "u"] {
        if let Some(base) = operation.strip_suffix(sign).and_then(|rest| rest.strip_suffix('_')) {
            return (base, Some(sign));
        }
    }
    (operation, None)
}

fn mask(operation: &str) -> Option<&'static str> {
    match operation.strip_prefix("extend")?.trim_end_matches("_u") {
        "8" => Some("0xFF"),
        "16" => Some("0xFFFF"),
        "32" => Some("0xFFFFFFFF"),
        _ => None,
    }
}

/// A conversion with a verb that this pair of types does not have.
fn conversion(space: &str, operation: &str) -> Option<Advice> {
    let (base, sign) = unsigned(operation);
    let (verb, from) = base.split_once('_')?;
    if !SCALARS.contains(&from) || !SCALARS.contains(&space) {
        return None;
    }
    if !matches!(verb, "convert" | "trunc" | "extend" | "wrap" | "promote" | "demote" | "reinterpret" | "from" | "cast")
    {
        return None;
    }
    if space == from {
        return Some(describe(format!("it already has type `{space}`: leave it out")));
    }
    let same_width = space[1..] == from[1..];
    if verb == "reinterpret" && !same_width {
        return Some(describe(format!(
            "`reinterpret` keeps the bits, but `{space}` and `{from}` have different widths"
        )));
    }
    let signed = |stem: String| match sign {
        Some(sign) => vec![format!("{stem}_{sign}")],
        None => vec![format!("{stem}_s"), format!("{stem}_u")],
    };
    Some(proposed(match (space, from) {
        ("i32", "i64") => vec!["i32.wrap_i64".to_owned()],
        ("f32", "f64") => vec!["f32.demote_f64".to_owned()],
        ("f64", "f32") => vec!["f64.promote_f32".to_owned()],
        ("i64", "i32") => signed("i64.extend_i32".to_owned()),
        _ if INTEGERS.contains(&space) => signed(format!("{space}.trunc_{from}")),
        _ => signed(format!("{space}.convert_{from}")),
    }))
}

/// Operations that a type does not have, and how to write each.
fn absent(space: &str, base: &str, sign: Option<&str>) -> Option<Advice> {
    let t = space;
    let name = format!("`{t}.{base}{}`", sign.map(|sign| format!("_{sign}")).unwrap_or_default());
    let written = |how: String| Some(describe(format!("there is no {name}: {how}")));
    let is_integer = INTEGERS.contains(&t);
    let is_float = FLOATS.contains(&t);
    let is_vector = INTEGER_VECTORS.contains(&t) || FLOAT_VECTORS.contains(&t);
    let is_integer_vector = INTEGER_VECTORS.contains(&t);
    match base {
        "neg" if is_integer => written(format!("`({t}.sub ({t}.const 0) ...)`")),
        "not" if is_integer => {
            written(format!("all bits are inverted by `({t}.xor ... ({t}.const -1))`, a boolean by `({t}.eqz ...)`"))
        }
        "inc" | "dec" if is_integer || is_float => {
            let operation = if base == "inc" { "add" } else { "sub" };
            written(format!("`({t}.{operation} ... ({t}.const 1))`"))
        }
        "abs" if is_integer => written(format!(
            "`(select (local.get $x) ({t}.sub ({t}.const 0) (local.get $x)) ({t}.ge_s (local.get $x) ({t}.const 0)))`"
        )),
        "min" | "max" if is_integer => {
            let compare = if base == "min" { "lt" } else { "gt" };
            let sign = sign.unwrap_or("s");
            let other = if sign == "s" { format!(" (`{t}.{compare}_u` for unsigned numbers)") } else { String::new() };
            written(format!(
                "`(select (local.get $a) (local.get $b) ({t}.{compare}_{sign} (local.get $a) (local.get $b)))`{other}"
            ))
        }
        "extend8" | "extend16" | "extend32" if is_integer && sign == Some("u") => {
            written(format!("`({t}.and ... ({t}.const {}))`", mask(base)?))
        }
        "load32" | "load64" | "store32" | "store64" if SCALARS.contains(&t) && base.ends_with(&t[1..]) => {
            let whole = base.trim_end_matches(|digit: char| digit.is_ascii_digit());
            Some(proposed(vec![format!("{t}.{whole}")]))
        }
        "load64" | "store64" if t == "i32" => {
            written(format!("an `i32` has 4 bytes; `i64.{}` moves 8", base.trim_end_matches("64")))
        }
        "load8" | "load16" | "load32" if is_float => {
            written(format!("read an integer, such as `i32.load8_u`, and convert it with `{t}.convert_i32_u`"))
        }
        "store8" | "store16" | "store32" if is_float => {
            written("convert to an integer, with `i32.trunc_sat_f64_s` or the like, and store that".to_owned())
        }
        "sqrt" | "ceil" | "floor" | "nearest" | "round" | "trunc" | "copysign" if is_integer => written(format!(
            "integers have no such operation; convert with `f64.convert_{t}_s`, and back with `{t}.trunc_sat_f64_s`"
        )),
        "ne0" | "nez" | "bool" if is_integer => written(format!("`({t}.ne ... ({t}.const 0))`")),
        "nand" | "nor" | "xnor" if is_integer => {
            let operation = match base {
                "nand" => "and",
                "nor" => "or",
                _ => "xor",
            };
            written(format!("`({t}.xor ({t}.{operation} ...) ({t}.const -1))`"))
        }
        "andnot" if is_integer => written(format!("`({t}.and ... ({t}.xor ... ({t}.const -1)))`")),
        "rem" | "fmod" if is_float => written(format!(
            "floats have no remainder instruction; the remainder of `$x` by `$y`, as far as the quotient is exact, is \
             `({t}.sub (local.get $x) ({t}.mul (local.get $y) ({t}.trunc ({t}.div (local.get $x) (local.get $y)))))`"
        )),
        "eqz" if is_float => written(format!("`({t}.eq ... ({t}.const 0))`")),
        "round" if is_float => written(format!("`{t}.nearest` rounds to the nearest integer, ties to even")),
        "clz" | "ctz" | "popcnt" | "and" | "or" | "xor" | "not" | "shl" | "shr" | "rotl" | "rotr" if is_float => {
            let bits = &t[1..];
            written(format!(
                "floats have no bitwise operations; `i{bits}.reinterpret_f{bits}` returns the bits as an integer"
            ))
        }
        "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "atan2" | "exp" | "exp2" | "log" | "log2" | "log10"
        | "pow" | "cbrt" | "hypot" | "sinh" | "cosh" | "tanh"
            if is_float || is_integer =>
        {
            written("WebAssembly has no such function: write it, or link a library that has it".to_owned())
        }
        "and" | "or" | "xor" | "not" | "andnot" | "bitselect" | "any_true" | "load" | "store" if is_vector => {
            Some(describe(format!("all vector shapes share `v128.{base}`")))
        }
        "const" if is_vector => written(format!("`v128.const {t} ...`, with {} numbers", lanes(t))),
        "div" | "rem" if is_integer_vector => written(
            "integer vectors cannot be divided; extract the lanes with `extract_lane`, and divide each".to_owned(),
        ),
        "rem" if is_vector => written("floats have no remainder".to_owned()),
        "eqz" if is_integer_vector => {
            written(format!("`({t}.eq ... (v128.const {t} {}))`", ["0"].repeat(lanes(t)).join(" ")))
        }
        "min" | "max" | "lt" | "gt" | "le" | "ge" if t == "i64x2" => written(
            "64-bit lanes have only the signed comparisons `i64x2.lt_s`, `i64x2.gt_s`, `i64x2.le_s` and `i64x2.ge_s`"
                .to_owned(),
        ),
        "extract_lane" | "replace_lane" if sign.is_some() && is_instruction(&format!("{t}.{base}")) => {
            Some(proposed(vec![format!("{t}.{base}")]))
        }
        _ => None,
    }
}

fn lanes(shape: &str) -> usize {
    shape.split_once('x').and_then(|(_, lanes)| lanes.parse().ok()).unwrap_or(1)
}

/// Operations with a similar spelling, of the same type, sign and width.
fn near_operations(space: &str, operation: &str) -> Vec<String> {
    let (base, sign) = unsigned(operation);
    let known: Vec<&str> = operations(space).filter(|known| sign.is_none() || unsigned(known).1 == sign).collect();
    let bases = nearest(base, known.iter().map(|known| unsigned(known).0));
    let names = known.iter().filter(|known| bases.contains(&unsigned(known).0));
    names.map(|known| format!("{space}.{known}")).collect()
}

/// The candidates nearest to a word, if they are near enough to be a typo.
fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut best: Vec<&str> = Vec::new();
    let mut least = usize::MAX;
    for candidate in candidates.filter(|candidate| words::is_slip(word, candidate)) {
        let distance = words::slips(word, candidate);
        if distance < least {
            (least, best) = (distance, Vec::new());
        }
        if distance == least && !best.contains(&candidate) {
            best.push(candidate);
        }
    }
    if best.iter().any(|candidate| candidate.starts_with(word)) {
        best.retain(|candidate| candidate.starts_with(word));
    }
    best
}

fn bare(word: &str, position: Position) -> Option<Advice> {
    let lower = word.to_ascii_lowercase();
    if let Some((_, text)) = BARE.iter().find(|(name, _)| *name == lower) {
        return Some(describe(*text));
    }
    if let Some((_, ty, _)) = TYPES.iter().find(|(name, ..)| *name == word) {
        return Some(describe(format!(
            "this is a type, `{ty}` in WebAssembly; write it in the declaration of a local, parameter or result"
        )));
    }
    let spaces: &[&str] = if position == Position::Constant { &INTEGERS } else { &SCALARS };
    let families: Vec<(&str, Vec<String>)> =
        spaces.iter().map(|space| (*space, family(space, None, word))).filter(|(_, names)| !names.is_empty()).collect();
    if !families.is_empty() {
        let names: Vec<String> = families.into_iter().flat_map(|(_, names)| names).collect();
        let advice = proposed(names);
        let mut text = format!("an instruction begins with the type of its operands or its result: {}", advice.text);
        if family("i32", None, word).is_empty()
            && let Some(of_integers) = absent("i32", word, None)
        {
            text.push_str(&format!(" And {}", of_integers.text));
        }
        return Some(Advice { text, ..advice });
    }
    if let Some(advice) = absent("i32", word, None) {
        return Some(advice);
    }
    let candidates = INSTRUCTIONS.iter().map(String::as_str).filter(|name| !name.contains('.') && fits(name, position));
    let near = nearest(word, candidates);
    if !near.is_empty() {
        return Some(proposed(near.into_iter().map(str::to_owned).collect()));
    }
    let old = nearest(word, ["get_local", "set_local", "tee_local", "get_global", "set_global"].into_iter());
    let new: Vec<String> = old.iter().filter_map(|old| old_names::new_name(old)).map(str::to_owned).collect();
    (!new.is_empty()).then(|| proposed(new))
}

#[cfg(test)]
mod tests;
