//! The selected bytes in every interpretation.

use yew::prelude::*;

use super::editable_text::EditableText;
use crate::protocol::ByteForm;
use crate::ui::selectors::bytes::{hex_text, interpret, utf8_text};
use crate::ui::selectors::memory::{Selection, hex_address};
use crate::ui::state::memory::HexWindow;

/// The length of the longest number, in bytes.
const LONGEST_NUMBER: u64 = 8;
/// How many bytes are shown as text; a longer selection ends with an ellipsis.
const LONGEST_TEXT: u64 = 256;
/// How many bytes are offered for editing one by one.
const LONGEST_BYTES: u64 = 16;

/// A value that the user typed, to be written into memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub address: u64,
    pub form: ByteForm,
    pub text: String,
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub size: u64,
    pub window: HexWindow,
    pub selection: Selection,
    /// Actions on the selection.
    #[prop_or_default]
    pub children: Html,
    /// Scrolls to the selection if it is out of view.
    pub on_show: Callback<()>,
    /// Receives what the user typed; `None` if nothing can be changed.
    #[prop_or_default]
    pub on_write: Option<Callback<Written>>,
    /// Incremented with each request to edit the bytes, with the digit that was typed in the grid.
    #[prop_or_default]
    pub request: (u32, Option<char>),
    /// Editing has ended; whether something was written.
    #[prop_or_default]
    pub on_left: Callback<bool>,
}

#[component]
pub fn ByteInspector(props: &Props) -> Html {
    if props.size == 0 {
        return Html::default();
    }
    let start = props.selection.start().min(props.size - 1);
    let length = props.selection.length().min(props.size - start);
    // Not shown in part: what is missing would look as if the memory ended there.
    let shown_length = length.clamp(LONGEST_NUMBER, LONGEST_TEXT).min(props.size - start);
    let in_view = props.window.covers(start, shown_length);
    let loaded = |length: u64| if in_view { props.window.slice(start, length as usize) } else { &[] };
    let bytes = loaded(LONGEST_NUMBER);
    let place = if length == 1 {
        format!("{} ({start})", hex_address(start, props.size))
    } else {
        format!("{length} bytes from {} ({start})", hex_address(start, props.size))
    };
    let show = props.on_show.reform(|_: MouseEvent| ());
    let editable = |name: AttrValue, form: ByteForm, text: String| match &props.on_write {
        Some(on_write) => {
            let title = format!("{name} at {}, from the first selected byte on", hex_address(start, props.size));
            let on_change = on_write.reform(move |text| Written { address: start, form, text });
            let (request, on_left) = match form {
                ByteForm::Bytes => (props.request, Some(props.on_left.clone())),
                _ => ((0, None), None),
            };
            html! { <EditableText {name} {text} {title} {on_change} {request} {on_left} /> }
        }
        None => text.into(),
    };
    let rows = interpret(bytes).into_iter().map(|line| {
        let unsigned = line.unsigned.filter(|unsigned| line.value.as_ref() != Some(unsigned));
        let value = match line.value {
            Some(value) => editable(line.ty.into(), line.form, value),
            // Keeps the height of the line.
            None if !in_view => "\u{a0}".into(),
            None => "—".into(),
        };
        html! {
            <div class="byte-value">
                <dt>{ line.ty }</dt>
                <dd>{ value }</dd>
                if let Some(unsigned) = unsigned {
                    <dd class="byte-unsigned" title="Unsigned">{ unsigned }<span class="visually-hidden">{ " unsigned" }</span></dd>
                }
            </div>
        }
    });
    let text = utf8_text(loaded(length.min(LONGEST_TEXT)));
    let text = match length > LONGEST_TEXT {
        _ if !in_view => "\u{a0}".into(),
        true => format!("{text}…").into(),
        false => editable("UTF-8".into(), ByteForm::Utf8, text),
    };
    let digits = hex_text(loaded(length.min(LONGEST_BYTES)));
    let digits = match length <= LONGEST_BYTES {
        _ if !in_view => "\u{a0}".into(),
        true => editable("bytes".into(), ByteForm::Bytes, digits),
        false => format!("{digits} …").into(),
    };
    html! {
        <div class="byte-inspector" role="group" aria-label="Selected bytes">
            <p class="byte-place" aria-live="polite">
                { place }
                // The height is the same in both cases, so that the bytes above do not move.
                if in_view {
                    <span class="byte-order">{ "little-endian" }</span>
                } else {
                    <button type="button" class="link-button byte-order" onclick={show}>{ "Show it" }</button>
                }
                { props.children.clone() }
            </p>
            if props.on_write.is_some() {
                <p class="byte-text"><span class="byte-text-label">{ "bytes" }</span>
                    <code>{ digits }</code>
                </p>
            }
            <p class="byte-text"><span class="byte-text-label">{ "UTF-8" }</span><code>{ text }</code></p>
            <dl class="byte-values">{ for rows }</dl>
        </div>
    }
}
