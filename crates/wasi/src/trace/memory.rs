//! A read-only view of the guest's memory: what is out of bounds is shown rather than an error.

use super::value::Value;

/// The guest's linear memory during a call; empty for a call that needs none.
#[derive(Clone, Copy)]
pub(super) struct View<'a>(pub &'a [u8]);

impl<'a> View<'a> {
    /// `len` bytes at `pointer`, or the value that shows that they are out of bounds.
    pub fn bytes(self, pointer: u32, len: u64) -> Result<&'a [u8], Value> {
        let start = u64::from(pointer);
        let range = usize::try_from(start).ok().zip(start.checked_add(len).and_then(|end| usize::try_from(end).ok()));
        range.and_then(|(start, end)| self.0.get(start..end)).ok_or(Value::OutOfBounds { pointer, len })
    }

    pub fn array<const N: usize>(self, pointer: u32) -> Result<[u8; N], Value> {
        let bytes = self.bytes(pointer, N as u64)?;
        bytes.try_into().map_err(|_| Value::OutOfBounds { pointer, len: N as u64 })
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
