//! The contents of a memory at a checkpoint, which shares unchanged pieces with the checkpoint before.

use std::rc::Rc;

const CHUNK: usize = 4096;

/// The bytes of a memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryImage {
    length: usize,
    chunks: Vec<Rc<[u8]>>,
}

impl MemoryImage {
    /// Takes an image, copying only what differs from `before`.
    pub fn take(bytes: &[u8], before: Option<&Self>) -> Self {
        let zeros = zeros();
        let chunks = bytes.chunks(CHUNK).enumerate().map(|(index, chunk)| {
            match before.and_then(|before| before.chunks.get(index)) {
                Some(same) if is_same(same, chunk) => Rc::clone(same),
                _ if chunk.len() == CHUNK && is_same(&zeros[..], chunk) => Rc::clone(&zeros),
                _ => chunk.into(),
            }
        });
        Self { length: bytes.len(), chunks: chunks.collect() }
    }

    /// All of it, in pieces: each with the address of its first byte.
    pub fn chunks(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.chunks.iter().enumerate().map(|(index, chunk)| ((index * CHUNK) as u64, &**chunk))
    }

    /// In bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// How many bytes of it are not shared with `other`.
    pub fn own_bytes(&self, other: Option<&Self>) -> usize {
        let others = other.map_or(&[][..], |other| &other.chunks);
        let zeros = zeros();
        let shared = |index: usize, chunk: &Rc<[u8]>| {
            Rc::ptr_eq(chunk, &zeros) || others.get(index).is_some_and(|same| Rc::ptr_eq(same, chunk))
        };
        let own = self.chunks.iter().enumerate().filter(|(index, chunk)| !shared(*index, chunk));
        own.map(|(_, chunk)| chunk.len()).sum::<usize>() + self.chunks.len() * size_of::<Rc<[u8]>>()
    }

    /// Its pieces, with their addresses in memory, to count what several images share.
    #[cfg(test)]
    pub fn pieces(&self) -> impl Iterator<Item = (*const u8, usize)> {
        self.chunks.iter().map(|chunk| (chunk.as_ptr(), chunk.len()))
    }
}

/// The piece shared by all pieces of zeros.
fn zeros() -> Rc<[u8]> {
    thread_local! {
        static ZEROS: Rc<[u8]> = Rc::new([0; CHUNK]);
    }
    ZEROS.with(Rc::clone)
}

/// Like `==`, which compares byte by byte in WebAssembly.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let (blocks_of_a, rest_of_a) = a.as_chunks::<64>();
    let (blocks_of_b, rest_of_b) = b.as_chunks::<64>();
    let is_same = |a: &[u8; 64], b: &[u8; 64]| a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0;
    a.len() == b.len() && blocks_of_a.iter().zip(blocks_of_b).all(|(a, b)| is_same(a, b)) && rest_of_a == rest_of_b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_pieces_are_shared() {
        let mut bytes = vec![0; 3 * CHUNK + 10];
        bytes[CHUNK] = 1;
        let first = MemoryImage::take(&bytes, None);
        bytes[0] = 2;
        let second = MemoryImage::take(&bytes, Some(&first));
        assert!(Rc::ptr_eq(&first.chunks[1], &second.chunks[1]));
        assert!(!Rc::ptr_eq(&first.chunks[0], &second.chunks[0]));
        assert_eq!((first.chunks[2][0], second.chunks[3].len()), (0, 10));
        let mut restored = vec![9; bytes.len()];
        for (start, chunk) in second.chunks() {
            restored[start as usize..][..chunk.len()].copy_from_slice(chunk);
        }
        assert_eq!(restored, bytes);
    }

    #[test]
    fn any_byte_makes_a_difference() {
        let bytes = vec![7; 3 * 64 + 5];
        assert!(is_same(&bytes, &bytes.clone()));
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 0x80;
            assert!(!is_same(&bytes, &other), "byte {at}");
        }
        assert!(!is_same(&bytes, &bytes[1..]));
    }
}
