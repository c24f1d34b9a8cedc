//! Buttons for a value or for bytes: stop when it changes, and find the last write.

use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::protocol::{BreakpointKind, WriteTarget};
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::names;
use crate::ui::state::breakpoints::BreakpointChange;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// What they are about: `$n`, `the selected bytes`.
    pub of: String,
    /// The watchpoint.
    pub kind: BreakpointKind,
    pub target: WriteTarget,
    /// Whether there is room for text.
    #[prop_or_default]
    pub wide: bool,
}

#[component]
pub fn WatchButtons(props: &Props) -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let is_watched = debug.breakpoints.list.iter().any(|known| known.breakpoint.kind == props.kind);
    let watch = {
        let (debugger, kind) = (debugger.clone(), props.kind.clone());
        Callback::from(move |_: MouseEvent| {
            debugger.change_breakpoints(BreakpointChange::Toggle(kind.clone()));
        })
    };
    let ask = {
        let target = props.target;
        Callback::from(move |_: MouseEvent| debugger.last_write(target))
    };
    let of = &props.of;
    let calls = match &props.kind {
        BreakpointKind::Local { function, .. } => format!(", in any call of {}", names::function(function)),
        _ => String::new(),
    };
    html! {
        <span class="watch-buttons" data-wide={props.wide.then_some("true")}>
            <button type="button" class="quiet-button" aria-pressed={if is_watched { "true" } else { "false" }}
                aria-label={format!("Watch {of}")} title={format!("Stop before an instruction changes {of}{calls}")} onclick={watch}>
                <Icon picture={Picture::Watch} />
                if props.wide { { "Watch" } }
            </button>
            <button type="button" class="quiet-button" aria-label={format!("Who last wrote {of}?")}
                title={format!("Go back to the instruction that wrote {of} last")} onclick={ask} disabled={!debug.is_stopped()}>
                <Icon picture={Picture::LastWrite} />
                if props.wide { { format!("Who last wrote {of}?") } }
            </button>
        </span>
    }
}
