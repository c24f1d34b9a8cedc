//! The last moment's typing, in localStorage: written at every key, because it is written at once.

use super::local_keys;
use super::storage::local_storage;
use super::tabs::OpenTabs;
use crate::ui::state::journal::Journal;

const PREFIX: &str = "wasmoscope.unsaved.";
/// Counts what is written down, by all tabs.
const SEQUENCE: &str = "wasmoscope.sequence";
/// Where nothing else tells which tabs are open: a journal older than this many milliseconds belongs to a tab that is
/// gone, as a tab that is open saves within a second. One from the future does too: the clock was set back.
const ABANDONED: f64 = 5_000.0;

/// A journal that was found, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    key: String,
    pub journal: Journal,
}

/// Writes down what this tab has not saved yet, under the next number. Whether there was room: if not, the next save will
/// do.
pub fn write(tab: &str, journal: &Journal) -> bool {
    let Some(storage) = local_storage() else { return false };
    let last = storage.get_item(SEQUENCE).ok().flatten().and_then(|text| text.parse().ok()).unwrap_or(0_u64);
    let journal = Journal { sequence: last.saturating_add(1), ..journal.clone() };
    let Ok(json) = serde_json::to_string(&journal) else { return false };
    storage.set_item(&format!("{PREFIX}{tab}"), &json).is_ok()
        && storage.set_item(SEQUENCE, &journal.sequence.to_string()).is_ok()
}

/// This tab has saved everything.
pub fn clear(tab: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.remove_item(&format!("{PREFIX}{tab}"));
    }
}

/// What tabs left behind, the earliest first: those that were in this tab before a reload, with spaces between them, and
/// any that are gone.
pub fn abandoned(previous: &str, open: &OpenTabs) -> Vec<Found> {
    let found = local_keys::with_prefix(PREFIX).into_iter().filter_map(|key| {
        let tab = key.strip_prefix(PREFIX)?;
        let json = local_storage()?.get_item(&key).ok()??;
        let journal: Journal = serde_json::from_str(&json).ok()?;
        let is_abandoned = previous.split(' ').any(|own| own == tab)
            || match open {
                // Without a number it is of an older page, which holds no lock.
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
