//! The files that the program sees: a tree to view, edit, fill and download.

use std::rc::Rc;

use yew::prelude::*;

use super::file_tools::{FileTools, RowTools};
use super::file_tree::{FileAction, FileTree};
use super::files_dialog::{Dialog, FilesDialog};
use crate::protocol::FileKind;
use crate::ui::hooks::reducers::use_slice;
use crate::ui::hooks::use_files::Files;
use crate::ui::selectors::comparison::summary;
use crate::ui::selectors::files::rows;
use crate::ui::selectors::numbers;
use crate::ui::state::files::FilesAction;

#[component]
pub fn FilesPanel() -> Html {
    let files = use_slice::<Files>();
    let dialog = use_state_eq(|| None::<Dialog>);
    let state = files.state.clone();
    let visible = use_memo((state.entries.clone(), state.unfolded.clone(), state.marks.clone()), {
        let state = state.clone();
        move |_| Rc::<[_]>::from(rows(&state))
    });
    let on_action = {
        let files = files.clone();
        Callback::from(move |action| files.act(action))
    };
    let on_file_action = {
        let (files, dialog) = (files.clone(), dialog.setter());
        Callback::from(move |file_action: FileAction| match file_action {
            FileAction::Rename(path) => dialog.set(Some(Dialog::Rename(path))),
            FileAction::Move(path) => dialog.set(Some(Dialog::Move(path))),
            FileAction::MoveInto { from, directory } => files.move_into(&from, &directory),
            FileAction::Delete(path) => dialog.set(Some(Dialog::Delete(path))),
            FileAction::Open(path) => {
                let (dialog, opened) = (dialog.clone(), path.clone());
                let then = Callback::from(move |bytes: Vec<u8>| {
                    dialog.set(Some(Dialog::File { path: opened.clone(), bytes: bytes.into() }));
                });
                files.read(&path, then);
            }
        })
    };
    let dismiss = {
        let files = files.clone();
        Callback::from(move |_: MouseEvent| files.act(FilesAction::DismissProblem))
    };
    let ask = {
        let dialog = dialog.setter();
        Callback::from(move |requested| dialog.set(Some(requested)))
    };
    let active = state.active.clone().or_else(|| visible.first().map(|row| row.path.clone()));
    let count = state.entries.iter().filter(|entry| entry.kind != FileKind::Directory).count();
    html! {
        <section class="files-panel" aria-label="Files">
            <div class="panel-head">
                <h2>{ "Files" }</h2>
                if count > 0 { <span class="panel-note" title={format!("{count} files, {}", numbers::bytes(state.bytes))}>{ numbers::bytes(state.bytes) }</span> }
                <FileTools ask={ask.clone()} files={files.clone()} />
            </div>
            if let Some(problem) = &state.problem {
                <div class="notice" data-error="true" role="alert">
                    <p>{ &**problem }</p>
                    <button type="button" class="quiet-button" aria-label="Dismiss" onclick={dismiss}>{ "✕" }</button>
                </div>
            }
            if state.entries.is_empty() {
                <p class="panel-empty">{ "No files yet. Drop files or folders here, or create one: the program finds them in its current directory." }</p>
            } else {
                <FileTree rows={(*visible).clone()} active={state.active.clone()} {on_action} on_file_action={on_file_action.clone()} />
                <RowTools active={active} {on_file_action} files={files.clone()} />
            }
            <ChangesBar files={files.clone()} {ask} />
            if dialog.is_some() { <FilesDialog {dialog} {files} /> }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct ChangesBarProps {
    files: Files,
    ask: Callback<Dialog>,
}

/// What the last run changed in the files, and what to do about it.
#[component]
fn ChangesBar(props: &ChangesBarProps) -> Html {
    let Some(summary) = summary(&props.files.state) else { return Html::default() };
    let review = props.ask.reform(|_: MouseEvent| Dialog::Changes);
    html! {
        <div class="changes-bar" role="group" aria-label="What the last run did to the files">
            <p>{ "Last run: " }<strong>{ summary }</strong></p>
            <button type="button" class="button" onclick={review}>{ "Review" }</button>
        </div>
    }
}
