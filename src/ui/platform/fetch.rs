//! Fetches files that come with the page.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::dom;

/// The bytes of a file next to `index.html`. Errors name the file.
pub async fn fetch(path: &str) -> Result<Vec<u8>, String> {
    let base = dom::document().base_uri().ok().flatten().unwrap_or_default();
    let url = web_sys::Url::new_with_base(path, &base).map_or_else(|_| path.to_owned(), |url| url.href());
    let failed = |_: JsValue| format!("{path} could not be loaded; check the connection");
    let response: Response = JsFuture::from(dom::window().fetch_with_str(&url)).await.map_err(failed)?.unchecked_into();
    if !response.ok() {
        return Err(format!("{path} could not be loaded: the server answered {}", response.status()));
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
