//! The limits of this runtime: each has an errno, and none takes anything else with it.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("limits");
    put(dir, "file", "text");
    descriptors(report, dir);
    space(report, dir);
    links(report, dir);
}

/// A program may want 100,000 descriptors; it gets 65,536.
fn descriptors(report: &mut Report, dir: Fd) {
    let mut opened = Vec::new();
    let refused = loop {
        match open(dir, "file", 0, R) {
            Ok(fd) => opened.push(fd),
            Err(errno) => break errno,
        }
        if opened.len() == 100_000 {
            break ERRNO_SUCCESS;
        }
    };
    report.is("path_open when all descriptors are open", refused, "MFILE");
    // The standard streams, the root and the directory of this section.
    report.is("how many there were", opened.len() + 5, "65536");
    report.is("fd_read of the last one", read(opened[opened.len() - 1], 9), "text");
    report.is("path_open CREAT when all are open", opens(dir, "not-made", OFLAGS_CREAT, RW), "MFILE");
    report.is("it was not made", kind(dir, "not-made"), "NOENT");
    let all_closed = opened.iter().all(|&fd| close(fd).is_ok());
    report.is("fd_close all", all_closed, "yes");
    report.is("path_open then", opens(dir, "file", 0, R), "ok");
}

/// The tree holds 512 MiB.
fn space(report: &mut Report, dir: Fd) {
    let file = create(dir, "big");
    let resize = |size| unsafe { fd_filestat_set_size(file, size) };
    report.is("fd_filestat_set_size to 500 MiB", resize(500 << 20), "ok");
    report.is("fd_filestat_set_size to 600 MiB", resize(600 << 20), "NOSPC");
    report.is("fd_filestat_set_size to 20 GiB", resize(20 << 30), "FBIG");
    report.is("fd_allocate to 600 MiB", unsafe { fd_allocate(file, 0, 600 << 20) }, "NOSPC");
    report.is("fd_pwrite past 600 MiB", pwrite(file, &["x"], 600 << 20), "NOSPC");
    report.is("fd_pwrite past 20 GiB", pwrite(file, &["x"], 20 << 30), "FBIG");
    report.is("fd_allocate past 20 GiB", unsafe { fd_allocate(file, 20 << 30, 1) }, "FBIG");
    report.is("fd_seek to 20 GiB", seek(file, 20 << 30, WHENCE_SET).is_ok(), "yes");
    report.is("fd_write there", write(file, &["x"]), "FBIG");
    report.is("fd_seek back", seek(file, 0, WHENCE_SET), "0");
    report.is("fd_filestat_get size", size(file), "524288000");
    // What is left is filled to the last byte; a write that does not fit is cut.
    let room = (512 << 20) - (500 << 20) - 4;
    report.is("fd_filestat_set_size to all but four bytes", resize((500 << 20) + room - 4), "ok");
    let other = create(dir, "small");
    report.is("fd_write what fits in part", write(other, &["123456"]), "4");
    report.is("fd_write what does not fit", write(other, &["56"]), "NOSPC");
    report.is("fd_write nothing all the same", write(other, &[""]), "0");
    report.is("path_symlink when all is full", symlink(dir, "target", "link"), "NOSPC");
    report.is("what is in it", text(dir, "small"), "1234");
    report.is("fd_filestat_set_size to nothing", resize(0), "ok");
    report.is("fd_write then", write(other, &["56"]), "2");
    // What is open without a name still takes its room.
    resize(511 << 20).expect("there is room");
    unlink(dir, "big").expect("it is there");
    let another = create(dir, "another");
    let resize_another = |size| unsafe { fd_filestat_set_size(another, size) };
    report.is("fd_filestat_set_size beside what is still open", resize_another(10 << 20), "NOSPC");
    close(file).expect("it is open");
    report.is("fd_filestat_set_size when it is closed", resize_another(10 << 20), "ok");
    resize_another(0).expect("it is open");
    for fd in [other, another] {
        close(fd).expect("it is open");
    }
}

fn links(report: &mut Report, dir: Fd) {
    let mut made: u32 = 1;
    let refused = loop {
        match link(dir, "file", &format!("link-{made}")) {
            Ok(()) => made += 1,
            Err(errno) => break errno,
        }
    };
    report.is("path_link when there are enough", refused, "MLINK");
    report.is("how many there are", made, "65000");
    report.is("path_filestat_get tells the same", stat(dir, "file").map(|stat| stat.nlink), "65000");
}
