//! The operators on numbers of one type.

use std::cmp::Ordering;

use super::evaluate::EvalError;
use super::number::{Number, Pair};

type Result<T> = std::result::Result<T, EvalError>;

/// The result of a binary operator.
pub(super) fn binary(operator: &str, left: Number, right: Number) -> Result<Number> {
    // A comparison with a value as it is shown, possibly unsigned, must match.
    let (left, right) = match operator {
        "==" | "!=" => (left.as_bits(), right.as_bits()),
        _ => (left, right),
    };
    match left.with(right) {
        Pair::I32(a, b) => i32(operator, a, b),
        Pair::I64(a, b) => integer(operator, a, b, Number::I64),
        Pair::Whole(a, b) => integer(operator, a, b, Number::whole),
        Pair::F32(a, b) => float(operator, a, b, Number::F32),
        Pair::F64(a, b) => float(operator, a, b, Number::F64),
        Pair::Fraction(a, b) => float(operator, a, b, Number::Fraction),
    }
}

/// The result of a unary operator.
pub(super) fn unary(sign: char, operand: Number) -> Result<Number> {
    Ok(match (sign, operand) {
        ('!', operand) => Number::truth(!operand.holds()),
        ('-', Number::I32(value)) => Number::I32(value.wrapping_neg()),
        ('-', Number::I64(value)) => Number::I64(value.wrapping_neg()),
        ('-', Number::Whole { value, .. }) => Number::whole(value.wrapping_neg()),
        ('-', Number::F32(value)) => Number::F32(-value),
        ('-', Number::F64(value)) => Number::F64(-value),
        ('-', Number::Fraction(value)) => Number::Fraction(-value),
        (_, Number::I32(value)) => Number::I32(!value),
        (_, Number::I64(value)) => Number::I64(!value),
        (_, Number::Whole { value, .. }) => Number::whole(!value),
        (sign, Number::F32(_) | Number::F64(_) | Number::Fraction(_)) => {
            return Err(EvalError::NotAnInteger(sign.to_string()));
        }
    })
}

/// Like the instructions for an i32; where signed and unsigned variants exist, the signed one.
fn i32(operator: &str, a: i32, b: i32) -> Result<Number> {
    let quotient = |quotient: Option<i32>| quotient.ok_or_else(|| no_quotient(b == 0, 32));
    Ok(Number::I32(match operator {
        "|" => a | b,
        "^" => a ^ b,
        "&" => a & b,
        "<<" => a.wrapping_shl(b.cast_unsigned()),
        ">>" => a.wrapping_shr(b.cast_unsigned()),
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" => quotient(a.checked_div(b))?,
        "%" if b == -1 => 0,
        "%" => quotient(a.checked_rem(b))?,
        _ => return Ok(Number::truth(compares(operator, Some(a.cmp(&b))))),
    }))
}

fn integer(operator: &str, a: i64, b: i64, number: fn(i64) -> Number) -> Result<Number> {
    let quotient = |quotient: Option<i64>| quotient.ok_or_else(|| no_quotient(b == 0, 64));
    Ok(number(match operator {
        "|" => a | b,
        "^" => a ^ b,
        "&" => a & b,
        "<<" => a.wrapping_shl(b as u32),
        ">>" => a.wrapping_shr(b as u32),
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" => quotient(a.checked_div(b))?,
        "%" if b == -1 => 0,
        "%" => quotient(a.checked_rem(b))?,
        _ => return Ok(Number::truth(compares(operator, Some(a.cmp(&b))))),
    }))
}

fn no_quotient(by_zero: bool, bits: u32) -> EvalError {
    if by_zero { EvalError::DivisionByZero } else { EvalError::TooLarge { bits } }
}

fn float<T>(operator: &str, a: T, b: T, number: fn(T) -> Number) -> Result<Number>
where
    T: PartialOrd
        + std::ops::Add<Output = T>
        + std::ops::Sub<Output = T>
        + std::ops::Mul<Output = T>
        + std::ops::Div<Output = T>
        + std::ops::Rem<Output = T>,
{
    Ok(number(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "%" => a % b,
        "|" | "^" | "&" | "<<" | ">>" => return Err(EvalError::NotAnInteger(operator.to_owned())),
        _ => return Ok(Number::truth(compares(operator, a.partial_cmp(&b)))),
    }))
}

/// Whether a comparison holds, given the order of its operands; a NaN has no order and is only unequal.
fn compares(operator: &str, order: Option<Ordering>) -> bool {
    match operator {
        "==" => order.is_some_and(Ordering::is_eq),
        "<=" => order.is_some_and(Ordering::is_le),
        ">=" => order.is_some_and(Ordering::is_ge),
        "<" => order.is_some_and(Ordering::is_lt),
        ">" => order.is_some_and(Ordering::is_gt),
        _ => !order.is_some_and(Ordering::is_eq),
    }
}
