//! The latest edits, in localStorage: written at every keystroke, because its writes are synchronous.

use super::local_keys;
use super::storage::local_storage;
use super::tabs::OpenTabs;
use crate::ui::state::journal::Journal;

const PREFIX: &str = "wasmoscope.unsaved.";
/// Counts the writes of all tabs.
const SEQUENCE: &str = "wasmoscope.sequence";
/// The fallback if the open tabs are unknown: a journal older than this many milliseconds belongs to a closed tab,
/// because an open one saves within a second. So does one from the future: the clock was set back.
const ABANDONED: f64 = 5_000.0;

/// A journal that was found, with its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    key: String,
    pub journal: Journal,
}

/// Writes what this tab has not saved yet, under the next number. Returns whether there was room: if not, the next save
/// will do.
pub fn write(tab: &str, journal: &Journal) -> bool {
    let Some(storage) = local_storage() else { return false };
    let last = storage.get_item(SEQUENCE).ok().flatten().and_then(|text| text.parse().ok()).unwrap_or(0_u64);
    let journal = Journal { sequence: last.saturating_add(1), ..journal.clone() };
    let Ok(json) = serde_json::to_string(&journal) else { return false };
    storage.set_item(&format!("{PREFIX}{tab}"), &json).is_ok()
        && storage.set_item(SEQUENCE, &journal.sequence.to_string()).is_ok()
}

/// Clears this tab's journal: everything is saved.
pub fn clear(tab: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.remove_item(&format!("{PREFIX}{tab}"));
    }
}

/// The journals that tabs left behind, earliest first: those of `previous`, the space-separated IDs of this tab before
/// a reload, and of any closed tabs.
pub fn abandoned(previous: &str, open: &OpenTabs) -> Vec<Found> {
    let found = local_keys::with_prefix(PREFIX).into_iter().filter_map(|key| {
        let tab = key.strip_prefix(PREFIX)?;
        let json = local_storage()?.get_item(&key).ok()??;
        let journal: Journal = serde_json::from_str(&json).ok()?;
        let is_abandoned = previous.split(' ').any(|own| own == tab)
            || match open {
                // Without a number it comes from an older page, which holds no lock.
                OpenTabs::Known(open) if journal.sequence > 0 => !open.contains(tab),
                OpenTabs::Known(_) => is_old(&journal, js_sys::Date::now()),
                OpenTabs::Unknown { now } => is_old(&journal, *now),
            };
        is_abandoned.then_some(Found { key, journal })
    });
    let mut found: Vec<Found> = found.collect();
    found.sort_by_key(|found| found.journal.sequence);
    found
}

fn is_old(journal: &Journal, now: f64) -> bool {
    (now - journal.time).abs() > ABANDONED
}

impl Found {
    /// Whether it belongs to that tab.
    pub fn is_of(&self, tab: &str) -> bool {
        self.key.strip_prefix(PREFIX) == Some(tab)
    }

    /// Deletes it: its contents are safe elsewhere.
    pub fn forget(&self) {
        if let Some(storage) = local_storage() {
            let _ = storage.remove_item(&self.key);
        }
    }
}
