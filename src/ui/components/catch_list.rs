//! Something to stop at besides lines, in the list of breakpoints.

use yew::prelude::*;

use super::breakpoint_fields::{BreakpointFields, Terms};
use crate::protocol::Catch;
use crate::ui::hooks::reducers::use_slice;
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::catches::describe;
use crate::ui::state::catches::{CatchChange, KnownCatch};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub known: KnownCatch,
}

#[component]
pub fn CatchItem(props: &Props) -> Html {
    let debugger = use_slice::<Debugger>();
    let catch = &props.known.catch;
    let told = describe(&catch.what);
    let terms = Terms { condition: catch.condition.clone(), from_hit: catch.from_hit, log: catch.log.clone() };
    let on_change = {
        let (debugger, catch) = (debugger.clone(), catch.clone());
        Callback::from(move |Terms { condition, from_hit, log }| {
            debugger.catches(CatchChange::Edit(Catch { condition, from_hit, log, ..catch.clone() }));
        })
    };
    let remove = {
        let (debugger, id) = (debugger.clone(), catch.id);
        Callback::from(move |_: MouseEvent| debugger.catches(CatchChange::Remove { id }))
    };
    html! {
        <li class="breakpoint">
            <span class="breakpoint-what">{ &told }</span>
            <BreakpointFields of={told.clone()} {terms} {on_change} />
            <button type="button" class="quiet-button" aria-label={format!("Remove: {told}")} onclick={remove}>{ "Remove" }</button>
            if let Some(problem) = &props.known.problem {
                <p class="breakpoint-note" role="alert">{ format!("It does not stop: {problem}") }</p>
            }
        </li>
    }
}
