//! The one place where an internal error is shown, with a way to continue.

use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::ui::hooks::reducers::{WorkerContext, use_slice};
use crate::ui::hooks::use_engine::Engine;
use crate::ui::state::worker::WorkerAction;

#[component]
pub fn FaultBanner() -> Html {
    let worker = use_slice::<WorkerContext>();
    let engine = use_slice::<Engine>();
    let restart = {
        let (engine, worker) = (engine, worker.dispatcher());
        Callback::from(move |_: MouseEvent| {
            worker.dispatch(WorkerAction::Dismissed);
            engine.restart();
        })
    };
    let dismiss = {
        let worker = worker.dispatcher();
        Callback::from(move |_: MouseEvent| worker.dispatch(WorkerAction::Dismissed))
    };
    html! {
        <div class="fault-banner" role="alert" data-at-once="true">
            if let Some(fault) = &worker.fault {
                <div class="fault-banner-body">
                    <Icon picture={Picture::Warning} />
                    <p>{ &*fault.message }</p>
                    if !fault.recovered {
                        <button type="button" class="button" onclick={restart}>{ "Restart the interpreter" }</button>
                    }
                    <button type="button" class="quiet-button" onclick={dismiss}>{ "Dismiss" }</button>
                </div>
            }
        </div>
    }
}
