//! The Module panel: what the program is, with what it runs, what can be called in it, what it asks for.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::call_form::CallForm;
use super::detection_card::DetectionCard;
use super::launch_form::LaunchForm;
use super::module_lists::{Imports, OtherExports, Structure};
use crate::protocol::{Checked, ModuleSummary};
use crate::ui::hooks::reducers::{CheckContext, use_slice};
use crate::ui::selectors::exports::{AT_ONCE, Listed, listed};
use crate::ui::selectors::numbers;

#[component]
pub fn ModulePanel() -> Html {
    let check = use_slice::<CheckContext>();
    let checked = check.checked.as_ref();
    let module = checked.and_then(Module::of);
    html! {
        <section class="module" aria-label="Module">
            <div class="panel-head"><h2>{ "Module" }</h2></div>
            <div class="panel-body">
                if let Some(checked) = checked {
                    <DetectionCard detected={checked.detected.clone()} size={checked.binary_size} />
                } else {
                    <p class="module-hint">{ "What the program is, and what can be called in it, appears here once it has been read." }</p>
                }
                <LaunchForm />
                if let Some(module) = module {
                    <Functions module={module.clone()} />
                    <OtherExports module={module.clone()} />
                    <Imports module={module.clone()} />
                    <Structure {module} />
                }
            </div>
        </section>
    }
}

/// The module of what was checked. Two are the same if it is the same answer of the worker.
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

/// The exported functions, each with a way to call it.
#[component]
fn Functions(props: &ModuleProps) -> Html {
    let part = use_state_eq(String::new);
    let Some(module) = props.module.summary() else { return html! {} };
    let Listed { functions, found, all } = listed(module, &part);
    if all == 0 {
        return html! {};
    }
    let oninput = {
        let part = part.setter();
        Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            part.set(input.value());
        })
    };
    let told = match (functions.len(), found) {
        (0, _) => Some(format!("No function has “{}” in its name.", part.trim())),
        (shown, found) if shown < found => Some(format!(
            "{shown} of {} are listed. A part of a name, typed above, finds the others.",
            numbers::grouped(found as u64)
        )),
        _ => None,
    };
    html! {
        <div class="module-part">
            <h3>{ "Exported functions" }</h3>
            if module.default_entry.as_deref() != Some("_start") {
                <p class="module-hint">{ "Each call begins anew: with the memory and the globals as the module has them." }</p>
            }
            if all > AT_ONCE {
                <input type="search" class="text-box" aria-label="Find a function" placeholder="Part of a name" value={(*part).clone()} {oninput} />
            }
            <ul class="call-list">
                { for functions.into_iter().map(|export| html! {
                    <CallForm
                        key={export.name.clone()}
                        export={export.clone()}
                        is_default={module.default_entry.as_ref() == Some(&export.name)}
                    />
                }) }
            </ul>
            <div role="status">
                if let Some(told) = told { <p class="module-hint">{ told }</p> }
            </div>
        </div>
    }
}
