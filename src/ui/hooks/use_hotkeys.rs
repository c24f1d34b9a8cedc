//! Keys that act wherever the focus is.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use crate::ui::platform::dom;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hotkey {
    Run,
    Stop,
    PauseOrContinue,
    Help,
    /// To the first, second, ... panel.
    Panel(usize),
}

/// Calls back for each hotkey that is pressed; the editor has its own Mod-Enter.
#[hook]
pub fn use_hotkeys(on_key: Callback<Hotkey>) {
    use_effect_with(on_key, |on_key| {
        let on_key = on_key.clone();
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&dom::window(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if event.default_prevented() || event.is_composing() {
                return;
            }
            if let Some(hotkey) = hotkey(event) {
                event.prevent_default();
                on_key.emit(hotkey);
            }
        });
        move || drop(listener)
    });
}

fn hotkey(event: &KeyboardEvent) -> Option<Hotkey> {
    let modifier = event.ctrl_key() || event.meta_key();
    let key = event.key();
    match key.as_str() {
        "Enter" if modifier && !event.shift_key() => Some(Hotkey::Run),
        "." if modifier => Some(Hotkey::Stop),
        "," if modifier => Some(Hotkey::PauseOrContinue),
        "?" if !modifier && !is_typing(event) => Some(Hotkey::Help),
        "F1" if !modifier => Some(Hotkey::Help),
        _ if event.alt_key() && !modifier => {
            // The physical key: Option and a digit type another character on a Mac.
            let digit = event.code().strip_prefix("Digit")?.parse::<usize>().ok()?;
            (1..=6).contains(&digit).then(|| Hotkey::Panel(digit - 1))
        }
        _ => None,
    }
}

/// Whether the key goes into some text.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || target.is_content_editable()
}
