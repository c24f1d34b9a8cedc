//! Storing a tree and loading it.

use super::super::VfsError;
use super::{Vfs, create, find, link, show, unlink};

fn stored_and_loaded(vfs: &Vfs) -> Vfs {
    postcard::from_bytes(&postcard::to_allocvec(vfs).unwrap()).unwrap()
}

#[test]
fn a_stored_tree_is_the_same_tree() {
    let mut vfs = Vfs::with_limit(12_345);
    vfs.set_now(77);
    vfs.write_file("d/a/f", &[9; 300]).unwrap();
    vfs.write_file("d/g", b"x").unwrap();
    vfs.symlink("l", "d/g").unwrap();
    link(&mut vfs, "d/g", "hard").unwrap();
    unlink(&mut vfs, "d/g").unwrap();
    vfs.set_now(88);
    create(&mut vfs, "d/z").unwrap();
    let mut loaded = stored_and_loaded(&vfs);
    assert_eq!(show(&loaded), show(&vfs));
    assert!(loaded.changes_since(&vfs).is_empty());
    assert_eq!((loaded.total_size(), loaded.size_limit()), (vfs.total_size(), 12_345));
    for path in [".", "d", "d/a", "d/a/f", "hard", "d/z"] {
        let ino = find(&vfs, path).unwrap();
        assert_eq!(loaded.metadata(find(&loaded, path).unwrap()), vfs.metadata(ino), "{path}");
    }
    // The next inode gets the number that it would have got.
    assert_eq!(create(&mut loaded, "new"), create(&mut vfs, "new"));
}

#[test]
fn what_is_open_without_a_name_is_not_stored() {
    let mut vfs = Vfs::new();
    let ino = create(&mut vfs, "f").unwrap();
    vfs.append(ino, b"123").unwrap();
    vfs.keep_open(ino).unwrap();
    unlink(&mut vfs, "f").unwrap();
    let loaded = stored_and_loaded(&vfs);
    assert_eq!(loaded.metadata(ino), Err(VfsError::NotFound));
    assert_eq!(loaded.total_size(), 0);
}

/// Whatever bytes are changed, what is loaded is a tree that works, or an error.
#[test]
fn a_damaged_image_is_refused_or_makes_a_sound_tree() {
    let mut vfs = Vfs::new();
    vfs.write_file("d/a/f", b"123").unwrap();
    vfs.write_file("d/g", b"x").unwrap();
    vfs.symlink("l", "d/g").unwrap();
    let bytes = postcard::to_allocvec(&vfs).unwrap();
    let mut refused = 0;
    for position in 0..bytes.len() {
        for value in [0, 1, 2, 3, 5, b'/', b'.', 0x7f, 0xff] {
            let mut damaged = bytes.clone();
            damaged[position] = value;
            let Ok(mut loaded) = postcard::from_bytes::<Vfs>(&damaged) else {
                refused += 1;
                continue;
            };
            let entries = loaded.entries();
            assert!(entries.len() <= 5);
            let sizes: u64 = entries.iter().map(|entry| entry.size).sum();
            assert!(loaded.total_size() <= sizes, "a hard link is counted once");
            let _ = loaded.write_file("d/new", b"1");
            for entry in loaded.entries().iter().rev() {
                let _ = loaded.remove(&entry.path);
            }
            assert_eq!(loaded.total_size(), 0);
        }
    }
    assert!(refused > 100, "{refused} of {} were refused", bytes.len() * 9);
}
