//! Reads and writes descriptors.

use super::HostCall;
use super::abi::{fdflags, rights};
use super::ctx::{Pending, WasiCtx};
use super::errno::Errno;
use super::fd::Object;
use super::fd_meta::in_signed_range;
use super::memory::{CIoVecs, IoVecs};
use super::output::OutputStream;
use super::suspend::{CallResult, Fail, Suspend};
use wasmoscope_vfs::Ino;

impl HostCall<'_> {
    pub(super) fn fd_read(&mut self, fd: u32, iovs: u32, iovs_len: u32, nread: u32) -> CallResult {
        let iovecs = self.memory.iovecs(iovs, iovs_len)?;
        // Checked before reading: bytes whose count cannot be returned would be lost.
        self.memory.check(nread, 4)?;
        let descriptor = self.ctx.descriptors.get(fd)?;
        let nonblock = descriptor.flags & fdflags::NONBLOCK != 0;
        readable(descriptor.rights)?;
        let read = match descriptor.object {
            Object::Stdin => match self.read_stdin(&iovecs, nonblock)? {
                Some(read) => read,
                None => {
                    self.ctx.pending = Some(Pending::Read { fd, iovs, iovs_len, nread });
                    return Err(Fail::Suspend(Suspend::NeedsInput));
                }
            },
            Object::Stdout | Object::Stderr => return Err(Errno::Badf.into()),
            Object::Directory { .. } => return Err(Errno::Isdir.into()),
            Object::File { ino, position } => {
                let read = self.read_file(ino, position, &iovecs)?;
                if let Object::File { position, .. } = &mut self.ctx.descriptors.get_mut(fd)?.object {
                    *position += u64::from(read);
                }
                read
            }
        };
        self.memory.write_u32(nread, read)?;
        Ok(())
    }

    pub(super) fn fd_pread(&mut self, fd: u32, iovs: u32, iovs_len: u32, offset: u64, nread: u32) -> CallResult {
        let iovecs = self.memory.iovecs(iovs, iovs_len)?;
        self.memory.check(nread, 4)?;
        let descriptor = self.ctx.descriptors.get(fd)?;
        readable(descriptor.rights)?;
        let ino = positioned(&descriptor.object, offset)?;
        let read = self.read_file(ino, offset, &iovecs)?;
        self.memory.write_u32(nread, read)?;
        Ok(())
    }

    pub(super) fn fd_write(&mut self, fd: u32, iovs: u32, iovs_len: u32, nwritten: u32) -> CallResult {
        let ciovecs = self.memory.ciovecs(iovs, iovs_len)?;
        self.memory.check(nwritten, 4)?;
        let descriptor = self.ctx.descriptors.get(fd)?;
        writable(descriptor.rights)?;
        let append = descriptor.flags & fdflags::APPEND != 0;
        let written = match descriptor.object {
            Object::Stdout => print(self.ctx, OutputStream::Stdout, ciovecs)?,
            Object::Stderr => print(self.ctx, OutputStream::Stderr, ciovecs)?,
            Object::Stdin => return Err(Errno::Badf.into()),
            Object::Directory { .. } => return Err(Errno::Isdir.into()),
            Object::File { ino, position } => {
                let (written, end) = write_file(self.ctx, ino, (!append).then_some(position), ciovecs)?;
                if let (Object::File { position, .. }, Some(end)) = (&mut self.ctx.descriptors.get_mut(fd)?.object, end)
                {
                    *position = end;
                }
                written
            }
        };
        self.memory.write_u32(nwritten, written)?;
        Ok(())
    }

    pub(super) fn fd_pwrite(&mut self, fd: u32, iovs: u32, iovs_len: u32, offset: u64, nwritten: u32) -> CallResult {
        let ciovecs = self.memory.ciovecs(iovs, iovs_len)?;
        self.memory.check(nwritten, 4)?;
        let descriptor = self.ctx.descriptors.get(fd)?;
        writable(descriptor.rights)?;
        let append = descriptor.flags & fdflags::APPEND != 0;
        let ino = positioned(&descriptor.object, offset)?;
        // As on Linux: a file that is open for appending is appended to, whatever offset is given.
        let (written, _) = write_file(self.ctx, ino, (!append).then_some(offset), ciovecs)?;
        self.memory.write_u32(nwritten, written)?;
        Ok(())
    }

    /// `None`: there is nothing to read yet.
    fn read_stdin(&mut self, iovecs: &IoVecs, nonblock: bool) -> Result<Option<u32>, Fail> {
        if iovecs.total() == 0 {
            return Ok(Some(0));
        }
        let ctx = &mut *self.ctx;
        if nonblock {
            let status = ctx.stdin.status();
            ctx.record.stdin.push(status.answer);
            if status.available == 0 && !status.ended {
                return Err(Errno::Again.into());
            }
        }
        let Some(bytes) = ctx.stdin.read(iovecs.total() as usize, &mut ctx.record.stdin) else { return Ok(None) };
        ctx.time_may_have_passed();
        let mut rest = bytes.as_slice();
        for iovec in iovecs.as_slice() {
            let (now, later) = rest.split_at(rest.len().min(iovec.len as usize));
            self.memory.write(iovec.pointer, now)?;
            rest = later;
        }
        Ok(Some(bytes.len() as u32))
    }

    fn read_file(&mut self, ino: Ino, offset: u64, iovecs: &IoVecs) -> Result<u32, Fail> {
        let mut done: u32 = 0;
        for iovec in iovecs.as_slice() {
            let start = offset.saturating_add(u64::from(done));
            let vfs = &self.ctx.vfs;
            let read = self.memory.fill(iovec.pointer, iovec.len, |at, buffer| {
                vfs.read_at(ino, start.saturating_add(u64::from(at)), buffer).map_err(Fail::from)
            })?;
            done += read;
            if read < iovec.len {
                break;
            }
        }
        self.ctx.fuel_debt += u64::from(done);
        Ok(done)
    }
}

fn print(ctx: &mut WasiCtx, stream: OutputStream, ciovecs: CIoVecs<'_>) -> Result<u32, Fail> {
    ctx.fuel_debt += u64::from(ciovecs.total());
    for piece in ciovecs.pieces() {
        ctx.print(stream, &piece?)?;
    }
    Ok(ciovecs.total())
}

/// Writes at the offset, or at the end of the file if there is none. Returns how many bytes were written, and where
/// they end; an error only if none were.
fn write_file(
    ctx: &mut WasiCtx,
    ino: Ino,
    mut offset: Option<u64>,
    ciovecs: CIoVecs<'_>,
) -> Result<(u32, Option<u64>), Fail> {
    let mut done: u32 = 0;
    let mut end = None;
    for piece in ciovecs.pieces() {
        let piece = match piece {
            Ok(piece) => piece,
            Err(_) if done > 0 => break,
            Err(error) => return Err(error.into()),
        };
        let vfs = ctx.vfs_for_write();
        let result = match offset {
            Some(offset) => vfs.write_at(ino, offset, &piece).map(|written| (written, offset + written as u64)),
            None => vfs.append(ino, &piece),
        };
        match result {
            Ok((written, ended)) => {
                done += written as u32;
                end = Some(ended);
                offset = offset.map(|_| ended);
                if written < piece.len() {
                    break;
                }
            }
            Err(_) if done > 0 => break,
            Err(error) => return Err(error.into()),
        }
    }
    ctx.fuel_debt += u64::from(done);
    Ok((done, end))
}

/// As in POSIX, a descriptor that is not open for reading is a bad descriptor.
fn readable(held: u64) -> Result<(), Errno> {
    if held & rights::FD_READ == 0 { Err(Errno::Badf) } else { Ok(()) }
}

fn writable(held: u64) -> Result<(), Errno> {
    if held & rights::FD_WRITE == 0 { Err(Errno::Badf) } else { Ok(()) }
}

/// The inode of an object with offsets, which are limited to POSIX's signed range.
fn positioned(object: &Object, offset: u64) -> Result<Ino, Errno> {
    match object {
        Object::File { ino, .. } => in_signed_range(offset).map(|()| *ino),
        Object::Directory { .. } => Err(Errno::Isdir),
        Object::Stdin | Object::Stdout | Object::Stderr => Err(Errno::Spipe),
    }
}
