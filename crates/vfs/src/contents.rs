//! A file's bytes, in chunks that snapshots share.

use std::rc::Rc;

use rpds::VectorSync;

/// The size of the pieces of a file that are shared or copied.
const CHUNK: usize = 64 * 1024;

/// The maximum size of a file: it limits the number of chunks, and so the time to set a file's length.
pub(super) const MAX_FILE_SIZE: u64 = 16 << 30;

/// A file's bytes. A clone shares all chunks except the last; a write copies the shared chunks that it changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    len: u64,
    /// Each chunk holds the beginning of its part of the file; the rest, up to [`CHUNK`] bytes, reads as zeros. So a
    /// hole costs nothing, and a small file takes no more than its size.
    chunks: VectorSync<Rc<Vec<u8>>>,
    /// The last chunk. Files mostly grow at their end, so it is kept separately for fast access.
    tail: Vec<u8>,
}

impl Contents {
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut contents = Self::default();
        contents.write(0, bytes);
        contents
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// Reads bytes from `offset` on, as many as exist and fit; returns their number.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> usize {
        if offset >= self.len {
            return 0;
        }
        let total = buffer.len().min(usize::try_from(self.len - offset).unwrap_or(usize::MAX));
        let mut done = 0;
        while done < total {
            let (index, start) = split(offset + done as u64);
            let part = (CHUNK - start).min(total - done);
            let target = &mut buffer[done..done + part];
            let chunk = self.chunks.get(index).map_or(self.tail.as_slice(), |chunk| chunk.as_slice());
            let there = chunk.get(start..).unwrap_or(&[]);
            let copied = there.len().min(part);
            target[..copied].copy_from_slice(&there[..copied]);
            target[copied..].fill(0);
            done += part;
        }
        total
    }

    /// All bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.len).unwrap_or(usize::MAX)];
        self.read(0, &mut bytes);
        bytes
    }

    /// Writes `bytes` at `offset`, extending the file if necessary. The caller has checked that the end is at most
    /// [`MAX_FILE_SIZE`].
    pub fn write(&mut self, offset: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        // The common case: appending to the last chunk, which has room.
        let before = self.chunks.len() as u64 * CHUNK as u64;
        if offset == self.len
            && offset == before + self.tail.len() as u64
            && bytes.len() <= CHUNK.min(self.tail.capacity()) - self.tail.len()
        {
            self.tail.extend_from_slice(bytes);
            self.len += bytes.len() as u64;
            return;
        }
        self.write_anywhere(offset, bytes);
    }

    #[inline(never)]
    fn write_anywhere(&mut self, offset: u64, bytes: &[u8]) {
        let end = offset + bytes.len() as u64;
        self.ensure_chunks(end);
        let mut done = 0;
        while done < bytes.len() {
            let (index, start) = split(offset + done as u64);
            let part = (CHUNK - start).min(bytes.len() - done);
            let source = &bytes[done..done + part];
            if index == self.chunks.len() {
                // A file that has filled a chunk will probably fill this one: reserving room avoids moving its bytes as
                // it grows.
                if index > 0 && start == self.tail.len() {
                    self.tail.reserve_exact(CHUNK - start);
                }
                write_chunk(&mut self.tail, start, source);
            } else if let Some(chunk) = self.chunks.get_mut(index) {
                write_shared_chunk(chunk, start, source);
            }
            done += part;
        }
        self.len = self.len.max(end);
    }

    /// Truncates the file, or extends it by a hole. The caller has checked `len` against [`MAX_FILE_SIZE`].
    pub fn set_len(&mut self, len: u64) {
        if len < self.len {
            let keep = chunks_for(len);
            if keep <= self.chunks.len() {
                self.tail = match keep.checked_sub(1).and_then(|last| self.chunks.get(last)) {
                    Some(last) => Vec::clone(last),
                    None => Vec::new(),
                };
            }
            while self.chunks.len() >= keep && self.chunks.drop_last_mut() {}
            let before = self.chunks.len() as u64 * CHUNK as u64;
            // Within the last chunk.
            self.tail.truncate((len - before) as usize);
        } else {
            self.ensure_chunks(len);
        }
        self.len = len;
    }

    /// Whether both hold the same bytes; shared chunks are not compared.
    pub fn same_as(&self, other: &Self) -> bool {
        self.len == other.len
            && same_bytes(&self.tail, &other.tail)
            && self
                .chunks
                .iter()
                .zip(other.chunks.iter())
                .all(|(ours, theirs)| Rc::ptr_eq(ours, theirs) || same_bytes(ours, theirs))
    }

    /// How many chunks both share, for tests.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub fn shared_chunks(&self, other: &Self) -> usize {
        self.chunks.iter().zip(other.chunks.iter()).filter(|(ours, theirs)| Rc::ptr_eq(ours, theirs)).count()
    }

    fn ensure_chunks(&mut self, len: u64) {
        while self.chunks.len() + 1 < chunks_for(len) {
            self.chunks.push_back_mut(Rc::new(std::mem::take(&mut self.tail)));
        }
    }
}

/// The missing end of the shorter one reads as zeros.
fn same_bytes(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.starts_with(short) && long[short.len()..].iter().all(|&byte| byte == 0)
}

fn write_shared_chunk(chunk: &mut Rc<Vec<u8>>, start: usize, source: &[u8]) {
    if start == 0 && source.len() >= chunk.len() && Rc::get_mut(chunk).is_none() {
        // It is shared, but overwritten completely: there is nothing to copy.
        *chunk = Rc::new(source.to_vec());
    } else {
        write_chunk(Rc::make_mut(chunk), start, source);
    }
}

fn write_chunk(bytes: &mut Vec<u8>, start: usize, source: &[u8]) {
    let end = start + source.len();
    if bytes.len() < start {
        bytes.resize(start, 0);
    }
    if bytes.capacity() < end {
        // Doubles the capacity, so that appending is cheap, up to the size of a chunk.
        let capacity = end.max(bytes.capacity() * 2).min(CHUNK);
        bytes.reserve_exact(capacity - bytes.len());
    }
    let overlap = bytes.len().min(end) - start;
    bytes[start..start + overlap].copy_from_slice(&source[..overlap]);
    bytes.extend_from_slice(&source[overlap..]);
}

/// The index of the chunk with the byte at `offset`, and the offset in that chunk.
fn split(offset: u64) -> (usize, usize) {
    let chunk = CHUNK as u64;
    // At most MAX_FILE_SIZE / CHUNK, which fits.
    ((offset / chunk) as usize, (offset % chunk) as usize)
}

fn chunks_for(len: u64) -> usize {
    len.div_ceil(CHUNK as u64) as usize
}
