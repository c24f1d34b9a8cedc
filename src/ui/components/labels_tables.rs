//! The branch targets in scope, and the tables: needed less often, so they are folded.

use yew::prelude::*;

use crate::protocol::{Label, Span, TableView};
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_editor::EditorLink;
use crate::ui::selectors::debug::branch;
use crate::ui::selectors::{names, numbers};

/// Up to this many labels are shown unfolded.
const FEW: usize = 8;

/// The labels around the next instruction, with the target of a branch to each.
#[component]
pub fn Labels() -> Html {
    let debug = use_slice::<DebugContext>();
    let editor = use_slice::<EditorLink>();
    let (labels, more) = debug.selected_frame().map_or((&[][..], 0), |frame| (&frame.labels[..], frame.more_labels));
    if labels.is_empty() {
        return html! {};
    }
    let place = |span: Option<Span>, words: String| {
        let Some(span) = span else { return html! { <span>{ words }</span> } };
        let editor = editor.clone();
        let show = Callback::from(move |_: MouseEvent| editor.reveal(span));
        html! { <button type="button" class="link-button" onclick={show}>{ words }</button> }
    };
    let line = |(index, label): (usize, &Label)| {
        let takes = match label.arity {
            0 => String::new(),
            arity => format!("takes {}", numbers::count(arity.into(), "value", "values")),
        };
        html! {
            <li key={index}>
                <code class="label-number">{ index }</code>
                <code class="label-kind">{ &label.kind }</code>
                if let Some(name) = &label.name { <code>{ names::function(name) }</code> }
                if let Some(opens) = label.place.filter(|_| matches!(label.kind.as_str(), "block" | "if")) {
                    { place(Some(opens), format!("from line {}", opens.line)) }
                }
                { place(label.target, branch(index, label)) }
                if !takes.is_empty() { <span class="panel-note">{ takes }</span> }
            </li>
        }
    };
    html! {
        <section class="inspector-part" aria-label="Labels">
            <details open={labels.len() + more as usize <= FEW}>
                <summary class="part-head"><h3>{ "Labels" }</h3><span class="panel-note">{ labels.len() + more as usize }</span></summary>
                <ol class="labels">{ for labels.iter().enumerate().map(line) }</ol>
                if more > 0 { <p class="panel-note">{ format!("and {} further out", numbers::count(more.into(), "label", "labels")) }</p> }
            </details>
        </section>
    }
}

#[component]
pub fn Tables() -> Html {
    let debug = use_slice::<DebugContext>();
    let tables = debug.view().map(|view| view.tables.clone()).unwrap_or_default();
    if tables.is_empty() {
        return html! {};
    }
    let table = |(index, table): (usize, &TableView)| {
        let hidden = table.size.saturating_sub(table.elements.len() as u64);
        html! {
            <div key={index}>
                <p class="panel-note">{ format!("table {index}: {}", numbers::count(table.size, "element", "elements")) }</p>
                <ol class="labels" start="0">
                    { for table.elements.iter().enumerate().map(|(index, element)| html! {
                        <li key={index}><code class="label-number">{ index }</code><code>{ element }</code></li>
                    }) }
                </ol>
                if hidden > 0 { <p class="part-empty">{ format!("and {} more", numbers::grouped(hidden)) }</p> }
            </div>
        }
    };
    html! {
        <section class="inspector-part" aria-label="Tables">
            <details>
                <summary class="part-head"><h3>{ "Tables" }</h3><span class="panel-note">{ tables.len() }</span></summary>
                { for tables.iter().enumerate().map(table) }
            </details>
        </section>
    }
}
