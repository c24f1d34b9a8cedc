//! Files' bytes: chunks, holes, sharing.

use super::super::VfsError;
use super::super::contents::Contents;
use super::{Vfs, create, open};

const CHUNK: usize = 64 * 1024;

#[test]
fn bytes_are_read_back_across_chunks() {
    let bytes: Vec<u8> = (0..3 * CHUNK + 17).map(|i| (i * 7) as u8).collect();
    let mut vfs = Vfs::new();
    let ino = create(&mut vfs, "f").unwrap();
    // In pieces that do not fit the chunks.
    let mut offset = 0;
    for piece in bytes.chunks(10_007) {
        assert_eq!(vfs.write_at(ino, offset, piece), Ok(piece.len()));
        offset += piece.len() as u64;
    }
    assert_eq!(vfs.read_file("f").unwrap(), bytes);
    let mut middle = vec![0; CHUNK + 2];
    assert_eq!(vfs.read_at(ino, CHUNK as u64 - 1, &mut middle), Ok(CHUNK + 2));
    assert_eq!(middle, bytes[CHUNK - 1..2 * CHUNK + 1]);
}

#[test]
fn reading_stops_at_the_end() {
    let mut vfs = Vfs::new();
    vfs.write_file("f", b"hello").unwrap();
    let ino = open(&mut vfs, "f").unwrap();
    let mut buffer = [b'.'; 8];
    assert_eq!(vfs.read_at(ino, 3, &mut buffer), Ok(2));
    assert_eq!(&buffer, b"lo......");
    assert_eq!(vfs.read_at(ino, 5, &mut buffer), Ok(0));
    assert_eq!(vfs.read_at(ino, u64::MAX, &mut buffer), Ok(0));
}

#[test]
fn a_write_past_the_end_leaves_zeros_between() {
    let mut vfs = Vfs::new();
    let ino = create(&mut vfs, "f").unwrap();
    vfs.write_at(ino, 2, b"ab").unwrap();
    vfs.write_at(ino, 2 * CHUNK as u64 + 1, b"cd").unwrap();
    let bytes = vfs.read_file("f").unwrap();
    assert_eq!(bytes.len(), 2 * CHUNK + 3);
    assert_eq!(&bytes[..4], b"\0\0ab");
    assert!(bytes[4..2 * CHUNK + 1].iter().all(|&byte| byte == 0));
    assert_eq!(&bytes[2 * CHUNK + 1..], b"cd");
}

#[test]
fn what_is_appended_comes_after_a_hole_of_any_length() {
    for end in [2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
        let mut vfs = Vfs::new();
        let ino = create(&mut vfs, "f").unwrap();
        // What was there before has left room at hand.
        vfs.append(ino, &[7; 100]).unwrap();
        vfs.set_len(ino, 1).unwrap();
        vfs.set_len(ino, end as u64).unwrap();
        vfs.append(ino, b"end").unwrap();
        let bytes = vfs.read_file("f").unwrap();
        assert_eq!((bytes.len(), bytes[0]), (end + 3, 7));
        assert!(bytes[1..end].iter().all(|&byte| byte == 0), "{end}");
        assert_eq!(&bytes[end..], b"end", "{end}");
    }
}

#[test]
fn what_was_cut_off_does_not_come_back() {
    for (old, cut) in [(10, 4), (2 * CHUNK, CHUNK), (2 * CHUNK + 5, CHUNK + 3), (CHUNK, 0)] {
        let mut vfs = Vfs::new();
        vfs.write_file("f", &vec![7; old]).unwrap();
        let ino = open(&mut vfs, "f").unwrap();
        let before = vfs.snapshot();
        vfs.set_len(ino, cut as u64).unwrap();
        vfs.set_len(ino, old as u64).unwrap();
        let bytes = vfs.read_file("f").unwrap();
        assert!(bytes[..cut].iter().all(|&byte| byte == 7), "kept part of {old} cut to {cut}");
        assert!(bytes[cut..].iter().all(|&byte| byte == 0), "cut part of {old} cut to {cut}");
        assert_eq!(before.read_file("f").unwrap(), vec![7; old], "the snapshot of {old} cut to {cut}");
    }
}

#[test]
fn a_write_copies_the_chunks_it_touches_and_no_others() {
    let mut original = Contents::from_bytes(&vec![1; 10 * CHUNK]);
    let copy = original.clone();
    assert_eq!(original.shared_chunks(&copy), 9, "all but the last");
    original.write(3 * CHUNK as u64 + 5, b"x");
    assert_eq!(original.shared_chunks(&copy), 8);
    original.write(4 * CHUNK as u64 - 1, b"xx");
    assert_eq!(original.shared_chunks(&copy), 7);
    original.write(10 * CHUNK as u64, b"xx");
    assert_eq!(original.shared_chunks(&copy), 7);
    let mut bytes = vec![0; 10 * CHUNK];
    copy.read(0, &mut bytes);
    assert!(bytes.iter().all(|&byte| byte == 1));
}

#[test]
fn contents_are_compared_by_bytes_where_they_are_not_shared() {
    let one = Contents::from_bytes(&vec![5; 2 * CHUNK]);
    let mut other = Contents::from_bytes(&vec![5; 2 * CHUNK]);
    assert!(one.same_as(&other));
    other.write(CHUNK as u64 + 1, b"x");
    assert!(!one.same_as(&other));
    // A hole is as good as zeros.
    let zeros = Contents::from_bytes(&[0; 100]);
    let mut hole = Contents::default();
    hole.set_len(100);
    assert!(zeros.same_as(&hole));
    hole.set_len(101);
    assert!(!zeros.same_as(&hole));
}

#[test]
fn a_hole_takes_no_memory_but_counts_as_size() {
    let mut vfs = Vfs::new();
    let ino = create(&mut vfs, "f").unwrap();
    vfs.set_len(ino, 500 << 20).unwrap();
    assert_eq!(vfs.total_size(), 500 << 20);
    let mut byte = [1];
    assert_eq!(vfs.read_at(ino, (500 << 20) - 1, &mut byte), Ok(1));
    assert_eq!(byte, [0]);
}

#[test]
fn only_files_have_bytes() {
    let mut vfs = Vfs::new();
    let root = vfs.root();
    assert_eq!(vfs.read_at(root, 0, &mut [0]), Err(VfsError::IsDirectory));
    assert_eq!(vfs.write_at(root, 0, b"x"), Err(VfsError::IsDirectory));
    assert_eq!(vfs.set_len(root, 0), Err(VfsError::IsDirectory));
}

#[test]
fn allocating_makes_longer_and_never_shorter() {
    let mut vfs = Vfs::new();
    vfs.write_file("f", b"hello").unwrap();
    let ino = open(&mut vfs, "f").unwrap();
    vfs.allocate(ino, 1, 2).unwrap();
    assert_eq!(vfs.read_file("f").unwrap(), b"hello");
    vfs.allocate(ino, 4, 4).unwrap();
    assert_eq!(vfs.read_file("f").unwrap(), b"hello\0\0\0");
    assert_eq!(vfs.allocate(ino, u64::MAX, 1), Err(VfsError::TooBig));
}
