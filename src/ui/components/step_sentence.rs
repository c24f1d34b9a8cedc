//! The sentence on the last step and what comes next, below the editor: a screen reader announces it once.

use yew::prelude::*;

use super::prose::Prose;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::selectors::debug::{sentence, under_way};
use crate::ui::state::debug::DebugPhase;

/// Rendered only while debugging, when its code has been fetched.
#[component]
pub fn StepSentence() -> Html {
    let debug = use_slice::<DebugContext>();
    let text = match (&debug.phase, &debug.refused) {
        (_, Some(reason)) => format!("Not possible: {reason}"),
        (DebugPhase::Starting, _) => "Preparing to debug".to_owned(),
        (DebugPhase::Working { progress: Some(progress), last }, _) => under_way(*progress, last.step),
        _ => debug.view().map(|view| sentence(view, debug.base)).unwrap_or_default(),
    };
    html! {
        <section class="step-sentence" aria-label="What happened" data-refused={debug.refused.is_some().then_some("true")}>
            <p role="status"><Prose {text} /></p>
        </section>
    }
}
