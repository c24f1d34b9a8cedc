//! Calling one exported function with arguments.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::protocol::ExportSummary;
use crate::ui::hooks::reducers::use_slice;
use crate::ui::hooks::use_run::Launcher;
use crate::ui::selectors::arguments::placeholder;
use crate::ui::selectors::names;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub export: ExportSummary,
    /// Whether **Run** calls it.
    pub is_default: bool,
}

#[component]
pub fn CallForm(props: &Props) -> Html {
    let launcher = use_slice::<Launcher>();
    let ExportSummary { name, ty, params, .. } = &props.export;
    let shown = names::name(name);
    let typed = use_state_eq(|| vec![String::new(); params.len()]);
    let debug = {
        let (launcher, name, params, typed) = (launcher.clone(), name.clone(), params.clone(), typed.clone());
        Callback::from(move |_: MouseEvent| launcher.debug_call(name.clone(), arguments(&typed, &params)))
    };
    let onsubmit = {
        let (name, params, typed) = (name.clone(), params.clone(), typed.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            launcher.call(name.clone(), arguments(&typed, &params));
        })
    };
    let oninput = |index: usize| {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| {
            let mut next = (*typed).clone();
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            // The function may have got more parameters since.
            next.resize(next.len().max(index + 1), String::new());
            next[index] = input.value();
            typed.set(next);
        })
    };
    html! {
        <li>
            <form class="call-form" {onsubmit}>
                <p class="call-name">
                    <code>{ shown.clone() }</code>
                    if props.is_default { <span class="tag">{ "Run calls it" }</span> }
                </p>
                <p class="call-type"><code>{ ty }</code></p>
                <div class="call-row">
                    { for params.iter().enumerate().map(|(index, param)| html! {
                        <label class="call-argument" data-type={param.clone()}>
                            <span class="type">{ param }</span>
                            <input
                                type="text"
                                class="text-box"
                                aria-label={format!("Argument {} of {shown}: {param}", index + 1)}
                                placeholder={placeholder(param)}
                                autocomplete="off"
                                autocapitalize="off"
                                spellcheck="false"
                                value={typed.get(index).cloned().unwrap_or_default()}
                                oninput={oninput(index)}
                            />
                        </label>
                    }) }
                    <div class="call-buttons">
                    <button type="submit" class="button">{ "Call" }<span class="visually-hidden">{ format!(" {shown}") }</span></button>
                    <button type="button" class="button" onclick={debug}>{ "Debug" }<span class="visually-hidden">{ format!(" {shown}") }</span></button>
                    </div>
                </div>
            </form>
        </li>
    }
}

/// What was typed, a box that was left empty standing for what its placeholder shows.
fn arguments(typed: &[String], params: &[String]) -> Vec<String> {
    let typed = typed.iter().map(|text| text.trim()).chain(std::iter::repeat(""));
    params
        .iter()
        .zip(typed)
        .map(|(param, text)| if text.is_empty() { placeholder(param) } else { text }.to_owned())
        .collect()
}
