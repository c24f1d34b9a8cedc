//! Wording for integer and float arithmetic, and for conversions between them.
//!
//! In a template, `{a}` and `{b}` are the operands, deepest first, and `{r}` is the result; with the prefix `u` or `s`,
//! unsigned or signed regardless of the instruction. For 128 bits, `{x}` and `{y}` are the operands, `{z}` the result,
//! `{low}` and `{h}` its halves. `{unsigned}` is that word for an instruction on unsigned integers, `{bool}` is the
//! result of a comparison, `{shift}` the number of bits of a shift.

use wasmoscope_module::value::Value;

use super::operation::{Operation, Sign, overflows};
use super::sentence::{Part, Sentence, fill};
use super::{Step, count};
use wasmoscope_module::value::{self, FormattedValue};

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let operation = Operation::of(&step.at.operator)?;
    let bits: u32 = match &*operation.space {
        "i32" | "f32" => 32,
        "i64" | "f64" => 64,
        _ => return None,
    };
    let template = match operation.space.starts_with('i') {
        true => integer(&operation),
        false => float(&operation.stem),
    };
    let (operands, pushed) = (&step.before.operands[..], &step.pushed[..]);
    let overflow = overflow(&operation.stem, operands, bits);
    // If only one of the two overflows, the sentence is about signed integers.
    let sign = match overflow {
        Some([signed, unsigned]) if signed != unsigned => Sign::Signed,
        _ => operation.sign,
    };
    let part = |name: &str| {
        Some(match name {
            "unsigned" => Part::Text(operation.unsigned().to_owned()),
            "bool" => Part::Text(truth(pushed.first()?).to_owned()),
            "bits" => Part::Text(bits.to_string()),
            "type" => Part::Text(operation.space.clone()),
            "shift" => Part::Text(shift(operands.get(1)?, bits)),
            "zeros" => Part::Text(count(pushed.first()?.unsigned()?, "zero", "zeros")),
            "low" => low_half(sign, value::show(pushed.first()?)),
            name => {
                let (sign, name) = sign.placeholder(name);
                let shown = match name {
                    "a" => step.at.shown(operands.first()?),
                    "b" => step.at.shown(operands.get(1)?),
                    "r" => step.at.shown(pushed.first()?),
                    "h" => step.at.shown(pushed.get(1)?),
                    "x" => wide(pair(operands.get(..2)?)?),
                    "y" => wide(pair(operands.get(2..)?)?),
                    "z" => wide(pair(pushed)?),
                    _ => return None,
                };
                Part::Value(sign.show(shown))
            }
        })
    };
    let sentence = step.head().then(fill(template?, part));
    Some(match overflow {
        Some([true, _]) => sentence.text(", wraps around"),
        _ => sentence.text(note(&operation, operands, pushed).unwrap_or_default()),
    })
}

/// The wording for instructions with an integer as the result.
fn integer(operation: &Operation) -> Option<&'static str> {
    Some(match &*operation.stem {
        "eqz" => "{a} == 0 is {bool}, pushed {r}",
        "eq" => "{a} == {b} is {bool}, pushed {r}",
        "ne" => "{a} != {b} is {bool}, pushed {r}",
        "lt" => "{unsigned}{a} < {b} is {bool}, pushed {r}",
        "gt" => "{unsigned}{a} > {b} is {bool}, pushed {r}",
        "le" => "{unsigned}{a} <= {b} is {bool}, pushed {r}",
        "ge" => "{unsigned}{a} >= {b} is {bool}, pushed {r}",
        "add" => "{a} + {b} = {r}",
        "sub" => "{a} − {b} = {r}",
        "mul" => "{a} × {b} = {r}",
        "div" => "{unsigned}{a} / {b} = {r}",
        "rem" => "{unsigned}{a} / {b} leaves the remainder {r}",
        "and" => "{a} and {b}, bit by bit, is {r}",
        "or" => "{a} or {b}, bit by bit, is {r}",
        "xor" => "{a} xor {b}, bit by bit, is {r}",
        "shl" => "{a} shifted left by {shift} is {r}",
        "shr" if operation.sign == Sign::Signed => "{a} shifted right by {shift}, keeping the sign, is {r}",
        "shr" => "unsigned {a} shifted right by {shift} is {r}",
        "rotl" => "{a} rotated left by {shift} is {r}",
        "rotr" => "{a} rotated right by {shift} is {r}",
        "clz" => "the {bits} bits of {a} begin with {zeros}",
        "ctz" => "the {bits} bits of {a} end with {zeros}",
        "popcnt" => "the number of ones among the {bits} bits of {a} is {r}",
        "extend8" => "the low 8 bits of {a}, sign-extended, are {r}",
        "extend16" => "the low 16 bits of {a}, sign-extended, are {r}",
        "extend32" => "the low 32 bits of {a}, sign-extended, are {r}",
        "add128" => "{x} + {y} = {z} in 128 bits, pushed the low half {low} and the high half {h}",
        "sub128" => "{x} − {y} = {z} in 128 bits, pushed the low half {low} and the high half {h}",
        "mul_wide" => "{unsigned}{a} × {b} = {z} in 128 bits, pushed the low half {low} and the high half {h}",
        "wrap" => "{a} → {r}",
        "extend" if operation.sign == Sign::Signed => "{a} → {r}, sign-extended",
        "extend" => "unsigned {a} → {r}, zero-extended",
        "trunc" | "trunc_sat" => "{a} → {unsigned}{r}",
        "reinterpret" => "the bits of {a}, read as {type}, are {r}",
        _ => return None,
    })
}

/// The wording for instructions of `f32` and `f64`.
fn float(stem: &str) -> Option<&'static str> {
    Some(match stem {
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
        "convert" => "{unsigned}{a} → {r}",
        "demote" | "promote" => "{a} → {r}",
        "reinterpret" => "the bits of {a}, read as {type}, are {r}",
        _ => return None,
    })
}

/// A note on a result that differs from exact arithmetic.
fn note(operation: &Operation, operands: &[Value], pushed: &[Value]) -> Option<String> {
    let (a, b, result) = (operands.first()?, operands.get(1), pushed.first()?);
    let integer = |value: &Value| match operation.sign {
        Sign::Unsigned => value.unsigned().map(i128::from),
        Sign::Signed | Sign::Either => signed(value),
    };
    let text = match (&*operation.stem, real(result)) {
        ("div", None) => (integer(a)? % integer(b?)? != 0).then_some(", rounded toward zero"),
        ("wrap", _) => (a.unsigned()? > u32::MAX.into()).then_some(", the low 32 bits"),
        ("trunc" | "trunc_sat", None) => match real(a)? {
            a if a.is_nan() => Some(", as NaN becomes 0"),
            a if a.trunc() as i128 != integer(result)? => Some(", the nearest that fits"),
            a => (a.fract() != 0.0).then_some(", rounded toward zero"),
        },
        ("nearest", _) => is_half(real(a)?).then_some(HALVES),
        ("min" | "max", Some(result)) => result.is_nan().then_some(", as an operand is NaN"),
        ("convert", Some(result)) => (result as i128 != integer(a)?).then_some(", rounded"),
        ("demote", Some(result)) if result.is_finite() && real(a)? != result => {
            return Some(format!(" as f32, rounded (read back as f64: {result:?})"));
        }
        ("demote", Some(result)) => (result.is_infinite() && real(a)?.is_finite()).then_some(", rounded"),
        _ => None,
    };
    text.map(str::to_owned)
}

/// How `nearest` rounds a half.
pub(super) const HALVES: &str = ", ties to even";

pub(super) fn is_half(value: f64) -> bool {
    value.fract().abs() == 0.5
}

/// Whether a result is out of range: as a signed integer, and as an unsigned one.
fn overflow(stem: &str, operands: &[Value], bits: u32) -> Option<[bool; 2]> {
    if let [_, _, _, _] = operands {
        let (a, b) = operands.split_at(2);
        return overflows(stem, pair(a)?.cast_unsigned(), pair(b)?.cast_unsigned(), 128);
    }
    let [a, b] = operands else { return None };
    overflows(stem, a.unsigned()?.into(), b.unsigned()?.into(), bits)
}

/// `2 bits`; for a number that is too large, the rest of it.
pub(super) fn shift(by: &Value, bits: u32) -> String {
    let by = by.unsigned().unwrap_or_default();
    let left = by % u64::from(bits);
    match by == left {
        true => count(by, "bit", "bits"),
        false => format!("{by} mod {bits} = {}", count(left, "bit", "bits")),
    }
}

pub(super) fn truth(value: &Value) -> &'static str {
    if value.unsigned() == Some(0) { "false" } else { "true" }
}

fn signed(value: &Value) -> Option<i128> {
    match value {
        Value::I32(value) => Some((*value).into()),
        Value::I64(value) => Some((*value).into()),
        _ => None,
    }
}

fn real(value: &Value) -> Option<f64> {
    match value {
        Value::F32(value) => Some(f32::from_bits(*value).into()),
        Value::F64(value) => Some(f64::from_bits(*value)),
        _ => None,
    }
}

/// The 128 bits of a low and a high half.
fn pair(halves: &[Value]) -> Option<i128> {
    let [Value::I64(low), Value::I64(high)] = halves else { return None };
    Some(i128::from(*high) << 64 | i128::from(low.cast_unsigned()))
}

fn wide(value: i128) -> FormattedValue {
    let unsigned = (value < 0).then(|| value.cast_unsigned().to_string());
    FormattedValue {
        ty: value::name(value::ValType::I64),
        text: value.to_string(),
        unsigned,
        hex: Some(format!("{value:#x}")),
    }
}

/// The low half of 128 bits, which has no sign bit of its own.
fn low_half(sign: Sign, shown: FormattedValue) -> Part {
    match (&shown.unsigned, sign) {
        (Some(unsigned), Sign::Signed | Sign::Either) => Part::Text(format!("{} (unsigned {unsigned})", shown.text)),
        _ => Part::Value(sign.show(shown)),
    }
}
