//! Bytes that may be text: a path, what is written, a name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The beginning of some bytes, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    #[serde(with = "serde_bytes")]
    start: Vec<u8>,
    len: u64,
}

impl Text {
    /// The first bytes of `bytes`, at most `most`.
    pub fn new(bytes: &[u8], most: usize) -> Self {
        Self { start: bytes[..bytes.len().min(most)].to_vec(), len: bytes.len() as u64 }
    }

    /// The first of `len` bytes.
    pub(super) fn cut(start: Vec<u8>, len: u64) -> Self {
        Self { start, len }
    }

    /// The bytes that are at hand.
    pub fn start(&self) -> &[u8] {
        &self.start
    }

    /// How many bytes there are in all.
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn is_cut(&self) -> bool {
        (self.start.len() as u64) < self.len
    }
}

/// Quoted, with invisible characters escaped; if it is cut, with its full length.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = Escaped { bytes: &self.start, is_cut: self.is_cut() };
        write!(f, "\"{quoted}\"")?;
        if self.is_cut() { write!(f, "… ({} bytes)", self.len) } else { Ok(()) }
    }
}

/// Bytes as text, with invisible or misleading characters escaped.
pub(super) struct Escaped<'a> {
    pub bytes: &'a [u8],
    /// A character whose end is missing is left out.
    pub is_cut: bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chunks = self.bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            for (index, part) in chunk.valid().split('\'').enumerate() {
                write!(f, "{}{}", if index == 0 { "" } else { "'" }, part.escape_debug())?;
            }
            if self.is_cut && chunks.peek().is_none() && chunk.invalid().len() < 4 {
                return Ok(());
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8], most: usize) -> String {
        Text::new(bytes, most).to_string()
    }

    #[test]
    fn text_is_shown_verbatim_and_invisible_characters_are_escaped() {
        assert_eq!(shown("it's \"zwölf\"\n".as_bytes(), 64), r#""it's \"zwölf\"\n""#);
        assert_eq!(shown(b"a\xff\0\x1b[31m", 64), r#""a\xff\0\u{1b}[31m""#);
        assert_eq!(shown("a\u{202e}b".as_bytes(), 64), r#""a\u{202e}b""#);
        assert_eq!(shown(b"", 64), r#""""#);
    }

    #[test]
    fn truncated_text_has_its_length_and_no_half_character() {
        assert_eq!(shown(b"hello", 4), r#""hell"… (5 bytes)"#);
        assert_eq!(shown("aöo".as_bytes(), 2), r#""a"… (4 bytes)"#);
        assert_eq!(shown(b"\xff\xfe\xfd", 2), r#""\xff"… (3 bytes)"#);
    }
}
