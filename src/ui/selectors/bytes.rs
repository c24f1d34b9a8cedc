//! Interprets and formats bytes.

use crate::protocol::ByteForm;

/// One interpretation of the selected bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpretation {
    /// Such as `i32`.
    pub ty: &'static str,
    /// The same type, for a request to write.
    pub form: ByteForm,
    /// Signed, for integers; `None` if there are too few bytes.
    pub value: Option<String>,
    /// Unsigned, for integers.
    pub unsigned: Option<String>,
}

/// Interprets the bytes at an address, little-endian, as WebAssembly stores them. `bytes` begins at the address.
pub fn interpret(bytes: &[u8]) -> Vec<Interpretation> {
    fn first<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
        bytes.first_chunk().copied()
    }
    macro_rules! integer {
        ($name:literal, $form:ident, $signed:ty, $unsigned:ty) => {
            Interpretation {
                ty: $name,
                form: ByteForm::$form,
                value: first(bytes).map(|bytes| <$signed>::from_le_bytes(bytes).to_string()),
                unsigned: first(bytes).map(|bytes| <$unsigned>::from_le_bytes(bytes).to_string()),
            }
        };
    }
    let float = |ty, form, value| Interpretation { ty, form, value, unsigned: None };
    vec![
        integer!("i8", I8, i8, u8),
        integer!("i16", I16, i16, u16),
        integer!("i32", I32, i32, u32),
        integer!("i64", I64, i64, u64),
        float("f32", ByteForm::F32, first(bytes).map(|bytes| float_text(f32::from_le_bytes(bytes)))),
        float("f64", ByteForm::F64, first(bytes).map(|bytes| float_text(f64::from_le_bytes(bytes)))),
    ]
}

/// The shortest text of a float that parses back to the same value.
fn float_text(value: impl std::fmt::Debug + Into<f64> + Copy) -> String {
    let as_double: f64 = value.into();
    if as_double.is_nan() {
        "nan".to_owned()
    } else if as_double.is_infinite() {
        if as_double > 0.0 { "inf".to_owned() } else { "-inf".to_owned() }
    } else {
        format!("{value:?}")
    }
}

/// Bytes as UTF-8; invalid ones as `\xNN`, line endings, the backslash and the like as escapes.
pub fn utf8_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\0' => text.push_str("\\0"),
                '\\' => text.push_str("\\\\"),
                c if c.is_control() => text.extend(c.escape_default()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Bytes as pairs of hexadecimal digits.
pub fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// How many bytes such a text represents.
pub fn hex_length(text: &str) -> u64 {
    text.split_whitespace().map(|digits| digits.len().div_ceil(2) as u64).sum()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_read_little_endian() {
        let describe = |bytes: &[u8]| -> Vec<String> {
            interpret(bytes)
                .into_iter()
                .map(|line| {
                    let value = line.value.unwrap_or_else(|| "-".into());
                    match line.unsigned {
                        Some(unsigned) if unsigned != value => format!("{} {value} {unsigned}", line.ty),
                        _ => format!("{} {value}", line.ty),
                    }
                })
                .collect()
        };
        assert_eq!(
            describe(&[0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
            ["i8 -2 254", "i16 -2 65534", "i32 -2 4294967294", "i64 4294967294", "f32 nan", "f64 2.12199579e-314"]
        );
        assert_eq!(describe(&1.5_f64.to_le_bytes())[5], "f64 1.5");
        assert_eq!(describe(&0.1_f32.to_le_bytes())[4], "f32 0.1");
        assert_eq!(describe(&f64::NEG_INFINITY.to_le_bytes())[5], "f64 -inf");
        assert_eq!(describe(&[1, 2, 3]), ["i8 1", "i16 513", "i32 -", "i64 -", "f32 -", "f64 -"]);
        assert_eq!(describe(&[])[0], "i8 -");
    }

    #[test]
    fn utf8_shows_what_is_none() {
        assert_eq!(utf8_text("hé\n".as_bytes()), "hé\\n");
        assert_eq!(utf8_text(b"a\xff\0\\"), "a\\xff\\0\\\\");
        assert_eq!(utf8_text(&"é".as_bytes()[..1]), "\\xc3");
    }

    #[test]
    fn digits_are_counted_in_bytes() {
        assert_eq!(hex_text(&[10, 255]), "0a ff");
        assert_eq!((hex_length("0a ff"), hex_length("0aff7"), hex_length("")), (2, 3, 0));
    }

    proptest! {
        #[test]
        fn reading_bytes_never_fails(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(interpret(&bytes).len(), 6);
            let _ = utf8_text(&bytes);
            prop_assert_eq!(hex_length(&hex_text(&bytes)), bytes.len() as u64);
        }
    }
}
