//! The chosen call, with every argument by its name.

use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::Call;
use crate::ui::selectors::numbers;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub call: Rc<Call>,
}

#[component]
pub fn CallDetails(props: &Props) -> Html {
    let call = &props.call;
    let waited = call.waited_ms.map(|waited| format!(", waited {}", numbers::milliseconds(waited))).unwrap_or_default();
    html! {
        <section class="syscall-details" aria-label="Chosen call" aria-live="polite">
            <p class="syscall-place">
                <strong>{ &call.function }</strong>
                <span>{ format!(
                    "call {}, after {} and {}{waited}",
                    numbers::grouped(call.number),
                    numbers::milliseconds(call.at_ms),
                    numbers::count(call.fuel, "instruction", "instructions"),
                ) }</span>
            </p>
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
