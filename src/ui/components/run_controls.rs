//! Run, Pause or Continue, Stop.

use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::ui::hooks::reducers::{RunContext, use_slice};
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

    let start = Callback::from(move |_: MouseEvent| launcher.run());
    let stop = {
        let engine = engine.clone();
        Callback::from(move |_: MouseEvent| engine.stop())
    };
    let paused = run.phase == Phase::Paused;
    let pause_or_continue = Callback::from(move |_: MouseEvent| if paused { engine.resume() } else { engine.pause() });
    // A button that cannot be used says so but keeps the focus: a keyboard would lose its place otherwise.
    let cannot_pause = !(paused || run.can_pause());
    let cannot_stop = !run.is_active() || run.phase == Phase::Stopping;
    html! {
        <div class="run-controls" role="group" aria-label="Run">
            <button
                type="button"
                class="button primary-button"
                title={format!("Run ({modifier}Enter)")}
                aria-keyshortcuts="Control+Enter Meta+Enter"
                onclick={start}
            >
                <Icon picture={Picture::Run} />{ "Run" }
            </button>
            <button
                type="button"
                class="button pause-button"
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
                title={format!("Stop ({modifier}.)")}
                aria-disabled={cannot_stop.then_some("true")}
                onclick={stop}
            >
                <Icon picture={Picture::Stop} />{ "Stop" }
            </button>
        </div>
    }
}
