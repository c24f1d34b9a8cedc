//! The console's search bar: the query, the selected match, and buttons to the next and previous ones.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::selectors::console::MOST_MARKS;
use crate::ui::selectors::numbers;

/// What the user wants to do.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchAction {
    /// Change the query.
    For(AttrValue),
    /// Go to the next or the previous match.
    Go {
        forwards: bool,
    },
    Close,
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub query: AttrValue,
    /// The index of the selected match.
    pub number: usize,
    /// The number of matches.
    pub count: usize,
    pub on_action: Callback<SearchAction>,
}

#[component]
pub fn ConsoleSearch(props: &Props) -> Html {
    let input = use_node_ref();
    {
        let input = input.clone();
        use_effect_with((), move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        });
    }
    let oninput = props.on_action.reform(|event: InputEvent| {
        SearchAction::For(event.target_unchecked_into::<HtmlInputElement>().value().into())
    });
    let onkeydown = {
        let on_action = props.on_action.clone();
        Callback::from(move |event: KeyboardEvent| {
            let action = match event.key().as_str() {
                "Escape" => SearchAction::Close,
                // With Control, Enter runs the program.
                "Enter" if !event.ctrl_key() && !event.meta_key() => SearchAction::Go { forwards: !event.shift_key() },
                _ => return,
            };
            event.prevent_default();
            on_action.emit(action);
        })
    };
    let description = match props.count {
        _ if props.query.is_empty() => String::new(),
        0 => "No matches".to_owned(),
        count => format!("{} of {}", numbers::grouped(props.number as u64 + 1), numbers::grouped(count as u64)),
    };
    let title = (props.count > MOST_MARKS)
        .then(|| format!("The nearest {} are highlighted", numbers::grouped(MOST_MARKS as u64)));
    let go = |name: &'static str, keys: &'static str, sign: &'static str, forwards: bool| {
        let onclick = props.on_action.reform(move |_: MouseEvent| SearchAction::Go { forwards });
        html! {
            <button type="button" class="quiet-button" aria-label={name} title={format!("{name} ({keys})")}
                disabled={props.count == 0} {onclick}><span aria-hidden="true">{ sign }</span></button>
        }
    };
    html! {
        <div class="console-search" role="search">
            <input ref={input} type="search" aria-label="Search the console" placeholder="Search" value={props.query.clone()} {oninput} {onkeydown} />
            { go("Previous match", "Shift+Enter", "↑", false) }
            { go("Next match", "Enter", "↓", true) }
            <span aria-live="polite" {title}>{ description }</span>
        </div>
    }
}
