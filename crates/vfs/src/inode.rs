//! Inodes: what the names in a directory refer to.

use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::contents::Contents;
use super::directory::Directory;

/// An inode's number. Numbers are never reused within one tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ino(pub(super) u64);

impl Ino {
    /// The number as `stat` reports it.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// The type of an inode.
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

/// The result of `stat` for an inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    pub ino: Ino,
    pub kind: FileKind,
    /// The number of its names; for a directory, including the `.` in itself and the `..` in each of its
    /// subdirectories.
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
    Symlink(Rc<str>),
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

/// Hashes an inode's number to itself: numbers are assigned consecutively, so they are spread perfectly, and neighbours
/// share the nodes of the trie.
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

type Table = rpds::HashTrieMapSync<Ino, Rc<Inode>, BuildHasherDefault<InoHasher>>;

/// The inodes by number. A clone shares all of them.
///
/// Looking up a file in the trie for each of many small writes would take longer than the write itself; so the file
/// that was written last is kept separately.
#[derive(Debug, Clone)]
pub(super) struct InodeTable {
    table: Table,
    /// The inode that was written last: the table has `absent` in its place.
    at_hand: Option<(Ino, Rc<Inode>)>,
    /// The placeholder in the table for the inode that is kept separately. It is never exposed.
    absent: Rc<Inode>,
}

impl InodeTable {
    pub fn new() -> Self {
        let absent = Rc::new(Inode::new(Node::Symlink("".into()), 0));
        Self { table: Table::new_with_hasher_and_ptr_kind(Default::default()), at_hand: None, absent }
    }

    pub fn get(&self, ino: Ino) -> Option<&Rc<Inode>> {
        match &self.at_hand {
            Some((number, inode)) if *number == ino => Some(inode),
            Some(_) | None => self.table.get(&ino),
        }
    }

    pub fn get_mut(&mut self, ino: Ino) -> Option<&mut Rc<Inode>> {
        match &mut self.at_hand {
            Some((number, inode)) if *number == ino => Some(inode),
            Some(_) | None => self.table.get_mut(&ino),
        }
    }

    /// Like [`InodeTable::get_mut`], for an inode that will probably be requested again soon.
    pub fn get_often(&mut self, ino: Ino) -> Option<&mut Rc<Inode>> {
        if self.at_hand.as_ref().is_none_or(|(number, _)| *number != ino) {
            let taken = std::mem::replace(self.table.get_mut(&ino)?, Rc::clone(&self.absent));
            if let Some((number, inode)) = self.at_hand.replace((ino, taken))
                && let Some(place) = self.table.get_mut(&number)
            {
                *place = inode;
            }
        }
        self.at_hand.as_mut().map(|(_, inode)| inode)
    }

    pub fn insert(&mut self, ino: Ino, inode: Rc<Inode>) {
        self.at_hand.take_if(|(number, _)| *number == ino);
        self.table.insert_mut(ino, inode);
    }

    pub fn remove(&mut self, ino: Ino) {
        self.at_hand.take_if(|(number, _)| *number == ino);
        self.table.remove_mut(&ino);
    }

    /// The number of inodes.
    pub fn size(&self) -> usize {
        self.table.size()
    }

    /// Whether both are known to be equal without comparing them.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        let same_at_hand = match (&self.at_hand, &other.at_hand) {
            (Some((one, inode)), Some((another, other))) => one == another && Rc::ptr_eq(inode, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same_at_hand && self.table.ptr_eq(&other.table)
    }
}
