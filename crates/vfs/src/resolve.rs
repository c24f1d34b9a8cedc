//! From a path to a place in the tree.

use std::borrow::Cow;

use super::error::{Result, VfsError};
use super::inode::{Ino, Node};
use super::{FileKind, Vfs};

/// The longest path, in bytes, symbolic links not followed.
pub(super) const MAX_PATH: usize = 4096;
/// The longest name, in bytes.
pub(super) const MAX_NAME: usize = 255;
/// How many symbolic links are followed on the way to one place.
const MAX_LINKS: u32 = 40;

/// How far a path may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not out of the directory it starts from: `..` past it, an absolute path and a symbolic link that does either
    /// are [`VfsError::Escape`].
    Beneath,
    /// Everywhere: `..` of the root is the root, absolute paths start there.
    WholeTree,
}

/// What becomes of a symbolic link as the last part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastLink {
    /// It is followed.
    Follow,
    /// It is what is meant, unless a `/` comes after it.
    Keep,
    /// The name itself is meant, to be removed or moved: a `/` after a symbolic link is [`VfsError::NotDirectory`].
    Entry,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// To a directory that has no name on this path: `.`, `a/..` or the root.
    Itself(Ino),
    /// To a name in a directory. `ino` is `None` when there is none of that name (yet).
    /// `slash`: the path ends with `/`, so that only a directory is right; if `ino` is there, it is one.
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
        // The directories from the base to where we are: `..` goes back along it, and cannot go past its beginning.
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

    /// Where in `path` its first name is; an absolute path starts from the root.
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

    /// Names looked up to make directories within each other, each by its whole path, as they come out of storage.
    fn looked_up_for(depth: usize) -> u64 {
        let before = LOOKED_UP.get();
        let mut vfs = Vfs::new();
        for names in 1..=depth {
            vfs.make_directory(&vec!["d"; names].join("/")).unwrap();
        }
        LOOKED_UP.get() - before
    }

    /// The paths together grow with the square of the depth, and so may the work, but no faster.
    #[test]
    fn nested_directories_take_work_in_proportion_to_their_paths() {
        let (once, twice) = (looked_up_for(250), looked_up_for(500));
        assert!(twice <= once * 5, "{once} names for 250 levels, {twice} for 500");
    }
}
