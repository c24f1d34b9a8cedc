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

/// What tabs left behind: the one that was in this tab before a reload, and any that are gone.
pub fn abandoned(previous_tab: Option<&str>, now: f64) -> Vec<Found> {
    let own = previous_tab.map(|tab| format!("{PREFIX}{tab}"));
    let found = local_keys::with_prefix(PREFIX).into_iter().filter_map(|key| {
        let json = local_storage()?.get_item(&key).ok()??;
        let journal: Journal = serde_json::from_str(&json).ok()?;
        let is_abandoned = own.as_ref() == Some(&key) || now - journal.time > ABANDONED;
        is_abandoned.then_some(Found { key, journal })
    });
    found.collect()
}

impl Found {
    /// What it holds is safe elsewhere.
    pub fn forget(&self) {
        if let Some(storage) = local_storage() {
            let _ = storage.remove_item(&self.key);
        }
    }
}
