//! A breakpoint on anything but a source line, in the list of breakpoints.

use yew::prelude::*;

use super::breakpoint_fields::{BreakpointFields, BreakpointOptions};
use super::named_values::function_text;
use crate::protocol::{BreakpointKind, OtherBreakpoint};
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::other_breakpoints::{at_depth, describe_breakpoint};
use crate::ui::state::debug::DebugState;
use crate::ui::state::other_breakpoints::{KnownBreakpoint, OtherBreakpointChange};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub known: KnownBreakpoint,
}

#[component]
pub fn OtherBreakpointItem(props: &Props) -> Html {
    let debugger = use_slice::<Debugger>();
    let debug = use_slice::<DebugContext>();
    let breakpoint = &props.known.breakpoint;
    let description = describe_breakpoint(breakpoint);
    let options = BreakpointOptions {
        condition: breakpoint.condition.clone(),
        hit_count: breakpoint.hit_count,
        log_message: breakpoint.log_message.clone(),
    };
    let on_change = {
        let (debugger, breakpoint) = (debugger.clone(), breakpoint.clone());
        Callback::from(move |BreakpointOptions { condition, hit_count, log_message }| {
            debugger.change_other_breakpoints(OtherBreakpointChange::Edit(OtherBreakpoint {
                condition,
                hit_count,
                log_message,
                ..breakpoint.clone()
            }));
        })
    };
    let narrow = call_in_sight(&debug, breakpoint).map(|depth| {
        let (debugger, breakpoint) = (debugger.clone(), breakpoint.clone());
        let condition = Some(at_depth(depth));
        let onclick = Callback::from(move |_: MouseEvent| {
            debugger.change_other_breakpoints(OtherBreakpointChange::Edit(OtherBreakpoint {
                condition: condition.clone(),
                ..breakpoint.clone()
            }));
        });
        html! {
            <button type="button" class="quiet-button" {onclick} aria-label={format!("Only at this depth: {description}")}
                title={format!("Stop only at the call depth of the selected call: {}", at_depth(depth))}>
                { "Only at this depth" }
            </button>
        }
    });
    let remove = {
        let (debugger, id) = (debugger.clone(), breakpoint.id);
        Callback::from(move |_: MouseEvent| debugger.change_other_breakpoints(OtherBreakpointChange::Remove { id }))
    };
    html! {
        <li class="breakpoint">
            <span class="breakpoint-what">{ &description }</span>
            <BreakpointFields of={description.clone()} {options} {on_change} />
            <div class="breakpoint-tools">
                { narrow }
                <button type="button" class="quiet-button" aria-label={format!("Remove: {description}")} onclick={remove}>{ "Remove" }</button>
            </div>
            if let Some(problem) = &props.known.problem {
                <p class="breakpoint-note" role="alert">{ format!("It does not stop: {problem}") }</p>
            }
        </li>
    }
}

/// The depth of the selected call, if it has the watched local and there is no condition yet.
fn call_in_sight(debug: &DebugState, breakpoint: &OtherBreakpoint) -> Option<u32> {
    let BreakpointKind::Local { function, .. } = &breakpoint.kind else { return None };
    let (view, frame) = (debug.view()?, debug.selected_frame()?);
    let is_its = function_text(frame) == *function && breakpoint.condition.is_none();
    is_its.then(|| view.depth.saturating_sub(debug.frame as u32))
}
