//! Actions on the file tree, and on its active row.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::file_tree::FileAction;
use super::files_dialog::Dialog;
use super::icon::{Icon, Picture};
use crate::protocol::FileKind;
use crate::ui::hooks::use_files::Files;
use crate::ui::platform::archive::Format;
use crate::ui::platform::upload::picked;
use crate::ui::selectors::names;
use crate::ui::selectors::opened::has_archive_name;

#[derive(PartialEq, Properties)]
pub struct FileToolsProps {
    pub files: Files,
    pub ask: Callback<Dialog>,
}

/// Actions on the whole tree.
#[component]
pub fn FileTools(props: &FileToolsProps) -> Html {
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
                { tool("Download all files", Picture::Download, ask(Dialog::Download)) }
            }
            <input ref={several} type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" data-picker="files" multiple=true
                onchange={onchange.clone()} />
            <input ref={folder} type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" data-picker="folder"
                webkitdirectory=true {onchange} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub struct RowToolsProps {
    pub active: Option<Rc<str>>,
    pub on_file_action: Callback<FileAction>,
    pub files: Files,
}

/// Actions on the active row, for keyboards without `F2` and `Delete`.
#[component]
pub fn RowTools(props: &RowToolsProps) -> Html {
    let Some(path) = props.active.clone() else { return Html::default() };
    let is_directory = props.files.state.entry(&path).is_some_and(|entry| entry.kind == FileKind::Directory);
    let file_action = |file_action: FileAction| props.on_file_action.reform(move |_: MouseEvent| file_action.clone());
    let download = {
        let (files, path) = (props.files.clone(), path.clone());
        Callback::from(move |_: MouseEvent| match is_directory {
            true => files.download_archive(Some(&path), Format::Zip),
            false => files.download(&path),
        })
    };
    let duplicate = {
        let (files, path) = (props.files.clone(), path.clone());
        Callback::from(move |_: MouseEvent| files.duplicate(&path))
    };
    let unpack = {
        let (files, path) = (props.files.clone(), path.clone());
        Callback::from(move |_: MouseEvent| files.unpack(&path))
    };
    let tool = |name: &'static str, key: &str, picture: Picture, onclick: Callback<MouseEvent>| {
        let title = if key.is_empty() { name.to_owned() } else { format!("{name} ({key})") };
        html! {
            <button type="button" class="quiet-button" aria-label={name} {title} {onclick}>
                <Icon {picture} /><span class="row-tool-name">{ name }</span>
            </button>
        }
    };
    let save = if is_directory { "Save as zip" } else { "Save as" };
    html! {
        <div class="row-tools" role="group" aria-label={format!("Actions on {}", names::file(&path))}>
            if !is_directory && has_archive_name(&path) { { tool("Unpack", "", Picture::Unpack, unpack) } }
            if !is_directory { { tool("Open file", "Enter", Picture::Open, file_action(FileAction::Open(path.clone()))) } }
            { tool("Rename", "F2", Picture::Rename, file_action(FileAction::Rename(path.clone()))) }
            { tool("Move", "F6", Picture::Move, file_action(FileAction::Move(path.clone()))) }
            { tool("Duplicate", "", Picture::Duplicate, duplicate) }
            { tool(save, "", Picture::Download, download) }
            { tool("Delete", "Delete", Picture::Delete, file_action(FileAction::Delete(path))) }
        </div>
    }
}
