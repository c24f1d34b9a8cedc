//! Wording for calculations with integers and floats, and for conversions between them.
//!
//! In a template, `{a}` and `{b}` are the operands, the deepest first, and `{r}` and `{s}` the results; `{ua}` is an
//! operand without its sign. `{bool}` says what a comparison comes to, `{shift}` by how many bits is shifted.

use wasmi::Val;

use super::instruction::name;
use super::sentence::{Part, Sentence, fill};
use super::{Step, count};
use crate::engine::value::{self, Shown};

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let name = name(&step.at.operator);
    let (space, operation) = name.split_once('.')?;
    let bits: u32 = match space {
        "i32" | "f32" => 32,
        "i64" | "f64" => 64,
        _ => return None,
    };
    let template = match space.starts_with('i') {
        true => integer(operation).or_else(|| to_integer(operation)),
        false => float(operation).or_else(|| to_float(operation)),
    };
    let operands = &step.before.operands;
    let part = |name: &str| {
        Some(match name {
            "bool" => Part::Text(truth(step.pushed.first()?).to_owned()),
            "bits" => Part::Text(bits.to_string()),
            "type" => Part::Text(space.to_owned()),
            "shift" => Part::Text(shift(operands.get(1)?, bits)),
            "x" => Part::Value(wide(wide_operand(operands, 0)?)),
            "y" => Part::Value(wide(wide_operand(operands, 2)?)),
            "z" if operation == "mul_wide_u" => Part::Value(wide_unsigned(step)?),
            "z" => Part::Value(wide(pair(step.pushed.first()?, step.pushed.get(1)?)?)),
            name => {
                let (is_unsigned, name) = name.strip_prefix('u').map_or((false, name), |name| (true, name));
                let value = match name {
                    "a" => operands.first(),
                    "b" => operands.get(1),
                    "r" => step.pushed.first(),
                    "s" => step.pushed.get(1),
                    _ => None,
                }?;
                let shown = step.at.shown(value);
                Part::Value(if is_unsigned { without_sign(shown) } else { shown })
            }
        })
    };
    let sentence = step.head().then(fill(template?, part));
    Some(sentence.text(note(operation, operands, &step.pushed).unwrap_or_default()))
}

/// The wording for operations of `i32` and `i64`.
fn integer(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "eqz" => "{a} == 0 is {bool}, pushed {r}",
        "eq" => "{a} == {b} is {bool}, pushed {r}",
        "ne" => "{a} != {b} is {bool}, pushed {r}",
        "lt_s" => "{a} < {b} is {bool}, pushed {r}",
        "gt_s" => "{a} > {b} is {bool}, pushed {r}",
        "le_s" => "{a} <= {b} is {bool}, pushed {r}",
        "ge_s" => "{a} >= {b} is {bool}, pushed {r}",
        "lt_u" => "unsigned {ua} < {ub} is {bool}, pushed {r}",
        "gt_u" => "unsigned {ua} > {ub} is {bool}, pushed {r}",
        "le_u" => "unsigned {ua} <= {ub} is {bool}, pushed {r}",
        "ge_u" => "unsigned {ua} >= {ub} is {bool}, pushed {r}",
        "add" => "{a} + {b} = {r}",
        "sub" => "{a} − {b} = {r}",
        "mul" => "{a} × {b} = {r}",
        "div_s" => "{a} / {b} = {r}",
        "div_u" => "unsigned {ua} / {ub} = {ur}",
        "rem_s" => "{a} / {b} leaves the remainder {r}",
        "rem_u" => "unsigned {ua} / {ub} leaves the remainder {ur}",
        "and" => "{a} and {b}, bit by bit, is {r}",
        "or" => "{a} or {b}, bit by bit, is {r}",
        "xor" => "{a} xor {b}, bit by bit, is {r}",
        "shl" => "{a} shifted left by {shift} is {r}",
        "shr_s" => "{a} shifted right by {shift}, keeping the sign, is {r}",
        "shr_u" => "unsigned {ua} shifted right by {shift} is {ur}",
        "rotl" => "{a} rotated left by {shift} is {r}",
        "rotr" => "{a} rotated right by {shift} is {r}",
        "clz" => "the {bits} bits of {a} begin with {r} zeros",
        "ctz" => "the {bits} bits of {a} end with {r} zeros",
        "popcnt" => "the number of ones among the {bits} bits of {a} is {r}",
        "extend8_s" => "the low 8 bits of {a}, sign-extended, are {r}",
        "extend16_s" => "the low 16 bits of {a}, sign-extended, are {r}",
        "extend32_s" => "the low 32 bits of {a}, sign-extended, are {r}",
        "add128" => "{x} + {y} = {z} in 128 bits, pushed the low half {r} and the high half {s}",
        "sub128" => "{x} − {y} = {z} in 128 bits, pushed the low half {r} and the high half {s}",
        "mul_wide_s" => "{a} × {b} = {z} in 128 bits, pushed the low half {r} and the high half {s}",
        "mul_wide_u" => "unsigned {ua} × {ub} = {z} in 128 bits, pushed the low half {ur} and the high half {us}",
        _ => return None,
    })
}

/// The wording for operations of `f32` and `f64`.
fn float(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "eq" => "{a} == {b} is {bool}, pushed {r}",
        "ne" => "{a} != {b} is {bool}, pushed {r}",
        "lt" => "{a} < {b} is {bool}, pushed {r}",
        "gt" => "{a} > {b} is {bool}, pushed {r}",
        "le" => "{a} <= {b} is {bool}, pushed {r}",
        "ge" => "{a} >= {b} is {bool}, pushed {r}",
        "abs" => "the absolute value of {a} is {r}",
        "neg" => "{a} negated is {r}",
        "ceil" => "{a} rounded up is {r}",
        "floor" => "{a} rounded down is {r}",
        "trunc" => "{a} rounded toward zero is {r}",
        "nearest" => "{a} rounded to the nearest whole number is {r}",
        "sqrt" => "the square root of {a} is {r}",
        "add" => "{a} + {b} = {r}",
        "sub" => "{a} − {b} = {r}",
        "mul" => "{a} × {b} = {r}",
        "div" => "{a} / {b} = {r}",
        "min" => "the smaller of {a} and {b} is {r}",
        "max" => "the larger of {a} and {b} is {r}",
        "copysign" => "{a} with the sign of {b} is {r}",
        _ => return None,
    })
}

/// The wording for conversions to an integer.
fn to_integer(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "wrap_i64" => "{a} → {r}",
        "extend_i32_s" => "{a} → {r}, sign-extended",
        "extend_i32_u" => "{a} → {r}, zero-extended",
        "trunc_f32_s" | "trunc_f64_s" | "trunc_sat_f32_s" | "trunc_sat_f64_s" => "{a} → {r}",
        "trunc_f32_u" | "trunc_f64_u" | "trunc_sat_f32_u" | "trunc_sat_f64_u" => "{a} → unsigned {ur}",
        "reinterpret_f32" | "reinterpret_f64" => "the bits of {a}, read as {type}, are {r}",
        _ => return None,
    })
}

/// The wording for conversions to a float.
fn to_float(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "convert_i32_s" | "convert_i64_s" => "{a} → {r}",
        "convert_i32_u" | "convert_i64_u" => "unsigned {ua} → {r}",
        "demote_f64" | "promote_f32" => "{a} → {r}",
        "reinterpret_i32" | "reinterpret_i64" => "the bits of {a}, read as {type}, are {r}",
        _ => return None,
    })
}

/// A note on a result that differs from exact arithmetic.
fn note(operation: &str, operands: &[Val], pushed: &[Val]) -> Option<&'static str> {
    let (a, b) = (operands.first()?, operands.get(1));
    let result = pushed.first()?;
    match operation {
        "add" | "sub" | "mul" => {
            let (a, b, result) = (signed(a)?, signed(b?)?, signed(result)?);
            let exact = match operation {
                "add" => a + b,
                "sub" => a - b,
                _ => a * b,
            };
            (exact != result).then_some(", wraps around")
        }
        "wrap_i64" => (signed(a)? != signed(result)?).then_some(", the low 32 bits"),
        "nearest" => (real(a)?.fract().abs() == 0.5).then_some(", ties to even"),
        "demote_f64" => {
            let (exact, result) = (real(a)?, real(result)?);
            (exact != result && !exact.is_nan()).then_some(", rounded")
        }
        "convert_i32_s" | "convert_i64_s" => (real(result)? as i128 != signed(a)?).then_some(", rounded"),
        "convert_i32_u" | "convert_i64_u" => {
            (real(result)? as i128 != i128::from(super::unsigned(a)?)).then_some(", rounded")
        }
        _ if operation.starts_with("trunc_sat") => {
            let a = real(a)?;
            let result = match operation.ends_with("_u") {
                true => i128::from(super::unsigned(result)?),
                false => signed(result)?,
            };
            match a.is_nan() {
                true => Some(", as NaN becomes 0"),
                false => (a.trunc() as i128 != result).then_some(", the nearest that fits"),
            }
        }
        _ => None,
    }
}

/// `2 bits`; of a number that is too large, what is left of it.
pub(super) fn shift(by: &Val, bits: u32) -> String {
    let by = super::unsigned(by).unwrap_or_default();
    let left = by % u64::from(bits);
    match by == left {
        true => count(by, "bit", "bits"),
        false => format!("{by} mod {bits} = {}", count(left, "bit", "bits")),
    }
}

pub(super) fn truth(value: &Val) -> &'static str {
    if super::unsigned(value) == Some(0) { "false" } else { "true" }
}

fn signed(value: &Val) -> Option<i128> {
    match value {
        Val::I32(value) => Some((*value).into()),
        Val::I64(value) => Some((*value).into()),
        _ => None,
    }
}

fn real(value: &Val) -> Option<f64> {
    match value {
        Val::F32(value) => Some(f32::from_bits(value.to_bits()).into()),
        Val::F64(value) => Some(f64::from_bits(value.to_bits())),
        _ => None,
    }
}

/// An integer that the instruction takes without a sign, and so it is shown.
pub(super) fn without_sign(mut shown: Shown) -> Shown {
    if let Some(unsigned) = shown.unsigned.take() {
        shown.text = unsigned;
    }
    shown
}

/// The 128 bits of a low and a high half.
fn pair(low: &Val, high: &Val) -> Option<i128> {
    let (Val::I64(low), Val::I64(high)) = (low, high) else { return None };
    Some(i128::from(*high) << 64 | i128::from(low.cast_unsigned()))
}

fn wide_operand(operands: &[Val], at: usize) -> Option<i128> {
    pair(operands.get(at)?, operands.get(at + 1)?)
}

fn wide(value: i128) -> Shown {
    let unsigned = (value < 0).then(|| value.cast_unsigned().to_string());
    Shown { ty: value::name(value::ValType::I64), text: value.to_string(), unsigned, hex: Some(format!("{value:#X}")) }
}

fn wide_unsigned(step: &Step<'_>) -> Option<Shown> {
    Some(without_sign(wide(pair(step.pushed.first()?, step.pushed.get(1)?)?)))
}
