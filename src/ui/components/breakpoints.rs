//! The breakpoints of a program: where they stop, and when.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::protocol::Breakpoint;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::debug::breakpoint_note;
use crate::ui::selectors::numbers;
use crate::ui::state::breakpoints::{BreakpointChange, BreakpointLine};

/// Nothing, unless there is one.
#[component]
pub fn BreakpointList() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let lines = &debug.breakpoints.lines;
    if lines.is_empty() {
        return html! {};
    }
    let clear = {
        let debugger = debugger.clone();
        Callback::from(move |_: MouseEvent| debugger.breakpoints(BreakpointChange::RemoveAll))
    };
    html! {
        <section class="breakpoints" aria-label="Breakpoints">
            <div class="panel-head">
                <h2>{ "Breakpoints" }</h2>
                <span class="panel-note">{ numbers::grouped(lines.len() as u64) }</span>
                <div class="panel-tools">
                    <button type="button" class="quiet-button" onclick={clear}>{ "Remove all" }</button>
                </div>
            </div>
            <ul class="breakpoint-list">
                { for lines.iter().map(|line| html! { <BreakpointItem key={line.breakpoint.id} line={line.clone()} /> }) }
            </ul>
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
    let number = breakpoint.line;
    let edit = |change: fn(&mut Breakpoint, String)| {
        let (debugger, breakpoint) = (debugger.clone(), breakpoint.clone());
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let mut breakpoint = breakpoint.clone();
            change(&mut breakpoint, input.value().trim().to_owned());
            debugger.edit_breakpoint(breakpoint);
        })
    };
    let field = |name: &str, hint: &'static str, class: &'static str, value: String, onchange: Callback<Event>| {
        html! {
            <label class={classes!("breakpoint-field", class)}>
                <span>{ name }</span>
                <input class="text-box" type="text" autocomplete="off" autocapitalize="off" spellcheck="false"
                    aria-label={format!("{name}: breakpoint of line {number}")} placeholder={hint} {value} {onchange} />
            </label>
        }
    };
    let remove = {
        let (debugger, id) = (debugger.clone(), breakpoint.id);
        Callback::from(move |_: MouseEvent| debugger.breakpoints(BreakpointChange::Remove { id }))
    };
    let from_hit = if breakpoint.from_hit > 1 { breakpoint.from_hit.to_string() } else { String::new() };
    html! {
        <li class="breakpoint">
            <span class="breakpoint-line">{ format!("Line {number}") }</span>
            { field("Only if", "local.n == 3 && stack[0] > 9", "wide", breakpoint.condition.clone().unwrap_or_default(),
                edit(|breakpoint, text| breakpoint.condition = Some(text).filter(|text| !text.is_empty()))) }
            { field("From hit", "1", "narrow", from_hit, edit(|breakpoint, text| breakpoint.from_hit = text.parse().unwrap_or(0))) }
            { field("Say instead of stopping", "n is {local.n}", "wide", breakpoint.log.clone().unwrap_or_default(),
                edit(|breakpoint, text| breakpoint.log = Some(text).filter(|text| !text.is_empty()))) }
            <button type="button" class="quiet-button" aria-label={format!("Remove the breakpoint of line {number}")} onclick={remove}>{ "Remove" }</button>
            if let Some(note) = breakpoint_note(&props.line) {
                <p class="breakpoint-note" role="alert">{ note }</p>
            }
        </li>
    }
}
