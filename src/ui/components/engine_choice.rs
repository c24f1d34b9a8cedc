//! What executes programs: wasmi, or the browser's own engine.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::protocol::Engine;
use crate::ui::hooks::reducers::{RunContext, SettingsContext, use_slice};
use crate::ui::state::settings::SettingsAction;

#[component]
pub fn EngineChoice() -> Html {
    let settings = use_slice::<SettingsContext>();
    let run = use_slice::<RunContext>();
    let engine = settings.engine;
    let on_change = {
        let settings = settings.dispatcher();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                let engine = if select.value() == "browser" { Engine::Browser } else { Engine::Wasmi };
                settings.dispatch(SettingsAction::Engine(engine));
            }
        })
    };
    let note = match engine {
        Engine::Wasmi => {
            "An interpreter: it starts at once and reads each instruction again every time it executes it."
        }
        Engine::Browser => {
            "The browser's own engine compiles the program to machine code. It pauses, steps and goes back like wasmi. \
             Long loops run several times as fast, short programs and many small calls do not."
        }
    };
    // Only about the engine that is chosen now.
    let refusal = run.used.instead.clone().filter(|_| engine == Engine::Browser);
    let is_later = run.is_active() && run.used.engine != engine && run.used.instead.is_none();
    html! {
        <div class="engine-choice">
            <label class="field">
                <span>{ "Engine" }</span>
                <select class="text-box" aria-label="Engine" data-at-once="true" onchange={on_change}>
                    <option value="wasmi" selected={engine == Engine::Wasmi}>{ "wasmi (interpreter)" }</option>
                    <option value="browser" selected={engine == Engine::Browser}>{ "Browser (compiler)" }</option>
                </select>
            </label>
            <p class="field-note">{ note }</p>
            if is_later {
                <p class="field-note" role="status">{ "This takes effect at the next Run, Call or Debug." }</p>
            }
            if let Some(reason) = refusal {
                <p class="field-note" role="status">
                    { format!("The last program ran on wasmi, because the browser’s engine refused it: {reason}.") }
                </p>
            }
        </div>
    }
}
