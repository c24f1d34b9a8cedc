//! All that can be seen of a program that is debugged, but for its memory.

use yew::prelude::*;

use super::call_stack::CallStack;
use super::labels_tables::{Labels, Tables};
use super::named_values::{Globals, Locals};
use super::operand_stack::OperandStack;
use super::variables::Variables;
use super::watch_expressions::WatchExpressions;
use crate::ui::hooks::reducers::{DebugContext, use_slice};

#[component]
pub fn Inspector() -> Html {
    let debug = use_slice::<DebugContext>();
    if debug.view().is_none() {
        return html! {
            <div class="inspector-none">
                <p class="panel-empty">
                    { "Press " }<strong>{ "Debug" }</strong>
                    { " to see here, step by step, what the program has on its operand stack, in its locals and globals, and which calls are under way." }
                </p>
            </div>
        };
    }
    html! {
        <div class="inspector" data-busy={debug.is_working().then_some("true")}>
            <h2 class="visually-hidden">{ "Inspector" }</h2>
            <div class="inspector-column"><OperandStack /><WatchExpressions /><Labels /></div>
            <div class="inspector-column"><Variables /><Locals /><CallStack /><Globals /><Tables /></div>
        </div>
    }
}
