//! Some lines of output. Drawn once: a block that is full never changes.

use std::ops::Range;
use std::rc::Rc;

use yew::prelude::*;

use crate::ui::selectors::console::pieces;
use crate::ui::selectors::terminal::Style;
use crate::ui::state::console::{Block, Origin, Span};

#[derive(Properties)]
pub struct Props {
    pub block: Rc<Block>,
    /// The search matches in its text.
    pub found: Rc<[Range<usize>]>,
    /// The part of the selected match in its text.
    pub current: Option<Range<usize>>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.block, &other.block) && self.found == other.found && self.current == other.current
    }
}

#[component]
pub fn ConsoleBlock(props: &Props) -> Html {
    html! { <div class="console-block"><Spans spans={props.block.spans.clone()} found={props.found.clone()} current={props.current.clone()} /></div> }
}

#[derive(PartialEq, Properties)]
pub struct SpansProps {
    pub spans: Vec<Span>,
    pub found: Rc<[Range<usize>]>,
    pub current: Option<Range<usize>>,
}

/// The text as printed: attributes carry its origin and colours for CSS.
#[component]
pub fn Spans(props: &SpansProps) -> Html {
    let mut start = 0;
    let drawn = props.spans.iter().map(|span| {
        let html = draw(span, start, &props.found, props.current.as_ref());
        start += span.text.len();
        html
    });
    drawn.collect()
}

fn draw(span: &Span, start: usize, found: &[Range<usize>], current: Option<&Range<usize>>) -> Html {
    let text = marked(&span.text, start, found, current);
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

fn marked(text: &str, start: usize, found: &[Range<usize>], current: Option<&Range<usize>>) -> Html {
    let mut at = start;
    let draw = |(piece, is_match): (&str, bool)| {
        let is_current = current.is_some_and(|current| current.contains(&at));
        at += piece.len();
        let piece = Html::from(piece.to_owned());
        if is_match {
            html! { <mark data-current={is_current.then_some("true")}>{ piece }</mark> }
        } else {
            piece
        }
    };
    pieces(text, start, found).into_iter().map(draw).collect()
}
