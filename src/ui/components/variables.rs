//! The source variables of the selected call.

use yew::prelude::*;

use crate::protocol::SourceVariable;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_memory::use_show_address;
use crate::ui::selectors::names;

/// Renders nothing if the module names none.
#[component]
pub fn Variables() -> Html {
    let debug = use_slice::<DebugContext>();
    let Some(variables) = debug.shown_variables() else { return html! {} };
    let variables: Vec<SourceVariable> = variables.cloned().collect();
    html! {
        <section class="inspector-part" aria-label="Variables">
            <div class="part-head"><h3>{ "Variables" }</h3></div>
            if variables.is_empty() {
                <p class="part-empty">{ "No variables in scope" }</p>
            } else {
                <dl class="variables">
                    { for variables.into_iter().enumerate().map(|(index, variable)| html! { <Line key={index} {variable} /> }) }
                </dl>
            }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    variable: SourceVariable,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let show_address = use_show_address();
    let SourceVariable { name, ty, value, address, .. } = &props.variable;
    let name = names::function(name);
    let pointer = address.map(|address| {
        let onclick = Callback::from(move |_: MouseEvent| show_address.emit(address));
        let description = format!("Show {name} in Memory");
        html! { <button type="button" class="pointer" aria-label={description.clone()} title={description} {onclick}>{ "↦" }</button> }
    });
    html! {
        <div class="variable">
            <dt><code>{ name.clone() }</code><code class="type">{ ty }</code>{ pointer }</dt>
            <dd>
                if let Some(value) = value {
                    <code>{ value }</code>
                } else {
                    <span class="variable-unknown">{ "not known here" }</span>
                }
            </dd>
        </div>
    }
}
