//! Queries and changes descriptors: closing, renumbering, offsets, sizes, times, rights.

use super::HostCall;
use super::abi::{Layout, Version, fdflags, filetype, fstflags, rights};
use super::errno::Errno;
use super::fd::{Descriptor, Object};
use super::memory::Memory;
use super::suspend::CallResult;
use wasmoscope_vfs::{FileKind, Ino, Metadata, Times};

/// The device that all inodes are on.
const DEVICE: u64 = 1;
/// The largest valid advice.
const LAST_ADVICE: u32 = 5;

impl HostCall<'_> {
    pub(super) fn fd_close(&mut self, fd: u32) -> CallResult {
        let descriptor = self.ctx.descriptors.remove(fd)?;
        self.ctx.release(&descriptor);
        Ok(())
    }

    pub(super) fn fd_renumber(&mut self, fd: u32, to: u32) -> CallResult {
        if let Some(replaced) = self.ctx.descriptors.renumber(fd, to)? {
            self.ctx.release(&replaced);
        }
        Ok(())
    }

    pub(super) fn fd_advise(&mut self, fd: u32, _offset: u64, _len: u64, advice: u32) -> CallResult {
        self.file(fd, rights::FD_ADVISE)?;
        if advice > LAST_ADVICE { Err(Errno::Inval.into()) } else { Ok(()) }
    }

    pub(super) fn fd_allocate(&mut self, fd: u32, offset: u64, len: u64) -> CallResult {
        let held = self.ctx.descriptors.get(fd)?.rights;
        let ino = self.file(fd, 0)?;
        if held & rights::FD_ALLOCATE == 0 {
            // As in POSIX for a file that is open only for reading.
            return Err(if held & rights::FD_WRITE == 0 { Errno::Badf } else { Errno::Notcapable }.into());
        }
        if len == 0 {
            return Err(Errno::Inval.into());
        }
        in_signed_range(offset)?;
        in_signed_range(len)?;
        self.ctx.vfs_now().allocate(ino, offset, len)?;
        Ok(())
    }

    pub(super) fn fd_datasync(&mut self, fd: u32) -> CallResult {
        self.sync(fd, rights::FD_DATASYNC)
    }

    pub(super) fn fd_sync(&mut self, fd: u32) -> CallResult {
        self.sync(fd, rights::FD_SYNC)
    }

    /// A write is complete immediately, so there is nothing to sync.
    fn sync(&self, fd: u32, needed: u64) -> CallResult {
        let descriptor = self.ctx.descriptors.get(fd)?;
        descriptor.require(needed)?;
        match descriptor.object {
            Object::File { .. } | Object::Directory { .. } => Ok(()),
            // As for a terminal elsewhere.
            Object::Stdin | Object::Stdout | Object::Stderr => Err(Errno::Inval.into()),
        }
    }

    pub(super) fn fd_fdstat_get(&mut self, fd: u32, stat: u32) -> CallResult {
        let descriptor = self.ctx.descriptors.get(fd)?;
        let layout = Layout::<24>::new()
            .put(0, [descriptor.filetype()])
            .put(2, descriptor.flags.to_le_bytes())
            .put(8, descriptor.rights.to_le_bytes())
            .put(16, descriptor.inheriting.to_le_bytes());
        self.memory.write(stat, layout.bytes())?;
        Ok(())
    }

    pub(super) fn fd_fdstat_set_flags(&mut self, fd: u32, flags: u32) -> CallResult {
        let flags = flag_bits(flags, fdflags::ALL)?;
        let descriptor = self.ctx.descriptors.get_mut(fd)?;
        descriptor.require(rights::FD_FDSTAT_SET_FLAGS)?;
        descriptor.flags = flags;
        Ok(())
    }

    /// Rights can be given up, never gained.
    pub(super) fn fd_fdstat_set_rights(&mut self, fd: u32, base: u64, inheriting: u64) -> CallResult {
        let descriptor = self.ctx.descriptors.get_mut(fd)?;
        if base & !descriptor.rights != 0 || inheriting & !descriptor.inheriting != 0 {
            return Err(Errno::Notcapable.into());
        }
        descriptor.rights = base;
        descriptor.inheriting = inheriting;
        Ok(())
    }

    pub(super) fn fd_filestat_get(&mut self, fd: u32, stat: u32) -> CallResult {
        let descriptor = self.ctx.descriptors.get(fd)?;
        descriptor.require(rights::FD_FILESTAT_GET)?;
        let filestat = match descriptor.ino() {
            Some(ino) => Filestat::of(&self.ctx.vfs.metadata(ino)?),
            None => Filestat::stream(descriptor.filetype()),
        };
        filestat.put(&mut self.memory, self.version, stat)
    }

    pub(super) fn fd_filestat_set_size(&mut self, fd: u32, size: u64) -> CallResult {
        let held = self.ctx.descriptors.get(fd)?.rights;
        let ino = self.file(fd, 0)?;
        if held & rights::FD_FILESTAT_SET_SIZE == 0 {
            // As in POSIX for a file that is open only for reading.
            return Err(if held & rights::FD_WRITE == 0 { Errno::Inval } else { Errno::Notcapable }.into());
        }
        in_signed_range(size)?;
        self.ctx.vfs_now().set_len(ino, size)?;
        Ok(())
    }

    pub(super) fn fd_filestat_set_times(&mut self, fd: u32, accessed: u64, modified: u64, flags: u32) -> CallResult {
        let descriptor = self.ctx.descriptors.get(fd)?;
        let ino = descriptor.ino().ok_or(Errno::Badf)?;
        descriptor.require(rights::FD_FILESTAT_SET_TIMES)?;
        self.set_times(ino, accessed, modified, flags)
    }

    pub(super) fn set_times(&mut self, ino: Ino, accessed: u64, modified: u64, flags: u32) -> CallResult {
        let flags = flag_bits(flags, fstflags::ALL)?;
        let both = |one: u16, other: u16| flags & one != 0 && flags & other != 0;
        if both(fstflags::ATIM, fstflags::ATIM_NOW) || both(fstflags::MTIM, fstflags::MTIM_NOW) {
            return Err(Errno::Inval.into());
        }
        // Read before anything is changed: both get the same time.
        let now = self.ctx.file_time_now();
        let time = |given: u16, at_now: u16, time: u64| {
            if flags & at_now != 0 { Some(now) } else { (flags & given != 0).then_some(time) }
        };
        let accessed = time(fstflags::ATIM, fstflags::ATIM_NOW, accessed);
        let modified = time(fstflags::MTIM, fstflags::MTIM_NOW, modified);
        self.ctx.vfs.set_times(ino, accessed, modified)?;
        Ok(())
    }

    pub(super) fn fd_seek(&mut self, fd: u32, offset: u64, whence: u32, new_offset: u32) -> CallResult {
        let offset = offset.cast_signed();
        let from = Whence::from_number(whence, self.version).ok_or(Errno::Inval)?;
        self.memory.check(new_offset, 8)?;
        let descriptor = self.ctx.descriptors.get(fd)?;
        let (ino, position) = seekable(descriptor)?;
        let only_tells = from == Whence::Current && offset == 0 && descriptor.rights & rights::FD_TELL != 0;
        if !only_tells {
            descriptor.require(rights::FD_SEEK)?;
        }
        let base = match from {
            Whence::Start => 0,
            Whence::Current => position,
            Whence::End => self.ctx.vfs.file_len(ino)?,
        };
        let target = base.checked_add_signed(offset).filter(|&target| i64::try_from(target).is_ok());
        let target = target.ok_or(Errno::Inval)?;
        if let Object::File { position, .. } = &mut self.ctx.descriptors.get_mut(fd)?.object {
            *position = target;
        }
        self.memory.write_u64(new_offset, target)?;
        Ok(())
    }

    pub(super) fn fd_tell(&mut self, fd: u32, offset: u32) -> CallResult {
        let descriptor = self.ctx.descriptors.get(fd)?;
        let (_, position) = seekable(descriptor)?;
        descriptor.require(rights::FD_TELL)?;
        self.memory.write_u64(offset, position)?;
        Ok(())
    }

    /// The inode of a descriptor that must be an open file with these rights.
    fn file(&self, fd: u32, needed: u64) -> Result<Ino, Errno> {
        let descriptor = self.ctx.descriptors.get(fd)?;
        match descriptor.object {
            Object::File { ino, .. } => descriptor.require(needed).map(|()| ino),
            Object::Directory { .. } | Object::Stdin | Object::Stdout | Object::Stderr => Err(Errno::Badf),
        }
    }
}

fn seekable(descriptor: &Descriptor) -> Result<(Ino, u64), Errno> {
    match descriptor.object {
        Object::File { ino, position } => Ok((ino, position)),
        Object::Directory { .. } => Err(Errno::Badf),
        Object::Stdin | Object::Stdout | Object::Stderr => Err(Errno::Spipe),
    }
}

/// The base of an offset.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whence {
    Start,
    Current,
    End,
}

impl Whence {
    fn from_number(number: u32, version: Version) -> Option<Self> {
        match (version, number) {
            (Version::Preview1, 0) | (Version::Unstable, 2) => Some(Self::Start),
            (Version::Preview1, 1) | (Version::Unstable, 0) => Some(Self::Current),
            (Version::Preview1, 2) | (Version::Unstable, 1) => Some(Self::End),
            (Version::Preview1 | Version::Unstable, _) => None,
        }
    }
}

/// Sizes and offsets are signed in programs, so a larger one was negative.
pub(super) fn in_signed_range(number: u64) -> Result<(), Errno> {
    if i64::try_from(number).is_ok() { Ok(()) } else { Err(Errno::Inval) }
}

/// Parses flags, of which only `known` ones may be set.
pub(super) fn flag_bits(flags: u32, known: u16) -> Result<u16, Errno> {
    u16::try_from(flags).ok().filter(|flags| flags & !known == 0).ok_or(Errno::Inval)
}

/// The result of `stat` in the guest's memory.
pub(super) struct Filestat {
    device: u64,
    inode: u64,
    filetype: u8,
    links: u64,
    size: u64,
    times: Times,
}

impl Filestat {
    pub fn of(metadata: &Metadata) -> Self {
        let filetype = filetype_of(metadata.kind);
        let Metadata { ino, links, size, times, .. } = *metadata;
        Self { device: DEVICE, inode: ino.number(), filetype, links, size, times }
    }

    fn stream(filetype: u8) -> Self {
        let times = Times::default();
        Self { device: 0, inode: 0, filetype, links: 1, size: 0, times }
    }

    pub fn put(&self, memory: &mut Memory<'_>, version: Version, pointer: u32) -> CallResult {
        let Times { accessed, modified, changed } = self.times;
        match version {
            Version::Preview1 => {
                let layout = Layout::<64>::new()
                    .put(0, self.device.to_le_bytes())
                    .put(8, self.inode.to_le_bytes())
                    .put(16, [self.filetype])
                    .put(24, self.links.to_le_bytes())
                    .put(32, self.size.to_le_bytes())
                    .put(40, accessed.to_le_bytes())
                    .put(48, modified.to_le_bytes())
                    .put(56, changed.to_le_bytes());
                memory.write(pointer, layout.bytes())?;
            }
            Version::Unstable => {
                let links = u32::try_from(self.links).unwrap_or(u32::MAX);
                let layout = Layout::<56>::new()
                    .put(0, self.device.to_le_bytes())
                    .put(8, self.inode.to_le_bytes())
                    .put(16, [self.filetype])
                    .put(20, links.to_le_bytes())
                    .put(24, self.size.to_le_bytes())
                    .put(32, accessed.to_le_bytes())
                    .put(40, modified.to_le_bytes())
                    .put(48, changed.to_le_bytes());
                memory.write(pointer, layout.bytes())?;
            }
        }
        Ok(())
    }
}

pub(super) fn filetype_of(kind: FileKind) -> u8 {
    match kind {
        FileKind::File => filetype::REGULAR_FILE,
        FileKind::Directory => filetype::DIRECTORY,
        FileKind::Symlink => filetype::SYMBOLIC_LINK,
    }
}
