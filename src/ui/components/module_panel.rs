//! The Module panel: what the program is, its settings, its functions, and its imports.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::call_form::{CallForm, box_id, note_id};
use super::detection_card::DetectionCard;
use super::launch_form::LaunchForm;
use super::module_lists::{Imports, OtherExports, Structure};
use crate::protocol::{Checked, ExportSummary, ModuleSummary};
use crate::ui::hooks::reducers::{CheckContext, DebugContext, RunContext, WorkspaceContext, use_slice};
use crate::ui::platform::dom;
use crate::ui::selectors::entry::{EntryPoint, entry_point};
use crate::ui::selectors::exports::{AT_ONCE, Listed, listed};
use crate::ui::selectors::{names, numbers};
use crate::ui::state::call_results::{CallResults, MOST_RESULTS, TextId};
use crate::ui::state::run::RunAction;

#[component]
pub fn ModulePanel() -> Html {
    let check = use_slice::<CheckContext>();
    let checked = check.checked.as_ref();
    let module = check.compiled.as_ref().and_then(Module::of);
    let stale = check.is_module_stale();
    html! {
        <section class="module" aria-label="Module">
            <div class="panel-head"><h2>{ "Module" }</h2></div>
            <div class="panel-body">
                if let Some(checked) = checked {
                    <DetectionCard detected={checked.detected.clone()} size={checked.binary_size} />
                } else {
                    <p class="module-hint">{ "The kind of program and its exported functions appear here once it has been read." }</p>
                }
                <LaunchForm />
                if let Some(module) = module {
                    <Functions module={module.clone()} {stale} />
                    <OtherExports module={module.clone()} />
                    <Imports module={module.clone()} />
                    <Structure {module} />
                }
            </div>
        </section>
    }
}

/// The module that was checked. Two are equal if they come from the same answer of the worker.
#[derive(Debug, Clone)]
pub struct Module(Rc<Checked>);

impl Module {
    fn of(checked: &Rc<Checked>) -> Option<Self> {
        checked.module.is_some().then(|| Self(checked.clone()))
    }

    pub fn summary(&self) -> Option<&ModuleSummary> {
        self.0.module.as_ref()
    }
}

impl PartialEq for Module {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(PartialEq, Properties)]
pub struct ModuleProps {
    pub module: Module,
}

#[derive(PartialEq, Properties)]
struct FunctionsProps {
    module: Module,
    /// Whether the text does not compile, so that these are the functions of the last text that did.
    stale: bool,
}

/// Whether a description of a call, such as `add(2, 3)`, is of this function.
fn is_call_of(call: &str, export: &ExportSummary) -> bool {
    call.strip_prefix(&*names::name(&export.name)).is_some_and(|rest| rest.starts_with('('))
}

/// The exported functions, each with a form to call it.
#[component]
fn Functions(props: &FunctionsProps) -> Html {
    let part = use_state_eq(String::new);
    let workspace = use_slice::<WorkspaceContext>();
    let run = use_slice::<RunContext>();
    let debug = use_slice::<DebugContext>();
    let calls = &workspace.project.debugging.calls;
    let entry = props.module.summary().and_then(|module| match entry_point(module, calls.entry.as_deref()) {
        EntryPoint::Export(export) => Some(&*export.name),
        EntryPoint::Start | EntryPoint::Nothing => None,
    });
    let listed = props.module.summary().map(|module| (module, listed(module, &part, entry)));
    {
        let needed = run.needed.as_ref().zip(listed.as_ref()).and_then(|(needed, (_, listed))| {
            let form = listed.functions.iter().position(|export| *export.name == *needed.export)?;
            Some(box_id(form, needed.index))
        });
        use_effect_with(run.needed.as_ref().map(|needed| needed.number), move |_| {
            if let Some(id) = needed {
                dom::focus(&id);
                dom::scroll_into_view(&note_id(&id));
            }
        });
    }
    let Some((module, Listed { functions, found, all })) = listed.filter(|(_, listed)| listed.all > 0) else {
        return html! {};
    };
    let oninput = {
        let part = part.setter();
        Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            part.set(input.value());
        })
    };
    let description = match (functions.len(), found) {
        (_, 0) => Some(format!("No function has “{}” in its name.", part.trim())),
        (shown, found) if shown < found => Some(format!(
            "{shown} of {} are listed. Type part of a name above to find the others.",
            numbers::grouped(found as u64)
        )),
        _ => None,
    };
    let text = match run.results.rows.is_empty() {
        true => TextId::default(),
        false => workspace.project.program.id(),
    };
    let debugged = run.call.as_deref().filter(|_| debug.is_on());
    let form = |(id, export): (usize, &ExportSummary)| {
        html! {
            <CallForm
                key={export.name.clone()}
                {id}
                export={export.clone()}
                is_entry={entry == Some(&*export.name)}
                is_debugged={debugged.is_some_and(|call| is_call_of(call, export))}
                typed={Rc::from(calls.typed(&export.name))}
                needed={run.needed.clone().filter(|needed| *needed.export == *export.name)}
                results={run.results.of(&names::name(&export.name)).cloned().collect::<Vec<_>>()}
                {text}
            />
        }
    };
    html! {
        <div class="module-part">
            <h3>
                { "Exported functions" }
                if props.stale { <span class="tag">{ "of the last text that compiles" }</span> }
            </h3>
            if module.default_entry.as_deref() != Some("_start") {
                <p class="module-hint">{ "Each call runs in a fresh instance, with the module's initial memory and globals." }</p>
            }
            if all > AT_ONCE {
                <input type="search" class="text-box" aria-label="Find a function" placeholder="Part of a name" value={(*part).clone()} {oninput} />
            }
            <ul class="call-list">
                { for functions.into_iter().enumerate().map(form) }
            </ul>
            <div role="status">
                if let Some(description) = description { <p class="module-hint">{ description }</p> }
            </div>
            <ClearResults results={run.results.clone()} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct ResultsProps {
    results: Rc<CallResults>,
}

/// Removes the results of all calls; shows how many were already removed to make room.
#[component]
fn ClearResults(props: &ResultsProps) -> Html {
    let run = use_slice::<RunContext>();
    let clear = Callback::from(move |_: MouseEvent| run.dispatch(RunAction::ClearResults));
    let CallResults { rows, removed } = &*props.results;
    if rows.is_empty() {
        return html! {};
    }
    html! {
        <p class="clear-results">
            <button type="button" class="button" onclick={clear}>{ "Clear results" }</button>
            if *removed > 0 {
                <span class="module-hint">
                    { format!("The last {MOST_RESULTS} results are kept; {} older ones were removed.", numbers::grouped(*removed as u64)) }
                </span>
            }
        </p>
    }
}
