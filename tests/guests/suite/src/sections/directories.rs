//! Making, removing and listing directories.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let dir = fresh("directories");
    put(dir, "file", "");
    making(report, dir);
    removing(report, dir);
    listing(report, dir);
    changing(report, dir);
}

fn making(report: &mut Report, dir: Fd) {
    report.is("path_create_directory", create_directory(dir, "new"), "ok");
    report.is("path_create_directory again", create_directory(dir, "new"), "EXIST");
    report.is("path_create_directory over a file", create_directory(dir, "file"), "EXIST");
    report.is("path_create_directory new/inner/", create_directory(dir, "new/inner/"), "ok");
    report.is("path_create_directory .", create_directory(dir, "."), "EXIST");
    report.is("path_create_directory nothing", create_directory(dir, ""), "NOENT");
    report.is("path_create_directory below what is missing", create_directory(dir, "missing/inner"), "NOENT");
    report.is("path_create_directory below a file", create_directory(dir, "file/inner"), "NOTDIR");
    symlink(dir, "nowhere", "dangling").expect("it is new");
    report.is("path_create_directory over a dangling link", create_directory(dir, "dangling"), "EXIST");
    report.is("path_create_directory a long name", create_directory(dir, &"n".repeat(256)), "NAMETOOLONG");
    report.is(
        "path_create_directory in a file",
        create_directory(open(dir, "file", 0, R).expect("it is there"), "x"),
        "NOTDIR",
    );
    report.is("path_create_directory in nobody", create_directory(NOBODY, "x"), "BADF");
    for name in ["with space", "ünïcödé", "名前", "🦀", "-dash", "~tilde", "a\nnewline", "back\\slash", "c:colon", "*"]
    {
        report.is(&format!("path_create_directory {name:?}"), create_directory(dir, name), "ok");
        report.is(&format!("path_filestat_get {name:?}"), kind(dir, name), "DIRECTORY");
        remove_directory(dir, name).expect("it is there and empty");
    }
}

fn removing(report: &mut Report, dir: Fd) {
    report.is("path_remove_directory with something in it", remove_directory(dir, "new"), "NOTEMPTY");
    report.is("path_remove_directory new/inner/", remove_directory(dir, "new/inner/"), "ok");
    report.is("path_remove_directory new", remove_directory(dir, "new"), "ok");
    report.is("path_remove_directory again", remove_directory(dir, "new"), "NOENT");
    report.is("path_remove_directory a file", remove_directory(dir, "file"), "NOTDIR");
    report.is("path_remove_directory file/", remove_directory(dir, "file/"), "NOTDIR");
    report.is("path_remove_directory .", remove_directory(dir, "."), "INVAL");
    report.is("path_remove_directory nothing", remove_directory(dir, ""), "NOENT");
    report.is("path_remove_directory in nobody", remove_directory(NOBODY, "x"), "BADF");
    create_directory(dir, "target").expect("it is new");
    symlink(dir, "target", "to-target").expect("it is new");
    report.is("path_remove_directory a link to one", remove_directory(dir, "to-target"), "NOTDIR");

    let open = directory(dir, "target").expect("it is there");
    report.is("path_remove_directory one that is open", remove_directory(dir, "target"), "ok");
    report.is("fd_readdir what was removed", names(open), "");
    report.is("path_open CREAT in what was removed", opens(open, "new", OFLAGS_CREAT, RW), "NOENT");
    report.is("path_create_directory in what was removed", create_directory(open, "new"), "NOENT");
    report.is("fd_filestat_get what was removed", filestat(open).map(|stat| stat.filetype), "DIRECTORY");
    close(open).expect("it is open");
}

fn listing(report: &mut Report, dir: Fd) {
    create_directory(dir, "list").expect("it is new");
    let list = directory(dir, "list").expect("it is there");
    report.is("fd_readdir an empty one", names(list), "");
    let all: Vec<String> = (0..40).map(|number| format!("entry-{number:02}-{}", "n".repeat(number * 5))).collect();
    for name in &all {
        put(list, name, "");
    }
    create_directory(list, "a-directory").expect("it is new");
    symlink(list, "nowhere", "a-link").expect("it is new");
    let mut all: Vec<String> = all;
    all.extend(["a-directory".to_owned(), "a-link".to_owned()]);
    all.sort();
    for room in [24, 25, 48, 64, 100, 512, 4096, 65_536] {
        let mut names: Vec<String> = readdir(list, room, 0).map_or_else(
            |errno| vec![errno.name().to_owned()],
            |entries| entries.into_iter().map(|entry| entry.name).collect(),
        );
        names.sort();
        report.is(&format!("fd_readdir with a buffer of {room}"), names == all, "yes");
    }
    report.is("fd_readdir fills a small buffer", readdir_bytes(list, 30, 0).map(|bytes| bytes.len()), "30");
    report.is("fd_readdir fills a tiny buffer", readdir_bytes(list, 1, 0).map(|bytes| bytes.len()), "1");
    report.is("fd_readdir into no buffer", readdir_bytes(list, 0, 0).map(|bytes| bytes.len()), "0");
    let entries = readdir(list, 4096, 0).expect("it is open");
    let kind_of =
        |name: &str| entries.iter().find(|entry| entry.name == name).map(|entry| entry.kind).expect("it is listed");
    report.is("fd_readdir a file's kind", kind_of(&all[2]), "REGULAR_FILE");
    report.is("fd_readdir a directory's kind", kind_of("a-directory"), "DIRECTORY");
    report.is("fd_readdir a link's kind", kind_of("a-link"), "SYMBOLIC_LINK");
    let same = |entry: &Entry| stat(list, &entry.name).is_ok_and(|stat| stat.ino == entry.ino);
    report.is("fd_readdir tells the numbers that stat tells", entries.iter().all(same), "yes");
    let bytes = readdir_bytes(list, 4096, 0).expect("it is open");
    report.is("fd_readdir begins with the dots", bytes[24] == b'.' && bytes[49..51] == *b"..", "yes");

    // From the middle, as often as one likes.
    let middle = entries[entries.len() / 2].next;
    let rest = |fd| readdir(fd, 4096, middle).map(|entries| entries.len());
    report.is(
        "fd_readdir from the middle",
        rest(list).map(|rest| rest == entries.len() - entries.len() / 2 - 1),
        "yes",
    );
    report.is("fd_readdir from the middle again", rest(list) == rest(list), "yes");
    report.is(
        "fd_readdir from the end",
        readdir(list, 4096, entries[entries.len() - 1].next).map(|rest| rest.len()),
        "0",
    );
    report.is("fd_readdir far past the end", readdir_bytes(list, 4096, 1 << 40).map(|bytes| bytes.len()), "0");
    report.is("fd_readdir a file", names(open(dir, "file", 0, R).expect("it is there")), "NOTDIR");
    report.is("fd_readdir stdin", names(0), "NOTDIR");
    report.is("fd_readdir nobody", names(NOBODY), "BADF");
    close(list).expect("it is open");
}

/// A listing that is gone on with after the directory has changed: what stayed is seen once.
fn changing(report: &mut Report, dir: Fd) {
    create_directory(dir, "changing").expect("it is new");
    let list = directory(dir, "changing").expect("it is there");
    let all: Vec<String> = (0..30).map(|number| format!("entry-{number:02}")).collect();
    for name in &all {
        put(list, name, "");
    }
    let first = readdir(list, 65_536, 0).expect("it is open");
    let (seen, ahead) = first.split_at(10);
    // One that was seen, one that was not, and a new one.
    unlink(list, &seen[3].name).expect("it is there");
    unlink(list, &ahead[3].name).expect("it is there");
    put(list, "new", "");
    let later: Vec<String> =
        readdir(list, 256, seen[9].next).expect("it is open").into_iter().map(|entry| entry.name).collect();
    let stayed: Vec<&String> = ahead.iter().map(|entry| &entry.name).filter(|name| **name != ahead[3].name).collect();
    let once = stayed.iter().all(|name| later.iter().filter(|other| other == name).count() == 1);
    report.is("fd_readdir goes on after a change: what stayed comes once", once, "yes");
    report.is(
        "fd_readdir goes on after a change: what was removed does not come",
        later.contains(&ahead[3].name),
        "no",
    );
    let again = seen.iter().filter(|entry| later.contains(&entry.name)).count();
    report.is("fd_readdir goes on after a change: what was seen does not come again", again, "0");

    // As `rm -r` does it: list a little, remove it, go on.
    let mut cookie = 0;
    loop {
        let entries = readdir(list, 4096, cookie).expect("it is open");
        let Some(part) = entries.get(..entries.len().min(5)).filter(|part| !part.is_empty()) else { break };
        for entry in part {
            unlink(list, &entry.name).expect("it is there");
            cookie = entry.next;
        }
    }
    report.is("removing while listing finds all", names(list), "");
    close(list).expect("it is open");
}
