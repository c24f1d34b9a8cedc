//! The operators on numbers of one type.

use std::cmp::Ordering;

use super::evaluate::EvalError;
use super::number::{Number, Pair};
use super::operator::{Arithmetic, BinaryOperator, Bitwise, Comparison, Logical, UnaryOperator};

type Result<T> = std::result::Result<T, EvalError>;

/// The result of a binary operator on two values.
pub(super) fn binary(operator: BinaryOperator, left: Number, right: Number) -> Result<Number> {
    match operator {
        BinaryOperator::Logical(Logical::Or) => Ok(Number::truth(left.holds() || right.holds())),
        BinaryOperator::Logical(Logical::And) => Ok(Number::truth(left.holds() && right.holds())),
        BinaryOperator::Comparison(comparison) => Ok(Number::truth(compare(comparison, left, right))),
        BinaryOperator::Bitwise(bitwise) => match left.with(right) {
            Pair::I32(a, b) => Ok(Number::I32(bits32(bitwise, a, b))),
            Pair::I64(a, b) => Ok(Number::I64(bits64(bitwise, a, b))),
            Pair::Whole(a, b) => Ok(Number::whole(bits64(bitwise, a, b))),
            Pair::F32(..) | Pair::F64(..) | Pair::Fraction(..) => Err(EvalError::NotAnInteger(operator.to_string())),
        },
        BinaryOperator::Arithmetic(arithmetic) => Ok(match left.with(right) {
            Pair::I32(a, b) => Number::I32(i32(arithmetic, a, b)?),
            Pair::I64(a, b) => Number::I64(i64(arithmetic, a, b)?),
            Pair::Whole(a, b) => Number::whole(i64(arithmetic, a, b)?),
            Pair::F32(a, b) => Number::F32(float(arithmetic, a, b)),
            Pair::F64(a, b) => Number::F64(float(arithmetic, a, b)),
            Pair::Fraction(a, b) => Number::Fraction(float(arithmetic, a, b)),
        }),
    }
}

/// The result of a unary operator.
pub(super) fn unary(operator: UnaryOperator, operand: Number) -> Result<Number> {
    Ok(match (operator, operand) {
        (UnaryOperator::Not, operand) => Number::truth(!operand.holds()),
        (UnaryOperator::Negate, Number::I32(value)) => Number::I32(value.wrapping_neg()),
        (UnaryOperator::Negate, Number::I64(value)) => Number::I64(value.wrapping_neg()),
        (UnaryOperator::Negate, Number::Whole { value, .. }) => Number::whole(value.wrapping_neg()),
        (UnaryOperator::Negate, Number::F32(value)) => Number::F32(-value),
        (UnaryOperator::Negate, Number::F64(value)) => Number::F64(-value),
        (UnaryOperator::Negate, Number::Fraction(value)) => Number::Fraction(-value),
        (UnaryOperator::Complement, Number::I32(value)) => Number::I32(!value),
        (UnaryOperator::Complement, Number::I64(value)) => Number::I64(!value),
        (UnaryOperator::Complement, Number::Whole { value, .. }) => Number::whole(!value),
        (UnaryOperator::Complement, Number::F32(_) | Number::F64(_) | Number::Fraction(_)) => {
            return Err(EvalError::NotAnInteger(operator.to_string()));
        }
    })
}

/// Whether a comparison holds; a NaN has no order and is only unequal.
fn compare(comparison: Comparison, left: Number, right: Number) -> bool {
    // A comparison with a value as it is shown, possibly unsigned, must match.
    let (left, right) = match comparison {
        Comparison::Equal | Comparison::NotEqual => (left.as_bits(), right.as_bits()),
        _ => (left, right),
    };
    let order = match left.with(right) {
        Pair::I32(a, b) => Some(a.cmp(&b)),
        Pair::I64(a, b) | Pair::Whole(a, b) => Some(a.cmp(&b)),
        Pair::F32(a, b) => a.partial_cmp(&b),
        Pair::F64(a, b) | Pair::Fraction(a, b) => a.partial_cmp(&b),
    };
    match comparison {
        Comparison::Equal => order.is_some_and(Ordering::is_eq),
        Comparison::NotEqual => !order.is_some_and(Ordering::is_eq),
        Comparison::Less => order.is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order.is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}

/// Like the instructions for an i32; a shift to the right is the signed one.
fn bits32(operator: Bitwise, a: i32, b: i32) -> i32 {
    match operator {
        Bitwise::Or => a | b,
        Bitwise::Xor => a ^ b,
        Bitwise::And => a & b,
        Bitwise::ShiftLeft => a.wrapping_shl(b.cast_unsigned()),
        Bitwise::ShiftRight => a.wrapping_shr(b.cast_unsigned()),
    }
}

fn bits64(operator: Bitwise, a: i64, b: i64) -> i64 {
    match operator {
        Bitwise::Or => a | b,
        Bitwise::Xor => a ^ b,
        Bitwise::And => a & b,
        Bitwise::ShiftLeft => a.wrapping_shl(b as u32),
        Bitwise::ShiftRight => a.wrapping_shr(b as u32),
    }
}

/// Like the instructions for an i32; where signed and unsigned variants exist, the signed one.
fn i32(operator: Arithmetic, a: i32, b: i32) -> Result<i32> {
    let quotient = |quotient: Option<i32>| quotient.ok_or_else(|| no_quotient(b == 0, 32));
    Ok(match operator {
        Arithmetic::Add => a.wrapping_add(b),
        Arithmetic::Subtract => a.wrapping_sub(b),
        Arithmetic::Multiply => a.wrapping_mul(b),
        Arithmetic::Divide => quotient(a.checked_div(b))?,
        Arithmetic::Remainder if b == -1 => 0,
        Arithmetic::Remainder => quotient(a.checked_rem(b))?,
    })
}

fn i64(operator: Arithmetic, a: i64, b: i64) -> Result<i64> {
    let quotient = |quotient: Option<i64>| quotient.ok_or_else(|| no_quotient(b == 0, 64));
    Ok(match operator {
        Arithmetic::Add => a.wrapping_add(b),
        Arithmetic::Subtract => a.wrapping_sub(b),
        Arithmetic::Multiply => a.wrapping_mul(b),
        Arithmetic::Divide => quotient(a.checked_div(b))?,
        Arithmetic::Remainder if b == -1 => 0,
        Arithmetic::Remainder => quotient(a.checked_rem(b))?,
    })
}

fn no_quotient(by_zero: bool, bits: u32) -> EvalError {
    if by_zero { EvalError::DivisionByZero } else { EvalError::TooLarge { bits } }
}

fn float<T>(operator: Arithmetic, a: T, b: T) -> T
where
    T: std::ops::Add<Output = T>
        + std::ops::Sub<Output = T>
        + std::ops::Mul<Output = T>
        + std::ops::Div<Output = T>
        + std::ops::Rem<Output = T>,
{
    match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Remainder => a % b,
    }
}
