//! Preferences and layout: stored in the browser and applied to the document's root.

use yew::prelude::*;

use super::reducers::{LayoutContext, SettingsContext};
use crate::ui::platform::{dom, local, media};
use crate::ui::state::layout::Layout;
use crate::ui::state::settings::{Settings, Theme};

const SETTINGS_KEY: &str = "wasmoscope.settings";
const LAYOUT_KEY: &str = "wasmoscope.layout";

/// Restores and stores both, and applies theme and text size. Called once, in [`crate::ui::app::App`].
#[hook]
pub fn use_settings() -> (SettingsContext, LayoutContext) {
    let settings =
        use_reducer_eq(|| local::get(SETTINGS_KEY).map_or_else(Settings::default, |json| Settings::restored(&json)));
    let layout = use_reducer_eq(|| local::get(LAYOUT_KEY).map_or_else(Layout::default, |json| Layout::restored(&json)));
    use_effect_with((*settings).clone(), |settings| {
        keep(SETTINGS_KEY, settings);
        apply(settings);
        let settings = settings.clone();
        let listener = media::watch("(prefers-color-scheme: dark)", Callback::from(move |_| apply(&settings)));
        move || drop(listener)
    });
    use_effect_with((*layout).clone(), |layout| keep(LAYOUT_KEY, layout));
    (settings, layout)
}

fn keep(key: &str, value: &impl serde::Serialize) {
    if let Ok(json) = serde_json::to_string(value) {
        local::set(key, &json);
    }
}

fn apply(settings: &Settings) {
    let dark = match settings.theme {
        Theme::System => media::matches("(prefers-color-scheme: dark)"),
        Theme::Light => false,
        Theme::Dark => true,
    };
    let root = dom::root();
    // Setting these attributes cannot fail: their names are valid.
    let _ = root.set_attribute("data-theme", if dark { "dark" } else { "light" });
    let _ = root.set_attribute("style", &format!("font-size: {}%", settings.text_size));
}
