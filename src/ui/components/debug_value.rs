//! A value of the debugged program in the chosen base; if it can be changed, clicking it turns it into a text field.

use yew::prelude::*;

use super::editable_text::EditableText;
use crate::protocol::Value;
use crate::ui::hooks::use_memory::use_show_address;
use crate::ui::selectors::debug::written;
use crate::ui::state::debug::Base;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// The name of the value, such as `$n`.
    pub name: AttrValue,
    pub value: Value,
    pub base: Base,
    /// The address it holds, if the program uses it as one.
    #[prop_or_default]
    pub address: Option<u64>,
    /// Receives what the user typed; `None` if the value cannot be changed.
    pub on_change: Option<Callback<String>>,
}

#[component]
pub fn DebugValue(props: &Props) -> Html {
    let show_address = use_show_address();
    let text = written(&props.value, props.base);
    let title = format!(
        "{} {}{}{}",
        props.value.ty,
        props.value.text,
        props.value.unsigned.as_ref().map(|text| format!(" · unsigned {text}")).unwrap_or_default(),
        props.value.hex.as_ref().map(|text| format!(" · {text}")).unwrap_or_default()
    );
    let pointer = props.address.map(|address| {
        let show = show_address.clone();
        let onclick = Callback::from(move |_: MouseEvent| show.emit(address));
        html! {
            <button type="button" class="pointer" aria-label={format!("Show {address:#x} in Memory")} title={format!("Show {address:#x} in Memory")} {onclick}>{ "↦" }</button>
        }
    });
    html! {
        <span class="value-cell">
            if let Some(on_change) = &props.on_change {
                <EditableText name={props.name.clone()} {text} {title} {on_change} />
            } else {
                <span class="debug-value" {title}>{ text }</span>
            }
            { for pointer }
        </span>
    }
}
