//! Hard links and symbolic links.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("links");
    put(dir, "file", "text");
    create_directory(dir, "directory").expect("it is new");
    put(dir, "directory/below", "below");
    hard(report, dir);
    symbolic(report, dir);
    followed(report, dir);
    reading(report, dir);
}

fn hard(report: &mut Report, dir: Fd) {
    let count = |path| stat(dir, path).map(|stat| stat.nlink);
    report.is("path_link", link(dir, "file", "second"), "ok");
    report.is("how many names then", count("file"), "2");
    report.is("one inode", stat(dir, "file").map(|stat| stat.ino) == stat(dir, "second").map(|stat| stat.ino), "yes");
    put(dir, "second", "changed");
    report.is("what is in the first", text(dir, "file"), "changed");
    unlink(dir, "second").expect("it is there");
    report.is("how many names then", count("file"), "1");
    report.is("path_link over a file", link(dir, "file", "file"), "EXIST");
    report.is("path_link over a directory", link(dir, "file", "directory"), "EXIST");
    report.is("path_link missing", link(dir, "missing", "x"), "NOENT");
    report.is("path_link nothing", link(dir, "", "x"), "NOENT");
    report.is("path_link to nothing", link(dir, "file", ""), "NOENT");
    report.is("path_link a directory", link(dir, "directory", "x"), "PERM");
    report.is("path_link into what is missing", link(dir, "file", "missing/x"), "NOENT");
    report.is("path_link to x/", link(dir, "file", "x/"), "NOENT");
    report.is("path_link file/", link(dir, "file/", "x"), "NOTDIR");
    let across = |from, to| unsafe { path_link(from, 0, "file", to, "x") };
    report.is("path_link from nobody", across(NOBODY, dir), "BADF");
    report.is("path_link to nobody", across(dir, NOBODY), "BADF");
    symlink(dir, "file", "sym").expect("it is new");
    report.is("path_link a symbolic link", link(dir, "sym", "sym2"), "ok");
    report.is("what that is", kind(dir, "sym2"), "SYMBOLIC_LINK");
    let follow = unsafe { path_link(dir, LOOKUPFLAGS_SYMLINK_FOLLOW, "sym", dir, "through") };
    report.is("path_link what a link leads to", follow, "ok");
    report.is("what that is", kind(dir, "through"), "REGULAR_FILE");
    for path in ["sym", "sym2"] {
        unlink(dir, path).expect("it is there");
    }
}

fn symbolic(report: &mut Report, dir: Fd) {
    report.is("path_symlink", symlink(dir, "file", "link"), "ok");
    report.is("path_symlink again", symlink(dir, "file", "link"), "EXIST");
    report.is("path_symlink over a file", symlink(dir, "x", "file"), "EXIST");
    report.is("path_symlink over a directory", symlink(dir, "x", "directory"), "EXIST");
    report.is("path_symlink to nothing", symlink(dir, "", "empty"), "NOENT");
    report.is("path_symlink called nothing", symlink(dir, "x", ""), "NOENT");
    report.is("path_symlink into what is missing", symlink(dir, "x", "missing/x"), "NOENT");
    report.is("path_symlink called x/", symlink(dir, "x", "x/"), "NOENT");
    report.is("path_symlink called directory/", symlink(dir, "x", "directory/"), "EXIST");
    report.is("path_symlink absolute", symlink(dir, "/file", "absolute"), "PERM");
    report.is("path_symlink a long target", symlink(dir, &"t".repeat(5000), "long"), "NAMETOOLONG");
    report.is("path_symlink a zero in the target", symlink(dir, "a\0b", "zero"), "INVAL");
    report.is("path_symlink in nobody", symlink(NOBODY, "x", "x"), "BADF");
    report.is("path_symlink to above, made but not followed", symlink(dir, "../../etc", "above"), "ok");
    report.is("path_filestat_get its size", stat(dir, "link").map(|stat| stat.size), "4");
}

fn followed(report: &mut Report, dir: Fd) {
    let kind_followed = |path| stat_followed(dir, path).map(|stat| stat.filetype);
    symlink(dir, "directory", "to-directory").expect("it is new");
    symlink(dir, "to-directory/below", "far").expect("it is new");
    symlink(dir, "two", "one").expect("it is new");
    symlink(dir, "one", "two").expect("it is new");
    symlink(dir, "nowhere", "dangling").expect("it is new");
    symlink(dir, "../file", "directory/up").expect("it is new");
    symlink(dir, ".", "here").expect("it is new");
    report.is("path_filestat_get a link", kind(dir, "link"), "SYMBOLIC_LINK");
    report.is("path_filestat_get a link, followed", kind_followed("link"), "REGULAR_FILE");
    report.is("path_filestat_get a link to a directory, followed", kind_followed("to-directory"), "DIRECTORY");
    report.is("path_filestat_get a link and a slash", kind(dir, "to-directory/"), "DIRECTORY");
    report.is("path_filestat_get a link to a file and a slash", kind(dir, "link/"), "NOTDIR");
    report.is("path_filestat_get through a link", kind(dir, "to-directory/below"), "REGULAR_FILE");
    report.is("path_filestat_get through two links", kind_followed("far"), "REGULAR_FILE");
    report.is("path_filestat_get a link upwards", kind_followed("directory/up"), "REGULAR_FILE");
    report.is("path_filestat_get through links upwards", kind_followed("to-directory/up"), "REGULAR_FILE");
    report.is("path_filestat_get here/here/here/file", kind(dir, "here/here/here/file"), "REGULAR_FILE");
    report.is("path_filestat_get to-directory/..", kind(dir, "to-directory/../file"), "REGULAR_FILE");
    report.is("path_filestat_get a loop, followed", kind_followed("one"), "LOOP");
    report.is("path_filestat_get a loop itself", kind(dir, "one"), "SYMBOLIC_LINK");
    report.is("path_filestat_get a dangling link, followed", kind_followed("dangling"), "NOENT");
    report.is("path_filestat_get through a dangling link", kind(dir, "dangling/x"), "NOENT");
    let chain: Vec<String> = (0..=30).map(|number| format!("chain-{number}")).collect();
    symlink(dir, "file", &chain[0]).expect("it is new");
    for pair in chain.windows(2) {
        symlink(dir, &pair[0], &pair[1]).expect("it is new");
    }
    report.is("path_filestat_get a chain of 30 links", kind_followed("chain-29"), "REGULAR_FILE");
    report.is("path_create_directory through a link", create_directory(dir, "to-directory/new"), "ok");
    report.is("path_remove_directory through a link", remove_directory(dir, "to-directory/new"), "ok");
    report.is("path_unlink_file through a link", unlink(dir, "to-directory/up"), "ok");
}

fn reading(report: &mut Report, dir: Fd) {
    report.is("path_readlink", readlink(dir, "link"), "file");
    report.is("path_readlink of more than there is room for", readlink_into(dir, "link", 2), "fi");
    report.is("path_readlink into no room", readlink_into(dir, "link", 0), "");
    report.is("path_readlink a file", readlink(dir, "file"), "INVAL");
    report.is("path_readlink a directory", readlink(dir, "directory"), "INVAL");
    report.is("path_readlink missing", readlink(dir, "missing"), "NOENT");
    report.is("path_readlink nothing", readlink(dir, ""), "NOENT");
    report.is("path_readlink through a link", readlink(dir, "here/link"), "file");
    report.is("path_readlink link/", readlink(dir, "link/"), "NOTDIR");
    report.is("path_readlink in nobody", readlink(NOBODY, "link"), "BADF");
}
