//! Rights: what is asked for, what is handed on, what is given up.

use super::{Guest, PATH, RESULT};
use crate::Errno;
use crate::abi::{oflags, rights};

fn rights_of(guest: &mut Guest, fd: i64) -> (u64, u64) {
    guest.ok("fd_fdstat_get", &[fd, RESULT.into()]);
    (guest.u64_at(RESULT + 8), guest.u64_at(RESULT + 16))
}

#[test]
fn a_file_is_read_or_written_as_it_was_opened() {
    let mut guest = Guest::with_files(&[("f", "text")]);
    let reader = guest.open_with("f", 0, rights::FD_READ, 0).unwrap();
    assert_eq!(guest.read(reader, 9).unwrap(), b"text");
    assert_eq!(guest.write(reader, b"x"), Err(Errno::Badf));
    assert_eq!(guest.call("fd_filestat_set_size", &[reader, 0]), Errno::Inval);
    assert_eq!(guest.call("fd_allocate", &[reader, 0, 1]), Errno::Badf);
    let writer = guest.open_with("f", 0, rights::FD_WRITE, 0).unwrap();
    assert_eq!(guest.write(writer, b"x"), Ok(1));
    assert_eq!(guest.read(writer, 9), Err(Errno::Badf));
    let base = rights_of(&mut guest, writer).0;
    assert_eq!(base & (rights::FD_READ | rights::FD_WRITE), rights::FD_WRITE);
}

#[test]
fn a_program_that_asks_for_nothing_can_read_and_seek() {
    let mut guest = Guest::with_files(&[("f", "text")]);
    let fd = guest.open_with("f", 0, 0, 0).unwrap();
    assert_eq!(guest.seek(fd, 2, 0), 2);
    assert_eq!(guest.read(fd, 9).unwrap(), b"xt");
    assert_eq!(guest.write(fd, b"x"), Err(Errno::Badf));
}

#[test]
fn rights_are_given_up_and_never_gained() {
    let mut guest = Guest::with_files(&[("f", "text")]);
    let fd = guest.open("f");
    let (base, inheriting) = rights_of(&mut guest, fd);
    let less = base & !(rights::FD_SEEK | rights::FD_WRITE);
    guest.ok("fd_fdstat_set_rights", &[fd, less as i64, inheriting as i64]);
    assert_eq!(rights_of(&mut guest, fd), (less, inheriting));
    assert_eq!(guest.call("fd_fdstat_set_rights", &[fd, base as i64, inheriting as i64]), Errno::Notcapable);
    assert_eq!(guest.call("fd_fdstat_set_rights", &[fd, less as i64, -1]), Errno::Notcapable);
    assert_eq!(guest.call("fd_seek", &[fd, 1, 0, RESULT.into()]), Errno::Notcapable);
    assert_eq!(guest.seek(fd, 0, 1), 0, "to tell is another right");
    assert_eq!(guest.write(fd, b"x"), Err(Errno::Badf));
    assert_eq!(guest.read(fd, 9).unwrap(), b"text");
}

#[test]
fn each_call_needs_its_right() {
    let none = i64::from(PATH);
    let result = i64::from(RESULT);
    let cases: [(u64, &str, &[i64]); 12] = [
        (rights::PATH_CREATE_DIRECTORY, "path_create_directory", &[3, none, 1]),
        (rights::PATH_FILESTAT_GET, "path_filestat_get", &[3, 0, none, 1, result]),
        (rights::PATH_FILESTAT_SET_TIMES, "path_filestat_set_times", &[3, 0, none, 1, 1, 1, 1]),
        (rights::PATH_LINK_SOURCE, "path_link", &[3, 0, none, 1, 3, none, 1]),
        (rights::PATH_LINK_TARGET, "path_link", &[3, 0, none, 1, 3, none, 1]),
        (rights::PATH_OPEN, "path_open", &[3, 0, none, 1, 0, 0, 0, 0, result]),
        (rights::PATH_READLINK, "path_readlink", &[3, none, 1, none, 1, result]),
        (rights::PATH_RENAME_SOURCE, "path_rename", &[3, none, 1, 3, none, 1]),
        (rights::PATH_SYMLINK, "path_symlink", &[none, 1, 3, none, 1]),
        (rights::PATH_UNLINK_FILE, "path_unlink_file", &[3, none, 1]),
        (rights::FD_READDIR, "fd_readdir", &[3, none, 1, 0, result]),
        (rights::FD_FILESTAT_GET, "fd_filestat_get", &[3, result]),
    ];
    for (right, name, arguments) in cases {
        let mut guest = Guest::new();
        guest.put(PATH, b"n");
        assert_ne!(guest.call(name, arguments), Errno::Notcapable, "{name} with all rights");
        let mut guest = Guest::new();
        guest.put(PATH, b"n");
        let (base, inheriting) = rights_of(&mut guest, 3);
        assert_ne!(base & right, 0, "{name}");
        guest.ok("fd_fdstat_set_rights", &[3, (base & !right) as i64, inheriting as i64]);
        assert_eq!(guest.call(name, arguments), Errno::Notcapable, "{name} without");
        assert!(guest.ctx().vfs().entries().is_empty(), "{name}");
    }
}

#[test]
fn creating_and_truncating_need_rights_of_the_directory() {
    let mut guest = Guest::with_files(&[("f", "text")]);
    let (base, inheriting) = rights_of(&mut guest, 3);
    let less = base & !(rights::PATH_CREATE_FILE | rights::PATH_FILESTAT_SET_SIZE);
    guest.ok("fd_fdstat_set_rights", &[3, less as i64, inheriting as i64]);
    assert_eq!(guest.open_with("new", oflags::CREAT, 0, 0), Err(Errno::Notcapable));
    assert_eq!(guest.open_with("f", oflags::TRUNC, 0, 0), Err(Errno::Notcapable));
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"text");
    guest.open("f");
}

#[test]
fn what_a_directory_does_not_hand_on_is_not_had_below_it() {
    let mut guest = Guest::with_files(&[("d/f", "text")]);
    let directory = guest.open_directory("d");
    let (base, inheriting) = rights_of(&mut guest, directory);
    assert_ne!(inheriting & rights::FD_WRITE, 0);
    let less = inheriting & !(rights::FD_WRITE | rights::FD_SEEK);
    guest.ok("fd_fdstat_set_rights", &[directory, base as i64, less as i64]);
    let [pointer, len] = guest.path("f");
    let open = |base: u64| [directory, 0, pointer, len, 0, base as i64, 0, 0, RESULT.into()];
    assert_eq!(guest.call("path_open", &open(rights::FD_WRITE)), Errno::Notcapable);
    guest.ok("path_open", &open(rights::FD_READ));
    let fd = guest.u32_at(RESULT).into();
    assert_eq!(guest.call("fd_seek", &[fd, 1, 0, RESULT.into()]), Errno::Notcapable);
    // And so on, further down.
    let [pointer, len] = guest.path(".");
    guest.ok(
        "path_open",
        &[directory, 0, pointer, len, oflags::DIRECTORY.into(), !rights::FD_WRITE as i64, -1, 0, RESULT.into()],
    );
    let below = guest.u32_at(RESULT).into();
    assert_eq!(rights_of(&mut guest, below).1, less);
}
