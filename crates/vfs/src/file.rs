//! Operations on a single file by its inode: reading, writing, its length, its times.

use std::rc::Rc;

use super::Vfs;
use super::contents::{Contents, MAX_FILE_SIZE};
use super::error::{Result, VfsError};
use super::inode::{Ino, Node};

impl Vfs {
    /// Copies bytes from `offset` on into `buffer` and returns their number, which is 0 at or past the end of the file.
    pub fn read_at(&self, ino: Ino, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        Ok(self.contents(ino)?.read(offset, buffer))
    }

    /// The length of a file in bytes.
    pub fn file_len(&self, ino: Ino) -> Result<u64> {
        Ok(self.contents(ino)?.len())
    }

    /// Writes bytes at `offset`, and returns how many of them fit, at least one. A gap between the old end of the file
    /// and `offset` reads as zeros.
    pub fn write_at(&mut self, ino: Ino, offset: u64, bytes: &[u8]) -> Result<usize> {
        self.write(ino, Some(offset), bytes).map(|(written, _)| written)
    }

    /// Appends bytes to the file, and returns how many of them fit, at least one, and the new end of the file.
    pub fn append(&mut self, ino: Ino, bytes: &[u8]) -> Result<(usize, u64)> {
        self.write(ino, None, bytes)
    }

    /// `offset`: `None` is the end. Returns the number of bytes written, and where they end.
    fn write(&mut self, ino: Ino, offset: Option<u64>, bytes: &[u8]) -> Result<(usize, u64)> {
        let (room, now) = (self.room(), self.now);
        let (contents, times) = self.contents_mut(ino)?;
        let old_len = contents.len();
        let offset = offset.unwrap_or(old_len);
        if bytes.is_empty() {
            return Ok((0, offset));
        }
        if offset >= MAX_FILE_SIZE {
            return Err(VfsError::TooBig);
        }
        let end_limit = old_len.saturating_add(room).min(MAX_FILE_SIZE);
        let fits = end_limit.saturating_sub(offset).min(bytes.len() as u64);
        if fits == 0 {
            return Err(VfsError::NoSpace);
        }
        // At most `bytes.len()`.
        contents.write(offset, &bytes[..fits as usize]);
        let grown = contents.len() - old_len;
        times.touch(now);
        self.used += grown;
        Ok((fits as usize, offset + fits))
    }

    /// Sets the file's length to `len` bytes, truncating it or adding zeros.
    pub fn set_len(&mut self, ino: Ino, len: u64) -> Result<()> {
        let (room, now) = (self.room(), self.now);
        let (contents, times) = self.contents_mut(ino)?;
        let old_len = contents.len();
        if len > MAX_FILE_SIZE {
            return Err(VfsError::TooBig);
        }
        if len.saturating_sub(old_len) > room {
            return Err(VfsError::NoSpace);
        }
        contents.set_len(len);
        times.touch(now);
        self.used = self.used - old_len + len;
        Ok(())
    }

    /// Makes sure that the file extends to at least `offset + len`; it never gets shorter.
    pub fn allocate(&mut self, ino: Ino, offset: u64, len: u64) -> Result<()> {
        let end = offset.checked_add(len).ok_or(VfsError::TooBig)?;
        if end > self.file_len(ino)? { self.set_len(ino, end) } else { Ok(()) }
    }

    /// Sets the times that are given.
    pub fn set_times(&mut self, ino: Ino, accessed: Option<u64>, modified: Option<u64>) -> Result<()> {
        let now = self.now;
        let times = &mut self.inode_mut(ino)?.times;
        if let Some(accessed) = accessed {
            times.accessed = accessed;
        }
        if let Some(modified) = modified {
            times.modified = modified;
        }
        times.changed = now;
        Ok(())
    }

    pub(super) fn contents(&self, ino: Ino) -> Result<&Contents> {
        match &self.inode(ino)?.node {
            Node::File(contents) => Ok(contents),
            Node::Directory(_) => Err(VfsError::IsDirectory),
            Node::Symlink(_) => Err(VfsError::Invalid),
        }
    }

    fn contents_mut(&mut self, ino: Ino) -> Result<(&mut Contents, &mut super::Times)> {
        let inode = self.inodes.get_often(ino).map(Rc::make_mut).ok_or(VfsError::NotFound)?;
        match &mut inode.node {
            Node::File(contents) => Ok((contents, &mut inode.times)),
            Node::Directory(_) => Err(VfsError::IsDirectory),
            Node::Symlink(_) => Err(VfsError::Invalid),
        }
    }
}
