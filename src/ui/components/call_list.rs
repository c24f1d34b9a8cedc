//! The list of calls, one per row: it can have any length, and only the visible rows are drawn.

use yew::prelude::*;

use super::virtual_list::{use_measures, use_mover};
use crate::ui::selectors::calls::{CallRow, When, arguments, geometry, label, on_key, rows, time, window};
use crate::ui::selectors::numbers;
use crate::ui::state::calls::{CallsAction, CallsState};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub state: CallsState,
    pub on_action: Callback<CallsAction>,
    /// The debugger's current step, if these are the calls of the program that it runs.
    pub now: Option<u64>,
    /// Makes the debugger jump to a step.
    pub on_jump: Callback<u64>,
}

#[component]
pub fn CallList(props: &Props) -> Html {
    let Props { state, on_action, now, on_jump } = props;
    let now = *now;
    let scroller = use_node_ref();
    let measures = use_measures(&scroller);
    let geometry = geometry(state.passing(), measures.row_height, measures.viewport);
    let top = use_state_eq(|| 0.0_f64);
    let mover = use_mover(&scroller, &geometry, &top);
    let last_top = geometry.last_top() as f64;
    let shown_top = if state.follow { last_top } else { top.min(last_top) };
    {
        let mover = mover.clone();
        use_effect_with((state.follow, geometry), move |(follow, _)| {
            if *follow {
                mover.go(last_top);
            }
        });
    }
    // The selected call stays in view when the list gets smaller.
    {
        let (mover, follow) = (mover.clone(), state.follow);
        use_effect_with((state.cursor, geometry.viewport), move |(cursor, _)| {
            if let Some(cursor) = cursor.filter(|_| !follow) {
                mover.go(geometry.reveal(mover.top(), cursor));
            }
        });
    }
    {
        let on_action = on_action.clone();
        use_effect_with(window(&geometry, shown_top), move |(first, count)| {
            on_action.emit(CallsAction::Window { first: *first, count: *count });
        });
    }
    let onscroll = {
        let (mover, on_action) = (mover.clone(), on_action.clone());
        Callback::from(move |_: Event| {
            if mover.scrolled() {
                on_action.emit(CallsAction::Follow(mover.top() + 0.5 >= last_top));
            }
        })
    };
    let onkeydown = {
        let (mover, on_action, cursor) = (mover.clone(), on_action.clone(), state.cursor);
        let (chosen, on_jump) = (state.chosen.clone().filter(|_| now.is_some()), on_jump.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.alt_key() || event.ctrl_key() || event.meta_key() {
                return;
            }
            if let Some(chosen) = chosen.as_ref().filter(|_| event.key() == "Enter") {
                event.prevent_default();
                on_jump.emit(chosen.fuel);
                return;
            }
            let Some(place) = on_key(&geometry, cursor, &event.key()) else { return };
            event.prevent_default();
            on_action.emit(CallsAction::Choose(place));
            on_action.emit(CallsAction::Follow(place + 1 == geometry.size));
            mover.go(geometry.reveal(shown_top, place));
        })
    };
    let rows = rows(state, &geometry, shown_top);
    let active = rows.iter().find(|row| row.chosen).map(|row| id(row.place));
    let size = state.passing();
    let shift = (shown_top - shown_top.floor()) * geometry.row_height;
    html! {
        <div class="syscall-list">
            <div class="syscall-head" aria-hidden="true">
                // Drawn by the style sheet, because the accessible name of the option leaves it out.
                <span class="syscall-number">{ "#" }</span>
                <span class="syscall-time" aria-hidden="true">{ "ms" }</span>
                <span class="syscall-fuel" aria-hidden="true">{ if now.is_some() { "step" } else { "instructions" } }</span>
                <span class="syscall-text">{ "call" }</span>
                <span class="syscall-answer-head">{ "answer" }</span>
            </div>
            <div class="syscall-scroller" ref={scroller} role="listbox" aria-label="Calls" tabindex="0"
                aria-activedescendant={active} {onscroll} {onkeydown}>
                <div role="presentation" style={format!("height:{}px", geometry.scroll_range() + geometry.viewport)}>
                    <div class="syscall-rows" role="presentation" style={format!("transform:translateY(-{shift}px)")}>
                        { for rows.into_iter().map(|row| {
                            let key = row.place.to_string();
                            html! { <CallLine {key} {row} {size} {on_action} {now} {on_jump} /> }
                        }) }
                    </div>
                </div>
            </div>
            <span class="row-measure" aria-hidden="true">{ "0" }</span>
        </div>
    }
}

fn id(place: u64) -> String {
    format!("call-{place}")
}

#[derive(PartialEq, Properties)]
struct RowProps {
    row: CallRow,
    /// How many rows the list has.
    size: u64,
    on_action: Callback<CallsAction>,
    now: Option<u64>,
    on_jump: Callback<u64>,
}

#[component]
fn CallLine(props: &RowProps) -> Html {
    let CallRow { place, call, chosen } = &props.row;
    let when = props.now.zip(call.as_ref()).map(|(now, call)| When::of(call.fuel, now));
    let onclick = {
        let (place, on_action, is_last) = (*place, props.on_action.clone(), place + 1 == props.size);
        let step = when.and(call.as_ref()).map(|call| call.fuel);
        let on_jump = props.on_jump.clone();
        Callback::from(move |_: MouseEvent| {
            on_action.emit(CallsAction::Choose(place));
            on_action.emit(CallsAction::Follow(is_last));
            // In a debugged program, a call is a position on the timeline.
            step.into_iter().for_each(|step| on_jump.emit(step));
        })
    };
    let contents = call.as_ref().map(|call| {
        html! {
            <>
                // Drawn by the style sheet, because the accessible name of the option leaves it out.
                <span class="syscall-number">{ numbers::grouped(call.number) }</span>{ " " }
                <span class="syscall-time" data-text={time(call)} />
                <span class="syscall-fuel" data-text={numbers::grouped(call.fuel)} />
                <span class="syscall-text">
                    <span class="syscall-function">{ &call.function }</span>
                    { "(" }<span class="syscall-arguments">{ arguments(call) }</span>{ ")" }
                </span>
                { " " }
                // A separate element, so that a long call does not hide it.
                <span class="syscall-result">
                    { "= " }<span class="syscall-outcome" data-failed={call.failed.to_string()}>{ &call.outcome }</span>
                    if !call.results.is_empty() { { " " }{ &call.results } }
                </span>
            </>
        }
    });
    html! {
        <div class="syscall-row" role="option" id={id(*place)} aria-selected={chosen.to_string()}
            aria-setsize={props.size.to_string()} aria-posinset={(place + 1).to_string()}
            data-when={when.and_then(When::word)} aria-label={call.as_ref().map(|call| label(call, when))} {onclick}>
            { contents.unwrap_or_default() }
        </div>
    }
}
