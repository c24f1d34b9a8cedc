//! The tree by paths, and what has changed in it.

use super::super::{FileKind, VfsError};
use super::{Vfs, create, find, open, rename, show, symlink};

fn changes(after: &Vfs, before: &Vfs) -> (Vec<String>, Vec<String>) {
    let changes = after.changes_since(before);
    (changes.written, changes.removed)
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn everything_is_listed_depth_first_by_name() {
    let mut vfs = Vfs::new();
    vfs.write_file("b/z.txt", b"12").unwrap();
    vfs.write_file("/b/a/deep.txt", b"123").unwrap();
    vfs.write_file("a.txt", b"").unwrap();
    vfs.make_directory("c/d").unwrap();
    vfs.symlink("b/link", "../a.txt").unwrap();
    assert_eq!(
        show(&vfs),
        ["a.txt 0", "b/", "b/a/", "b/a/deep.txt 3", "b/link -> ../a.txt", "b/z.txt 2", "c/", "c/d/"]
    );
}

#[test]
fn a_path_may_start_with_a_slash_or_not() {
    let mut vfs = Vfs::new();
    vfs.write_file("/a/b", b"1").unwrap();
    assert_eq!(vfs.read_file("a/b").unwrap(), b"1");
    vfs.rename("/a/b", "c/d/e").unwrap();
    vfs.remove("/a").unwrap();
    assert_eq!(show(&vfs), ["c/", "c/d/", "c/d/e 1"]);
}

#[test]
fn writing_through_what_is_no_directory_fails_and_changes_nothing() {
    let mut vfs = Vfs::new();
    vfs.write_file("f", b"1").unwrap();
    let before = vfs.snapshot();
    assert_eq!(vfs.write_file("f/g", b""), Err(VfsError::NotDirectory));
    assert_eq!(vfs.write_file("f/g/h", b""), Err(VfsError::NotDirectory));
    assert_eq!(vfs.make_directory("f"), Err(VfsError::NotDirectory));
    assert_eq!(vfs.write_file("", b""), Err(VfsError::NotFound));
    assert_eq!(vfs.write_file("/", b""), Err(VfsError::IsDirectory));
    assert_eq!(vfs.rename("none", "x/y"), Err(VfsError::NotFound));
    assert!(vfs.changes_since(&before).is_empty());
    vfs.make_directory("d").unwrap();
    assert_eq!(vfs.write_file("d", b""), Err(VfsError::IsDirectory));
    assert_eq!(vfs.write_file("new/", b""), Err(VfsError::IsDirectory));
}

#[test]
fn removing_a_directory_removes_all_it_holds() {
    let mut vfs = Vfs::new();
    vfs.write_file("d/a/b/c", &[0; 10]).unwrap();
    vfs.write_file("d/e", &[0; 10]).unwrap();
    vfs.write_file("keep", &[0; 5]).unwrap();
    super::link(&mut vfs, "d/e", "linked").unwrap();
    let open = open(&mut vfs, "d/a/b/c").unwrap();
    vfs.keep_open(open).unwrap();
    vfs.remove("d").unwrap();
    assert_eq!(show(&vfs), ["keep 5", "linked 10"]);
    assert_eq!(vfs.total_size(), 25, "what is open is still there");
    vfs.close(open);
    assert_eq!(vfs.total_size(), 15);
    assert_eq!(vfs.metadata(vfs.root()).unwrap().links, 2);
    assert_eq!(vfs.remove("d"), Err(VfsError::NotFound));
    assert_eq!(vfs.remove("/"), Err(VfsError::Busy));
}

#[test]
fn a_snapshot_is_not_changed_by_what_comes_after() {
    let mut vfs = Vfs::new();
    vfs.write_file("a/f", b"before").unwrap();
    vfs.write_file("gone", b"x").unwrap();
    let mut snapshot = vfs.snapshot();
    vfs.write_file("a/f", b"after").unwrap();
    vfs.write_file("new", b"").unwrap();
    vfs.remove("gone").unwrap();
    assert_eq!(show(&snapshot), ["a/", "a/f 6", "gone 1"]);
    assert_eq!(snapshot.read_file("a/f").unwrap(), b"before");
    snapshot.write_file("a/g", b"").unwrap();
    assert_eq!(show(&vfs), ["a/", "a/f 5", "new 0"]);
}

#[test]
fn changes_are_what_differs_in_contents_and_nothing_else() {
    let mut vfs = Vfs::new();
    vfs.write_file("same", b"1").unwrap();
    vfs.write_file("d/edited", b"1").unwrap();
    vfs.write_file("d/removed", b"1").unwrap();
    vfs.write_file("tree/a/b", b"1").unwrap();
    vfs.write_file("moved", b"1").unwrap();
    vfs.symlink("link", "same").unwrap();
    let before = vfs.snapshot();
    assert!(vfs.changes_since(&before).is_empty());
    vfs.set_now(99);
    let same = find(&vfs, "same").unwrap();
    vfs.set_times(same, Some(1), Some(2)).unwrap();
    vfs.write_file("same", b"1").unwrap();
    assert!(vfs.changes_since(&before).is_empty(), "times are no difference, nor is writing the same");
    vfs.write_file("d/edited", b"2").unwrap();
    vfs.remove("d/removed").unwrap();
    vfs.remove("tree").unwrap();
    vfs.rename("moved", "e/moved").unwrap();
    vfs.symlink("link", "d").unwrap();
    vfs.write_file("new", b"").unwrap();
    assert_eq!(
        changes(&vfs, &before),
        (
            strings(&["d/edited", "e", "e/moved", "link", "new"]),
            strings(&["d/removed", "moved", "tree", "tree/a", "tree/a/b"])
        )
    );
    // And the other way round.
    assert_eq!(
        changes(&before, &vfs),
        (
            strings(&["d/edited", "d/removed", "link", "moved", "tree", "tree/a", "tree/a/b"]),
            strings(&["e", "e/moved", "new"])
        )
    );
}

#[test]
fn a_path_that_became_something_else_is_written() {
    let mut vfs = Vfs::new();
    vfs.write_file("x/inner", b"1").unwrap();
    vfs.write_file("y", b"1").unwrap();
    let before = vfs.snapshot();
    vfs.remove("x").unwrap();
    vfs.write_file("x", b"1").unwrap();
    vfs.remove("y").unwrap();
    vfs.write_file("y/inner", b"1").unwrap();
    assert_eq!(changes(&vfs, &before), (strings(&["x", "y", "y/inner"]), strings(&["x/inner"])));
}

#[test]
fn swapping_two_files_writes_both() {
    let mut vfs = Vfs::new();
    vfs.write_file("a", b"1").unwrap();
    vfs.write_file("b", b"2").unwrap();
    let before = vfs.snapshot();
    for (from, to) in [("a", "t"), ("b", "a"), ("t", "b")] {
        rename(&mut vfs, from, to).unwrap();
    }
    assert_eq!(changes(&vfs, &before), (strings(&["a", "b"]), strings(&[])));
}

#[test]
fn trees_that_are_not_related_are_compared_by_what_they_hold() {
    let mut one = Vfs::new();
    one.write_file("f", b"1").unwrap();
    one.write_file("only/here", b"1").unwrap();
    let mut other = Vfs::new();
    other.write_file("z", b"1").unwrap();
    other.write_file("f", b"1").unwrap();
    assert_eq!(changes(&one, &other), (strings(&["only", "only/here"]), strings(&["z"])));
}

#[test]
fn a_hard_link_changes_under_each_of_its_names() {
    let mut vfs = Vfs::new();
    vfs.write_file("a", b"1").unwrap();
    super::link(&mut vfs, "a", "b").unwrap();
    let before = vfs.snapshot();
    vfs.append(find(&vfs, "a").unwrap(), b"2").unwrap();
    assert_eq!(changes(&vfs, &before), (strings(&["a", "b"]), strings(&[])));
}

#[test]
fn very_deep_trees_are_listed_and_removed_without_a_deep_stack() {
    let mut vfs = Vfs::new();
    let mut here = vfs.root();
    for _ in 0..20_000 {
        here = vfs.create_directory(here, "d", super::Reach::Beneath).unwrap();
    }
    let entries = vfs.entries();
    assert_eq!(entries.len(), 2048, "as deep as a path can say");
    assert!(entries.iter().all(|entry| entry.kind == FileKind::Directory));
    assert_eq!(vfs.changes_since(&Vfs::new()).written.len(), 2048);
    vfs.remove("d").unwrap();
    assert!(vfs.metadata(here).is_err());
}

#[test]
fn a_link_is_written_through_and_replaced_by_another() {
    let mut vfs = Vfs::new();
    create(&mut vfs, "f").unwrap();
    symlink(&mut vfs, "f", "l").unwrap();
    vfs.write_file("l", b"123").unwrap();
    vfs.symlink("l", "g").unwrap();
    vfs.symlink("f", "g").unwrap();
    assert_eq!(show(&vfs), ["f -> g", "l -> g"]);
    vfs.make_directory("d").unwrap();
    assert_eq!(vfs.symlink("d", "x"), Err(VfsError::Exists));
}
