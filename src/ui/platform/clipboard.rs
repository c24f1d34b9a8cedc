//! Copying text.

use wasm_bindgen_futures::JsFuture;

use super::dom;

/// Puts `text` on the clipboard; tells whether the browser allowed it.
pub async fn copy(text: &str) -> bool {
    // The clipboard is missing altogether on a page that was not served securely.
    if !dom::window().is_secure_context() {
        return false;
    }
    JsFuture::from(dom::window().navigator().clipboard().write_text(text)).await.is_ok()
}
