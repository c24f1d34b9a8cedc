//! Keyboard shortcuts that work wherever the focus is.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use crate::protocol::DebugCommand;
use crate::ui::platform::dom;
use crate::ui::state::layout::Panel;

/// What a shortcut does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hotkey {
    Run,
    Stop,
    PauseOrContinue,
    Help,
    /// Debug, or continue while debugging.
    Debug,
    /// Step, while debugging. `held`: the key is held down, and repeats.
    Step {
        command: DebugCommand,
        held: bool,
    },
    ToggleBreakpoint,
    RunToCursor,
    /// Toggle Presentation view.
    Present,
    /// Leave Presentation view.
    Escape,
    /// Focus the first, second, ... panel.
    Panel(usize),
}

/// Calls back for each shortcut that is pressed; the editor handles Mod-Enter itself.
#[hook]
pub fn use_hotkeys(on_key: Callback<Hotkey>, debugging: bool) {
    use_effect_with((on_key, debugging), |(on_key, debugging)| {
        let (on_key, debugging) = (on_key.clone(), *debugging);
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&dom::window(), "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            // A dialog has keys of its own, such as Escape, and what is behind it stays as it is.
            if event.default_prevented() || event.is_composing() || dom::is_dialog_open() {
                return;
            }
            match hotkey(event, debugging) {
                // Menus close by it.
                Some(Hotkey::Escape) => on_key.emit(Hotkey::Escape),
                Some(hotkey) => {
                    event.prevent_default();
                    on_key.emit(hotkey);
                }
                None => {}
            }
        });
        move || drop(listener)
    });
}

fn hotkey(event: &KeyboardEvent, debugging: bool) -> Option<Hotkey> {
    let modifier = event.ctrl_key() || event.meta_key();
    let key = event.key();
    match key.as_str() {
        "Enter" if modifier && !event.shift_key() => Some(Hotkey::Run),
        "." if modifier => Some(Hotkey::Stop),
        "," if modifier => Some(Hotkey::PauseOrContinue),
        "Escape" if !modifier => Some(Hotkey::Escape),
        "?" if !modifier && !is_typing(event) => Some(Hotkey::Help),
        "F1" if !modifier => Some(Hotkey::Help),
        "F5" | "F7" | "F9" | "F10" | "F11" => debug_key(event, &key, modifier),
        _ if event.alt_key() && !modifier => {
            // The physical key: on a Mac, Option with a digit or letter types another character.
            let code = event.code();
            if let Some(letter) = code.strip_prefix("Key") {
                // While not debugging, that character may be meant as text.
                let free = debugging || !is_typing(event) || !is_mac();
                return letter_key(letter, event).filter(|_| free);
            }
            let digit = code.strip_prefix("Digit")?.parse::<usize>().ok()?;
            (1..=Panel::ALL.len()).contains(&digit).then(|| Hotkey::Panel(digit - 1))
        }
        _ => None,
    }
}

/// Whether Alt, called Option, types characters of its own.
fn is_mac() -> bool {
    web_sys::window().and_then(|window| window.navigator().platform().ok()).is_some_and(|name| name.starts_with("Mac"))
}

/// Keys that every keyboard has, held with Alt (Option on a Mac): many keyboards have no function keys, or use them for
/// something else. Shift reverses the direction.
fn letter_key(letter: &str, event: &KeyboardEvent) -> Option<Hotkey> {
    let command = match (letter, event.shift_key()) {
        ("P", false) => return Some(Hotkey::Present),
        ("I", false) => DebugCommand::Into,
        ("I", true) => DebugCommand::BackInto,
        ("N", false) => DebugCommand::Over,
        ("N", true) => DebugCommand::BackOver,
        ("O", false) => DebugCommand::Out,
        ("O", true) => DebugCommand::BackOut,
        ("C", false) => DebugCommand::Continue,
        ("C", true) => DebugCommand::BackContinue,
        _ => return None,
    };
    Some(Hotkey::Step { command, held: event.repeat() })
}

/// As in other debuggers; Alt reverses the direction.
fn debug_key(event: &KeyboardEvent, key: &str, modifier: bool) -> Option<Hotkey> {
    let command = match (key, event.shift_key(), event.alt_key(), modifier) {
        ("F5", false, false, false) => return Some(Hotkey::Debug),
        ("F5", true, false, false) => return Some(Hotkey::Stop),
        ("F9", false, false, false) => return Some(Hotkey::ToggleBreakpoint),
        ("F7", false, false, false) => DebugCommand::NextMark,
        ("F7", false, true, false) => DebugCommand::PreviousMark,
        ("F10", false, false, true) => return Some(Hotkey::RunToCursor),
        ("F5", false, true, false) => DebugCommand::BackContinue,
        ("F10", false, false, false) => DebugCommand::Over,
        ("F10", false, true, false) => DebugCommand::BackOver,
        ("F11", false, false, false) => DebugCommand::Into,
        ("F11", false, true, false) => DebugCommand::BackInto,
        ("F11", true, false, false) => DebugCommand::Out,
        ("F11", true, true, false) => DebugCommand::BackOut,
        _ => return None,
    };
    Some(Hotkey::Step { command, held: event.repeat() })
}

/// Whether the key is text input.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || target.is_content_editable()
}
