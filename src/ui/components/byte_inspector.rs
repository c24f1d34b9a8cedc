//! What the selected bytes mean.

use yew::prelude::*;

use crate::ui::selectors::memory::{Selection, hex_address, interpret, utf8_text};
use crate::ui::state::memory::HexWindow;

/// How many bytes are read as text; a longer selection says that it goes on.
const LONGEST_TEXT: u64 = 256;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub size: u64,
    pub window: HexWindow,
    pub selection: Selection,
    /// Shows the selection, when it is out of sight.
    pub on_show: Callback<()>,
}

#[component]
pub fn ByteInspector(props: &Props) -> Html {
    if props.size == 0 {
        return Html::default();
    }
    let start = props.selection.start().min(props.size - 1);
    let length = props.selection.length().min(props.size - start);
    let bytes = props.window.slice(start, 8);
    let place = if length == 1 {
        format!("{} ({start})", hex_address(start, props.size))
    } else {
        format!("{length} bytes from {} ({start})", hex_address(start, props.size))
    };
    let show = props.on_show.reform(|_: MouseEvent| ());
    let in_view = !bytes.is_empty();
    let rows = interpret(bytes).into_iter().map(|line| {
        let value = line.value.unwrap_or_else(|| "—".to_owned());
        let unsigned = line.unsigned.filter(|unsigned| *unsigned != value);
        html! {
            <tr>
                <th scope="row">{ line.ty }</th>
                <td>{ value }</td>
                <td class="byte-unsigned">{ unsigned.unwrap_or_default() }</td>
            </tr>
        }
    });
    let text = utf8_text(props.window.slice(start, length.min(LONGEST_TEXT) as usize));
    let goes_on = length > LONGEST_TEXT;
    html! {
        <div class="byte-inspector" role="group" aria-label="Selected bytes">
            <p class="byte-place" aria-live="polite">
                { place }
                // The same height in both cases, or the bytes above would move.
                if in_view {
                    <span class="byte-order">{ "little-endian" }</span>
                } else {
                    <button type="button" class="link-button byte-order" onclick={show}>{ "Show it" }</button>
                }
            </p>
            <table class="byte-values">
                <thead class="visually-hidden">
                    <tr><th scope="col">{ "Type" }</th><th scope="col">{ "Value" }</th><th scope="col">{ "Unsigned" }</th></tr>
                </thead>
                <tbody>{ for rows }</tbody>
            </table>
            <p class="byte-text"><span class="byte-text-label">{ "UTF-8" }</span>
                <code>{ text }{ if goes_on { "…" } else { "" } }</code>
            </p>
        </div>
    }
}
