//! Directories: names, and the order in which a program that lists them sees them.

use std::sync::Arc;

use rpds::RedBlackTreeMapSync;

use super::inode::Ino;

/// Cookies up to this one belong to `.` and `..`.
const FIRST_COOKIE: u64 = 3;

/// A directory's entries.
///
/// Every entry gets a number of its own when it is made, its cookie, and a listing goes by ascending cookies.
/// So a listing that is resumed after the directory has changed shows every entry that stayed exactly once, whatever
/// came and went.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    pub parent: Ino,
    names: RedBlackTreeMapSync<Arc<str>, Slot>,
    listing: RedBlackTreeMapSync<u64, Arc<str>>,
    next_cookie: u64,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    ino: Ino,
    cookie: u64,
}

impl Directory {
    pub fn new(parent: Ino) -> Self {
        Self {
            parent,
            names: RedBlackTreeMapSync::new_sync(),
            listing: RedBlackTreeMapSync::new_sync(),
            next_cookie: FIRST_COOKIE,
        }
    }

    pub fn get(&self, name: &str) -> Option<Ino> {
        self.names.get(name).map(|slot| slot.ino)
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Adds a name, or makes one stand for another inode.
    pub fn insert(&mut self, name: &str, ino: Ino) {
        if let Some(slot) = self.names.get_mut(name) {
            slot.ino = ino;
            return;
        }
        let name: Arc<str> = name.into();
        let cookie = self.next_cookie;
        self.next_cookie += 1;
        self.names.insert_mut(Arc::clone(&name), Slot { ino, cookie });
        self.listing.insert_mut(cookie, name);
    }

    pub fn remove(&mut self, name: &str) -> Option<Ino> {
        let slot = *self.names.get(name)?;
        self.names.remove_mut(name);
        self.listing.remove_mut(&slot.cookie);
        Some(slot.ino)
    }

    /// All entries, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, Ino)> {
        self.names.iter().map(|(name, slot)| (name, slot.ino))
    }

    /// The entries with a cookie larger than `cookie`, by cookie.
    pub fn after(&self, cookie: u64) -> impl Iterator<Item = (u64, &Arc<str>, Ino)> {
        let first = cookie.saturating_add(1);
        self.listing
            .range(first..)
            .filter_map(|(&cookie, name)| self.names.get(name).map(|slot| (cookie, name, slot.ino)))
    }

    /// Whether both have the same entries because nobody has changed either.
    pub fn shares_entries_with(&self, other: &Self) -> bool {
        self.names.ptr_eq(&other.names)
    }
}
