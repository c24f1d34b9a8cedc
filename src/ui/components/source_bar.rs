//! The bar above a module in the editor: whether its source or its text is shown, which file, and which files are
//! missing.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, SourcesContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_sources::supply_picked;
use crate::ui::platform::upload::picked;
use crate::ui::selectors::sources::{note, short, shown_file, text_of};
use crate::ui::state::sources::{ModuleView, SourcesAction, SourcesState};

/// Renders nothing unless the module names sources, or declares debug information.
#[component]
pub fn SourceBar() -> Html {
    let sources = use_slice::<SourcesContext>();
    let workspace = use_slice::<WorkspaceContext>();
    let debug = use_slice::<DebugContext>();
    let problem = match &sources.problem {
        Some(problem) => html! { <p class="source-note" role="status">{ sentence(problem) }</p> },
        None => html! {},
    };
    if !sources.is_known() {
        return problem;
    }
    let files = &sources.files;
    let texts = &workspace.project.sources;
    let missing: Vec<&str> =
        files.iter().filter(|file| text_of(texts, file).is_none()).map(|file| short(file, files)).collect();
    let shows_source = sources.shows_source(texts);
    let is_rust = files.iter().all(|file| file.ends_with(".rs"));
    let view = |name: &'static str, view: ModuleView| {
        let sources = sources.clone();
        let checked = shows_source == (view == ModuleView::Source);
        let onchange = Callback::from(move |_: Event| sources.dispatch(SourcesAction::Show(view)));
        html! {
            <label class="choice">
                <input type="radio" name="module-view" {checked} {onchange} /><span>{ name }</span>
            </label>
        }
    };
    let shown = shown_file(&sources, &debug, texts);
    let choose = {
        let (sources, files) = (sources.clone(), files.clone());
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
            if let Some(file) = chosen.and_then(|chosen| files.iter().find(|file| ***file == *chosen)) {
                sources.dispatch(SourcesAction::Choose(file.clone()));
            }
        })
    };
    html! {
        <div class="source-bar">
            <fieldset class="choices">
                <legend class="visually-hidden">{ "Show" }</legend>
                { view(if is_rust { "Rust source" } else { "Source" }, ModuleView::Source) }
                { view("Disassembly", ModuleView::Disassembly) }
            </fieldset>
            if shows_source {
                <select class="select source-file" aria-label="Source file" onchange={choose}>
                    { for files.iter().map(|file| {
                        let missing = if text_of(texts, file).is_none() { " (missing)" } else { "" };
                        html! {
                            <option value={file.clone()} selected={shown.as_ref() == Some(file)} title={file.clone()}>
                                { short(file, files) }{ missing }
                            </option>
                        }
                    }) }
                </select>
            }
            if !missing.is_empty() {
                <Missing here={files.len() - missing.len()} missing={missing.join(", ")} />
            }
            { problem }
            if shows_source {
                if let Some(note) = note(&debug, &sources) {
                    <p class="source-note" role="status">{ note }</p>
                }
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct MissingProps {
    here: usize,
    missing: String,
}

/// Lists the missing files, and accepts them.
#[component]
fn Missing(props: &MissingProps) -> Html {
    let sources = use_slice::<SourcesContext>();
    let workspace = use_slice::<WorkspaceContext>();
    let picker = use_node_ref();
    let pick = {
        let picker = picker.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(picker) = picker.cast::<HtmlInputElement>() {
                picker.click();
            }
        })
    };
    let requested: SourcesState = (*sources).clone();
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(list) = input.files() {
            supply_picked(picked(&list), workspace.clone(), requested.clone());
        }
        // Allows the same file to be picked again.
        input.set_value("");
    });
    let all = sources.files.len();
    html! {
        <p class="source-missing">
            { format!("{} of {all} source files are loaded. Drop the rest, or their folder, onto the page: {}. ", props.here, props.missing) }
            <button type="button" class="quiet-button" onclick={pick}>{ "Add source files" }</button>
            <input ref={picker} type="file" class="visually-hidden" tabindex="-1" aria-hidden="true"
                data-picker="sources" multiple=true {onchange} />
        </p>
    }
}

/// A sentence with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
