//! Removing and moving names.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("names");
    unlinking(report, dir);
    moving_files(report, dir);
    moving_directories(report, dir);
    slashes(report, dir);
    between_directories(report, dir);
    what_is_open(report, dir);
    report.is("what is left", names(dir), "directory file target");
}

fn unlinking(report: &mut Report, dir: Fd) {
    put(dir, "file", "");
    create_directory(dir, "directory").expect("it is new");
    symlink(dir, "file", "link").expect("it is new");
    report.is("path_unlink_file a link", unlink(dir, "link"), "ok");
    report.is("what it led to stays", kind(dir, "file"), "REGULAR_FILE");
    report.is("path_unlink_file", unlink(dir, "file"), "ok");
    report.is("path_unlink_file again", unlink(dir, "file"), "NOENT");
    report.is("path_unlink_file a directory", unlink(dir, "directory"), "ISDIR");
    report.is("path_unlink_file .", unlink(dir, "."), "ISDIR");
    report.is("path_unlink_file nothing", unlink(dir, ""), "NOENT");
    put(dir, "file", "");
    report.is("path_unlink_file file/", unlink(dir, "file/"), "NOTDIR");
    report.is("path_unlink_file directory/", unlink(dir, "directory/"), "ISDIR");
    report.is("path_unlink_file below a file", unlink(dir, "file/x"), "NOTDIR");
    report.is("path_unlink_file below what is missing", unlink(dir, "missing/x"), "NOENT");
    report.is("path_unlink_file in a file", unlink(open(dir, "file", 0, R).expect("it is there"), "x"), "NOTDIR");
    report.is("path_unlink_file in nobody", unlink(NOBODY, "x"), "BADF");
}

fn moving_files(report: &mut Report, dir: Fd) {
    put(dir, "one", "first");
    put(dir, "two", "second");
    report.is("path_rename to a new name", rename(dir, "one", "three"), "ok");
    report.is("the old name then", kind(dir, "one"), "NOENT");
    report.is("path_rename onto a file", rename(dir, "three", "two"), "ok");
    report.is("what is in it", text(dir, "two"), "first");
    report.is("path_rename onto itself", rename(dir, "two", "two"), "ok");
    report.is("path_rename missing", rename(dir, "missing", "x"), "NOENT");
    report.is("path_rename nothing", rename(dir, "", "x"), "NOENT");
    report.is("path_rename to nothing", rename(dir, "two", ""), "NOENT");
    report.is("path_rename onto a directory", rename(dir, "two", "directory"), "ISDIR");
    report.is("path_rename into what is missing", rename(dir, "two", "missing/x"), "NOENT");
    report.is("path_rename below a file", rename(dir, "two", "file/x"), "NOTDIR");
    report.is("path_rename to a long name", rename(dir, "two", &"n".repeat(256)), "NAMETOOLONG");
    link(dir, "two", "same").expect("it is there");
    report.is("path_rename onto another name of the same file", rename(dir, "two", "same"), "ok");
    report.is("both names stay", names(dir), "directory file same two");
    unlink(dir, "same").expect("it is there");
    symlink(dir, "two", "link").expect("it is new");
    report.is("path_rename a link", rename(dir, "link", "moved-link"), "ok");
    report.is("it is still a link", kind(dir, "moved-link"), "SYMBOLIC_LINK");
    report.is("path_rename a file onto a link", rename(dir, "two", "moved-link"), "ok");
    report.is("the link is gone", kind(dir, "moved-link"), "REGULAR_FILE");
    unlink(dir, "moved-link").expect("it is there");
}

fn moving_directories(report: &mut Report, dir: Fd) {
    create_directory(dir, "a").expect("it is new");
    create_directory(dir, "a/inner").expect("it is new");
    put(dir, "a/file", "in a");
    create_directory(dir, "empty").expect("it is new");
    report.is("path_rename a directory", rename(dir, "a", "b"), "ok");
    report.is("what is in it moves along", text(dir, "b/file"), "in a");
    report.is("path_rename a directory onto an empty one", rename(dir, "b", "empty"), "ok");
    report.is("path_rename a directory onto one with something in it", rename(dir, "directory", "empty"), "NOTEMPTY");
    report.is("path_rename a directory onto a file", rename(dir, "empty", "file"), "NOTDIR");
    report.is("path_rename a directory into itself", rename(dir, "empty", "empty/inner/x"), "INVAL");
    report.is("path_rename a directory onto what is in it", rename(dir, "empty", "empty/inner"), "INVAL");
    report.is("path_rename onto the directory that it is in", rename(dir, "empty/inner", "empty"), "NOTEMPTY");
    report.is("path_rename .", rename(dir, ".", "x"), "BUSY");
    report.is("path_rename to .", rename(dir, "empty", "."), "BUSY");
    report.is("path_rename to a/..", rename(dir, "empty", "empty/.."), "BUSY");
    symlink(dir, "empty", "to-empty").expect("it is new");
    report.is("path_rename a directory onto a link to one", rename(dir, "directory", "to-empty"), "NOTDIR");
    unlink(dir, "to-empty").expect("it is there");
    report.is("what it is called now", names(dir), "directory empty file");
}

fn slashes(report: &mut Report, dir: Fd) {
    put(dir, "plain", "");
    report.is("path_rename file/", rename(dir, "plain/", "x"), "NOTDIR");
    report.is("path_rename a file to x/", rename(dir, "plain", "x/"), "NOTDIR");
    report.is("path_rename a file to file/", rename(dir, "plain", "file/"), "NOTDIR");
    report.is("path_rename empty/ to renamed/", rename(dir, "empty/", "renamed/"), "ok");
    report.is("path_rename renamed to empty/", rename(dir, "renamed", "empty/"), "ok");
    symlink(dir, "empty", "link").expect("it is new");
    report.is("path_rename link/", rename(dir, "link/", "x"), "NOTDIR");
    unlink(dir, "link").expect("it is there");
    unlink(dir, "plain").expect("it is there");
}

fn between_directories(report: &mut Report, dir: Fd) {
    let empty = directory(dir, "empty").expect("it is there");
    put(dir, "traveller", "from afar");
    let across = |from, old: &str, to, new: &str| unsafe { path_rename(from, old, to, new) };
    report.is("path_rename into another descriptor", across(dir, "traveller", empty, "arrived"), "ok");
    report.is("what is in it", text(empty, "arrived"), "from afar");
    report.is("path_rename from nobody", across(NOBODY, "x", dir, "y"), "BADF");
    report.is("path_rename to nobody", across(dir, "file", NOBODY, "y"), "BADF");
    let file = open(dir, "file", 0, R).expect("it is there");
    report.is("path_rename in a file", across(file, "x", dir, "y"), "NOTDIR");
    report.is("path_rename to a file", across(dir, "file", file, "y"), "NOTDIR");
    for fd in [empty, file] {
        close(fd).expect("it is open");
    }
}

fn what_is_open(report: &mut Report, dir: Fd) {
    put(dir, "open", "still there");
    put(dir, "other", "another");
    let file = open(dir, "open", 0, RW).expect("it is there");
    rename(dir, "other", "open").expect("it is there");
    report.is("what was replaced is read on", read(file, 50), "still there");
    report.is("what was replaced is written on", write(file, &["!"]), "1");
    report.is("its name is another's", text(dir, "open"), "another");
    unlink(dir, "open").expect("it is there");
    close(file).expect("it is open");
    let inner = directory(dir, "empty/inner").expect("it is there");
    rename(dir, "empty", "target").expect("it is there");
    put(inner, "made", "after the move");
    report.is("a directory that is open moves along", text(dir, "target/inner/made"), "after the move");
    close(inner).expect("it is open");
}
