//! Opening by path.

use super::HostCall;
use super::abi::{fdflags, oflags, rights};
use super::errno::Errno;
use super::fd::{Descriptor, Object};
use super::fd_meta::flag_bits;
use super::suspend::CallResult;
use wasmoscope_vfs::{FileKind, OpenFile, Reach};

/// The rights of a file that have to be requested. The others are always granted, as in current runtimes: programs
/// written by hand seldom request more than reading or writing.
const ON_REQUEST: u64 = rights::FD_READ | rights::FD_WRITE | rights::FD_ALLOCATE | rights::FD_FILESTAT_SET_SIZE;
/// The rights implied by `FD_WRITE`.
const WITH_WRITE: u64 = rights::FD_ALLOCATE | rights::FD_FILESTAT_SET_SIZE;

impl HostCall<'_> {
    #[expect(clippy::too_many_arguments, reason = "the specification's")]
    pub(super) fn path_open(
        &mut self,
        fd: u32,
        dirflags: u32,
        path: u32,
        path_len: u32,
        open_flags: u32,
        rights_base: u64,
        _rights_inheriting: u64,
        fd_flags: u32,
        opened_fd: u32,
    ) -> CallResult {
        let last = Self::last_link(dirflags)?;
        let open_flags = flag_bits(open_flags, oflags::ALL)?;
        let fd_flags = flag_bits(fd_flags, fdflags::ALL)?;
        let asked = |flag: u16| open_flags & flag != 0;
        if asked(oflags::DIRECTORY) && asked(oflags::CREAT | oflags::EXCL | oflags::TRUNC) {
            return Err(Errno::Inval.into());
        }
        let mut needed = rights::PATH_OPEN;
        if asked(oflags::CREAT) {
            needed |= rights::PATH_CREATE_FILE;
        }
        if asked(oflags::TRUNC) {
            needed |= rights::PATH_FILESTAT_SET_SIZE;
        }
        let base = self.directory(fd, needed)?;
        let inheriting = self.ctx.descriptors.get(fd)?.inheriting;
        let file_rights = file_rights(rights_base, inheriting);
        // Checked before anything is created.
        self.memory.check(opened_fd, 4)?;
        let path = self.memory.text(path, path_len)?;
        if self.ctx.descriptors.is_full() {
            return Err(Errno::Mfile.into());
        }
        let how = OpenFile {
            create: asked(oflags::CREAT),
            exclusive: asked(oflags::EXCL),
            truncate: asked(oflags::TRUNC),
            directory: asked(oflags::DIRECTORY),
            last,
        };
        // Only changes to the tree need the time.
        let changes = how.create || how.truncate;
        if changes {
            // It will be a file, then: fail before it is created. The rights of directories need not be requested.
            file_rights?;
        }
        let vfs = if changes { self.ctx.vfs_now() } else { &mut self.ctx.vfs };
        let ino = vfs.open_file(base, &path, Reach::Beneath, how)?;
        drop(path);
        let descriptor = match vfs.metadata(ino)?.kind {
            FileKind::Directory => {
                // As in POSIX and wasmtime, whether or not it was requested as a directory.
                if rights_base & rights::FD_WRITE != 0 {
                    return Err(Errno::Isdir.into());
                }
                let object = Object::Directory { ino, preopen: None };
                let rights = rights::DIRECTORY & inheriting;
                Descriptor { object, rights, inheriting, flags: fd_flags, terminal: false }
            }
            FileKind::File | FileKind::Symlink => {
                let object = Object::File { ino, position: 0 };
                Descriptor { object, rights: file_rights?, inheriting: 0, flags: fd_flags, terminal: false }
            }
        };
        let opened = self.ctx.open(descriptor)?;
        self.memory.write_u32(opened_fd, opened)?;
        Ok(())
    }
}

/// The rights of a file that is opened with these rights through a directory with the rights `inheriting`.
fn file_rights(requested: u64, inheriting: u64) -> Result<u64, Errno> {
    let mut asked = requested & ON_REQUEST;
    if asked & (rights::FD_READ | rights::FD_WRITE) & !inheriting != 0 {
        return Err(Errno::Notcapable);
    }
    if asked & rights::FD_WRITE != 0 {
        asked |= WITH_WRITE;
    } else {
        // A file that is not open for writing is open for reading: it could not be open for anything else.
        asked |= rights::FD_READ;
    }
    Ok((rights::FILE & !ON_REQUEST | asked) & inheriting)
}
