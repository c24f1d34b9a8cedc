//! Open directories: the names of preopens, and listings.

use super::HostCall;
use super::abi::{Layout, rights};
use super::errno::Errno;
use super::fd::Object;
use super::fd_meta::filetype_of;
use super::suspend::CallResult;

/// The size of a `dirent` in the guest's memory; the name follows it.
const DIRENT_SIZE: usize = 24;

impl HostCall<'_> {
    pub(super) fn fd_prestat_get(&mut self, fd: u32, prestat: u32) -> CallResult {
        let Object::Directory { preopen: Some(name), .. } = &self.ctx.descriptors.get(fd)?.object else {
            return Err(Errno::Badf.into());
        };
        let len = u32::try_from(name.len()).map_err(|_| Errno::Overflow)?;
        // The tag of a directory is 0.
        let layout = Layout::<8>::new().put(0, [0]).put(4, len.to_le_bytes());
        self.memory.write(prestat, layout.bytes())?;
        Ok(())
    }

    pub(super) fn fd_prestat_dir_name(&mut self, fd: u32, path: u32, path_len: u32) -> CallResult {
        let Object::Directory { preopen: Some(name), .. } = &self.ctx.descriptors.get(fd)?.object else {
            return Err(Errno::Badf.into());
        };
        if name.len() > path_len as usize {
            return Err(Errno::Nametoolong.into());
        }
        self.memory.write(path, name.as_bytes())?;
        Ok(())
    }

    /// Fills the buffer with entries, the last one cut off where the buffer ends: a buffer that is not full is the end
    /// of the directory.
    pub(super) fn fd_readdir(&mut self, fd: u32, buf: u32, buf_len: u32, cookie: u64, bufused: u32) -> CallResult {
        let descriptor = self.ctx.descriptors.get(fd)?;
        let Object::Directory { ino, .. } = descriptor.object else { return Err(Errno::Notdir.into()) };
        descriptor.require(rights::FD_READDIR)?;
        self.memory.check(bufused, 4)?;
        let mut room = self.memory.room(buf, buf_len)?;
        for entry in self.ctx.vfs.list(ino, cookie)? {
            let dirent = Layout::<DIRENT_SIZE>::new()
                .put(0, entry.next.to_le_bytes())
                .put(8, entry.ino.number().to_le_bytes())
                .put(16, (entry.name.len() as u32).to_le_bytes())
                .put(20, [filetype_of(entry.kind)]);
            for part in [dirent.bytes(), entry.name.as_bytes()] {
                room.push(part)?;
            }
            if room.is_full() {
                break;
            }
        }
        let used = room.finish()?;
        self.ctx.fuel_debt += u64::from(used);
        self.memory.write_u32(bufused, used)?;
        Ok(())
    }
}
