//! Vectors in lanes.

use std::iter::zip;

use wasmoscope_module::value::Value;

use super::operation::Sign;
use wasmoscope_module::value::{self, FormattedValue};

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

/// From this many consecutive equal lanes on, the value is written once, with the count.
const REPEATED: usize = 3;

impl Lanes {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "i8x16" => Self::I8x16,
            "i16x8" => Self::I16x8,
            "i32x4" => Self::I32x4,
            "i64x2" => Self::I64x2,
            "f32x4" => Self::F32x4,
            "f64x2" => Self::F64x2,
            _ => return None,
        })
    }

    pub fn bits(self) -> u32 {
        match self {
            Self::I8x16 => 8,
            Self::I16x8 => 16,
            Self::I32x4 | Self::F32x4 => 32,
            Self::I64x2 | Self::F64x2 => 64,
        }
    }

    /// A lane whose bits are all ones.
    pub fn ones(self) -> u64 {
        u64::MAX >> (64 - self.bits())
    }

    /// The smallest signed integer of a lane: only its sign bit is one.
    pub fn smallest(self) -> u64 {
        1 << (self.bits() - 1)
    }

    pub fn is_float(self) -> bool {
        matches!(self, Self::F32x4 | Self::F64x2)
    }

    fn signed(self, lane: u64) -> i64 {
        let above = 64 - self.bits();
        (lane << above).cast_signed() >> above
    }

    fn real(self, lane: u64) -> f64 {
        match self {
            Self::F32x4 => f32::from_bits(lane as u32).into(),
            _ => f64::from_bits(lane),
        }
    }

    fn text(self, lane: u64) -> String {
        match self {
            Self::F32x4 => value::show(&Value::F32(lane as u32)).text,
            Self::F64x2 => value::show(&Value::F64(lane)).text,
            _ => self.signed(lane).to_string(),
        }
    }
}

/// A vector, divided into lanes as an instruction does.
#[derive(Debug, Clone)]
pub(super) struct Vector {
    pub shape: Lanes,
    /// The bits of each lane, the first lane first.
    pub lanes: Vec<u64>,
}

impl Vector {
    pub fn of(value: &Value, shape: Lanes) -> Option<Self> {
        let Value::V128(vector) = value else { return None };
        let lane = |lane| (vector >> (lane * shape.bits())) as u64 & shape.ones();
        Some(Self { shape, lanes: (0..128 / shape.bits()).map(lane).collect() })
    }

    pub fn signed(&self) -> impl Iterator<Item = i64> {
        self.lanes.iter().map(|lane| self.shape.signed(*lane))
    }

    /// The lanes of a shape of integers with at most 32 bits.
    pub fn integers(&self, sign: Sign) -> impl Iterator<Item = f64> {
        zip(&self.lanes, self.signed()).map(move |(lane, signed)| match sign {
            Sign::Unsigned => *lane as f64,
            Sign::Signed | Sign::Either => signed as f64,
        })
    }

    /// The lanes of a shape of floats.
    pub fn reals(&self) -> impl Iterator<Item = f64> {
        self.lanes.iter().map(|lane| self.shape.real(*lane))
    }

    /// `[1 2 3 4]`, `[0 ×16]`. Float lanes have no other base: their bits are rarely relevant to an instruction.
    pub fn shown(&self) -> FormattedValue {
        let signed = self.list(|lane| self.shape.text(lane));
        let (unsigned, hex) = match self.shape.is_float() {
            true => (None, None),
            false => (Some(self.list(|lane| lane.to_string())), Some(self.list(|lane| format!("{lane:#x}")))),
        };
        let unsigned = unsigned.filter(|unsigned| *unsigned != signed);
        FormattedValue { ty: value::name(value::ValType::V128), text: signed, unsigned, hex }
    }

    fn list(&self, write: impl Fn(u64) -> String) -> String {
        let mut written = Vec::new();
        for equal in self.lanes.chunk_by(|lane, next| lane == next) {
            match equal.len() >= REPEATED {
                true => written.push(format!("{} ×{}", write(equal[0]), equal.len())),
                false => written.extend(equal.iter().map(|lane| write(*lane))),
            }
        }
        format!("[{}]", written.join(" "))
    }
}

/// Numbers in a sentence, with consecutive and equal ones together: `0, 3 and 5 to 7`, `0 ×16`.
pub(super) fn runs(numbers: &[u8]) -> String {
    let mut written: Vec<String> = Vec::new();
    let mut rest = numbers;
    while let Some(first) = rest.first() {
        let run = |step: u8| (0..).zip(rest).take_while(|(index, number)| first + index * step == **number).count();
        let (equal, rising) = (run(0), run(1));
        let length = match (equal, rising) {
            (REPEATED.., _) => {
                written.push(format!("{first} ×{equal}"));
                equal
            }
            (_, REPEATED..) => {
                written.push(format!("{first} to {}", rest[rising - 1]));
                rising
            }
            _ => {
                written.push(first.to_string());
                1
            }
        };
        rest = &rest[length..];
    }
    match &written[..] {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
