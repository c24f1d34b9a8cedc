//! Copying text.

use wasm_bindgen_futures::JsFuture;

use super::dom;

/// Copies `text` to the clipboard; returns whether the browser allowed it.
pub async fn copy(text: &str) -> bool {
    // There is no clipboard on a page that was not served securely.
    if !dom::window().is_secure_context() {
        return false;
    }
    JsFuture::from(dom::window().navigator().clipboard().write_text(text)).await.is_ok()
}
