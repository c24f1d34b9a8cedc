//! The list of a program's breakpoints, with their options.

use yew::prelude::*;

use super::breakpoint_form::BreakpointForm;
use super::breakpoint_item::BreakpointItem;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::numbers;
use crate::ui::state::breakpoints::BreakpointChange;

/// Renders nothing unless there is a breakpoint or something is being debugged.
#[component]
pub fn BreakpointList() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let list = &debug.breakpoints.list;
    let adds = use_state_eq(|| false);
    let count = list.len();
    if count == 0 && !debug.is_on() {
        return html! {};
    }
    let clear = {
        let debugger = debugger.clone();
        Callback::from(move |_: MouseEvent| debugger.change_breakpoints(BreakpointChange::RemoveAll))
    };
    let toggle = {
        let adds = adds.clone();
        Callback::from(move |_: MouseEvent| adds.set(!*adds))
    };
    html! {
        <section class="breakpoints" aria-label="Breakpoints" data-empty={(count == 0 && !*adds).to_string()}>
            <div class="panel-head">
                <h2>{ "Breakpoints" }</h2>
                if count > 0 { <span class="panel-note">{ numbers::grouped(count as u64) }</span> }
                <div class="panel-tools">
                    <button type="button" class="quiet-button" aria-expanded={if *adds { "true" } else { "false" }}
                        title="Stop at functions, single instructions or imports, or where locals, globals or bytes of memory change" onclick={toggle}
                    >{ "New breakpoint" }</button>
                    if count > 0 { <button type="button" class="quiet-button" onclick={clear}>{ "Remove all" }</button> }
                </div>
            </div>
            <div class="breakpoint-scroller">
                if *adds { <BreakpointForm /> }
                if count > 0 {
                    <ul class="breakpoint-list">
                        // Each field also has its own label, visible where there is no room for columns.
                        <li class="breakpoint breakpoint-heads" aria-hidden="true">
                            <span>{ "Stops at" }</span><span>{ "Condition" }</span><span>{ "Hit count" }</span>
                            <span>{ "Log message" }</span><span />
                        </li>
                        { for list.iter().map(|known| html! { <BreakpointItem key={known.breakpoint.id} known={known.clone()} /> }) }
                    </ul>
                }
            </div>
        </section>
    }
}
