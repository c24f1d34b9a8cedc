//! Directories: names, and the order in which a program that lists them sees them.

use std::hash::{BuildHasherDefault, DefaultHasher};
use std::rc::Rc;

use rpds::{HashTrieMapSync, VectorSync};

use super::inode::Ino;

/// The cookie of the first entry; those before belong to `.` and `..`.
const FIRST_COOKIE: u64 = 3;

/// A directory's entries.
///
/// Every entry has a place of its own in the listing, and the number of that place is its cookie.
/// So a listing that is resumed after the directory has changed shows every entry that stayed exactly once, whatever
/// came and went.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    pub parent: Ino,
    /// Hashed without randomness: the same tree is the same in every run.
    names: HashTrieMapSync<Rc<str>, Slot, BuildHasherDefault<DefaultHasher>>,
    /// In the order in which they were made; `None` where one was removed and others came after it.
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

    /// Adds a name, or makes one stand for another inode.
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
        // A directory in which files come and go does not grow without bound.
        while let Some(None) = self.listing.last() {
            self.listing.drop_last_mut();
        }
        Some(slot.ino)
    }

    /// All entries, in no order.
    pub fn entries(&self) -> impl Iterator<Item = (&Rc<str>, Ino)> {
        self.names.iter().map(|(name, slot)| (name, slot.ino))
    }

    /// All entries, by name.
    pub fn sorted(&self) -> Vec<(&Rc<str>, Ino)> {
        let mut entries: Vec<_> = self.entries().collect();
        entries.sort_unstable_by_key(|(name, _)| *name);
        entries
    }

    /// The entries after the one with this cookie, in the order in which they were made.
    pub fn after(&self, cookie: u64) -> impl Iterator<Item = (u64, &Rc<str>, Ino)> {
        let first = usize::try_from(cookie.saturating_add(1).saturating_sub(FIRST_COOKIE)).unwrap_or(usize::MAX);
        (first..self.listing.len()).filter_map(|place| {
            let (name, ino) = self.listing.get(place)?.as_ref()?;
            Some((place as u64 + FIRST_COOKIE, name, *ino))
        })
    }

    /// Whether both have the same entries because nobody has changed either.
    pub fn shares_entries_with(&self, other: &Self) -> bool {
        self.names.ptr_eq(&other.names)
    }
}
