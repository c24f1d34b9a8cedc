//! Directories: names, and the order in which they are listed.

use std::hash::{BuildHasherDefault, DefaultHasher};
use std::rc::Rc;

use rpds::{HashTrieMapSync, VectorSync};

use super::inode::Ino;

/// The cookie of the first entry; those before belong to `.` and `..`.
const FIRST_COOKIE: u64 = 3;

/// A directory's entries.
///
/// Every entry has a fixed position in the listing, whose number is its cookie. So a listing that is resumed after the
/// directory has changed shows every entry that stayed exactly once, whatever was added or removed.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    pub parent: Ino,
    /// Hashed without randomness, so that the same tree is identical in every run.
    names: HashTrieMapSync<Rc<str>, Slot, BuildHasherDefault<DefaultHasher>>,
    /// In creation order; `None` where an entry was removed and others follow.
    listing: VectorSync<Option<(Rc<str>, Ino)>>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    ino: Ino,
    place: usize,
}

impl Directory {
    pub fn new(parent: Ino) -> Self {
        Self {
            parent,
            names: HashTrieMapSync::new_with_hasher_and_ptr_kind(Default::default()),
            listing: VectorSync::new_sync(),
        }
    }

    pub fn get(&self, name: &str) -> Option<Ino> {
        self.names.get(name).map(|slot| slot.ino)
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Adds a name, or changes the inode of an existing one.
    pub fn insert(&mut self, name: &str, ino: Ino) {
        if let Some(slot) = self.names.get_mut(name) {
            slot.ino = ino;
            if let Some(Some((_, listed))) = self.listing.get_mut(slot.place) {
                *listed = ino;
            }
            return;
        }
        let name: Rc<str> = name.into();
        let place = self.listing.len();
        self.names.insert_mut(Rc::clone(&name), Slot { ino, place });
        self.listing.push_back_mut(Some((name, ino)));
    }

    pub fn remove(&mut self, name: &str) -> Option<Ino> {
        let slot = *self.names.get(name)?;
        self.names.remove_mut(name);
        self.listing.set_mut(slot.place, None);
        // Prevents unbounded growth of a directory in which files come and go.
        while let Some(None) = self.listing.last() {
            self.listing.drop_last_mut();
        }
        Some(slot.ino)
    }

    /// All entries, in unspecified order.
    pub fn entries(&self) -> impl Iterator<Item = (&Rc<str>, Ino)> {
        self.names.iter().map(|(name, slot)| (name, slot.ino))
    }

    /// All entries, sorted by name.
    pub fn sorted(&self) -> Vec<(&Rc<str>, Ino)> {
        let mut entries: Vec<_> = self.entries().collect();
        entries.sort_unstable_by_key(|(name, _)| *name);
        entries
    }

    /// The entries after the one with this cookie, in creation order.
    pub fn after(&self, cookie: u64) -> impl Iterator<Item = (u64, &Rc<str>, Ino)> {
        let first = usize::try_from(cookie.saturating_add(1).saturating_sub(FIRST_COOKIE)).unwrap_or(usize::MAX);
        (first..self.listing.len()).filter_map(|place| {
            let (name, ino) = self.listing.get(place)?.as_ref()?;
            Some((place as u64 + FIRST_COOKIE, name, *ino))
        })
    }

    /// Whether both are known to have the same entries because they share them.
    pub fn shares_entries_with(&self, other: &Self) -> bool {
        self.names.ptr_eq(&other.names)
    }
}
