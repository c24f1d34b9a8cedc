//! Something to stop at besides lines, in the list of breakpoints.

use yew::prelude::*;

use super::breakpoint_fields::{BreakpointFields, Terms};
use super::named_values::function_text;
use crate::protocol::{Catch, Caught};
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::catches::{at_depth, describe_catch};
use crate::ui::state::catches::{CatchChange, KnownCatch};
use crate::ui::state::debug::DebugState;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub known: KnownCatch,
}

#[component]
pub fn CatchItem(props: &Props) -> Html {
    let debugger = use_slice::<Debugger>();
    let debug = use_slice::<DebugContext>();
    let catch = &props.known.catch;
    let told = describe_catch(catch);
    let terms = Terms {
        condition: catch.condition.clone(),
        hit_count: catch.hit_count,
        log_message: catch.log_message.clone(),
    };
    let on_change = {
        let (debugger, catch) = (debugger.clone(), catch.clone());
        Callback::from(move |Terms { condition, hit_count, log_message }| {
            debugger.catches(CatchChange::Edit(Catch { condition, hit_count, log_message, ..catch.clone() }));
        })
    };
    let narrow = call_in_sight(&debug, catch).map(|depth| {
        let (debugger, catch) = (debugger.clone(), catch.clone());
        let condition = Some(at_depth(depth));
        let onclick = Callback::from(move |_: MouseEvent| {
            debugger.catches(CatchChange::Edit(Catch { condition: condition.clone(), ..catch.clone() }));
        });
        html! {
            <button type="button" class="quiet-button" {onclick} aria-label={format!("Only at this depth: {told}")}
                title={format!("Stop only at the call depth of the selected call: {}", at_depth(depth))}>
                { "Only at this depth" }
            </button>
        }
    });
    let remove = {
        let (debugger, id) = (debugger.clone(), catch.id);
        Callback::from(move |_: MouseEvent| debugger.catches(CatchChange::Remove { id }))
    };
    html! {
        <li class="breakpoint">
            <span class="breakpoint-what">{ &told }</span>
            <BreakpointFields of={told.clone()} {terms} {on_change} />
            <div class="breakpoint-tools">
                { narrow }
                <button type="button" class="quiet-button" aria-label={format!("Remove: {told}")} onclick={remove}>{ "Remove" }</button>
            </div>
            if let Some(problem) = &props.known.problem {
                <p class="breakpoint-note" role="alert">{ format!("It does not stop: {problem}") }</p>
            }
        </li>
    }
}

/// How deep the call is that is looked at, if it has the watched local and nothing says yet in which calls to stop.
fn call_in_sight(debug: &DebugState, catch: &Catch) -> Option<u32> {
    let Caught::Local { function, .. } = &catch.what else { return None };
    let (view, frame) = (debug.view()?, debug.selected_frame()?);
    let is_its = function_text(frame) == *function && catch.condition.is_none();
    is_its.then(|| view.depth.saturating_sub(debug.frame as u32))
}
