//! Watch expressions, evaluated at every step, and a field to add one.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::breakpoint_fields::NAMES;
use super::prose::Prose;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::breakpoint_form::EXPRESSION_EXAMPLES;
use crate::ui::selectors::debug::written;
use crate::ui::state::debug::Base;
use crate::ui::state::expressions::{EvaluatedExpression, Expression, ExpressionChange, LONGEST, MOST};

#[component]
pub fn WatchExpressions() -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let list = &debug.expressions.list;
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>().filter(|_| event.key() == "Enter") else {
            return;
        };
        event.prevent_default();
        debugger.expressions(ExpressionChange::Add(input.value().into()));
        input.set_value("");
    });
    html! {
        <section class="inspector-part watch-expressions" aria-label="Watch expressions">
            <div class="part-head"><h3>{ "Watch expressions" }</h3></div>
            if !list.is_empty() {
                <ul class="expressions">
                    { for list.iter().map(|known| html! { <ExpressionLine key={known.id} expression={known.clone()} base={debug.base} /> }) }
                </ul>
            }
            if list.len() < MOST {
                <input type="text" class="text-box expression-box" aria-label="New watch expression" maxlength={LONGEST.to_string()}
                    title={format!("Locals, globals, the operand stack and memory, with arithmetic: {EXPRESSION_EXAMPLES}. {NAMES}")}
                    placeholder={EXPRESSION_EXAMPLES}
                    autocomplete="off" autocapitalize="off" spellcheck="false" {onkeydown} />
            }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    expression: Expression,
    base: Base,
}

#[component]
fn ExpressionLine(props: &LineProps) -> Html {
    let debugger = use_slice::<Debugger>();
    let editing = use_state_eq(|| false);
    let input = use_node_ref();
    let Expression { id, text, result, changed } = props.expression.clone();
    {
        let input = input.clone();
        use_effect_with(*editing, move |editing| {
            if let Some(input) = input.cast::<HtmlInputElement>().filter(|_| *editing) {
                let _ = input.focus();
                input.select();
            }
        });
    }
    let begin = {
        let editing = editing.setter();
        Callback::from(move |_: MouseEvent| editing.set(true))
    };
    let onkeydown = {
        let (editing, debugger) = (editing.setter(), debugger.clone());
        Callback::from(move |event: KeyboardEvent| {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            match (event.key().as_str(), input) {
                ("Enter", Some(input)) => {
                    debugger.expressions(ExpressionChange::Edit { id, text: input.value().into() });
                }
                ("Escape", _) => {}
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
            editing.set(false);
        })
    };
    let onblur = {
        let editing = editing.setter();
        Callback::from(move |_: FocusEvent| editing.set(false))
    };
    let remove = Callback::from(move |_: MouseEvent| debugger.expressions(ExpressionChange::Remove { id }));
    let value = match result.map(|EvaluatedExpression { result, .. }| result) {
        None => html! { <span class="debug-value">{ "…" }</span> },
        Some(Ok(value)) => {
            let hex = value.hex.as_ref().map(|hex| format!(" · {hex}")).unwrap_or_default();
            html! { <>
                <code class="type" data-type={value.ty.clone()}>{ &value.ty }</code>
                <span class="debug-value" title={format!("{} {}{hex}", value.ty, value.text)}>{ written(&value, props.base) }</span>
            </> }
        }
        Some(Err(reason)) => html! { <span class="expression-reason"><Prose text={reason.to_string()} /></span> },
    };
    html! {
        <li class="expression" data-changed={changed.then_some("true")}>
            if *editing {
                <input ref={input} type="text" class="text-box debug-input" aria-label={format!("Watch expression {text}")}
                    maxlength={LONGEST.to_string()} autocomplete="off" autocapitalize="off" spellcheck="false"
                    value={text.to_string()} {onkeydown} {onblur} />
            } else {
                <button type="button" class="expression-text" aria-label={format!("Edit {text}")} title="Press to edit it" onclick={begin}>{ &*text }</button>
            }
            <button type="button" class="quiet-button expression-remove" aria-label={format!("Remove {text}")} title="Remove" onclick={remove}>{ "×" }</button>
            <p class="expression-value">{ value }</p>
        </li>
    }
}
