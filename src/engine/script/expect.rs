//! Compares results with a script's expectations, and formats both.

use std::array::from_fn;

use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};

use super::Value;
use super::value::{f32_text, f64_text};

/// The payload bit that is set in a canonical NaN, as the only one (core specification, section 2.2.3).
const CANONICAL_32: u32 = 0x7FC0_0000;
const CANONICAL_64: u64 = 0x7FF8_0000_0000_0000;

/// An argument as a value; `None` if no supported function can take it.
pub(super) fn argument(argument: &WastArgCore<'_>) -> Option<Value> {
    Some(match argument {
        WastArgCore::I32(value) => Value::I32(*value),
        WastArgCore::I64(value) => Value::I64(*value),
        WastArgCore::F32(value) => Value::F32(value.bits),
        WastArgCore::F64(value) => Value::F64(value.bits),
        WastArgCore::V128(value) => Value::V128(u128::from_le_bytes(value.to_le_bytes())),
        WastArgCore::RefNull(ty) => null(ty)?,
        WastArgCore::RefExtern(number) => Value::Extern(*number),
        WastArgCore::RefHost(_) => return None,
    })
}

fn null(ty: &HeapType<'_>) -> Option<Value> {
    match ty {
        HeapType::Abstract { ty: AbstractHeapType::Func | AbstractHeapType::NoFunc, .. } => Some(Value::NullFunc),
        HeapType::Abstract { ty: AbstractHeapType::Extern | AbstractHeapType::NoExtern, .. } => Some(Value::NullExtern),
        _ => None,
    }
}

/// Whether a result matches the expectation.
pub(super) fn matches(expected: &WastRetCore<'_>, value: Value) -> bool {
    match (expected, value) {
        (WastRetCore::Either(cases), value) => cases.iter().any(|case| matches(case, value)),
        (WastRetCore::I32(expected), Value::I32(value)) => *expected == value,
        (WastRetCore::I64(expected), Value::I64(value)) => *expected == value,
        (WastRetCore::F32(expected), Value::F32(bits)) => f32_matches(expected, bits),
        (WastRetCore::F64(expected), Value::F64(bits)) => f64_matches(expected, bits),
        (WastRetCore::V128(expected), Value::V128(bits)) => v128_matches(expected, bits),
        (WastRetCore::RefNull(None), Value::NullFunc | Value::NullExtern) => true,
        (WastRetCore::RefNull(Some(ty)), value @ (Value::NullFunc | Value::NullExtern)) => null(ty) == Some(value),
        (WastRetCore::RefExtern(None), Value::Extern(_)) => true,
        (WastRetCore::RefExtern(Some(expected)), Value::Extern(number)) => *expected == number,
        (WastRetCore::RefFunc(_), Value::Func) => true,
        _ => false,
    }
}

fn f32_matches(expected: &NanPattern<F32>, bits: u32) -> bool {
    match expected {
        NanPattern::CanonicalNan => bits & 0x7FFF_FFFF == CANONICAL_32,
        NanPattern::ArithmeticNan => bits & CANONICAL_32 == CANONICAL_32,
        NanPattern::Value(expected) => bits == expected.bits,
    }
}

fn f64_matches(expected: &NanPattern<F64>, bits: u64) -> bool {
    match expected {
        NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == CANONICAL_64,
        NanPattern::ArithmeticNan => bits & CANONICAL_64 == CANONICAL_64,
        NanPattern::Value(expected) => bits == expected.bits,
    }
}

fn v128_matches(expected: &V128Pattern, bits: u128) -> bool {
    let bytes = bits.to_le_bytes();
    match expected {
        V128Pattern::I8x16(expected) => *expected == lanes(bytes).map(i8::from_le_bytes),
        V128Pattern::I16x8(expected) => *expected == lanes(bytes).map(i16::from_le_bytes),
        V128Pattern::I32x4(expected) => *expected == lanes(bytes).map(i32::from_le_bytes),
        V128Pattern::I64x2(expected) => *expected == lanes(bytes).map(i64::from_le_bytes),
        V128Pattern::F32x4(expected) => {
            expected.iter().zip(lanes::<4, 4>(bytes)).all(|(lane, bytes)| f32_matches(lane, u32::from_le_bytes(bytes)))
        }
        V128Pattern::F64x2(expected) => {
            expected.iter().zip(lanes::<8, 2>(bytes)).all(|(lane, bytes)| f64_matches(lane, u64::from_le_bytes(bytes)))
        }
    }
}

/// The bytes of each lane; lane 0 comes first.
fn lanes<const WIDTH: usize, const COUNT: usize>(bytes: [u8; 16]) -> [[u8; WIDTH]; COUNT] {
    from_fn(|lane| from_fn(|byte| bytes[lane * WIDTH + byte]))
}

/// The expectation, as the script writes it.
pub(super) fn describe(expected: &WastRetCore<'_>) -> String {
    match expected {
        WastRetCore::I32(value) => Value::I32(*value).to_string(),
        WastRetCore::I64(value) => Value::I64(*value).to_string(),
        WastRetCore::F32(value) => format!("(f32.const {})", describe_f32(value)),
        WastRetCore::F64(value) => format!("(f64.const {})", describe_f64(value)),
        WastRetCore::V128(pattern) => format!("(v128.const {})", describe_v128(pattern)),
        WastRetCore::RefNull(None) => "(ref.null)".to_owned(),
        WastRetCore::RefNull(Some(ty)) => match null(ty) {
            Some(value) => value.to_string(),
            None => "a null of a type that is not supported here".to_owned(),
        },
        WastRetCore::RefExtern(Some(number)) => Value::Extern(*number).to_string(),
        WastRetCore::RefExtern(None) => "(ref.extern)".to_owned(),
        WastRetCore::RefFunc(_) => "(ref.func)".to_owned(),
        WastRetCore::Either(cases) => {
            format!("either {}", cases.iter().map(describe).collect::<Vec<_>>().join(" or "))
        }
        WastRetCore::RefHost(_)
        | WastRetCore::RefAny
        | WastRetCore::RefEq
        | WastRetCore::RefArray
        | WastRetCore::RefStruct
        | WastRetCore::RefI31
        | WastRetCore::RefI31Shared => "a reference of a type that is not supported here".to_owned(),
    }
}

/// A result next to what was expected: a vector is written in the script's shape.
pub(super) fn describe_beside(expected: Option<&WastRetCore<'_>>, value: Value) -> String {
    let expected = match expected {
        Some(WastRetCore::Either(cases)) => cases.first(),
        other => other,
    };
    let (Some(WastRetCore::V128(pattern)), Value::V128(bits)) = (expected, value) else { return value.to_string() };
    let bytes = bits.to_le_bytes();
    let f32 = |lane| NanPattern::Value(F32 { bits: u32::from_le_bytes(lane) });
    let f64 = |lane| NanPattern::Value(F64 { bits: u64::from_le_bytes(lane) });
    let same_shape = match pattern {
        V128Pattern::I8x16(_) => V128Pattern::I8x16(lanes(bytes).map(i8::from_le_bytes)),
        V128Pattern::I16x8(_) => V128Pattern::I16x8(lanes(bytes).map(i16::from_le_bytes)),
        V128Pattern::I32x4(_) => V128Pattern::I32x4(lanes(bytes).map(i32::from_le_bytes)),
        V128Pattern::I64x2(_) => V128Pattern::I64x2(lanes(bytes).map(i64::from_le_bytes)),
        V128Pattern::F32x4(_) => V128Pattern::F32x4(lanes(bytes).map(f32)),
        V128Pattern::F64x2(_) => V128Pattern::F64x2(lanes(bytes).map(f64)),
    };
    format!("(v128.const {})", describe_v128(&same_shape))
}

fn describe_v128(pattern: &V128Pattern) -> String {
    fn row<T>(shape: &str, lanes: &[T], describe: impl Fn(&T) -> String) -> String {
        lanes.iter().fold(shape.to_owned(), |row, lane| row + " " + &describe(lane))
    }
    match pattern {
        V128Pattern::I8x16(lanes) => row("i8x16", lanes, i8::to_string),
        V128Pattern::I16x8(lanes) => row("i16x8", lanes, i16::to_string),
        V128Pattern::I32x4(lanes) => row("i32x4", lanes, i32::to_string),
        V128Pattern::I64x2(lanes) => row("i64x2", lanes, i64::to_string),
        V128Pattern::F32x4(lanes) => row("f32x4", lanes, describe_f32),
        V128Pattern::F64x2(lanes) => row("f64x2", lanes, describe_f64),
    }
}

fn describe_f32(pattern: &NanPattern<F32>) -> String {
    match pattern {
        NanPattern::CanonicalNan => "nan:canonical".to_owned(),
        NanPattern::ArithmeticNan => "nan:arithmetic".to_owned(),
        NanPattern::Value(value) => f32_text(value.bits),
    }
}

fn describe_f64(pattern: &NanPattern<F64>) -> String {
    match pattern {
        NanPattern::CanonicalNan => "nan:canonical".to_owned(),
        NanPattern::ArithmeticNan => "nan:arithmetic".to_owned(),
        NanPattern::Value(value) => f64_text(value.bits),
    }
}
