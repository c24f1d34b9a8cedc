//! The keys in localStorage, and values that belong to the tab.

use super::storage::local_storage;

/// All keys with this prefix.
pub fn with_prefix(prefix: &str) -> Vec<String> {
    let Some(storage) = local_storage() else { return Vec::new() };
    let length = storage.length().unwrap_or(0);
    let keys = (0..length).filter_map(|index| storage.key(index).ok().flatten());
    keys.filter(|key| key.starts_with(prefix)).collect()
}

/// A value that lives as long as the tab, including reloads.
pub fn tab_value(key: &str) -> Option<String> {
    web_sys::window()?.session_storage().ok()??.get_item(&format!("wasmoscope.{key}")).ok()?
}

/// Stores such a value.
pub fn set_tab_value(key: &str, value: &str) {
    let storage = web_sys::window().and_then(|window| window.session_storage().ok()).flatten();
    if let Some(storage) = storage {
        let _ = storage.set_item(&format!("wasmoscope.{key}"), value);
    }
}
