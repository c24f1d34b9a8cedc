//! Large trees: their correctness, and what they share. The benchmark measures their speed.

use super::{Vfs, create, find, make_directory, unlink};

#[test]
fn many_small_appends_are_all_there() {
    let mut vfs = Vfs::new();
    let ino = create(&mut vfs, "f").unwrap();
    for n in 0..20_000_u32 {
        assert_eq!(vfs.append(ino, &n.to_le_bytes().repeat(16)).unwrap().0, 64);
    }
    assert_eq!(vfs.file_len(ino).unwrap(), 20_000 * 64);
    let mut piece = [0; 64];
    for n in [0_u32, 1, 1023, 1024, 12_345, 19_999] {
        assert_eq!(vfs.read_at(ino, u64::from(n) * 64, &mut piece).unwrap(), 64);
        assert_eq!(piece.as_slice(), n.to_le_bytes().repeat(16), "piece {n}");
    }
}

#[test]
fn a_large_directory_is_listed_from_every_cookie_and_compared() {
    const ENTRIES: usize = 100_000;
    let mut vfs = Vfs::new();
    make_directory(&mut vfs, "d").unwrap();
    for n in 0..ENTRIES {
        create(&mut vfs, &format!("d/file-{n}")).unwrap();
    }
    let directory = find(&vfs, "d").unwrap();
    assert_eq!(vfs.list(directory, 0).unwrap().count(), ENTRIES + 2);
    // With a tiny buffer: every call starts again from a cookie.
    let mut cookie = 0;
    let mut calls = 0;
    while let Some(entry) = vfs.list(directory, cookie).unwrap().next() {
        cookie = entry.next;
        calls += 1;
    }
    assert_eq!(calls, ENTRIES + 2);
    for n in 0..ENTRIES {
        assert!(find(&vfs, &format!("d/file-{}", n * 7919 % ENTRIES)).is_ok());
    }
    let before = vfs.snapshot();
    unlink(&mut vfs, "d/file-50000").unwrap();
    assert_eq!(vfs.changes_since(&before).removed, ["d/file-50000"]);
}
