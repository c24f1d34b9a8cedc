//! The form that adds a breakpoint on anything but a line.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::ui::hooks::reducers::{CheckContext, DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::breakpoint_form::{ACCESS_KINDS, Kind, parse};
use crate::ui::state::breakpoints::BreakpointChange;

#[component]
pub fn BreakpointForm() -> Html {
    let debugger = use_slice::<Debugger>();
    let debug = use_slice::<DebugContext>();
    let kind = use_state_eq(|| Kind::ALL[0]);
    let access = use_state_eq(|| 0_usize);
    let problem = use_state_eq(|| None::<String>);
    let input = use_node_ref();
    let check = use_slice::<CheckContext>();
    // The current position is the usual choice.
    let here = debug.view().and_then(|view| view.frames.first()?.place).map(|at| format!("{}:{}", at.line, at.column));
    let onsubmit = {
        let (input, problem, debugger) = (input.clone(), problem.setter(), debugger.clone());
        let (kind, on, here) = (*kind, ACCESS_KINDS[*access].0, here.clone());
        let checked = check.checked.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let mut text = input.value();
            if let (Kind::Instruction, "", Some(here)) = (kind, text.trim(), &here) {
                text.clone_from(here);
            }
            let module = checked.as_ref().and_then(|checked| checked.module.as_ref());
            match parse(kind, &text, on, module.map_or(&[], |module| &module.memory_names)) {
                Ok(kind) => {
                    debugger.change_breakpoints(BreakpointChange::Add(kind));
                    problem.set(None);
                    input.set_value("");
                }
                Err(message) => problem.set(Some(message)),
            }
        })
    };
    let choose = {
        let (kind, problem) = (kind.setter(), problem.setter());
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            if let Some(chosen) = Kind::ALL.get(select.selected_index() as usize) {
                kind.set(*chosen);
                problem.set(None);
            }
        })
    };
    let choose_touching = {
        let access = access.setter();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                access.set((select.selected_index().max(0) as usize).min(ACCESS_KINDS.len() - 1));
            }
        })
    };
    let oninput = {
        let problem = problem.setter();
        Callback::from(move |_: InputEvent| problem.set(None))
    };
    let hint = match (*kind, &here) {
        (Kind::Instruction, Some(here)) => format!("{here}, the current position"),
        (kind, _) => kind.hint().to_owned(),
    };
    html! {
        <form class="new-breakpoint-form" aria-label="New breakpoint" {onsubmit} novalidate=true>
            <label class="new-breakpoint-kind">
                <span>{ "Stop at" }</span>
                <select class="select" aria-label="Stop at" onchange={choose}>
                    { for Kind::ALL.iter().map(|known| html! { <option selected={*known == *kind}>{ known.name() }</option> }) }
                </select>
            </label>
            <input ref={input} class="text-box new-breakpoint-text" type="text" aria-label={format!("Which: {}", kind.name())} placeholder={hint}
                autocomplete="off" autocapitalize="off" spellcheck="false"
                aria-invalid={problem.is_some().then_some("true")} aria-describedby={problem.is_some().then_some("new-breakpoint-problem")} {oninput} />
            if kind.is_watched() {
                <select class="select" aria-label="When" onchange={choose_touching}>
                    { for ACCESS_KINDS.iter().enumerate().map(|(index, (_, name))| html! {
                        <option selected={index == *access}>{ *name }</option>
                    }) }
                </select>
            }
            <button type="submit" class="button">{ "Add" }</button>
            if let Some(problem) = &*problem { <p id="new-breakpoint-problem" class="breakpoint-note" role="alert">{ problem }</p> }
            <p class="new-breakpoint-note">{ "A trap always stops the program at its instruction; it needs no breakpoint." }</p>
        </form>
    }
}
