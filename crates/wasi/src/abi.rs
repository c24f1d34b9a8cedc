//! The guest's side of a call: its memory, and the numbers and layouts defined by the specification.

use super::accesses::MemoryAccesses;
use super::errno::Errno;

/// The two versions of preview1 that a module can import. They differ only in a few layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// `wasi_unstable`, later called snapshot 0.
    Unstable,
    /// `wasi_snapshot_preview1`.
    Preview1,
}

impl Version {
    pub const ALL: [Self; 2] = [Self::Preview1, Self::Unstable];

    /// The module name that programs import its functions from.
    pub fn module(self) -> &'static str {
        match self {
            Self::Unstable => "wasi_unstable",
            Self::Preview1 => "wasi_snapshot_preview1",
        }
    }
}

/// The rights of a descriptor; a set of bits.
pub mod rights {
    pub const FD_DATASYNC: u64 = 1 << 0;
    pub const FD_READ: u64 = 1 << 1;
    pub const FD_SEEK: u64 = 1 << 2;
    pub const FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const FD_SYNC: u64 = 1 << 4;
    pub const FD_TELL: u64 = 1 << 5;
    pub const FD_WRITE: u64 = 1 << 6;
    pub const FD_ADVISE: u64 = 1 << 7;
    pub const FD_ALLOCATE: u64 = 1 << 8;
    pub const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
    pub const PATH_CREATE_FILE: u64 = 1 << 10;
    pub const PATH_LINK_SOURCE: u64 = 1 << 11;
    pub const PATH_LINK_TARGET: u64 = 1 << 12;
    pub const PATH_OPEN: u64 = 1 << 13;
    pub const FD_READDIR: u64 = 1 << 14;
    pub const PATH_READLINK: u64 = 1 << 15;
    pub const PATH_RENAME_SOURCE: u64 = 1 << 16;
    pub const PATH_RENAME_TARGET: u64 = 1 << 17;
    pub const PATH_FILESTAT_GET: u64 = 1 << 18;
    pub const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
    pub const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
    pub const FD_FILESTAT_GET: u64 = 1 << 21;
    pub const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
    pub const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
    pub const PATH_SYMLINK: u64 = 1 << 24;
    pub const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
    pub const PATH_UNLINK_FILE: u64 = 1 << 26;
    pub const POLL_FD_READWRITE: u64 = 1 << 27;

    /// The rights of an open file.
    pub const FILE: u64 = FD_DATASYNC
        | FD_READ
        | FD_SEEK
        | FD_FDSTAT_SET_FLAGS
        | FD_SYNC
        | FD_TELL
        | FD_WRITE
        | FD_ADVISE
        | FD_ALLOCATE
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_SIZE
        | FD_FILESTAT_SET_TIMES
        | POLL_FD_READWRITE;

    /// The rights of an open directory.
    pub const DIRECTORY: u64 = FD_FDSTAT_SET_FLAGS
        | FD_SYNC
        | FD_DATASYNC
        | FD_ADVISE
        | PATH_CREATE_DIRECTORY
        | PATH_CREATE_FILE
        | PATH_LINK_SOURCE
        | PATH_LINK_TARGET
        | PATH_OPEN
        | FD_READDIR
        | PATH_READLINK
        | PATH_RENAME_SOURCE
        | PATH_RENAME_TARGET
        | PATH_FILESTAT_GET
        | PATH_FILESTAT_SET_SIZE
        | PATH_FILESTAT_SET_TIMES
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_TIMES
        | PATH_SYMLINK
        | PATH_REMOVE_DIRECTORY
        | PATH_UNLINK_FILE
        | POLL_FD_READWRITE;

    /// The rights of a terminal besides reading or writing. Programs recognise one by the absence of `FD_SEEK` and
    /// `FD_TELL`.
    pub const TERMINAL: u64 = FD_FDSTAT_SET_FLAGS | FD_SYNC | FD_DATASYNC | FD_FILESTAT_GET | POLL_FD_READWRITE;
}

/// `filetype`.
pub mod filetype {
    pub const UNKNOWN: u8 = 0;
    pub const CHARACTER_DEVICE: u8 = 2;
    pub const DIRECTORY: u8 = 3;
    pub const REGULAR_FILE: u8 = 4;
    pub const SYMBOLIC_LINK: u8 = 7;
}

/// `fdflags`; a set of bits.
pub mod fdflags {
    pub const APPEND: u16 = 1 << 0;
    pub const DSYNC: u16 = 1 << 1;
    pub const NONBLOCK: u16 = 1 << 2;
    pub const RSYNC: u16 = 1 << 3;
    pub const SYNC: u16 = 1 << 4;
    pub const ALL: u16 = APPEND | DSYNC | NONBLOCK | RSYNC | SYNC;
}

/// `oflags` of `path_open`; a set of bits.
pub mod oflags {
    pub const CREAT: u16 = 1 << 0;
    pub const DIRECTORY: u16 = 1 << 1;
    pub const EXCL: u16 = 1 << 2;
    pub const TRUNC: u16 = 1 << 3;
    pub const ALL: u16 = CREAT | DIRECTORY | EXCL | TRUNC;
}

/// `lookupflags`; a set of bits.
pub mod lookupflags {
    pub const SYMLINK_FOLLOW: u32 = 1 << 0;
}

/// `fstflags`; a set of bits.
pub mod fstflags {
    pub const ATIM: u16 = 1 << 0;
    pub const ATIM_NOW: u16 = 1 << 1;
    pub const MTIM: u16 = 1 << 2;
    pub const MTIM_NOW: u16 = 1 << 3;
    pub const ALL: u16 = ATIM | ATIM_NOW | MTIM | MTIM_NOW;
}

/// `clockid`.
pub mod clockid {
    pub const REALTIME: u32 = 0;
    pub const MONOTONIC: u32 = 1;
    pub const PROCESS_CPUTIME: u32 = 2;
    pub const THREAD_CPUTIME: u32 = 3;
}

/// `eventtype` of `poll_oneoff`.
pub mod eventtype {
    pub const CLOCK: u8 = 0;
    pub const FD_READ: u8 = 1;
    pub const FD_WRITE: u8 = 2;
}

/// The maximum number of buffers that one call can read into or write from, like `IOV_MAX` elsewhere.
pub const MAX_IOVECS: u32 = 65_536;

/// The guest's linear memory during a call, and the call's accesses to it. Anything out of bounds is [`Errno::Fault`].
pub struct Memory<'a>(pub &'a mut [u8], pub MemoryAccesses);

impl Memory<'_> {
    /// `len` bytes at `pointer`.
    pub fn bytes(&self, pointer: u32, len: u32) -> Result<&[u8], Errno> {
        self.1.note(pointer, len, false);
        Self::part(self.0, pointer, len).ok_or(Errno::Fault)
    }

    /// Checks that there are `len` bytes at `pointer`, without accessing them.
    pub fn check(&self, pointer: u32, len: u32) -> Result<(), Errno> {
        Self::part(self.0, pointer, len).map(drop).ok_or(Errno::Fault)
    }

    fn part(memory: &[u8], pointer: u32, len: u32) -> Option<&[u8]> {
        memory.get(pointer as usize..)?.get(..len as usize)
    }

    /// `len` bytes at `pointer`, for writing; [`Memory::written`] records how many have been written.
    pub fn bytes_mut(&mut self, pointer: u32, len: u32) -> Result<&mut [u8], Errno> {
        let start = pointer as usize;
        let end = start.checked_add(len as usize).ok_or(Errno::Fault)?;
        self.0.get_mut(start..end).ok_or(Errno::Fault)
    }

    /// Text in UTF-8, such as a path.
    pub fn text(&self, pointer: u32, len: u32) -> Result<&str, Errno> {
        std::str::from_utf8(self.bytes(pointer, len)?).map_err(|_| Errno::Ilseq)
    }

    pub fn read_u8(&self, pointer: u32) -> Result<u8, Errno> {
        Ok(self.bytes(pointer, 1)?[0])
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
        self.bytes_mut(pointer, len)?.copy_from_slice(bytes);
        self.written(pointer, len);
        Ok(())
    }

    /// Records that this many bytes of what [`Memory::bytes_mut`] returned have been written.
    pub fn written(&self, pointer: u32, len: u32) {
        self.1.note(pointer, len, true);
    }

    pub fn write_u32(&mut self, pointer: u32, value: u32) -> Result<(), Errno> {
        self.write(pointer, &value.to_le_bytes())
    }

    pub fn write_u64(&mut self, pointer: u32, value: u64) -> Result<(), Errno> {
        self.write(pointer, &value.to_le_bytes())
    }

    /// The buffers in an `iovec_array` or `ciovec_array`.
    ///
    /// They are read and checked before the call does anything, so that a buffer that overlaps the array, or one past
    /// the end of memory, cannot make the call do half of its work.
    pub fn iovecs(&self, pointer: u32, len: u32) -> Result<IoVecs, Errno> {
        if len > MAX_IOVECS {
            return Err(Errno::Inval);
        }
        let array = self.bytes(pointer, len * 8)?;
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
        let (array, _) = self.bytes(pointer, len * 8)?.as_chunks();
        let mut total: u32 = 0;
        for ciovec in array {
            let IoVec { pointer, len } = IoVec::of(*ciovec);
            self.check(pointer, len)?;
            // A call reports how many bytes it moved in 32 bits.
            total = total.checked_add(len).ok_or(Errno::Inval)?;
        }
        Ok(CIoVecs { memory: self.0, accesses: &self.1, array, total })
    }

    fn array<const N: usize>(&self, pointer: u32) -> Result<[u8; N], Errno> {
        let bytes = self.bytes(pointer, N as u32)?;
        bytes.try_into().map_err(|_| Errno::Fault)
    }
}

/// A buffer in the guest's memory that has been checked to be in bounds.
#[derive(Debug, Clone, Copy, Default)]
pub struct IoVec {
    pub pointer: u32,
    pub len: u32,
}

impl IoVec {
    fn of([p0, p1, p2, p3, l0, l1, l2, l3]: [u8; 8]) -> Self {
        Self { pointer: u32::from_le_bytes([p0, p1, p2, p3]), len: u32::from_le_bytes([l0, l1, l2, l3]) }
    }
}

/// Buffers in the guest's memory while it cannot change: they are read in place.
#[derive(Debug, Clone, Copy)]
pub struct CIoVecs<'a> {
    memory: &'a [u8],
    accesses: &'a MemoryAccesses,
    array: &'a [[u8; 8]],
    total: u32,
}

impl<'a> CIoVecs<'a> {
    /// The bytes of the buffers that are not empty.
    pub fn pieces(self) -> impl Iterator<Item = &'a [u8]> {
        let pieces = self.array.iter().filter_map(move |ciovec| {
            let IoVec { pointer, len } = IoVec::of(*ciovec);
            self.accesses.note(pointer, len, false);
            Memory::part(self.memory, pointer, len)
        });
        pieces.filter(|piece| !piece.is_empty())
    }

    /// The total size in bytes.
    pub fn total(self) -> u32 {
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

/// A structure for the guest's memory, filled in field by field at their offsets.
pub struct Layout<const N: usize>([u8; N]);

impl<const N: usize> Default for Layout<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Layout<N> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn put<const M: usize>(mut self, offset: usize, field: [u8; M]) -> Self {
        self.0[offset..offset + M].copy_from_slice(&field);
        self
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}
