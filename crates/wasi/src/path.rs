//! Calls with paths: creating, linking, moving, removing, querying.

use super::HostCall;
use super::abi::{lookupflags, rights};
use super::errno::Errno;
use super::fd::Object;
use super::fd_meta::Filestat;
use super::suspend::CallResult;
use wasmoscope_vfs::{Ino, LastLink, Reach};

impl HostCall<'_> {
    pub(super) fn path_create_directory(&mut self, fd: u32, path: u32, path_len: u32) -> CallResult {
        let base = self.directory(fd, rights::PATH_CREATE_DIRECTORY)?;
        let path = self.memory.text(path, path_len)?;
        self.ctx.vfs_now().create_directory(base, &path, Reach::Beneath)?;
        Ok(())
    }

    pub(super) fn path_filestat_get(&mut self, fd: u32, flags: u32, path: u32, path_len: u32, stat: u32) -> CallResult {
        let last = Self::last_link(flags)?;
        let base = self.directory(fd, rights::PATH_FILESTAT_GET)?;
        let ino = self.ctx.vfs.resolve(base, &self.memory.text(path, path_len)?, Reach::Beneath, last)?;
        let metadata = self.ctx.vfs.metadata(ino)?;
        Filestat::of(&metadata).put(&mut self.memory, self.version, stat)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's")]
    pub(super) fn path_filestat_set_times(
        &mut self,
        fd: u32,
        flags: u32,
        path: u32,
        path_len: u32,
        accessed: u64,
        modified: u64,
        fst_flags: u32,
    ) -> CallResult {
        let last = Self::last_link(flags)?;
        let base = self.directory(fd, rights::PATH_FILESTAT_SET_TIMES)?;
        let ino = self.ctx.vfs.resolve(base, &self.memory.text(path, path_len)?, Reach::Beneath, last)?;
        self.set_times(ino, accessed, modified, fst_flags)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's")]
    pub(super) fn path_link(
        &mut self,
        old_fd: u32,
        old_flags: u32,
        old_path: u32,
        old_path_len: u32,
        new_fd: u32,
        new_path: u32,
        new_path_len: u32,
    ) -> CallResult {
        let last = Self::last_link(old_flags)?;
        let old_base = self.directory(old_fd, rights::PATH_LINK_SOURCE)?;
        let new_base = self.directory(new_fd, rights::PATH_LINK_TARGET)?;
        let old_path = self.memory.text(old_path, old_path_len)?;
        let new_path = self.memory.text(new_path, new_path_len)?;
        let ino = self.ctx.vfs.resolve(old_base, &old_path, Reach::Beneath, last)?;
        self.ctx.vfs_now().link(ino, new_base, &new_path, Reach::Beneath)?;
        Ok(())
    }

    pub(super) fn path_readlink(
        &mut self,
        fd: u32,
        path: u32,
        path_len: u32,
        buf: u32,
        buf_len: u32,
        bufused: u32,
    ) -> CallResult {
        let base = self.directory(fd, rights::PATH_READLINK)?;
        let target = self.ctx.vfs.read_link(base, &self.memory.text(path, path_len)?, Reach::Beneath)?;
        self.memory.check(bufused, 4)?;
        let mut room = self.memory.room(buf, buf_len)?;
        // As in POSIX, a target that does not fit is silently truncated.
        room.push(target.as_bytes())?;
        let used = room.finish()?;
        self.memory.write_u32(bufused, used)?;
        Ok(())
    }

    pub(super) fn path_remove_directory(&mut self, fd: u32, path: u32, path_len: u32) -> CallResult {
        let base = self.directory(fd, rights::PATH_REMOVE_DIRECTORY)?;
        let path = self.memory.text(path, path_len)?;
        self.ctx.vfs_now().remove_directory(base, &path, Reach::Beneath)?;
        Ok(())
    }

    pub(super) fn path_rename(
        &mut self,
        fd: u32,
        old_path: u32,
        old_path_len: u32,
        new_fd: u32,
        new_path: u32,
        new_path_len: u32,
    ) -> CallResult {
        let old_base = self.directory(fd, rights::PATH_RENAME_SOURCE)?;
        let new_base = self.directory(new_fd, rights::PATH_RENAME_TARGET)?;
        let old_path = self.memory.text(old_path, old_path_len)?;
        let new_path = self.memory.text(new_path, new_path_len)?;
        self.ctx.vfs_now().rename_at((old_base, &old_path), (new_base, &new_path), Reach::Beneath)?;
        Ok(())
    }

    pub(super) fn path_symlink(
        &mut self,
        old_path: u32,
        old_path_len: u32,
        fd: u32,
        new_path: u32,
        new_path_len: u32,
    ) -> CallResult {
        let base = self.directory(fd, rights::PATH_SYMLINK)?;
        let target = self.memory.text(old_path, old_path_len)?;
        let path = self.memory.text(new_path, new_path_len)?;
        if target.starts_with('/') {
            // It could never be followed: it leads out of every directory.
            return Err(Errno::Perm.into());
        }
        self.ctx.vfs_now().create_symlink(&target, base, &path, Reach::Beneath)?;
        Ok(())
    }

    pub(super) fn path_unlink_file(&mut self, fd: u32, path: u32, path_len: u32) -> CallResult {
        let base = self.directory(fd, rights::PATH_UNLINK_FILE)?;
        let path = self.memory.text(path, path_len)?;
        self.ctx.vfs_now().unlink(base, &path, Reach::Beneath)?;
        Ok(())
    }

    /// The inode of a descriptor that must be an open directory with these rights.
    pub(super) fn directory(&self, fd: u32, needed: u64) -> Result<Ino, Errno> {
        let descriptor = self.ctx.descriptors.get(fd)?;
        match descriptor.object {
            Object::Directory { ino, .. } => descriptor.require(needed).map(|()| ino),
            Object::File { .. } | Object::Stdin | Object::Stdout | Object::Stderr => Err(Errno::Notdir),
        }
    }

    pub(super) fn last_link(flags: u32) -> Result<LastLink, Errno> {
        match flags {
            0 => Ok(LastLink::Keep),
            lookupflags::SYMLINK_FOLLOW => Ok(LastLink::Follow),
            _ => Err(Errno::Inval),
        }
    }
}
