//! The table of open descriptors.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::abi::{filetype, rights};
use super::errno::Errno;
use wasmoscope_vfs::Ino;

/// The maximum number of open descriptors; beyond it, calls return [`Errno::Mfile`].
pub const MAX_DESCRIPTORS: usize = 65_536;

/// An open file, directory or stream.
#[derive(Debug, Clone)]
pub(super) struct Descriptor {
    pub object: Object,
    /// What it may be used for.
    pub rights: u64,
    /// The rights of what is opened through it.
    pub inheriting: u64,
    pub flags: u16,
    /// For a standard stream: whether it is a terminal, rather than a file or another program.
    pub terminal: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Object {
    Stdin,
    Stdout,
    Stderr,
    File {
        ino: Ino,
        position: u64,
    },
    Directory {
        ino: Ino,
        /// The path under which the program finds it, if it was open from the start.
        preopen: Option<String>,
    },
}

impl Descriptor {
    pub fn stdin() -> Self {
        let rights = rights::TERMINAL | rights::FD_READ;
        Self { object: Object::Stdin, rights, inheriting: 0, flags: 0, terminal: true }
    }

    pub fn stdout() -> Self {
        let rights = rights::TERMINAL | rights::FD_WRITE;
        Self { object: Object::Stdout, rights, inheriting: 0, flags: 0, terminal: true }
    }

    pub fn stderr() -> Self {
        Self { object: Object::Stderr, ..Self::stdout() }
    }

    pub fn preopen(ino: Ino, name: String) -> Self {
        Self {
            object: Object::Directory { ino, preopen: Some(name) },
            rights: rights::DIRECTORY,
            inheriting: rights::DIRECTORY | rights::FILE,
            flags: 0,
            terminal: false,
        }
    }

    /// The inode that has to be kept while this is open.
    pub fn ino(&self) -> Option<Ino> {
        match self.object {
            Object::Stdin | Object::Stdout | Object::Stderr => None,
            Object::File { ino, .. } | Object::Directory { ino, .. } => Some(ino),
        }
    }

    pub fn filetype(&self) -> u8 {
        match self.object {
            Object::Stdin | Object::Stdout | Object::Stderr if self.terminal => filetype::CHARACTER_DEVICE,
            Object::Stdin | Object::Stdout | Object::Stderr => filetype::UNKNOWN,
            Object::File { .. } => filetype::REGULAR_FILE,
            Object::Directory { .. } => filetype::DIRECTORY,
        }
    }

    /// Fails unless it has all rights in `needed`.
    pub fn require(&self, needed: u64) -> Result<(), Errno> {
        if self.rights & needed == needed { Ok(()) } else { Err(Errno::Notcapable) }
    }
}

/// The open descriptors by number; a new one gets the smallest free number.
#[derive(Debug, Default, Clone)]
pub(super) struct DescriptorTable {
    slots: Vec<Option<Descriptor>>,
    /// Numbers below `slots.len()` that may be free.
    free: BinaryHeap<Reverse<u32>>,
    open: usize,
}

impl DescriptorTable {
    pub fn get(&self, fd: u32) -> Result<&Descriptor, Errno> {
        self.slots.get(fd as usize).and_then(Option::as_ref).ok_or(Errno::Badf)
    }

    pub fn get_mut(&mut self, fd: u32) -> Result<&mut Descriptor, Errno> {
        self.slots.get_mut(fd as usize).and_then(Option::as_mut).ok_or(Errno::Badf)
    }

    /// Whether the maximum number of descriptors is open.
    pub fn is_full(&self) -> bool {
        self.open >= MAX_DESCRIPTORS
    }

    pub fn insert(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        if self.is_full() {
            return Err(Errno::Mfile);
        }
        self.open += 1;
        while let Some(Reverse(fd)) = self.free.pop() {
            if let Some(slot @ None) = self.slots.get_mut(fd as usize) {
                *slot = Some(descriptor);
                return Ok(fd);
            }
        }
        // Below MAX_DESCRIPTORS: every slot is in use.
        let fd = self.slots.len() as u32;
        self.slots.push(Some(descriptor));
        Ok(fd)
    }

    pub fn remove(&mut self, fd: u32) -> Result<Descriptor, Errno> {
        let descriptor = self.slots.get_mut(fd as usize).and_then(Option::take).ok_or(Errno::Badf)?;
        self.open -= 1;
        self.free.push(Reverse(fd));
        Ok(descriptor)
    }

    /// Moves `from` to `to`, which must be open too; returns what `to` was.
    pub fn renumber(&mut self, from: u32, to: u32) -> Result<Option<Descriptor>, Errno> {
        self.get(to)?;
        self.get(from)?;
        if from == to {
            return Ok(None);
        }
        let moved = self.remove(from)?;
        let replaced = self.slots.get_mut(to as usize).ok_or(Errno::Badf)?.replace(moved);
        Ok(replaced)
    }

    /// The open descriptors, with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &Descriptor)> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(fd, slot)| Some((fd as u32, slot.as_ref()?)))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Descriptor> {
        self.slots.iter().flatten()
    }
}
