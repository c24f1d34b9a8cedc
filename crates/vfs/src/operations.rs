//! Operations on names: creating, linking, removing, moving, listing. Paths start from a directory's inode.

use std::rc::Rc;

use super::contents::Contents;
use super::directory::Directory;
use super::error::{Result, VfsError};
use super::inode::{Ino, Inode, Node};
use super::resolve::{LastLink, MAX_PATH, Reach, Resolved};
use super::{FileKind, MAX_INODES, Vfs};

const MAX_HARD_LINKS: u32 = 65_000;

/// The flags of [`Vfs::open_file`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenFile {
    /// Create the file if it does not exist.
    pub create: bool,
    /// With `create`: fail if it exists.
    pub exclusive: bool,
    /// Truncate the file if it exists.
    pub truncate: bool,
    /// It must be a directory.
    pub directory: bool,
    /// How to treat a symbolic link at the end of the path.
    pub last: LastLink,
}

/// An entry in a directory's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry<'a> {
    /// The cookie to continue the listing after this entry.
    pub next: u64,
    pub ino: Ino,
    pub kind: FileKind,
    pub name: &'a str,
}

impl Vfs {
    /// Finds or creates the file to open.
    pub fn open_file(&mut self, base: Ino, path: &str, reach: Reach, how: OpenFile) -> Result<Ino> {
        let exclusive = how.create && how.exclusive;
        let last = if exclusive { LastLink::Keep } else { how.last };
        let place = self.place(base, path, reach, last)?;
        let Some(ino) = place.ino() else {
            let Resolved::Name { directory, name, slash, .. } = place else { return Err(VfsError::NotFound) };
            if !how.create {
                return Err(VfsError::NotFound);
            }
            if how.directory {
                return Err(VfsError::Invalid);
            }
            if slash {
                return Err(VfsError::IsDirectory);
            }
            return self.add(directory, &name, Node::File(Contents::default()));
        };
        if exclusive {
            return Err(VfsError::Exists);
        }
        match self.inode(ino)?.kind() {
            FileKind::Symlink => return Err(VfsError::Loop),
            FileKind::File if how.directory => return Err(VfsError::NotDirectory),
            FileKind::Directory if how.truncate || (how.create && !how.directory) => return Err(VfsError::IsDirectory),
            FileKind::File | FileKind::Directory => {}
        }
        if how.truncate {
            self.set_len(ino, 0)?;
        }
        Ok(ino)
    }

    /// Creates an empty directory.
    pub fn create_directory(&mut self, base: Ino, path: &str, reach: Reach) -> Result<Ino> {
        match self.place(base, path, reach, LastLink::Keep)? {
            Resolved::Name { directory, name, ino: None, .. } => {
                self.add(directory, &name, Node::Directory(Directory::new(directory)))
            }
            Resolved::Name { .. } | Resolved::Itself(_) => Err(VfsError::Exists),
        }
    }

    /// Creates a symbolic link. Its `target` is not checked.
    pub fn create_symlink(&mut self, target: &str, base: Ino, path: &str, reach: Reach) -> Result<Ino> {
        if target.is_empty() {
            return Err(VfsError::NotFound);
        }
        if target.len() >= MAX_PATH {
            return Err(VfsError::NameTooLong);
        }
        if target.contains('\0') {
            return Err(VfsError::Invalid);
        }
        match self.place(base, path, reach, LastLink::Entry) {
            Ok(Resolved::Name { slash: true, ino: None, .. }) => Err(VfsError::NotFound),
            Ok(Resolved::Name { directory, name, ino: None, .. }) => {
                if target.len() as u64 > self.room() {
                    return Err(VfsError::NoSpace);
                }
                self.add(directory, &name, Node::Symlink(target.into()))
            }
            Ok(Resolved::Name { .. } | Resolved::Itself(_)) => Err(VfsError::Exists),
            Err(error) => Err(error),
        }
    }

    /// The target of a symbolic link.
    pub fn read_link(&self, base: Ino, path: &str, reach: Reach) -> Result<Rc<str>> {
        let ino = self.resolve(base, path, reach, LastLink::Keep)?;
        self.link_target(ino)
    }

    pub(super) fn link_target(&self, ino: Ino) -> Result<Rc<str>> {
        match &self.inode(ino)?.node {
            Node::Symlink(target) => Ok(Rc::clone(target)),
            Node::File(_) | Node::Directory(_) => Err(VfsError::Invalid),
        }
    }

    /// Adds a name to an inode that is not a directory.
    pub fn link(&mut self, ino: Ino, base: Ino, path: &str, reach: Reach) -> Result<()> {
        let inode = self.inode(ino)?;
        if inode.kind() == FileKind::Directory {
            return Err(VfsError::NotPermitted);
        }
        let links = inode.links;
        match self.place(base, path, reach, LastLink::Entry)? {
            Resolved::Name { slash: true, ino: None, .. } => Err(VfsError::NotFound),
            Resolved::Name { directory, name, ino: None, .. } => {
                self.alive(directory)?;
                if links == 0 {
                    return Err(VfsError::NotFound);
                }
                if links >= MAX_HARD_LINKS {
                    return Err(VfsError::TooManyLinks);
                }
                self.directory_mut(directory)?.insert(&name, ino);
                self.change_links(ino, 1)
            }
            Resolved::Name { .. } | Resolved::Itself(_) => Err(VfsError::Exists),
        }
    }

    /// Removes the name of a file or symbolic link.
    pub fn unlink(&mut self, base: Ino, path: &str, reach: Reach) -> Result<()> {
        match self.place(base, path, reach, LastLink::Entry)? {
            Resolved::Name { ino: None, .. } => Err(VfsError::NotFound),
            Resolved::Name { directory, name, ino: Some(ino), .. } => {
                if self.inode(ino)?.kind() == FileKind::Directory {
                    return Err(VfsError::IsDirectory);
                }
                self.directory_mut(directory)?.remove(&name);
                self.change_links(ino, -1)
            }
            Resolved::Itself(_) => Err(VfsError::IsDirectory),
        }
    }

    /// Removes an empty directory.
    pub fn remove_directory(&mut self, base: Ino, path: &str, reach: Reach) -> Result<()> {
        match self.place(base, path, reach, LastLink::Entry)? {
            Resolved::Name { ino: None, .. } => Err(VfsError::NotFound),
            Resolved::Name { directory, name, ino: Some(ino), .. } => {
                if !self.directory(ino)?.is_empty() {
                    return Err(VfsError::NotEmpty);
                }
                self.directory_mut(directory)?.remove(&name);
                self.change_links(directory, -1)?;
                self.change_links(ino, -2)
            }
            // As in POSIX: `/` is busy, and `.` is not a valid name.
            Resolved::Itself(ino) if ino == self.root() && reach == Reach::WholeTree => Err(VfsError::Busy),
            Resolved::Itself(_) => Err(VfsError::Invalid),
        }
    }

    /// Moves a name. An existing target is replaced: a file by a file, an empty directory by a directory.
    pub fn rename_at(&mut self, from: (Ino, &str), to: (Ino, &str), reach: Reach) -> Result<()> {
        let old = self.place(from.0, from.1, reach, LastLink::Entry)?;
        let new = self.place(to.0, to.1, reach, LastLink::Entry)?;
        let (Resolved::Name { directory: old_directory, name: old_name, ino, .. }, Resolved::Name { .. }) =
            (&old, &new)
        else {
            return Err(VfsError::Busy);
        };
        let ino = ino.ok_or(VfsError::NotFound)?;
        let Resolved::Name { directory: new_directory, name: new_name, ino: replaced, slash } = &new else {
            return Err(VfsError::Busy);
        };
        let (old_directory, new_directory) = (*old_directory, *new_directory);
        self.alive(new_directory)?;
        let is_directory = self.inode(ino)?.kind() == FileKind::Directory;
        if is_directory && self.is_within(new_directory, ino)? {
            return Err(VfsError::Invalid);
        }
        if !is_directory && *slash {
            return Err(VfsError::NotDirectory);
        }
        if let Some(replaced) = *replaced {
            if replaced == ino {
                return Ok(());
            }
            match (is_directory, self.inode(replaced)?.kind() == FileKind::Directory) {
                (true, false) => return Err(VfsError::NotDirectory),
                (false, true) => return Err(VfsError::IsDirectory),
                (true, true) if !self.directory(replaced)?.is_empty() => return Err(VfsError::NotEmpty),
                (true, true) | (false, false) => {}
            }
            self.directory_mut(new_directory)?.remove(new_name);
            if is_directory {
                self.change_links(new_directory, -1)?;
                self.change_links(replaced, -2)?;
            } else {
                self.change_links(replaced, -1)?;
            }
        }
        self.directory_mut(old_directory)?.remove(old_name);
        self.directory_mut(new_directory)?.insert(new_name, ino);
        if is_directory && old_directory != new_directory {
            self.change_links(old_directory, -1)?;
            self.change_links(new_directory, 1)?;
            self.directory_mut(ino)?.parent = new_directory;
        }
        let now = self.now;
        self.inode_mut(ino)?.times.changed = now;
        Ok(())
    }

    /// A directory's listing: `.`, `..`, then the entries in creation order. `cookie` is 0, or the `next` of the entry
    /// after which to continue.
    pub fn list(&self, ino: Ino, cookie: u64) -> Result<impl Iterator<Item = DirectoryEntry<'_>>> {
        let directory = self.directory(ino)?;
        let dots = [(1, ino, "."), (2, directory.parent, "..")].into_iter().filter_map(move |(next, ino, name)| {
            (next > cookie).then_some(DirectoryEntry { next, ino, kind: FileKind::Directory, name })
        });
        let entries = directory.after(cookie).filter_map(|(next, name, ino)| {
            let kind = self.inode(ino).ok()?.kind();
            Some(DirectoryEntry { next, ino, kind, name })
        });
        Ok(dots.chain(entries))
    }

    /// Puts a new inode under a name that is not taken.
    pub(super) fn add(&mut self, directory: Ino, name: &str, node: Node) -> Result<Ino> {
        self.alive(directory)?;
        if self.inodes.size() >= MAX_INODES {
            return Err(VfsError::NoSpace);
        }
        let ino = Ino(self.next_ino);
        let mut inode = Inode::new(node, self.now);
        inode.links = if inode.kind() == FileKind::Directory { 2 } else { 1 };
        self.used += inode.size();
        if inode.kind() == FileKind::Directory {
            self.change_links(directory, 1)?;
        }
        self.next_ino += 1;
        self.directory_mut(directory)?.insert(name, ino);
        self.inodes.insert(ino, Rc::new(inode));
        Ok(ino)
    }

    /// Fails for a directory that was removed while it was open: it accepts no new entries.
    fn alive(&self, directory: Ino) -> Result<()> {
        if self.inode(directory)?.links == 0 { Err(VfsError::NotFound) } else { Ok(()) }
    }

    pub(super) fn change_links(&mut self, ino: Ino, by: i32) -> Result<()> {
        let now = self.now;
        let inode = self.inode_mut(ino)?;
        inode.links = inode.links.saturating_add_signed(by);
        inode.times.changed = now;
        if inode.links == 0 {
            self.free_if_unused(ino);
        }
        Ok(())
    }

    /// Whether `ino` is `ancestor`, or is below it.
    fn is_within(&self, ino: Ino, ancestor: Ino) -> Result<bool> {
        let mut here = ino;
        loop {
            if here == ancestor {
                return Ok(true);
            }
            let parent = self.directory(here)?.parent;
            if parent == here {
                return Ok(false);
            }
            here = parent;
        }
    }
}
