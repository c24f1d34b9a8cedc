//! Media queries.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::MediaQueryListEvent;
use yew::Callback;

use super::dom;

/// Whether `query` matches now.
pub fn matches(query: &str) -> bool {
    dom::window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Calls back whenever `query` starts or stops matching, as long as the listener is kept.
pub fn watch(query: &str, on_change: Callback<bool>) -> Option<EventListener> {
    let list = dom::window().match_media(query).ok().flatten()?;
    Some(EventListener::new(&list, "change", move |event| {
        if let Some(event) = event.dyn_ref::<MediaQueryListEvent>() {
            on_change.emit(event.matches());
        }
    }))
}
