//! The other contents of the module: imports, exports that cannot be called, memories, sections.

use yew::prelude::*;

use super::module_panel::ModuleProps;
use crate::protocol::{ExportSummary, ImportSummary, ModuleSummary};
use crate::ui::selectors::names;
use crate::ui::selectors::numbers;

/// The program's imports; unresolved ones come first.
#[component]
pub fn Imports(props: &ModuleProps) -> Html {
    let Some(ModuleSummary { imports, .. }) = props.module.summary() else { return html! {} };
    if imports.is_empty() {
        return html! {};
    }
    let missing = imports.iter().filter(|import| !import.provided).count();
    let mut imports: Vec<_> = imports.iter().collect();
    imports.sort_by_key(|import| import.provided);
    html! {
        <details class="module-part" open={missing > 0}>
            <summary>
                { "Imports" }<span class="module-count">{ imports.len() }</span>
                if missing > 0 {
                    <span class="tag" data-tone="bad">{ format!("{} unresolved", numbers::grouped(missing as u64)) }</span>
                }
            </summary>
            <ul class="module-list">
                { for imports.into_iter().map(|ImportSummary { module, name, ty, provided }| html! {
                    <li>
                        <code>{ names::name(module) }{ "." }<wbr />{ names::name(name) }</code>
                        if !provided { <span class="tag" data-tone="bad">{ "unresolved" }</span> }
                        <code class="call-type">{ ty }</code>
                    </li>
                }) }
            </ul>
        </details>
    }
}

/// The exports that are not functions.
#[component]
pub fn OtherExports(props: &ModuleProps) -> Html {
    let Some(ModuleSummary { exports, .. }) = props.module.summary() else { return html! {} };
    let others: Vec<_> = exports.iter().filter(|export| export.kind != "func").collect();
    if others.is_empty() {
        return html! {};
    }
    html! {
        <details class="module-part">
            <summary>{ "Other exports" }<span class="module-count">{ others.len() }</span></summary>
            <ul class="module-list">
                { for others.into_iter().map(|ExportSummary { name, ty, .. }| html! {
                    <li><code>{ names::name(name) }</code><code class="call-type">{ ty }</code></li>
                }) }
            </ul>
        </details>
    }
}

/// The structure of the module.
#[component]
pub fn Structure(props: &ModuleProps) -> Html {
    let Some(module) = props.module.summary() else { return html! {} };
    let ModuleSummary { memories, functions, globals, tables, sections, .. } = module;
    let total: u64 = sections.iter().map(|(_, size)| size).sum();
    let count = |number: &u32, one, many| numbers::count((*number).into(), one, many);
    html! {
        <details class="module-part">
            <summary>{ "Structure" }</summary>
            <ul class="module-list">
                <li>{ count(functions, "function", "functions") }{ ", " }{ count(globals, "global", "globals") }{ ", " }{ count(tables, "table", "tables") }</li>
                { for memories.iter().enumerate().map(|(index, memory)| html! { <li>{ format!("Memory {index}: {memory}") }</li> }) }
            </ul>
            <table class="sections">
                <thead><tr><th scope="col">{ "Section" }</th><th scope="col">{ "Bytes" }</th><th class="visually-hidden" scope="col">{ "Share" }</th></tr></thead>
                <tbody>
                    { for sections.iter().map(|(name, size)| html! {
                        <tr>
                            <td>{ names::function(name) }</td>
                            <td class="number">{ numbers::grouped(*size) }</td>
                            <td class="share"><meter min="0" max={total.max(1).to_string()} value={size.to_string()} aria-label={format!("{}'s share of the module", names::function(name))} /></td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </details>
    }
}
