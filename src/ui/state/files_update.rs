//! What is still to be kept of a project's files.

use std::collections::HashSet;

use crate::protocol::FileImage;

/// What a save does to the project's files.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    use crate::protocol::FileContents;

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
    fn a_replacement_forgets_what_was_before_and_takes_what_comes_after() {
        let sum = all(&[
            change(&[file("old", "1")], &["older"]),
            FilesUpdate::Replace(vec![file("a", "1"), file("b", "1")]),
            change(&[file("c", "1")], &["a"]),
        ]);
        assert_eq!(sum, FilesUpdate::Replace(vec![file("b", "1"), file("c", "1")]));
    }
}
