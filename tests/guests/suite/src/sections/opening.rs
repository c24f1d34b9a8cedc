//! `path_open`: what its flags mean together, and every reason not to open.

use crate::report::Report;
use crate::system::*;

const CREAT: Oflags = OFLAGS_CREAT;
const EXCL: Oflags = OFLAGS_EXCL;
const TRUNC: Oflags = OFLAGS_TRUNC;
const DIRECTORY: Oflags = OFLAGS_DIRECTORY;

pub fn section(report: &mut Report) {
    let dir = fresh("opening");
    put(dir, "file", "text");
    create_directory(dir, "inner").expect("it is new");
    put(dir, "inner/below", "below");
    symlink(dir, "file", "to-file").expect("it is new");
    symlink(dir, "inner", "to-inner").expect("it is new");
    symlink(dir, "nowhere", "dangling").expect("it is new");
    symlink(dir, "made-through", "to-be-made").expect("it is new");
    symlink(dir, "loop", "loop").expect("it is new");

    existing(report, dir);
    making(report, dir);
    rights_and_flags(report, dir);
    paths(report, dir);

    report.is("path_open in a file", opens(open(dir, "file", 0, R).expect("it is there"), "x", 0, R), "NOTDIR");
    report.is("path_open in stdin", opens(0, "x", 0, R), "NOTDIR");
    report.is("path_open in nobody", opens(NOBODY, "file", 0, R), "BADF");
    report.is(
        "what is left",
        names(dir),
        "dangling file inner loop made made-through plain to-be-made to-file to-inner",
    );
}

fn existing(report: &mut Report, dir: Fd) {
    report.is("path_open missing", opens(dir, "missing", 0, R), "NOENT");
    report.is("path_open file", opens(dir, "file", 0, R), "ok");
    report.is("path_open file for both", opens(dir, "file", 0, RW), "ok");
    report.is("path_open file as a directory", opens(dir, "file", DIRECTORY, R), "NOTDIR");
    report.is("path_open directory", opens(dir, "inner", 0, R), "ok");
    report.is("path_open directory as one", opens(dir, "inner", DIRECTORY, RIGHTS_FD_READDIR), "ok");
    report.is("path_open directory for writing", opens(dir, "inner", 0, RW), "ISDIR");
    report.is("path_open directory as one for both", opens(dir, "inner", DIRECTORY, RW), "ISDIR");
    report.is("path_open directory as one for writing", opens(dir, "inner", DIRECTORY, W), "ISDIR");
    report.is("path_open . as a directory for both", opens(dir, ".", DIRECTORY, RW), "ISDIR");
    report.is("path_open a link to a directory for both", opens(dir, "to-inner", 0, RW), "ISDIR");
    report.is("path_open a link to a directory as one for both", opens(dir, "to-inner", DIRECTORY, RW), "ISDIR");
    report.is("path_open directory as one TRUNC", opens(dir, "inner", DIRECTORY | TRUNC, RW), "INVAL");
    report.is("path_open directory as one EXCL", opens(dir, "inner", DIRECTORY | EXCL, R), "INVAL");
    report.is("path_open missing as a directory", opens(dir, "missing", DIRECTORY, R), "NOENT");
    report.is("path_open file TRUNC for reading", opens(dir, "file", TRUNC, R), "ok");
    report.is("what TRUNC left", text(dir, "file"), "");
    put(dir, "file", "text");
    report.is("path_open directory TRUNC", opens(dir, "inner", TRUNC, RW), "ISDIR");
}

fn making(report: &mut Report, dir: Fd) {
    report.is("path_open CREAT new", opens(dir, "made", CREAT, RW), "ok");
    report.is("path_open CREAT there already", opens(dir, "file", CREAT, RW), "ok");
    report.is("CREAT leaves what is there", text(dir, "file"), "text");
    report.is("path_open CREAT EXCL there already", opens(dir, "file", CREAT | EXCL, RW), "EXIST");
    report.is("path_open CREAT EXCL new", opens(dir, "plain", CREAT | EXCL, W), "ok");
    report.is("path_open EXCL without CREAT", opens(dir, "file", EXCL, R), "ok");
    report.is("path_open CREAT TRUNC", opens(dir, "made", CREAT | TRUNC, W), "ok");
    report.is("path_open CREAT EXCL directory", opens(dir, "inner", CREAT | EXCL, RW), "EXIST");
    report.is("path_open CREAT directory", opens(dir, "inner", CREAT, RW), "ISDIR");
    report.is("path_open CREAT DIRECTORY new", opens(dir, "missing", CREAT | DIRECTORY, R), "INVAL");
    report.is("path_open CREAT DIRECTORY there", opens(dir, "inner", CREAT | DIRECTORY, R), "INVAL");
    report.is("path_open CREAT in a missing directory", opens(dir, "missing/file", CREAT, RW), "NOENT");
    report.is("path_open CREAT below a file", opens(dir, "file/below", CREAT, RW), "NOTDIR");
    report.is("path_open CREAT through a dangling link", opens(dir, "to-be-made", CREAT, RW), "ok");
    report.is("what it made", kind(dir, "made-through"), "REGULAR_FILE");
    report.is("path_open CREAT EXCL a dangling link", opens(dir, "dangling", CREAT | EXCL, RW), "EXIST");
}

fn rights_and_flags(report: &mut Report, dir: Fd) {
    let reader = open(dir, "file", 0, R).expect("it is there");
    let writer = open(dir, "file", 0, W).expect("it is there");
    report.is("fd_write opened for reading", write(reader, &["x"]), "BADF");
    report.is("fd_read opened for writing", read(writer, 1), "BADF");
    let neither = open(dir, "file", 0, 0).expect("it is there");
    report.is("fd_read opened without rights", read(neither, 9), "text");
    let flags = |fd| fdstat(fd).map(|stat| u32::from(stat.fs_flags));
    report.is("fd_fdstat_get flags of a plain file", flags(reader), "0");
    let append = open_with(dir, 0, "file", 0, W, FDFLAGS_APPEND).expect("it is there");
    report.is("fd_fdstat_get flags of one opened to append", flags(append), "1");
    report.is("path_open NONBLOCK", open_with(dir, 0, "file", 0, R, FDFLAGS_NONBLOCK).map(drop), "ok");
    report.is("path_open SYNC", open_with(dir, 0, "file", 0, W, FDFLAGS_SYNC).map(drop), "ok");
    report.is("path_open DSYNC", open_with(dir, 0, "file", 0, W, FDFLAGS_DSYNC).map(drop), "ok");
    report.is("path_open RSYNC", open_with(dir, 0, "file", 0, W, FDFLAGS_RSYNC).map(drop), "ok");
}

fn paths(report: &mut Report, dir: Fd) {
    report.is("path_open nothing", opens(dir, "", 0, R), "NOENT");
    report.is("path_open .", opens(dir, ".", 0, R), "ok");
    report.is("path_open ./file", opens(dir, "./file", 0, R), "ok");
    report.is("path_open inner/../file", opens(dir, "inner/../file", 0, R), "ok");
    report.is("path_open missing/../file", opens(dir, "missing/../file", 0, R), "NOENT");
    report.is("path_open file/../file", opens(dir, "file/../file", 0, R), "NOTDIR");
    report.is("path_open inner//below", opens(dir, "inner//below", 0, R), "ok");
    report.is("path_open inner/", opens(dir, "inner/", 0, R), "ok");
    report.is("path_open inner/.", opens(dir, "inner/.", 0, R), "ok");
    report.is("path_open file/", opens(dir, "file/", 0, R), "NOTDIR");
    report.is("path_open file/.", opens(dir, "file/.", 0, R), "NOTDIR");
    report.is("path_open CREAT missing/", opens(dir, "missing/", CREAT, RW), "ISDIR");
    report.is("path_open through a link", opens(dir, "to-inner/below", 0, R), "ok");
    report.is("path_open a link, followed", opens(dir, "to-file", 0, R), "ok");
    report.is("path_open a link, not followed", open_with(dir, 0, "to-file", 0, R, 0).map(drop), "LOOP");
    report.is(
        "path_open a link to a directory, not followed",
        open_with(dir, 0, "to-inner", DIRECTORY, R, 0).map(drop),
        "LOOP",
    );
    report.is(
        "path_open a link with a slash, not followed",
        open_with(dir, 0, "to-inner/", DIRECTORY, R, 0).map(drop),
        "ok",
    );
    report.is("path_open a dangling link", opens(dir, "dangling", 0, R), "NOENT");
    report.is("path_open a loop", opens(dir, "loop", 0, R), "LOOP");
    report.is("path_open through a loop", opens(dir, "loop/x", 0, R), "LOOP");
    report.is("path_open a name of 256 bytes", opens(dir, &"n".repeat(256), 0, R), "NAMETOOLONG");
    report.is("path_open a path of 5000 bytes", opens(dir, &"n/".repeat(2500), 0, R), "NAMETOOLONG");
    report.is("path_open a zero in the path", opens(dir, "fi\0le", 0, R), "INVAL");
}
