//! Detects when the specification allows several results of a relaxed vector instruction.

use std::iter::zip;

use super::lanes::{Lanes, Vector};
use super::operation::Operation;

/// Whether engines may differ for these operands.
pub(super) fn is_implementation_dependent(operation: &Operation, operands: &[Vector], result: &Vector) -> Option<bool> {
    let (a, b, c) = (operands.first()?, operands.get(1), operands.get(2));
    Some(match &*operation.stem {
        "relaxed_swizzle" => b?.lanes.iter().any(|index| (16..128).contains(index)),
        "relaxed_trunc" | "relaxed_trunc_zero" => {
            zip(a.reals(), result.integers(operation.sign)).any(|(real, integer)| real.trunc() != integer)
        }
        "relaxed_laneselect" => c?.lanes.iter().any(|mask| ![0, a.shape.ones()].contains(mask)),
        "relaxed_min" | "relaxed_max" => zip(a.reals(), b?.reals()).any(|(a, b)| {
            let are_zeros_of_both_signs = a == b && a.is_sign_negative() != b.is_sign_negative();
            a.is_nan() || b.is_nan() || are_zeros_of_both_signs
        }),
        "relaxed_q15mulr" => zip(&a.lanes, &b?.lanes).any(|lanes| lanes == (&0x8000, &0x8000)),
        // The lanes of the second operand are supposed to have 7 bits.
        "relaxed_dot" | "relaxed_dot_add" => b?.signed().any(|lane| lane < 0),
        "relaxed_madd" => is_fused([a, b?, c?], 1.0, result),
        "relaxed_nmadd" => is_fused([a, b?, c?], -1.0, result),
        _ => false,
    })
}

/// Whether the result would differ if the product were rounded before the sum, which wasmi does not do.
fn is_fused([a, b, c]: [&Vector; 3], sign: f64, result: &Vector) -> bool {
    // In f64, a product of f32 lanes is exact, and the sum is rounded to f32 correctly.
    let rounded = |value: f64| if a.shape == Lanes::F32x4 { f64::from(value as f32) } else { value };
    zip(zip(a.reals(), b.reals()), zip(c.reals(), result.reals())).any(|((a, b), (c, result))| {
        let unfused = rounded(rounded(sign * a * b) + c);
        unfused != result && !(unfused.is_nan() && result.is_nan())
    })
}
