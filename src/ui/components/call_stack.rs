//! The call stack, including inlined calls; one of the calls is selected.

use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, SourcesContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::debug::arguments;
use crate::ui::selectors::frames::{Group, folded, grouped};
use crate::ui::selectors::names;
use crate::ui::selectors::numbers;
use crate::ui::selectors::sources::{FrameCall, calls, file_line};

#[component]
pub fn CallStack() -> Html {
    let debug = use_slice::<DebugContext>();
    let sources = use_slice::<SourcesContext>();
    let debugger = use_slice::<Debugger>();
    let Some(view) = debug.view() else { return html! {} };
    let hidden = u64::from(view.depth).saturating_sub(view.frames.len() as u64);
    let more = {
        let debugger = debugger.clone();
        Callback::from(move |_: MouseEvent| debugger.show_more_frames())
    };
    let line = |call: FrameCall<'_>| {
        let debugger = debugger.clone();
        let FrameCall { frame: index, level, .. } = call;
        let frame = &view.frames[index];
        let function = names::function(call.function);
        let select = Callback::from(move |_: MouseEvent| debugger.select_call(index, level));
        let at = match (call.source, frame.place) {
            (Some(place), _) => file_line(place, &sources.files),
            (None, Some(place)) => format!("line {}", place.line),
            (None, None) => format!("at {:#x}", frame.offset),
        };
        let current = (index, level) == (debug.frame, debug.level);
        let arguments = if call.is_inlined { String::new() } else { arguments(frame, debug.base) };
        let inlined = if call.is_inlined { ", inlined by the compiler" } else { "" };
        html! {
            <li key={format!("{index} {level}")}>
                <button type="button" class="frame" aria-current={current.then_some("true")} onclick={select}
                    title={format!("{function}{arguments}{inlined}, {at}: {}", frame.instruction)}>
                    <span class="frame-name">{ function.clone() }<span class="frame-arguments">{ arguments.clone() }</span></span>
                    if call.is_inlined {
                        <span class="visually-hidden">{ ", " }</span>
                        <span class="frame-inlined">{ "inlined" }</span>
                    }
                    <span class="visually-hidden">{ ", " }</span>
                    <span class="frame-place">{ at }</span>
                </button>
            </li>
        }
    };
    let all: Vec<FrameCall<'_>> = calls(view).collect();
    let groups = grouped(all.iter().map(|call| (call.function, call.source)));
    let is_selected = |call: &FrameCall<'_>| (call.frame, call.level) == (debug.frame, debug.level);
    let group = |group: Group| match group {
        Group::Own(index) => line(all[index].clone()),
        Group::Library(indices) => html! {
            <li key={format!("library {}", indices[0])}>
                <details class="frames-folded" open={indices.iter().any(|index| is_selected(&all[*index]))}>
                    <summary>{ folded(indices.len()) }</summary>
                    <ol>{ for indices.into_iter().map(|index| line(all[index].clone())) }</ol>
                </details>
            </li>
        },
    };
    html! {
        <section class="inspector-part" aria-label="Call stack">
            <div class="part-head">
                <h3>{ "Call stack" }</h3>
                if view.depth > 1 {
                    <span class="panel-note" title="Most recent call first. A parameter that the function has set since has its value now, and the argument that it was called with, if that is known.">
                        { format!("{} calls", numbers::grouped(view.depth.into())) }
                    </span>
                }
            </div>
            if view.frames.is_empty() {
                <p class="part-empty">{ "No active call" }</p>
            } else {
                <ol class="frames">
                    { for groups.into_iter().map(group) }
                    // At the end of the list, where the next ones will be.
                    if hidden > 0 {
                        <li key="more" class="frames-more">
                            { format!("and {} below ", numbers::grouped(hidden)) }
                            <button type="button" class="button" onclick={more}>{ "Show more calls" }</button>
                        </li>
                    }
                </ol>
            }
        </section>
    }
}
