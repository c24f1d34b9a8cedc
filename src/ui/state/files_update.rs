//! What is still to be kept of a project's files.

use std::collections::HashSet;

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

    /// The bytes of all contents together.
    pub fn size(&self) -> usize {
        let (Self::Replace(files) | Self::Change { written: files, .. }) = self;
        let bytes = files.iter().map(|file| match &file.contents {
            FileContents::File { bytes } => bytes.len(),
            FileContents::Symlink { target } => target.len(),
            FileContents::Directory => 0,
        });
        bytes.sum()
    }

    /// What the files are after this update.
    #[must_use]
    pub fn apply_to(&self, files: &[FileImage]) -> Vec<FileImage> {
        let mut all = Self::Replace(files.to_vec());
        all.then(self.clone());
        match all {
            Self::Replace(files) | Self::Change { written: files, .. } => files,
        }
    }

    /// Whether the files are so already.
    pub fn is_in(&self, files: &[FileImage]) -> bool {
        match self {
            Self::Replace(all) => all.len() == files.len() && all.iter().all(|file| files.contains(file)),
            Self::Change { written, removed } => {
                let is_written = |path: &str| written.iter().any(|file| file.path == path);
                written.iter().all(|file| files.contains(file))
                    && files.iter().all(|file| {
                        is_written(&file.path) || !removed.iter().any(|gone| is_at_or_below(&file.path, gone))
                    })
            }
        }
    }

    /// This update and then another.
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
        let overwritten: HashSet<&str> = new.iter().map(|file| file.path.as_str()).collect();
        files.retain(|file| {
            !overwritten.contains(file.path.as_str()) && !gone.iter().any(|gone| is_at_or_below(&file.path, gone))
        });
        // A path that was removed and written again is written: removals come first.
        files.extend(new);
    }
}

fn is_at_or_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let after = update.apply_to(&files);
        assert_eq!(after, [file("dd", "1"), file("a", "2"), file("d", "3")]);
        assert!(update.is_in(&after) && FilesUpdate::none().is_in(&files));
        assert!(FilesUpdate::Replace(after.clone()).is_in(&after));
        assert!(!FilesUpdate::Replace(vec![file("a", "2")]).is_in(&after));
        assert_eq!(update.size(), 2);
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
}
