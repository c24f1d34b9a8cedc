//! How much a program may use.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::protocol::Limits;
use crate::ui::hooks::reducers::{SettingsContext, use_slice};
use crate::ui::state::settings::{LimitKind, SettingsAction, with_limit};

/// Each limit with what it is called, its unit, and how it stands in that unit.
fn fields(limits: &Limits) -> [(LimitKind, &'static str, &'static str, Option<u64>); 5] {
    [
        (LimitKind::Memory, "Memory", "MiB", limits.memory.map(|bytes| bytes >> 20)),
        (LimitKind::Table, "Table", "elements", limits.table),
        (LimitKind::Recursion, "Calls within calls", "", Some(limits.recursion.into())),
        (LimitKind::Output, "Output", "MiB", limits.output.map(|bytes| bytes >> 20)),
        (LimitKind::WallTime, "Time", "seconds", limits.wall_time.map(|milliseconds| milliseconds / 1000)),
    ]
}

#[component]
pub fn LimitsForm() -> Html {
    let settings = use_slice::<SettingsContext>();
    let onchange = |kind: LimitKind| {
        let settings = settings.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                let limits = with_limit(&settings.limits, kind, &input.value());
                settings.dispatch(SettingsAction::SetLimits(limits));
            }
        })
    };
    let reset = {
        let settings = settings.dispatcher();
        Callback::from(move |_: MouseEvent| settings.dispatch(SettingsAction::SetLimits(Limits::default())))
    };
    html! {
        <details>
            <summary>
                { "Limits" }
                if settings.limits != Limits::default() { <span class="tag">{ "changed" }</span> }
            </summary>
            { for fields(&settings.limits).into_iter().map(|(kind, name, unit, value)| html! {
                <label class="field limit">
                    <span>{ name }</span>
                    <input type="text" inputmode="numeric" class="text-box" placeholder="no limit"
                        aria-label={format!("Limit on {}{}", name.to_lowercase(), if unit.is_empty() { String::new() } else { format!(", in {unit}") })}
                        value={value.map(|value| value.to_string()).unwrap_or_default()}
                        onchange={onchange(kind)} />
                    <span class="limit-unit">{ unit }</span>
                </label>
            }) }
            <button type="button" class="quiet-button" onclick={reset}>{ "Usual limits" }</button>
        </details>
    }
}
