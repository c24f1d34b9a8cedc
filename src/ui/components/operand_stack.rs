//! The operand stack of the selected frame, drawn with the top at the top.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::debug_value::DebugValue;
use crate::protocol::{Operand, ValueChange};
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::hooks::use_editor::EditorLink;
use crate::ui::selectors::debug::bracket;
use crate::ui::selectors::numbers;
use crate::ui::state::debug::Base;

/// The maximum number of operands drawn, from the top.
const MOST: usize = 200;

#[component]
pub fn OperandStack() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let selected = debug.selected_frame();
    let operands = selected.map_or(&[][..], |frame| &frame.operand_stack);
    let taken = |index: usize| selected.and_then(|frame| bracket(frame, index));
    let onchange = {
        let debugger = debugger.clone();
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            debugger.show_in(match select.value().as_str() {
                "unsigned" => Base::Unsigned,
                "hex" => Base::Hex,
                "binary" => Base::Binary,
                _ => Base::Signed,
            });
        })
    };
    let choice = |value: &'static str, name: &'static str, base: Base| {
        html! { <option {value} selected={debug.base == base}>{ name }</option> }
    };
    let hidden = operands.len().saturating_sub(MOST);
    let frame = debug.frame;
    html! {
        <section class="inspector-part operand-stack" aria-label="Operand stack">
            <div class="part-head">
                <h3>{ "Operand stack" }</h3>
                <select class="select base-choice" aria-label="Base of numbers" {onchange}>
                    { choice("signed", "decimal", Base::Signed) }
                    { choice("unsigned", "unsigned", Base::Unsigned) }
                    { choice("hex", "hex", Base::Hex) }
                    { choice("binary", "binary", Base::Binary) }
                </select>
            </div>
            if operands.is_empty() {
                <p class="part-empty">{ "Empty" }</p>
            } else {
                <p class="stack-end">{ "top" }</p>
                <ol class="stack" reversed=true>
                    { for operands.iter().enumerate().rev().take(MOST).map(|(index, operand)| html! {
                        <OperandLine key={index} {index} {frame} operand={operand.clone()} top={index + 1 == operands.len()} taken={taken(index)} base={debug.base} />
                    }) }
                </ol>
                if hidden > 0 { <p class="part-empty">{ format!("and {} below", numbers::grouped(hidden as u64)) }</p> }
                <p class="stack-floor" aria-hidden="true" />
                <p class="stack-end">{ "bottom" }</p>
            }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    index: usize,
    frame: usize,
    operand: Operand,
    top: bool,
    /// The part of the bracket next to it, which marks what the next instruction pops.
    taken: Option<&'static str>,
    base: Base,
}

#[component]
fn OperandLine(props: &LineProps) -> Html {
    let debugger = use_slice::<Debugger>();
    let editor = use_slice::<EditorLink>();
    let Operand { value, pushed_by, place, changed, address } = &props.operand;
    let on_change = {
        let (frame, operand) = (props.frame as u32, props.index as u32);
        Callback::from(move |text| debugger.change(ValueChange::Operand { frame, operand, text }))
    };
    let show = place.map(|place| Callback::from(move |_: MouseEvent| editor.reveal(place)));
    html! {
        <li class="operand" data-changed={changed.then_some("true")} data-top={props.top.then_some("true")} data-taken={props.taken}>
            <code class="type" data-type={value.ty.clone()}>{ &value.ty }</code>
            <DebugValue name={format!("operand {}", props.index)} value={value.clone()} base={props.base} address={*address} {on_change} />
            if let (Some(onclick), Some(place)) = (show, place) {
                <button type="button" class="pushed-by" {onclick} title={format!("Pushed by {pushed_by} on line {}", place.line)}
                    aria-label={format!("Pushed by {pushed_by} on line {}", place.line)}>{ pushed_by }</button>
            } else {
                <span class="pushed-by">{ pushed_by }</span>
            }
            if props.taken.is_some() {
                <span class="operand-bracket" role="img" aria-label="taken by the next instruction" title="Taken by the next instruction" />
            }
        </li>
    }
}
