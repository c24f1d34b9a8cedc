//! The settings of a run: command-line arguments and environment, if the program can read them, and limits.

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::engine_choice::EngineChoice;
use super::limits_form::LimitsForm;
use crate::ui::hooks::reducers::{CheckContext, WorkspaceContext, use_slice};
use crate::ui::selectors::arguments;
use crate::ui::selectors::entry::has_command_line;
use crate::ui::selectors::numbers;
use crate::ui::state::project::WorkspaceAction;

#[component]
pub fn LaunchForm() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let check = use_slice::<CheckContext>();
    let on_arguments = {
        let workspace = workspace.dispatcher();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                workspace.dispatch(WorkspaceAction::SetArguments(input.value().into()));
            }
        })
    };
    let on_environment = {
        let workspace = workspace.dispatcher();
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
                workspace.dispatch(WorkspaceAction::SetEnvironment(area.value().into()));
            }
        })
    };
    let project = &workspace.project;
    // Unknown for text that has not compiled yet; what the user typed stays visible.
    let is_typed = !(project.arguments.is_empty() && project.environment.is_empty());
    if !check.module().map_or(is_typed, has_command_line) {
        return html! { <div class="module-part launch-form"><EngineChoice /><LimitsForm /></div> };
    }
    let split = arguments::split(&project.arguments);
    let variables = arguments::environment(&project.environment).len();
    html! {
        <div class="module-part launch-form">
            <label class="field">
                <span>{ "Command-line arguments" }</span>
                <input type="text" class="text-box" aria-label="Command-line arguments" autocomplete="off" autocapitalize="off"
                    spellcheck="false" placeholder="none" value={project.arguments.to_string()} oninput={on_arguments} />
            </label>
            if split.len() > 1 || project.arguments.contains(['\'', '"', '\\']) {
                <p class="field-note" aria-label="The command-line arguments, one by one">
                    { for split.iter().map(|argument| html! { <code class="argument">{ argument }</code> }) }
                </p>
            }
            <details>
                <summary>{ "Environment variables" }<span class="module-count">{ variables }</span></summary>
                <textarea class="text-box" aria-label="Environment variables" rows="3" spellcheck="false" autocapitalize="off"
                    placeholder={"NAME=value\none per line"} value={project.environment.to_string()} oninput={on_environment} />
                <p class="field-note">{ numbers::count(variables as u64, "variable", "variables") }</p>
            </details>
            <EngineChoice />
            <LimitsForm />
        </div>
    }
}
