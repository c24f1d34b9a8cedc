//! A file system in memory: files, directories, symbolic and hard links.
//!
//! It does not depend on WebAssembly, and has neither a clock nor randomness of its own: changes get the time of the
//! last [`Vfs::set_now`]. Error numbers, descriptors and permissions belong to the user of this crate, such as
//! `wasmoscope-wasi`.
//!
//! A [`Vfs`] is a persistent value: [`Vfs::snapshot`] takes constant time however large the tree is, and later changes
//! copy only what they modify, inode by inode and chunk by chunk. Inodes are in one table by number; directories hold
//! names and numbers.
//!
//! There are two sets of operations: those that start from a directory's inode, like a program's calls (`operations`,
//! `file`, `resolve`), and those that take a path from the root, for a user (`tree`, `changes`).

mod changes;
mod contents;
mod directory;
mod error;
mod file;
mod image;
mod inode;
mod operations;
mod resolve;
mod tree;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::rc::Rc;

pub use changes::Changes;
pub use error::{Result, VfsError};
pub use inode::{FileKind, Ino, Metadata, Times};
pub use operations::{DirectoryEntry, OpenFile};
pub use resolve::{LastLink, Reach};
pub use tree::TreeEntry;

use directory::Directory;
use inode::{Inode, InodeTable, Node};

/// The default size limit of a tree: 512 MiB.
pub const DEFAULT_SIZE_LIMIT: u64 = 512 << 20;
/// The maximum number of inodes in a tree.
pub const MAX_INODES: usize = 1 << 20;

const ROOT: Ino = Ino(1);

/// A tree of files.
#[derive(Debug, Clone)]
pub struct Vfs {
    inodes: InodeTable,
    next_ino: u64,
    /// The size of all files and of the targets of all symbolic links, including those that are open without a name.
    used: u64,
    limit: u64,
    now: u64,
    /// How often each inode is open. One that has lost its last name is kept until it is closed.
    open: rpds::RedBlackTreeMapSync<Ino, u32>,
}

impl Default for Vfs {
    fn default() -> Self {
        Self::new()
    }
}

impl Vfs {
    /// An empty tree that may hold [`DEFAULT_SIZE_LIMIT`] bytes.
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_SIZE_LIMIT)
    }

    /// An empty tree whose files may hold `limit` bytes together.
    pub fn with_limit(limit: u64) -> Self {
        let mut root = Inode::new(Node::Directory(Directory::new(ROOT)), 0);
        root.links = 2;
        let mut inodes = InodeTable::new();
        inodes.insert(ROOT, Rc::new(root));
        Self { inodes, next_ino: ROOT.0 + 1, used: 0, limit, now: 0, open: rpds::RedBlackTreeMapSync::new_sync() }
    }

    /// A snapshot of the current tree, which can be kept or changed independently. It does not contain files that are
    /// open without a name; apart from their number, the cost does not depend on the size of the tree.
    pub fn snapshot(&self) -> Self {
        let mut copy = self.clone();
        let open: Vec<Ino> = copy.open.keys().copied().collect();
        copy.open = rpds::RedBlackTreeMapSync::new_sync();
        for ino in open {
            copy.free_if_unused(ino);
        }
        copy
    }

    /// The root directory.
    pub fn root(&self) -> Ino {
        ROOT
    }

    /// Sets the time of subsequent changes, in nanoseconds since the Unix epoch.
    pub fn set_now(&mut self, ns: u64) {
        self.now = ns;
    }

    /// The size of all files together, in bytes.
    pub fn total_size(&self) -> u64 {
        self.used
    }

    /// The maximum size of all files together, in bytes.
    pub fn size_limit(&self) -> u64 {
        self.limit
    }

    /// Sets the maximum size of all files together, in bytes. If they exceed it already, they can only shrink.
    pub fn set_size_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Returns what `stat` reports.
    pub fn metadata(&self, ino: Ino) -> Result<Metadata> {
        let inode = self.inode(ino)?;
        Ok(Metadata { ino, kind: inode.kind(), links: u64::from(inode.links), size: inode.size(), times: inode.times })
    }

    /// Keeps the inode after it loses its last name, until [`Vfs::close`] has been called as many times.
    pub fn keep_open(&mut self, ino: Ino) -> Result<()> {
        self.inode(ino)?;
        let count = self.open.get(&ino).copied().unwrap_or(0);
        self.open.insert_mut(ino, count.saturating_add(1));
        Ok(())
    }

    /// Reverts one [`Vfs::keep_open`].
    pub fn close(&mut self, ino: Ino) {
        match self.open.get(&ino).copied() {
            Some(count) if count > 1 => self.open.insert_mut(ino, count - 1),
            Some(_) => {
                self.open.remove_mut(&ino);
                self.free_if_unused(ino);
            }
            None => {}
        }
    }

    /// Marks exactly these inodes as open, each as often as it occurs. Missing ones are ignored.
    pub fn set_open(&mut self, inos: impl IntoIterator<Item = Ino>) {
        let before = std::mem::take(&mut self.open);
        for ino in inos {
            let _ = self.keep_open(ino);
        }
        for ino in before.keys() {
            self.free_if_unused(*ino);
        }
    }

    fn inode(&self, ino: Ino) -> Result<&Inode> {
        self.inodes.get(ino).map(Rc::as_ref).ok_or(VfsError::NotFound)
    }

    fn inode_mut(&mut self, ino: Ino) -> Result<&mut Inode> {
        self.inodes.get_mut(ino).map(Rc::make_mut).ok_or(VfsError::NotFound)
    }

    fn directory(&self, ino: Ino) -> Result<&Directory> {
        match &self.inode(ino)?.node {
            Node::Directory(directory) => Ok(directory),
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotDirectory),
        }
    }

    /// The directory, for changing its entries, which also updates its times.
    fn directory_mut(&mut self, ino: Ino) -> Result<&mut Directory> {
        let now = self.now;
        let inode = self.inode_mut(ino)?;
        match &mut inode.node {
            Node::Directory(directory) => {
                inode.times.touch(now);
                Ok(directory)
            }
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotDirectory),
        }
    }

    /// The remaining size in bytes.
    fn room(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    fn free_if_unused(&mut self, ino: Ino) {
        let Some(inode) = self.inodes.get(ino) else { return };
        if inode.links == 0 && !self.open.contains_key(&ino) {
            self.used -= inode.size();
            self.inodes.remove(ino);
        }
    }
}

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
