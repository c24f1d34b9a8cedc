//! The dialogs of the Files panel, and their actions.

use std::rc::Rc;

use yew::prelude::*;

use super::ask_dialog::{ConfirmDialog, NameDialog};
use super::changes_dialog::ChangesDialog;
use super::file_dialog::FileDialog;
use super::move_dialog::{DownloadFilesDialog, MoveDialog};
use crate::protocol::{FileChange, FileContents, FileImage};
use crate::ui::hooks::use_files::Files;
use crate::ui::selectors::files::check_name;
use crate::ui::selectors::names;
use crate::ui::state::files::{FilesAction, FilesState};

/// The open dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Dialog {
    NewFile,
    NewFolder,
    Rename(Rc<str>),
    Move(Rc<str>),
    Delete(Rc<str>),
    Download,
    Changes,
    File { path: Rc<str>, bytes: Rc<[u8]> },
}

#[derive(PartialEq, Properties)]
pub struct FilesDialogProps {
    pub dialog: UseStateHandle<Option<Dialog>>,
    pub files: Files,
}

/// Renders the open dialog and performs its action.
#[component]
pub fn FilesDialog(props: &FilesDialogProps) -> Html {
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
        Dialog::Move(path) => html! { <MoveDialog path={path.clone()} {files} {on_close} /> },
        Dialog::Download => html! { <DownloadFilesDialog {files} {on_close} /> },
        Dialog::Changes => html! { <ChangesDialog {files} {on_close} /> },
        Dialog::Delete(path) => {
            let text = deletion_text(&files.state, path);
            let on_yes = {
                let (files, path, on_close) = (files.clone(), path.to_string(), on_close.clone());
                Callback::from(move |()| {
                    files.change(FileChange::Remove { path: path.clone() });
                    on_close.emit(());
                })
            };
            html! { <ConfirmDialog title={format!("Delete {}?", names::file(path))} {text} action="Delete" {on_yes} {on_close} /> }
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
    html! { <NameDialog title={format!("Rename {}", names::file(path))} label="New name" value={name.to_owned()} action="Rename" {check} {on_name} {on_close} /> }
}

fn deletion_text(state: &FilesState, path: &str) -> String {
    let below = format!("{path}/");
    let path = names::file(path);
    let inside = state.entries.iter().filter(|entry| entry.path.starts_with(&below)).count();
    match inside {
        0 => format!("{path} is removed from the project. This cannot be undone."),
        _ => format!(
            "The folder {path} and the {inside} files and folders in it are removed from the project. This cannot be undone."
        ),
    }
}
