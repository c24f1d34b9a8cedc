//! What must not take long. The bounds are generous: they tell an algorithm from another, not a machine from another.

use std::time::{Duration, Instant};

use super::{Vfs, create, find, make_directory, unlink};

fn fastest(rounds: u32, mut work: impl FnMut()) -> Duration {
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap()
}

fn append(pieces: usize, size: usize) -> Vfs {
    let piece = vec![b'x'; size];
    let mut vfs = Vfs::new();
    let ino = create(&mut vfs, "f").unwrap();
    for _ in 0..pieces {
        assert_eq!(vfs.append(ino, &piece).unwrap().0, size);
    }
    vfs
}

#[test]
fn small_appends_cost_little_more_than_large_ones() {
    let large = fastest(5, || drop(append(16, 1 << 20)));
    let small = fastest(3, || drop(append(262_144, 64)));
    println!("16 x 1 MiB: {large:?}; 262,144 x 64 bytes: {small:?}");
    if cfg!(debug_assertions) {
        // Our own code is not optimised here while copying bytes is, so the two cannot be compared.
        // To copy the file each time would be to copy two tebibytes.
        assert!(small < Duration::from_secs(30), "{small:?}");
    } else {
        assert!(small < large * 4, "{small:?} against {large:?}");
    }
}

#[test]
fn appending_after_a_snapshot_copies_one_chunk() {
    let mut vfs = append(512, 1 << 16);
    let ino = find(&vfs, "f").unwrap();
    let time = fastest(3, || {
        for _ in 0..1000 {
            let _kept = vfs.snapshot();
            vfs.append(ino, b"x").unwrap();
        }
    });
    // Copying the 32 MiB each time would take some ten seconds.
    assert!(time < Duration::from_secs(4), "{time:?}");
}

#[test]
fn a_large_directory_is_listed_and_looked_up_fast() {
    const ENTRIES: usize = 100_000;
    let mut vfs = Vfs::new();
    make_directory(&mut vfs, "d").unwrap();
    let start = Instant::now();
    for n in 0..ENTRIES {
        create(&mut vfs, &format!("d/file-{n}")).unwrap();
    }
    let created = start.elapsed();
    let directory = find(&vfs, "d").unwrap();
    let start = Instant::now();
    assert_eq!(vfs.list(directory, 0).unwrap().count(), ENTRIES + 2);
    // With a tiny buffer: every call starts anew from a cookie.
    let mut cookie = 0;
    let mut calls = 0;
    while let Some(entry) = vfs.list(directory, cookie).unwrap().next() {
        cookie = entry.next;
        calls += 1;
    }
    assert_eq!(calls, ENTRIES + 2);
    let listed = start.elapsed();
    let start = Instant::now();
    for n in 0..ENTRIES {
        assert!(find(&vfs, &format!("d/file-{}", n * 7919 % ENTRIES)).is_ok());
    }
    let found = start.elapsed();
    let before = vfs.snapshot();
    let start = Instant::now();
    unlink(&mut vfs, "d/file-50000").unwrap();
    assert_eq!(vfs.changes_since(&before).removed, ["d/file-50000"]);
    let compared = start.elapsed();
    println!("created {created:?}, listed {listed:?}, found {found:?}, compared {compared:?}");
    for time in [created, listed, found, compared] {
        assert!(time < Duration::from_secs(15), "{time:?}");
    }
}

#[test]
fn a_snapshot_takes_no_time() {
    let mut vfs = Vfs::new();
    for n in 0..50_000 {
        create(&mut vfs, &format!("file-{n}")).unwrap();
    }
    let time = fastest(3, || {
        for _ in 0..10_000 {
            std::hint::black_box(vfs.snapshot());
        }
    });
    // To copy the table of 50,000 inodes would take milliseconds each time.
    assert!(time < Duration::from_secs(2), "{time:?} for 10,000 snapshots");
}
