//! The state of the run, in a sentence that a screen reader announces.

use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, RunContext, WorkerContext, use_slice};
use crate::ui::selectors::debug;
use crate::ui::selectors::outcome::{Tone, status};
use crate::ui::state::run::Phase;
use crate::ui::state::worker::WorkerPhase;

#[component]
pub fn Status() -> Html {
    let run = use_slice::<RunContext>();
    let worker = use_slice::<WorkerContext>();
    let debugged = debug::status(&use_slice::<DebugContext>());
    let (tone, text) = match (worker.phase, &run.phase) {
        (WorkerPhase::Loading, Phase::Idle) => (Tone::Busy, "Loading the interpreter".to_owned()),
        (WorkerPhase::Loading, Phase::Starting) => (Tone::Busy, "Loading the interpreter, then running".to_owned()),
        (WorkerPhase::Failed, _) => (Tone::Bad, "The interpreter could not be started".to_owned()),
        _ => debugged.unwrap_or_else(|| status(&run)),
    };
    html! {
        <p class="status" role="status" data-tone={tone.name()}>
            <span class="status-light" aria-hidden="true" /><span class="status-text">{ text }</span>
        </p>
    }
}
