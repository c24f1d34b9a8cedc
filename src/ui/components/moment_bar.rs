//! That the project was shared at a step of a run, and how to go there. Nothing runs before the person wants it to.

use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, WorkspaceContext, use_slice};
use crate::ui::selectors::numbers;
use crate::ui::state::project::WorkspaceAction;

/// Nothing, unless there is such a step and nothing is debugged.
#[component]
pub fn MomentBar() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let debug = use_slice::<DebugContext>();
    let Some(moment) = workspace.project.debugging.moment.as_ref().filter(|_| !debug.is_on()) else {
        return html! {};
    };
    let step = numbers::grouped(moment.step);
    let forget = {
        let workspace = workspace.dispatcher();
        Callback::from(move |_: MouseEvent| workspace.dispatch(WorkspaceAction::ForgetMoment))
    };
    html! {
        <section class="notice moment-bar" aria-label="Shared at a step">
            <p>{ "This project was shared at step " }<strong>{ &step }</strong>{ " of a run. " }<strong>{ "Debug" }</strong>{ " goes there, with the same input, times and random numbers." }</p>
            <button type="button" class="quiet-button" onclick={forget}>{ "Forget this step" }</button>
        </section>
    }
}
