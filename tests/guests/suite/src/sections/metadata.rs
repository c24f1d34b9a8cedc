//! What is told about files and directories: kinds, numbers, links, times, and setting times.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("metadata");
    told(report, dir);
    numbers(report, dir);
    moving(report, dir);
    set_by_descriptor(report, dir);
    set_by_path(report, dir);
}

fn told(report: &mut Report, dir: Fd) {
    put(dir, "file", "12345");
    let file = open(dir, "file", 0, RW).expect("it is there");
    let stat = filestat(file).expect("it is open");
    report.is("fd_filestat_get a file's kind", stat.filetype, "REGULAR_FILE");
    report.is("fd_filestat_get a file's size", stat.size, "5");
    report.is("fd_filestat_get a file's links", stat.nlink, "1");
    report.is("fd_filestat_get a directory", filestat(dir).map(|stat| stat.filetype), "DIRECTORY");
    report.is("fd_filestat_get the root", filestat(ROOT).map(|stat| stat.filetype), "DIRECTORY");
    report.is("fd_filestat_get stdout's size", filestat(1).map(|stat| stat.size), "0");
    report.is("fd_filestat_get nobody", filestat(NOBODY).map(drop), "BADF");
    report.is("path_filestat_get a file", kind(dir, "file"), "REGULAR_FILE");
    report.is("path_filestat_get .", kind(dir, "."), "DIRECTORY");
    report.is("path_filestat_get file/", kind(dir, "file/"), "NOTDIR");
    report.is("path_filestat_get missing", kind(dir, "missing"), "NOENT");
    report.is("path_filestat_get nothing", kind(dir, ""), "NOENT");
    report.is("path_filestat_get below a file", kind(dir, "file/x"), "NOTDIR");
    report.is("path_filestat_get in a file", kind(file, "x"), "NOTDIR");
    report.is("path_filestat_get in nobody", kind(NOBODY, "x"), "BADF");
    close(file).expect("it is open");
}

fn numbers(report: &mut Report, dir: Fd) {
    let ino = |path| stat(dir, path).expect("it is there").ino;
    let before = ino("file");
    put(dir, "other", "");
    report.is("two files have two numbers", before != ino("other"), "yes");
    put(dir, "file", "changed");
    report.is("a file keeps its number when it is written", ino("file") == before, "yes");
    rename(dir, "file", "moved").expect("it is there");
    report.is("a file keeps its number when it moves", ino("moved") == before, "yes");
    let file = open(dir, "moved", 0, R).expect("it is there");
    report.is("a file has the same number when open", filestat(file).expect("it is open").ino == before, "yes");
    let (one, other) = (stat(dir, "moved").expect("it is there"), stat(dir, ".").expect("it is there"));
    report.is("all is on one device", one.dev == other.dev, "yes");
    close(file).expect("it is open");
}

fn moving(report: &mut Report, dir: Fd) {
    let wait = || {
        // Longer than what a file system's clock tells apart.
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let times = |path| stat(dir, path).map(|stat| (stat.mtim, stat.ctim)).expect("it is there");
    put(dir, "aging", "x");
    let made = times("aging");
    report.is("a new file has a time", made.0 > 0, "yes");
    let directory_made = times(".");
    wait();
    put(dir, "aging", "y");
    let written = times("aging");
    report.is("writing moves the modification time", written.0 > made.0, "yes");
    report.is("writing moves the change time", written.1 > made.1, "yes");
    report.is("writing leaves the directory's times", times(".") == directory_made, "yes");
    wait();
    link(dir, "aging", "linked").expect("it is there");
    let linked = times("aging");
    report.is("linking leaves the modification time", linked.0 == written.0, "yes");
    report.is("linking moves the change time", linked.1 > written.1, "yes");
    let directory_linked = times(".");
    report.is("a new name moves the directory's modification time", directory_linked.0 > directory_made.0, "yes");
    wait();
    unlink(dir, "linked").expect("it is there");
    report.is("a name removed moves the directory's modification time", times(".").0 > directory_linked.0, "yes");
    report.is("a name removed moves the file's change time", times("aging").1 > linked.1, "yes");
}

fn set_by_descriptor(report: &mut Report, dir: Fd) {
    let set = |fd, atim, mtim, flags| unsafe { fd_filestat_set_times(fd, atim, mtim, flags) };
    let both = |fd| filestat(fd).map(|stat| format!("{} {}", stat.atim, stat.mtim));
    put(dir, "times", "x");
    let file = open(dir, "times", 0, RW).expect("it is there");
    report.is("fd_filestat_set_times", set(file, 1_000_000_000, 2_000_000_000, FSTFLAGS_ATIM | FSTFLAGS_MTIM), "ok");
    report.is("what is told then", both(file), "1000000000 2000000000");
    report.is("fd_filestat_set_times one of them", set(file, 5, 3_000_000_123, FSTFLAGS_MTIM), "ok");
    report.is("what is told then", both(file), "1000000000 3000000123");
    report.is("fd_filestat_set_times neither", set(file, 7, 7, 0), "ok");
    report.is("what is told then", both(file), "1000000000 3000000123");
    report.is("fd_filestat_set_times now", set(file, 0, 0, FSTFLAGS_ATIM_NOW), "ok");
    report.is("what is told then", filestat(file).map(|stat| stat.atim > 1_577_836_800_000_000_000), "yes");
    report.is("fd_filestat_set_times given and now", set(file, 0, 0, FSTFLAGS_ATIM | FSTFLAGS_ATIM_NOW), "INVAL");
    report.is(
        "fd_filestat_set_times given and now, the other",
        set(file, 0, 0, FSTFLAGS_MTIM | FSTFLAGS_MTIM_NOW),
        "INVAL",
    );
    report.is("fd_filestat_set_times a directory", set(dir, 0, 4_000_000_000, FSTFLAGS_MTIM), "ok");
    report.is("what is told then", filestat(dir).map(|stat| stat.mtim), "4000000000");
    report.is("fd_filestat_set_times stdout", set(1, 0, 0, FSTFLAGS_MTIM_NOW), "BADF");
    report.is("fd_filestat_set_times nobody", set(NOBODY, 0, 0, FSTFLAGS_MTIM), "BADF");
    close(file).expect("it is open");
}

fn set_by_path(report: &mut Report, dir: Fd) {
    let set = |look, path, mtim| unsafe { path_filestat_set_times(dir, look, path, 0, mtim, FSTFLAGS_MTIM) };
    let modified = |path| stat(dir, path).map(|stat| stat.mtim);
    symlink(dir, "times", "link").expect("it is new");
    symlink(dir, "nowhere", "dangling").expect("it is new");
    report.is(
        "path_filestat_set_times of what a link leads to",
        set(LOOKUPFLAGS_SYMLINK_FOLLOW, "link", 1_000_000_000),
        "ok",
    );
    report.is("what is told of the file", modified("times"), "1000000000");
    report.is("path_filestat_set_times of the link itself", set(0, "link", 2_000_000_000), "ok");
    report.is("what is told of the link", modified("link"), "2000000000");
    report.is("what is told of the file", modified("times"), "1000000000");
    report.is("path_filestat_set_times of a dangling link", set(0, "dangling", 3_000_000_000), "ok");
    report.is(
        "path_filestat_set_times through a dangling link",
        set(LOOKUPFLAGS_SYMLINK_FOLLOW, "dangling", 1),
        "NOENT",
    );
    report.is("path_filestat_set_times missing", set(0, "missing", 1), "NOENT");
    report.is("path_filestat_set_times file/", set(0, "times/", 1), "NOTDIR");
    let wrong = unsafe { path_filestat_set_times(dir, 0, "times", 0, 0, FSTFLAGS_MTIM | FSTFLAGS_MTIM_NOW) };
    report.is("path_filestat_set_times given and now", wrong, "INVAL");
    let nobody = unsafe { path_filestat_set_times(NOBODY, 0, "times", 0, 0, FSTFLAGS_MTIM) };
    report.is("path_filestat_set_times in nobody", nobody, "BADF");
}
