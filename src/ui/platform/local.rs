//! Small settings in `localStorage`. If the browser forbids it (a private window, a full disk), nothing is stored and
//! nothing fails.

use super::dom;

pub fn get(key: &str) -> Option<String> {
    dom::window().local_storage().ok()??.get_item(key).ok()?
}

pub fn set(key: &str, value: &str) {
    if let Ok(Some(storage)) = dom::window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}
