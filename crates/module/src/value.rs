//! Typed values, whichever interpreter or compiler made them: parsing and formatting.

use std::borrow::Cow;

/// A value (core specification, section 4.2.1). Floats are their bits: two values are equal if no instruction can tell
/// them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(u128),
    /// `None` is null.
    FuncRef(Option<FunctionRef>),
    /// `None` is null.
    ExternRef(Option<HostReference>),
}

/// What a function reference refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionRef {
    /// A function of the module, by its index, imported ones first.
    Index(u32),
    /// A function that cannot be identified, such as one of another module.
    Unknown,
}

/// A reference that the host made: nothing can be seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostReference;

/// The type of a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValType {
    I32,
    I64,
    F32,
    F64,
    V128,
    FuncRef,
    ExternRef,
}

impl Value {
    pub fn ty(self) -> ValType {
        match self {
            Self::I32(_) => ValType::I32,
            Self::I64(_) => ValType::I64,
            Self::F32(_) => ValType::F32,
            Self::F64(_) => ValType::F64,
            Self::V128(_) => ValType::V128,
            Self::FuncRef(_) => ValType::FuncRef,
            Self::ExternRef(_) => ValType::ExternRef,
        }
    }

    /// The null of a reference type; `None` for another type.
    pub fn null(ty: wasmparser::ValType) -> Option<Self> {
        match ty {
            wasmparser::ValType::EXTERNREF => Some(Self::ExternRef(None)),
            wasmparser::ValType::Ref(_) => Some(Self::FuncRef(None)),
            _ => None,
        }
    }

    /// The value of a number type with these bits, of which the lowest count; null for a reference type.
    pub fn from_bits(ty: wasmparser::ValType, bits: u128) -> Self {
        match ty {
            wasmparser::ValType::I32 => Self::I32(bits as i32),
            wasmparser::ValType::I64 => Self::I64(bits as i64),
            wasmparser::ValType::F32 => Self::F32(bits as u32),
            wasmparser::ValType::F64 => Self::F64(bits as u64),
            wasmparser::ValType::V128 => Self::V128(bits),
            wasmparser::ValType::EXTERNREF => Self::ExternRef(None),
            wasmparser::ValType::Ref(_) => Self::FuncRef(None),
        }
    }

    /// The bits of a number; `None` for a reference.
    pub fn bits(self) -> Option<u128> {
        match self {
            Self::I32(value) => Some(value.cast_unsigned().into()),
            Self::I64(value) => Some(value.cast_unsigned().into()),
            Self::F32(bits) => Some(bits.into()),
            Self::F64(bits) => Some(bits.into()),
            Self::V128(bits) => Some(bits),
            Self::FuncRef(_) | Self::ExternRef(_) => None,
        }
    }

    /// An integer as an unsigned number, such as an address.
    pub fn unsigned(self) -> Option<u64> {
        match self {
            Self::I32(value) => Some(value.cast_unsigned().into()),
            Self::I64(value) => Some(value.cast_unsigned()),
            _ => None,
        }
    }
}

impl From<&wasmi::Val> for Value {
    /// Functions stay unknown: only who holds the module's functions can identify one.
    fn from(value: &wasmi::Val) -> Self {
        use wasmi::{Nullable, Val};
        match value {
            Val::I32(value) => Self::I32(*value),
            Val::I64(value) => Self::I64(*value),
            Val::F32(value) => Self::F32(value.to_bits()),
            Val::F64(value) => Self::F64(value.to_bits()),
            Val::V128(value) => Self::V128(value.as_u128()),
            Val::FuncRef(Nullable::Null) => Self::FuncRef(None),
            Val::FuncRef(Nullable::Val(_)) => Self::FuncRef(Some(FunctionRef::Unknown)),
            Val::ExternRef(Nullable::Null) => Self::ExternRef(None),
            Val::ExternRef(Nullable::Val(_)) => Self::ExternRef(Some(HostReference)),
        }
    }
}

impl From<Value> for wasmi::Val {
    /// References that are not null belong to a store, and become null.
    fn from(value: Value) -> Self {
        use wasmi::{ExternRef, F32, F64, Func, Nullable, V128};
        match value {
            Value::I32(value) => Self::I32(value),
            Value::I64(value) => Self::I64(value),
            Value::F32(bits) => Self::F32(F32::from_bits(bits)),
            Value::F64(bits) => Self::F64(F64::from_bits(bits)),
            Value::V128(bits) => Self::V128(V128::from(bits)),
            Value::FuncRef(_) => Self::from(<Nullable<Func>>::Null),
            Value::ExternRef(_) => Self::from(<Nullable<ExternRef>>::Null),
        }
    }
}

impl From<wasmi::ValType> for ValType {
    fn from(ty: wasmi::ValType) -> Self {
        match ty {
            wasmi::ValType::I32 => Self::I32,
            wasmi::ValType::I64 => Self::I64,
            wasmi::ValType::F32 => Self::F32,
            wasmi::ValType::F64 => Self::F64,
            wasmi::ValType::V128 => Self::V128,
            wasmi::ValType::FuncRef => Self::FuncRef,
            wasmi::ValType::ExternRef => Self::ExternRef,
        }
    }
}

/// Reads an argument of the given type.
///
/// Integers: decimal, `0x` hexadecimal or `0b` binary, with `_` between digits, signed or unsigned. Floats: the same with fraction
/// and exponent, hexadecimal floats, `inf`, `nan`, `nan:0x7f_ffff`. Vectors: a shape and its lanes, `i32x4 1 2 3 4`.
/// References: `null`. All of it as in the text format (core specification, section 6.3).
///
/// # Errors
///
/// A sentence that names the argument and what is accepted.
pub fn parse(text: &str, ty: ValType) -> Result<Value, String> {
    let trimmed = text.trim();
    let wrong = |what: &str| Err(format!("`{trimmed}` is not {what}"));
    if trimmed.is_empty() {
        return Err(format!("an argument of type {} is missing", name(ty)));
    }
    match ty {
        ValType::I32 => match token::<i32>(&integer(trimmed)) {
            Some(value) => Ok(Value::I32(value)),
            None => wrong("an i32: write a whole number from -2147483648 to 4294967295, such as 42 or 0x2a"),
        },
        ValType::I64 => match token::<i64>(&integer(trimmed)) {
            Some(value) => Ok(Value::I64(value)),
            None => wrong("an i64: write a whole number of at most 64 bits, such as 42 or 0x2a"),
        },
        ValType::F32 => match token::<wast::token::F32>(&float(trimmed)) {
            Some(value) => Ok(Value::F32(value.bits)),
            None => wrong("an f32: write a number such as 1.5, 1e-3, 0x1.8p3, inf or nan"),
        },
        ValType::F64 => match token::<wast::token::F64>(&float(trimmed)) {
            Some(value) => Ok(Value::F64(value.bits)),
            None => wrong("an f64: write a number such as 1.5, 1e-3, 0x1.8p3, inf or nan"),
        },
        ValType::V128 => match token::<wast::core::V128Const>(trimmed) {
            Some(value) => Ok(Value::V128(u128::from_le_bytes(value.to_le_bytes()))),
            None => wrong("a v128: write a shape and its lanes, such as i32x4 1 2 3 4"),
        },
        ValType::FuncRef if trimmed == "null" => Ok(Value::FuncRef(None)),
        ValType::ExternRef if trimmed == "null" => Ok(Value::ExternRef(None)),
        ValType::FuncRef | ValType::ExternRef => wrong("a reference that can be passed from outside: write null"),
    }
}

/// Without a plus sign; a binary number, which the text format does not have, is converted to hexadecimal.
fn integer(trimmed: &str) -> Cow<'_, str> {
    let text = trimmed.trim_start_matches('+');
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let binary = digits.strip_prefix("0b").map(|digits| u64::from_str_radix(&digits.replace('_', ""), 2));
    match binary {
        Some(Ok(number)) => Cow::Owned(format!("{sign}{number:#x}")),
        Some(Err(_)) | None => Cow::Borrowed(text),
    }
}

/// Lower case, and without the signs that the text format does not have.
fn float(text: &str) -> String {
    match text.to_lowercase().trim_start_matches('+') {
        "infinity" => "inf".to_owned(),
        "-infinity" => "-inf".to_owned(),
        other => other.to_owned(),
    }
}

fn token<T>(text: &str) -> Option<T>
where
    T: for<'a> wast::parser::Parse<'a>,
{
    let buffer = wast::parser::ParseBuffer::new(text).ok()?;
    wast::parser::parse::<T>(&buffer).ok()
}

/// A value, formatted in each of the forms that a panel shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormattedValue {
    /// The type as the text format names it.
    pub ty: &'static str,
    /// The usual form: signed decimal, a float in the fewest digits that read back the same or as a whole number, lanes,
    /// `null`.
    pub text: String,
    /// Unsigned decimal, for integers where it differs.
    pub unsigned: Option<String>,
    /// The bits.
    pub hex: Option<String>,
}

/// Formats a value.
pub fn show(value: &Value) -> FormattedValue {
    let ty = name(value.ty());
    let (text, unsigned, hex) = match value {
        Value::I32(value) => {
            let unsigned = (*value < 0).then(|| value.cast_unsigned().to_string());
            (value.to_string(), unsigned, Some(format!("{value:#x}")))
        }
        Value::I64(value) => {
            let unsigned = (*value < 0).then(|| value.cast_unsigned().to_string());
            (value.to_string(), unsigned, Some(format!("{value:#x}")))
        }
        Value::F32(bits) => (f32_text(*bits), None, Some(format!("0x{bits:08x}"))),
        Value::F64(bits) => (f64_text(*bits), None, Some(format!("0x{bits:016x}"))),
        Value::V128(bits) => {
            let lanes: Vec<String> = (0..4).map(|lane| format!("{}", (bits >> (lane * 32)) as u32 as i32)).collect();
            (format!("i32x4 {}", lanes.join(" ")), None, Some(format!("0x{bits:032x}")))
        }
        Value::FuncRef(None) | Value::ExternRef(None) => ("null".to_owned(), None, None),
        Value::FuncRef(Some(_)) => ("a function".to_owned(), None, None),
        Value::ExternRef(Some(HostReference)) => ("a host reference".to_owned(), None, None),
    };
    FormattedValue { ty, text, unsigned, hex }
}

/// All value types.
pub const TYPES: [ValType; 7] =
    [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128, ValType::FuncRef, ValType::ExternRef];

/// The type's name in the text format.
pub fn name(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::V128 => "v128",
        ValType::FuncRef => "funcref",
        ValType::ExternRef => "externref",
    }
}

fn f32_text(bits: u32) -> String {
    let value = f32::from_bits(bits);
    if value.is_nan() {
        return nan_text(bits >> 31 == 1, u64::from(bits & 0x7F_FFFF), 0x40_0000);
    }
    // The fewest digits that identify an f32 would show 1069547520 as 1069547500.
    let is_exact_in_decimal = value.fract() == 0.0 && value.abs() < 1e16;
    if is_exact_in_decimal { format!("{:?}", f64::from(value)) } else { format!("{value:?}") }
}

fn f64_text(bits: u64) -> String {
    let value = f64::from_bits(bits);
    if value.is_nan() {
        return nan_text(bits >> 63 == 1, bits & 0xF_FFFF_FFFF_FFFF, 0x8_0000_0000_0000);
    }
    format!("{value:?}")
}

/// `nan` for the canonical payload (core specification, section 2.2.3), else with its payload.
fn nan_text(negative: bool, payload: u64, canonical: u64) -> String {
    let sign = if negative { "-" } else { "" };
    if payload == canonical { format!("{sign}nan") } else { format!("{sign}nan:{payload:#x}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str, ty: ValType) -> String {
        show(&parse(text, ty).unwrap()).text
    }

    #[test]
    fn integers_are_read_in_every_form() {
        assert_eq!(round_trip("42", ValType::I32), "42");
        assert_eq!(round_trip(" 0x2A ", ValType::I32), "42");
        assert_eq!(round_trip("+7", ValType::I32), "7");
        assert_eq!(round_trip("4294967295", ValType::I32), "-1");
        assert_eq!(round_trip("0b1_00101100", ValType::I32), "300");
        assert_eq!(round_trip("-0b101", ValType::I64), "-5");
        assert_eq!(round_trip("-0x8000_0000", ValType::I32), "-2147483648");
        assert_eq!(round_trip("18446744073709551615", ValType::I64), "-1");
        for bad in ["4294967296", "-2147483649", "1.5", "zwei", "0b12", "0b", "1 2", "(", "\"", "0x"] {
            let error = parse(bad, ValType::I32).err().unwrap_or_else(|| panic!("{bad} was read"));
            assert!(error.contains("is not an i32"), "{error}");
        }
        assert_eq!(parse("  ", ValType::I64).unwrap_err(), "an argument of type i64 is missing");
    }

    #[test]
    fn floats_are_read_in_every_form() {
        assert_eq!(round_trip("1", ValType::F64), "1.0");
        assert_eq!(round_trip("1e300", ValType::F64), "1e300");
        assert_eq!(round_trip("1069547520", ValType::F32), "1069547520.0");
        assert_eq!(round_trip("1e15", ValType::F32), "999999986991104.0");
        assert_eq!(round_trip("1e30", ValType::F32), "1e30");
        assert_eq!(round_trip("0x1.8p3", ValType::F32), "12.0");
        assert_eq!(round_trip("-Infinity", ValType::F32), "-inf");
        assert_eq!(round_trip("NaN", ValType::F64), "nan");
        assert_eq!(round_trip("-nan:0x1", ValType::F32), "-nan:0x1");
        assert_eq!(round_trip("-0.0", ValType::F64), "-0.0");
        assert!(parse("one", ValType::F32).unwrap_err().contains("1.5"));
    }

    #[test]
    fn vectors_and_references() {
        assert_eq!(round_trip("i32x4 1 -2 3 4", ValType::V128), "i32x4 1 -2 3 4");
        assert_eq!(round_trip("f64x2 0 1", ValType::V128), "i32x4 0 0 0 1072693248");
        assert_eq!(round_trip("null", ValType::FuncRef), "null");
        assert!(parse("i32x4 1 2 3", ValType::V128).is_err());
        assert!(parse("5", ValType::ExternRef).unwrap_err().contains("write null"));
    }

    #[test]
    fn a_negative_integer_shows_its_unsigned_form() {
        let shown = show(&Value::I32(-1));
        assert_eq!((shown.unsigned.as_deref(), shown.hex.as_deref()), (Some("4294967295"), Some("0xffffffff")));
        assert_eq!(show(&Value::I64(5)).unsigned, None);
    }
}
