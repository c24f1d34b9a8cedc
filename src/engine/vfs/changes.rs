//! What differs between a tree and an earlier snapshot of it.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::sync::Arc;

use super::inode::{Ino, Node};
use super::resolve::MAX_PATH;
use super::tree::child_path;
use super::{ROOT, Vfs};

/// The paths at which two trees differ, in depth-first order. A path is in at most one of the two lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// What is new, or is something else, or holds something else. Times alone are no difference.
    pub written: Vec<String>,
    /// What is gone; of a directory also each thing that was in it.
    pub removed: Vec<String>,
}

impl Changes {
    /// Whether the trees hold the same.
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
    /// What has changed from `earlier` to this tree.
    /// Whatever the two share is recognised by its address and not looked into.
    pub fn changes_since(&self, earlier: &Self) -> Changes {
        let mut changes = Changes::default();
        if self.inodes.ptr_eq(&earlier.inodes) {
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
            let start = ahead.len();
            self.pair_children(earlier, &pair, &mut ahead);
            ahead[start..].reverse();
        }
        changes
    }

    fn differs(&self, earlier: &Self, before: Ino, after: Ino) -> bool {
        let (Some(old), Some(new)) = (earlier.inodes.get(&before), self.inodes.get(&after)) else { return true };
        if Arc::ptr_eq(old, new) {
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
        let mut push = |name: &str, before: Option<Ino>, after: Option<Ino>| {
            if before == after && before.is_some_and(|ino| self.shares_leaf(earlier, ino)) {
                return;
            }
            let path = child_path(&pair.path, name);
            if path.len() <= MAX_PATH {
                ahead.push(Pair { path, before, after });
            }
        };
        if let (Some(old), Some(new)) = (old, new)
            && old.shares_entries_with(new)
        {
            for (name, ino) in new.iter() {
                push(name, Some(ino), Some(ino));
            }
            return;
        }
        let mut old = old.into_iter().flat_map(|directory| directory.iter()).peekable();
        let mut new = new.into_iter().flat_map(|directory| directory.iter()).peekable();
        while let Some((name, before, after)) = next_name(&mut old, &mut new) {
            push(name, before, after);
        }
    }

    /// Whether the inode is no directory and the same in both: then there is nothing to look at, not even its path.
    fn shares_leaf(&self, earlier: &Self, ino: Ino) -> bool {
        match (earlier.inodes.get(&ino), self.inodes.get(&ino)) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new) && !matches!(new.node, Node::Directory(_)),
            (None | Some(_), _) => false,
        }
    }
}

type Named<'a> = (&'a Arc<str>, Ino);

/// Merges two lists that are sorted by name.
fn next_name<'a>(
    old: &mut Peekable<impl Iterator<Item = Named<'a>>>,
    new: &mut Peekable<impl Iterator<Item = Named<'a>>>,
) -> Option<(&'a str, Option<Ino>, Option<Ino>)> {
    let order = match (old.peek(), new.peek()) {
        (Some((old, _)), Some((new, _))) => old.cmp(new),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => return None,
    };
    let before = if order.is_le() { old.next() } else { None };
    let after = if order.is_ge() { new.next() } else { None };
    let (name, _) = before.or(after)?;
    Some((name, before.map(|(_, ino)| ino), after.map(|(_, ino)| ino)))
}
