//! The tree as a user works on it: by paths from the root, with or without a leading `/`.

use super::contents::{Contents, MAX_FILE_SIZE};
use super::directory::Directory;
use super::error::{Result, VfsError};
use super::inode::{Ino, Node};
use super::resolve::{LastLink, MAX_PATH, Reach, Resolved};
use super::{FileKind, ROOT, Vfs};

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// From the root, without a leading `/`.
    pub path: String,
    pub kind: FileKind,
    /// In bytes; 0 for a directory.
    pub size: u64,
}

impl Vfs {
    /// Everything in the tree, depth first, siblings by name.
    /// Left out is what lies deeper than a path can say (4096 bytes).
    pub fn entries(&self) -> Vec<TreeEntry> {
        let mut entries = Vec::new();
        // What is still to be shown, the next one last.
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

    /// Where the symbolic link at `path` leads to.
    pub fn read_symlink(&self, path: &str) -> Result<String> {
        Ok(self.read_link(ROOT, path, Reach::WholeTree)?.to_string())
    }

    /// Makes or replaces a file and makes the directories above it. Symbolic links are followed.
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

    /// Makes a directory and those above it; one that is there already is left as it is.
    pub fn make_directory(&mut self, path: &str) -> Result<()> {
        self.directory_with_parents(path).map(drop)
    }

    /// Makes a symbolic link, and the directories above it. It replaces a file or link of that name.
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

    /// Removes a file, a symbolic link, or a directory with all it holds.
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
                // What is open somewhere must not find its way back to what is gone.
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

    /// Moves a file, a symbolic link or a directory, and makes the directories above its new place.
    /// What has the new name already is replaced, unless it is a directory that holds something.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        // First of all the old one must be there: a failed move leaves no new directories behind.
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
        // Each name is looked up in the directory before it: from the root, a deep path would cost the square of its depth.
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
