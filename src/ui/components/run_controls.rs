//! Run, Debug, Pause or Continue, Stop.

use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::ui::hooks::reducers::{DebugContext, RunContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::hooks::use_engine::Engine;
use crate::ui::hooks::use_run::Launcher;
use crate::ui::platform::dom;
use crate::ui::state::run::Phase;

#[component]
pub fn RunControls() -> Html {
    let run = use_slice::<RunContext>();
    let engine = use_slice::<Engine>();
    let launcher = use_slice::<Launcher>();
    let modifier = if dom::is_apple() { "⌘" } else { "Ctrl+" };

    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let begin_debug = {
        let launcher = launcher.clone();
        Callback::from(move |_: MouseEvent| launcher.debug())
    };
    let start = Callback::from(move |_: MouseEvent| launcher.run());
    let stop = {
        let engine = engine.clone();
        Callback::from(move |_: MouseEvent| engine.stop())
    };
    let paused = run.phase == Phase::Paused;
    // While debugging, Continue is one of the debugger's buttons, and Pause cancels its command.
    let debugging = debug.is_on();
    let pause_or_continue = Callback::from(move |_: MouseEvent| match (debugging, paused) {
        (true, _) => debugger.pause(),
        (false, true) => engine.resume(),
        (false, false) => engine.pause(),
    });
    // A button that cannot be used says so but keeps the focus: a keyboard user would lose their place otherwise.
    let cannot_pause =
        if debugging { !debug.is_working() && debug.playing.is_none() } else { !(paused || run.can_pause()) };
    let cannot_stop = !run.is_active() || run.phase == Phase::Stopping;
    html! {
        <div class="run-controls" role="group" aria-label="Run">
            <button
                type="button"
                class="button primary-button"
                data-at-once="true"
                title={format!("Run ({modifier}Enter)")}
                aria-keyshortcuts="Control+Enter Meta+Enter"
                onclick={start}
            >
                <Icon picture={Picture::Run} />{ "Run" }
            </button>
            <button
                type="button"
                class="button debug-start"
                title={if debugging { "Restart debugging" } else { "Debug: run step by step, forwards and backwards (F5)" }}
                aria-keyshortcuts="F5"
                onclick={begin_debug}
            >
                <Icon picture={Picture::Debug} />{ "Debug" }
            </button>
            <button
                type="button"
                class="button pause-button"
                data-at-once="true"
                title={format!("{} ({modifier},)", if paused { "Continue" } else { "Pause" })}
                aria-disabled={cannot_pause.then_some("true")}
                onclick={pause_or_continue}
            >
                if paused {
                    <Icon picture={Picture::Run} />{ "Continue" }
                } else {
                    <Icon picture={Picture::Pause} />{ "Pause" }
                }
            </button>
            <button
                type="button"
                class="button"
                data-at-once="true"
                title={format!("Stop ({modifier}.)")}
                aria-disabled={cannot_stop.then_some("true")}
                onclick={stop}
            >
                <Icon picture={Picture::Stop} />{ "Stop" }
            </button>
        </div>
    }
}
