//! The contents of an archive, collected entry by entry into a tree.
//!
//! The root of the tree is the archive's folder, and nothing in the tree leads out of it: no entry is written through a
//! symbolic link, in whatever order they come, and a link that leads out is left out. So writing the tree below a
//! folder changes nothing outside it. Work and memory are bounded, because an archive of a few bytes can declare
//! anything.

use std::collections::HashMap;
use std::fmt;
use std::io::{ErrorKind, Read};

use super::{ArchiveError, LARGEST, MOST_ENTRIES};
use crate::protocol::{FileContents, FileImage};

/// The maximum length of a path and of a link's target, in bytes: the limit of the file tree.
const LONGEST_PATH: usize = 4096;
const LONGEST_NAME: usize = 255;
/// The maximum number of links followed to resolve one: as many as a program can follow.
const MOST_LINKS: u32 = 40;
/// The maximum number of steps to resolve all links.
const MOST_STEPS: u32 = 10_000_000;

/// The contents of an archive: paths below its folder, and what was left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    pub files: Vec<FileImage>,
    pub left_out: Vec<LeftOut>,
}

/// An entry that is not unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The name in the archive.
    pub name: String,
    pub reason: Reason,
}

/// Why an entry is not unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("an absolute path leads out of the archive's folder")]
    Absolute,
    #[error("its path leads out of the archive's folder")]
    Outside,
    #[error("it is a symbolic link that leads out of the archive's folder, to `{0}`")]
    LinkOutside(String),
    #[error("its path goes through the symbolic link `{0}`")]
    ThroughLink(String),
    #[error("`{0}` in its path is a file")]
    ThroughFile(String),
    #[error("the archive already has a {0} of that name")]
    Taken(&'static str),
    #[error("its path or a name in it is too long")]
    TooLong,
    #[error("its path is invalid")]
    Impossible,
    #[error("its name is not UTF-8, and its replacement name is taken")]
    Encoding,
    #[error("the target of the symbolic link is not UTF-8, empty or too long")]
    BadLink,
    #[error("the file that it is a hard link to, `{0}`, is not in the archive before it")]
    NoTarget(String),
    #[error("it is neither a file, a directory nor a symbolic link")]
    Kind,
    #[error("it is encrypted")]
    Encrypted,
    #[error("its compression method is not supported: {0}")]
    Compression(String),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name may contain any characters and have any length.
        let name: String = self.name.chars().take(200).flat_map(char::escape_debug).collect();
        write!(f, "{}: {}", name.replace("\\'", "'"), self.reason)
    }
}

/// Collects entries within the limits.
#[derive(Debug)]
pub(super) struct Collector {
    nodes: Vec<Node>,
    left_out: Vec<LeftOut>,
    room: u64,
    entries: usize,
    steps: u32,
}

#[derive(Debug)]
struct Node {
    parent: usize,
    name: String,
    children: HashMap<String, usize>,
    contents: FileContents,
    /// Whether the archive has an entry for it, rather than only for its contents.
    is_named: bool,
    is_left_out: bool,
}

const ROOT: usize = 0;

impl Default for Collector {
    fn default() -> Self {
        let mut collector =
            Self { nodes: Vec::new(), left_out: Vec::new(), room: LARGEST, entries: 0, steps: MOST_STEPS };
        collector.nodes.push(Node::new(ROOT, "", FileContents::Directory));
        collector
    }
}

impl Node {
    fn new(parent: usize, name: &str, contents: FileContents) -> Self {
        let name = name.to_owned();
        Self { parent, name, children: HashMap::new(), contents, is_named: false, is_left_out: false }
    }

    fn is_directory(&self) -> bool {
        self.contents == FileContents::Directory
    }
}

impl Collector {
    /// The components of an entry's path; `None` if there is nothing to unpack: the folder itself, or a path that leads
    /// out.
    pub fn path(&mut self, name: &str) -> Result<Option<Vec<String>>, ArchiveError> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(ArchiveError::TooMany);
        }
        match names(name) {
            Ok(path) if path.is_empty() => Ok(None),
            Ok(path) => Ok(Some(path)),
            Err(reason) => {
                self.leave_out(name, reason);
                Ok(None)
            }
        }
    }

    pub fn leave_out(&mut self, name: &str, reason: Reason) {
        self.left_out.push(LeftOut { name: name.to_owned(), reason });
    }

    /// Fails early if an entry declares more than there is room for.
    pub fn expect(&self, declared: u64) -> Result<(), ArchiveError> {
        if declared > self.room {
            return Err(ArchiveError::TooLarge { size: Some(LARGEST - self.room + declared) });
        }
        Ok(())
    }

    pub fn read(&mut self, name: &str, entry: impl Read) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = Vec::new();
        entry.take(self.room + 1).read_to_end(&mut bytes).map_err(|source| match source.kind() {
            ErrorKind::OutOfMemory => ArchiveError::NoMemory { path: name.to_owned() },
            _ => ArchiveError::DamagedEntry { path: name.to_owned(), source },
        })?;
        self.take_room(bytes.len())?;
        Ok(bytes)
    }

    fn take_room(&mut self, size: usize) -> Result<(), ArchiveError> {
        self.room = self.room.checked_sub(size as u64).ok_or(ArchiveError::TooLarge { size: None })?;
        Ok(())
    }

    /// Adds an entry, or lists why it is left out. As in tar, a file or link replaces an earlier one of the same name;
    /// it is never written through that.
    pub fn add(&mut self, name: &str, path: &[String], contents: FileContents) -> Result<(), ArchiveError> {
        if let FileContents::Symlink { target } = &contents
            && (target.is_empty() || target.len() >= LONGEST_PATH || target.contains('\0'))
        {
            self.leave_out(name, Reason::BadLink);
            return Ok(());
        }
        match self.place(path)? {
            Err(reason) => self.leave_out(name, reason),
            Ok((parent, last)) => match self.nodes[parent].children.get(last).copied() {
                None => {
                    let node = self.insert(parent, last, contents)?;
                    self.nodes[node].is_named = true;
                }
                Some(node) => match (self.nodes[node].is_directory(), contents == FileContents::Directory) {
                    (true, true) => self.nodes[node].is_named = true,
                    (true, false) => self.leave_out(name, Reason::Taken("directory")),
                    (false, true) => self.leave_out(name, Reason::Taken("file")),
                    // Two names that are not UTF-8 can decode to the same name: neither is a newer version of the
                    // other.
                    (false, false) if name.contains('\u{fffd}') => self.leave_out(name, Reason::Encoding),
                    (false, false) => self.nodes[node].contents = contents,
                },
            },
        }
        Ok(())
    }

    /// Adds an earlier entry's contents under another name.
    pub fn link(&mut self, name: &str, path: &[String], target: &str) -> Result<(), ArchiveError> {
        let found = names(target).ok().and_then(|path| {
            let node = path.iter().try_fold(ROOT, |node, name| self.nodes[node].children.get(name).copied());
            node.map(|node| &self.nodes[node].contents).filter(|contents| **contents != FileContents::Directory)
        });
        let Some(contents) = found.cloned() else {
            self.leave_out(name, Reason::NoTarget(target.chars().take(200).collect()));
            return Ok(());
        };
        if let FileContents::File { bytes } = &contents {
            self.take_room(bytes.len())?;
        }
        self.add(name, path, contents)
    }

    /// The tree, without the links that lead out of it.
    pub fn finish(mut self) -> Unpacked {
        // All links are resolved in the whole tree: one that goes through another that leads out leads out, too.
        let outside: Vec<usize> = (0..self.nodes.len()).filter(|node| self.leads_out(*node)).collect();
        for node in outside {
            let path = self.path_of(node);
            if let FileContents::Symlink { target } = &self.nodes[node].contents {
                let target = target.chars().take(200).collect();
                self.left_out.push(LeftOut { name: path, reason: Reason::LinkOutside(target) });
            }
            self.nodes[node].is_left_out = true;
        }
        let is_kept = |node: &Node| node.is_named && !node.is_left_out;
        let paths: Vec<(usize, String)> = (0..self.nodes.len())
            .filter(|node| is_kept(&self.nodes[*node]))
            .map(|node| (node, self.path_of(node)))
            .collect();
        let take = |(node, path): (usize, String)| FileImage {
            path,
            contents: std::mem::replace(&mut self.nodes[node].contents, FileContents::Directory),
        };
        Unpacked { files: paths.into_iter().map(take).collect(), left_out: self.left_out }
    }

    /// The directory that contains the last component of a path; creates missing ones.
    fn place<'a>(&mut self, path: &'a [String]) -> Result<Result<(usize, &'a str), Reason>, ArchiveError> {
        let Some((last, directories)) = path.split_last() else { return Ok(Err(Reason::Impossible)) };
        let mut here = ROOT;
        for name in directories {
            here = match self.nodes[here].children.get(name).copied() {
                None => self.insert(here, name, FileContents::Directory)?,
                Some(node) => match self.nodes[node].contents {
                    FileContents::Directory => node,
                    FileContents::Symlink { .. } => return Ok(Err(Reason::ThroughLink(self.path_of(node)))),
                    FileContents::File { .. } => return Ok(Err(Reason::ThroughFile(self.path_of(node)))),
                },
            };
        }
        Ok(Ok((here, last)))
    }

    fn insert(&mut self, parent: usize, name: &str, contents: FileContents) -> Result<usize, ArchiveError> {
        if self.nodes.len() > MOST_ENTRIES {
            return Err(ArchiveError::TooMany);
        }
        let node = self.nodes.len();
        self.nodes.push(Node::new(parent, name, contents));
        self.nodes[parent].children.insert(name.to_owned(), node);
        Ok(node)
    }

    fn path_of(&self, node: usize) -> String {
        let mut names = Vec::new();
        let mut here = node;
        while here != ROOT {
            names.push(self.nodes[here].name.as_str());
            here = self.nodes[here].parent;
        }
        names.reverse();
        names.join("/")
    }

    /// Whether a symbolic link leads out of the tree, directly or through other links.
    fn leads_out(&mut self, link: usize) -> bool {
        let FileContents::Symlink { target } = &self.nodes[link].contents else { return false };
        let mut here = self.nodes[link].parent;
        // How deep the path is in directories that the archive does not have.
        let mut missing = 0_u32;
        let mut links = 0;
        if target.starts_with('/') {
            return true;
        }
        // A stack: the next component is last.
        let mut ahead: Vec<&str> = target.split('/').rev().collect();
        while let Some(name) = ahead.pop() {
            let Some(left) = self.steps.checked_sub(1) else { return true };
            self.steps = left;
            match name {
                "" | "." => {}
                ".." if missing > 0 => missing -= 1,
                ".." if here == ROOT => return true,
                ".." => here = self.nodes[here].parent,
                _ => match self.nodes[here].children.get(name).copied().filter(|_| missing == 0) {
                    None => missing += 1,
                    Some(node) => match &self.nodes[node].contents {
                        FileContents::Directory => here = node,
                        FileContents::File { .. } => missing += 1,
                        FileContents::Symlink { target } => {
                            links += 1;
                            if links > MOST_LINKS {
                                // It cannot be followed.
                                return false;
                            }
                            if target.starts_with('/') {
                                return true;
                            }
                            ahead.extend(target.split('/').rev());
                        }
                    },
                },
            }
        }
        false
    }
}

/// The components of a path, relative to the archive's folder.
fn names(path: &str) -> Result<Vec<String>, Reason> {
    if path.starts_with('/') {
        return Err(Reason::Absolute);
    }
    if path.contains('\0') {
        return Err(Reason::Impossible);
    }
    if path.len() > LONGEST_PATH {
        return Err(Reason::TooLong);
    }
    let mut names = Vec::new();
    // `tar -c .` writes them as `./a`.
    for name in path.split('/').filter(|name| !matches!(*name, "" | ".")) {
        if name == ".." {
            // Where it leads depends on which components are links; an honest archive has none.
            return Err(Reason::Outside);
        }
        if name.len() > LONGEST_NAME {
            return Err(Reason::TooLong);
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(text: &str) -> FileContents {
        FileContents::File { bytes: text.into() }
    }

    fn link(target: &str) -> FileContents {
        FileContents::Symlink { target: target.into() }
    }

    fn collect(entries: &[(&str, FileContents)]) -> Collector {
        let mut collector = Collector::default();
        for (name, contents) in entries {
            if let Some(path) = collector.path(name).unwrap() {
                collector.add(name, &path, contents.clone()).unwrap();
            }
        }
        collector
    }

    /// What is unpacked, one entry per line, and what is left out.
    fn unpacked(entries: &[(&str, FileContents)]) -> (Vec<String>, Vec<String>) {
        let Unpacked { files, left_out } = collect(entries).finish();
        let shown = |FileImage { path, contents }: &FileImage| match contents {
            FileContents::Directory => format!("{path}/"),
            FileContents::File { bytes } => format!("{path}: {}", String::from_utf8_lossy(bytes)),
            FileContents::Symlink { target } => format!("{path} -> {target}"),
        };
        (files.iter().map(shown).collect(), left_out.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_entry_through_a_link_of_the_archive_is_left_out() {
        let (files, left_out) = unpacked(&[("s", link("..")), ("s/mine.txt", file("taken"))]);
        assert_eq!(files, [""; 0]);
        assert_eq!(
            left_out,
            [
                "s/mine.txt: its path goes through the symbolic link `s`",
                "s: it is a symbolic link that leads out of the archive's folder, to `..`",
            ]
        );
        // Nor if the link stays inside, or comes afterwards.
        let (files, left_out) = unpacked(&[
            ("d", FileContents::Directory),
            ("inside", link("d")),
            ("inside/x", file("1")),
            ("e/x", file("2")),
            ("e", link("d")),
        ]);
        assert_eq!(files, ["d/", "inside -> d", "e/x: 2"]);
        assert_eq!(
            left_out,
            [
                "inside/x: its path goes through the symbolic link `inside`",
                "e: the archive already has a directory of that name",
            ]
        );
    }

    #[test]
    fn a_file_takes_the_place_of_a_link_and_is_not_written_through_it() {
        let (files, left_out) = unpacked(&[("a", link("b")), ("b", file("mine")), ("a", file("other"))]);
        assert_eq!((files, left_out.len()), (vec!["a: other".to_owned(), "b: mine".to_owned()], 0));
        let (files, left_out) = unpacked(&[("a", file("1")), ("a", file("2")), ("a/b", file("3"))]);
        assert_eq!(files, ["a: 2"]);
        assert_eq!(left_out, ["a/b: `a` in its path is a file"]);
        let (_, left_out) = unpacked(&[("a", file("1")), ("a/", FileContents::Directory)]);
        assert_eq!(left_out, ["a/: the archive already has a file of that name"]);
    }

    #[test]
    fn links_that_lead_out_are_left_out() {
        for (name, target, expected) in [
            ("l", "a", true),
            ("l", "nowhere/../a", true),
            ("l", ".", true),
            ("l", "l", true),
            ("a/b/l", "../..", true),
            ("a/b/l", "../../a/../nowhere", true),
            ("a/b/l", "../../..", false),
            ("l", "..", false),
            ("l", "a/../..", false),
            ("l", "nowhere/../../x", false),
            ("l", "/", false),
            ("l", "/etc/passwd", false),
            // `up` leads to the folder itself, whose parent is outside, though the text alone says `a`.
            ("l", "a/up/..", false),
            ("l", "a/up/../a", false),
            ("l", "a/up/a/up", true),
            // Through a link that is itself left out.
            ("l", "out/x", false),
            ("l", "absolute/x", false),
        ] {
            let entries = [
                ("a/b", FileContents::Directory),
                ("a/up", link("..")),
                ("out", link("../x")),
                ("absolute", link("/x")),
                (name, link(target)),
            ];
            let Unpacked { files, .. } = collect(&entries).finish();
            assert_eq!(files.iter().any(|file| file.path == name), expected, "{name} -> {target}");
        }
        let (_, left_out) = unpacked(&[("e", link("")), ("z", link("a\0")), ("t", link(&"x/".repeat(3000)))]);
        assert_eq!(left_out.len(), 3, "{left_out:?}");
    }

    #[test]
    fn paths_that_lead_out_are_left_out_and_others_are_made_plain() {
        let (files, left_out) = unpacked(&[
            ("./", FileContents::Directory),
            (".", FileContents::Directory),
            ("./a//b/./c", file("1")),
            ("/etc/passwd", file("2")),
            ("../up", file("3")),
            ("a/../../b", file("4")),
            ("a/../b", file("5")),
            ("nul\0", file("6")),
            (&"n".repeat(256), file("7")),
            (&"n/".repeat(2100), file("8")),
            ("..\\up", file("9")),
        ]);
        assert_eq!(files, ["a/b/c: 1", "..\\up: 9"]);
        let names: Vec<_> = left_out.iter().map(|line| line.chars().take(12).collect::<String>()).collect();
        assert_eq!(
            names,
            [
                "/etc/passwd:",
                "../up: its p",
                "a/../../b: i",
                "a/../b: its ",
                "nul\\0: its p",
                "nnnnnnnnnnnn",
                "n/n/n/n/n/n/"
            ]
        );
    }

    #[test]
    fn a_hard_link_is_a_copy_of_what_came_before_it() {
        let mut collector = collect(&[("d/a", file("text")), ("l", link("d"))]);
        for (name, target) in [("b", "d/a"), ("c", "./d/a"), ("e", "l/a"), ("f", "../x"), ("g", "later"), ("h", "d")] {
            let path = collector.path(name).unwrap().unwrap();
            collector.link(name, &path, target).unwrap();
        }
        let Unpacked { files, left_out } = collector.finish();
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["d/a", "l", "b", "c"]);
        assert!(files.iter().filter(|file| file.contents == self::file("text")).count() == 3);
        assert_eq!(left_out.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["e", "f", "g", "h"]);
    }

    #[test]
    fn names_that_look_alike_do_not_replace_each_other() {
        let (files, left_out) = unpacked(&[("\u{fffd}", file("1")), ("\u{fffd}", file("2"))]);
        assert_eq!((files, left_out.len()), (vec!["\u{fffd}: 1".to_owned()], 1));
    }

    #[test]
    fn many_names_on_few_paths_are_too_many() {
        let mut collector = Collector::default();
        let failed = (0..MOST_ENTRIES).find_map(|number| {
            let name = format!("{number}/{}x", "a/".repeat(100));
            let path = collector.path(&name).unwrap().unwrap();
            collector.add(&name, &path, FileContents::Directory).err()
        });
        assert!(matches!(failed, Some(ArchiveError::TooMany)), "{failed:?}");
    }

    #[test]
    fn links_to_links_end() {
        let far = "a/".repeat(2000);
        let mut entries = vec![("end".to_owned(), link("nowhere"))];
        entries.extend((0..20_000).map(|number| (format!("{number}"), link(&format!("{far}../{}", number + 1)))));
        let entries: Vec<_> = entries.iter().map(|(name, contents)| (name.as_str(), contents.clone())).collect();
        let Unpacked { files, left_out } = collect(&entries).finish();
        assert_eq!(files.len() + left_out.len(), entries.len());
    }

    proptest! {
        /// However entries and links are mixed: if followed as a file system would, none leads out.
        #[test]
        fn nothing_leads_out(
            entries in prop::collection::vec(("[ab.]{1,2}(/[ab.]{1,2}){0,3}", prop::option::of("[ab.]{1,2}(/[ab.]{1,2}){0,3}")), 0..20)
        ) {
            let entries: Vec<_> = entries
                .iter()
                .map(|(name, target)| (name.as_str(), target.as_ref().map_or_else(|| file("x"), |target| link(target))))
                .collect();
            let Unpacked { files, .. } = collect(&entries).finish();
            let find = |path: &[&str]| files.iter().find(|file| file.path == path.join("/")).map(|file| &file.contents);
            for image in &files {
                let mut here: Vec<&str> = Vec::new();
                let mut ahead: Vec<&str> = image.path.split('/').rev().collect();
                let mut links = 0;
                while let Some(name) = ahead.pop() {
                    match name {
                        "" | "." => {}
                        ".." => prop_assert!(here.pop().is_some(), "{} leads out of {files:?}", image.path),
                        name => {
                            here.push(name);
                            if let Some(FileContents::Symlink { target }) = find(&here) {
                                here.pop();
                                links += 1;
                                if links > MOST_LINKS { break; }
                                ahead.extend(target.split('/').rev());
                            }
                        }
                    }
                }
                let parents = (1..image.path.split('/').count()).map(|count| image.path.split('/').take(count).collect::<Vec<_>>());
                for parent in parents {
                    let found = find(&parent);
                    prop_assert!(found.is_none_or(|contents| *contents == FileContents::Directory), "{parent:?}");
                }
            }
        }
    }
}
