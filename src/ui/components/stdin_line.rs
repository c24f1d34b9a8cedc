//! The program's input field, right after its last output.

use std::cell::RefCell;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::hooks::reducers::{RunContext, use_slice};
use crate::ui::hooks::use_engine::Engine;
use crate::ui::platform::dom;
use crate::ui::state::history::History;

#[component]
pub fn StdinLine() -> Html {
    let run = use_slice::<RunContext>();
    let engine = use_slice::<Engine>();
    let text = use_state_eq(String::new);
    let history = use_memo((), |()| RefCell::new(History::default()));
    let input = use_node_ref();
    let waiting = run.waits_for_input();
    {
        // A program that reads input gets the focus, unless the user is typing somewhere else.
        let input = input.clone();
        use_effect_with(waiting, move |waiting| {
            if *waiting
                && !is_typing_elsewhere()
                && let Some(input) = input.cast::<HtmlInputElement>()
            {
                let _ = input.focus();
            }
        });
    }
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                text.set(input.value());
            }
        })
    };
    let onkeydown = {
        let (text, history, engine) = (text.clone(), history, engine.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.is_composing() {
                return;
            }
            match event.key().as_str() {
                "Enter" if !event.ctrl_key() && !event.meta_key() => {
                    event.prevent_default();
                    history.borrow_mut().push(&text);
                    engine.stdin_line(&text);
                    text.set(String::new());
                }
                "d" if event.ctrl_key() && text.is_empty() => {
                    event.prevent_default();
                    engine.end_of_input();
                }
                "ArrowUp" | "ArrowDown" => {
                    let mut history = history.borrow_mut();
                    let line = if event.key() == "ArrowUp" { history.earlier(&text) } else { history.later() };
                    if let Some(line) = line {
                        event.prevent_default();
                        text.set(line);
                    }
                }
                _ => {}
            }
        })
    };
    let end = Callback::from(move |_: MouseEvent| engine.end_of_input());
    html! {
        <span class="stdin-line" data-waiting={waiting.to_string()}>
            <input
                ref={input}
                id={dom::STANDARD_INPUT}
                class="stdin-input"
                type="text"
                aria-label="Standard input"
                placeholder={if waiting { "Type, then press Enter" } else { "Type for the program" }}
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="send"
                value={(*text).clone()}
                {oninput}
                {onkeydown}
            />
            <button type="button" class="quiet-button" title="No more input: the program sees the end of the file (Ctrl+D)" onclick={end}>
                { "End of input" }
            </button>
        </span>
    }
}

fn is_typing_elsewhere() -> bool {
    let active = dom::document().active_element();
    active.is_some_and(|element| element.closest("[contenteditable], input, textarea, dialog").ok().flatten().is_some())
}
