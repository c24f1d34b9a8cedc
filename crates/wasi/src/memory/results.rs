//! Large results: written in place where the memory can lend its bytes, through a buffer where it cannot.

use super::Memory;
use super::bytes::{BytesMut, part_mut, zeros};
use crate::accesses::MemoryAccesses;
use crate::errno::Errno;

/// The size in bytes of the buffer for a memory that cannot lend its bytes.
const BUFFER: usize = 64 * 1024;

impl<'a> Memory<'a> {
    /// Fills `len` bytes at `pointer`, from the first on. Returns how many have been filled.
    ///
    /// `next` gets the offset of the next bytes and fills them. If it returns that it filled fewer, there are no more.
    ///
    /// # Errors
    ///
    /// [`Errno::Fault`] if they are out of bounds, and the errors of `next`.
    #[inline]
    pub fn fill<E: From<Errno>>(
        &mut self,
        pointer: u32,
        len: u32,
        mut next: impl FnMut(u32, &mut [u8]) -> Result<usize, E>,
    ) -> Result<u32, E> {
        let filled = match &mut self.bytes {
            BytesMut::Lent(memory) => {
                let bytes = part_mut(memory, pointer, len as usize).ok_or(Errno::Fault)?;
                next(0, bytes)? as u32
            }
            BytesMut::Copied(..) => self.fill_by_copies(pointer, len, next)?,
        };
        self.written(pointer, filled);
        Ok(filled)
    }

    /// Apart from [`Memory::fill`], so that lent bytes are filled fast.
    #[inline(never)]
    fn fill_by_copies<E: From<Errno>>(
        &mut self,
        pointer: u32,
        len: u32,
        mut next: impl FnMut(u32, &mut [u8]) -> Result<usize, E>,
    ) -> Result<u32, E> {
        self.check(pointer, len)?;
        let mut buffer = zeros(BUFFER.min(len as usize))?;
        let mut done: u32 = 0;
        // At least once, as above: the first random bytes make the seed, however few they are.
        loop {
            let wanted = buffer.len().min((len - done) as usize);
            let filled = next(done, &mut buffer[..wanted])?;
            if filled > 0 {
                self.bytes.write(pointer + done, &buffer[..filled]).map_err(Errno::from)?;
            }
            done += filled as u32;
            if filled < wanted || done == len {
                return Ok(done);
            }
        }
    }

    /// `len` bytes at `pointer`, to be filled with one piece after the other.
    ///
    /// # Errors
    ///
    /// [`Errno::Fault`] if they are out of bounds.
    pub fn room(&mut self, pointer: u32, len: u32) -> Result<Room<'_, 'a>, Errno> {
        self.check(pointer, len)?;
        let Self { bytes, accesses } = self;
        Ok(Room { memory: bytes, accesses, pointer, len, used: 0, buffer: Vec::new() })
    }
}

/// A part of the guest's memory that is filled with one piece after the other.
pub struct Room<'m, 'a> {
    memory: &'m mut BytesMut<'a>,
    accesses: &'m MemoryAccesses,
    pointer: u32,
    /// In bytes.
    len: u32,
    /// How many bytes are filled.
    used: u32,
    /// The last of them, which are not in the memory yet.
    buffer: Vec<u8>,
}

impl Room<'_, '_> {
    /// Appends as much of `piece` as there is room for.
    ///
    /// # Errors
    ///
    /// None but that of a memory that has become smaller.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Errno> {
        let piece = &piece[..piece.len().min((self.len - self.used) as usize)];
        if piece.is_empty() {
            return Ok(());
        }
        let start = self.pointer + self.used;
        self.used += piece.len() as u32;
        match self.memory {
            BytesMut::Lent(_) => Ok(self.memory.write(start, piece)?),
            BytesMut::Copied(..) => {
                self.buffer.extend_from_slice(piece);
                if self.buffer.len() < BUFFER { Ok(()) } else { self.flush() }
            }
        }
    }

    pub fn is_full(&self) -> bool {
        self.used == self.len
    }

    /// Returns how many bytes have been filled.
    ///
    /// # Errors
    ///
    /// As for [`Room::push`].
    pub fn finish(mut self) -> Result<u32, Errno> {
        self.flush()?;
        self.accesses.note(self.pointer, self.used, true);
        Ok(self.used)
    }

    fn flush(&mut self) -> Result<(), Errno> {
        if !self.buffer.is_empty() {
            let start = self.pointer + (self.used - self.buffer.len() as u32);
            self.memory.write(start, &self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}
