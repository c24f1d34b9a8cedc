//! A read-only view of the guest's memory: what is out of bounds is shown rather than an error.

use std::borrow::Cow;

use super::super::memory::Bytes;
use super::text::Text;
use super::value::Value;

/// How many bytes of a string are read at a time.
const PIECE: u64 = 64;

/// The guest's linear memory during a call; empty for a call that needs none.
///
/// Only what is shown is read: a memory may have to copy it.
#[derive(Clone, Copy)]
pub(super) struct View<'a>(pub Bytes<'a>);

impl<'a> View<'a> {
    /// The value that shows that some of the `len` bytes at `pointer` are out of bounds, as an error.
    pub fn check(self, pointer: u32, len: u64) -> Result<(), Value> {
        self.0.check(pointer, len).map_err(|_| Value::OutOfBounds { pointer, len })
    }

    /// `len` bytes at `pointer`, or the value that shows that they are out of bounds.
    pub fn bytes(self, pointer: u32, len: u64) -> Result<Cow<'a, [u8]>, Value> {
        self.start(pointer, len, usize::MAX)
    }

    /// The first of `len` bytes at `pointer`, at most `most`. All of them have to be in bounds.
    pub fn start(self, pointer: u32, len: u64, most: usize) -> Result<Cow<'a, [u8]>, Value> {
        let outside = Value::OutOfBounds { pointer, len };
        self.check(pointer, len)?;
        let read = u32::try_from(len.min(most as u64)).map_err(|_| outside.clone())?;
        self.0.read(pointer, read).map_err(|_| outside)
    }

    /// `len` bytes at `pointer` as text, of which at most `most` are kept.
    pub fn text(self, pointer: u32, len: u64, most: usize) -> Result<Text, Value> {
        Ok(Text::cut(self.start(pointer, len, most)?.into_owned(), len))
    }

    /// The text at `pointer` that ends before a NUL or with the memory, of which at most `most` bytes are kept.
    pub fn string(self, pointer: u32, most: usize) -> Text {
        let (mut kept, mut len) = (Vec::new(), 0);
        let mut rest = self.0.size().saturating_sub(pointer.into());
        while rest > 0 {
            let size = rest.min(PIECE);
            let Some(piece) = pointer.checked_add(len as u32).and_then(|at| self.bytes(at, size).ok()) else { break };
            let end = piece.iter().position(|byte| *byte == 0);
            let piece = &piece[..end.unwrap_or(piece.len())];
            kept.extend_from_slice(&piece[..piece.len().min(most - kept.len())]);
            len += piece.len() as u64;
            if end.is_some() {
                break;
            }
            rest -= size;
        }
        Text::cut(kept, len)
    }

    pub fn array<const N: usize>(self, pointer: u32) -> Result<[u8; N], Value> {
        self.0.array(pointer).map_err(|_| Value::OutOfBounds { pointer, len: N as u64 })
    }

    pub fn u32(self, pointer: u32) -> Result<u32, Value> {
        self.array(pointer).map(u32::from_le_bytes)
    }

    pub fn u64(self, pointer: u32) -> Result<u64, Value> {
        self.array(pointer).map(u64::from_le_bytes)
    }
}

/// The number at an offset of a structure; 0 where the structure is shorter, which none is.
pub(super) fn field<const N: usize>(bytes: &[u8], offset: usize) -> u64 {
    let mut number = [0; 8];
    let field = bytes.get(offset..offset + N).unwrap_or(&[]);
    number.iter_mut().zip(field).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(number)
}
