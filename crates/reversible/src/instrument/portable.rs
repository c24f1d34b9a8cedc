//! Instructions whose result, or whose trap, the specification leaves to the engine: in a portable copy, each has the
//! one that wasmi has, so that a program behaves the same on every engine and a record of one replays on another.
//!
//! - An instruction that makes a NaN may choose its sign and its payload (core specification, section 4.3.3); here it
//!   makes the canonical NaN with a positive sign.
//! - Relaxed SIMD may choose among a few results (appendix A.3, profiles); here it is the instruction of which it is the
//!   relaxed form.
//! - A NaN and a number that is too large both trap when they become integers; engines tell the two apart or do not.
//!   Here it is checked first.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{BlockType, Function as Body, InstructionSink};
use wasmparser::{Operator, ValType};

use super::InstrumentError;
use super::plain::Shift;
use super::support::{BAD_CONVERSION, Temporaries};

/// Writes an instruction that stays the same except for indices, with one result on every engine.
///
/// # Errors
///
/// If it cannot be encoded.
pub(super) fn instruction(
    body: &mut Body,
    operator: &Operator<'_>,
    temporaries: Temporaries,
) -> Result<(), InstrumentError> {
    if let Some(ty) = truncated(operator) {
        let temporary = temporaries.of(ty);
        let mut sink = body.instructions();
        sink.local_tee(temporary).local_get(temporary);
        match ty {
            ValType::F32 => sink.local_get(temporary).f32_ne(),
            _ => sink.local_get(temporary).f64_ne(),
        };
        sink.if_(BlockType::Empty).call(BAD_CONVERSION).end();
    }
    let operator = fixed(operator);
    let instruction = Shift.instruction(operator.clone())?;
    body.instruction(&instruction);
    if let Some(shape) = nan_made_by(&operator) {
        shape.canonicalize(&mut body.instructions(), temporaries);
    }
    Ok(())
}

/// Whether an instruction accesses a table, other than to call one of its functions. Some engines say the same of an
/// index that is out of the bounds of a table as of an address that is out of the bounds of a memory, so a portable copy
/// is exactly at such an instruction when it traps.
pub fn uses_table(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::TableFill { .. }
    )
}

/// The type of the float that an instruction converts to an integer, or traps.
fn truncated(operator: &Operator<'_>) -> Option<ValType> {
    match operator {
        Operator::I32TruncF32S | Operator::I32TruncF32U | Operator::I64TruncF32S | Operator::I64TruncF32U => {
            Some(ValType::F32)
        }
        Operator::I32TruncF64S | Operator::I32TruncF64U | Operator::I64TruncF64S | Operator::I64TruncF64U => {
            Some(ValType::F64)
        }
        _ => None,
    }
}

/// The instruction with one result of which this is the relaxed form; any other stays.
///
/// A relaxed multiplication and addition stays, too: it is fused on each processor of the last ten years, as on wasmi.
fn fixed<'a>(operator: &Operator<'a>) -> Operator<'a> {
    match operator {
        Operator::I8x16RelaxedSwizzle => Operator::I8x16Swizzle,
        Operator::I32x4RelaxedTruncF32x4S => Operator::I32x4TruncSatF32x4S,
        Operator::I32x4RelaxedTruncF32x4U => Operator::I32x4TruncSatF32x4U,
        Operator::I32x4RelaxedTruncF64x2SZero => Operator::I32x4TruncSatF64x2SZero,
        Operator::I32x4RelaxedTruncF64x2UZero => Operator::I32x4TruncSatF64x2UZero,
        Operator::I8x16RelaxedLaneselect
        | Operator::I16x8RelaxedLaneselect
        | Operator::I32x4RelaxedLaneselect
        | Operator::I64x2RelaxedLaneselect => Operator::V128Bitselect,
        Operator::F32x4RelaxedMin => Operator::F32x4Min,
        Operator::F32x4RelaxedMax => Operator::F32x4Max,
        Operator::F64x2RelaxedMin => Operator::F64x2Min,
        Operator::F64x2RelaxedMax => Operator::F64x2Max,
        Operator::I16x8RelaxedQ15mulrS => Operator::I16x8Q15MulrSatS,
        other => other.clone(),
    }
}

/// The result of an instruction that can make a NaN.
#[derive(Debug, Clone, Copy)]
enum Shape {
    F32,
    F64,
    F32x4,
    F64x2,
}

impl Shape {
    /// Replaces a NaN on the stack, or each in its lanes, by the canonical one.
    fn canonicalize(self, sink: &mut InstructionSink<'_>, temporaries: Temporaries) {
        const F32: u32 = 0x7FC0_0000;
        const F64: u64 = 0x7FF8_0000_0000_0000;
        match self {
            Self::F32 => {
                let value = temporaries.of(ValType::F32);
                sink.local_tee(value).f32_const(f32::from_bits(F32).into());
                sink.local_get(value).local_get(value).f32_eq().select();
            }
            Self::F64 => {
                let value = temporaries.of(ValType::F64);
                sink.local_tee(value).f64_const(f64::from_bits(F64).into());
                sink.local_get(value).local_get(value).f64_eq().select();
            }
            Self::F32x4 => {
                let value = temporaries.of(ValType::V128);
                let lanes = u128::from(F32) * 0x0000_0001_0000_0001_0000_0001_0000_0001;
                sink.local_tee(value).v128_const(lanes.cast_signed());
                sink.local_get(value).local_get(value).f32x4_eq().v128_bitselect();
            }
            Self::F64x2 => {
                let value = temporaries.of(ValType::V128);
                let lanes = u128::from(F64) << 64 | u128::from(F64);
                sink.local_tee(value).v128_const(lanes.cast_signed());
                sink.local_get(value).local_get(value).f64x2_eq().v128_bitselect();
            }
        }
    }
}

/// What can be a NaN after an instruction that does arithmetic. Those that only move bits, such as `f32.neg`, have one
/// result already.
fn nan_made_by(operator: &Operator<'_>) -> Option<Shape> {
    match operator {
        Operator::F32Add
        | Operator::F32Sub
        | Operator::F32Mul
        | Operator::F32Div
        | Operator::F32Min
        | Operator::F32Max
        | Operator::F32Sqrt
        | Operator::F32Ceil
        | Operator::F32Floor
        | Operator::F32Trunc
        | Operator::F32Nearest
        | Operator::F32DemoteF64 => Some(Shape::F32),
        Operator::F64Add
        | Operator::F64Sub
        | Operator::F64Mul
        | Operator::F64Div
        | Operator::F64Min
        | Operator::F64Max
        | Operator::F64Sqrt
        | Operator::F64Ceil
        | Operator::F64Floor
        | Operator::F64Trunc
        | Operator::F64Nearest
        | Operator::F64PromoteF32 => Some(Shape::F64),
        Operator::F32x4Add
        | Operator::F32x4Sub
        | Operator::F32x4Mul
        | Operator::F32x4Div
        | Operator::F32x4Min
        | Operator::F32x4Max
        | Operator::F32x4Sqrt
        | Operator::F32x4Ceil
        | Operator::F32x4Floor
        | Operator::F32x4Trunc
        | Operator::F32x4Nearest
        | Operator::F32x4DemoteF64x2Zero
        | Operator::F32x4RelaxedMadd
        | Operator::F32x4RelaxedNmadd => Some(Shape::F32x4),
        Operator::F64x2Add
        | Operator::F64x2Sub
        | Operator::F64x2Mul
        | Operator::F64x2Div
        | Operator::F64x2Min
        | Operator::F64x2Max
        | Operator::F64x2Sqrt
        | Operator::F64x2Ceil
        | Operator::F64x2Floor
        | Operator::F64x2Trunc
        | Operator::F64x2Nearest
        | Operator::F64x2PromoteLowF32x4
        | Operator::F64x2RelaxedMadd
        | Operator::F64x2RelaxedNmadd => Some(Shape::F64x2),
        _ => None,
    }
}
