//! Files and directories, and what the user does to them.

use serde::{Deserialize, Serialize};

/// A file or directory with all it holds. Paths start at the root without a `/`: `data/words.txt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileImage {
    pub path: String,
    pub contents: FileContents,
}

/// What a [`FileImage`] is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileContents {
    Directory,
    File {
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    Symlink {
        target: String,
    },
}

/// A line of the tree, in depth-first order, siblings by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub path: String,
    pub kind: FileKind,
    /// In bytes; 0 for a directory.
    pub size: u64,
}

/// What a [`FileEntry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    Directory,
    File,
    Symlink,
}

/// A change that the user makes to the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileChange {
    /// Create or replace these; missing parent directories are made.
    Write { files: Vec<FileImage> },
    /// Remove a file, or a directory with all it holds.
    Remove { path: String },
    /// Move a file or directory; missing parent directories of the new place are made.
    Rename { from: String, to: String },
    /// Put a copy of a file, or of a directory with all it holds, at a path where nothing is.
    Copy { from: String, to: String },
    /// Make these what they were when the last run began. A directory that the run made and that has been filled
    /// otherwise since then stays.
    Revert { paths: Vec<String> },
    /// Put what an archive holds below a directory, which is made if it is missing. Nothing that is there already is
    /// replaced, and no symbolic link is followed. `left_out` is what the page has left out of it, a line each: it is
    /// listed together with what the worker leaves out.
    Unpack { archive: String, directory: String, files: Vec<FileImage>, left_out: Vec<String> },
}
