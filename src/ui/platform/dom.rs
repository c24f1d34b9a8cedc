//! The window and its document, which a page always has.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition, Window};

pub fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

pub fn document() -> Document {
    window().document().expect("a window shows a document")
}

/// The `<html>` element.
pub fn root() -> Element {
    document().document_element().expect("an HTML document has a root element")
}

/// A URL that `index.html` provides in a `data-*` attribute of `<html>`, resolved against the document's base, so that
/// the page also works below a sub-path.
pub fn asset(name: &str, fallback: &str) -> String {
    let given = root().get_attribute(&format!("data-{name}")).unwrap_or_else(|| fallback.to_owned());
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(&given, &base).map_or(given, |url| url.href())
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Whether a dialog is in front of the page.
pub fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some())
}

/// The ID of the field in which the program's input is typed.
pub const STANDARD_INPUT: &str = "standard-input";

/// Focuses the element with this ID, if there is one.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Fails only for an element that cannot be focused; then the focus does not move.
        let _ = element.focus();
    }
}

/// Scrolls as little as needed to bring the element with this ID into view.
pub fn scroll_into_view(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        bring_into_view(&element);
    }
}

/// The same for an element without an ID.
pub fn bring_into_view(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// The size of `1rem` in CSS pixels.
pub fn root_font_size() -> f64 {
    let size = window().get_computed_style(&root()).ok().flatten();
    let size = size.and_then(|style| style.get_property_value("font-size").ok());
    size.and_then(|size| size.trim_end_matches("px").parse().ok()).unwrap_or(16.0)
}

/// Whether the keyboard has a Command key instead of Control.
pub fn is_apple() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}
