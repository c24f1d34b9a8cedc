//! The list of problems: what is wrong, where, and how to fix it.

use yew::prelude::*;

use super::icon::{Icon, Picture};
use super::prose::Prose;
use crate::protocol::{Problem, RunId, Severity};
use crate::ui::hooks::reducers::{CheckContext, LayoutContext, RunContext, WorkerContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_editor::EditorLink;
use crate::ui::selectors::numbers;
use crate::ui::selectors::problems::summary;
use crate::ui::state::layout::{LayoutAction, Panel};
use crate::ui::state::worker::WorkerPhase;

/// The maximum number drawn: a user with a thousand problems starts with the first.
const MOST_SHOWN: usize = 200;

#[component]
pub fn Problems() -> Html {
    let check = use_slice::<CheckContext>();
    let worker = use_slice::<WorkerContext>();
    let opened = use_slice::<WorkspaceContext>().opened;
    let run = use_slice::<RunContext>().run;
    // Once there were problems, keep their space while the user types, so that the editor does not move with each one
    // that comes and goes.
    let kept_for = use_state_eq(|| None::<(u32, RunId)>);
    let problems = check.checked.as_ref().map_or(&[][..], |checked| &checked.problems);
    {
        let (kept_for, any) = (kept_for.setter(), !problems.is_empty());
        use_effect_with((opened, run, any), move |(opened, run, any)| {
            if *any {
                kept_for.set(Some((*opened, *run)));
            }
        });
    }
    let is_kept = *kept_for == Some((opened, run));
    let summary = summary(check.checked.as_deref(), worker.phase == WorkerPhase::Loading);
    html! {
        <section class="problems" id="problems" aria-label="Problems" data-empty={(problems.is_empty() && !is_kept).to_string()}>
            <div class="panel-head">
                <h2>{ "Problems" }</h2>
                <span class="problems-count" aria-live="polite"><Prose text={summary} /></span>
            </div>
            <ul class="problem-list">
                { for problems.iter().take(MOST_SHOWN).enumerate().map(|(index, problem)| html! {
                    <ProblemItem key={index} problem={problem.clone()} />
                }) }
                if problems.len() > MOST_SHOWN {
                    <li class="problem-more">{ format!("and {} more", numbers::grouped((problems.len() - MOST_SHOWN) as u64)) }</li>
                }
            </ul>
        </section>
    }
}

#[derive(PartialEq, Properties)]
pub struct ItemProps {
    pub problem: Problem,
}

/// One problem; clicking it goes to its position.
#[component]
pub fn ProblemItem(props: &ItemProps) -> Html {
    let link = use_slice::<EditorLink>();
    let layout = use_slice::<LayoutContext>();
    let Problem { span, severity, message, help, excerpt, .. } = &props.problem;
    let (picture, kind) = match severity {
        Severity::Error => (Picture::Error, "Error"),
        Severity::Warning => (Picture::Warning, "Warning"),
    };
    let head = html! {
        <>
            <Icon {picture} />
            <span class="visually-hidden">{ format!("{kind}: ") }</span>
            <span class="problem-message"><Prose text={message.clone()} /></span>
            if let Some(span) = span {
                <span class="problem-place">{ format!("line {}, column {}", span.line, span.column) }</span>
            }
        </>
    };
    let go = |span| {
        let (link, layout) = (link.clone(), layout.dispatcher());
        Callback::from(move |_: MouseEvent| {
            layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
            link.reveal(span);
        })
    };
    html! {
        <li class="problem" data-severity={kind.to_ascii_lowercase()}>
            if let Some(span) = *span {
                <button type="button" class="problem-head" onclick={go(span)}>{ head }</button>
            } else {
                <div class="problem-head">{ head }</div>
            }
            if let Some(excerpt) = excerpt {
                <pre class="problem-excerpt">{ excerpt }</pre>
            }
            if let Some(help) = help {
                <p class="problem-help"><Prose text={help.clone()} /></p>
            }
        </li>
    }
}
