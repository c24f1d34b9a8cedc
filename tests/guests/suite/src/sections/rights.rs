//! What is no longer allowed, call by call: a right that has been given up is missed by the calls that need it.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("rights");
    put(dir, "file", "12345");
    create_directory(dir, "inner").expect("it is new");
    symlink(dir, "file", "link").expect("it is new");
    on_a_file(report, dir);
    on_a_directory(report);
    report.is("fd_fdstat_get stdout still writes", fdstat(1).is_ok(), "yes");
    report.is("nothing was made, moved or removed", names(dir), "file inner link");
    report.is("the file is as it was", text(dir, "file"), "12345");
}

/// The descriptor, with all its rights but one.
fn without(fd: Fd, right: Rights) -> Fd {
    let stat = fdstat(fd).expect("it is open");
    let kept = stat.fs_rights_base & !right;
    unsafe { fd_fdstat_set_rights(fd, kept, stat.fs_rights_inheriting) }.expect("fewer can always be had");
    fd
}

/// A call, the right that it needs, and the call itself on a descriptor without that right.
type Case = (&'static str, Rights, fn(Fd) -> Answer);

const ON_A_FILE: &[Case] = &[
    ("fd_advise", RIGHTS_FD_ADVISE, |fd| unsafe { fd_advise(fd, 0, 0, ADVICE_NORMAL) }),
    ("fd_allocate", RIGHTS_FD_ALLOCATE, |fd| unsafe { fd_allocate(fd, 0, 10) }),
    ("fd_datasync", RIGHTS_FD_DATASYNC, |fd| unsafe { fd_datasync(fd) }),
    ("fd_fdstat_set_flags", RIGHTS_FD_FDSTAT_SET_FLAGS, |fd| unsafe { fd_fdstat_set_flags(fd, FDFLAGS_APPEND) }),
    ("fd_filestat_get", RIGHTS_FD_FILESTAT_GET, |fd| filestat(fd).map(drop)),
    ("fd_filestat_set_size", RIGHTS_FD_FILESTAT_SET_SIZE, |fd| unsafe { fd_filestat_set_size(fd, 1) }),
    ("fd_filestat_set_times", RIGHTS_FD_FILESTAT_SET_TIMES, |fd| unsafe {
        fd_filestat_set_times(fd, 1, 1, FSTFLAGS_ATIM)
    }),
    ("fd_seek", RIGHTS_FD_SEEK, |fd| seek(fd, 1, WHENCE_SET).map(drop)),
    ("fd_sync", RIGHTS_FD_SYNC, |fd| unsafe { fd_sync(fd) }),
    ("fd_tell", RIGHTS_FD_SEEK | RIGHTS_FD_TELL, |fd| tell(fd).map(drop)),
];

fn on_a_file(report: &mut Report, dir: Fd) {
    for (call, right, make) in ON_A_FILE {
        let file = without(open(dir, "file", 0, RW).expect("it is there"), *right);
        report.is(&format!("{call} without the right"), make(file), "NOTCAPABLE");
        close(file).expect("it is open");
    }
    for (call, right, make) in [
        ("fd_read", RIGHTS_FD_READ, (|fd| read(fd, 1).map(drop)) as fn(Fd) -> Answer),
        ("fd_pread", RIGHTS_FD_READ, |fd| pread(fd, 1, 0).map(drop)),
        ("fd_write", RIGHTS_FD_WRITE, |fd| write(fd, &["x"]).map(drop)),
        ("fd_pwrite", RIGHTS_FD_WRITE, |fd| pwrite(fd, &["x"], 0).map(drop)),
    ] {
        let file = without(open(dir, "file", 0, RW).expect("it is there"), right);
        // As if it had not been opened for that, for which POSIX has another errno.
        report.is(&format!("{call} without the right"), make(file), "BADF");
        close(file).expect("it is open");
    }
    let file = without(open(dir, "file", 0, RW).expect("it is there"), RIGHTS_FD_SEEK);
    report.is(
        "fd_fdstat_set_rights a right that was given up",
        unsafe { fd_fdstat_set_rights(file, RW, 0) },
        "NOTCAPABLE",
    );
    close(file).expect("it is open");
}

const ON_A_DIRECTORY: &[Case] = &[
    ("fd_readdir", RIGHTS_FD_READDIR, |fd| names(fd).map(drop)),
    ("path_create_directory", RIGHTS_PATH_CREATE_DIRECTORY, |fd| create_directory(fd, "new")),
    ("path_filestat_get", RIGHTS_PATH_FILESTAT_GET, |fd| stat(fd, "file").map(drop)),
    ("path_filestat_set_times", RIGHTS_PATH_FILESTAT_SET_TIMES, |fd| unsafe {
        path_filestat_set_times(fd, 0, "file", 1, 1, FSTFLAGS_ATIM)
    }),
    ("path_link from there", RIGHTS_PATH_LINK_SOURCE, |fd| link(fd, "file", "new")),
    ("path_link to there", RIGHTS_PATH_LINK_TARGET, |fd| link(fd, "file", "new")),
    ("path_open", RIGHTS_PATH_OPEN, |fd| opens(fd, "file", 0, R)),
    ("path_open a file that is new", RIGHTS_PATH_CREATE_FILE, |fd| opens(fd, "new", OFLAGS_CREAT, RW)),
    ("path_open emptying it", RIGHTS_PATH_FILESTAT_SET_SIZE, |fd| opens(fd, "file", OFLAGS_TRUNC, RW)),
    ("path_readlink", RIGHTS_PATH_READLINK, |fd| readlink(fd, "link").map(drop)),
    ("path_remove_directory", RIGHTS_PATH_REMOVE_DIRECTORY, |fd| remove_directory(fd, "inner")),
    ("path_rename from there", RIGHTS_PATH_RENAME_SOURCE, |fd| rename(fd, "file", "new")),
    ("path_rename to there", RIGHTS_PATH_RENAME_TARGET, |fd| rename(fd, "file", "new")),
    ("path_symlink", RIGHTS_PATH_SYMLINK, |fd| symlink(fd, "file", "new")),
    ("path_unlink_file", RIGHTS_PATH_UNLINK_FILE, |fd| unlink(fd, "file")),
];

fn on_a_directory(report: &mut Report) {
    for (call, right, make) in ON_A_DIRECTORY {
        let inner = without(directory(ROOT, "rights").expect("it is there"), *right);
        report.is(&format!("{call} without the right"), make(inner), "NOTCAPABLE");
        close(inner).expect("it is open");
    }
}
