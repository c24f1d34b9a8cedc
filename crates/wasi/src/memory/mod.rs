//! The guest's linear memory: what an engine provides ([`GuestMemory`]), and what a call does with it ([`Memory`]).
//!
//! Anything out of bounds is [`Errno::Fault`]. Numbers and layouts belong to [`abi`](super::abi).

mod bytes;
mod guest;
pub(super) mod iovecs;
mod results;

pub(super) use bytes::{Bytes, BytesMut};
pub use guest::{GuestMemory, OutOfBounds};
pub(super) use iovecs::{CIoVecs, IoVecs};

use std::borrow::Cow;

use super::accesses::MemoryAccesses;
use super::errno::Errno;

/// The guest's linear memory during a call, and the call's accesses to it.
pub(super) struct Memory<'a> {
    bytes: BytesMut<'a>,
    accesses: MemoryAccesses,
}

impl<'a> Memory<'a> {
    pub fn new(bytes: BytesMut<'a>, accesses: MemoryAccesses) -> Self {
        Self { bytes, accesses }
    }

    /// The memory, for reading without a record.
    pub fn unrecorded(&self) -> Bytes<'_> {
        self.bytes.get()
    }

    /// `len` bytes at `pointer`.
    pub fn bytes(&self, pointer: u32, len: u32) -> Result<Cow<'_, [u8]>, Errno> {
        self.accesses.note(pointer, len, false);
        self.bytes.get().read(pointer, len)
    }

    /// Checks that there are `len` bytes at `pointer`, without accessing them.
    pub fn check(&self, pointer: u32, len: u32) -> Result<(), Errno> {
        Ok(self.bytes.get().check(pointer, len.into())?)
    }

    /// Text in UTF-8, such as a path.
    pub fn text(&self, pointer: u32, len: u32) -> Result<Cow<'_, str>, Errno> {
        match self.bytes(pointer, len)? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Errno::Ilseq),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Errno::Ilseq),
        }
    }

    pub fn read_u8(&self, pointer: u32) -> Result<u8, Errno> {
        self.array(pointer).map(u8::from_le_bytes)
    }

    pub fn read_u16(&self, pointer: u32) -> Result<u16, Errno> {
        self.array(pointer).map(u16::from_le_bytes)
    }

    pub fn read_u32(&self, pointer: u32) -> Result<u32, Errno> {
        self.array(pointer).map(u32::from_le_bytes)
    }

    pub fn read_u64(&self, pointer: u32) -> Result<u64, Errno> {
        self.array(pointer).map(u64::from_le_bytes)
    }

    pub fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Errno> {
        let len = u32::try_from(bytes.len()).map_err(|_| Errno::Fault)?;
        self.bytes.write(pointer, bytes)?;
        self.written(pointer, len);
        Ok(())
    }

    pub fn write_u32(&mut self, pointer: u32, value: u32) -> Result<(), Errno> {
        self.write(pointer, &value.to_le_bytes())
    }

    pub fn write_u64(&mut self, pointer: u32, value: u64) -> Result<(), Errno> {
        self.write(pointer, &value.to_le_bytes())
    }

    /// Records that `len` bytes at `pointer` have been written.
    fn written(&self, pointer: u32, len: u32) {
        self.accesses.note(pointer, len, true);
    }

    fn array<const N: usize>(&self, pointer: u32) -> Result<[u8; N], Errno> {
        self.accesses.note(pointer, N as u32, false);
        Ok(self.bytes.get().array(pointer)?)
    }
}
