//! What is open.

use super::{BUFFER, Guest, IOVEC, RESULT};
use crate::abi::{Version, fdflags, filetype, fstflags, oflags, rights};
use crate::fd::MAX_DESCRIPTORS;
use crate::{Errno, Terminals, WasiCtx};

#[test]
fn reading_and_writing_move_the_offset() {
    let mut guest = Guest::new();
    let fd = guest.create("f");
    assert_eq!(guest.write(fd, b"hello "), Ok(6));
    assert_eq!(guest.write(fd, b"world"), Ok(5));
    assert_eq!(guest.read(fd, 10).unwrap(), b"");
    assert_eq!(guest.seek(fd, -5, 2), 6);
    assert_eq!(guest.read(fd, 3).unwrap(), b"wor");
    assert_eq!(guest.read(fd, 10).unwrap(), b"ld");
    assert_eq!(guest.seek(fd, 0, 0), 0);
    assert_eq!(guest.write(fd, b"J"), Ok(1));
    guest.ok("fd_tell", &[fd, RESULT.into()]);
    assert_eq!(guest.u64_at(RESULT), 1);
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"Jello world");
}

#[test]
fn positioned_calls_leave_the_offset_alone() {
    let mut guest = Guest::with_files(&[("f", "0123456789")]);
    let fd = guest.open("f");
    guest.seek(fd, 2, 0);
    let [iovs, count] = guest.iovec(3);
    guest.ok("fd_pread", &[fd, iovs, count, 7, RESULT.into()]);
    assert_eq!((guest.u32_at(RESULT), guest.get(BUFFER, 3)), (3, b"789".to_vec()));
    guest.ok("fd_pread", &[fd, iovs, count, 9, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 1);
    guest.ok("fd_pread", &[fd, iovs, count, i64::MAX, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 0, "far past the end");
    guest.put(BUFFER, b"abc");
    guest.ok("fd_pwrite", &[fd, iovs, count, 8, RESULT.into()]);
    assert_eq!(guest.call("fd_pwrite", &[fd, iovs, count, i64::MAX, RESULT.into()]), Errno::Fbig);
    guest.ok("fd_tell", &[fd, RESULT.into()]);
    assert_eq!(guest.u64_at(RESULT), 2);
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"01234567abc");
}

#[test]
fn several_pieces_are_read_and_written_in_order() {
    let mut guest = Guest::new();
    let fd = guest.create("f");
    guest.put(BUFFER, b"abcdef");
    for (index, (pointer, len)) in [(BUFFER + 4, 2), (BUFFER, 0), (BUFFER, 4)].into_iter().enumerate() {
        guest.put(IOVEC + 8 * index as u32, &u32::to_le_bytes(pointer));
        guest.put(IOVEC + 8 * index as u32 + 4, &u32::to_le_bytes(len));
    }
    guest.ok("fd_write", &[fd, IOVEC.into(), 3, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 6);
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"efabcd");
    guest.seek(fd, 1, 0);
    guest.ok("fd_read", &[fd, IOVEC.into(), 3, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 5);
    assert_eq!(guest.get(BUFFER, 6), b"bcddfa");
}

#[test]
fn appending_writes_at_the_end_wherever_the_offset_is() {
    let mut guest = Guest::with_files(&[("f", "123")]);
    let fd = guest.open_with("f", 0, rights::FD_READ | rights::FD_WRITE, fdflags::APPEND).unwrap();
    assert_eq!(guest.write(fd, b"4"), Ok(1));
    guest.seek(fd, 0, 0);
    assert_eq!(guest.write(fd, b"5"), Ok(1));
    guest.ok("fd_tell", &[fd, RESULT.into()]);
    assert_eq!(guest.u64_at(RESULT), 5);
    guest.ok("fd_fdstat_set_flags", &[fd, 0]);
    guest.seek(fd, 0, 0);
    assert_eq!(guest.write(fd, b"x"), Ok(1));
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"x2345");
    assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, 32]), Errno::Inval);
}

#[test]
fn seeking_stays_within_bounds() {
    let mut guest = Guest::with_files(&[("f", "123")]);
    let fd = guest.open("f");
    let result = i64::from(RESULT);
    assert_eq!(guest.call("fd_seek", &[fd, -1, 0, result]), Errno::Inval);
    assert_eq!(guest.call("fd_seek", &[fd, -4, 2, result]), Errno::Inval);
    assert_eq!(guest.call("fd_seek", &[fd, i64::MAX, 2, result]), Errno::Inval);
    assert_eq!(guest.call("fd_seek", &[fd, 0, 3, result]), Errno::Inval);
    assert_eq!(guest.seek(fd, i64::MAX, 0), i64::MAX as u64);
    assert_eq!(guest.call("fd_seek", &[fd, 1, 1, result]), Errno::Inval);
    assert_eq!(guest.read(fd, 1).unwrap(), b"");
    assert_eq!(guest.write(fd, b"x"), Err(Errno::Fbig));
    assert_eq!(guest.call("fd_seek", &[3, 0, 0, result]), Errno::Badf, "a directory");
    assert_eq!(guest.call("fd_seek", &[1, 0, 0, result]), Errno::Spipe, "a terminal");
    assert_eq!(guest.call("fd_tell", &[0, result]), Errno::Spipe);
}

#[test]
fn the_standard_streams_are_terminals() {
    let mut guest = Guest::new();
    for fd in 0..3 {
        guest.ok("fd_fdstat_get", &[fd, RESULT.into()]);
        assert_eq!(guest.get(RESULT, 1), [filetype::CHARACTER_DEVICE]);
        let base = guest.u64_at(RESULT + 8);
        assert_eq!(base & (rights::FD_SEEK | rights::FD_TELL), 0, "which is how isatty knows");
        assert_eq!(base & rights::FD_READ != 0, fd == 0);
        assert_eq!(base & rights::FD_WRITE != 0, fd != 0);
        guest.ok("fd_filestat_get", &[fd, RESULT.into()]);
        assert_eq!(guest.get(RESULT + 16, 1), [filetype::CHARACTER_DEVICE]);
    }
    assert_eq!(guest.write(0, b"x"), Err(Errno::Badf));
    assert_eq!(guest.read(1, 1), Err(Errno::Badf));
    let [iovs, count] = guest.iovec(1);
    assert_eq!(guest.call("fd_pread", &[0, iovs, count, 0, RESULT.into()]), Errno::Spipe);
    assert_eq!(guest.call("fd_pwrite", &[1, iovs, count, 0, RESULT.into()]), Errno::Spipe);
    assert_eq!(guest.call("fd_sync", &[1]), Errno::Inval);
    assert_eq!(guest.call("fd_filestat_set_size", &[1, 0]), Errno::Badf);
}

#[test]
fn a_directory_is_no_file() {
    let mut guest = Guest::new();
    assert_eq!(guest.read(3, 1), Err(Errno::Badf));
    assert_eq!(guest.write(3, b"x"), Err(Errno::Badf));
    assert_eq!(guest.call("fd_allocate", &[3, 0, 1]), Errno::Badf);
    assert_eq!(guest.call("fd_filestat_set_size", &[3, 0]), Errno::Badf);
    assert_eq!(guest.call("fd_advise", &[3, 0, 0, 0]), Errno::Badf);
    guest.ok("fd_sync", &[3]);
    guest.ok("fd_datasync", &[3]);
}

#[test]
fn descriptors_that_are_not_open_are_bad() {
    let mut guest = Guest::new();
    let fd = guest.create("f");
    guest.ok("fd_close", &[fd]);
    for fd in [fd, 99, 0xffff_ffff] {
        let result = i64::from(RESULT);
        let calls: [(&str, &[i64]); 14] = [
            ("fd_close", &[fd]),
            ("fd_read", &[fd, IOVEC.into(), 0, result]),
            ("fd_write", &[fd, IOVEC.into(), 0, result]),
            ("fd_seek", &[fd, 0, 0, result]),
            ("fd_tell", &[fd, result]),
            ("fd_fdstat_get", &[fd, result]),
            ("fd_filestat_get", &[fd, result]),
            ("fd_prestat_get", &[fd, result]),
            ("fd_readdir", &[fd, BUFFER.into(), 10, 0, result]),
            ("fd_renumber", &[fd, 3]),
            ("fd_renumber", &[3, fd]),
            ("path_unlink_file", &[fd, BUFFER.into(), 1]),
            ("sock_shutdown", &[fd, 0]),
            ("fd_advise", &[fd, 0, 0, 0]),
        ];
        for (name, arguments) in calls {
            assert_eq!(guest.call(name, arguments), Errno::Badf, "{name} {fd}");
        }
    }
}

#[test]
fn a_new_descriptor_gets_the_smallest_free_number() {
    let mut guest = Guest::with_files(&[("f", "")]);
    assert_eq!([guest.open("f"), guest.open("f"), guest.open("f")], [4, 5, 6]);
    guest.ok("fd_close", &[5]);
    guest.ok("fd_close", &[0]);
    assert_eq!([guest.open("f"), guest.open("f"), guest.open("f")], [0, 5, 7]);
}

#[test]
fn renumbering_moves_one_descriptor_over_another() {
    let mut guest = Guest::with_files(&[("a", "AA"), ("b", "BB")]);
    let (a, b) = (guest.open("a"), guest.open("b"));
    guest.seek(a, 1, 0);
    guest.ok("fd_renumber", &[a, b]);
    assert_eq!(guest.read(b, 9).unwrap(), b"A");
    assert_eq!(guest.read(a, 9), Err(Errno::Badf));
    guest.ok("fd_renumber", &[b, b]);
    assert_eq!(guest.open("b"), a, "the number is free again");
    // Standard output into a file.
    guest.ok("fd_renumber", &[a, 1]);
    assert_eq!(guest.write(1, b"printed"), Ok(7));
    assert_eq!(guest.ctx().vfs().read_file("b").unwrap(), b"printed");
    assert!(guest.output().is_empty());
}

#[test]
fn what_was_replaced_by_renumbering_is_closed() {
    let mut guest = Guest::with_files(&[("a", "AA"), ("b", "BB")]);
    let (a, b) = (guest.open("a"), guest.open("b"));
    assert_eq!(guest.on_path("path_unlink_file", "b"), Errno::Success);
    assert_eq!(guest.ctx().vfs().total_size(), 4);
    guest.ok("fd_renumber", &[a, b]);
    assert_eq!(guest.ctx().vfs().total_size(), 2);
}

#[test]
fn removing_what_is_open_leaves_it_usable_until_it_is_closed() {
    let mut guest = Guest::with_files(&[("f", "text")]);
    let fd = guest.open("f");
    assert_eq!(guest.on_path("path_unlink_file", "f"), Errno::Success);
    assert_eq!(guest.read(fd, 9).unwrap(), b"text");
    assert_eq!(guest.write(fd, b"!"), Ok(1));
    guest.ok("fd_filestat_get", &[fd, RESULT.into()]);
    assert_eq!((guest.u64_at(RESULT + 24), guest.u64_at(RESULT + 32)), (0, 5), "no links, five bytes");
    assert_eq!(guest.ctx().vfs().total_size(), 5);
    guest.ok("fd_close", &[fd]);
    assert_eq!(guest.ctx().vfs().total_size(), 0);
}

#[test]
fn a_stream_is_a_terminal_or_not_and_a_replay_knows() {
    let mut guest = Guest::new();
    guest.ctx().set_terminals(Terminals { stdin: true, stdout: false, stderr: true });
    let record = guest.ctx().record().clone();
    let replayed = Guest::start(Version::Preview1, |_| WasiCtx::replay(&record));
    for mut guest in [guest, replayed] {
        for (fd, expected) in [(0, filetype::CHARACTER_DEVICE), (1, filetype::UNKNOWN), (2, filetype::CHARACTER_DEVICE)]
        {
            guest.ok("fd_fdstat_get", &[fd, RESULT.into()]);
            assert_eq!(guest.get(RESULT, 1), [expected]);
        }
        guest.ok("fd_filestat_get", &[1, RESULT.into()]);
        assert_eq!(guest.get(RESULT + 16, 1), [filetype::UNKNOWN]);
    }
}

#[test]
fn negative_offsets_and_sizes_are_refused() {
    let mut guest = Guest::with_files(&[("f", "0123456789")]);
    let fd = guest.open("f");
    let [iovs, count] = guest.iovec(3);
    assert_eq!(guest.call("fd_pread", &[fd, iovs, count, -1, RESULT.into()]), Errno::Inval);
    assert_eq!(guest.call("fd_pwrite", &[fd, iovs, count, -1, RESULT.into()]), Errno::Inval);
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, -1]), Errno::Inval);
    assert_eq!(guest.call("fd_allocate", &[fd, -1, 2]), Errno::Inval);
    assert_eq!(guest.call("fd_allocate", &[fd, 0, -1]), Errno::Inval);
}

#[test]
fn sizes_are_set_and_allocated() {
    let mut guest = Guest::with_files(&[("f", "0123456789")]);
    let fd = guest.open("f");
    guest.ok("fd_filestat_set_size", &[fd, 4]);
    guest.ok("fd_filestat_set_size", &[fd, 6]);
    guest.ok("fd_allocate", &[fd, 2, 2]);
    guest.ok("fd_allocate", &[fd, 6, 2]);
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"0123\0\0\0\0");
    assert_eq!(guest.call("fd_allocate", &[fd, 0, 0]), Errno::Inval);
    assert_eq!(guest.call("fd_allocate", &[fd, i64::MAX, 2]), Errno::Fbig);
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, i64::MAX]), Errno::Fbig);
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, 1 << 30]), Errno::Nospc);
    guest.ok("fd_advise", &[fd, 0, 0, 5]);
    assert_eq!(guest.call("fd_advise", &[fd, 0, 0, 6]), Errno::Inval);
}

#[test]
fn times_are_set_to_given_values_or_to_now() {
    let mut guest = Guest::with_files(&[("f", "")]);
    let fd = guest.open("f");
    let times = |guest: &mut Guest| {
        guest.ok("fd_filestat_get", &[fd, RESULT.into()]);
        (guest.u64_at(RESULT + 40), guest.u64_at(RESULT + 48))
    };
    guest.ok("fd_filestat_set_times", &[fd, 11, 22, (fstflags::ATIM | fstflags::MTIM).into()]);
    assert_eq!(times(&mut guest), (11, 22));
    guest.ok("fd_filestat_set_times", &[fd, 33, 44, fstflags::MTIM.into()]);
    assert_eq!(times(&mut guest), (11, 44));
    guest.ok("fd_filestat_set_times", &[fd, 33, 44, fstflags::ATIM_NOW.into()]);
    let (accessed, modified) = times(&mut guest);
    assert!(accessed > super::EPOCH);
    assert_eq!(modified, 44);
    for flags in [fstflags::ATIM | fstflags::ATIM_NOW, fstflags::MTIM | fstflags::MTIM_NOW, 16] {
        assert_eq!(guest.call("fd_filestat_set_times", &[fd, 1, 1, flags.into()]), Errno::Inval);
    }
    assert_eq!(times(&mut guest), (accessed, 44), "a refused call changes nothing");
    assert_eq!(guest.call("fd_filestat_set_times", &[1, 1, 1, 1]), Errno::Badf);
}

#[test]
fn times_move_when_a_file_is_written() {
    let mut guest = Guest::new();
    let fd = guest.create("f");
    let modified = |guest: &mut Guest| {
        guest.ok("fd_filestat_get", &[fd, RESULT.into()]);
        guest.u64_at(RESULT + 48)
    };
    let mut last = modified(&mut guest);
    for _ in 0..200 {
        guest.write(fd, b"x").unwrap();
        let now = modified(&mut guest);
        assert!(now > last, "{now} after {last}");
        last = now;
    }
    guest.clock.ns.set(5_000_000_000);
    guest.ok("clock_time_get", &[0, 0, RESULT.into()]);
    let reading = guest.u64_at(RESULT);
    guest.write(fd, b"x").unwrap();
    assert!(modified(&mut guest) >= reading, "a program that looks at the clock sees its writes after that");
}

#[test]
fn a_directory_is_listed_in_buffers_of_any_size() {
    let mut guest = Guest::new();
    let names: Vec<String> = (0..20).map(|n| format!("file-{}", "x".repeat(n))).collect();
    for name in &names {
        let fd = guest.create(name);
        guest.ok("fd_close", &[fd]);
    }
    let mut expected = vec![".".to_owned(), "..".to_owned()];
    expected.extend(names);
    for size in [24 + 24 + 1, 64, 100, 4096] {
        let mut seen = Vec::new();
        let mut cookie = 0;
        loop {
            guest.ok("fd_readdir", &[3, BUFFER.into(), size, cookie, RESULT.into()]);
            let used = i64::from(guest.u32_at(RESULT));
            let mut at = 0;
            while at + 24 <= used {
                let entry = BUFFER + at as u32;
                let len = i64::from(guest.u32_at(entry + 16));
                if at + 24 + len > used {
                    break;
                }
                seen.push(String::from_utf8(guest.get(entry + 24, len as usize)).unwrap());
                cookie = guest.u64_at(entry) as i64;
                at += 24 + len;
            }
            if used < size {
                break;
            }
        }
        assert_eq!(seen, expected, "in buffers of {size}");
    }
    // A buffer that holds less than one entry is filled.
    guest.ok("fd_readdir", &[3, BUFFER.into(), 5, 0, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 5);
    guest.ok("fd_readdir", &[3, BUFFER.into(), 0, 0, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 0);
    guest.ok("fd_readdir", &[3, BUFFER.into(), 100, -1, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 0, "after the last cookie there can be");
    let fd = guest.open("file-");
    assert_eq!(guest.call("fd_readdir", &[fd, BUFFER.into(), 100, 0, RESULT.into()]), Errno::Notdir);
}

#[test]
fn readdir_returns_kinds_and_inodes() {
    let mut guest = Guest::with_files(&[("d/f", "")]);
    guest.ctx().vfs_mut().symlink("d/l", "f").unwrap();
    let fd = guest.open_directory("d");
    guest.ok("fd_readdir", &[fd, BUFFER.into(), 1000, 0, RESULT.into()]);
    let (mut at, mut seen) = (0, Vec::new());
    while at < guest.u32_at(RESULT) {
        let entry = BUFFER + at;
        let len = guest.u32_at(entry + 16);
        seen.push((guest.get(entry + 20, 1)[0], guest.u64_at(entry + 8)));
        at += 24 + len;
    }
    guest.ok("fd_filestat_get", &[fd, RESULT.into()]);
    let directory = guest.u64_at(RESULT + 8);
    assert_eq!(seen[0], (filetype::DIRECTORY, directory));
    assert_eq!(seen[2].0, filetype::REGULAR_FILE);
    assert_eq!(seen[3].0, filetype::SYMBOLIC_LINK);
    let f = guest.open("d/f");
    guest.ok("fd_filestat_get", &[f, RESULT.into()]);
    assert_eq!(seen[2].1, guest.u64_at(RESULT + 8));
}

#[test]
fn the_preopen_is_found_by_its_name() {
    let mut guest = Guest::new();
    guest.ok("fd_prestat_get", &[3, RESULT.into()]);
    assert_eq!((guest.u32_at(RESULT), guest.u32_at(RESULT + 4)), (0, 1));
    guest.ok("fd_prestat_dir_name", &[3, BUFFER.into(), 1]);
    assert_eq!(guest.get(BUFFER, 1), b"/");
    guest.ok("fd_prestat_dir_name", &[3, BUFFER.into(), 100]);
    assert_eq!(guest.call("fd_prestat_dir_name", &[3, BUFFER.into(), 0]), Errno::Nametoolong);
    let opened = guest.open_directory(".");
    for fd in [0, 4, opened] {
        assert_eq!(guest.call("fd_prestat_get", &[fd, RESULT.into()]), Errno::Badf);
    }
    guest.ok("fd_close", &[3]);
    assert_eq!(guest.call("fd_prestat_get", &[3, RESULT.into()]), Errno::Badf);
}

#[test]
fn so_many_descriptors_can_be_open_and_no_more() {
    let mut guest = Guest::with_files(&[("f", "")]);
    let mut opened = 4;
    let refused = loop {
        match guest.open_with("f", 0, rights::FD_READ, 0) {
            Ok(_) => opened += 1,
            Err(errno) => break errno,
        }
    };
    assert_eq!((opened, refused), (MAX_DESCRIPTORS, Errno::Mfile));
    // And nothing is made by a call that is refused.
    assert_eq!(guest.open_with("new", oflags::CREAT, 0, 0), Err(Errno::Mfile));
    assert!(guest.ctx().vfs().read_file("new").is_err());
    guest.ok("fd_close", &[1234]);
    assert_eq!(guest.open("f"), 1234);
}
