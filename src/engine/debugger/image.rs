//! The contents of a memory at a moment, sharing what it has in common with the moment before.

use std::rc::Rc;

const CHUNK: usize = 4096;

/// The bytes of a memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryImage {
    length: usize,
    chunks: Vec<Rc<[u8]>>,
}

impl MemoryImage {
    /// Copies what differs from `before`.
    pub fn take(bytes: &[u8], before: Option<&Self>) -> Self {
        let zeros: Rc<[u8]> = Rc::new([0; CHUNK]);
        let chunks = bytes.chunks(CHUNK).enumerate().map(|(index, chunk)| {
            match before.and_then(|before| before.chunks.get(index)) {
                Some(same) if same[..] == *chunk => Rc::clone(same),
                _ if *chunk == zeros[..chunk.len()] && chunk.len() == CHUNK => Rc::clone(&zeros),
                _ => chunk.into(),
            }
        });
        Self { length: bytes.len(), chunks: chunks.collect() }
    }

    /// Writes all of it to the beginning of `bytes`, as far as there is room.
    pub fn write(&self, bytes: &mut [u8]) {
        for (target, chunk) in bytes.chunks_mut(CHUNK).zip(&self.chunks) {
            let length = target.len().min(chunk.len());
            target[..length].copy_from_slice(&chunk[..length]);
        }
    }

    /// In bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// How many bytes of it are not shared with `other`.
    pub fn own_bytes(&self, other: Option<&Self>) -> usize {
        let others = other.map_or(&[][..], |other| &other.chunks);
        let shared = |index: usize, chunk: &Rc<[u8]>| others.get(index).is_some_and(|same| Rc::ptr_eq(same, chunk));
        self.chunks
            .iter()
            .enumerate()
            .filter(|(index, chunk)| !shared(*index, chunk) && Rc::strong_count(chunk) < 3)
            .map(|(_, chunk)| chunk.len())
            .sum::<usize>()
            + self.chunks.len() * size_of::<Rc<[u8]>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_shared() {
        let mut bytes = vec![0; 3 * CHUNK + 10];
        bytes[CHUNK] = 1;
        let first = MemoryImage::take(&bytes, None);
        bytes[0] = 2;
        let second = MemoryImage::take(&bytes, Some(&first));
        assert!(Rc::ptr_eq(&first.chunks[1], &second.chunks[1]));
        assert!(!Rc::ptr_eq(&first.chunks[0], &second.chunks[0]));
        let mut restored = vec![9; bytes.len()];
        second.write(&mut restored);
        assert_eq!(restored, bytes);
    }
}
