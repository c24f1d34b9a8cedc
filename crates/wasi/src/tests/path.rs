//! Paths, and that they do not lead out.

use super::{BUFFER, Guest, PATH, RESULT};
use crate::Errno;
use crate::abi::{fdflags, filetype, oflags, rights};

#[test]
fn path_open_creates_truncates_and_refuses_by_its_flags() {
    let mut guest = Guest::with_files(&[("f", "text"), ("d/x", "")]);
    let write = rights::FD_WRITE;
    assert_eq!(guest.open_with("none", 0, write, 0), Err(Errno::Noent));
    assert_eq!(guest.open_with("f", oflags::CREAT | oflags::EXCL, write, 0), Err(Errno::Exist));
    assert_eq!(guest.open_with("f", oflags::DIRECTORY, 0, 0), Err(Errno::Notdir));
    assert_eq!(guest.open_with("d", 0, write, 0), Err(Errno::Isdir));
    for path in ["d", "d/", "d/.", "."] {
        assert_eq!(guest.open_with(path, oflags::DIRECTORY, write, 0), Err(Errno::Isdir), "{path}");
        assert_eq!(guest.open_with(path, oflags::DIRECTORY, write | rights::FD_READ, 0), Err(Errno::Isdir), "{path}");
        assert_eq!(guest.open_with(path, oflags::DIRECTORY | oflags::TRUNC, write, 0), Err(Errno::Inval), "{path}");
        assert_eq!(guest.open_with(path, oflags::TRUNC, 0, 0), Err(Errno::Isdir), "{path}");
        assert_eq!(guest.open_with(path, oflags::CREAT | oflags::EXCL, write, 0), Err(Errno::Exist), "{path}");
        // Every right but that one: what a directory cannot have, it does not get.
        guest.open_with(path, oflags::DIRECTORY, !write, fdflags::APPEND).unwrap();
    }
    assert_eq!(guest.open_with("d", oflags::CREAT, 0, 0), Err(Errno::Isdir));
    assert_eq!(guest.open_with("d", oflags::CREAT | oflags::DIRECTORY, 0, 0), Err(Errno::Inval));
    assert_eq!(guest.open_with("f/", 0, 0, 0), Err(Errno::Notdir));
    assert_eq!(guest.open_with("new/", oflags::CREAT, 0, 0), Err(Errno::Isdir));
    assert_eq!(guest.open_with("f", 16, 0, 0), Err(Errno::Inval));
    assert_eq!(guest.open_with("f", 0, 0, 32), Err(Errno::Inval));
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"text");
    guest.open_with("f", oflags::TRUNC, write, 0).unwrap();
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"");
    let [pointer, len] = guest.path("f");
    let arguments = [3, 2, pointer, len, 0, 0, 0, 0, RESULT.into()];
    assert_eq!(guest.call("path_open", &arguments), Errno::Inval, "an unknown lookup flag");
    let file = guest.open("f");
    let arguments = [file, 0, pointer, len, 0, 0, 0, 0, RESULT.into()];
    assert_eq!(guest.call("path_open", &arguments), Errno::Notdir, "from a file");
}

#[test]
fn paths_are_relative_to_their_directory() {
    let mut guest = Guest::with_files(&[("d/inner", "in"), ("outer", "out")]);
    let directory = guest.open_directory("d");
    let [pointer, len] = guest.path("inner");
    let open = |guest: &mut Guest, pointer, len| {
        guest.call("path_open", &[directory, 1, pointer, len, 0, rights::FD_READ as i64, 0, 0, RESULT.into()])
    };
    assert_eq!(open(&mut guest, pointer, len), Errno::Success);
    let fd = guest.u32_at(RESULT).into();
    assert_eq!(guest.read(fd, 9).unwrap(), b"in");
    for escape in ["..", "../outer", "/outer", "/", "../d/inner"] {
        let [pointer, len] = guest.path(escape);
        assert_eq!(open(&mut guest, pointer, len), Errno::Perm, "{escape}");
    }
    let [pointer, len] = guest.path("../d/./../d/inner");
    assert_eq!(guest.call("path_filestat_get", &[3, 0, pointer, len, RESULT.into()]), Errno::Perm);
}

#[test]
fn every_call_with_a_path_stays_inside() {
    let mut guest = Guest::with_files(&[("d/f", ""), ("secret", "s")]);
    let directory = guest.open_directory("d");
    guest.ctx().vfs_mut().symlink("d/up", "../secret").unwrap();
    let [out, out_len] = guest.path("../secret");
    let [f, f_len] = guest.path2("f");
    let result = i64::from(RESULT);
    let calls: [(&str, &[i64]); 11] = [
        ("path_create_directory", &[directory, out, out_len]),
        ("path_filestat_get", &[directory, 0, out, out_len, result]),
        ("path_filestat_set_times", &[directory, 0, out, out_len, 1, 1, 5]),
        ("path_link", &[directory, 0, out, out_len, directory, f, f_len]),
        ("path_link", &[directory, 0, f, f_len, directory, out, out_len]),
        ("path_readlink", &[directory, out, out_len, BUFFER.into(), 9, result]),
        ("path_remove_directory", &[directory, out, out_len]),
        ("path_rename", &[directory, out, out_len, directory, f, f_len]),
        ("path_rename", &[directory, f, f_len, directory, out, out_len]),
        ("path_symlink", &[f, f_len, directory, out, out_len]),
        ("path_unlink_file", &[directory, out, out_len]),
    ];
    for (name, arguments) in calls {
        assert_eq!(guest.call(name, arguments), Errno::Perm, "{name}{arguments:?}");
    }
    let [up, up_len] = guest.path("up");
    assert_eq!(guest.call("path_filestat_get", &[directory, 1, up, up_len, result]), Errno::Perm);
    guest.ok("path_filestat_get", &[directory, 0, up, up_len, result]);
    assert_eq!(guest.ctx().vfs().read_file("secret").unwrap(), b"s");
}

#[test]
fn directories_are_made_and_removed() {
    let mut guest = Guest::new();
    assert_eq!(guest.on_path("path_create_directory", "d"), Errno::Success);
    assert_eq!(guest.on_path("path_create_directory", "d"), Errno::Exist);
    assert_eq!(guest.on_path("path_create_directory", "none/d"), Errno::Noent);
    assert_eq!(guest.on_path("path_create_directory", "d/e/"), Errno::Success);
    assert_eq!(guest.on_path("path_remove_directory", "d"), Errno::Notempty);
    assert_eq!(guest.on_path("path_unlink_file", "d/e"), Errno::Isdir);
    assert_eq!(guest.on_path("path_remove_directory", "d/e/"), Errno::Success);
    assert_eq!(guest.on_path("path_remove_directory", "d/e"), Errno::Noent);
    guest.create("f");
    assert_eq!(guest.on_path("path_remove_directory", "f"), Errno::Notdir);
    assert_eq!(guest.on_path("path_unlink_file", "f/"), Errno::Notdir);
    assert_eq!(guest.on_path("path_unlink_file", "f"), Errno::Success);
    assert_eq!(guest.on_path("path_unlink_file", "f"), Errno::Noent);
    assert_eq!(guest.on_path("path_unlink_file", ""), Errno::Noent);
    assert_eq!(guest.on_path("path_unlink_file", &"x".repeat(256)), Errno::Nametoolong);
    assert_eq!(guest.on_path("path_unlink_file", "nul\0"), Errno::Inval);
}

#[test]
fn links_are_made_read_and_followed_or_not() {
    let mut guest = Guest::with_files(&[("f", "text")]);
    assert_eq!(guest.on_paths("path_symlink", "f", "l"), Errno::Success);
    assert_eq!(guest.on_paths("path_symlink", "f", "l"), Errno::Exist);
    assert_eq!(guest.on_paths("path_symlink", "/f", "absolute"), Errno::Perm);
    assert_eq!(guest.on_paths("path_symlink", "", "empty"), Errno::Noent);
    assert_eq!(guest.on_paths("path_symlink", "loop", "loop"), Errno::Success);
    assert_eq!(guest.open_with("loop", 0, 0, 0), Err(Errno::Loop));
    let [pointer, len] = guest.path("l");
    guest.put(BUFFER, b"....");
    guest.ok("path_readlink", &[3, pointer, len, BUFFER.into(), 4, RESULT.into()]);
    assert_eq!((guest.u32_at(RESULT), guest.get(BUFFER, 4)), (1, b"f...".to_vec()));
    guest.ok("path_readlink", &[3, pointer, len, BUFFER.into(), 0, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 0, "a target that does not fit is cut off");
    let not_followed = [3, 0, pointer, len, 0, 0, 0, 0, RESULT.into()];
    assert_eq!(guest.call("path_open", &not_followed), Errno::Loop);
    for (flags, kind) in [(0, filetype::SYMBOLIC_LINK), (1, filetype::REGULAR_FILE)] {
        guest.ok("path_filestat_get", &[3, flags, pointer, len, RESULT.into()]);
        assert_eq!(guest.get(RESULT + 16, 1), [kind]);
    }
    let [pointer, len] = guest.path("f");
    assert_eq!(guest.call("path_readlink", &[3, pointer, len, BUFFER.into(), 4, RESULT.into()]), Errno::Inval);
}

#[test]
fn times_are_set_on_the_link_or_on_what_it_leads_to() {
    let mut guest = Guest::with_files(&[("f", "")]);
    guest.on_paths("path_symlink", "f", "l");
    let [pointer, len] = guest.path("l");
    guest.ok("path_filestat_set_times", &[3, 0, pointer, len, 1, 2, 5]);
    guest.ok("path_filestat_set_times", &[3, 1, pointer, len, 3, 4, 5]);
    for (flags, times) in [(0, (1, 2)), (1, (3, 4))] {
        guest.ok("path_filestat_get", &[3, flags, pointer, len, RESULT.into()]);
        assert_eq!((guest.u64_at(RESULT + 40), guest.u64_at(RESULT + 48)), times);
    }
    assert_eq!(guest.call("path_filestat_set_times", &[3, 0, pointer, len, 1, 2, 3]), Errno::Inval);
}

#[test]
fn hard_links_are_one_inode() {
    let mut guest = Guest::with_files(&[("f", "text"), ("d/x", "")]);
    assert_eq!(guest.on_paths("path_link", "f", "g"), Errno::Success);
    assert_eq!(guest.on_paths("path_link", "f", "g"), Errno::Exist);
    assert_eq!(guest.on_paths("path_link", "d", "e"), Errno::Perm);
    assert_eq!(guest.on_paths("path_link", "none", "e"), Errno::Noent);
    assert_eq!(guest.on_paths("path_link", "f", "e/"), Errno::Noent);
    let mut inodes = Vec::new();
    for path in ["f", "g"] {
        let [pointer, len] = guest.path(path);
        guest.ok("path_filestat_get", &[3, 0, pointer, len, RESULT.into()]);
        assert_eq!(guest.u64_at(RESULT + 24), 2, "links");
        assert_eq!(guest.u64_at(RESULT + 32), 4, "size");
        inodes.push(guest.u64_at(RESULT + 8));
    }
    assert_eq!(inodes[0], inodes[1]);
}

#[test]
fn renaming_replaces_like_by_like_and_keeps_the_inode() {
    let mut guest = Guest::with_files(&[("a", "A"), ("b", "B"), ("full/x", "")]);
    guest.on_path("path_create_directory", "empty");
    let inode = |guest: &mut Guest, path: &str| {
        let [pointer, len] = guest.path(path);
        guest.ok("path_filestat_get", &[3, 0, pointer, len, RESULT.into()]);
        guest.u64_at(RESULT + 8)
    };
    let before = inode(&mut guest, "a");
    assert_eq!(guest.on_paths("path_rename", "a", "b"), Errno::Success);
    assert_eq!(inode(&mut guest, "b"), before);
    assert_eq!(guest.on_paths("path_rename", "b", "empty"), Errno::Isdir);
    assert_eq!(guest.on_paths("path_rename", "empty", "b"), Errno::Notdir);
    assert_eq!(guest.on_paths("path_rename", "empty", "full"), Errno::Notempty);
    assert_eq!(guest.on_paths("path_rename", "full", "full/y"), Errno::Inval);
    assert_eq!(guest.on_paths("path_rename", "none", "x"), Errno::Noent);
    assert_eq!(guest.on_paths("path_rename", "b", "c/"), Errno::Notdir);
    assert_eq!(guest.on_paths("path_rename", ".", "c"), Errno::Busy);
    assert_eq!(guest.on_paths("path_rename", "full", "empty"), Errno::Success);
    assert_eq!(guest.ctx().vfs().read_file("b").unwrap(), b"A");
    assert!(guest.ctx().vfs().read_file("empty/x").is_ok());
}

#[test]
fn names_must_be_utf_8_and_may_be_any() {
    let mut guest = Guest::new();
    guest.create("日本語\u{1f980} name");
    assert_eq!(guest.ctx().vfs().entries()[0].path, "日本語\u{1f980} name");
    guest.put(PATH, b"bad\xff");
    assert_eq!(guest.call("path_create_directory", &[3, PATH.into(), 4]), Errno::Ilseq);
    assert_eq!(guest.call("path_unlink_file", &[3, PATH.into(), 4]), Errno::Ilseq);
}

#[test]
fn a_full_tree_answers_nospc() {
    let mut guest = Guest::new();
    guest.ctx().vfs_mut().set_size_limit(10);
    let fd = guest.create("f");
    assert_eq!(guest.write(fd, b"0123456789ab"), Ok(10));
    assert_eq!(guest.write(fd, b"x"), Err(Errno::Nospc));
    assert_eq!(guest.on_paths("path_symlink", "f", "l"), Errno::Nospc);
}

#[test]
fn a_program_sees_what_the_page_changes() {
    let mut guest = Guest::new();
    assert_eq!(guest.open_with("f", 0, 0, 0), Err(Errno::Noent));
    guest.ctx().vfs_mut().write_file("f", b"from outside").unwrap();
    let fd = guest.open("f");
    assert_eq!(guest.read(fd, 99).unwrap(), b"from outside");
}
