//! The same through the standard library, as ordinary programs are written.

use crate::report::Report;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

pub fn section(report: &mut Report) {
    fs::create_dir_all("/standard/a/b/c").expect("they can be made");
    report.is("create_dir_all again", fs::create_dir_all("/standard/a/b/c"), "ok");
    let at = |path: &str| Path::new("/standard").join(path);
    report.is("write", fs::write(at("words.txt"), "one\ntwo\nthree\n"), "ok");
    report.is("read_to_string", fs::read_to_string(at("words.txt")).unwrap_or_default().len(), "14");
    report.is("a relative path", fs::read_to_string("standard/words.txt").unwrap_or_default().len(), "14");
    report.is("read missing", fs::read(at("missing")).map(drop), "NotFound");
    report.is("create_new there already", File::create_new(at("words.txt")).map(drop), "AlreadyExists");
    report.is("copy", fs::copy(at("words.txt"), at("a/copy.txt")).map(drop), "ok");
    report.is("rename", fs::rename(at("a/copy.txt"), at("a/b/moved.txt")), "ok");
    report.is("hard_link", fs::hard_link(at("words.txt"), at("linked.txt")), "ok");
    report.is("remove_file", fs::remove_file(at("linked.txt")), "ok");
    report.is("remove_dir with something in it", fs::remove_dir(at("a")), "DirectoryNotEmpty");
    report.is("exists", at("a/b/moved.txt").exists(), "yes");
    report.is("is_dir", at("a/b").is_dir(), "yes");

    let mut names: Vec<String> = fs::read_dir(at(""))
        .expect("it is there")
        .map(|entry| entry.expect("it is there").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    report.is("read_dir", names, "a words.txt");
    let metadata = fs::metadata(at("words.txt")).expect("it is there");
    report.is("metadata len", metadata.len(), "14");
    report.is(
        "metadata modified",
        metadata.modified().is_ok_and(|time| time <= SystemTime::now() + Duration::from_secs(1)),
        "yes",
    );

    let mut file = OpenOptions::new().append(true).open(at("words.txt")).expect("it is there");
    report.is("append", file.write_all(b"four\n"), "ok");
    let mut file = OpenOptions::new().read(true).write(true).open(at("words.txt")).expect("it is there");
    report.is("seek from the end", file.seek(SeekFrom::End(-5)).unwrap_or_default(), "14");
    let mut rest = String::new();
    report.is("read the rest", file.read_to_string(&mut rest).map(drop), "ok");
    report.is("what it is", rest.trim_end(), "four");
    report.is("set_len", file.set_len(4), "ok");
    report.is("lines", BufReader::new(File::open(at("words.txt")).expect("it is there")).lines().count(), "1");
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
    report.is("set_modified", file.set_modified(past), "ok");
    report.is("modified then", file.metadata().and_then(|data| data.modified()).is_ok_and(|time| time == past), "yes");

    let counted: HashMap<_, usize> = "to be or not to be".split(' ').fold(HashMap::new(), |mut counts, word| {
        *counts.entry(word).or_default() += 1;
        counts
    });
    report.is("a hash map", counted["be"], "2");
    let started = Instant::now();
    std::thread::sleep(Duration::from_millis(2));
    report.is("sleep", started.elapsed() >= Duration::from_millis(2), "yes");
    report.is("a thread", std::thread::Builder::new().spawn(|| ()).is_err(), "yes");
    report.is("remove_dir_all", fs::remove_dir_all(at("a")), "ok");
    report.is("exists then", at("a").exists(), "no");
}
