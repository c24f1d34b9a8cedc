//! Locals and globals: names, types, values that can be changed.

use yew::prelude::*;

use super::debug_value::DebugValue;
use crate::protocol::{NamedValue, ValueChange};
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::state::debug::Base;

/// The locals of the frame that is looked at.
#[component]
pub fn Locals() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let frame = debug.frame as u32;
    let on_change = Callback::from(move |(local, text)| debugger.change(ValueChange::Local { frame, local, text }));
    let values = debug.selected_frame().map(|frame| frame.locals.clone()).unwrap_or_default();
    html! { <NamedValues title="Locals" none="This function has none" {values} base={debug.base} {on_change} /> }
}

#[component]
pub fn Globals() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let on_change = Callback::from(move |(global, text)| debugger.change(ValueChange::Global { global, text }));
    let values = debug.view().map(|view| view.globals.clone()).unwrap_or_default();
    html! { <NamedValues title="Globals" none="This module has none" {values} base={debug.base} {on_change} /> }
}

#[derive(PartialEq, Properties)]
struct Props {
    title: &'static str,
    /// What is said where there is nothing.
    none: &'static str,
    values: Vec<NamedValue>,
    base: Base,
    /// An index, and what the person wrote.
    on_change: Callback<(u32, String)>,
}

#[component]
fn NamedValues(props: &Props) -> Html {
    let line = |(index, named): (usize, &NamedValue)| {
        let on_change = named.mutable.then(|| props.on_change.reform(move |text| (index as u32, text)));
        html! {
            <tr key={index} data-changed={named.changed.then_some("true")}>
                <th scope="row"><code>{ &named.name }</code></th>
                <td class="named-type"><code class="type" data-type={named.value.ty.clone()}>{ &named.value.ty }</code></td>
                <td class="named-value">
                    <DebugValue name={named.name.clone()} value={named.value.clone()} base={props.base} {on_change} />
                </td>
            </tr>
        }
    };
    html! {
        <section class="inspector-part" aria-label={props.title}>
            <div class="part-head"><h3>{ props.title }</h3></div>
            if props.values.is_empty() {
                <p class="part-empty">{ props.none }</p>
            } else {
                <table class="named-values">
                    <thead class="visually-hidden"><tr><th scope="col">{ "Name" }</th><th scope="col">{ "Type" }</th><th scope="col">{ "Value" }</th></tr></thead>
                    <tbody>{ for props.values.iter().enumerate().map(line) }</tbody>
                </table>
            }
        </section>
    }
}
