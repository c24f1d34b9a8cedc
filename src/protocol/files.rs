//! Files and directories, and the user's changes to them.

use serde::{Deserialize, Serialize};

/// A file, or a directory with its contents. Paths start at the root without a `/`: `data/words.txt`.
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

/// An entry of the tree, in depth-first order, siblings by name.
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
    /// Create or replace these; missing parent directories are created.
    Write { files: Vec<FileImage> },
    /// Remove a file, or a directory with its contents.
    Remove { path: String },
    /// Move a file or directory; missing parent directories of the target are created.
    Rename { from: String, to: String },
    /// Copy a file, or a directory with its contents, to a path that does not exist.
    Copy { from: String, to: String },
    /// Restore these to their state when the last run started. A directory that the run created stays if the user has
    /// added something to it since.
    Revert { paths: Vec<String> },
    /// Unpack an archive below a directory, which is created if it is missing. Nothing that exists is replaced, and no
    /// symbolic link is followed. `left_out` lists what the page has left out, one line each; it is reported together
    /// with what the worker leaves out.
    Unpack { archive: String, directory: String, files: Vec<FileImage>, left_out: Vec<String> },
}
