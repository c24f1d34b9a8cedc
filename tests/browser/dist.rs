//! Where the built page's scripts are. The tests' server serves the project's folder.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, Url};

/// The address that `dist/index.html` gives in this `data-*` attribute of `<html>`.
pub async fn address(name: &str) -> String {
    let window = web_sys::window().expect("tests run in a window");
    let origin = window.location().origin().expect("a page has an origin");
    let index = format!("{origin}/dist/index.html");
    let response = JsFuture::from(window.fetch_with_str(&index)).await.expect("the server answers");
    let response: Response = response.unchecked_into();
    assert!(response.ok(), "there is no {index}: build the page first, with `cargo xtask build`");
    let text = JsFuture::from(response.text().expect("a body")).await.expect("a body of text");
    let text = text.as_string().expect("text is a string");
    let start = text.find(&format!("\n  data-{name}=\"")).unwrap_or_else(|| panic!("index.html names no {name}"));
    let value = text[start..].split('"').nth(1).expect("an attribute has a value");
    Url::new_with_base(value, &index).expect("a valid address").href()
}
