//! A button that copies a text and says whether it worked.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::ui::platform::clipboard;

/// How long the result is shown.
const ANSWER_MS: u32 = 2000;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// The button's label.
    pub label: AttrValue,
    /// Whether the label is visible, and gives way to the answer.
    #[prop_or_default]
    pub worded: bool,
    /// Produces the text on demand.
    pub text: Callback<(), String>,
}

#[component]
pub fn CopyButton(props: &Props) -> Html {
    let copied = use_state_eq(|| None::<bool>);
    {
        let setter = copied.setter();
        use_effect_with(*copied, move |copied| {
            let timeout = copied.map(|_| Timeout::new(ANSWER_MS, move || setter.set(None)));
            move || drop(timeout)
        });
    }
    let onclick = {
        let (setter, text) = (copied.setter(), props.text.clone());
        Callback::from(move |_: MouseEvent| {
            let (setter, text) = (setter.clone(), text.emit(()));
            spawn_local(async move { setter.set(Some(clipboard::copy(&text).await)) });
        })
    };
    let (picture, answer) = match *copied {
        None => (Picture::Copy, ""),
        Some(true) => (Picture::Done, "Copied"),
        Some(false) => (Picture::Error, "The browser does not allow copying"),
    };
    if props.worded {
        let shown = if answer.is_empty() { props.label.clone() } else { answer.into() };
        return html! {
            <>
                <button type="button" class="button copy-button" {onclick}><Icon {picture} /><span>{ shown }</span></button>
                <span class="visually-hidden" aria-live="polite">{ answer }</span>
            </>
        };
    }
    html! {
        <>
            <button type="button" class="quiet-button" title={props.label.clone()} aria-label={props.label.clone()} {onclick}>
                <Icon {picture} />
            </button>
            <span class="visually-hidden" aria-live="polite">{ answer }</span>
        </>
    }
}
