//! Where paths lead to.

use super::super::{LastLink, Reach, VfsError};
use super::{Vfs, create, find, link, make_directory, open, remove_directory, rename, show, symlink, unlink};

fn example() -> Vfs {
    let mut vfs = Vfs::new();
    vfs.write_file("a/b/file", b"content").unwrap();
    vfs.write_file("top", b"t").unwrap();
    vfs
}

#[test]
fn dots_and_slashes_lead_the_long_way_round() {
    let vfs = example();
    let file = find(&vfs, "a/b/file").unwrap();
    for path in ["./a/b/file", "a//b///file", "a/./b/../b/file", "a/b/../../a/b/file"] {
        assert_eq!(find(&vfs, path), Ok(file), "{path}");
    }
    let b = find(&vfs, "a/b").unwrap();
    for path in ["a/b/", "a/b//", "a/b/.", "a/b/./"] {
        assert_eq!(find(&vfs, path), Ok(b), "{path}");
    }
    assert_eq!(find(&vfs, "a/b/.."), find(&vfs, "a"));
    assert_eq!(find(&vfs, "a/.."), Ok(vfs.root()));
}

#[test]
fn path_errors_are_distinguished() {
    let vfs = example();
    let long_name = "x".repeat(256);
    let long_path = "a/".repeat(2500);
    let cases = [
        ("", VfsError::NotFound),
        ("none", VfsError::NotFound),
        ("none/file", VfsError::NotFound),
        ("a/none/..", VfsError::NotFound),
        ("top/", VfsError::NotDirectory),
        ("top/x", VfsError::NotDirectory),
        ("top/..", VfsError::NotDirectory),
        ("top/.", VfsError::NotDirectory),
        ("a\0", VfsError::Invalid),
        (&long_name, VfsError::NameTooLong),
        (&long_path, VfsError::NameTooLong),
    ];
    for (path, error) in cases {
        assert_eq!(find(&vfs, path), Err(error), "{path:.20}");
    }
}

#[test]
fn a_path_cannot_leave_the_directory_it_starts_from() {
    let mut vfs = example();
    let a = find(&vfs, "a").unwrap();
    symlink(&mut vfs, "../top", "a/up").unwrap();
    symlink(&mut vfs, "/top", "a/absolute").unwrap();
    symlink(&mut vfs, "b/../../a/b", "a/round").unwrap();
    for path in ["..", "../top", "b/../../top", "/", "/top", "up", "absolute", "round/file"] {
        assert_eq!(vfs.resolve(a, path, Reach::Beneath, LastLink::Follow), Err(VfsError::Escape), "{path}");
    }
    // From further up two of them stay inside.
    assert_eq!(find(&vfs, "a/up"), find(&vfs, "top"));
    assert_eq!(find(&vfs, "a/round/file"), find(&vfs, "a/b/file"));
    assert_eq!(find(&vfs, "a/absolute"), Err(VfsError::Escape));
    // A user at the root may go everywhere; above the root is the root.
    for path in ["../top", "/top", "/../../top", "up", "absolute"] {
        assert_eq!(vfs.resolve(a, path, Reach::WholeTree, LastLink::Follow), find(&vfs, "top"), "{path}");
    }
}

#[test]
fn symbolic_links_are_followed_on_the_way_and_optionally_at_the_end() {
    let mut vfs = example();
    symlink(&mut vfs, "a", "dir").unwrap();
    symlink(&mut vfs, "dir/b/file", "twice").unwrap();
    let file = find(&vfs, "a/b/file").unwrap();
    assert_eq!(find(&vfs, "dir/b/file"), Ok(file));
    assert_eq!(find(&vfs, "twice"), Ok(file));
    let kept = vfs.resolve(vfs.root(), "dir", Reach::Beneath, LastLink::Keep).unwrap();
    assert_ne!(Ok(kept), find(&vfs, "a"));
    // With a slash after it, what the link leads to is meant.
    assert_eq!(vfs.resolve(vfs.root(), "dir/", Reach::Beneath, LastLink::Keep), find(&vfs, "a"));
    assert_eq!(vfs.resolve(vfs.root(), "twice/", Reach::Beneath, LastLink::Keep), Err(VfsError::NotDirectory));
}

#[test]
fn dot_dot_after_a_link_starts_from_where_the_link_led() {
    let mut vfs = example();
    symlink(&mut vfs, "a/b", "deep").unwrap();
    assert_eq!(find(&vfs, "deep/.."), find(&vfs, "a"));
}

#[test]
fn loops_end() {
    let mut vfs = Vfs::new();
    symlink(&mut vfs, "self", "self").unwrap();
    symlink(&mut vfs, "two", "one").unwrap();
    symlink(&mut vfs, "one", "two").unwrap();
    for path in ["self", "one", "one/file", "self/"] {
        assert_eq!(find(&vfs, path), Err(VfsError::Loop), "{path}");
    }
    assert_eq!(create(&mut vfs, "one"), Err(VfsError::Loop));
    // A long chain that ends is no loop, up to a limit.
    vfs.write_file("link-0", b"").unwrap();
    for n in 1..=41 {
        symlink(&mut vfs, &format!("link-{}", n - 1), &format!("link-{n}")).unwrap();
    }
    assert!(find(&vfs, "link-40").is_ok());
    assert_eq!(find(&vfs, "link-41"), Err(VfsError::Loop));
    // Links that make the path longer and longer end too.
    symlink(&mut vfs, &"grow/".repeat(800), "grow").unwrap();
    assert!(matches!(find(&vfs, "grow"), Err(VfsError::Loop | VfsError::NameTooLong)));
}

#[test]
fn a_dangling_link_leads_to_the_file_that_is_made_through_it() {
    let mut vfs = Vfs::new();
    symlink(&mut vfs, "target", "link").unwrap();
    assert_eq!(open(&mut vfs, "link"), Err(VfsError::NotFound));
    let ino = create(&mut vfs, "link").unwrap();
    assert_eq!(find(&vfs, "target"), Ok(ino));
    assert_eq!(show(&vfs), ["link -> target", "target 0"]);
}

#[test]
fn removing_and_moving_a_link_leaves_what_it_leads_to() {
    let mut vfs = example();
    symlink(&mut vfs, "a", "dir").unwrap();
    symlink(&mut vfs, "top", "file").unwrap();
    assert_eq!(remove_directory(&mut vfs, "dir"), Err(VfsError::NotDirectory));
    assert_eq!(remove_directory(&mut vfs, "dir/"), Err(VfsError::NotDirectory));
    assert_eq!(unlink(&mut vfs, "dir/"), Err(VfsError::NotDirectory));
    assert_eq!(rename(&mut vfs, "dir/", "moved"), Err(VfsError::NotDirectory));
    rename(&mut vfs, "dir", "moved").unwrap();
    link(&mut vfs, "file", "hard").unwrap();
    unlink(&mut vfs, "file").unwrap();
    assert_eq!(vfs.read_symlink("hard").unwrap(), "top", "a hard link to the link itself");
    unlink(&mut vfs, "moved").unwrap();
    unlink(&mut vfs, "hard").unwrap();
    assert_eq!(show(&vfs), ["a/", "a/b/", "a/b/file 7", "top 1"]);
}

#[test]
fn a_slash_at_the_end_asks_for_a_directory() {
    let mut vfs = example();
    assert_eq!(create(&mut vfs, "new/"), Err(VfsError::IsDirectory));
    assert_eq!(create(&mut vfs, "top/"), Err(VfsError::NotDirectory));
    assert_eq!(unlink(&mut vfs, "top/"), Err(VfsError::NotDirectory));
    assert_eq!(unlink(&mut vfs, "a/"), Err(VfsError::IsDirectory));
    make_directory(&mut vfs, "d//").unwrap();
    assert_eq!(make_directory(&mut vfs, "d/"), Err(VfsError::Exists));
    rename(&mut vfs, "d/", "e/").unwrap();
    remove_directory(&mut vfs, "e///").unwrap();
    assert_eq!(show(&vfs), ["a/", "a/b/", "a/b/file 7", "top 1"]);
}

#[test]
fn names_are_any_text() {
    let mut vfs = Vfs::new();
    let names = ["ä", "日本語", "with space", "new\nline", "...", "-", "\u{1f980}", "A", "a"];
    for name in names {
        create(&mut vfs, name).unwrap();
    }
    let mut sorted = names.map(|name| format!("{name} 0"));
    sorted.sort();
    assert_eq!(show(&vfs), sorted);
    create(&mut vfs, &"ü".repeat(127)).unwrap();
    assert_eq!(create(&mut vfs, &"ü".repeat(128)), Err(VfsError::NameTooLong));
}
