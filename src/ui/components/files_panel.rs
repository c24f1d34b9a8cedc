//! The files that the program sees: a tree to look at, change, fill and take along.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::ask_dialog::{ConfirmDialog, NameDialog};
use super::file_dialog::FileDialog;
use super::file_tree::{FileTree, Wish};
use super::icon::{Icon, Picture};
use crate::protocol::{FileChange, FileContents, FileImage, FileKind};
use crate::ui::hooks::reducers::use_slice;
use crate::ui::hooks::use_files::Files;
use crate::ui::platform::upload::picked;
use crate::ui::selectors::files::{check_name, rows};
use crate::ui::selectors::numbers;
use crate::ui::state::files::{FilesAction, FilesState};

/// What is shown on top of the panel.
#[derive(Debug, Clone, PartialEq)]
enum Dialog {
    NewFile,
    NewFolder,
    Rename(Rc<str>),
    Delete(Rc<str>),
    File { path: Rc<str>, bytes: Rc<[u8]> },
}

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
    let on_wish = {
        let (files, dialog) = (files.clone(), dialog.setter());
        Callback::from(move |wish: Wish| match wish {
            Wish::Rename(path) => dialog.set(Some(Dialog::Rename(path))),
            Wish::Delete(path) => dialog.set(Some(Dialog::Delete(path))),
            Wish::Open(path) => {
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
        Callback::from(move |asked| dialog.set(Some(asked)))
    };
    let active = state.active.clone().or_else(|| visible.first().map(|row| row.path.clone()));
    let count = state.entries.iter().filter(|entry| entry.kind != FileKind::Directory).count();
    html! {
        <section class="files-panel" aria-label="Files">
            <div class="panel-head">
                <h2>{ "Files" }</h2>
                if count > 0 { <span class="panel-note" title={format!("{count} files, {}", numbers::bytes(state.bytes))}>{ numbers::bytes(state.bytes) }</span> }
                <FileTools {ask} files={files.clone()} />
            </div>
            if let Some(problem) = &state.problem {
                <div class="notice" data-error="true" role="alert">
                    <p>{ &**problem }</p>
                    <button type="button" class="quiet-button" aria-label="Dismiss" onclick={dismiss}>{ "✕" }</button>
                </div>
            }
            if state.entries.is_empty() {
                <p class="panel-empty">{ "No files yet. Drop files or folders here, or make one: the program finds them in its current directory." }</p>
            } else {
                <FileTree rows={(*visible).clone()} active={state.active.clone()} {on_action} on_wish={on_wish.clone()} />
                <RowTools active={active} {on_wish} files={files.clone()} />
            }
            <FilesDialog {dialog} {files} />
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct FileToolsProps {
    files: Files,
    ask: Callback<Dialog>,
}

/// What can be done with the tree as a whole.
#[component]
fn FileTools(props: &FileToolsProps) -> Html {
    let (several, folder) = (use_node_ref(), use_node_ref());
    let pick = |input: &NodeRef| {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = {
        let files = props.files.clone();
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let chosen = input.files().map(|list| picked(&list)).unwrap_or_default();
            input.set_value("");
            let files = files.clone();
            let directory = files.state.clone().active_directory().to_owned();
            spawn_local(async move { files.upload(chosen, &directory).await });
        })
    };
    let ask = |dialog: Dialog| props.ask.reform(move |_: MouseEvent| dialog.clone());
    let download = {
        let files = props.files.clone();
        Callback::from(move |_: MouseEvent| files.download_zip(None))
    };
    let tool = |name: &'static str, picture: Picture, onclick: Callback<MouseEvent>| {
        html! {
            <button type="button" class="quiet-button" aria-label={name} title={name} {onclick}><Icon {picture} /></button>
        }
    };
    html! {
        <div class="panel-tools" role="group" aria-label="File tools">
            { tool("New file", Picture::NewFile, ask(Dialog::NewFile)) }
            { tool("New folder", Picture::NewFolder, ask(Dialog::NewFolder)) }
            { tool("Upload files", Picture::Upload, pick(&several)) }
            { tool("Upload a folder", Picture::UploadFolder, pick(&folder)) }
            if !props.files.state.entries.is_empty() {
                { tool("Download all as zip", Picture::Download, download) }
            }
            <input ref={several} type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" data-picker="files" multiple=true
                onchange={onchange.clone()} />
            <input ref={folder} type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" data-picker="folder"
                webkitdirectory=true {onchange} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct RowToolsProps {
    active: Option<Rc<str>>,
    on_wish: Callback<Wish>,
    files: Files,
}

/// What can be done with the active row: for those who have no `F2` and no `Delete`.
#[component]
fn RowTools(props: &RowToolsProps) -> Html {
    let Some(path) = props.active.clone() else { return Html::default() };
    let is_directory = props.files.state.entry(&path).is_some_and(|entry| entry.kind == FileKind::Directory);
    let wish = |wish: Wish| props.on_wish.reform(move |_: MouseEvent| wish.clone());
    let download = {
        let (files, path) = (props.files.clone(), path.clone());
        Callback::from(
            move |_: MouseEvent| if is_directory { files.download_zip(Some(&path)) } else { files.download(&path) },
        )
    };
    html! {
        <div class="row-tools" role="group" aria-label={format!("Actions on {path}")}>
            if !is_directory {
                <button type="button" class="quiet-button" title="Enter" onclick={wish(Wish::Open(path.clone()))}>{ "Open file" }</button>
            }
            <button type="button" class="quiet-button" title="F2" onclick={wish(Wish::Rename(path.clone()))}>{ "Rename" }</button>
            <button type="button" class="quiet-button" onclick={download}>{ if is_directory { "Save as zip" } else { "Save as" } }</button>
            <button type="button" class="quiet-button" title="Delete" onclick={wish(Wish::Delete(path))}>{ "Delete" }</button>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct FilesDialogProps {
    dialog: UseStateHandle<Option<Dialog>>,
    files: Files,
}

/// The dialog that is open, and what its answer does.
#[component]
fn FilesDialog(props: &FilesDialogProps) -> Html {
    let Some(dialog) = &*props.dialog else { return Html::default() };
    let files = props.files.clone();
    let on_close = {
        let dialog = props.dialog.setter();
        Callback::from(move |()| dialog.set(None))
    };
    let directory: Rc<str> = files.state.active_directory().into();
    let place = if directory.is_empty() { "at the top".to_owned() } else { format!("in {directory}") };
    let check = {
        let (files, directory) = (files.clone(), directory.clone());
        Callback::from(move |name: String| check_name(&files.state.clone(), &directory, &name).map(drop))
    };
    match dialog {
        Dialog::NewFile | Dialog::NewFolder => {
            let (title, contents) = if *dialog == Dialog::NewFile {
                ("New file", FileContents::File { bytes: Vec::new() })
            } else {
                ("New folder", FileContents::Directory)
            };
            let on_name = {
                let (files, on_close) = (files.clone(), on_close.clone());
                Callback::from(move |name: String| {
                    if let Ok(path) = check_name(&files.state.clone(), &directory, &name) {
                        files.write(vec![FileImage { path: path.clone(), contents: contents.clone() }]);
                        files.act(FilesAction::Activate(path.into()));
                    }
                    on_close.emit(());
                })
            };
            html! { <NameDialog {title} label={format!("Name, {place}")} value="" action="Create" {check} {on_name} {on_close} /> }
        }
        Dialog::Rename(path) => rename_dialog(&files, path, on_close),
        Dialog::Delete(path) => {
            let text = deletion_text(&files.state, path);
            let on_yes = {
                let (files, path, on_close) = (files.clone(), path.to_string(), on_close.clone());
                Callback::from(move |()| {
                    files.change(FileChange::Remove { path: path.clone() });
                    on_close.emit(());
                })
            };
            html! { <ConfirmDialog title={format!("Delete {path}?")} {text} action="Delete" {on_yes} {on_close} /> }
        }
        Dialog::File { path, bytes } => {
            let on_save = {
                let (files, path) = (files.clone(), path.to_string());
                Callback::from(move |bytes: Vec<u8>| {
                    files.write(vec![FileImage { path: path.clone(), contents: FileContents::File { bytes } }]);
                })
            };
            let on_download = {
                let (files, path) = (files.clone(), path.clone());
                Callback::from(move |()| files.download(&path))
            };
            html! { <FileDialog path={path.to_string()} bytes={bytes.clone()} {on_save} {on_download} {on_close} /> }
        }
    }
}

fn rename_dialog(files: &Files, path: &Rc<str>, on_close: Callback<()>) -> Html {
    let from = path.clone();
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let directory: Rc<str> = directory.into();
    let check = {
        let (files, directory, from) = (files.clone(), directory.clone(), from.clone());
        Callback::from(move |name: String| {
            let to = check_name(&files.state.clone(), &directory, &name);
            let own_name = crate::ui::selectors::files::join(&directory, &name) == *from;
            if own_name { Ok(()) } else { to.map(drop) }
        })
    };
    let on_name = {
        let (files, on_close) = (files.clone(), on_close.clone());
        Callback::from(move |name: String| {
            if let Ok(to) = check_name(&files.state.clone(), &directory, &name) {
                files.change(FileChange::Rename { from: from.to_string(), to });
            }
            on_close.emit(());
        })
    };
    html! { <NameDialog title={format!("Rename {path}")} label="New name" value={name.to_owned()} action="Rename" {check} {on_name} {on_close} /> }
}

fn deletion_text(state: &FilesState, path: &str) -> String {
    let below = format!("{path}/");
    let inside = state.entries.iter().filter(|entry| entry.path.starts_with(&below)).count();
    match inside {
        0 => format!("{path} is removed from the project. This cannot be undone."),
        _ => format!(
            "The folder {path} and the {inside} files and folders in it are removed from the project. This cannot be undone."
        ),
    }
}
