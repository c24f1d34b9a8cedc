//! Evaluates expressions.

use super::operator::{BinaryOperator, Logical};
use super::{Name, NamedPlace, Node, Number, Read, Scope, Selector, arithmetic};

/// Why an expression could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    #[error("there is no local `{0}` here that is a number")]
    Local(String),
    #[error("there is no global `{0}` that is a number")]
    Global(String),
    #[error("there is no local or global `{0}` here")]
    Unknown(String),
    #[error("there are both a local and a global `{0}` here: write `local.{0}` or `global.{0}`")]
    Ambiguous(String),
    #[error("there is no operand {0} below the top that is a number")]
    Stack(u64),
    #[error("{} outside {memory}", named(*.length, *.address))]
    Outside { address: u64, length: usize, memory: String },
    #[error("there is no memory `{0}`")]
    Memory(String),
    #[error("division by zero")]
    DivisionByZero,
    #[error("integer overflow: the quotient does not fit in {bits} bits")]
    TooLarge { bits: u32 },
    #[error("an index, an address and the operands of `{0}` must be integers")]
    NotAnInteger(String),
}

fn named(length: usize, address: u64) -> String {
    match length {
        1 => format!("the byte at {address:#x} is"),
        _ => format!("the {length} bytes at {address:#x} are"),
    }
}

type Result<T> = std::result::Result<T, EvalError>;

pub(super) fn value(node: &Node, scope: &dyn Scope) -> Result<Number> {
    Ok(match node {
        Node::Number(number) => *number,
        Node::Local(selector) => {
            let name = name(selector, scope)?;
            scope.local(name).ok_or_else(|| EvalError::Local(name.to_string()))?
        }
        Node::Global(selector) => {
            let name = name(selector, scope)?;
            scope.global(name).ok_or_else(|| EvalError::Global(name.to_string()))?
        }
        Node::Named(name) => bare_value(name, scope)?,
        Node::Stack(index) => {
            let depth = integer(index, scope)?;
            scope.stack(depth).ok_or(EvalError::Stack(depth))?
        }
        Node::Memory(read, of, index) => {
            let of = of.as_ref().map(|of| name(of, scope)).transpose()?;
            memory(*read, of, integer(index, scope)?, scope)?
        }
        Node::Depth => Number::whole(scope.depth().cast_signed()),
        Node::Step => Number::whole(scope.step().cast_signed()),
        Node::Unary(operator, operand) => arithmetic::unary(*operator, value(operand, scope)?)?,
        Node::Binary(operator, left, right) => {
            let left = value(left, scope)?;
            match (operator, left.holds()) {
                (BinaryOperator::Logical(Logical::And), false) => Number::truth(false),
                (BinaryOperator::Logical(Logical::Or), true) => Number::truth(true),
                _ => arithmetic::binary(*operator, left, value(right, scope)?)?,
            }
        }
    })
}

/// Resolves a selector.
pub(super) fn name<'a>(selector: &'a Selector, scope: &dyn Scope) -> Result<Name<'a>> {
    Ok(match selector {
        Selector::Name(name) => Name::Text(name),
        Selector::Index(index) => Name::Index(integer(index, scope)?),
    })
}

/// The value of a name alone. A separate function, because each nesting level of an expression takes up the stack.
fn bare_value(name: &str, scope: &dyn Scope) -> Result<Number> {
    match bare(name, scope)? {
        NamedPlace::Local(name) => scope.local(name).ok_or_else(|| EvalError::Local(name.to_string())),
        NamedPlace::Global(name) => scope.global(name).ok_or_else(|| EvalError::Global(name.to_string())),
        NamedPlace::Stack(depth) => scope.stack(depth).ok_or(EvalError::Stack(depth)),
    }
}

/// The local or global with this name, if the expression does not say which it is.
pub(super) fn bare<'a>(name: &'a str, scope: &dyn Scope) -> Result<NamedPlace<'a>> {
    let known = Name::Text(name);
    match (scope.has_local(known), scope.has_global(known)) {
        (true, false) => Ok(NamedPlace::Local(known)),
        (false, true) => Ok(NamedPlace::Global(known)),
        (false, false) => Err(EvalError::Unknown(known.to_string())),
        (true, true) => Err(EvalError::Ambiguous(known.to_string())),
    }
}

pub(super) fn integer(node: &Node, scope: &dyn Scope) -> Result<u64> {
    value(node, scope)?.address().ok_or_else(|| EvalError::NotAnInteger("[]".to_owned()))
}

fn memory(read: Read, of: Option<Name<'_>>, address: u64, scope: &dyn Scope) -> Result<Number> {
    let memory = match of {
        Some(name) => scope.find_memory(name).ok_or_else(|| EvalError::Memory(name.to_string()))?,
        None => 0,
    };
    let length = match read {
        Read::Integer(length) => length,
        Read::F32 => 4,
        Read::F64 => 8,
    };
    let outside = || {
        let memory = of.map_or_else(|| "the memory".to_owned(), |name| format!("memory {name}"));
        EvalError::Outside { address, length, memory }
    };
    let bytes = scope.memory(memory, address, length).ok_or_else(outside)?;
    let bits = u64::from_le_bytes(bytes);
    Ok(match read {
        Read::Integer(8) => Number::I64(bits.cast_signed()),
        Read::Integer(_) => Number::I32((bits as u32).cast_signed()),
        Read::F32 => Number::F32(f32::from_bits(bits as u32)),
        Read::F64 => Number::F64(f64::from_bits(bits)),
    })
}
