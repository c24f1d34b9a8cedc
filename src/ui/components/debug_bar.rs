//! The debugger's buttons.

use yew::prelude::*;

use super::icon::{Icon, Picture};
use super::step_choice::StepChoice;
use crate::protocol::DebugCommand;
use crate::ui::hooks::reducers::{DebugContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::debug::{can_go_back, can_go_on};
use crate::ui::state::debug::DebugPhase;

/// A button: its name, its visible label, its key, its action.
struct Key {
    name: &'static str,
    keys: &'static str,
    hint: &'static str,
    picture: Picture,
    command: DebugCommand,
}

const BACK: [Key; 4] = [
    Key {
        name: "Reverse continue",
        keys: "Alt+F5",
        hint: "Back to the previous breakpoint, or to the start",
        picture: Picture::ReverseContinue,
        command: DebugCommand::BackContinue,
    },
    Key {
        name: "Step back out",
        keys: "Alt+Shift+F11",
        hint: "Back to the call of this function",
        picture: Picture::BackOut,
        command: DebugCommand::BackOut,
    },
    Key {
        name: "Step back over",
        keys: "Alt+F10",
        hint: "One instruction or line back, over calls",
        picture: Picture::BackOver,
        command: DebugCommand::BackOver,
    },
    Key {
        name: "Step back",
        keys: "Alt+F11",
        hint: "One instruction or line back",
        picture: Picture::StepBack,
        command: DebugCommand::BackInto,
    },
];

const FORWARD: [Key; 4] = [
    Key {
        name: "Step into",
        keys: "F11",
        hint: "One instruction or line, into a call",
        picture: Picture::StepInto,
        command: DebugCommand::Into,
    },
    Key {
        name: "Step over",
        keys: "F10",
        hint: "One instruction or line, over calls",
        picture: Picture::StepOver,
        command: DebugCommand::Over,
    },
    Key {
        name: "Step out",
        keys: "Shift+F11",
        hint: "Run until this function returns",
        picture: Picture::StepOut,
        command: DebugCommand::Out,
    },
    Key {
        name: "Continue",
        keys: "F5",
        hint: "Continue to the next breakpoint, or to the end",
        picture: Picture::Run,
        command: DebugCommand::Continue,
    },
];

/// Renders nothing unless a program is being debugged.
#[component]
pub fn DebugBar() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let workspace = use_slice::<WorkspaceContext>();
    if !debug.is_on() {
        return html! {};
    }
    // Short operations must not make the buttons flicker.
    let busy = matches!(debug.phase, DebugPhase::Starting | DebugPhase::Working { progress: Some(_), .. });
    let button = |key: &'static Key, possible: bool| {
        let debugger = debugger.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            if possible {
                debugger.press(key.command.clone());
            }
        });
        html! {
            <button type="button" class="button debug-button" aria-keyshortcuts={key.keys}
                title={format!("{} ({}): {}", key.name, key.keys, key.hint)}
                aria-disabled={(busy || !possible).then_some("true")} {onclick}
            >
                <Icon picture={key.picture} /><span>{ key.name }</span>
            </button>
        }
    };
    let (back, on) = (can_go_back(&debug), can_go_on(&debug));
    let text_changed = debug.text.is_some() && debug.text.as_ref() != workspace.project.program.text();
    html! {
        <section class="debug-bar" aria-label="Debugger">
            <div class="debug-keys" role="group" aria-label="Backwards">
                { for BACK.iter().map(|key| button(key, back)) }
            </div>
            <div class="debug-keys" role="group" aria-label="Forwards">
                { for FORWARD.iter().map(|key| button(key, on)) }
            </div>
            <StepChoice />
            if text_changed {
                <p class="debug-changed">{ "The text has changed. Press Debug to debug the current text." }</p>
            }
        </section>
    }
}
