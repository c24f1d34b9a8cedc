//! The console: the program's output, and its input.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::console_block::{ConsoleBlock, Spans};
use super::console_search::{ConsoleSearch, SearchAction};
use super::copy_button::CopyButton;
use super::icon::{Icon, Picture};
use super::run_result::{RunCounters, RunResult};
use super::status::Status;
use super::stdin_line::StdinLine;
use crate::ui::hooks::reducers::{CheckContext, ConsoleContext, DebugContext, RunContext, use_slice};
use crate::ui::platform::dom;
use crate::ui::selectors::console::{Found, find, next_match, plain_text};
use crate::ui::selectors::entry::can_read_input;
use crate::ui::selectors::numbers;
use crate::ui::state::console::{CAPACITY, ConsoleAction, MOST_LINES, MOST_SPANS};
use crate::ui::state::run::Phase;

/// How close to the end still counts as the end, in CSS pixels.
const NEAR_END: f64 = 24.0;
/// The space above a result's headline, in CSS pixels.
const ABOVE_HEADLINE: i32 = 8;

#[component]
pub fn ConsolePanel() -> Html {
    let console = use_slice::<ConsoleContext>();
    let query = use_state_eq(|| None::<AttrValue>);
    let current = use_state_eq(|| 0_usize);
    let found = use_memo((console.clone(), (*query).clone()), |(console, query)| {
        Rc::new(find(console, query.as_deref().unwrap_or_default()))
    });
    let text = {
        let console = console.clone();
        Callback::from(move |()| plain_text(&console.clone()))
    };
    let clear = {
        let console = console.dispatcher();
        Callback::from(move |_: MouseEvent| console.dispatch(ConsoleAction::Clear))
    };
    let search = {
        let query = query.clone();
        Callback::from(move |_: MouseEvent| query.set(if query.is_some() { None } else { Some("".into()) }))
    };
    // There may be fewer matches by now.
    let number = (*current).min(found.count().saturating_sub(1));
    let on_search = {
        let (query, current, count) = (query.clone(), current.clone(), found.count());
        Callback::from(move |action| match action {
            SearchAction::For(text) => {
                query.set(Some(text));
                current.set(0);
            }
            SearchAction::Go { forwards } => current.set(next_match(number, count, forwards)),
            SearchAction::Close => {
                query.set(None);
                dom::focus("console-output");
            }
        })
    };
    html! {
        <section class="console" aria-label="Console" data-at-once="true">
            <div class="panel-head">
                <h2>{ "Console" }</h2>
                <Status />
                <div class="panel-tools">
                    <button type="button" class="quiet-button" aria-label="Search the console" title="Search the console"
                        aria-expanded={query.is_some().to_string()} onclick={search}><Icon picture={Picture::Search} /></button>
                    <CopyButton label="Copy the console" {text} />
                    <button type="button" class="quiet-button" aria-label="Clear the console" title="Clear the console"
                        onclick={clear}><Icon picture={Picture::Clear} /></button>
                </div>
            </div>
            if let Some(query_text) = (*query).clone() {
                <ConsoleSearch query={query_text} {number} count={found.count()} on_action={on_search} />
            }
            <Output found={(*found).clone()} query={(*query).clone()} {number} />
            <RunCounters />
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct OutputProps {
    found: Rc<Found>,
    query: Option<AttrValue>,
    /// The selected match.
    number: usize,
}

/// The text. It follows the output as long as its end is in view.
#[component]
fn Output(props: &OutputProps) -> Html {
    let console = use_slice::<ConsoleContext>();
    let debug = use_slice::<DebugContext>();
    let run = use_slice::<RunContext>();
    let view = use_node_ref();
    let at_end = use_memo((), |()| Cell::new(true));
    let onscroll = {
        let (view, at_end) = (view.clone(), at_end.clone());
        Callback::from(move |_: Event| {
            if let Some(view) = view.cast::<Element>() {
                let below = view.scroll_height() - view.scroll_top() - view.client_height();
                at_end.set(f64::from(below) <= NEAR_END);
            }
        })
    };
    {
        let (view, at_end) = (view.clone(), at_end.clone());
        let follow = at_end.clone();
        use_effect_with(run.run, move |_| follow.set(true));
        let announced = (console.clone(), run.phase.clone(), run.backtrace.is_some());
        use_effect_with(announced, move |_| {
            if let Some(view) = view.cast::<Element>().filter(|_| at_end.get()) {
                view.set_scroll_top(end_of(&view));
            }
        });
    }
    {
        // Output in the meantime must not scroll the user back to it.
        let view = view.clone();
        use_effect_with((props.query.clone(), props.number), move |_| {
            let view = view.cast::<Element>();
            let there = view.and_then(|view| view.query_selector("mark[data-current]").ok().flatten());
            if let Some(there) = there {
                dom::bring_into_view(&there);
            }
        });
    }
    let found = &props.found;
    let in_block = |index: usize| found.marked(props.number, index);
    let reads = use_slice::<CheckContext>().module().is_none_or(can_read_input);
    let active = run.is_active() && run.phase != Phase::Starting && !run.input_ended && reads;
    html! {
        <div class="console-output" id="console-output" ref={view} {onscroll} tabindex="0" role="log" aria-label="Output" aria-live="off">
            if console.dropped > 0 {
                <p class="console-dropped">
                    { dropped(console.dropped) }
                </p>
            }
            if console.is_empty() && run.phase == Phase::Idle {
                <p class="console-hint">{ "Press " }<strong>{ "Run" }</strong>{ ": the program's output appears here, and you can type its input here." }</p>
            }
            { for console.blocks.iter().enumerate().map(|(index, block)| html! {
                <ConsoleBlock key={block.key} block={block.clone()} found={in_block(index)} current={found.part(props.number, index)} />
            }) }
            <div class="console-tail">
                <span class="console-tail-text"><Spans spans={console.tail.clone()} found={in_block(console.blocks.len())} current={found.part(props.number, console.blocks.len())} /></span>
                if active && !debug.is_over() { <StdinLine /> }
            </div>
            <RunResult />
        </div>
    }
}

/// The scroll position of the end; if a result is longer than the view, its headline stays visible.
fn end_of(view: &Element) -> i32 {
    let end = view.scroll_height() - view.client_height();
    let result = view.query_selector(".run-result").ok().flatten();
    let headline = result.and_then(|result| result.dyn_into::<HtmlElement>().ok()).map(|result| result.offset_top());
    headline.map_or(end, |top| end.min(top - ABOVE_HEADLINE))
}

/// Explains what is missing at the beginning, and why.
fn dropped(bytes: u64) -> String {
    format!(
        "{} are not shown: the console keeps the last {} of a run, {} lines, and {} changes of colour or between text and other bytes.",
        numbers::count(bytes, "byte", "bytes"),
        numbers::bytes(CAPACITY as u64),
        numbers::grouped(MOST_LINES as u64),
        numbers::grouped(MOST_SPANS as u64),
    )
}
