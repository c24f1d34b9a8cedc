//! Shows that the project was shared at a step of a run, and offers to go there. Nothing runs until the user asks for
//! it.

use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, WorkspaceContext, use_slice};
use crate::ui::selectors::numbers;
use crate::ui::state::project::WorkspaceAction;

/// Renders nothing unless there is such a step and nothing is being debugged.
#[component]
pub fn BookmarkBar() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let debug = use_slice::<DebugContext>();
    let Some(bookmark) = workspace.project.debugging.bookmark.as_ref().filter(|_| !debug.is_on()) else {
        return html! {};
    };
    let step = numbers::grouped(bookmark.step);
    let forget = {
        let workspace = workspace.dispatcher();
        Callback::from(move |_: MouseEvent| workspace.dispatch(WorkspaceAction::DropBookmark))
    };
    html! {
        <section class="notice bookmark-bar" aria-label="Shared at a step">
            <p>{ "This project was shared at step " }<strong>{ &step }</strong>{ " of a run. " }<strong>{ "Debug" }</strong>{ " goes there, with the same input, times and random numbers." }</p>
            <button type="button" class="quiet-button" onclick={forget}>{ "Forget this step" }</button>
        </section>
    }
}
