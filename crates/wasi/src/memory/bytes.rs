//! The guest's memory of either kind, without a record of what is accessed.

use std::borrow::Cow;

use super::guest::{GuestMemory, OutOfBounds};
use crate::errno::Errno;

/// The guest's memory, for reading.
#[derive(Clone, Copy)]
pub(crate) enum Bytes<'a> {
    Lent(&'a [u8]),
    /// With its size in bytes.
    Copied(&'a dyn GuestMemory, u64),
}

/// The guest's memory, for reading and writing.
pub(crate) enum BytesMut<'a> {
    Lent(&'a mut [u8]),
    /// With its size in bytes.
    Copied(&'a mut dyn GuestMemory, u64),
}

impl From<OutOfBounds> for Errno {
    fn from(_: OutOfBounds) -> Self {
        Self::Fault
    }
}

impl<'a> Bytes<'a> {
    /// The size in bytes.
    #[inline]
    pub fn size(self) -> u64 {
        match self {
            Self::Lent(bytes) => bytes.len() as u64,
            Self::Copied(_, size) => size,
        }
    }

    /// Checks that there are `len` bytes at `pointer`.
    #[inline]
    pub fn check(self, pointer: u32, len: u64) -> Result<(), OutOfBounds> {
        let end = u64::from(pointer).checked_add(len).ok_or(OutOfBounds)?;
        if end <= self.size() { Ok(()) } else { Err(OutOfBounds) }
    }

    /// `len` bytes at `pointer`; a copy of them if the memory cannot lend its bytes.
    ///
    /// # Errors
    ///
    /// [`Errno::Fault`] if they are out of bounds, [`Errno::Nomem`] if there is no room for the copy.
    #[inline]
    pub fn read(self, pointer: u32, len: u32) -> Result<Cow<'a, [u8]>, Errno> {
        match self {
            Self::Lent(bytes) => part(bytes, pointer, len).map(Cow::Borrowed).ok_or(Errno::Fault),
            Self::Copied(..) => self.copy(pointer, len).map(Cow::Owned),
        }
    }

    /// Apart from [`Bytes::read`], so that lent bytes are read fast.
    #[inline(never)]
    fn copy(self, pointer: u32, len: u32) -> Result<Vec<u8>, Errno> {
        self.check(pointer, len.into())?;
        let mut copy = zeros(len as usize)?;
        match self {
            Self::Lent(bytes) => copy.copy_from_slice(part(bytes, pointer, len).ok_or(Errno::Fault)?),
            Self::Copied(memory, _) => memory.read(pointer.into(), &mut copy)?,
        }
        Ok(copy)
    }

    /// `N` bytes at `pointer`.
    #[inline]
    pub fn array<const N: usize>(self, pointer: u32) -> Result<[u8; N], OutOfBounds> {
        match self {
            Self::Lent(bytes) => {
                let array = bytes.get(pointer as usize..).and_then(<[u8]>::first_chunk);
                array.copied().ok_or(OutOfBounds)
            }
            Self::Copied(memory, _) => {
                self.check(pointer, N as u64)?;
                let mut array = [0; N];
                memory.read(pointer.into(), &mut array)?;
                Ok(array)
            }
        }
    }
}

impl<'a> BytesMut<'a> {
    pub fn of(memory: &'a mut dyn GuestMemory) -> Self {
        if memory.lend().is_none() {
            let size = memory.size();
            return Self::Copied(memory, size);
        }
        Self::Lent(memory.lend().unwrap_or_default())
    }

    /// The same memory for a shorter time.
    #[inline]
    pub fn reborrow(&mut self) -> BytesMut<'_> {
        match self {
            Self::Lent(bytes) => BytesMut::Lent(bytes),
            Self::Copied(memory, size) => BytesMut::Copied(&mut **memory, *size),
        }
    }

    /// The memory of a call that needs none.
    pub fn none() -> Self {
        Self::Lent(&mut [])
    }

    #[inline]
    pub fn get(&self) -> Bytes<'_> {
        match self {
            Self::Lent(bytes) => Bytes::Lent(bytes),
            Self::Copied(memory, size) => Bytes::Copied(&**memory, *size),
        }
    }

    /// Writes the bytes at `pointer`, or nothing if there is no room for all of them.
    #[inline]
    pub fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), OutOfBounds> {
        match self {
            Self::Lent(memory) => part_mut(memory, pointer, bytes.len()).ok_or(OutOfBounds)?.copy_from_slice(bytes),
            Self::Copied(memory, size) => {
                Bytes::Copied(&**memory, *size).check(pointer, bytes.len() as u64)?;
                memory.write(pointer.into(), bytes)?;
            }
        }
        Ok(())
    }
}

fn part(memory: &[u8], pointer: u32, len: u32) -> Option<&[u8]> {
    memory.get(pointer as usize..)?.get(..len as usize)
}

pub(super) fn part_mut(memory: &mut [u8], pointer: u32, len: usize) -> Option<&mut [u8]> {
    memory.get_mut(pointer as usize..)?.get_mut(..len)
}

/// A buffer for a copy. Programs decide on its length, so there may be no room for it.
pub(super) fn zeros(len: usize) -> Result<Vec<u8>, Errno> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(len).map_err(|_| Errno::Nomem)?;
    buffer.resize(len, 0);
    Ok(buffer)
}
