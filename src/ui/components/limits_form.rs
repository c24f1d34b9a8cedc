//! The limits on a program's resources.

use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use crate::protocol::Limits;
use crate::ui::hooks::reducers::{SettingsContext, use_slice};
use crate::ui::state::settings::{LimitKind, SettingsAction, with_limit};

/// Each limit with its label, its unit, and its value.
fn fields(limits: &Limits) -> [(LimitKind, &'static str, &'static str, Option<u64>); 5] {
    [
        (LimitKind::Memory, "Memory", "MiB", limits.memory),
        (LimitKind::Table, "Table", "elements", limits.table),
        (LimitKind::Recursion, "Recursion", "calls", Some(limits.recursion.into())),
        (LimitKind::Output, "Output", "MiB", limits.output),
        (LimitKind::WallTime, "Time", "seconds", limits.wall_time),
    ]
}

/// The fields appear when they are opened: few users need them, so their code is not loaded first
/// (`xtask/src/hooks/parts.rs`).
#[component]
pub fn LimitsForm() -> Html {
    let settings = use_slice::<SettingsContext>();
    let is_open = use_state_eq(|| false);
    let on_toggle = {
        let is_open = is_open.setter();
        Callback::from(move |event: Event| {
            is_open.set(event.target_dyn_into::<Element>().is_some_and(|details| details.has_attribute("open")));
        })
    };
    html! {
        <details class="limits" ontoggle={on_toggle}>
            <summary>
                { "Limits" }
                if settings.limits != Limits::default() { <span class="tag">{ "changed" }</span> }
            </summary>
            if *is_open { <LimitFields /> }
        </details>
    }
}

#[component]
fn LimitFields() -> Html {
    let settings = use_slice::<SettingsContext>();
    let resets = use_state_eq(|| 0_u32);
    let reset = {
        let (settings, resets) = (settings.dispatcher(), resets.clone());
        Callback::from(move |_: MouseEvent| {
            settings.dispatch(SettingsAction::SetLimits(Limits::default()));
            resets.set(*resets + 1);
        })
    };
    html! {
        <>
            { for fields(&settings.limits).into_iter().map(|(kind, name, unit, value)| html! {
                <LimitField {kind} {name} {unit} value={value.map(|value| kind.written(value)).unwrap_or_default()} resets={*resets} />
            }) }
            <p class="module-hint">{ "They apply to every project in this browser." }</p>
            <button type="button" class="quiet-button" onclick={reset}>{ "Default limits" }</button>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct FieldProps {
    kind: LimitKind,
    name: &'static str,
    unit: &'static str,
    /// The current value; empty for no limit.
    value: String,
    /// How many times the default limits were restored.
    resets: u32,
}

/// One limit. An invalid value stays in its field with an error until it is corrected, and changes nothing.
#[component]
fn LimitField(props: &FieldProps) -> Html {
    let settings = use_slice::<SettingsContext>();
    let refused = use_state_eq(|| None::<(String, String)>);
    let FieldProps { kind, name, unit, value, resets } = props;
    let onchange = {
        let (settings, refused, kind) = (settings.clone(), refused.setter(), *kind);
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            match with_limit(&settings.limits, kind, &input.value()) {
                Ok(limits) => {
                    refused.set(None);
                    settings.dispatch(SettingsAction::SetLimits(limits));
                }
                Err(message) => refused.set(Some((input.value(), message))),
            }
        })
    };
    {
        // A new value of this limit clears the old error.
        let refused = refused.setter();
        use_effect_with((value.clone(), *resets), move |_| refused.set(None));
    }
    let label = match *unit {
        "" => format!("Limit on {}", name.to_ascii_lowercase()),
        unit => format!("Limit on {}, in {unit}", name.to_ascii_lowercase()),
    };
    let shown = refused.as_ref().map_or(value, |(typed, _)| typed).clone();
    html! {
        <>
            <label class="field limit">
                <span>{ *name }</span>
                <input type="text" inputmode="decimal" class="text-box" placeholder="no limit" aria-label={label}
                    aria-invalid={refused.is_some().then_some("true")} value={shown} {onchange} />
                <span class="limit-unit">{ *unit }</span>
            </label>
            if let Some((_, message)) = &*refused {
                <p class="limit-refused" data-tone="bad" role="alert">{ message }{ ". The limit is unchanged." }</p>
            }
        </>
    }
}
