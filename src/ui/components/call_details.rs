//! The selected call, with every argument by name.

use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::TraceCall;
use crate::ui::selectors::calls::When;
use crate::ui::selectors::numbers;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub call: Rc<TraceCall>,
    /// The debugger's current step, if it runs the program that made the call.
    pub now: Option<u64>,
    pub on_jump: Callback<u64>,
}

#[component]
pub fn CallDetails(props: &Props) -> Html {
    let call = &props.call;
    let waited = call.waited_ms.map(|waited| format!(", waited {}", numbers::milliseconds(waited))).unwrap_or_default();
    let place = match props.now {
        Some(_) => format!("at step {}", numbers::grouped(call.fuel)),
        None => format!(
            "after {} and {}",
            numbers::milliseconds(call.at_ms),
            numbers::count(call.fuel, "instruction", "instructions")
        ),
    };
    let when = props.now.map(|now| When::of(call.fuel, now));
    let step = call.fuel;
    let jump = props.on_jump.reform(move |_: MouseEvent| step);
    html! {
        <section class="syscall-details" aria-label="Chosen call" aria-live="polite" tabindex="0">
            <p class="syscall-place">
                <strong>{ &call.function }</strong>
                <span>{ format!("call {}, {place}{waited}", numbers::grouped(call.number)) }</span>
                if when == Some(When::Next) { <span>{ "about to be made at the current step" }</span> }
                if when == Some(When::Later) { <span>{ "later than the current step" }</span> }
            </p>
            if when.is_some_and(|when| when != When::Next) {
                <button type="button" class="button syscall-jump" onclick={jump}>{ "Go to this call" }</button>
            }
            <dl>
                { for call.arguments.iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }
                <dt class="syscall-answer">{ "answer" }</dt>
                <dd>
                    <span class="syscall-outcome" data-failed={call.failed.to_string()}>{ &call.outcome }</span>
                    if !call.results.is_empty() { { " " }{ &call.results } }
                </dd>
            </dl>
        </section>
    }
}
