//! Every call that takes a path, given each path that leads nowhere.

use crate::report::Report;
use crate::system::*;

/// A call with one path, which is to fail.
type Case = (&'static str, fn(Fd, &str) -> Answer);

const CALLS: &[Case] = &[
    ("path_create_directory", |dir, path| create_directory(dir, path)),
    ("path_filestat_get", |dir, path| stat(dir, path).map(drop)),
    ("path_filestat_set_times", |dir, path| unsafe { path_filestat_set_times(dir, 0, path, 1, 1, FSTFLAGS_ATIM) }),
    ("path_link from", |dir, path| link(dir, path, "made")),
    ("path_link to", |dir, path| link(dir, "file", path)),
    ("path_open", |dir, path| opens(dir, path, 0, R)),
    ("path_open to create", |dir, path| opens(dir, path, OFLAGS_CREAT, RW)),
    ("path_readlink", |dir, path| readlink(dir, path).map(drop)),
    ("path_remove_directory", |dir, path| remove_directory(dir, path)),
    ("path_rename from", |dir, path| rename(dir, path, "made")),
    ("path_rename to", |dir, path| rename(dir, "file", path)),
    ("path_symlink", |dir, path| symlink(dir, "file", path)),
    ("path_unlink_file", |dir, path| unlink(dir, path)),
];

pub fn section(report: &mut Report) {
    let dir = fresh("paths");
    put(dir, "file", "1");
    symlink(dir, "loop", "loop").expect("it is new");
    symlink(dir, "nowhere", "dangling").expect("it is new");
    let long = "n".repeat(256);
    let longer = "d/".repeat(3000);
    for (call, make) in CALLS {
        let mut answers = |what: &str, path: &str, expected: &str| {
            report.is(&format!("{call} {what}"), make(dir, path), expected);
        };
        answers("through a loop", "loop/x", "LOOP");
        answers("through nothing", "missing/x", "NOENT");
        answers("through a link to nothing", "dangling/x", "NOENT");
        answers("through a file", "file/x", "NOTDIR");
        answers("a name too long", &long, "NAMETOOLONG");
        answers("a path too long", &longer, "NAMETOOLONG");
        answers("a zero", "a\0b", "INVAL");
        answers("nothing at all", "", "NOENT");
        answers("out of the directory", "../x", "PERM");
        answers("from the root", "/x", "PERM");
    }
    report.is("path_remove_directory the root", remove_directory(ROOT, "."), "INVAL");
    report.is("path_remove_directory the root by another way", remove_directory(ROOT, "paths/.."), "INVAL");
    report.is("path_rename the root", rename(ROOT, ".", "made"), "BUSY");
    let file = open(dir, "file", 0, RW).expect("it is there");
    report.is("path_symlink in a file", symlink(file, "file", "x"), "NOTDIR");
    report.is("path_remove_directory in a file", remove_directory(file, "x"), "NOTDIR");
    report.is("path_link in a file", link(file, "file", "x"), "NOTDIR");
    report.is("path_readlink in a file", readlink(file, "x"), "NOTDIR");
    close(file).expect("it is open");
    report.is("nothing was made, moved or removed", names(dir), "dangling file loop");
}
