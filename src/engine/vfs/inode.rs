//! Inodes: what a name in a directory stands for.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::contents::Contents;
use super::directory::Directory;

/// An inode's number. Numbers are never used twice within one tree, so that a number seen once stays true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ino(pub(super) u64);

impl Ino {
    /// The number as `stat` reports it.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// What an inode is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    File,
    Directory,
    Symlink,
}

/// Nanoseconds since the Unix epoch.
/// Reading does not move `accessed`, as on a file system mounted with `noatime`: a tree that is only read stays equal
/// to its snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Times {
    pub accessed: u64,
    /// The last change of the contents.
    pub modified: u64,
    /// The last change of contents, links or times.
    pub changed: u64,
}

impl Times {
    pub(super) fn at(now: u64) -> Self {
        Self { accessed: now, modified: now, changed: now }
    }

    pub(super) fn touch(&mut self, now: u64) {
        self.modified = now;
        self.changed = now;
    }
}

/// What `stat` tells about an inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    pub ino: Ino,
    pub kind: FileKind,
    /// How many names it has; for a directory also the `.` in itself and the `..` in each of its subdirectories.
    pub links: u64,
    /// In bytes: of a file's contents or of a symbolic link's target; 0 for a directory.
    pub size: u64,
    pub times: Times,
}

#[derive(Debug, Clone)]
pub(super) struct Inode {
    pub links: u32,
    pub times: Times,
    pub node: Node,
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    File(Contents),
    Directory(Directory),
    Symlink(Arc<str>),
}

impl Inode {
    pub fn new(node: Node, now: u64) -> Self {
        Self { links: 0, times: Times::at(now), node }
    }

    pub fn kind(&self) -> FileKind {
        match self.node {
            Node::File(_) => FileKind::File,
            Node::Directory(_) => FileKind::Directory,
            Node::Symlink(_) => FileKind::Symlink,
        }
    }

    pub fn size(&self) -> u64 {
        match &self.node {
            Node::File(contents) => contents.len(),
            Node::Directory(_) => 0,
            Node::Symlink(target) => target.len() as u64,
        }
    }
}

/// Hashes an inode's number to itself: numbers are given out one after the other, so they spread perfectly as they
/// are, and neighbours share the nodes of the trie.
#[derive(Default)]
pub(super) struct InoHasher(u64);

impl Hasher for InoHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

pub(super) type InodeTable = rpds::HashTrieMapSync<Ino, Arc<Inode>, BuildHasherDefault<InoHasher>>;
