//! The calls that are under way; one of them is looked at.

use yew::prelude::*;

use crate::protocol::DebugFrame;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::numbers;

#[component]
pub fn CallStack() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let Some(view) = debug.view() else { return html! {} };
    let hidden = u64::from(view.depth).saturating_sub(view.frames.len() as u64);
    let line = |(index, frame): (usize, &DebugFrame)| {
        let debugger = debugger.clone();
        let select = Callback::from(move |_: MouseEvent| debugger.select_frame(index));
        let at = frame.place.map_or_else(|| format!("at {:#x}", frame.offset), |place| format!("line {}", place.line));
        let current = index == debug.frame;
        html! {
            <li key={index}>
                <button type="button" class="frame" aria-current={current.then_some("true")} onclick={select}
                    title={format!("{}, {at}: {}", frame.function, frame.instruction)}>
                    <span class="frame-name">{ &frame.function }</span>
                    <span class="frame-place">{ at }</span>
                </button>
            </li>
        }
    };
    html! {
        <section class="inspector-part" aria-label="Call stack">
            <div class="part-head">
                <h3>{ "Call stack" }</h3>
                if view.depth > 1 { <span class="panel-note">{ format!("{} calls", numbers::grouped(view.depth.into())) }</span> }
            </div>
            if view.frames.is_empty() {
                <p class="part-empty">{ "Nothing is being called" }</p>
            } else {
                <ol class="frames">{ for view.frames.iter().enumerate().map(line) }</ol>
                if hidden > 0 { <p class="part-empty">{ format!("and {} below", numbers::grouped(hidden)) }</p> }
            }
        </section>
    }
}
