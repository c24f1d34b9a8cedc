//! Settings in localStorage, and IDs.

/// A setting; `None` if it does not exist or the browser stores nothing.
pub fn read_setting(key: &str) -> Option<String> {
    local_storage()?.get_item(&setting_key(key)).ok().flatten()
}

/// Stores a setting if the browser allows it: the page works without.
pub fn write_setting(key: &str, value: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.set_item(&setting_key(key), value);
    }
}

/// A setting's key in localStorage.
pub fn setting_key(key: &str) -> String {
    format!("wasmoscope.setting.{key}")
}

pub(crate) fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// A new, unique ID.
pub fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        for byte in &mut bytes {
            *byte = (js_sys::Math::random() * 256.0) as u8;
        }
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
