//! Shows requests that wait for a part of the page, or of the interpreter, that has not been fetched yet.

use gloo_events::EventListener;
use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::rest;
use crate::ui::hooks::reducers::{WorkerContext, use_slice};
use crate::ui::hooks::use_engine::Engine;
use crate::ui::platform::dom;
use crate::ui::state::worker::{Missing, WorkerAction};

/// A request that waits.
#[derive(Clone, PartialEq)]
struct PendingPart {
    /// What it waits for.
    part: &'static str,
    /// Why that could not be fetched; `None` while it is being fetched.
    failure: Option<AttrValue>,
}

#[component]
pub fn RestBanner() -> Html {
    let page = use_state_eq(page_waits);
    {
        let page = page.setter();
        use_effect_with((), move |()| {
            let listener = EventListener::new(&dom::window(), "rest", move |_| page.set(page_waits()));
            move || drop(listener)
        });
    }
    let worker = use_slice::<WorkerContext>();
    let engine = use_slice::<Engine>();
    let interpreter = worker.missing.as_ref().map(|missing| PendingPart {
        part: "A part of the interpreter",
        failure: match missing {
            Missing::Failed(reason) => Some(reason.clone().into()),
            Missing::Retrying => None,
        },
    });
    let retry_page = Callback::from(|_: MouseEvent| rest::retry());
    let dismiss_page = Callback::from(|_: MouseEvent| rest::dismiss());
    let retry_interpreter = Callback::from(move |_: MouseEvent| engine.fetch_rest());
    let dismiss_interpreter = {
        let worker = worker.dispatcher();
        Callback::from(move |_: MouseEvent| worker.dispatch(WorkerAction::PartDone))
    };
    html! {
        <div class="fault-banner" role="alert" data-at-once="true">
            if let Some(waits) = &*page { { banner(waits, retry_page, dismiss_page) } }
            if let Some(waits) = &interpreter { { banner(waits, retry_interpreter, dismiss_interpreter) } }
        </div>
    }
}

fn page_waits() -> Option<PendingPart> {
    rest::is_asked_for()
        .then(|| PendingPart { part: "A part of Wasmoscope", failure: rest::failure().map(AttrValue::from) })
}

fn banner(waits: &PendingPart, retry: Callback<MouseEvent>, dismiss: Callback<MouseEvent>) -> Html {
    let part = waits.part;
    let Some(reason) = &waits.failure else {
        return html! { <div class="fault-banner-body rest-coming"><p>{ format!("{part} is loading …") }</p></div> };
    };
    // If the site was updated while the page was open, the old page's files are gone for good.
    let advice = if reason.contains("answered") {
        "If this site was updated, reload the page."
    } else {
        "Check the connection."
    };
    html! {
        <div class="fault-banner-body">
            <Icon picture={Picture::Warning} />
            <p>{ format!("{part} could not be fetched: {reason}. {advice} Run and your text and files are not affected.") }</p>
            <button type="button" class="button" onclick={retry}>{ "Try again" }</button>
            <button type="button" class="quiet-button" onclick={dismiss}>{ "Dismiss" }</button>
        </div>
    }
}
