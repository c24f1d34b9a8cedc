//! Values of expressions, and the common type of two operands.

use std::fmt;

/// A value of an expression. Its type is that of its operands; a literal has no type of its own and takes that of the
/// other operand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    I32(i32),
    I64(i64),
    F32(f32),
    F64(f64),
    /// An untyped integer, and its notation: a hexadecimal one is a bit pattern.
    Whole {
        value: i64,
        is_hexadecimal: bool,
    },
    /// An untyped number with a fraction.
    Fraction(f64),
}

/// Two numbers of the same type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pair {
    I32(i32, i32),
    I64(i64, i64),
    F32(f32, f32),
    F64(f64, f64),
    /// Neither has a type.
    Whole(i64, i64),
    Fraction(f64, f64),
}

impl Number {
    /// An untyped integer.
    pub fn whole(value: i64) -> Self {
        Self::Whole { value, is_hexadecimal: false }
    }

    /// The same number; for a literal, as a bit pattern.
    pub(super) fn as_bits(self) -> Self {
        match self {
            Self::Whole { value, .. } => Self::Whole { value, is_hexadecimal: true },
            other => other,
        }
    }

    /// The result of a comparison.
    pub fn truth(holds: bool) -> Self {
        Self::I32(i32::from(holds))
    }

    /// Whether it is non-zero.
    pub fn holds(self) -> bool {
        match self {
            Self::I32(value) => value != 0,
            Self::I64(value) | Self::Whole { value, .. } => value != 0,
            Self::F32(value) => value != 0.0,
            Self::F64(value) | Self::Fraction(value) => value != 0.0,
        }
    }

    /// As an address or an index: unsigned, as the instructions interpret it.
    pub(super) fn address(self) -> Option<u64> {
        match self {
            Self::I32(value) => Some(u64::from(value.cast_unsigned())),
            Self::I64(value) | Self::Whole { value, .. } => Some(value.cast_unsigned()),
            Self::F32(_) | Self::F64(_) | Self::Fraction(_) => None,
        }
    }

    /// Converts both to one type.
    ///
    /// A literal takes the type of the other operand. An i32 and an i64 both become an i64; an integer and a float, or
    /// an f32 and an f64, both become an f64. A decimal literal that does not fit in an i32 makes both an i64.
    pub(super) fn with(self, other: Self) -> Pair {
        use Number::{F32, F64, Fraction, I32, I64, Whole};
        match (self, other) {
            (I32(a), I32(b)) => Pair::I32(a, b),
            (I64(a), I64(b)) => Pair::I64(a, b),
            (F32(a), F32(b)) => Pair::F32(a, b),
            (F64(a), F64(b)) => Pair::F64(a, b),
            (Whole { value: a, .. }, Whole { value: b, .. }) => Pair::Whole(a, b),
            (Fraction(a), Fraction(b)) => Pair::Fraction(a, b),
            (I32(a), whole @ Whole { value: b, .. }) => match whole.to_i32() {
                Some(b) => Pair::I32(a, b),
                None => Pair::I64(i64::from(a), b),
            },
            (whole @ Whole { value: a, .. }, I32(b)) => match whole.to_i32() {
                Some(a) => Pair::I32(a, b),
                None => Pair::I64(a, i64::from(b)),
            },
            (I32(a), I64(b)) => Pair::I64(i64::from(a), b),
            (I64(a), I32(b)) => Pair::I64(a, i64::from(b)),
            (I64(a), Whole { value: b, .. }) | (Whole { value: a, .. }, I64(b)) => Pair::I64(a, b),
            (F32(a), Whole { value: b, .. }) => Pair::F32(a, b as f32),
            (Whole { value: a, .. }, F32(b)) => Pair::F32(a as f32, b),
            (F32(a), Fraction(b)) => Pair::F32(a, b as f32),
            (Fraction(a), F32(b)) => Pair::F32(a as f32, b),
            (Fraction(_), Whole { .. }) | (Whole { .. }, Fraction(_)) => Pair::Fraction(self.float(), other.float()),
            (F64(_) | F32(_) | Fraction(_) | I32(_) | I64(_) | Whole { .. }, _) => {
                Pair::F64(self.float(), other.float())
            }
        }
    }

    /// The i32 that an untyped number represents.
    fn to_i32(self) -> Option<i32> {
        match self {
            Self::Whole { value, is_hexadecimal: true } => {
                u32::try_from(value).map(u32::cast_signed).ok().or_else(|| i32::try_from(value).ok())
            }
            Self::Whole { value, is_hexadecimal: false } => i32::try_from(value).ok(),
            Self::I32(_) | Self::I64(_) | Self::F32(_) | Self::F64(_) | Self::Fraction(_) => None,
        }
    }

    fn float(self) -> f64 {
        match self {
            Self::I32(value) => f64::from(value),
            Self::I64(value) | Self::Whole { value, .. } => value as f64,
            Self::F32(value) => f64::from(value),
            Self::F64(value) | Self::Fraction(value) => value,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(value) => value.fmt(formatter),
            Self::I64(value) | Self::Whole { value, .. } => value.fmt(formatter),
            Self::F32(value) => value.fmt(formatter),
            Self::F64(value) | Self::Fraction(value) => value.fmt(formatter),
        }
    }
}
