//! Compares a file before and after the run, line by line.

use yew::prelude::*;

use crate::ui::selectors::comparison::Comparison;
use crate::ui::selectors::diff::{DiffRow, Side};
use crate::ui::selectors::names;
use crate::ui::selectors::numbers;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub comparison: Comparison,
    pub path: AttrValue,
}

#[component]
pub fn ComparisonView(props: &Props) -> Html {
    let diff = match &props.comparison {
        Comparison::Words(words) => return html! { <p class="comparison-words">{ words }</p> },
        Comparison::Lines(diff) => diff,
    };
    let lines = |count: usize| numbers::count(count as u64, "line", "lines");
    html! {
        <div class="comparison">
            <p class="comparison-words">{ format!("{} added, {} removed", lines(diff.added), lines(diff.removed)) }</p>
            <div class="comparison-scroll" tabindex="0" role="region" aria-label={format!("What is different in {}", names::file(&props.path))}>
                <table class="comparison-lines">
                    <tbody>{ for diff.rows.iter().map(draw) }</tbody>
                </table>
            </div>
        </div>
    }
}

fn draw(row: &DiffRow) -> Html {
    let note = |text: String| html! { <tr data-side="note"><td colspan="4">{ text }</td></tr> };
    let (side, before, after, text, is_cut) = match row {
        DiffRow::Same(count) => return note(numbers::count(*count as u64, "unchanged line", "unchanged lines")),
        DiffRow::More(count) => {
            return note(format!("{} not shown", numbers::count(*count as u64, "more line is", "more lines are")));
        }
        DiffRow::Line { side, before, after, text, is_cut } => (*side, *before, *after, text, *is_cut),
    };
    let (name, sign, word) = match side {
        Side::Both => ("both", "", ""),
        Side::Before => ("before", "−", "removed"),
        Side::After => ("after", "+", "added"),
    };
    let number = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
    html! {
        <tr data-side={name}>
            <td class="comparison-number">{ number(before) }</td>
            <td class="comparison-number">{ number(after) }</td>
            <td class="comparison-sign" aria-label={word}>{ sign }</td>
            <td class="comparison-text">{ text }
                if is_cut { <span class="comparison-cut">{ " (no newline at the end)" }</span> }
            </td>
        </tr>
    }
}
