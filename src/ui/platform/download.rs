//! Offers bytes to the user as a file.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the browser may take to start a download, in milliseconds.
const PATIENCE: u32 = 60_000;

/// A URL for these bytes, valid until it is dropped.
pub struct ObjectUrl(String);

impl ObjectUrl {
    pub fn address(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // It does not fail for a URL that the browser has created.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Creates a URL for bytes.
pub fn object_url(media_type: &str, bytes: &[u8]) -> Result<ObjectUrl, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options)?;
    Url::create_object_url_with_blob(&blob).map(ObjectUrl)
}

/// Downloads `bytes` as a file with this name.
pub fn download(name: &str, media_type: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let url = object_url(media_type, bytes)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or("there is no document")?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(url.address());
    anchor.set_download(name);
    anchor.click();
    gloo_timers::callback::Timeout::new(PATIENCE, move || drop(url)).forget();
    Ok(())
}
