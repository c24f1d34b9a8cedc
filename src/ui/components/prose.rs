//! Text with `` `code` `` rendered as code.

use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub text: AttrValue,
}

#[component]
pub fn Prose(props: &Props) -> Html {
    // The odd pieces are between backticks; an unpaired backtick is shown as it is.
    let pieces: Vec<&str> = props.text.split('`').collect();
    let last = pieces.len() - 1;
    let piece = |(index, piece): (usize, &&str)| match index % 2 {
        0 => Html::from((*piece).to_owned()),
        _ if index == last => Html::from(format!("`{piece}")),
        _ => html! { <code>{ *piece }</code> },
    };
    pieces.iter().enumerate().map(piece).collect()
}
