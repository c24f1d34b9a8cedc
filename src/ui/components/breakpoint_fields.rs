//! The options of a breakpoint: its condition, hit count and log message.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::protocol::BreakpointOptions;
use crate::ui::selectors::breakpoint_form::{CONDITION_EXAMPLE, LOG_MESSAGE_EXAMPLE};

/// How names are written in conditions, messages and watch expressions.
pub const NAMES: &str = "A local or global by its name: $n; local.n and global.n tell them apart. Any name works between quotes: local.\"my name\". \
                         A hyphen within a name belongs to it, as in $my-i; write spaces around a minus.";

#[derive(PartialEq, Properties)]
pub struct Props {
    /// Which breakpoint it is, such as `breakpoint of line 4`.
    pub of: String,
    pub options: BreakpointOptions,
    pub on_change: Callback<BreakpointOptions>,
}

#[component]
pub fn BreakpointFields(props: &Props) -> Html {
    let BreakpointOptions { condition, hit_count, log_message } = props.options.clone();
    let edit = |change: fn(&mut BreakpointOptions, String)| {
        let (options, on_change) = (props.options.clone(), props.on_change.clone());
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let mut options = options.clone();
            change(&mut options, input.value().trim().to_owned());
            on_change.emit(options);
        })
    };
    let field = |name: &str, hint: &'static str, class: &'static str, value: String, onchange: Callback<Event>| {
        html! {
            <label class={classes!("breakpoint-field", class)}>
                <span>{ name }</span>
                <input class="text-box" type="text" autocomplete="off" autocapitalize="off" spellcheck="false"
                    aria-label={format!("{name}: {}", props.of)} title={(class == "wide").then_some(NAMES)} placeholder={hint} {value} {onchange} />
            </label>
        }
    };
    let hit_count = if hit_count > 1 { hit_count.to_string() } else { String::new() };
    html! {
        <>
            { field("Condition", CONDITION_EXAMPLE, "wide", condition.unwrap_or_default(),
                edit(|options, text| options.condition = Some(text).filter(|text| !text.is_empty()))) }
            { field("Hit count", "1", "narrow", hit_count, edit(|options, text| options.hit_count = text.parse().unwrap_or(0))) }
            { field("Log message", LOG_MESSAGE_EXAMPLE, "wide", log_message.unwrap_or_default(),
                edit(|options, text| options.log_message = Some(text).filter(|text| !text.is_empty()))) }
        </>
    }
}
