//! The Module panel: what the program is, with what it runs, what can be called in it, what it asks for.

use yew::prelude::*;

use super::call_form::CallForm;
use super::detection_card::DetectionCard;
use super::launch_form::LaunchForm;
use super::module_lists::{Imports, OtherExports, Structure};
use crate::protocol::ModuleSummary;
use crate::ui::hooks::reducers::{CheckContext, use_slice};

#[component]
pub fn ModulePanel() -> Html {
    let check = use_slice::<CheckContext>();
    let checked = check.checked.as_deref();
    let module = checked.and_then(|checked| checked.module.as_ref());
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
                    <OtherExports exports={module.exports.clone()} />
                    <Imports imports={module.imports.clone()} />
                    <Structure module={module.clone()} />
                }
            </div>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct FunctionsProps {
    module: ModuleSummary,
}

/// The exported functions, each with a way to call it.
#[component]
fn Functions(props: &FunctionsProps) -> Html {
    let ModuleSummary { exports, default_entry, .. } = &props.module;
    let functions: Vec<_> = exports.iter().filter(|export| export.kind == "func").collect();
    if functions.is_empty() {
        return html! {};
    }
    html! {
        <div class="module-part">
            <h3>{ "Exported functions" }</h3>
            <ul class="call-list">
                { for functions.into_iter().map(|export| html! {
                    <CallForm
                        key={export.name.clone()}
                        export={export.clone()}
                        is_default={default_entry.as_ref() == Some(&export.name)}
                    />
                }) }
            </ul>
        </div>
    }
}
