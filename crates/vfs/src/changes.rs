//! The differences between a tree and an earlier snapshot of it.

use std::rc::Rc;

use super::directory::Directory;
use super::inode::{Ino, Node};
use super::resolve::MAX_PATH;
use super::tree::child_path;
use super::{ROOT, Vfs};

/// The paths that differ between two trees, in depth-first order. A path is in at most one of the two lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Paths that are new, or have another type or other contents. Times alone are not a difference.
    pub written: Vec<String>,
    /// Paths that were removed; for a directory, including everything that was in it.
    pub removed: Vec<String>,
}

impl Changes {
    /// Whether the trees are equal.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }
}

/// A directory in both trees, in one of them, or in neither.
struct Pair {
    path: String,
    before: Option<Ino>,
    after: Option<Ino>,
}

impl Vfs {
    /// The changes from `earlier` to this tree. Shared parts are recognised by address and skipped.
    pub fn changes_since(&self, earlier: &Self) -> Changes {
        let mut changes = Changes::default();
        if self.inodes.is_shared_with(&earlier.inodes) {
            return changes;
        }
        let mut ahead = vec![Pair { path: String::new(), before: Some(ROOT), after: Some(ROOT) }];
        while let Some(pair) = ahead.pop() {
            if !pair.path.is_empty() {
                match (pair.before, pair.after) {
                    (Some(before), Some(after)) if self.differs(earlier, before, after) => {
                        changes.written.push(pair.path.clone());
                    }
                    (None, Some(_)) => changes.written.push(pair.path.clone()),
                    (Some(_), None) => changes.removed.push(pair.path.clone()),
                    (Some(_), Some(_)) | (None, None) => {}
                }
            }
            self.pair_children(earlier, &pair, &mut ahead);
        }
        changes
    }

    fn differs(&self, earlier: &Self, before: Ino, after: Ino) -> bool {
        let (Some(old), Some(new)) = (earlier.inodes.get(before), self.inodes.get(after)) else { return true };
        if Rc::ptr_eq(old, new) {
            return false;
        }
        match (&old.node, &new.node) {
            (Node::File(old), Node::File(new)) => !old.same_as(new),
            (Node::Symlink(old), Node::Symlink(new)) => old != new,
            (Node::Directory(_), Node::Directory(_)) => false,
            (Node::File(_) | Node::Symlink(_) | Node::Directory(_), _) => true,
        }
    }

    fn pair_children(&self, earlier: &Self, pair: &Pair, ahead: &mut Vec<Pair>) {
        let old = pair.before.and_then(|ino| earlier.directory(ino).ok());
        let new = pair.after.and_then(|ino| self.directory(ino).ok());
        let push = |ahead: &mut Vec<Pair>, name: &str, before: Option<Ino>, after: Option<Ino>| {
            if before == after && before.is_some_and(|ino| self.shares_leaf(earlier, ino)) {
                return;
            }
            let path = child_path(&pair.path, name);
            if path.len() <= MAX_PATH {
                ahead.push(Pair { path, before, after });
            }
        };
        let start = ahead.len();
        let shared = matches!((old, new), (Some(old), Some(new)) if old.shares_entries_with(new));
        for (name, ino) in new.into_iter().flat_map(Directory::entries) {
            let before = if shared { Some(ino) } else { old.and_then(|old| old.get(name)) };
            push(&mut *ahead, name, before, Some(ino));
        }
        if !shared {
            for (name, ino) in old.into_iter().flat_map(Directory::entries) {
                if new.is_none_or(|new| new.get(name).is_none()) {
                    push(&mut *ahead, name, Some(ino), None);
                }
            }
        }
        // A stack: the next one is last.
        ahead[start..].sort_unstable_by(|one, other| other.path.cmp(&one.path));
    }

    /// Whether the inode is not a directory and is shared by both: it can be skipped without computing its path.
    fn shares_leaf(&self, earlier: &Self, ino: Ino) -> bool {
        match (earlier.inodes.get(ino), self.inodes.get(ino)) {
            (Some(old), Some(new)) => Rc::ptr_eq(old, new) && !matches!(new.node, Node::Directory(_)),
            (None | Some(_), _) => false,
        }
    }
}
