//! Making, linking, moving and removing names.

use super::super::{FileKind, LastLink, OpenFile, Reach, VfsError};
use super::{Vfs, create, find, link, make_directory, open, remove_directory, rename, show, symlink, unlink};

#[test]
fn open_creates_truncates_and_refuses_by_its_flags() {
    let mut vfs = Vfs::new();
    let root = vfs.root();
    let mut try_open = |path: &str, create, exclusive, truncate, directory| {
        let how = OpenFile { create, exclusive, truncate, directory, last: LastLink::Follow };
        vfs.open_file(root, path, Reach::Beneath, how)
    };
    assert_eq!(try_open("f", false, false, false, false), Err(VfsError::NotFound));
    let ino = try_open("f", true, false, false, false).unwrap();
    assert_eq!(try_open("f", true, false, false, false), Ok(ino));
    assert_eq!(try_open("f", true, true, false, false), Err(VfsError::Exists));
    // Only together with `create` does `exclusive` mean anything.
    assert_eq!(try_open("f", false, true, false, false), Ok(ino));
    assert_eq!(try_open("f", false, false, false, true), Err(VfsError::NotDirectory));
    assert_eq!(try_open(".", false, false, false, true), Ok(root));
    assert_eq!(try_open(".", true, false, false, false), Err(VfsError::IsDirectory));
    assert_eq!(try_open("none/f", true, false, false, false), Err(VfsError::NotFound));
    assert_eq!(try_open("f/g", true, false, false, false), Err(VfsError::NotDirectory));
    vfs.write_at(ino, 0, b"hello").unwrap();
    let how = OpenFile { create: false, exclusive: false, truncate: true, directory: false, last: LastLink::Follow };
    assert_eq!(vfs.open_file(root, "f", Reach::Beneath, how), Ok(ino));
    assert_eq!(vfs.metadata(ino).unwrap().size, 0);
    assert_eq!(vfs.open_file(root, ".", Reach::Beneath, how), Err(VfsError::IsDirectory));
}

#[test]
fn hard_links_share_their_contents_and_are_counted() {
    let mut vfs = Vfs::new();
    vfs.write_file("a", b"one").unwrap();
    make_directory(&mut vfs, "d").unwrap();
    link(&mut vfs, "a", "d/b").unwrap();
    let ino = find(&vfs, "a").unwrap();
    assert_eq!(find(&vfs, "d/b"), Ok(ino));
    assert_eq!(vfs.metadata(ino).unwrap().links, 2);
    vfs.append(ino, b"two").unwrap();
    assert_eq!(vfs.read_file("d/b").unwrap(), b"onetwo");
    assert_eq!(vfs.total_size(), 6, "counted once");
    unlink(&mut vfs, "a").unwrap();
    assert_eq!(vfs.metadata(ino).unwrap().links, 1);
    assert_eq!(vfs.read_file("d/b").unwrap(), b"onetwo");
    unlink(&mut vfs, "d/b").unwrap();
    assert_eq!(vfs.metadata(ino), Err(VfsError::NotFound));
    assert_eq!(vfs.total_size(), 0);
}

#[test]
fn links_are_refused_to_directories_and_over_what_is_there() {
    let mut vfs = Vfs::new();
    vfs.write_file("f", b"").unwrap();
    make_directory(&mut vfs, "d").unwrap();
    assert_eq!(link(&mut vfs, "d", "e"), Err(VfsError::NotPermitted));
    assert_eq!(link(&mut vfs, "f", "d"), Err(VfsError::Exists));
    assert_eq!(link(&mut vfs, "f", "f"), Err(VfsError::Exists));
    assert_eq!(link(&mut vfs, "f", "g/"), Err(VfsError::NotFound));
    assert_eq!(link(&mut vfs, "none", "g"), Err(VfsError::NotFound));
    assert_eq!(show(&vfs), ["d/", "f 0"]);
}

#[test]
fn directories_count_their_subdirectories() {
    let mut vfs = Vfs::new();
    let links = |vfs: &Vfs, path: &str| vfs.metadata(find(vfs, path).unwrap()).unwrap().links;
    make_directory(&mut vfs, "a").unwrap();
    make_directory(&mut vfs, "a/b").unwrap();
    make_directory(&mut vfs, "c").unwrap();
    assert_eq!((links(&vfs, "."), links(&vfs, "a"), links(&vfs, "a/b")), (4, 3, 2));
    rename(&mut vfs, "a/b", "c/b").unwrap();
    assert_eq!((links(&vfs, "a"), links(&vfs, "c")), (2, 3));
    remove_directory(&mut vfs, "c/b").unwrap();
    assert_eq!(links(&vfs, "c"), 2);
}

#[test]
fn removing_distinguishes_files_from_directories() {
    let mut vfs = Vfs::new();
    vfs.write_file("d/f", b"").unwrap();
    assert_eq!(unlink(&mut vfs, "d"), Err(VfsError::IsDirectory));
    assert_eq!(remove_directory(&mut vfs, "d"), Err(VfsError::NotEmpty));
    assert_eq!(remove_directory(&mut vfs, "d/f"), Err(VfsError::NotDirectory));
    assert_eq!(unlink(&mut vfs, "d/g"), Err(VfsError::NotFound));
    assert_eq!(remove_directory(&mut vfs, "d/."), Err(VfsError::Invalid));
    assert_eq!(remove_directory(&mut vfs, "."), Err(VfsError::Invalid));
    assert_eq!(vfs.remove_directory(vfs.root(), "/", Reach::WholeTree), Err(VfsError::Busy));
    unlink(&mut vfs, "d/f").unwrap();
    remove_directory(&mut vfs, "d").unwrap();
    assert!(show(&vfs).is_empty());
}

#[test]
fn rename_replaces_like_by_like() {
    let mut vfs = Vfs::new();
    vfs.write_file("a", b"new").unwrap();
    vfs.write_file("b", b"old").unwrap();
    vfs.write_file("full/x", b"").unwrap();
    for directory in ["empty", "other"] {
        make_directory(&mut vfs, directory).unwrap();
    }
    assert_eq!(rename(&mut vfs, "a", "empty"), Err(VfsError::IsDirectory));
    assert_eq!(rename(&mut vfs, "empty", "a"), Err(VfsError::NotDirectory));
    assert_eq!(rename(&mut vfs, "empty", "full"), Err(VfsError::NotEmpty));
    assert_eq!(rename(&mut vfs, "a", "c/"), Err(VfsError::NotDirectory));
    assert_eq!(rename(&mut vfs, "none", "c"), Err(VfsError::NotFound));
    assert_eq!(rename(&mut vfs, "a", "none/c"), Err(VfsError::NotFound));
    rename(&mut vfs, "a", "b").unwrap();
    assert_eq!(vfs.read_file("b").unwrap(), b"new");
    rename(&mut vfs, "full", "empty").unwrap();
    rename(&mut vfs, "other", "moved/").unwrap();
    assert_eq!(show(&vfs), ["b 3", "empty/", "empty/x 0", "moved/"]);
    assert_eq!(vfs.total_size(), 3, "what was replaced is gone");
}

#[test]
fn a_directory_cannot_be_moved_into_itself() {
    let mut vfs = Vfs::new();
    vfs.make_directory("a/b/c").unwrap();
    assert_eq!(rename(&mut vfs, "a", "a/b/c/d"), Err(VfsError::Invalid));
    assert_eq!(rename(&mut vfs, "a", "a/d"), Err(VfsError::Invalid));
    assert_eq!(rename(&mut vfs, "a/b", "a"), Err(VfsError::NotEmpty));
    rename(&mut vfs, "a", "a").unwrap();
    assert_eq!(show(&vfs), ["a/", "a/b/", "a/b/c/"]);
}

#[test]
fn renaming_one_link_to_another_of_the_same_file_does_nothing() {
    let mut vfs = Vfs::new();
    vfs.write_file("a", b"x").unwrap();
    link(&mut vfs, "a", "b").unwrap();
    rename(&mut vfs, "a", "b").unwrap();
    assert_eq!(show(&vfs), ["a 1", "b 1"]);
}

#[test]
fn dot_dot_follows_a_directory_that_has_moved() {
    let mut vfs = Vfs::new();
    vfs.make_directory("a/sub").unwrap();
    vfs.write_file("b/file", b"x").unwrap();
    rename(&mut vfs, "a/sub", "b/sub").unwrap();
    let sub = find(&vfs, "b/sub").unwrap();
    let parent = vfs.list(sub, 1).unwrap().next().unwrap();
    assert_eq!((parent.name, parent.ino), ("..", find(&vfs, "b").unwrap()));
    assert!(vfs.resolve(sub, "../file", Reach::WholeTree, LastLink::Keep).is_ok());
}

#[test]
fn what_is_open_outlives_its_name() {
    let mut vfs = Vfs::new();
    vfs.write_file("f", b"still here").unwrap();
    let ino = open(&mut vfs, "f").unwrap();
    vfs.keep_open(ino).unwrap();
    vfs.keep_open(ino).unwrap();
    unlink(&mut vfs, "f").unwrap();
    vfs.append(ino, b"!").unwrap();
    let mut buffer = [0; 20];
    assert_eq!(vfs.read_at(ino, 0, &mut buffer), Ok(11));
    assert_eq!((vfs.metadata(ino).unwrap().links, vfs.total_size()), (0, 11));
    assert_eq!(vfs.snapshot().metadata(ino), Err(VfsError::NotFound), "a snapshot has only what has a name");
    assert_eq!(vfs.snapshot().total_size(), 0);
    // A new file of that name is another one.
    assert_ne!(create(&mut vfs, "f").unwrap(), ino);
    vfs.close(ino);
    assert!(vfs.metadata(ino).is_ok());
    vfs.close(ino);
    assert_eq!(vfs.metadata(ino), Err(VfsError::NotFound));
    assert_eq!(vfs.total_size(), 0);
}

#[test]
fn nothing_can_be_made_in_a_directory_that_is_gone() {
    let mut vfs = Vfs::new();
    let directory = make_directory(&mut vfs, "d").unwrap();
    vfs.write_file("f", b"").unwrap();
    vfs.keep_open(directory).unwrap();
    remove_directory(&mut vfs, "d").unwrap();
    let root = vfs.root();
    assert_eq!(vfs.create_directory(directory, "x", Reach::Beneath), Err(VfsError::NotFound));
    assert_eq!(vfs.create_symlink("t", directory, "x", Reach::Beneath), Err(VfsError::NotFound));
    assert_eq!(vfs.rename_at((root, "f"), (directory, "x"), Reach::Beneath), Err(VfsError::NotFound));
    let file = find(&vfs, "f").unwrap();
    assert_eq!(vfs.link(file, directory, "x", Reach::Beneath), Err(VfsError::NotFound));
    assert_eq!(vfs.list(directory, 2).unwrap().count(), 0);
    assert_eq!(show(&vfs), ["f 0"]);
}

#[test]
fn times_move_with_what_they_are_about() {
    let mut vfs = Vfs::new();
    let times = |vfs: &Vfs, path: &str| {
        let times = vfs.metadata(find(vfs, path).unwrap()).unwrap().times;
        (times.accessed, times.modified, times.changed)
    };
    vfs.set_now(10);
    vfs.write_file("d/f", b"x").unwrap();
    assert_eq!(times(&vfs, "d/f"), (10, 10, 10));
    vfs.set_now(20);
    let ino = open(&mut vfs, "d/f").unwrap();
    vfs.write_at(ino, 0, b"y").unwrap();
    assert_eq!(times(&vfs, "d/f"), (10, 20, 20));
    assert_eq!(times(&vfs, "d"), (10, 10, 10), "writing a file does not change its directory");
    vfs.set_now(30);
    link(&mut vfs, "d/f", "g").unwrap();
    assert_eq!(times(&vfs, "d/f"), (10, 20, 30));
    vfs.set_now(40);
    unlink(&mut vfs, "d/f").unwrap();
    assert_eq!(times(&vfs, "d"), (10, 40, 40));
    vfs.set_now(50);
    vfs.set_times(ino, Some(1), None).unwrap();
    assert_eq!(times(&vfs, "g"), (1, 20, 50));
}

#[test]
fn readlink_returns_the_target() {
    let mut vfs = Vfs::new();
    let ino = symlink(&mut vfs, "where/ever", "l").unwrap();
    let metadata = vfs.metadata(ino).unwrap();
    assert_eq!((metadata.kind, metadata.size), (FileKind::Symlink, 10));
    assert_eq!(vfs.read_symlink("l").unwrap(), "where/ever");
    vfs.write_file("f", b"").unwrap();
    assert_eq!(vfs.read_symlink("f"), Err(VfsError::Invalid));
    assert_eq!(symlink(&mut vfs, "x", "f"), Err(VfsError::Exists));
    assert_eq!(symlink(&mut vfs, "", "e"), Err(VfsError::NotFound));
    assert_eq!(symlink(&mut vfs, "x", "e/"), Err(VfsError::NotFound));
}
