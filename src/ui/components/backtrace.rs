//! The call stack of a run that failed; each call links to its position.

use std::rc::Rc;

use yew::prelude::*;

use super::prose::Prose;
use crate::protocol::{Backtrace, BacktraceCall};
use crate::ui::hooks::reducers::{LayoutContext, RunContext, SourcesContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_editor::EditorLink;
use crate::ui::selectors::frames::{Group, folded, grouped};
use crate::ui::selectors::names;
use crate::ui::selectors::numbers;
use crate::ui::selectors::sources::{file_line, text_of};
use crate::ui::state::layout::{LayoutAction, Panel};

/// Renders nothing until the calls are known.
#[component]
pub fn CallsAtFailure() -> Html {
    let run = use_slice::<RunContext>();
    let Some(backtrace) = &run.backtrace else { return html! {} };
    let Backtrace { calls, hidden, problem, .. } = &**backtrace;
    if let Some(problem) = problem {
        return html! { <p class="backtrace-note"><Prose text={format!("No call stack: {problem}.")} /></p> };
    }
    let groups = grouped(calls.iter().map(|call| (&*call.function, call.source.as_ref())));
    let line = |index: usize| html! { <Line key={index} call={calls[index].clone()} /> };
    let group = |group: Group| match group {
        Group::Own(index) => line(index),
        Group::Library(indices) => html! {
            <li key={indices[0]}>
                <details class="frames-folded">
                    <summary>{ folded(indices.len()) }</summary>
                    <ol>{ for indices.into_iter().map(line) }</ol>
                </details>
            </li>
        },
    };
    html! {
        <section class="backtrace" aria-label="Call stack at the end">
            <h4>{ "Call stack (most recent call first)" }</h4>
            <ol class="frames">
                { for groups.into_iter().map(group) }
            </ol>
            if *hidden > 0 { <p class="backtrace-note">{ format!("and {} more", numbers::grouped((*hidden).into())) }</p> }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    call: BacktraceCall,
}

/// One call; clicking it goes to its position, in the source if that is one of the program's own files.
#[component]
fn Line(props: &LineProps) -> Html {
    let link = use_slice::<EditorLink>();
    let layout = use_slice::<LayoutContext>();
    let sources = use_slice::<SourcesContext>();
    let workspace = use_slice::<WorkspaceContext>();
    let BacktraceCall { function, is_inlined, place, offset, source } = &props.call;
    let function = names::function(function);
    let at = match (source, place) {
        (Some(source), _) => file_line(source, &sources.files),
        (None, Some(place)) => format!("line {}", place.line),
        (None, None) => format!("at {offset:#x}"),
    };
    let inlined = if *is_inlined { ", inlined" } else { "" };
    let body = html! {
        <>
            <span class="frame-name">{ for function.split_inclusive("::").map(|part| html! { <>{ part }<wbr /></> }) }</span>
            if *is_inlined { { " " }<span class="frame-inlined">{ "inlined" }</span> }
            { " " }<span class="frame-place">{ at.clone() }</span>
        </>
    };
    // If the source is missing, the position in the disassembly is shown.
    let own = source.as_ref().and_then(|source| {
        let file: &Rc<str> = sources.files.iter().find(|file| ***file == *source.file)?;
        text_of(&workspace.project.sources, file)?;
        Some((file.clone(), source.line))
    });
    let go = match (own, *place) {
        (None, None) => return html! { <li><span class="frame">{ body }</span></li> },
        (own, place) => Callback::from(move |_: MouseEvent| {
            layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
            match (&own, place) {
                (Some((file, line)), _) => link.reveal_line(file, *line),
                (None, Some(place)) => link.reveal(place),
                (None, None) => {}
            }
        }),
    };
    html! {
        <li>
            <button type="button" class="frame" onclick={go} aria-label={format!("{function}{inlined}, {at}")}>{ body }</button>
        </li>
    }
}
