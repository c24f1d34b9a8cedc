//! What an engine provides: access to the linear memory of its guest.

/// The linear memory of a guest.
///
/// Addresses and lengths are in bytes. The memory keeps its size during a call, which asks for it once.
///
/// There are two kinds: memory in the host's address space, which [lends](GuestMemory::lend) its bytes, and any other,
/// such as a `WebAssembly.Memory` of a browser, from which ranges are copied. Calls access either in proportion to the
/// bytes that they move, however large the memory is.
pub trait GuestMemory {
    /// The size in bytes.
    fn size(&self) -> u64;

    /// Copies bytes from the memory: as many as `buffer` is long, from `address` on.
    ///
    /// # Errors
    ///
    /// If some of them are out of bounds; `buffer` may have any contents then.
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), OutOfBounds>;

    /// Copies bytes to the memory, from `address` on.
    ///
    /// # Errors
    ///
    /// If some of them would be out of bounds. The memory is unchanged then.
    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), OutOfBounds>;

    /// All bytes of the memory, if it is in the host's address space: calls then use them in place.
    fn lend(&mut self) -> Option<&mut [u8]> {
        None
    }
}

/// A range is not in the guest's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("out of the bounds of the guest's memory")]
pub struct OutOfBounds;

/// The memory of an engine in the host's address space.
impl GuestMemory for &mut [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), OutOfBounds> {
        let start = usize::try_from(address).map_err(|_| OutOfBounds)?;
        let bytes = self.get(start..).and_then(|rest| rest.get(..buffer.len())).ok_or(OutOfBounds)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }

    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), OutOfBounds> {
        let start = usize::try_from(address).map_err(|_| OutOfBounds)?;
        let place = self.get_mut(start..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(OutOfBounds)?;
        place.copy_from_slice(bytes);
        Ok(())
    }

    fn lend(&mut self) -> Option<&mut [u8]> {
        Some(self)
    }
}
