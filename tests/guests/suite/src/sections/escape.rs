//! Paths that lead out of the directory they start from: none does.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("escape");
    put(dir, "outside", "not to be seen from inner");
    create_directory(dir, "inner").expect("it is new");
    create_directory(dir, "inner/deep").expect("it is new");
    put(dir, "inner/file", "");
    symlink(dir, "../outside", "inner/out").expect("it is new");
    symlink(dir, "../../escape/outside", "inner/around").expect("it is new");
    symlink(dir, "..", "inner/up").expect("it is new");
    symlink(dir, "deep/../file", "inner/within").expect("it is new");
    let inner = directory(dir, "inner").expect("it is there");

    for path in [
        "..",
        "../outside",
        "deep/../../outside",
        "/",
        "/outside",
        "//file",
        "out",
        "around",
        "up",
        "up/outside",
        "deep/../..",
    ] {
        report.is(&format!("path_open {path}"), opens(inner, path, 0, R), "PERM");
        report.is(&format!("path_filestat_get {path}"), stat_followed(inner, path).map(drop), "PERM");
    }
    for path in [".", "deep/..", "deep/../file", "within"] {
        report.is(&format!("path_open {path}"), opens(inner, path, 0, R), "ok");
    }
    for path in ["../new", "/new", "up/new", "deep/../../new"] {
        report.is(&format!("path_open CREAT {path}"), opens(inner, path, OFLAGS_CREAT, RW), "PERM");
        report.is(&format!("path_create_directory {path}"), create_directory(inner, path), "PERM");
        report.is(&format!("path_symlink called {path}"), symlink(inner, "x", path), "PERM");
        report.is(&format!("path_rename to {path}"), rename(inner, "file", path), "PERM");
        report.is(&format!("path_link to {path}"), link(inner, "file", path), "PERM");
    }
    for path in ["../outside", "/outside", "up/outside"] {
        report.is(&format!("path_unlink_file {path}"), unlink(inner, path), "PERM");
        report.is(&format!("path_rename {path}"), rename(inner, path, "stolen"), "PERM");
        report.is(&format!("path_link {path}"), link(inner, path, "stolen"), "PERM");
        report.is(&format!("path_readlink {path}"), readlink(inner, path), "PERM");
        let times = unsafe { path_filestat_set_times(inner, 0, path, 0, 0, FSTFLAGS_MTIM) };
        report.is(&format!("path_filestat_set_times {path}"), times, "PERM");
    }
    report.is("path_remove_directory ..", remove_directory(inner, ".."), "PERM");
    report.is("path_remove_directory /", remove_directory(inner, "/"), "PERM");
    report.is("path_filestat_get out, not followed", kind(inner, "out"), "SYMBOLIC_LINK");
    report.is("path_readlink out", readlink(inner, "out"), "../outside");
    report.is("path_unlink_file out", unlink(inner, "out"), "ok");
    report.is("path_open .. of the root", opens(ROOT, "..", 0, R), "PERM");
    report.is("path_open / in the root", opens(ROOT, "/", 0, R), "PERM");
    report.is("what is in inner", names(inner), "around deep file up within");
    report.is("what is beside it", names(dir), "inner outside");
    close(inner).expect("it is open");
}
