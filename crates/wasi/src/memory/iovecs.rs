//! The buffers that a call reads into or writes from.

use std::borrow::Cow;

use super::Memory;
use super::bytes::Bytes;
use crate::accesses::MemoryAccesses;
use crate::errno::Errno;

/// The maximum number of buffers that one call can read into or write from, like `IOV_MAX` elsewhere.
pub const MAX_IOVECS: u32 = 65_536;
/// The size of an `iovec` or `ciovec` in the guest's memory.
const IOVEC_SIZE: u32 = 8;

impl Memory<'_> {
    /// The buffers in an `iovec_array` or `ciovec_array`.
    ///
    /// They are read and checked before the call does anything, so that a buffer that overlaps the array, or one past
    /// the end of memory, cannot make the call do half of its work.
    pub fn iovecs(&self, pointer: u32, len: u32) -> Result<IoVecs, Errno> {
        if len > MAX_IOVECS {
            return Err(Errno::Inval);
        }
        let array = self.bytes(pointer, len * IOVEC_SIZE)?;
        let mut iovecs = IoVecs::default();
        for iovec in array.as_chunks().0 {
            let iovec = IoVec::of(*iovec);
            self.check(iovec.pointer, iovec.len)?;
            iovecs.push(iovec)?;
        }
        Ok(iovecs)
    }

    /// The buffers in a `ciovec_array`, which are only read from.
    ///
    /// As with [`Memory::iovecs`], each is checked before the call does anything.
    pub fn ciovecs(&self, pointer: u32, len: u32) -> Result<CIoVecs<'_>, Errno> {
        if len > MAX_IOVECS {
            return Err(Errno::Inval);
        }
        let array = self.bytes(pointer, len * IOVEC_SIZE)?;
        let mut total: u32 = 0;
        for ciovec in array.as_chunks().0 {
            let IoVec { pointer, len } = IoVec::of(*ciovec);
            self.check(pointer, len)?;
            // A call reports how many bytes it moved in 32 bits.
            total = total.checked_add(len).ok_or(Errno::Inval)?;
        }
        Ok(CIoVecs { memory: self.bytes.get(), accesses: &self.accesses, array, total })
    }
}

/// A buffer in the guest's memory that has been checked to be in bounds.
#[derive(Debug, Clone, Copy, Default)]
pub struct IoVec {
    pub pointer: u32,
    /// In bytes.
    pub len: u32,
}

impl IoVec {
    fn of([p0, p1, p2, p3, l0, l1, l2, l3]: [u8; IOVEC_SIZE as usize]) -> Self {
        Self { pointer: u32::from_le_bytes([p0, p1, p2, p3]), len: u32::from_le_bytes([l0, l1, l2, l3]) }
    }
}

/// Buffers in the guest's memory while it cannot change: they are read in place, or copied one at a time.
pub struct CIoVecs<'a> {
    memory: Bytes<'a>,
    accesses: &'a MemoryAccesses,
    array: Cow<'a, [u8]>,
    total: u32,
}

impl<'a> CIoVecs<'a> {
    /// The bytes of the buffers that are not empty. An error if there is no room for a copy of one.
    pub fn pieces(&self) -> impl Iterator<Item = Result<Cow<'a, [u8]>, Errno>> {
        let iovecs = self.array.as_chunks().0.iter().map(|ciovec| IoVec::of(*ciovec));
        iovecs.filter(|iovec| iovec.len > 0).map(|IoVec { pointer, len }| {
            self.accesses.note(pointer, len, false);
            self.memory.read(pointer, len)
        })
    }

    /// The total size in bytes.
    pub fn total(&self) -> u32 {
        self.total
    }
}

/// Buffers in the guest's memory. The small number that most calls have needs no allocation.
#[derive(Debug, Default)]
pub struct IoVecs {
    few: [IoVec; 4],
    used: usize,
    many: Vec<IoVec>,
    total: u32,
}

impl IoVecs {
    fn push(&mut self, iovec: IoVec) -> Result<(), Errno> {
        // A call reports how many bytes it moved in 32 bits.
        self.total = self.total.checked_add(iovec.len).ok_or(Errno::Inval)?;
        if iovec.len == 0 {
            return Ok(());
        }
        if let Some(slot) = self.few.get_mut(self.used).filter(|_| self.many.is_empty()) {
            *slot = iovec;
            self.used += 1;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(iovec);
        }
        Ok(())
    }

    /// The buffers that are not empty.
    pub fn as_slice(&self) -> &[IoVec] {
        if self.many.is_empty() { &self.few[..self.used] } else { &self.many }
    }

    /// The total size in bytes.
    pub fn total(&self) -> u32 {
        self.total
    }
}
