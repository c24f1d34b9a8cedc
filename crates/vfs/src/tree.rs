//! Operations on the tree for a user: by paths from the root, with or without a leading `/`.

use super::contents::{Contents, MAX_FILE_SIZE};
use super::directory::Directory;
use super::error::{Result, VfsError};
use super::inode::{Ino, Node};
use super::resolve::{LastLink, MAX_PATH, Reach, Resolved};
use super::{FileKind, ROOT, Vfs};

/// An entry of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// From the root, without a leading `/`.
    pub path: String,
    pub kind: FileKind,
    /// In bytes; 0 for a directory.
    pub size: u64,
}

impl Vfs {
    /// Everything in the tree, depth first, siblings by name. Entries whose paths would be too long (4096 bytes) are
    /// left out.
    pub fn entries(&self) -> Vec<TreeEntry> {
        let mut entries = Vec::new();
        // A stack of entries to list; the next one is last.
        let mut ahead: Vec<(String, Ino)> = Vec::new();
        self.push_children(&mut ahead, "", ROOT);
        while let Some((path, ino)) = ahead.pop() {
            let Ok(inode) = self.inode(ino) else { continue };
            self.push_children(&mut ahead, &path, ino);
            entries.push(TreeEntry { path, kind: inode.kind(), size: inode.size() });
        }
        entries
    }

    /// A file's bytes; symbolic links are followed.
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        let ino = self.resolve(ROOT, path, Reach::WholeTree, LastLink::Follow)?;
        Ok(self.contents(ino)?.to_vec())
    }

    /// The target of the symbolic link at `path`.
    pub fn read_symlink(&self, path: &str) -> Result<String> {
        Ok(self.read_link(ROOT, path, Reach::WholeTree)?.to_string())
    }

    /// Creates or replaces a file, and creates its parent directories. Symbolic links are followed.
    pub fn write_file(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let place = self.place_with_parents(path, LastLink::Follow)?;
        let old_size = match place.ino() {
            Some(ino) => self.file_len(ino)?,
            None => 0,
        };
        let size = bytes.len() as u64;
        if size > MAX_FILE_SIZE {
            return Err(VfsError::TooBig);
        }
        if size.saturating_sub(old_size) > self.room() {
            return Err(VfsError::NoSpace);
        }
        let contents = Node::File(Contents::from_bytes(bytes));
        match place {
            Resolved::Itself(_) | Resolved::Name { slash: true, .. } => Err(VfsError::IsDirectory),
            Resolved::Name { directory, name, ino: None, .. } => self.add(directory, &name, contents).map(drop),
            Resolved::Name { ino: Some(ino), .. } => {
                let now = self.now;
                let inode = self.inode_mut(ino)?;
                inode.node = contents;
                inode.times.touch(now);
                self.used = self.used - old_size + size;
                Ok(())
            }
        }
    }

    /// Creates a directory and its parents; an existing one is left unchanged.
    pub fn make_directory(&mut self, path: &str) -> Result<()> {
        self.directory_with_parents(path).map(drop)
    }

    /// Creates a symbolic link and its parent directories. It replaces a file or link with that name.
    pub fn symlink(&mut self, path: &str, target: &str) -> Result<()> {
        match self.place_with_parents(path, LastLink::Entry)? {
            Resolved::Name { ino: Some(ino), .. } if self.inode(ino)?.kind() != FileKind::Directory => {
                self.unlink(ROOT, path, Reach::WholeTree)?;
            }
            Resolved::Name { ino: None, .. } => {}
            Resolved::Name { .. } | Resolved::Itself(_) => return Err(VfsError::Exists),
        }
        self.create_symlink(target, ROOT, path, Reach::WholeTree).map(drop)
    }

    /// Removes a file, a symbolic link, or a directory with its contents.
    pub fn remove(&mut self, path: &str) -> Result<()> {
        let place = self.place(ROOT, path, Reach::WholeTree, LastLink::Entry)?;
        let Resolved::Name { directory, name, ino, .. } = place else { return Err(VfsError::Busy) };
        let top = ino.ok_or(VfsError::NotFound)?;
        self.directory_mut(directory)?.remove(&name);
        let mut ahead = vec![top];
        while let Some(ino) = ahead.pop() {
            if let Ok(entries) = self.directory(ino) {
                let (parent, children): (Ino, Vec<Ino>) =
                    (entries.parent, entries.entries().map(|(_, ino)| ino).collect());
                ahead.extend(children);
                // Open handles must not be able to reach what was removed.
                *self.directory_mut(ino)? = Directory::new(ino);
                if ino == top {
                    self.change_links(parent, -1)?;
                }
                let links = self.inode(ino)?.links;
                self.change_links(ino, -i32::try_from(links).unwrap_or(i32::MAX))?;
            } else {
                self.change_links(ino, -1)?;
            }
        }
        Ok(())
    }

    /// Moves a file, a symbolic link or a directory, and creates the parent directories of the target. An existing
    /// target is replaced, unless it is a directory that is not empty.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        // Check that the source exists first: a failed move must not leave new directories behind.
        self.place(ROOT, from, Reach::WholeTree, LastLink::Entry)?.ino().ok_or(VfsError::NotFound)?;
        self.place_with_parents(to, LastLink::Entry)?;
        self.rename_at((ROOT, from), (ROOT, to), Reach::WholeTree)
    }

    pub(super) fn push_children(&self, ahead: &mut Vec<(String, Ino)>, path: &str, ino: Ino) {
        let Ok(directory) = self.directory(ino) else { return };
        let start = ahead.len();
        ahead.extend(directory.sorted().into_iter().filter_map(|(name, ino)| {
            let path = child_path(path, name);
            (path.len() <= MAX_PATH).then_some((path, ino))
        }));
        ahead[start..].reverse();
    }

    fn place_with_parents(&mut self, path: &str, last: LastLink) -> Result<Resolved> {
        match self.place(ROOT, path, Reach::WholeTree, last) {
            Err(VfsError::NotFound) => {
                let trimmed = path.trim_end_matches('/');
                let (parent, _) = trimmed.rsplit_once('/').ok_or(VfsError::NotFound)?;
                self.directory_with_parents(parent)?;
                self.place(ROOT, path, Reach::WholeTree, last)
            }
            other => other,
        }
    }

    fn directory_with_parents(&mut self, path: &str) -> Result<Ino> {
        if path.len() > MAX_PATH {
            return Err(VfsError::NameTooLong);
        }
        // Each name is looked up in its parent directory: from the root, a deep path would take time quadratic in its
        // depth.
        let mut here = ROOT;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            here = match self.place(here, name, Reach::WholeTree, LastLink::Follow)? {
                Resolved::Name { directory, name, ino: None, .. } => {
                    self.add(directory, &name, Node::Directory(Directory::new(directory)))?
                }
                Resolved::Name { ino: Some(ino), .. } | Resolved::Itself(ino) => ino,
            };
            self.directory(here)?;
        }
        Ok(here)
    }
}

pub(super) fn child_path(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") }
}
