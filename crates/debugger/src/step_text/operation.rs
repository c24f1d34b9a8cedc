//! Parses the name of a numeric instruction: `i32x4.trunc_sat_f64x2_u_zero` is a `trunc_sat_zero` from `f64x2` to
//! unsigned integers.

use wasmparser::Operator;

use super::instruction::name;
use wasmoscope_module::value::FormattedValue;

pub(super) struct Operation {
    /// The type or shape before the dot, which is usually that of the result.
    pub space: String,
    /// The name without types and sign: `lt`, `trunc_sat`.
    pub stem: String,
    /// The type or shape of the operands, if the name contains it.
    pub from: Option<String>,
    pub sign: Sign,
}

/// How an instruction interprets integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Signed,
    Unsigned,
    /// Its result has the same bits either way.
    Either,
}

impl Operation {
    pub fn of(operator: &Operator<'_>) -> Option<Self> {
        let name = name(operator);
        let (space, parts) = name.split_once('.')?;
        let (mut stem, mut from, mut sign) = (Vec::new(), None, Sign::Either);
        for part in parts.split('_') {
            match part {
                "s" => sign = Sign::Signed,
                "u" => sign = Sign::Unsigned,
                _ if is_type(part) => from = from.or(Some(part)),
                _ => stem.push(part),
            }
        }
        Some(Self { space: space.to_owned(), stem: stem.join("_"), from: from.map(str::to_owned), sign })
    }

    /// The word before unsigned operands.
    pub fn unsigned(&self) -> &'static str {
        if self.sign == Sign::Unsigned { "unsigned " } else { "" }
    }
}

/// `i32`, `f64x2`.
fn is_type(part: &str) -> bool {
    part.starts_with(['i', 'f']) && part.ends_with(|last: char| last.is_ascii_digit())
}

impl Sign {
    /// The operand that a placeholder refers to, and its sign: `sa` is `a` as a signed integer, `ua` as an unsigned
    /// one, and `a` is as the instruction interprets it.
    pub fn placeholder(self, name: &str) -> (Self, &str) {
        match name.split_at_checked(1) {
            Some(("s", operand)) if !operand.is_empty() => (Self::Signed, operand),
            Some(("u", operand)) if !operand.is_empty() => (Self::Unsigned, operand),
            _ => (self, name),
        }
    }

    /// A value in the bases in which the sentence is true. Signed and float arithmetic is true only in decimal: in
    /// hexadecimal, `-1 < 0` would read `0xFFFFFFFF < 0x0`.
    pub fn show(self, mut shown: FormattedValue) -> FormattedValue {
        match self {
            _ if matches!(shown.ty, "f32" | "f64") => decimal(shown),
            Self::Signed => decimal(shown),
            Self::Unsigned => {
                if let Some(unsigned) = shown.unsigned.take() {
                    shown.text = unsigned;
                }
                shown
            }
            Self::Either => shown,
        }
    }
}

fn decimal(shown: FormattedValue) -> FormattedValue {
    FormattedValue { unsigned: None, hex: None, ..shown }
}

/// Whether the sum, difference or product of two integers of that many bits is out of range, as signed and as unsigned
/// integers.
pub(super) fn overflows(stem: &str, a: u128, b: u128, bits: u32) -> Option<[bool; 2]> {
    // Shifted to the top of 128 bits, integers overflow as they do in their own type.
    let below = 128 - bits;
    let (a, b) = (a << below, b << below);
    let (signed_a, signed_b) = (a.cast_signed(), b.cast_signed());
    Some(match stem {
        "add" | "add128" => [signed_a.overflowing_add(signed_b).1, a.overflowing_add(b).1],
        "sub" | "sub128" => [signed_a.overflowing_sub(signed_b).1, a.overflowing_sub(b).1],
        "mul" => [signed_a.overflowing_mul(signed_b >> below).1, a.overflowing_mul(b >> below).1],
        _ => return None,
    })
}
