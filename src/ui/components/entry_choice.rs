//! What Run and Debug call, next to their buttons; a choice if there are several functions.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::ui::hooks::reducers::{CheckContext, WorkspaceContext, use_slice};
use crate::ui::selectors::entry::{EntryPoint, choices, entry_point};
use crate::ui::selectors::names;
use crate::ui::state::call_notes::CallChange;
use crate::ui::state::project::WorkspaceAction;

/// The value of the start function's option; the names of exports are prefixed with `=` to keep them apart.
const START: &str = "start";

#[component]
pub fn EntryChoice() -> Html {
    let check = use_slice::<CheckContext>();
    let workspace = use_slice::<WorkspaceContext>();
    // Its room is there before it is known, so that the buttons behind it do not move.
    let nothing = html! { <p class="entry-choice" /> };
    let Some(module) = check.module() else { return nothing };
    let called = entry_point(module, workspace.project.debugging.calls.entry.as_deref());
    let choices = choices(module, called);
    let called = match called {
        EntryPoint::Export(export) => Some(&*export.name),
        EntryPoint::Start => None,
        EntryPoint::Nothing => return nothing,
    };
    if choices.count() < 2 {
        return html! {
            <p class="entry-choice">
                { "Run calls " }
                <code title={called.map(names::name)}>{ called.map_or_else(|| "the start function".to_owned(), names::name) }</code>
            </p>
        };
    }
    let onchange = Callback::from(move |event: Event| {
        let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
        let export = select.value().strip_prefix("=").map(Into::into);
        workspace.dispatch(WorkspaceAction::ChangeCall(CallChange::Choose(export)));
    });
    html! {
        <label class="entry-choice">
            <span>{ "Run calls" }</span>
            <select class="select" aria-label="Run calls" {onchange}>
                if choices.start { <option value={START} selected={called.is_none()}>{ "the start function" }</option> }
                { for choices.functions.iter().map(|export| html! {
                    <option
                        key={export.name.clone()}
                        value={format!("={}", export.name)}
                        selected={called == Some(&*export.name)}
                    >
                        { names::name(&export.name) }
                    </option>
                }) }
            </select>
        </label>
    }
}
