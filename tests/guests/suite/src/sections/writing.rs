//! `fd_write` and `fd_pwrite`, appending, and what makes a file longer or shorter.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("writing");
    plain(report, dir);
    at_offsets(report, dir);
    appending(report, dir);
    sizes(report, dir);
    synchronising(report, dir);
}

fn plain(report: &mut Report, dir: Fd) {
    let file = create(dir, "plain");
    report.is("fd_write", write(file, &["hello"]), "5");
    report.is("fd_write nothing", write(file, &[""]), "0");
    report.is("fd_write no pieces", write(file, &[]), "0");
    // A runtime may write fewer pieces than there are.
    let pieces = ["", ", ", "world"];
    let mut written = 0;
    while written < 7 {
        let rest = ", world".get(written..).expect("these are letters of one byte");
        written += if written == 0 { write(file, &pieces) } else { write(file, &[rest]) }.expect("it is for writing");
    }
    report.is("fd_write pieces", written, "7");
    report.is("fd_tell", tell(file), "12");
    report.is("what is in it", pread(file, 50, 0), "hello, world");
    seek(file, 14, WHENCE_SET).expect("a file can be sought");
    report.is("fd_write past the end", write(file, &["!"]), "1");
    report.is("what is in it then", pread(file, 50, 0), "hello, world\\x00\\x00!");
    report.is("a reader sees it at once", text(dir, "plain"), "hello, world\\x00\\x00!");
    close(file).expect("it is open");
    let reader = open(dir, "plain", 0, R).expect("it is there");
    for (name, fd) in [("opened for reading", reader), ("a directory", dir), ("stdin", 0), ("nobody", NOBODY)] {
        report.is(&format!("fd_write {name}"), write(fd, &["x"]), "BADF");
    }
    report.is("fd_write stderr", write(2, &[""]), "0");
    close(reader).expect("it is open");
}

fn at_offsets(report: &mut Report, dir: Fd) {
    let file = create(dir, "offsets");
    write(file, &["0123456789"]).expect("it is for writing");
    report.is("fd_pwrite", pwrite(file, &["ab"], 2), "2");
    report.is("fd_pwrite leaves the offset", tell(file), "10");
    report.is("fd_pwrite past the end", pwrite(file, &["!"], 12), "1");
    report.is("fd_pwrite nothing past the end", pwrite(file, &[""], 100), "0");
    report.is("what is in it", text(dir, "offsets"), "01ab456789\\x00\\x00!");
    report.is("fd_pwrite out of the numbers", pwrite(file, &["x"], u64::MAX), "INVAL");
    report.is("fd_pwrite at the last number", pwrite(file, &["x"], i64::MAX as u64), "FBIG");
    report.is("fd_pwrite stdout", pwrite(1, &["x"], 0), "SPIPE");
    report.is("fd_pwrite a directory", pwrite(dir, &["x"], 0), "BADF");
    report.is("fd_pwrite nobody", pwrite(NOBODY, &["x"], 0), "BADF");
    let reader = open(dir, "offsets", 0, R).expect("it is there");
    report.is("fd_pwrite opened for reading", pwrite(reader, &["x"], 0), "BADF");
    close(reader).expect("it is open");
    close(file).expect("it is open");
}

fn appending(report: &mut Report, dir: Fd) {
    put(dir, "log", "one ");
    let log = open_with(dir, 0, "log", 0, RW, FDFLAGS_APPEND).expect("it is there");
    let other = open_with(dir, 0, "log", 0, W, FDFLAGS_APPEND).expect("it is there");
    report.is("fd_write to append", write(log, &["two "]), "4");
    report.is("fd_write to append, another one", write(other, &["three "]), "6");
    report.is("fd_write to append, the first again", write(log, &["four"]), "4");
    report.is("fd_tell after appending", tell(log), "18");
    seek(log, 0, WHENCE_SET).expect("a file can be sought");
    report.is("fd_read one that appends", read(log, 3), "one");
    report.is("fd_write it all the same at the end", write(log, &["."]), "1");
    report.is("what is in it", text(dir, "log"), "one two three four.");
    let made = open_with(dir, 0, "made", OFLAGS_CREAT, W, FDFLAGS_APPEND).expect("it can be made");
    report.is("fd_write to append to a new file", write(made, &["new"]), "3");
    for fd in [log, other, made] {
        close(fd).expect("it is open");
    }
}

fn sizes(report: &mut Report, dir: Fd) {
    let resize = |fd, size| unsafe { fd_filestat_set_size(fd, size) };
    let file = create(dir, "sizes");
    write(file, &["0123456789"]).expect("it is for writing");
    report.is("fd_filestat_set_size shorter", resize(file, 4), "ok");
    report.is("fd_filestat_set_size leaves the offset", tell(file), "10");
    report.is("fd_filestat_set_size longer", resize(file, 6), "ok");
    report.is("what is in it", text(dir, "sizes"), "0123\\x00\\x00");
    report.is("fd_write past the end that moved", write(file, &["x"]), "1");
    report.is("fd_filestat_get size", size(file), "11");
    report.is("fd_filestat_set_size nothing", resize(file, 0), "ok");
    report.is("fd_filestat_set_size out of the numbers", resize(file, u64::MAX), "INVAL");
    report.is("fd_filestat_set_size a directory", resize(dir, 1), "BADF");
    report.is("fd_filestat_set_size stdout", resize(1, 1), "BADF");
    report.is("fd_filestat_set_size nobody", resize(NOBODY, 1), "BADF");
    let reader = open(dir, "sizes", 0, R).expect("it is there");
    report.is("fd_filestat_set_size opened for reading", resize(reader, 1), "INVAL");

    let allocate = |fd, offset, len| unsafe { fd_allocate(fd, offset, len) };
    write(file, &[""]).expect("it is for writing");
    pwrite(file, &["ab"], 0).expect("it is for writing");
    report.is("fd_allocate longer", allocate(file, 1, 3), "ok");
    report.is("fd_allocate within", allocate(file, 0, 1), "ok");
    report.is("what is allocated", text(dir, "sizes"), "ab\\x00\\x00");
    report.is("fd_allocate nothing", allocate(file, 0, 0), "INVAL");
    report.is("fd_allocate out of the numbers", allocate(file, u64::MAX, 1), "INVAL");
    report.is("fd_allocate opened for reading", allocate(reader, 0, 10), "BADF");
    report.is("fd_allocate a directory", allocate(dir, 0, 10), "BADF");
    report.is("fd_allocate nobody", allocate(NOBODY, 0, 10), "BADF");
    close(reader).expect("it is open");
    close(file).expect("it is open");
}

fn synchronising(report: &mut Report, dir: Fd) {
    let file = open(dir, "plain", 0, RW).expect("it is there");
    let sync = |fd| unsafe { fd_sync(fd) };
    let datasync = |fd| unsafe { fd_datasync(fd) };
    report.is("fd_sync a file", sync(file), "ok");
    report.is("fd_datasync a file", datasync(file), "ok");
    report.is("fd_sync a directory", sync(dir), "ok");
    report.is("fd_datasync a directory", datasync(dir), "ok");
    report.is("fd_sync stdout", sync(1), "INVAL");
    report.is("fd_datasync stdout", datasync(1), "INVAL");
    report.is("fd_sync nobody", sync(NOBODY), "BADF");
    report.is("fd_datasync nobody", datasync(NOBODY), "BADF");

    let advise = |fd, advice| unsafe { fd_advise(fd, 0, 10, advice) };
    for (name, advice) in [
        ("NORMAL", ADVICE_NORMAL),
        ("SEQUENTIAL", ADVICE_SEQUENTIAL),
        ("RANDOM", ADVICE_RANDOM),
        ("WILLNEED", ADVICE_WILLNEED),
        ("DONTNEED", ADVICE_DONTNEED),
        ("NOREUSE", ADVICE_NOREUSE),
    ] {
        report.is(&format!("fd_advise {name}"), advise(file, advice), "ok");
    }
    report.is("fd_advise a directory", advise(dir, ADVICE_NORMAL), "BADF");
    report.is("fd_advise stdout", advise(1, ADVICE_NORMAL), "BADF");
    report.is("fd_advise nobody", advise(NOBODY, ADVICE_NORMAL), "BADF");
    close(file).expect("it is open");
}
