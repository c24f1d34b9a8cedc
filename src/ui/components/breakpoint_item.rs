//! A breakpoint in the list of breakpoints.

use yew::prelude::*;

use super::breakpoint_fields::BreakpointFields;
use super::named_values::function_text;
use crate::protocol::{Breakpoint, BreakpointKind, BreakpointOptions};
use crate::ui::hooks::reducers::{DebugContext, SourcesContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::breakpoints::{at_depth, describe_breakpoint, note};
use crate::ui::state::breakpoints::{BreakpointChange, KnownBreakpoint};
use crate::ui::state::debug::DebugState;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub known: KnownBreakpoint,
}

#[component]
pub fn BreakpointItem(props: &Props) -> Html {
    let debugger = use_slice::<Debugger>();
    let debug = use_slice::<DebugContext>();
    let sources = use_slice::<SourcesContext>();
    let breakpoint = &props.known.breakpoint;
    let id = breakpoint.id;
    let description = describe_breakpoint(breakpoint, &sources.files);
    let (class, of, removal) = match &breakpoint.kind {
        BreakpointKind::Line { file, line } => {
            let named = if file.is_some() { description.clone() } else { format!("line {line}") };
            ("breakpoint-line", format!("breakpoint of {named}"), format!("Remove the breakpoint of {named}"))
        }
        _ => ("breakpoint-what", description.clone(), format!("Remove: {description}")),
    };
    let on_change = {
        let debugger = debugger.clone();
        Callback::from(move |options| debugger.change_breakpoints(BreakpointChange::Edit { id, options }))
    };
    let narrow = call_in_sight(&debug, breakpoint).map(|depth| {
        let options = BreakpointOptions { condition: Some(at_depth(depth)), ..breakpoint.options.clone() };
        let onclick = on_change.reform(move |_: MouseEvent| options.clone());
        html! {
            <button type="button" class="quiet-button" {onclick} aria-label={format!("Only at this depth: {description}")}
                title={format!("Stop only at the call depth of the selected call: {}", at_depth(depth))}>
                { "Only at this depth" }
            </button>
        }
    });
    let remove = Callback::from(move |_: MouseEvent| debugger.change_breakpoints(BreakpointChange::Remove { id }));
    html! {
        <li class="breakpoint">
            <span {class}>{ &description }</span>
            <BreakpointFields {of} options={breakpoint.options.clone()} {on_change} />
            <div class="breakpoint-tools">
                { narrow }
                <button type="button" class="quiet-button" aria-label={removal} onclick={remove}>{ "Remove" }</button>
            </div>
            if let Some(note) = note(&props.known) {
                <p class="breakpoint-note" role="alert">{ note }</p>
            }
        </li>
    }
}

/// The depth of the selected call, if it has the watched local and there is no condition yet.
fn call_in_sight(debug: &DebugState, breakpoint: &Breakpoint) -> Option<u32> {
    let BreakpointKind::Local { function, .. } = &breakpoint.kind else { return None };
    let (view, frame) = (debug.view()?, debug.selected_frame()?);
    let is_its = function_text(frame) == *function && breakpoint.options.condition.is_none();
    is_its.then(|| view.depth.saturating_sub(debug.frame as u32))
}
