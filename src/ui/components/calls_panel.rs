//! The system calls that the program has made.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::call_details::CallDetails;
use super::call_list::CallList;
use super::icon::{Icon, Picture};
use crate::ui::hooks::reducers::{DebugContext, SettingsContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_calls::{Calls, use_calls};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::calls::{empty_text, summary};
use crate::ui::selectors::numbers;
use crate::ui::state::calls::CallsAction;
use crate::ui::state::settings::SettingsAction;

/// The panel, with the state that the worker sends.
#[component]
pub fn CallsRegion() -> Html {
    let opened = use_slice::<WorkspaceContext>().opened;
    let settings = use_slice::<SettingsContext>();
    let calls = use_calls(opened);
    let record = settings.record_calls;
    let on_record = {
        let settings = settings.dispatcher();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                settings.dispatch(SettingsAction::RecordCalls(input.checked()));
            }
        })
    };
    let on_action = {
        let state = calls.state.dispatcher();
        use_callback((), move |action: CallsAction, ()| state.dispatch(action))
    };
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let now = debug.view().filter(|_| calls.state.run() == Some(debug.run)).map(|view| view.step);
    let on_jump = use_callback(debugger, |step: u64, debugger| debugger.jump(step));
    let view = calls.state.view.clone().filter(|view| view.traced);
    html! {
        <section class="calls-panel" aria-label="System calls">
            <div class="panel-head">
                <h2>{ "System calls" }</h2>
                <label class="calls-record" title="Record the system calls of the next runs">
                    <input type="checkbox" checked={record} onchange={on_record} />
                    { "Record" }
                </label>
                if let Some(view) = &view { <span class="panel-note calls-count">{ summary(view) }</span> }
                if calls.state.passing() > 0 { <CopyCalls calls={calls.clone()} /> }
            </div>
            if view.as_ref().is_some_and(|view| view.total > 0) { <Filters calls={calls.clone()} /> }
            if calls.state.passing() > 0 {
                <div class="calls-body">
                    <CallList state={(*calls.state).clone()} {on_action} {now} on_jump={on_jump.clone()} />
                    if let Some(call) = calls.state.chosen.clone() { <CallDetails {call} {now} {on_jump} /> }
                </div>
            } else {
                <p class="panel-empty">{ empty_text(calls.state.view.as_deref(), record) }</p>
            }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct CallsProps {
    calls: Calls,
}

/// The filters of the list.
#[component]
fn Filters(props: &CallsProps) -> Html {
    let state = &props.calls.state;
    let text = |action: fn(String) -> CallsAction| {
        let state = state.dispatcher();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                state.dispatch(action(input.value()));
            }
        })
    };
    let on_failures = {
        let state = state.dispatcher();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                state.dispatch(CallsAction::SetFailures(input.checked()));
            }
        })
    };
    html! {
        <div class="calls-filters" role="search" aria-label="Which system calls">
            <input type="text" class="text-box" aria-label="Function" placeholder="Function, such as path_ or fd_write"
                autocomplete="off" autocapitalize="off" spellcheck="false"
                value={state.filter.functions.clone()} oninput={text(CallsAction::SetFunctions)} />
            <input type="text" class="text-box" aria-label="Path" placeholder="Path or file" autocomplete="off"
                autocapitalize="off" spellcheck="false" value={state.filter.path.clone()} oninput={text(CallsAction::SetPath)} />
            <label><input type="checkbox" checked={state.filter.failures} onchange={on_failures} />{ "Only failures" }</label>
        </div>
    }
}

/// Copies the listed calls.
#[component]
fn CopyCalls(props: &CallsProps) -> Html {
    let onclick = {
        let calls = props.calls.clone();
        Callback::from(move |_: MouseEvent| calls.copy())
    };
    let answer = match props.calls.copied {
        None => String::new(),
        Some(copied) if copied.allowed => format!("Copied {}", numbers::count(copied.lines, "line", "lines")),
        Some(_) => "The browser does not allow copying".to_owned(),
    };
    html! {
        <div class="panel-tools">
            <span class="panel-note" aria-live="polite">{ answer }</span>
            <button type="button" class="quiet-button" aria-label="Copy the calls" title="Copy the calls" {onclick}>
                <Icon picture={Picture::Copy} />
            </button>
        </div>
    }
}
