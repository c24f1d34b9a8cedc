//! A text that turns into a text field when clicked: Enter submits, Escape cancels.
//!
//! A rejected input stays in the field, with the reason next to it, so that the user does not have to retype it.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, use_slice};

/// The editing state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Editing {
    No,
    /// Editing; with the first character, if it was typed elsewhere.
    Writing(Option<char>),
    /// Submitted; there is no answer yet.
    Sent,
    Refused,
}

#[derive(PartialEq, Properties)]
pub struct Props {
    /// What the text belongs to, such as `$n`.
    pub name: AttrValue,
    pub text: AttrValue,
    pub title: AttrValue,
    /// The maximum length of the input, in UTF-16 code units.
    #[prop_or(4096)]
    pub longest: u32,
    pub on_change: Callback<String>,
    /// Incremented with each request from outside to edit, with the character that was typed there.
    #[prop_or_default]
    pub request: (u32, Option<char>),
    /// Editing was ended with a key; whether the change was made. Without a listener, the button gets the focus.
    #[prop_or_default]
    pub on_left: Option<Callback<bool>>,
}

#[component]
pub fn EditableText(props: &Props) -> Html {
    let editing = use_state_eq(|| Editing::No);
    // Whether to move the focus back to the button.
    let leaves = use_mut_ref(|| false);
    let input = use_node_ref();
    let button = use_node_ref();
    let debug = use_slice::<DebugContext>();
    // The view of the program when editing began.
    let stands = debug.view().map(|view| (Rc::as_ptr(view), view.step));
    let stood = use_mut_ref(|| stands);
    let is_open = *editing != Editing::No;
    {
        let (input, button, leaves, editing) = (input.clone(), button.clone(), leaves.clone(), *editing);
        let (stood, text) = (stood.clone(), props.text.clone());
        use_effect_with(is_open, move |is_open| {
            *stood.borrow_mut() = stands;
            if let (Some(input), Editing::Writing(first)) = (input.cast::<HtmlInputElement>(), editing) {
                // Set only here, so that the user's input survives re-rendering.
                input.set_value(&first.map_or_else(|| text.to_string(), String::from));
                let _ = input.focus();
                if first.is_none() {
                    input.select();
                }
            } else if !is_open
                && leaves.replace(false)
                && let Some(button) = button.cast::<HtmlElement>()
            {
                let _ = button.focus();
            }
        });
    }
    {
        let editing = editing.setter();
        // A request from before this component was mounted was for another text.
        let granted = use_mut_ref(|| props.request.0);
        use_effect_with(props.request, move |(request, letter)| {
            if granted.replace(*request) != *request {
                editing.set(Editing::Writing(*letter));
            }
        });
    }
    let leave = {
        let (editing, leaves, on_left) = (editing.setter(), leaves.clone(), props.on_left.clone());
        move |done: bool| {
            match &on_left {
                Some(on_left) => on_left.emit(done),
                None => *leaves.borrow_mut() = true,
            }
            editing.set(Editing::No);
        }
    };
    // The answer: either a new view of the program, or a refusal. If nothing was submitted, the program has moved on,
    // and the input was about another value.
    {
        let step = |(_, step)| step;
        let (now, editing, leave) = (*editing, editing.setter(), leave.clone());
        use_effect_with((stands, debug.refused.clone()), move |(stands, refused)| match now {
            Editing::Sent if refused.is_some() => editing.set(Editing::Refused),
            Editing::Sent if *stands != *stood.borrow() => leave(true),
            Editing::Writing(_) | Editing::Refused if stands.map(step) != stood.borrow().map(step) => {
                editing.set(Editing::No);
            }
            _ => {}
        });
    }
    if !is_open {
        let begin = {
            let editing = editing.setter();
            Callback::from(move |_: MouseEvent| editing.set(Editing::Writing(None)))
        };
        return html! {
            <button ref={button} type="button" class="debug-value" title={format!("{} · press to change it", props.title)}
                aria-label={format!("Change {}: {}", props.name, props.text)} onclick={begin}>{ &props.text }</button>
        };
    }
    let onkeydown = {
        let (editing, on_change) = (editing.setter(), props.on_change.clone());
        Callback::from(move |event: KeyboardEvent| {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            match (event.key().as_str(), input) {
                ("Enter", Some(input)) => {
                    editing.set(Editing::Sent);
                    on_change.emit(input.value());
                }
                ("Escape", _) => leave(false),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let onblur = {
        let editing = editing.setter();
        Callback::from(move |_: FocusEvent| editing.set(Editing::No))
    };
    let refused = debug.refused.clone().filter(|_| *editing == Editing::Refused);
    html! { <>
        <input ref={input} type="text" class="text-box debug-input" aria-label={format!("New value of {}", props.name)}
            aria-invalid={refused.is_some().then_some("true")} maxlength={props.longest.to_string()}
            autocomplete="off" autocapitalize="off" spellcheck="false" {onkeydown} {onblur} />
        if let Some(refused) = refused { <span class="debug-refused" role="alert">{ &*refused }</span> }
    </> }
}
