//! Resolves paths in the tree.

use std::borrow::Cow;

use super::error::{Result, VfsError};
use super::inode::{Ino, Node};
use super::{FileKind, Vfs};

/// The maximum length of a path in bytes, not counting symbolic links.
pub(super) const MAX_PATH: usize = 4096;
/// The maximum length of a name in bytes.
pub(super) const MAX_NAME: usize = 255;
/// The maximum number of symbolic links followed for one path.
const MAX_LINKS: u32 = 40;

/// The part of the tree that a path can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only below the directory it starts from: `..` past it, an absolute path, or a symbolic link to either gives
    /// [`VfsError::Escape`].
    Beneath,
    /// Everywhere: `..` of the root is the root, absolute paths start there.
    WholeTree,
}

/// How to treat a symbolic link as the last part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastLink {
    /// It is followed.
    Follow,
    /// Return the link itself, unless a `/` follows it.
    Keep,
    /// Return the name itself, to remove or move it: a `/` after a symbolic link gives [`VfsError::NotDirectory`].
    Entry,
}

/// The result of resolving a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A directory that has no name on this path: `.`, `a/..` or the root.
    Itself(Ino),
    /// A name in a directory. `ino` is `None` if the name does not exist (yet). `slash`: the path ends with `/`, so
    /// that only a directory is allowed; if `ino` is present, it is one.
    Name { directory: Ino, name: String, ino: Option<Ino>, slash: bool },
}

impl Resolved {
    pub fn ino(&self) -> Option<Ino> {
        match self {
            Self::Itself(ino) => Some(*ino),
            Self::Name { ino, .. } => *ino,
        }
    }
}

impl Vfs {
    /// The inode that `path` leads to.
    pub fn resolve(&self, base: Ino, path: &str, reach: Reach, last: LastLink) -> Result<Ino> {
        self.place(base, path, reach, last)?.ino().ok_or(VfsError::NotFound)
    }

    pub(super) fn place(&self, base: Ino, path: &str, reach: Reach, last: LastLink) -> Result<Resolved> {
        if path.is_empty() {
            return Err(VfsError::NotFound);
        }
        if path.len() > MAX_PATH {
            return Err(VfsError::NameTooLong);
        }
        if path.contains('\0') {
            return Err(VfsError::Invalid);
        }
        self.directory(base)?;
        // The directories from the base to the current one: `..` goes back along it, and cannot go past its beginning.
        let mut trail = vec![base];
        let mut links = 0;
        let mut rest = Cow::Borrowed(path);
        let mut position = self.start(path, reach, &mut trail)?;
        loop {
            #[cfg(all(test, not(target_arch = "wasm32")))]
            tests::LOOKED_UP.set(tests::LOOKED_UP.get() + 1);
            let ahead = rest[position..].trim_start_matches('/');
            let here = *trail.last().unwrap_or(&base);
            if ahead.is_empty() {
                return Ok(Resolved::Itself(here));
            }
            let name = &ahead[..ahead.find('/').unwrap_or(ahead.len())];
            let after = &ahead[name.len()..];
            match name {
                "." => {
                    self.directory(here)?;
                }
                ".." if trail.len() > 1 => {
                    trail.pop();
                }
                ".." => match reach {
                    Reach::Beneath => return Err(VfsError::Escape),
                    Reach::WholeTree => trail = vec![self.directory(here)?.parent],
                },
                _ if name.len() > MAX_NAME => return Err(VfsError::NameTooLong),
                _ => {
                    let is_last = after.trim_start_matches('/').is_empty();
                    let slash = is_last && !after.is_empty();
                    let found = self.directory(here)?.get(name);
                    let Some(ino) = found else {
                        if !is_last {
                            return Err(VfsError::NotFound);
                        }
                        return Ok(Resolved::Name { directory: here, name: name.to_owned(), ino: None, slash });
                    };
                    let inode = self.inode(ino)?;
                    if let Node::Symlink(target) = &inode.node
                        && follows(is_last, slash, last)
                    {
                        links += 1;
                        if links > MAX_LINKS {
                            return Err(VfsError::Loop);
                        }
                        let next = format!("{target}{after}");
                        if next.len() > 2 * MAX_PATH {
                            return Err(VfsError::NameTooLong);
                        }
                        position = self.start(&next, reach, &mut trail)?;
                        rest = Cow::Owned(next);
                        continue;
                    }
                    let is_directory = inode.kind() == FileKind::Directory;
                    if !is_directory && (!is_last || slash) {
                        return Err(VfsError::NotDirectory);
                    }
                    if is_last {
                        return Ok(Resolved::Name { directory: here, name: name.to_owned(), ino: Some(ino), slash });
                    }
                    trail.push(ino);
                }
            }
            position = rest.len() - after.len();
        }
    }

    /// The offset in `path` of its first name; an absolute path starts from the root.
    fn start(&self, path: &str, reach: Reach, trail: &mut Vec<Ino>) -> Result<usize> {
        if path.starts_with('/') {
            if reach == Reach::Beneath {
                return Err(VfsError::Escape);
            }
            *trail = vec![self.root()];
        }
        Ok(0)
    }
}

fn follows(is_last: bool, slash: bool, last: LastLink) -> bool {
    if !is_last {
        return true;
    }
    match last {
        LastLink::Follow => true,
        LastLink::Keep => slash,
        LastLink::Entry => false,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(super) mod tests {
    use std::cell::Cell;

    use crate::Vfs;

    thread_local! {
        /// How many names this thread has looked up.
        pub static LOOKED_UP: Cell<u64> = const { Cell::new(0) };
    }

    /// The number of lookups needed to create nested directories, each by its full path, as when loading from storage.
    fn looked_up_for(depth: usize) -> u64 {
        let before = LOOKED_UP.get();
        let mut vfs = Vfs::new();
        for names in 1..=depth {
            vfs.make_directory(&vec!["d"; names].join("/")).unwrap();
        }
        LOOKED_UP.get() - before
    }

    /// The total length of the paths grows with the square of the depth, and so may the work, but not faster.
    #[test]
    fn nested_directories_take_work_in_proportion_to_their_paths() {
        let (once, twice) = (looked_up_for(250), looked_up_for(500));
        assert!(twice <= once * 5, "{once} names for 250 levels, {twice} for 500");
    }
}
