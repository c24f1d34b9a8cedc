//! Typed values: parsing and formatting.

use std::borrow::Cow;

use wasmi::{ExternRef, F32, F64, Func, V128};
pub use wasmi::{Nullable, Val, ValType};

/// Reads an argument of the given type.
///
/// Integers: decimal, `0x` hexadecimal or `0b` binary, with `_` between digits, signed or unsigned. Floats: the same with fraction
/// and exponent, hexadecimal floats, `inf`, `nan`, `nan:0x7f_ffff`. Vectors: a shape and its lanes, `i32x4 1 2 3 4`.
/// References: `null`. All of it as in the text format (core specification, section 6.3).
///
/// # Errors
///
/// A sentence that names the argument and what is accepted.
pub fn parse(text: &str, ty: ValType) -> Result<Val, String> {
    let trimmed = text.trim();
    let wrong = |what: &str| Err(format!("`{trimmed}` is not {what}"));
    if trimmed.is_empty() {
        return Err(format!("an argument of type {} is missing", name(ty)));
    }
    match ty {
        ValType::I32 => match token::<i32>(&integer(trimmed)) {
            Some(value) => Ok(Val::I32(value)),
            None => wrong("an i32: write a whole number from -2147483648 to 4294967295, such as 42 or 0x2A"),
        },
        ValType::I64 => match token::<i64>(&integer(trimmed)) {
            Some(value) => Ok(Val::I64(value)),
            None => wrong("an i64: write a whole number of at most 64 bits, such as 42 or 0x2A"),
        },
        ValType::F32 => match token::<wast::token::F32>(&float(trimmed)) {
            Some(value) => Ok(Val::F32(F32::from_bits(value.bits))),
            None => wrong("an f32: write a number such as 1.5, 1e-3, 0x1.8p3, inf or nan"),
        },
        ValType::F64 => match token::<wast::token::F64>(&float(trimmed)) {
            Some(value) => Ok(Val::F64(F64::from_bits(value.bits))),
            None => wrong("an f64: write a number such as 1.5, 1e-3, 0x1.8p3, inf or nan"),
        },
        ValType::V128 => match token::<wast::core::V128Const>(trimmed) {
            Some(value) => Ok(Val::V128(V128::from(u128::from_le_bytes(value.to_le_bytes())))),
            None => wrong("a v128: write a shape and its lanes, such as i32x4 1 2 3 4"),
        },
        ValType::FuncRef if trimmed == "null" => Ok(Val::from(<Nullable<Func>>::Null)),
        ValType::ExternRef if trimmed == "null" => Ok(Val::from(<Nullable<ExternRef>>::Null)),
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
pub fn show(value: &Val) -> FormattedValue {
    let ty = name(value.ty());
    let (text, unsigned, hex) = match value {
        Val::I32(value) => {
            let unsigned = (*value < 0).then(|| value.cast_unsigned().to_string());
            (value.to_string(), unsigned, Some(format!("{value:#X}").replacen("0X", "0x", 1)))
        }
        Val::I64(value) => {
            let unsigned = (*value < 0).then(|| value.cast_unsigned().to_string());
            (value.to_string(), unsigned, Some(format!("{value:#X}").replacen("0X", "0x", 1)))
        }
        Val::F32(value) => (f32_text(value.to_bits()), None, Some(format!("0x{:08X}", value.to_bits()))),
        Val::F64(value) => (f64_text(value.to_bits()), None, Some(format!("0x{:016X}", value.to_bits()))),
        Val::V128(value) => {
            let bits = value.as_u128();
            let lanes: Vec<String> = (0..4).map(|lane| format!("{}", (bits >> (lane * 32)) as u32 as i32)).collect();
            (format!("i32x4 {}", lanes.join(" ")), None, Some(format!("0x{bits:032X}")))
        }
        Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => ("null".to_owned(), None, None),
        Val::FuncRef(Nullable::Val(_)) => ("a function".to_owned(), None, None),
        Val::ExternRef(Nullable::Val(_)) => ("a host reference".to_owned(), None, None),
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
        let shown = show(&Val::I32(-1));
        assert_eq!((shown.unsigned.as_deref(), shown.hex.as_deref()), (Some("4294967295"), Some("0xFFFFFFFF")));
        assert_eq!(show(&Val::I64(5)).unsigned, None);
    }
}
