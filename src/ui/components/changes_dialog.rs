//! What the last run did, file by file: to be compared, kept or reverted.

use yew::prelude::*;

use super::ask_dialog::ConfirmDialog;
use super::comparison_view::ComparisonView;
use super::modal::Modal;
use crate::ui::hooks::use_files::{Files, Versions};
use crate::ui::selectors::comparison::{Comparison, compare};
use crate::ui::selectors::names;
use crate::ui::selectors::numbers;
use crate::ui::state::files::Mark;

/// The maximum number of files listed; a program may create a hundred thousand.
const MOST_LISTED: usize = 500;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub files: Files,
    pub on_close: Callback<()>,
}

#[component]
pub fn ChangesDialog(props: &Props) -> Html {
    let opened = use_state_eq(|| None::<(String, Option<Comparison>)>);
    let asks = use_state_eq(|| false);
    let marks = props.files.state.marks.clone();
    let toggle = |path: &String| {
        let (files, opened, path) = (props.files.clone(), opened.clone(), path.clone());
        Callback::from(move |_: MouseEvent| {
            if opened.as_ref().is_some_and(|(open, _)| *open == path) {
                opened.set(None);
                return;
            }
            opened.set(Some((path.clone(), None)));
            let (opened, path) = (opened.setter(), path.clone());
            files.compare(
                &path.clone(),
                Callback::from(move |(before, now): Versions| {
                    opened.set(Some((path.clone(), Some(compare(before.as_ref(), now.as_ref())))));
                }),
            );
        })
    };
    let act = |path: &String, act: fn(&Files, Vec<String>)| {
        let (files, path) = (props.files.clone(), path.clone());
        Callback::from(move |_: MouseEvent| act(&files, files.marked_from(&path)))
    };
    let line = |(path, mark): (&String, &Mark)| {
        let (word, kind) = match mark {
            Mark::Created => ("new", "new"),
            Mark::Changed => ("changed", "changed"),
            Mark::Removed => ("removed", "removed"),
        };
        let name = names::file(path);
        let is_open = opened.as_ref().is_some_and(|(open, _)| open == path);
        let comparison = opened.as_ref().filter(|_| is_open).and_then(|(_, comparison)| comparison.clone());
        html! {
            <li key={path.clone()}>
                <div class="change-line">
                    <button type="button" class="change-path" aria-expanded={is_open.to_string()} aria-label={format!("{word}, {name}")} onclick={toggle(path)}>
                        <span class="change-word" data-mark={kind}>{ word }</span>{ " " }
                        <span class="change-name">{ name.clone() }</span>
                    </button>
                    <button type="button" class="quiet-button" aria-label={format!("Keep {name}")} onclick={act(path, Files::keep)}>{ "Keep" }</button>
                    <button type="button" class="quiet-button" aria-label={format!("Revert {name}")} onclick={act(path, Files::revert)}>{ "Revert" }</button>
                </div>
                if let Some(comparison) = comparison { <ComparisonView {comparison} path={path.clone()} /> }
            </li>
        }
    };
    let all = || marks.keys().cloned().collect::<Vec<String>>();
    let keep_all = {
        let (files, paths) = (props.files.clone(), all());
        Callback::from(move |_: MouseEvent| files.keep(paths.clone()))
    };
    let ask = {
        let asks = asks.setter();
        Callback::from(move |_: MouseEvent| asks.set(true))
    };
    let no = {
        let asks = asks.setter();
        Callback::from(move |()| asks.set(false))
    };
    let revert_all = {
        let (files, paths, no) = (props.files.clone(), all(), no.clone());
        Callback::from(move |()| {
            no.emit(());
            files.revert(paths.clone());
        })
    };
    let more = marks.len().saturating_sub(MOST_LISTED);
    html! {
        <Modal id="changes-dialog" class="wide-dialog" title="What the last run did" on_close={&props.on_close}>
            if marks.is_empty() {
                <p class="dialog-text">{ "Everything is kept or reverted." }</p>
            } else {
                <div class="changes-tools">
                    <p class="dialog-hint">{ "Changes stay unless you revert them. Press a name to see the differences." }</p>
                    <button type="button" class="button" onclick={keep_all}>{ "Keep all" }</button>
                    <button type="button" class="button" onclick={ask}>{ "Revert all" }</button>
                </div>
            }
            <ul class="change-list" aria-label="Changed files">{ for marks.iter().take(MOST_LISTED).map(line) }</ul>
            if more > 0 {
                <p class="dialog-hint">{ format!("{} are not listed; “Keep all” and “Revert all” apply to them too.", numbers::count(more as u64, "more change", "more changes")) }</p>
            }
            if *asks {
                <ConfirmDialog title="Revert all changes of the last run?" action="Revert"
                    text="Files that the last run created are removed; files that it changed or removed are restored. This cannot be undone."
                    on_yes={revert_all} on_close={no} />
            }
        </Modal>
    }
}
