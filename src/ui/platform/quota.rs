//! The page's storage quota and usage.

use js_sys::Reflect;
use wasm_bindgen_futures::JsFuture;

use crate::ui::selectors::numbers::bytes;

/// As text, such as `1.2 MiB of 10 GiB`; `None` if the browser does not report it.
pub async fn usage() -> Option<String> {
    let estimate = JsFuture::from(web_sys::window()?.navigator().storage().estimate().ok()?).await.ok()?;
    let number = |key: &str| Reflect::get(&estimate, &key.into()).ok()?.as_f64();
    Some(format!("{} of {}", bytes(number("usage")? as u64), bytes(number("quota")? as u64)))
}
