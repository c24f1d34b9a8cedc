//! Two choices: the folder to move a file to, and the archive format of a download.

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::modal::Modal;
use crate::ui::hooks::use_files::Files;
use crate::ui::platform::archive::Format;
use crate::ui::selectors::files::folders_for;
use crate::ui::selectors::names;

#[derive(PartialEq, Properties)]
pub struct MoveProps {
    pub path: Rc<str>,
    pub files: Files,
    pub on_close: Callback<()>,
}

#[component]
pub fn MoveDialog(props: &MoveProps) -> Html {
    let select = use_node_ref();
    let folders = folders_for(&props.files.state, &props.path);
    let onsubmit = {
        let (select, files, path, on_close) =
            (select.clone(), props.files.clone(), props.path.clone(), props.on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(select) = select.cast::<HtmlSelectElement>() {
                files.move_into(&path, &select.value());
            }
            on_close.emit(());
        })
    };
    html! {
        <Modal id="move-dialog" title={format!("Move {}", names::file(&props.path))} on_close={&props.on_close}>
            if folders.is_empty() {
                <p class="dialog-text">{ "There is no other folder to move it to. Create one first with “New folder”." }</p>
            } else {
                <form class="dialog-form" {onsubmit}>
                    <label for="move-dialog-folder">{ "To the folder" }</label>
                    <select id="move-dialog-folder" class="text-box" ref={select} autofocus=true>
                        { for folders.iter().map(|folder| html! {
                            <option value={folder.clone()}>{ if folder.is_empty() { "/ (the top)" } else { folder } }</option>
                        }) }
                    </select>
                    <div class="dialog-actions">
                        <button type="submit" class="button primary-button">{ "Move here" }</button>
                    </div>
                </form>
            }
        </Modal>
    }
}

#[derive(PartialEq, Properties)]
pub struct DownloadFilesProps {
    pub files: Files,
    pub on_close: Callback<()>,
}

#[component]
pub fn DownloadFilesDialog(props: &DownloadFilesProps) -> Html {
    let choice = |format: Format, name: &str, what: &str| {
        let (files, on_close) = (props.files.clone(), props.on_close.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            files.download_archive(None, format);
            on_close.emit(());
        });
        html! {
            <li><button type="button" class="download-choice" aria-label={format!("{name}, {what}")} {onclick}><strong>{ name }</strong>{ " " }<span>{ what }</span></button></li>
        }
    };
    html! {
        <Modal id="download-files-dialog" title="Download all files" on_close={&props.on_close}>
            <ul class="download-list">
                { choice(Format::Zip, "Zip", "compressed; opens everywhere") }
                { choice(Format::Tar, "Tar", "not compressed; for Unix tools") }
            </ul>
        </Modal>
    }
}
