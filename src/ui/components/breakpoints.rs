//! The list of a program's breakpoints, with their options.

use yew::prelude::*;

use super::breakpoint_fields::{BreakpointFields, BreakpointOptions};
use super::breakpoint_form::BreakpointForm;
use super::other_breakpoint::OtherBreakpointItem;
use crate::protocol::Breakpoint;
use crate::ui::hooks::reducers::{DebugContext, SourcesContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::debug::breakpoint_note;
use crate::ui::selectors::numbers;
use crate::ui::selectors::sources::short;
use crate::ui::state::breakpoints::{BreakpointChange, BreakpointLine};
use crate::ui::state::other_breakpoints::OtherBreakpointChange;

/// Renders nothing unless there is a breakpoint or something is being debugged.
#[component]
pub fn BreakpointList() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let (lines, other_breakpoints) = (&debug.breakpoints.lines, &debug.other_breakpoints.list);
    let adds = use_state_eq(|| false);
    let count = lines.len() + other_breakpoints.len();
    if count == 0 && !debug.is_on() {
        return html! {};
    }
    let clear = {
        let debugger = debugger.clone();
        Callback::from(move |_: MouseEvent| {
            debugger.breakpoints(BreakpointChange::RemoveAll);
            debugger.change_other_breakpoints(OtherBreakpointChange::RemoveAll);
        })
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
                        title="Stop at bytes of memory, globals, locals, single instructions, functions or imports" onclick={toggle}
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
                        { for lines.iter().map(|line| html! { <BreakpointItem key={line.breakpoint.id} line={line.clone()} /> }) }
                        { for other_breakpoints.iter().map(|known| html! { <OtherBreakpointItem key={known.breakpoint.id} known={known.clone()} /> }) }
                    </ul>
                }
            </div>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct Props {
    line: BreakpointLine,
}

#[component]
fn BreakpointItem(props: &Props) -> Html {
    let debugger = use_slice::<Debugger>();
    let breakpoint = &props.line.breakpoint;
    let sources = use_slice::<SourcesContext>();
    let number = breakpoint.line;
    let (place, named) = match &breakpoint.file {
        Some(file) => {
            let place = format!("{}:{number}", short(file, &sources.files));
            (place.clone(), place)
        }
        None => (format!("Line {number}"), format!("line {number}")),
    };
    let options = BreakpointOptions {
        condition: breakpoint.condition.clone(),
        hit_count: breakpoint.hit_count,
        log_message: breakpoint.log_message.clone(),
    };
    let on_change = {
        let (debugger, breakpoint) = (debugger.clone(), breakpoint.clone());
        Callback::from(move |BreakpointOptions { condition, hit_count, log_message }| {
            debugger.edit_breakpoint(Breakpoint { condition, hit_count, log_message, ..breakpoint.clone() });
        })
    };
    let remove = {
        let (debugger, id) = (debugger.clone(), breakpoint.id);
        Callback::from(move |_: MouseEvent| debugger.breakpoints(BreakpointChange::Remove { id }))
    };
    html! {
        <li class="breakpoint">
            <span class="breakpoint-line">{ place }</span>
            <BreakpointFields of={format!("breakpoint of {named}")} {options} {on_change} />
            <div class="breakpoint-tools">
                <button type="button" class="quiet-button" aria-label={format!("Remove the breakpoint of {named}")} onclick={remove}>{ "Remove" }</button>
            </div>
            if let Some(note) = breakpoint_note(&props.line) {
                <p class="breakpoint-note" role="alert">{ note }</p>
            }
        </li>
    }
}
