//! Wording for vectors: their lanes, as the instruction takes them.
//!
//! In a template, `{a}`, `{b}` and `{c}` are the operands, the deepest first, and `{r}` is the result: vectors in lanes,
//! and numbers as they are. `{lanes}` says in which lanes a comparison holds, `{lane}` which lane it is about.

use wasmi::Val;
use wasmparser::Operator;

use super::Step;
use super::instruction::name;
use super::numeric::{shift, truth};
use super::sentence::{Part, Sentence, fill};
use crate::engine::value::{self, Shown};

/// How a vector is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lanes {
    I8x16,
    I16x8,
    I32x4,
    I64x2,
    F32x4,
    F64x2,
}

const ALL: [(&str, Lanes); 6] = [
    ("i8x16", Lanes::I8x16),
    ("i16x8", Lanes::I16x8),
    ("i32x4", Lanes::I32x4),
    ("i64x2", Lanes::I64x2),
    ("f32x4", Lanes::F32x4),
    ("f64x2", Lanes::F64x2),
];

/// As many equal lanes side by side are written once.
const REPEATED: usize = 3;

impl Lanes {
    fn bits(self) -> u32 {
        match self {
            Self::I8x16 => 8,
            Self::I16x8 => 16,
            Self::I32x4 | Self::F32x4 => 32,
            Self::I64x2 | Self::F64x2 => 64,
        }
    }

    /// The bits of each lane, the first lane first.
    fn split(self, vector: u128) -> Vec<u64> {
        let bits = self.bits();
        let mask = u64::MAX >> (64 - bits);
        (0..128 / bits).map(|lane| (vector >> (lane * bits)) as u64 & mask).collect()
    }

    fn signed(self, lane: u64) -> String {
        match self {
            Self::I8x16 => (lane as i8).to_string(),
            Self::I16x8 => (lane as i16).to_string(),
            Self::I32x4 => (lane as i32).to_string(),
            Self::I64x2 => (lane as i64).to_string(),
            Self::F32x4 => value::show(&Val::F32(wasmi::F32::from_bits(lane as u32))).text,
            Self::F64x2 => value::show(&Val::F64(wasmi::F64::from_bits(lane))).text,
        }
    }

    fn is_float(self) -> bool {
        matches!(self, Self::F32x4 | Self::F64x2)
    }
}

/// A vector in lanes: `[1 2 3 4]`, `[0 ×16]`.
pub(super) fn lanes(vector: u128, shape: Lanes, is_unsigned: bool) -> Shown {
    let split = shape.split(vector);
    let list = |write: &dyn Fn(u64) -> String| {
        let mut written = Vec::new();
        let mut rest = &split[..];
        while let Some(first) = rest.first() {
            let equal = rest.iter().take_while(|lane| *lane == first).count();
            match equal >= REPEATED {
                true => written.push(format!("{} ×{equal}", write(*first))),
                false => written.extend(rest[..equal].iter().map(|lane| write(*lane))),
            }
            rest = &rest[equal..];
        }
        format!("[{}]", written.join(" "))
    };
    let signed = list(&|lane| shape.signed(lane));
    let unsigned = list(&|lane| lane.to_string());
    let hex = list(&|lane| format!("{lane:#X}"));
    let (text, other) = match (shape.is_float(), is_unsigned) {
        (true, _) => (signed, None),
        (false, true) => (unsigned, None),
        (false, false) => (signed.clone(), (signed != unsigned).then_some(unsigned)),
    };
    Shown { ty: value::name(value::ValType::V128), text, unsigned: other, hex: Some(hex) }
}

pub(super) fn describe(step: &Step<'_>) -> Option<Sentence> {
    let name = name(&step.at.operator);
    let (space, operation) = name.split_once('.')?;
    let shape_of = |text: &str| ALL.iter().find(|(name, _)| text.contains(name)).map(|(_, shape)| *shape);
    let result_shape = shape_of(space).or_else(|| (space == "v128").then_some(Lanes::I32x4))?;
    // `i8x16.narrow_i16x8_s` takes lanes of another shape.
    let operand_shape = shape_of(operation).unwrap_or(result_shape);
    let is_unsigned = operation.ends_with("_u") || operation.ends_with("_u_zero");
    let template = template(operation)?;
    let shown = |value: &Val, shape: Lanes| match value {
        Val::V128(vector) => lanes(vector.as_u128(), shape, is_unsigned),
        other => step.at.shown(other),
    };
    let part = |name: &str| {
        let operands = &step.before.operands;
        let result = step.pushed.first()?;
        Some(match name {
            "bool" => Part::Text(truth(result).to_owned()),
            "lane" => Part::Text(lane(&step.at.operator)?.to_string()),
            "shift" => Part::Text(shift(operands.get(1)?, operand_shape.bits())),
            "lanes" => {
                let Val::V128(vector) = result else { return None };
                Part::Text(where_true(&result_shape.split(vector.as_u128())))
            }
            "a" => Part::Value(shown(operands.first()?, operand_shape)),
            "b" => Part::Value(shown(operands.get(1)?, operand_shape)),
            // What is added to products has the lanes of the sum.
            "c" => Part::Value(shown(operands.get(2)?, result_shape)),
            "r" => Part::Value(shown(result, result_shape)),
            _ => return None,
        })
    };
    Some(step.head().then(fill(template, part)))
}

/// The wording for operations on vectors.
fn template(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "splat" => "{a} in every lane: {r}",
        "extract_lane" | "extract_lane_s" | "extract_lane_u" => "lane {lane} of {a} is {r}",
        "replace_lane" => "lane {lane} of {a} becomes {b}: {r}",
        "shuffle" => "bytes picked from {a} and {b}: {r}",
        "swizzle" | "relaxed_swizzle" => "bytes of {a} picked by {b}: {r}",
        "eq" => "{a} == {b} is true {lanes}",
        "ne" => "{a} != {b} is true {lanes}",
        "lt" | "lt_s" | "lt_u" => "{a} < {b} is true {lanes}",
        "gt" | "gt_s" | "gt_u" => "{a} > {b} is true {lanes}",
        "le" | "le_s" | "le_u" => "{a} <= {b} is true {lanes}",
        "ge" | "ge_s" | "ge_u" => "{a} >= {b} is true {lanes}",
        "not" => "the bits of {a} inverted: {r}",
        "and" => "{a} and {b}, bit by bit: {r}",
        "andnot" => "{a} and not {b}, bit by bit: {r}",
        "or" => "{a} or {b}, bit by bit: {r}",
        "xor" => "{a} xor {b}, bit by bit: {r}",
        "bitselect" => "bits of {a} where {c} has ones, of {b} elsewhere: {r}",
        "any_true" => "any bit of {a} is 1: {bool}, pushed {r}",
        "all_true" => "every lane of {a} is nonzero: {bool}, pushed {r}",
        "bitmask" => "the sign bits of {a} as a number: {r}",
        "abs" => "the absolute values of {a}: {r}",
        "neg" => "{a} negated: {r}",
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
        "add_sat_s" | "add_sat_u" => "{a} + {b} = {r}, saturating",
        "sub_sat_s" | "sub_sat_u" => "{a} − {b} = {r}, saturating",
        "shl" => "{a} shifted left by {shift}: {r}",
        "shr_s" => "{a} shifted right by {shift}, keeping the signs: {r}",
        "shr_u" => "unsigned {a} shifted right by {shift}: {r}",
        "min" | "min_s" | "min_u" | "relaxed_min" => "the smaller lanes of {a} and {b}: {r}",
        "max" | "max_s" | "max_u" | "relaxed_max" => "the larger lanes of {a} and {b}: {r}",
        "pmin" => "lanes of {b} where they are smaller than {a}, else of {a}: {r}",
        "pmax" => "lanes of {b} where they are larger than {a}, else of {a}: {r}",
        "avgr_u" => "the averages of {a} and {b}, rounded up: {r}",
        "q15mulr_sat_s" | "relaxed_q15mulr_s" => "{a} × {b} as fractions of 32768, rounded: {r}",
        _ => return conversion(operation),
    })
}

/// The wording for what changes the shape of lanes, or multiplies and adds.
fn conversion(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "narrow_i16x8_s" | "narrow_i16x8_u" | "narrow_i32x4_s" | "narrow_i32x4_u" => {
            "{a} and {b} narrowed, saturating: {r}"
        }
        "extend_low_i8x16_s" | "extend_low_i16x8_s" | "extend_low_i32x4_s" => "the low half of {a}, sign-extended: {r}",
        "extend_high_i8x16_s" | "extend_high_i16x8_s" | "extend_high_i32x4_s" => {
            "the high half of {a}, sign-extended: {r}"
        }
        "extend_low_i8x16_u" | "extend_low_i16x8_u" | "extend_low_i32x4_u" => "the low half of {a}, zero-extended: {r}",
        "extend_high_i8x16_u" | "extend_high_i16x8_u" | "extend_high_i32x4_u" => {
            "the high half of {a}, zero-extended: {r}"
        }
        "extmul_low_i8x16_s" | "extmul_low_i16x8_s" | "extmul_low_i32x4_s" | "extmul_low_i8x16_u"
        | "extmul_low_i16x8_u" | "extmul_low_i32x4_u" => "the low halves of {a} × {b} = {r}",
        "extmul_high_i8x16_s"
        | "extmul_high_i16x8_s"
        | "extmul_high_i32x4_s"
        | "extmul_high_i8x16_u"
        | "extmul_high_i16x8_u"
        | "extmul_high_i32x4_u" => "the high halves of {a} × {b} = {r}",
        "extadd_pairwise_i8x16_s"
        | "extadd_pairwise_i8x16_u"
        | "extadd_pairwise_i16x8_s"
        | "extadd_pairwise_i16x8_u" => "pairs of lanes of {a} added: {r}",
        "dot_i16x8_s" | "relaxed_dot_i8x16_i7x16_s" => "products of {a} and {b}, added in pairs: {r}",
        "relaxed_dot_i8x16_i7x16_add_s" => "products of {a} and {b}, added in fours, plus {c}: {r}",
        "trunc_sat_f32x4_s" | "trunc_sat_f32x4_u" | "relaxed_trunc_f32x4_s" | "relaxed_trunc_f32x4_u" => {
            "{a} → {r}, rounded toward zero"
        }
        "trunc_sat_f64x2_s_zero"
        | "trunc_sat_f64x2_u_zero"
        | "relaxed_trunc_f64x2_s_zero"
        | "relaxed_trunc_f64x2_u_zero" => "{a} → {r}, rounded toward zero, the upper lanes 0",
        "convert_i32x4_s" | "convert_i32x4_u" => "{a} → {r}",
        "convert_low_i32x4_s" | "convert_low_i32x4_u" => "the low half of {a} → {r}",
        "demote_f64x2_zero" => "{a} → {r}, the upper lanes 0",
        "promote_low_f32x4" => "the low half of {a} → {r}",
        "relaxed_madd" => "{a} × {b} + {c} = {r}",
        "relaxed_nmadd" => "−({a} × {b}) + {c} = {r}",
        "relaxed_laneselect" => "lanes of {a} where {c} has ones, of {b} elsewhere: {r}",
        _ => return None,
    })
}

/// In which lanes a comparison holds.
fn where_true(lanes: &[u64]) -> String {
    let mut held: Vec<String> = Vec::new();
    let mut lane = 0;
    while lane < lanes.len() {
        let alike = lanes[lane..].iter().take_while(|other| (**other != 0) == (lanes[lane] != 0)).count();
        if lanes[lane] != 0 && alike == lanes.len() {
            return "in every lane".to_owned();
        }
        match alike {
            _ if lanes[lane] == 0 => {}
            1 | 2 => held.extend((lane..lane + alike).map(|lane| lane.to_string())),
            _ => held.push(format!("{lane} to {}", lane + alike - 1)),
        }
        lane += alike;
    }
    match &held[..] {
        [] => "in no lane".to_owned(),
        [lane] if !lane.contains("to") => format!("in lane {lane}"),
        [lanes] => format!("in lanes {lanes}"),
        [first @ .., last] => format!("in lanes {} and {last}", first.join(", ")),
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
        | O::F64x2ReplaceLane { lane } => *lane,
        _ => return None,
    })
}
