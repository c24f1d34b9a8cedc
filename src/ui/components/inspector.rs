//! The state of a debugged program, except its memory. Before that, an introduction to the page.

use yew::prelude::*;

use super::call_stack::CallStack;
use super::icon::{Icon, Picture};
use super::labels_tables::{Labels, Tables};
use super::named_values::{Globals, Locals};
use super::operand_stack::OperandStack;
use super::variables::Variables;
use super::watch_expressions::WatchExpressions;
use crate::ui::hooks::reducers::{CheckContext, DebugContext, RunContext, use_slice};
use crate::ui::hooks::use_run::Launcher;
use crate::ui::state::run::Phase;

#[component]
pub fn Inspector() -> Html {
    let debug = use_slice::<DebugContext>();
    if debug.view().is_none() {
        return html! { <Welcome /> };
    }
    html! {
        <div class="inspector" data-busy={debug.is_working().then_some("true")}>
            <h2 class="visually-hidden">{ "Inspector" }</h2>
            <div class="inspector-column"><OperandStack /><WatchExpressions /><Labels /></div>
            <div class="inspector-column"><Variables /><Locals /><CallStack /><Globals /><Tables /></div>
        </div>
    }
}

/// The parts of a debug session, for the introduction.
const PARTS: [(&str, &str); 4] = [
    ("Operand stack", "the values that instructions push and pop"),
    ("Locals and globals", "what the program's variables hold"),
    ("Call stack", "which function called which, with the values of the parameters"),
    ("Timeline", "every step, forwards and backwards"),
];

#[component]
fn Welcome() -> Html {
    let launcher = use_slice::<Launcher>();
    let debug = Callback::from(move |_: MouseEvent| launcher.debug());
    let has_memory = use_slice::<CheckContext>().module().is_none_or(|module| !module.memories.is_empty());
    let paused = use_slice::<RunContext>().phase == Phase::Paused;
    html! {
        <section class="inspector-none" aria-label="Welcome">
            if paused {
                <p>{ if has_memory { "The program is paused: the memory is shown as it is now. " } else { "The program is paused. " } }{ "The stack and the variables can be seen only in a debug session, which starts the program again." }</p>
            }
            <h2 class="welcome-title">{ "See inside WebAssembly" }</h2>
            <p>{ "Wasmoscope compiles and runs WebAssembly in your browser, and steps through it instruction by instruction, forwards and backwards." }</p>
            <p>
                <button type="button" class="button debug-start" onclick={debug}><Icon picture={Picture::Debug} />{ "Debug this program" }</button>
            </p>
            <p>{ "While you debug, you see:" }</p>
            <ul class="welcome-parts">
                { for PARTS.iter().map(|(part, what)| html! { <li><strong>{ *part }</strong>{ ": " }{ *what }</li> }) }
            </ul>
            <p>
                <strong>{ "Examples" }</strong>{ " has more programs. You can also drop a " }<code>{ ".wat" }</code>{ " or " }
                <code>{ ".wasm" }</code>{ " file anywhere on this page." }
            </p>
        </section>
    }
}
