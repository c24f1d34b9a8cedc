//! Listing directories while they change.

use super::super::VfsError;
use super::{Vfs, create, find, make_directory, rename, unlink};

fn names(vfs: &Vfs, path: &str, cookie: u64) -> Vec<String> {
    vfs.list(find(vfs, path).unwrap(), cookie).unwrap().map(|entry| entry.name.to_owned()).collect()
}

#[test]
fn dots_come_first_and_then_the_entries_as_they_were_made() {
    let mut vfs = Vfs::new();
    let directory = make_directory(&mut vfs, "d").unwrap();
    for name in ["z", "a", "m"] {
        create(&mut vfs, &format!("d/{name}")).unwrap();
    }
    assert_eq!(names(&vfs, "d", 0), [".", "..", "z", "a", "m"]);
    let listed: Vec<_> = vfs.list(directory, 0).unwrap().map(|entry| entry.ino).collect();
    assert_eq!(listed[0], directory);
    assert_eq!(listed[1], vfs.root());
    assert_eq!(listed[2], find(&vfs, "d/z").unwrap());
    assert_eq!(vfs.list(find(&vfs, "d/z").unwrap(), 0).err(), Some(VfsError::NotDirectory));
}

#[test]
fn a_listing_goes_on_after_any_entry() {
    let mut vfs = Vfs::new();
    for name in ["one", "two", "three"] {
        create(&mut vfs, name).unwrap();
    }
    let all = names(&vfs, ".", 0);
    let cookies: Vec<u64> = vfs.list(vfs.root(), 0).unwrap().map(|entry| entry.next).collect();
    for (index, cookie) in cookies.iter().enumerate() {
        assert_eq!(names(&vfs, ".", *cookie), all[index + 1..]);
    }
    assert!(names(&vfs, ".", u64::MAX).is_empty());
}

#[test]
fn what_stays_is_listed_once_whatever_comes_and_goes() {
    let mut vfs = Vfs::new();
    for n in 0..100 {
        create(&mut vfs, &format!("stays-{n}")).unwrap();
        create(&mut vfs, &format!("goes-{n}")).unwrap();
    }
    let mut cookie = 0;
    let mut seen = Vec::new();
    let mut turn = 0;
    loop {
        let next = vfs.list(vfs.root(), cookie).unwrap().next().map(|entry| (entry.next, entry.name.to_owned()));
        let Some((next, name)) = next else { break };
        cookie = next;
        seen.push(name);
        if turn < 100 {
            unlink(&mut vfs, &format!("goes-{turn}")).unwrap();
            create(&mut vfs, &format!("comes-{turn}")).unwrap();
        }
        turn += 1;
    }
    for n in 0..100 {
        assert_eq!(seen.iter().filter(|name| **name == format!("stays-{n}")).count(), 1, "stays-{n}");
    }
}

#[test]
fn a_replaced_entry_keeps_its_place() {
    let mut vfs = Vfs::new();
    for name in ["a", "b", "c"] {
        create(&mut vfs, name).unwrap();
    }
    rename(&mut vfs, "c", "a").unwrap();
    assert_eq!(names(&vfs, ".", 2).len(), 2);
}
