//! Some lines of output. Drawn once: a block that is full never changes.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::selectors::console::matches;
use crate::ui::selectors::terminal::Style;
use crate::ui::state::console::{Block, Origin, Span};

#[derive(Properties)]
pub struct Props {
    pub block: Rc<Block>,
    /// What is searched for; empty: nothing.
    pub query: AttrValue,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.block, &other.block) && self.query == other.query
    }
}

#[component]
pub fn ConsoleBlock(props: &Props) -> Html {
    html! { <div class="console-block"><Spans spans={props.block.spans.clone()} query={props.query.clone()} /></div> }
}

#[derive(PartialEq, Properties)]
pub struct SpansProps {
    pub spans: Vec<Span>,
    pub query: AttrValue,
}

/// Text as it was printed: who printed it and in which colours is in attributes that CSS reads.
#[component]
pub fn Spans(props: &SpansProps) -> Html {
    props.spans.iter().map(|span| draw(span, &props.query)).collect()
}

fn draw(span: &Span, query: &str) -> Html {
    let text = marked(&span.text, query);
    if span.origin == Origin::Stdout && span.style == Style::default() {
        return text;
    }
    let origin = match span.origin {
        Origin::Stdout => "stdout",
        Origin::Stderr => "stderr",
        Origin::Input => "input",
        Origin::Notice => "notice",
    };
    html! { <span data-origin={origin} class={style_classes(span.style)}>{ text }</span> }
}

fn style_classes(style: Style) -> Classes {
    let Style { foreground, background, bold, dim, italic, underline, inverse, spelled } = style;
    classes!(
        foreground.map(|colour| format!("ansi-{colour}")),
        background.map(|colour| format!("ansi-on-{colour}")),
        bold.then_some("ansi-bold"),
        dim.then_some("ansi-dim"),
        italic.then_some("ansi-italic"),
        underline.then_some("ansi-underline"),
        inverse.then_some("ansi-inverse"),
        spelled.then_some("spelled"),
    )
}

fn marked(text: &str, query: &str) -> Html {
    let found = matches(text, query);
    if found.is_empty() {
        return Html::from(text.to_owned());
    }
    let mut parts = Vec::with_capacity(2 * found.len() + 1);
    let mut at = 0;
    for range in found {
        parts.push(Html::from(text[at..range.start].to_owned()));
        at = range.end;
        parts.push(html! { <mark>{ &text[range] }</mark> });
    }
    parts.push(Html::from(text[at..].to_owned()));
    parts.into_iter().collect()
}
