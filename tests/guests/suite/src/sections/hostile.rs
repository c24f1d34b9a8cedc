//! What only a broken or malicious program does: numbers out of everything. Each call answers an errno.

use crate::report::Report;
use crate::system::wasi_snapshot_preview1 as raw;
use crate::system::*;

/// A pointer past the end of memory, which has fewer than 4 GiB.
const FAR: i32 = -16;
/// A length of nearly 4 GiB.
const HUGE: i32 = -1;
/// All rights there are.
const ALL: i64 = 0x1fff_ffff;

pub fn section(report: &mut Report) {
    let dir = fresh("hostile");
    put(dir, "file", "0123456789");
    let file = open(dir, "file", 0, RW).expect("it is there");
    results(report, dir.cast_signed(), file.cast_signed());
    paths(report, dir.cast_signed());
    pieces(report, file.cast_signed());
    numbers(report, dir.cast_signed(), file.cast_signed());
    polls(report);
    report.is("the file is as it was", text(dir, "file"), "0123456789");
    report.is("nothing was made", names(dir), "file");
}

/// Results that cannot be put anywhere.
fn results(report: &mut Report, dir: i32, file: i32) {
    let name = "file";
    let (path, len) = (name.as_ptr() as i32, name.len() as i32);
    // SAFETY here and below: that the pointers are wrong is the point; the runtime has to find out.
    let answers = unsafe {
        [
            ("args_get", raw::args_get(FAR, FAR)),
            ("args_sizes_get", raw::args_sizes_get(FAR, FAR)),
            ("environ_sizes_get", raw::environ_sizes_get(FAR, FAR)),
            ("clock_res_get", raw::clock_res_get(0, FAR)),
            ("clock_time_get", raw::clock_time_get(0, 0, FAR)),
            ("fd_fdstat_get", raw::fd_fdstat_get(file, FAR)),
            ("fd_filestat_get", raw::fd_filestat_get(file, FAR)),
            ("fd_prestat_get", raw::fd_prestat_get(3, FAR)),
            ("fd_prestat_dir_name", raw::fd_prestat_dir_name(3, FAR, 1)),
            ("fd_seek", raw::fd_seek(file, 1, 0, FAR)),
            ("fd_tell", raw::fd_tell(file, FAR)),
            ("fd_readdir", raw::fd_readdir(dir, FAR, 4096, 0, FAR)),
            ("path_filestat_get", raw::path_filestat_get(dir, 0, path, len, FAR)),
            ("path_open", raw::path_open(dir, 0, path, len, 0, ALL, ALL, 0, FAR)),
            ("path_readlink", raw::path_readlink(dir, path, len, FAR, 10, FAR)),
            ("random_get", raw::random_get(FAR, 1000)),
            ("random_get huge", raw::random_get(0, HUGE)),
            ("poll_oneoff", raw::poll_oneoff(FAR, FAR, 1, FAR)),
        ]
    };
    for (call, answer) in answers {
        let expected = if call == "path_readlink" { "INVAL" } else { "FAULT" };
        report.is(&format!("{call} with results nowhere"), errno(answer), expected);
    }
    // Without a variable there is nothing to be put anywhere.
    if std::env::vars_os().next().is_some() {
        report.is("environ_get with results nowhere", errno(unsafe { raw::environ_get(FAR, FAR) }), "FAULT");
    }
    report.is("fd_seek that failed moved nothing", tell(file.cast_unsigned()), "0");
}

fn paths(report: &mut Report, dir: i32) {
    let bad = b"fi\xffle";
    let (bad, bad_len) = (bad.as_ptr() as i32, bad.len() as i32);
    for (name, path, len, expected) in
        [("nowhere", FAR, 100, "FAULT"), ("of huge length", 0, HUGE, "FAULT"), ("in bad UTF-8", bad, bad_len, "ILSEQ")]
    {
        let answers = unsafe {
            [
                ("path_create_directory", raw::path_create_directory(dir, path, len)),
                ("path_filestat_get", raw::path_filestat_get(dir, 0, path, len, scratch())),
                ("path_filestat_set_times", raw::path_filestat_set_times(dir, 0, path, len, 0, 0, 0)),
                ("path_link", raw::path_link(dir, 0, path, len, dir, path, len)),
                ("path_open", raw::path_open(dir, 0, path, len, 1, ALL, ALL, 0, scratch())),
                ("path_readlink", raw::path_readlink(dir, path, len, scratch(), 10, scratch())),
                ("path_remove_directory", raw::path_remove_directory(dir, path, len)),
                ("path_rename", raw::path_rename(dir, path, len, dir, path, len)),
                ("path_symlink target", raw::path_symlink(path, len, dir, "x".as_ptr() as i32, 1)),
                ("path_symlink", raw::path_symlink("x".as_ptr() as i32, 1, dir, path, len)),
                ("path_unlink_file", raw::path_unlink_file(dir, path, len)),
            ]
        };
        for (call, answer) in answers {
            report.is(&format!("{call} with a path {name}"), errno(answer), expected);
        }
    }
}

/// Pieces of memory to read into and write from.
fn pieces(report: &mut Report, file: i32) {
    let iovecs = |pieces: &[(i32, i32)]| pieces.iter().flat_map(|&(at, len)| [at, len]).collect::<Vec<i32>>();
    let mut all_of_it = vec![0_u8; 1 << 20];
    let big = all_of_it.as_mut_ptr() as i32;
    let cases: [(&str, Vec<i32>, i32, &str); 8] = [
        ("an array nowhere", vec![], 1, "FAULT"),
        ("a piece nowhere", iovecs(&[(FAR, 100)]), 1, "FAULT"),
        ("a good piece and one nowhere", iovecs(&[(scratch(), 2), (FAR, 100)]), 2, "FAULT"),
        ("a piece of huge length", iovecs(&[(0, HUGE)]), 1, "FAULT"),
        ("pieces of 4 GiB together", iovecs(&[(big, 1 << 20)]).repeat(4096), 4096, "INVAL"),
        ("pieces beyond counting", iovecs(&[(scratch(), 1)]), HUGE, "INVAL"),
        ("more than 65536 pieces", iovecs(&[(scratch(), 0)]).repeat(65_537), 65_537, "INVAL"),
        ("an array that wraps around", vec![], 1 << 29, "INVAL"),
    ];
    for (name, array, count, expected) in cases {
        let array_at = if array.is_empty() { FAR } else { array.as_ptr() as i32 };
        let answers = unsafe {
            [
                ("fd_read", raw::fd_read(file, array_at, count, scratch())),
                ("fd_write", raw::fd_write(file, array_at, count, scratch())),
                ("fd_pread", raw::fd_pread(file, array_at, count, 0, scratch())),
                ("fd_pwrite", raw::fd_pwrite(file, array_at, count, 0, scratch())),
            ]
        };
        for (call, answer) in answers {
            report.is(&format!("{call} with {name}"), errno(answer), expected);
        }
    }
    // The count of what was read has no place: nothing is read.
    let array = iovecs(&[(scratch(), 4)]);
    let array_at = array.as_ptr() as i32;
    report.is("fd_read with its count nowhere", errno(unsafe { raw::fd_read(file, array_at, 1, FAR) }), "FAULT");
    report.is("fd_write with its count nowhere", errno(unsafe { raw::fd_write(file, array_at, 1, FAR) }), "FAULT");
    report.is("the offset is where it was", tell(file.cast_unsigned()), "0");

    // A read into the very array of pieces, and into pieces that overlap.
    let mut array = iovecs(&[(0, 8), (0, 2)]);
    array[0] = array.as_ptr() as i32;
    array[2] = scratch();
    let count = unsafe { raw::fd_read(file, array.as_ptr() as i32, 2, scratch() + 8) };
    report.is("fd_read into the array of pieces", errno(count), "ok");
    report.is("the array holds what was read", array[0].to_le_bytes().to_vec(), "0123");
    let many = iovecs(&[(scratch(), 1)]).repeat(3000);
    let file = file.cast_unsigned();
    seek(file, 0, WHENCE_SET).expect("a file can be sought");
    let answer = unsafe { raw::fd_read(file.cast_signed(), many.as_ptr() as i32, 3000, scratch() + 8) };
    report.is("fd_read into 3000 pieces of a byte", errno(answer), "ok");
    seek(file, 0, WHENCE_SET).expect("a file can be sought");
}

/// Flags and numbers that mean nothing.
fn numbers(report: &mut Report, dir: i32, file: i32) {
    let name = "file";
    let (path, len) = (name.as_ptr() as i32, name.len() as i32);
    let answers = unsafe {
        [
            ("clock_res_get of no clock", raw::clock_res_get(9, scratch()), "INVAL"),
            ("clock_time_get of no clock", raw::clock_time_get(-1, 0, scratch()), "INVAL"),
            ("fd_seek from nowhere", raw::fd_seek(file, 0, 3, scratch()), "INVAL"),
            ("fd_advise no advice", raw::fd_advise(file, 0, 0, 6), "INVAL"),
            ("fd_fdstat_set_flags beyond all", raw::fd_fdstat_set_flags(file, 1 << 5), "INVAL"),
            ("fd_fdstat_set_flags beyond 16 bits", raw::fd_fdstat_set_flags(file, 1 << 16), "INVAL"),
            ("fd_filestat_set_times beyond all", raw::fd_filestat_set_times(file, 0, 0, 1 << 4), "INVAL"),
            ("path_filestat_get beyond all", raw::path_filestat_get(dir, 2, path, len, scratch()), "INVAL"),
            ("path_open look-up beyond all", raw::path_open(dir, 2, path, len, 0, ALL, ALL, 0, scratch()), "INVAL"),
            ("path_open how beyond all", raw::path_open(dir, 0, path, len, 1 << 4, ALL, ALL, 0, scratch()), "INVAL"),
            ("path_open flags beyond all", raw::path_open(dir, 0, path, len, 0, ALL, ALL, 1 << 5, scratch()), "INVAL"),
            ("path_link flags beyond all", raw::path_link(dir, 2, path, len, dir, path, len), "INVAL"),
            ("fd_close -1", raw::fd_close(-1), "BADF"),
            ("fd_renumber -1", raw::fd_renumber(-1, file), "BADF"),
            ("fd_renumber to -1", raw::fd_renumber(file, -1), "BADF"),
            ("fd_readdir with the last cookie", raw::fd_readdir(dir, scratch(), 16, -1, scratch()), "ok"),
        ]
    };
    for (name, answer, expected) in answers {
        report.is(name, errno(answer), expected);
    }
}

fn polls(report: &mut Report) {
    let mut subscription = [0_u64; 6];
    subscription[1] = 7;
    let at = subscription.as_ptr() as i32;
    let mut events = vec![0_u64; 8];
    let into = events.as_mut_ptr() as i32;
    let answers = unsafe {
        [
            ("poll_oneoff of no kind", raw::poll_oneoff(at, into, 1, scratch()), "INVAL"),
            ("poll_oneoff beyond counting", raw::poll_oneoff(at, into, HUGE, scratch()), "INVAL"),
            ("poll_oneoff with events nowhere", raw::poll_oneoff(at, FAR, 1, scratch()), "FAULT"),
        ]
    };
    for (name, answer, expected) in answers {
        report.is(name, errno(answer), expected);
    }
}

/// Room that a call may write to and nobody reads.
fn scratch() -> i32 {
    static mut ROOM: [u64; 16] = [0; 16];
    &raw mut ROOM as i32
}
