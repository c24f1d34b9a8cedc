//! The changes to a project's files that are still to be saved.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::protocol::{FileContents, FileImage};

/// What a save does to the project's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilesUpdate {
    Change { written: Vec<FileImage>, removed: Vec<String> },
    Replace(Vec<FileImage>),
}

impl FilesUpdate {
    /// Nothing to do.
    pub fn none() -> Self {
        Self::Change { written: Vec::new(), removed: Vec::new() }
    }

    /// Whether there is nothing to do.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Change { written, removed } if written.is_empty() && removed.is_empty())
    }

    /// The bytes of all contents and paths together: the cost of storing the update.
    pub fn size(&self) -> usize {
        let (Self::Replace(files) | Self::Change { written: files, .. }) = self;
        let removed = match self {
            Self::Replace(_) => 0,
            Self::Change { removed, .. } => removed.iter().map(String::len).sum(),
        };
        removed + size(files)
    }

    /// The files after this update.
    #[must_use]
    pub fn apply_to(&self, files: Vec<FileImage>) -> Vec<FileImage> {
        let mut all = Self::Replace(files);
        all.then(self.clone());
        match all {
            Self::Replace(files) | Self::Change { written: files, .. } => files,
        }
    }

    /// Whether the files already match this update.
    pub fn is_in(&self, files: &[FileImage]) -> bool {
        let known: HashMap<&str, &FileContents> = files.iter().map(|file| (&*file.path, &file.contents)).collect();
        let is_known = |file: &FileImage| {
            #[cfg(test)]
            tests::LOOKED_UP.set(tests::LOOKED_UP.get() + 1);
            known.get(&*file.path).is_some_and(|contents| **contents == file.contents)
        };
        match self {
            Self::Replace(all) => all.len() == files.len() && all.iter().all(is_known),
            Self::Change { written, removed } => {
                let (written_paths, gone) = (paths_of(written), Paths::of(removed));
                written.iter().all(is_known)
                    && files.iter().all(|file| written_paths.contains(&*file.path) || !gone.reach(&file.path))
            }
        }
    }

    /// Combines this update with a later one.
    pub fn then(&mut self, later: FilesUpdate) {
        let (new, gone) = match later {
            FilesUpdate::Replace(files) => {
                *self = Self::Replace(files);
                return;
            }
            FilesUpdate::Change { written, removed } => (written, removed),
        };
        let files = match self {
            Self::Replace(files) => files,
            Self::Change { written, removed } => {
                removed.extend(gone.iter().cloned());
                written
            }
        };
        let (overwritten, gone) = (paths_of(&new), Paths::of(&gone));
        files.retain(|file| !overwritten.contains(&*file.path) && !gone.reach(&file.path));
        // A path that was removed and written again ends up written: removals are applied first.
        files.extend(new);
    }
}

/// The bytes of the contents and paths of files together.
pub fn size(files: &[FileImage]) -> usize {
    files.iter().map(|file| file.path.len() + bytes_of(&file.contents)).sum()
}

/// The size of one entry's contents, in bytes.
pub fn bytes_of(contents: &FileContents) -> usize {
    match contents {
        FileContents::File { bytes } => bytes.len(),
        FileContents::Symlink { target } => target.len(),
        FileContents::Directory => 0,
    }
}

fn paths_of(files: &[FileImage]) -> HashSet<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

/// Removed paths, including everything below them.
struct Paths<'a> {
    paths: HashSet<&'a str>,
    /// The lengths of these paths: a prefix of any other length need not be looked up.
    lengths: BTreeSet<usize>,
}

impl<'a> Paths<'a> {
    fn of(paths: &'a [String]) -> Self {
        let paths: HashSet<&str> = paths.iter().map(String::as_str).collect();
        Self { lengths: paths.iter().map(|path| path.len()).collect(), paths }
    }

    fn contains(&self, path: &str) -> bool {
        #[cfg(test)]
        tests::LOOKED_UP.set(tests::LOOKED_UP.get() + 1);
        self.paths.contains(path)
    }

    /// Whether this path is one of them, or below one.
    fn reach(&self, path: &str) -> bool {
        let is_end = |length: usize| length == path.len() || path.as_bytes().get(length) == Some(&b'/');
        self.lengths
            .range(..=path.len())
            .any(|&length| is_end(length) && path.get(..length).is_some_and(|start| self.contains(start)))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many paths this thread has looked up.
        pub(super) static LOOKED_UP: Cell<u64> = const { Cell::new(0) };
    }

    fn file(path: &str, text: &str) -> FileImage {
        FileImage { path: path.into(), contents: FileContents::File { bytes: text.into() } }
    }

    fn change(written: &[FileImage], removed: &[&str]) -> FilesUpdate {
        FilesUpdate::Change {
            written: written.to_vec(),
            removed: removed.iter().map(|&path| path.to_owned()).collect(),
        }
    }

    fn all(updates: &[FilesUpdate]) -> FilesUpdate {
        let mut sum = FilesUpdate::none();
        updates.iter().for_each(|update| sum.then(update.clone()));
        sum
    }

    #[test]
    fn the_last_contents_count() {
        let sum = all(&[change(&[file("a", "1"), file("b", "1")], &[]), change(&[file("a", "2")], &[])]);
        assert_eq!(sum, change(&[file("b", "1"), file("a", "2")], &[]));
        assert!(FilesUpdate::none().is_none() && !sum.is_none());
    }

    #[test]
    fn a_removed_directory_takes_what_it_held() {
        let sum = all(&[change(&[file("d/x", "1"), file("dd", "1")], &[]), change(&[], &["d"])]);
        assert_eq!(sum, change(&[file("dd", "1")], &["d"]));
        let again = all(&[sum, change(&[file("d", "2")], &[])]);
        assert_eq!(again, change(&[file("dd", "1"), file("d", "2")], &["d"]));
    }

    #[test]
    fn an_update_is_known_once_it_is_done() {
        let files = [file("a", "1"), file("d/x", "1"), file("dd", "1")];
        let update = change(&[file("a", "2"), file("d", "3")], &["d"]);
        assert!(!update.is_in(&files));
        let after = update.apply_to(files.to_vec());
        assert_eq!(after, [file("dd", "1"), file("a", "2"), file("d", "3")]);
        assert!(update.is_in(&after) && FilesUpdate::none().is_in(&files));
        assert!(FilesUpdate::Replace(after.clone()).is_in(&after));
        assert!(!FilesUpdate::Replace(vec![file("a", "2")]).is_in(&after));
        assert_eq!(update.size(), 5, "two of contents, three of paths");
    }

    #[test]
    fn a_replacement_forgets_what_was_before_and_takes_what_comes_after() {
        let sum = all(&[
            change(&[file("old", "1")], &["older"]),
            FilesUpdate::Replace(vec![file("a", "1"), file("b", "1")]),
            change(&[file("c", "1")], &["a"]),
        ]);
        assert_eq!(sum, FilesUpdate::Replace(vec![file("b", "1"), file("c", "1")]));
    }

    /// The number of lookups to compare with, and to remove, this many directories with a file in each.
    fn looked_up_for(count: usize) -> u64 {
        let before = LOOKED_UP.get();
        let files: Vec<FileImage> = (0..count).map(|number| file(&format!("d{number:06}/f"), "1")).collect();
        let all = FilesUpdate::Replace(files.clone());
        let removed = (0..count).map(|number| format!("d{number:06}")).collect();
        let gone = FilesUpdate::Change { written: Vec::new(), removed };
        assert!(all.is_in(&files) && !gone.is_in(&files));
        assert_eq!(gone.apply_to(files), []);
        LOOKED_UP.get() - before
    }

    #[test]
    fn many_files_take_work_in_proportion_to_their_number() {
        let (once, twice) = (looked_up_for(10_000), looked_up_for(20_000));
        assert!(once > 0 && twice <= once * 2 + 100, "{once} look-ups for 10,000 files, {twice} for 20,000");
    }
}
