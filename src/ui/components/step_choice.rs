//! The choice of the debugger's step unit.

use yew::prelude::*;

use crate::ui::hooks::reducers::{SettingsContext, SourcesContext, use_slice};
use crate::ui::state::settings::{SettingsAction, StepBy};

/// Radio buttons: instruction or line. The choice is remembered separately for source and text.
#[component]
pub fn StepChoice() -> Html {
    let settings = use_slice::<SettingsContext>();
    let in_source = use_slice::<SourcesContext>().is_known();
    let current = settings.step_by(in_source);
    let choice = |name: &'static str, by: StepBy| {
        let settings = settings.clone();
        let onchange = Callback::from(move |_: Event| {
            settings.dispatch(if in_source {
                SettingsAction::StepInSource(by)
            } else {
                SettingsAction::StepInText(by)
            });
        });
        html! {
            <label class="choice">
                <input type="radio" name="step-by" checked={current == by} {onchange} /><span>{ name }</span>
            </label>
        }
    };
    html! {
        <fieldset class="choices step-choice" title="What F10, F11 and the buttons step by">
            <legend>{ "Step by" }</legend>
            { choice("instruction", StepBy::Instruction) }
            { choice("line", StepBy::Line) }
        </fieldset>
    }
}
