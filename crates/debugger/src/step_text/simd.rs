//! Wording for vectors, divided into the instruction's lanes.
//!
//! In a template, `{a}`, `{b}` and `{c}` are the operands, deepest first, and `{r}` is the result: vectors in lanes,
//! and numbers as they are; with the prefix `u` or `s`, unsigned or signed regardless of the instruction. `{unsigned}`
//! is that word for an instruction on unsigned integers, `{low}` says that only the low bits of a number are used,
//! `{lanes}` lists the lanes in which a comparison holds, `{lane}` and `{bytes}` are the lane or bytes that the
//! instruction names.

use std::iter::zip;

use wasmoscope_module::value::Value;
use wasmparser::Operator;

use super::Step;
use super::lanes::{Lanes, Vector, runs};
use super::numeric::{HALVES, is_half, shift, truth};
use super::operation::{Operation, Sign, overflows};
use super::relaxed::is_implementation_dependent;
use super::sentence::{Part, Sentence, fill};

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let operation = Operation::of(&step.at.operator)?;
    let template = template(&operation).or_else(|| conversion(&operation))?;
    let result_shape = Lanes::named(&operation.space).or((operation.space == "v128").then_some(Lanes::I32x4))?;
    // The operands of `i8x16.narrow_i16x8_s` have lanes of another shape.
    let operand_shape = operation.from.as_deref().and_then(Lanes::named).unwrap_or(result_shape);
    let operands = &step.before.operands;
    let result = step.pushed.first()?;
    // The value added to products has the lanes of the sum.
    let shapes = [operand_shape, operand_shape, result_shape];
    let vectors: Vec<Vector> =
        zip(operands, shapes).filter_map(|(operand, shape)| Vector::of(operand, shape)).collect();
    let result_vector = Vector::of(result, result_shape);
    let [wraps, wraps_unsigned] =
        result_vector.as_ref().and_then(|result| overflow(&operation, operands, &vectors, result)).unwrap_or_default();
    // If only unsigned integers wrap, the sentence is about signed ones; modulo the size of the lanes, it is about
    // both.
    let sign = if wraps_unsigned && !wraps { Sign::Signed } else { operation.sign };
    let shown = |value: &Value, shape: Lanes| {
        Vector::of(value, shape).map_or_else(|| step.at.shown(value), |vector| vector.shown())
    };
    let part = |name: &str| {
        Some(match name {
            "unsigned" => Part::Text(operation.unsigned().to_owned()),
            "bool" => Part::Text(truth(result).to_owned()),
            "lane" => Part::Text(lane(&step.at.operator)?.to_string()),
            "bytes" => Part::Text(runs(shuffled(&step.at.operator)?)),
            "shift" => Part::Text(shift(operands.get(1)?, operand_shape.bits())),
            "low" => Part::Text(low_bits(operands.last()?, operand_shape)),
            "lanes" => Part::Text(where_true(&result_vector.as_ref()?.lanes)),
            "rounded" => Part::Text(rounded(&operation, vectors.first()?, result_vector.as_ref()?).to_owned()),
            "nan" => Part::Text(nan(vectors.first()?).to_owned()),
            name => {
                let (sign, name) = sign.placeholder(name);
                let shown = match name {
                    "a" => shown(operands.first()?, operand_shape),
                    "b" => shown(operands.get(1)?, operand_shape),
                    "c" => shown(operands.get(2)?, result_shape),
                    "r" => shown(result, result_shape),
                    _ => return None,
                };
                Part::Value(sign.show(shown))
            }
        })
    };
    let mut sentence = step.head().then(fill(template, part));
    if wraps {
        sentence = sentence.text(format!(", modulo 2^{}", result_shape.bits()));
    }
    if let Some(result) = &result_vector {
        sentence = sentence.text(note(&operation.stem, &vectors, result));
        if is_implementation_dependent(&operation, &vectors, result) == Some(true) {
            sentence = sentence.text("; other engines may give another result");
        }
    }
    Some(sentence)
}

/// The wording for operations on vectors.
fn template(operation: &Operation) -> Option<&'static str> {
    Some(match &*operation.stem {
        "splat" => "{low}{a} in every lane: {r}",
        "extract_lane" => "lane {lane} of {a} is {r}",
        "replace_lane" => "lane {lane} of {a} becomes {low}{b}: {r}",
        "shuffle" => "bytes {bytes} of {a} followed by {b}: {r}",
        "swizzle" | "relaxed_swizzle" => "bytes of {a} at the indices {ub}, 0 where an index is past 15: {r}",
        "eq" => "{a} == {b} is true {lanes}",
        "ne" => "{a} != {b} is true {lanes}",
        "lt" => "{unsigned}{a} < {b} is true {lanes}",
        "gt" => "{unsigned}{a} > {b} is true {lanes}",
        "le" => "{unsigned}{a} <= {b} is true {lanes}",
        "ge" => "{unsigned}{a} >= {b} is true {lanes}",
        "not" => "the bits of {a} inverted: {r}",
        "and" => "{a} and {b}, bit by bit: {r}",
        "andnot" => "{a} and not {b}, bit by bit: {r}",
        "or" => "{a} or {b}, bit by bit: {r}",
        "xor" => "{a} xor {b}, bit by bit: {r}",
        "bitselect" | "relaxed_laneselect" => "bits of {a} where {c} has ones, of {b} elsewhere: {r}",
        "any_true" => "any bit of {a} is 1: {bool}, pushed {r}",
        "all_true" => "every lane of {a} is nonzero: {bool}, pushed {r}",
        "bitmask" => "the sign bits of {a}, lane 0 the lowest: {r}",
        "abs" => "the absolute values of {sa}: {sr}",
        "neg" => "{sa} negated: {sr}",
        "popcnt" => "the number of 1 bits in each lane of {a}: {r}",
        "ceil" => "{a} rounded up: {r}",
        "floor" => "{a} rounded down: {r}",
        "trunc" => "{a} rounded toward zero: {r}",
        "nearest" => "{a} rounded to the nearest whole numbers: {r}",
        "sqrt" => "the square roots of {a}: {r}",
        "add" => "{a} + {b} = {r}",
        "sub" => "{a} − {b} = {r}",
        "mul" => "{a} × {b} = {r}",
        "div" => "{a} / {b} = {r}",
        "add_sat" => "{unsigned}{a} + {b} = {r}, saturating",
        "sub_sat" => "{unsigned}{a} − {b} = {r}, saturating",
        "shl" => "{a} shifted left by {shift}: {r}",
        "shr" if operation.sign == Sign::Signed => "{a} shifted right by {shift}, keeping the signs: {r}",
        "shr" => "unsigned {a} shifted right by {shift}: {r}",
        "min" | "relaxed_min" => "the smaller lanes of {unsigned}{a} and {b}: {r}",
        "max" | "relaxed_max" => "the larger lanes of {unsigned}{a} and {b}: {r}",
        "pmin" => "lanes of {b} where they are smaller than {a}, else of {a}: {r}",
        "pmax" => "lanes of {b} where they are larger than {a}, else of {a}: {r}",
        "avgr" => "the averages of unsigned {a} and {b}, rounded up: {r}",
        "q15mulr_sat" | "relaxed_q15mulr" => "{a} × {b} as fractions of 32768, rounded, saturating: {r}",
        _ => return None,
    })
}

/// The wording for instructions that change the shape of lanes, or multiply and add.
fn conversion(operation: &Operation) -> Option<&'static str> {
    Some(match &*operation.stem {
        // The lanes being narrowed are signed, whatever the result is.
        "narrow" if operation.sign == Sign::Unsigned => "{sa} and {sb} narrowed to unsigned, saturating: {r}",
        "narrow" => "{a} and {b} narrowed, saturating: {r}",
        "extend_low" if operation.sign == Sign::Signed => "the low half of {a}, sign-extended: {r}",
        "extend_high" if operation.sign == Sign::Signed => "the high half of {a}, sign-extended: {r}",
        "extend_low" => "the low half of unsigned {a}, zero-extended: {r}",
        "extend_high" => "the high half of unsigned {a}, zero-extended: {r}",
        "extmul_low" => "the low half of {unsigned}{a} × the low half of {b} = {r}",
        "extmul_high" => "the high half of {unsigned}{a} × the high half of {b} = {r}",
        "extadd_pairwise" => "adjacent lanes of {unsigned}{a} added: {r}",
        "dot" | "relaxed_dot" => "products of the lanes of {a} and {b}, each two neighbours added: {r}",
        "relaxed_dot_add" => "products of the lanes of {a} and {b}, each four neighbours added, plus {c}: {r}",
        "trunc_sat" | "relaxed_trunc" => "{a} → {unsigned}{r}, rounded toward zero, saturating{nan}",
        "trunc_sat_zero" | "relaxed_trunc_zero" => {
            "{a} → {unsigned}{r}, rounded toward zero, saturating{nan}, the upper lanes 0"
        }
        "convert" => "{unsigned}{a} → {r}{rounded}",
        "convert_low" => "the low half of {unsigned}{a} → {r}",
        "demote_zero" => "{a} → {r}{rounded}, the upper lanes 0",
        "promote_low" => "the low half of {a} → {r}",
        "relaxed_madd" => "{a} × {b} + {c} = {r}",
        "relaxed_nmadd" => "−({a} × {b}) + {c} = {r}",
        _ => return None,
    })
}

/// Whether a lane of the result is out of range: as a signed integer, and as an unsigned one.
fn overflow(operation: &Operation, operands: &[Value], vectors: &[Vector], result: &Vector) -> Option<[bool; 2]> {
    let (a, shape) = (vectors.first()?, result.shape);
    if shape.is_float() {
        return None;
    }
    let any = |stem: &str, a: &[u64], b: &[u64]| {
        let lanes = zip(a, b).filter_map(|(a, b)| overflows(stem, (*a).into(), (*b).into(), shape.bits()));
        lanes.reduce(|[signed, unsigned], lane| [signed || lane[0], unsigned || lane[1]])
    };
    match &*operation.stem {
        stem @ ("add" | "sub" | "mul") => any(stem, &a.lanes, &vectors.get(1)?.lanes),
        // Only the negated smallest integer, and the sum of its two squares, are out of range; both wrap to it.
        "neg" | "abs" | "dot" | "relaxed_dot" => Some([result.lanes.contains(&shape.smallest()), false]),
        "shl" => {
            let by = operands.get(1)?.unsigned()? % u64::from(shape.bits());
            let wraps = zip(a.signed(), result.signed()).any(|(lane, shifted)| shifted >> by != lane);
            Some([wraps, false])
        }
        "relaxed_dot_add" => {
            let added = vectors.get(2)?;
            let sums = zip(&result.lanes, &added.lanes).map(|(sum, added)| sum.wrapping_sub(*added) & shape.ones());
            Some([any("add", &sums.collect::<Vec<_>>(), &added.lanes)?[0], false])
        }
        _ => None,
    }
}

/// A note on lanes that differ from exact arithmetic, or are NaN.
fn note(stem: &str, vectors: &[Vector], result: &Vector) -> &'static str {
    match stem {
        "nearest" if vectors.iter().flat_map(Vector::reals).any(is_half) => HALVES,
        "min" | "max" | "relaxed_min" | "relaxed_max" if result.shape.is_float() && result.reals().any(f64::is_nan) => {
            ", nan where an operand is NaN"
        }
        _ => "",
    }
}

/// A note that a conversion to floats is not exact.
fn rounded(operation: &Operation, from: &Vector, result: &Vector) -> &'static str {
    let exact: Vec<f64> = match from.shape.is_float() {
        true => from.reals().collect(),
        false => from.integers(operation.sign).collect(),
    };
    let is_rounded = zip(exact, result.reals()).any(|(exact, result)| exact != result && !exact.is_nan());
    if is_rounded { ", rounded" } else { "" }
}

fn nan(vector: &Vector) -> &'static str {
    if vector.reals().any(f64::is_nan) { ", NaN becomes 0" } else { "" }
}

/// The note for a number of which a lane uses only the low bits, unless that is the same number.
fn low_bits(value: &Value, shape: Lanes) -> String {
    match value.unsigned() {
        Some(number) if shape.bits() < 32 && number >= shape.smallest() => format!("the low {} bits of ", shape.bits()),
        _ => String::new(),
    }
}

/// The lanes in which a comparison holds, and the values of the result's lanes.
fn where_true(lanes: &[u64]) -> String {
    let held: Vec<u8> = (0..).zip(lanes).filter(|(_, lane)| **lane != 0).map(|(index, _)| index).collect();
    match &held[..] {
        [] => "in no lane: all are 0".to_owned(),
        held if held.len() == lanes.len() => "in every lane: all ones".to_owned(),
        [lane] => format!("in lane {lane}: all ones there, 0 in the others"),
        held => format!("in lanes {}: all ones there, 0 in the others", runs(held)),
    }
}

/// The byte indices of a shuffle.
fn shuffled<'a>(operator: &'a Operator<'_>) -> Option<&'a [u8]> {
    match operator {
        Operator::I8x16Shuffle { lanes } => Some(lanes),
        _ => None,
    }
}

/// The lane that an instruction names.
pub(super) fn lane(operator: &Operator<'_>) -> Option<u8> {
    use Operator as O;
    Some(match operator {
        O::I8x16ExtractLaneS { lane }
        | O::I8x16ExtractLaneU { lane }
        | O::I8x16ReplaceLane { lane }
        | O::I16x8ExtractLaneS { lane }
        | O::I16x8ExtractLaneU { lane }
        | O::I16x8ReplaceLane { lane }
        | O::I32x4ExtractLane { lane }
        | O::I32x4ReplaceLane { lane }
        | O::I64x2ExtractLane { lane }
        | O::I64x2ReplaceLane { lane }
        | O::F32x4ExtractLane { lane }
        | O::F32x4ReplaceLane { lane }
        | O::F64x2ExtractLane { lane }
        | O::F64x2ReplaceLane { lane }
        | O::V128Load8Lane { lane, .. }
        | O::V128Load16Lane { lane, .. }
        | O::V128Load32Lane { lane, .. }
        | O::V128Load64Lane { lane, .. }
        | O::V128Store8Lane { lane, .. }
        | O::V128Store16Lane { lane, .. }
        | O::V128Store32Lane { lane, .. }
        | O::V128Store64Lane { lane, .. } => *lane,
        _ => return None,
    })
}
