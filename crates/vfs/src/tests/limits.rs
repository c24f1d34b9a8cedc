//! The size limit.

use super::super::{MAX_INODES, VfsError};
use super::{Reach, Vfs, create, link, make_directory, open, symlink, unlink};

#[test]
fn a_full_tree_takes_no_more_bytes() {
    let mut vfs = Vfs::with_limit(100);
    vfs.write_file("a", &[1; 60]).unwrap();
    assert_eq!(vfs.write_file("b", &[1; 41]), Err(VfsError::NoSpace));
    let ino = create(&mut vfs, "b").unwrap();
    assert_eq!(vfs.write_at(ino, 0, &[2; 50]), Ok(40), "as much as fits");
    assert_eq!(vfs.write_at(ino, 40, b"x"), Err(VfsError::NoSpace));
    assert_eq!(vfs.write_at(ino, 0, &[3; 40]), Ok(40), "what is there can be overwritten");
    assert_eq!(vfs.set_len(ino, 41), Err(VfsError::NoSpace));
    assert_eq!(vfs.allocate(ino, 40, 1), Err(VfsError::NoSpace));
    assert_eq!(symlink(&mut vfs, "t", "l"), Err(VfsError::NoSpace));
    assert_eq!(vfs.total_size(), 100);
    unlink(&mut vfs, "a").unwrap();
    assert_eq!(vfs.total_size(), 40);
    assert_eq!(vfs.append(ino, &[4; 100]), Ok((60, 100)));
}

#[test]
fn a_hole_needs_room_as_well() {
    let mut vfs = Vfs::with_limit(100);
    let ino = create(&mut vfs, "f").unwrap();
    assert_eq!(vfs.write_at(ino, 100, b"x"), Err(VfsError::NoSpace));
    assert_eq!(vfs.total_size(), 0);
    assert_eq!(vfs.write_at(ino, 99, b"xy"), Ok(1));
    assert_eq!(vfs.total_size(), 100);
}

#[test]
fn a_file_has_a_largest_size() {
    let mut vfs = Vfs::with_limit(u64::MAX);
    let ino = create(&mut vfs, "f").unwrap();
    for len in [(16 << 30) + 1, u64::MAX] {
        assert_eq!(vfs.set_len(ino, len), Err(VfsError::TooBig));
    }
    assert_eq!(vfs.write_at(ino, u64::MAX, b"x"), Err(VfsError::TooBig));
    assert_eq!(vfs.write_at(ino, 16 << 30, b"x"), Err(VfsError::TooBig));
}

#[test]
fn replacing_a_file_counts_the_difference() {
    let mut vfs = Vfs::with_limit(100);
    vfs.write_file("f", &[1; 90]).unwrap();
    vfs.write_file("f", &[1; 95]).unwrap();
    assert_eq!(vfs.total_size(), 95);
    assert_eq!(vfs.write_file("f", &[1; 101]), Err(VfsError::NoSpace));
    assert_eq!(vfs.read_file("f").unwrap().len(), 95, "a failed write leaves the file as it was");
    vfs.write_file("f", b"").unwrap();
    assert_eq!(vfs.total_size(), 0);
}

#[test]
fn a_lower_limit_stops_growth_and_keeps_what_is_there() {
    let mut vfs = Vfs::new();
    vfs.write_file("f", &[1; 50]).unwrap();
    vfs.set_size_limit(10);
    let ino = open(&mut vfs, "f").unwrap();
    assert_eq!(vfs.append(ino, b"x"), Err(VfsError::NoSpace));
    vfs.set_len(ino, 5).unwrap();
    assert_eq!(vfs.append(ino, b"x"), Ok((1, 6)));
}

#[test]
fn a_file_has_so_many_links_at_most() {
    let mut vfs = Vfs::new();
    create(&mut vfs, "f").unwrap();
    let refused = (0..70_000).find_map(|n| link(&mut vfs, "f", &format!("l{n}")).err().map(|error| (n, error)));
    assert_eq!(refused, Some((64_999, VfsError::TooManyLinks)));
}

#[test]
fn a_tree_has_so_many_entries_at_most() {
    let mut vfs = Vfs::new();
    let root = vfs.root();
    for directory in 0..MAX_INODES / 1024 {
        let inner = vfs.create_directory(root, &directory.to_string(), Reach::Beneath).unwrap();
        // These are entries too, and so is the root.
        for entry in 0..1023 - usize::from(directory == 0) {
            vfs.create_directory(inner, &entry.to_string(), Reach::Beneath).unwrap();
        }
    }
    assert_eq!(make_directory(&mut vfs, "one more"), Err(VfsError::NoSpace));
    assert_eq!(create(&mut vfs, "one more"), Err(VfsError::NoSpace));
    vfs.remove_directory(root, "7/7", Reach::Beneath).unwrap();
    assert!(make_directory(&mut vfs, "one more").is_ok());
}
