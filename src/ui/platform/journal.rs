//! The last moment's typing, in localStorage: written at every key, because it is written at once.

use super::local_keys;
use super::storage::local_storage;
use crate::ui::state::journal::Journal;

const PREFIX: &str = "wasmoscope.unsaved.";
/// A journal this old belongs to a tab that is gone: a tab that lives saves within a second, in milliseconds.
const ABANDONED: f64 = 5_000.0;

/// A journal that was found, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    key: String,
    pub journal: Journal,
}

/// Writes down what this tab has not saved yet. Where there is no room, the next save will do.
pub fn write(tab: &str, journal: &Journal) {
    if let (Some(storage), Ok(json)) = (local_storage(), serde_json::to_string(journal)) {
        let _ = storage.set_item(&format!("{PREFIX}{tab}"), &json);
    }
}

/// This tab has saved everything.
pub fn clear(tab: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.remove_item(&format!("{PREFIX}{tab}"));
    }
}

/// What tabs left behind: those that were in this tab before a reload, with spaces between them, and any that are gone.
pub fn abandoned(previous: &str, now: f64) -> Vec<Found> {
    let is_own = |key: &str| key.strip_prefix(PREFIX).is_some_and(|tab| previous.split(' ').any(|own| own == tab));
    let found = local_keys::with_prefix(PREFIX).into_iter().filter_map(|key| {
        let json = local_storage()?.get_item(&key).ok()??;
        let journal: Journal = serde_json::from_str(&json).ok()?;
        let is_abandoned = is_own(&key) || now - journal.time > ABANDONED;
        is_abandoned.then_some(Found { key, journal })
    });
    found.collect()
}

impl Found {
    /// Whether it is that tab's.
    pub fn is_of(&self, tab: &str) -> bool {
        self.key.strip_prefix(PREFIX) == Some(tab)
    }

    /// What it holds is safe elsewhere.
    pub fn forget(&self) {
        if let Some(storage) = local_storage() {
            let _ = storage.remove_item(&self.key);
        }
    }
}
