//! `fd_read` and `fd_pread`.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("reading");
    put(dir, "file", "hello, world");
    let file = open(dir, "file", 0, R).expect("it is there");
    report.is("fd_read some", read(file, 5), "hello");
    report.is("fd_read the rest", read(file, 50), ", world");
    report.is("fd_read at the end", read(file, 50), "");
    report.is("fd_read nothing", read(file, 0), "");
    report.is("fd_tell after all", tell(file), "12");

    seek(file, 0, WHENCE_SET).expect("a file can be sought");
    report.is("fd_read into no pieces", unsafe { fd_read(file, &[]) }, "0");
    let mut bytes = [b'.'; 16];
    let start = bytes.as_mut_ptr();
    // SAFETY: both lie in the array.
    let piece = |from: usize, len| Iovec { buf: unsafe { start.add(from) }, buf_len: len };
    let pieces = [piece(0, 2), piece(3, 0), piece(4, 3)];
    report.is("fd_read into pieces", unsafe { fd_read(file, &pieces) }.map(|read| read > 0), "yes");
    // A runtime may fill fewer pieces than there are, but those in order.
    seek(file, 0, WHENCE_SET).expect("a file can be sought");
    report.is(
        "fd_read into pieces that overlap",
        unsafe { fd_read(file, &[piece(8, 4), piece(8, 4)]) }.map(|read| read > 0),
        "yes",
    );
    report.is("what is in the first pieces", bytes[..2].to_vec(), "he");

    report.is("fd_pread", pread(file, 5, 7), "world");
    seek(file, 3, WHENCE_SET).expect("a file can be sought");
    report.is("fd_pread at the start", pread(file, 2, 0), "he");
    report.is("fd_pread leaves the offset", tell(file), "3");
    report.is("fd_pread up to the end", pread(file, 50, 10), "ld");
    report.is("fd_pread at the end", pread(file, 5, 12), "");
    report.is("fd_pread past the end", pread(file, 5, 1 << 40), "");
    report.is("fd_pread far past the end", pread(file, 5, i64::MAX as u64), "");
    report.is("fd_pread out of the numbers", pread(file, 5, u64::MAX), "INVAL");

    let writer = open(dir, "file", 0, W).expect("it is there");
    for (name, fd, for_read, for_pread) in [
        ("opened for writing", writer, "BADF", "BADF"),
        ("a directory", dir, "BADF", "BADF"),
        ("stdout", 1, "BADF", "BADF"),
        ("nobody", NOBODY, "BADF", "BADF"),
    ] {
        report.is(&format!("fd_read {name}"), read(fd, 5), for_read);
        report.is(&format!("fd_pread {name}"), pread(fd, 5, 0), for_pread);
    }
    report.is("fd_pread stdin", pread(0, 5, 0), "SPIPE");

    // What is open can be read although its name is gone, and is something else than a new file of the same name.
    unlink(dir, "file").expect("it is there");
    put(dir, "file", "another");
    report.is("fd_pread what was removed", pread(file, 5, 0), "hello");
    report.is("fd_filestat_get what was removed", filestat(file).map(|stat| stat.nlink), "0");
    // A file that shrinks under its reader.
    let shrinking = open(dir, "file", 0, RW).expect("it is there");
    seek(shrinking, 5, WHENCE_SET).expect("a file can be sought");
    opens(dir, "file", OFLAGS_TRUNC, W).expect("it is there");
    report.is("fd_read what has shrunk", read(shrinking, 5), "");
}
