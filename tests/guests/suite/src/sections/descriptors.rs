//! What is open: closing, renumbering, flags, rights, offsets.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("descriptors");
    put(dir, "one", "first");
    put(dir, "two", "second");
    closing(report, dir);
    renumbering(report, dir);
    flags(report, dir);
    rights(report, dir);
    offsets(report, dir);
}

fn closing(report: &mut Report, dir: Fd) {
    let file = open(dir, "one", 0, R).expect("it is there");
    report.is("fd_close a file", close(file), "ok");
    report.is("fd_close it again", close(file), "BADF");
    report.is("fd_close nobody", close(NOBODY), "BADF");
    let inner = directory(dir, ".").expect("it is there");
    report.is("fd_close a directory", close(inner), "ok");
    report.is("path_open in a closed directory", opens(inner, "one", 0, R), "BADF");
    let again = open(dir, "one", 0, R).expect("it is there");
    report.is("a closed number is given again", again == file, "yes");
    close(again).expect("it is open");
}

fn renumbering(report: &mut Report, dir: Fd) {
    let renumber = |from, to| unsafe { fd_renumber(from, to) };
    let one = open(dir, "one", 0, R).expect("it is there");
    let two = open(dir, "two", 0, R).expect("it is there");
    report.is("fd_renumber onto itself", renumber(one, one), "ok");
    report.is("fd_read after that", read(one, 2), "fi");
    report.is("fd_renumber onto another", renumber(one, two), "ok");
    report.is("fd_read the other's number goes on", read(two, 9), "rst");
    report.is("fd_read the old number", read(one, 9), "BADF");
    report.is("fd_renumber from nobody", renumber(NOBODY, two), "BADF");
    report.is("fd_renumber onto nobody", renumber(two, NOBODY), "BADF");
    report.is("fd_close the other's number", close(two), "ok");
}

fn flags(report: &mut Report, dir: Fd) {
    let flags = |fd| fdstat(fd).map(|stat| u32::from(stat.fs_flags));
    let set = |fd, flags| unsafe { fd_fdstat_set_flags(fd, flags) };
    let file = create(dir, "flags");
    write(file, &["base"]).expect("it is for writing");
    report.is("fd_fdstat_set_flags APPEND", set(file, FDFLAGS_APPEND), "ok");
    report.is("fd_fdstat_get then", flags(file), "1");
    seek(file, 0, WHENCE_SET).expect("a file can be sought");
    report.is("fd_write then", write(file, &["+end"]), "4");
    report.is("fd_fdstat_set_flags none", set(file, 0), "ok");
    seek(file, 0, WHENCE_SET).expect("a file can be sought");
    report.is("fd_write then, at the start", write(file, &["B"]), "1");
    report.is("what is in it", text(dir, "flags"), "Base+end");
    report.is("fd_fdstat_set_flags NONBLOCK", set(file, FDFLAGS_NONBLOCK), "ok");
    report.is("fd_fdstat_set_flags SYNC", set(file, FDFLAGS_SYNC), "ok");
    report.is("fd_fdstat_set_flags a directory", set(dir, 0), "ok");
    report.is("fd_fdstat_set_flags nobody", set(NOBODY, 0), "BADF");
    close(file).expect("it is open");
}

fn rights(report: &mut Report, dir: Fd) {
    let kind = |fd| fdstat(fd).map(|stat| stat.fs_filetype);
    report.is("fd_fdstat_get a directory", kind(dir), "DIRECTORY");
    let file = open(dir, "one", 0, RW).expect("it is there");
    report.is("fd_fdstat_get a file", kind(file), "REGULAR_FILE");
    report.is("fd_fdstat_get nobody", kind(NOBODY), "BADF");
    let may = |fd, right| fdstat(fd).map(|stat| stat.fs_rights_base & right != 0);
    report.is("fd_fdstat_get may read", may(file, RIGHTS_FD_READ), "yes");
    report.is("fd_fdstat_get may write", may(file, RIGHTS_FD_WRITE), "yes");
    let reader = open(dir, "one", 0, R).expect("it is there");
    report.is("fd_fdstat_get opened for reading may write", may(reader, RIGHTS_FD_WRITE), "no");
    report.is("fd_fdstat_get stdout may write", may(1, RIGHTS_FD_WRITE), "yes");
    report.is("fd_fdstat_get stdout may seek", may(1, RIGHTS_FD_SEEK), "no");

    let set = |fd, base, inheriting| unsafe { fd_fdstat_set_rights(fd, base, inheriting) };
    report.is("fd_fdstat_set_rights fewer", set(file, RIGHTS_FD_READ, 0), "ok");
    report.is("fd_write without the right", write(file, &["x"]), "BADF");
    report.is("fd_read with the right", read(file, 9), "first");
    report.is("fd_seek without the right", seek(file, 0, WHENCE_SET), "NOTCAPABLE");
    report.is("fd_tell without the right", tell(file), "NOTCAPABLE");
    report.is("fd_fdstat_set_rights more again", set(file, RW, 0), "NOTCAPABLE");
    report.is("fd_fdstat_set_rights nobody", set(NOBODY, 0, 0), "BADF");
    let inner = directory(dir, ".").expect("it is there");
    let all = fdstat(inner).expect("it is open").fs_rights_base;
    report.is("fd_fdstat_set_rights of what a directory hands on", set(inner, all, RIGHTS_FD_READ), "ok");
    report.is("path_open for reading there", opens(inner, "one", 0, RIGHTS_FD_READ), "ok");
    report.is("path_open for writing there", opens(inner, "one", 0, RIGHTS_FD_WRITE), "NOTCAPABLE");
    report.is("fd_fdstat_set_rights none", set(inner, 0, 0), "ok");
    report.is("path_open without the right", opens(inner, "one", 0, RIGHTS_FD_READ), "NOTCAPABLE");
    report.is("path_create_directory without the right", create_directory(inner, "new"), "NOTCAPABLE");
    report.is("fd_readdir without the right", names(inner), "NOTCAPABLE");
    for fd in [file, reader, inner] {
        close(fd).expect("it is open");
    }
}

fn offsets(report: &mut Report, dir: Fd) {
    let file = open(dir, "one", 0, RW).expect("it is there");
    report.is("fd_tell at first", tell(file), "0");
    report.is("fd_seek SET", seek(file, 3, WHENCE_SET), "3");
    report.is("fd_seek CUR", seek(file, -1, WHENCE_CUR), "2");
    report.is("fd_seek END", seek(file, -1, WHENCE_END), "4");
    report.is("fd_tell", tell(file), "4");
    report.is("fd_read there", read(file, 9), "t");
    report.is("fd_seek past the end", seek(file, 100, WHENCE_END), "105");
    report.is("fd_read past the end", read(file, 9), "");
    report.is("fd_seek before the start", seek(file, -1, WHENCE_SET), "INVAL");
    report.is("fd_seek before the start, CUR", seek(file, -200, WHENCE_CUR), "INVAL");
    report.is("fd_seek before the start, END", seek(file, -6, WHENCE_END), "INVAL");
    report.is("fd_tell is where it was", tell(file), "105");
    report.is("fd_seek out of the numbers", seek(file, i64::MAX, WHENCE_CUR), "INVAL");
    report.is("fd_seek a directory", seek(dir, 0, WHENCE_SET), "BADF");
    report.is("fd_tell a directory", tell(dir), "BADF");
    report.is("fd_seek stdout", seek(1, 0, WHENCE_CUR), "SPIPE");
    report.is("fd_tell stdout", tell(1), "SPIPE");
    report.is("fd_seek nobody", seek(NOBODY, 0, WHENCE_SET), "BADF");
    report.is("fd_tell nobody", tell(NOBODY), "BADF");
    let other = open(dir, "one", 0, R).expect("it is there");
    report.is("fd_tell another one of the same file", tell(other), "0");
    close(other).expect("it is open");
    close(file).expect("it is open");
}
