//! Working an expression out, and saying in words why it has no value.

use super::{Name, Node, Number, Read, Scope, Selector};

/// Why an expression has no value here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoValue {
    #[error("there is no local `{0}` here that is a number")]
    Local(String),
    #[error("there is no global `{0}` that is a number")]
    Global(String),
    #[error("there is no operand {0} below the top that is a number")]
    Stack(u64),
    #[error("the {length} bytes at {address:#x} are outside the memory")]
    Memory { address: u64, length: usize },
    #[error("it divides by zero")]
    DivisionByZero,
    #[error("its quotient does not fit into 64 bits")]
    TooLarge,
    #[error("an index, an address and the operands of `{0}` have to be integers")]
    NotAnInteger(String),
}

type Result<T> = std::result::Result<T, NoValue>;

pub(super) fn value(node: &Node, scope: &dyn Scope) -> Result<Number> {
    Ok(match node {
        Node::Number(number) => *number,
        Node::Local(selector) => {
            let name = name(selector, scope)?;
            scope.local(name).ok_or_else(|| NoValue::Local(name.to_string()))?
        }
        Node::Global(selector) => {
            let name = name(selector, scope)?;
            scope.global(name).ok_or_else(|| NoValue::Global(name.to_string()))?
        }
        Node::Stack(index) => {
            let depth = integer(index, scope)?;
            scope.stack(depth).ok_or(NoValue::Stack(depth))?
        }
        Node::Memory(read, index) => memory(*read, integer(index, scope)?, scope)?,
        Node::Depth => Number::Integer(scope.depth().cast_signed()),
        Node::Step => Number::Integer(scope.step().cast_signed()),
        Node::Unary(sign, operand) => match (sign, value(operand, scope)?) {
            ('!', operand) => truth(!operand.holds()),
            ('-', Number::Integer(value)) => Number::Integer(value.wrapping_neg()),
            ('-', Number::Float(value)) => Number::Float(-value),
            (_, Number::Integer(value)) => Number::Integer(!value),
            (sign, Number::Float(_)) => return Err(NoValue::NotAnInteger(sign.to_string())),
        },
        Node::Binary("&&", left, right) => truth(value(left, scope)?.holds() && value(right, scope)?.holds()),
        Node::Binary("||", left, right) => truth(value(left, scope)?.holds() || value(right, scope)?.holds()),
        Node::Binary(operator, left, right) => binary(operator, value(left, scope)?, value(right, scope)?)?,
    })
}

/// What a selector names.
pub(super) fn name<'a>(selector: &'a Selector, scope: &dyn Scope) -> Result<Name<'a>> {
    Ok(match selector {
        Selector::Name(name) => Name::Text(name),
        Selector::Index(index) => Name::Index(integer(index, scope)?),
    })
}

pub(super) fn integer(node: &Node, scope: &dyn Scope) -> Result<u64> {
    match value(node, scope)? {
        Number::Integer(value) => Ok(value.cast_unsigned()),
        Number::Float(_) => Err(NoValue::NotAnInteger("[]".to_owned())),
    }
}

fn memory(read: Read, address: u64, scope: &dyn Scope) -> Result<Number> {
    let length = match read {
        Read::Integer(length) => length,
        Read::F32 => 4,
        Read::F64 => 8,
    };
    let bytes = scope.memory(address, length).ok_or(NoValue::Memory { address, length })?;
    let bits = u64::from_le_bytes(bytes);
    Ok(match read {
        Read::Integer(_) => Number::Integer(bits.cast_signed()),
        Read::F32 => Number::Float(f64::from(f32::from_bits(bits as u32))),
        Read::F64 => Number::Float(f64::from_bits(bits)),
    })
}

fn truth(holds: bool) -> Number {
    Number::Integer(i64::from(holds))
}

fn binary(operator: &str, left: Number, right: Number) -> Result<Number> {
    let (Number::Integer(a), Number::Integer(b)) = (left, right) else {
        return float(operator, left.float(), right.float());
    };
    let shift = (b & 63) as u32;
    let nonzero = |quotient: Option<i64>| match quotient {
        Some(quotient) => Ok(quotient),
        None if b == 0 => Err(NoValue::DivisionByZero),
        None => Err(NoValue::TooLarge),
    };
    Ok(Number::Integer(match operator {
        "|" => a | b,
        "^" => a ^ b,
        "&" => a & b,
        "<<" => a.wrapping_shl(shift),
        ">>" => a.wrapping_shr(shift),
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" => nonzero(a.checked_div(b))?,
        "%" => nonzero(a.checked_rem(b))?,
        _ => i64::from(compares(operator, a.partial_cmp(&b))),
    }))
}

fn float(operator: &str, a: f64, b: f64) -> Result<Number> {
    Ok(match operator {
        "+" => Number::Float(a + b),
        "-" => Number::Float(a - b),
        "*" => Number::Float(a * b),
        "/" => Number::Float(a / b),
        "%" => Number::Float(a % b),
        "|" | "^" | "&" | "<<" | ">>" => return Err(NoValue::NotAnInteger(operator.to_owned())),
        _ => truth(compares(operator, a.partial_cmp(&b))),
    })
}

/// Whether a comparison holds, for two of which that is the order; a NaN has none and is only unequal.
fn compares(operator: &str, order: Option<std::cmp::Ordering>) -> bool {
    match operator {
        "==" => order.is_some_and(std::cmp::Ordering::is_eq),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        ">" => order.is_some_and(std::cmp::Ordering::is_gt),
        _ => !order.is_some_and(std::cmp::Ordering::is_eq),
    }
}
