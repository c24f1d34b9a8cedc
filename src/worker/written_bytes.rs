//! Parses bytes as a user writes them: numbers, text, hexadecimal digits.

use crate::engine::value::{self, ValType, Value};
use crate::protocol::ByteForm;

/// The bytes that `text` represents, in the order in which they are stored.
///
/// # Errors
///
/// A sentence that names the input and what is accepted.
pub fn read(text: &str, form: ByteForm) -> Result<Vec<u8>, String> {
    match form {
        ByteForm::I8 => narrow(text, "an i8", i8::MIN.into(), u8::MAX.into(), 1),
        ByteForm::I16 => narrow(text, "an i16", i16::MIN.into(), u16::MAX.into(), 2),
        ByteForm::I32 => value::parse(text, ValType::I32).map(stored),
        ByteForm::I64 => value::parse(text, ValType::I64).map(stored),
        ByteForm::F32 => value::parse(text, ValType::F32).map(stored),
        ByteForm::F64 => value::parse(text, ValType::F64).map(stored),
        ByteForm::Utf8 => unescaped(text),
        ByteForm::Bytes => pairs(text),
    }
}

/// The bytes that a store instruction would write.
fn stored(value: Value) -> Vec<u8> {
    match value {
        Value::I32(value) => value.to_le_bytes().into(),
        Value::I64(value) => value.to_le_bytes().into(),
        Value::F32(value) => value.to_le_bytes().into(),
        Value::F64(value) => value.to_le_bytes().into(),
        // No other type is requested.
        Value::V128(_) | Value::FuncRef(_) | Value::ExternRef(_) => Vec::new(),
    }
}

fn narrow(text: &str, what: &str, least: i64, most: i64, size: usize) -> Result<Vec<u8>, String> {
    match value::parse(text, ValType::I64) {
        Ok(Value::I64(number)) if (least..=most).contains(&number) => Ok(number.to_le_bytes()[..size].into()),
        _ => Err(format!("`{}` is not {what}: write a whole number from {least} to {most}", text.trim())),
    }
}

fn pairs(text: &str) -> Result<Vec<u8>, String> {
    let wrong = |part: &str| {
        format!("`{part}` is not a list of bytes: write two hexadecimal digits for each byte, such as 0a ff")
    };
    let mut bytes = Vec::new();
    for part in text.split_whitespace() {
        // A lone digit is a byte without its leading zero.
        let padded = if part.len() == 1 { format!("0{part}") } else { part.to_owned() };
        let digits: Option<Vec<u8>> =
            padded.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or_else(|| wrong(part))?;
        bytes.extend(digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low));
    }
    if bytes.is_empty() { Err(wrong(text.trim())) } else { Ok(bytes) }
}

/// Text with escapes: those of the text format's strings, except that `\xNN` is a byte, as the page shows it, and `\0`.
fn unescaped(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let wrong = || {
            let shown: String = escape.chars().take(4).collect();
            format!("`\\{shown}` is not an escape sequence: write \\n, \\t, \\r, \\0, \\\\, \\xff or \\u{{1f980}}")
        };
        let mut letters = escape.chars();
        let plain = match letters.next() {
            Some('n') => Some(b'\n'),
            Some('t') => Some(b'\t'),
            Some('r') => Some(b'\r'),
            Some('0') => Some(0),
            Some(letter @ ('\\' | '"' | '\'')) => u8::try_from(letter).ok(),
            Some('x') => {
                let digits = letters.as_str().get(..2).ok_or_else(wrong)?;
                letters = letters.as_str()[2..].chars();
                Some(pairs(digits).ok().filter(|bytes| bytes.len() == 1).ok_or_else(wrong)?[0])
            }
            Some('u') => {
                let (digits, after) =
                    letters.as_str().strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or_else(wrong)?;
                let letter = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).ok_or_else(wrong)?;
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                letters = after.chars();
                None
            }
            _ => return Err(wrong()),
        };
        bytes.extend(plain);
        rest = letters.as_str();
    }
    bytes.extend_from_slice(rest.as_bytes());
    if bytes.is_empty() { Err("the text is empty".to_owned()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all<const N: usize>(form: ByteForm, texts: [&str; N]) -> [Result<Vec<u8>, String>; N] {
        texts.map(|text| read(text, form))
    }

    #[test]
    fn numbers_are_stored_with_their_lowest_byte_first() {
        assert_eq!(read("258", ByteForm::I16), Ok(vec![2, 1]));
        assert_eq!(read("-2", ByteForm::I32), Ok(vec![0xfe, 0xff, 0xff, 0xff]));
        assert_eq!(read("0x0102030405060708", ByteForm::I64), Ok(vec![8, 7, 6, 5, 4, 3, 2, 1]));
        assert_eq!(read("1.5", ByteForm::F32), Ok(vec![0, 0, 0xc0, 0x3f]));
        assert_eq!(read("-inf", ByteForm::F64), Ok(vec![0, 0, 0, 0, 0, 0, 0xf0, 0xff]));
    }

    #[test]
    fn small_integers_are_signed_or_unsigned_and_no_larger() {
        assert_eq!(read_all(ByteForm::I8, ["-128", "255", "0x7f"]), [Ok(vec![128]), Ok(vec![255]), Ok(vec![127])]);
        for (text, form) in
            [("256", ByteForm::I8), ("-129", ByteForm::I8), ("65536", ByteForm::I16), ("", ByteForm::I8)]
        {
            let message = read(text, form).expect_err(text);
            assert!(message.contains("write a whole number from -"), "{message}");
        }
    }

    #[test]
    fn text_is_written_with_escapes() {
        assert_eq!(
            read("hé\\n\\0\\xff\\\\\\u{e9}", ByteForm::Utf8),
            Ok("hé\n\0".bytes().chain([255, b'\\', 0xc3, 0xa9]).collect())
        );
        for text in ["\\", "\\q", "\\x4", "\\xg0", "\\x+1", "\\xé", "\\u{110000}", "\\u12", ""] {
            read(text, ByteForm::Utf8).expect_err(text);
        }
    }

    #[test]
    fn bytes_are_written_as_pairs_of_digits() {
        assert_eq!(
            read_all(ByteForm::Bytes, ["0a FF", "0aff", "7"]),
            [Ok(vec![10, 255]), Ok(vec![10, 255]), Ok(vec![7])]
        );
        for text in ["", "0x41", "abc", "g0", "é"] {
            read(text, ByteForm::Bytes).expect_err(text);
        }
    }
}
