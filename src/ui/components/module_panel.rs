//! The Module panel: what the program is, what it asks for, what can be called in it, and with what it runs.

use yew::prelude::*;

use crate::ui::hooks::reducers::{CheckContext, use_slice};

#[component]
pub fn ModulePanel() -> Html {
    let check = use_slice::<CheckContext>();
    html! {
        <section class="module" aria-label="Module">
            <div class="panel-head"><h2>{ "Module" }</h2></div>
            <div class="panel-body">
                if let Some(checked) = &check.checked { <p>{ &checked.detected.description }</p> }
            </div>
        </section>
    }
}
