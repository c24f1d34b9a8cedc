//! A value of the debugged program, in the chosen base; where it can be changed, a press makes a text box of it.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::protocol::Value;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_memory::use_show_address;
use crate::ui::selectors::debug::{address, written};
use crate::ui::state::debug::Base;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// Whose value it is, such as `$n`.
    pub name: AttrValue,
    pub value: Value,
    pub base: Base,
    /// What the person wrote instead; `None` where it cannot be changed.
    pub on_change: Option<Callback<String>>,
}

#[component]
pub fn DebugValue(props: &Props) -> Html {
    let editing = use_state_eq(|| false);
    let input = use_node_ref();
    let memory = use_slice::<DebugContext>().view().map_or(0, |view| view.memory);
    let show_address = use_show_address();
    let text = written(&props.value, props.base);
    {
        let input = input.clone();
        use_effect_with(*editing, move |editing| {
            if let Some(input) = input.cast::<HtmlInputElement>().filter(|_| *editing) {
                let _ = input.focus();
                input.select();
            }
        });
    }
    // Another step: what was being written was about another value.
    {
        let editing = editing.setter();
        use_effect_with(props.value.clone(), move |_| editing.set(false));
    }
    let title = format!(
        "{} {}{}{}",
        props.value.ty,
        props.value.text,
        props.value.unsigned.as_ref().map(|text| format!(" · unsigned {text}")).unwrap_or_default(),
        props.value.hex.as_ref().map(|text| format!(" · {text}")).unwrap_or_default()
    );
    let pointer = address(&props.value, memory).map(|address| {
        let show = show_address.clone();
        let onclick = Callback::from(move |_: MouseEvent| show.emit(address));
        html! {
            <button type="button" class="pointer" aria-label={format!("Show {address:#x} in Memory")} title={format!("Show {address:#x} in Memory")} {onclick}>{ "↦" }</button>
        }
    });
    let Some(on_change) = props.on_change.clone() else {
        return html! { <span class="value-cell"><span class="debug-value" {title}>{ text }</span>{ for pointer }</span> };
    };
    if !*editing {
        let begin = {
            let editing = editing.setter();
            Callback::from(move |_: MouseEvent| editing.set(true))
        };
        return html! { <span class="value-cell">
            <button type="button" class="debug-value" title={format!("{title} · press to change it")}
                aria-label={format!("Change {}: {text}", props.name)} onclick={begin}>{ text }</button>
            { for pointer }
        </span> };
    }
    let onkeydown = {
        let editing = editing.setter();
        Callback::from(move |event: KeyboardEvent| {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            match (event.key().as_str(), input) {
                ("Enter", Some(input)) => on_change.emit(input.value()),
                ("Escape", _) => {}
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
            editing.set(false);
        })
    };
    let onblur = {
        let editing = editing.setter();
        Callback::from(move |_: FocusEvent| editing.set(false))
    };
    html! {
        <input ref={input} type="text" class="text-box debug-input" aria-label={format!("New value of {}", props.name)}
            autocomplete="off" autocapitalize="off" spellcheck="false" value={text} {onkeydown} {onblur} />
    }
}
