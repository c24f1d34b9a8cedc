//! Locals and globals: names, types, values that can be changed.

use yew::prelude::*;

use super::debug_value::DebugValue;
use super::watch_buttons::WatchButtons;
use crate::protocol::{AccessKind, BreakpointKind, DebugFrame, NamedValue, ValueChange, WriteTarget};
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::debug::written;
use crate::ui::selectors::names;
use crate::ui::state::debug::Base;

/// A value longer than this does not fit next to even the shortest name.
const LONG: usize = 13;
/// A name and a value longer than this together do not fit on one line.
const LONG_TOGETHER: usize = 17;

/// The locals of the selected frame.
#[component]
pub fn Locals() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let frame = debug.frame as u32;
    let on_change = Callback::from(move |(local, text)| debugger.change(ValueChange::Local { frame, local, text }));
    let selected = debug.selected_frame();
    let values = selected.map(|frame| frame.locals.clone()).unwrap_or_default();
    let watches = selected.map(|shown| {
        let locals = shown.locals.iter().enumerate().map(|(local, named)| {
            let function = function_text(shown);
            let kind = BreakpointKind::Local { function, name: named.name.clone(), access: AccessKind::Change };
            (kind, WriteTarget::Local { frame, local: local as u32 })
        });
        locals.collect()
    });
    let watches: Vec<(BreakpointKind, WriteTarget)> = watches.unwrap_or_default();
    let params = selected.map_or(0, |frame| frame.params as usize);
    html! { <NamedValues title="Locals" none="This function has no locals" {values} {params} {watches} base={debug.base} {on_change} /> }
}

#[component]
pub fn Globals() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let on_change = Callback::from(move |(global, text)| debugger.change(ValueChange::Global { global, text }));
    let values = debug.view().map(|view| view.globals.clone()).unwrap_or_default();
    let watches = values.iter().enumerate().map(|(global, named)| {
        let kind = BreakpointKind::Global { name: named.name.clone(), access: AccessKind::Change };
        (kind, WriteTarget::Global { global: global as u32 })
    });
    let watches: Vec<(BreakpointKind, WriteTarget)> = watches.collect();
    html! { <NamedValues title="Globals" none="This module has no globals" {values} {watches} base={debug.base} {on_change} /> }
}

/// Identifies a function in a way that also works in the next run.
pub(super) fn function_text(frame: &DebugFrame) -> String {
    match frame.function.strip_prefix("func ") {
        Some(_) => frame.index.to_string(),
        None => format!("${}", frame.function),
    }
}

#[derive(PartialEq, Properties)]
struct Props {
    title: &'static str,
    /// The text shown if there are none.
    none: &'static str,
    values: Vec<NamedValue>,
    /// How many of them, from the start, are parameters.
    #[prop_or_default]
    params: usize,
    /// For each value, its watchpoint and its last-write query.
    watches: Vec<(BreakpointKind, WriteTarget)>,
    base: Base,
    /// Called with the index and what the user typed.
    on_change: Callback<(u32, String)>,
}

#[component]
fn NamedValues(props: &Props) -> Html {
    let line = |(index, named): (usize, &NamedValue)| {
        let on_change = named.mutable.then(|| props.on_change.reform(move |text| (index as u32, text)));
        let name = names::function(&named.name);
        // It gets a line of its own, so that its name stays readable.
        let letters = written(&named.value, props.base).chars().count();
        let is_long = letters > LONG || letters + named.name.chars().count() > LONG_TOGETHER;
        html! {
            <tr key={index} data-changed={named.changed.then_some("true")} data-long={is_long.then_some("true")}>
                <th scope="row" title={name.to_string()}><code>{ name.clone() }</code></th>
                <td class="named-type"><code class="type" data-type={named.value.ty.clone()}>{ &named.value.ty }</code></td>
                <td class="named-value">
                    <DebugValue name={name.to_string()} value={named.value.clone()} base={props.base} address={named.address} {on_change} />
                </td>
                <td class="named-tools">
                    if let Some((kind, target)) = props.watches.get(index).filter(|_| named.mutable) {
                        <WatchButtons of={name.to_string()} kind={kind.clone()} target={*target} />
                    }
                </td>
            </tr>
        }
    };
    let group = |title: &'static str| {
        html! { <tr class="named-group"><th scope="rowgroup" colspan="4">{ title }</th></tr> }
    };
    let params = props.params.min(props.values.len());
    let lines: Vec<Html> = props.values.iter().enumerate().map(line).collect();
    html! {
        <section class="inspector-part" aria-label={props.title}>
            <div class="part-head"><h3>{ props.title }</h3></div>
            if props.values.is_empty() {
                <p class="part-empty">{ props.none }</p>
            } else {
                <table class="named-values">
                    <thead class="visually-hidden"><tr><th scope="col">{ "Name" }</th><th scope="col">{ "Type" }</th><th scope="col">{ "Value" }</th><th scope="col">{ "Tools" }</th></tr></thead>
                    if params > 0 {
                        <tbody>{ group("Parameters") }{ for lines[..params].iter().cloned() }</tbody>
                    }
                    if params < lines.len() {
                        <tbody>
                            if params > 0 { { group("Other locals") } }
                            { for lines[params..].iter().cloned() }
                        </tbody>
                    }
                </table>
            }
        </section>
    }
}
