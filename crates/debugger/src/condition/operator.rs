//! The operators, with their precedence.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnaryOperator {
    Not,
    Negate,
    Complement,
}

impl UnaryOperator {
    /// The operator that this character is.
    pub fn of(character: char) -> Option<Self> {
        match character {
            '!' => Some(Self::Not),
            '-' => Some(Self::Negate),
            '~' => Some(Self::Complement),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BinaryOperator {
    /// Evaluates its right side only if the left one leaves the result open, as `||` and `&&` of C.
    Logical(Logical),
    Comparison(Comparison),
    Bitwise(Bitwise),
    Arithmetic(Arithmetic),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logical {
    Or,
    And,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Only for integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bitwise {
    Or,
    Xor,
    And,
    ShiftLeft,
    ShiftRight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

use BinaryOperator::{Arithmetic as A, Bitwise as B, Comparison as C, Logical as L};

/// The binary operators by precedence, lowest first; if one is a prefix of another of its level, the longer comes
/// first.
const LEVELS: [&[(&str, BinaryOperator)]; 10] = [
    &[("||", L(Logical::Or))],
    &[("&&", L(Logical::And))],
    &[("|", B(Bitwise::Or))],
    &[("^", B(Bitwise::Xor))],
    &[("&", B(Bitwise::And))],
    &[("==", C(Comparison::Equal)), ("!=", C(Comparison::NotEqual))],
    &[
        ("<=", C(Comparison::LessOrEqual)),
        (">=", C(Comparison::GreaterOrEqual)),
        ("<", C(Comparison::Less)),
        (">", C(Comparison::Greater)),
    ],
    &[("<<", B(Bitwise::ShiftLeft)), (">>", B(Bitwise::ShiftRight))],
    &[("+", A(Arithmetic::Add)), ("-", A(Arithmetic::Subtract))],
    &[("*", A(Arithmetic::Multiply)), ("/", A(Arithmetic::Divide)), ("%", A(Arithmetic::Remainder))],
];

impl BinaryOperator {
    /// The number of levels of precedence.
    pub const LEVELS: usize = LEVELS.len();

    /// The operator of a level that a text begins with, and its length. `&` does not match the first half of `&&`, nor
    /// `<` that of `<<`.
    pub fn at_start(text: &str, level: usize) -> Option<(Self, usize)> {
        let (written, operator) = LEVELS[level].iter().find(|(written, _)| text.starts_with(written))?;
        let mut all = LEVELS.iter().flat_map(|level| level.iter());
        let is_part = all.any(|(other, _)| other.len() > written.len() && text.starts_with(other));
        (!is_part).then_some((*operator, written.len()))
    }
}

impl fmt::Display for BinaryOperator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = LEVELS.iter().flat_map(|level| level.iter());
        out.write_str(all.find(|(_, operator)| operator == self).map_or("", |(written, _)| written))
    }
}

impl fmt::Display for UnaryOperator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Not => "!",
            Self::Negate => "-",
            Self::Complement => "~",
        })
    }
}
