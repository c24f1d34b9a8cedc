//! The toolbar's part for what is open: examples, projects, open, download, share.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::download_menu::DownloadDialog;
use super::examples_dialog::ExamplesDialog;
use super::projects_dialog::ProjectsDialog;
use super::share_dialog::ShareDialog;
use crate::ui::hooks::reducers::{WorkspaceContext, use_slice};
use crate::ui::hooks::use_open::Opener;
use crate::ui::hooks::use_projects::Projects;
use crate::ui::platform::upload::picked;
use crate::ui::state::project::Saving;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Dialog {
    Examples,
    Projects,
    Download,
    Share,
}

#[component]
pub fn SourceTools() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let projects = use_slice::<Projects>();
    let opener = use_slice::<Opener>();
    let dialog = use_state_eq(|| None::<Dialog>);
    let picker = use_node_ref();
    let show = |shown: Dialog| {
        let dialog = dialog.setter();
        Callback::from(move |_: MouseEvent| dialog.set(Some(shown)))
    };
    let on_close = {
        let dialog = dialog.setter();
        Callback::from(move |()| dialog.set(None))
    };
    let on_download = {
        let dialog = dialog.setter();
        Callback::from(move |()| dialog.set(Some(Dialog::Download)))
    };
    let pick = {
        let picker = picker.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(picker) = picker.cast::<HtmlInputElement>() {
                picker.click();
            }
        })
    };
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(list) = input.files() {
            opener.open(picked(&list));
        }
        // Allows the same file to be picked again.
        input.set_value("");
    });
    let (saving, state) = match &workspace.saving {
        Saving::Failed { .. } => ("failed", "not saved"),
        Saving::Pending => ("pending", "saving"),
        Saving::Saved if !workspace.project.kept => ("unchanged", "unchanged"),
        Saving::Saved => ("saved", "saved in this browser"),
    };
    html! {
        <>
            <button type="button" class="button" aria-haspopup="dialog" onclick={show(Dialog::Examples)}>{ "Examples" }</button>
            <button type="button" class="button project-button" aria-haspopup="dialog" aria-label={format!("Projects: {}, {state}", workspace.project.name)}
                title={format!("{}: {state}", workspace.project.name)} onclick={show(Dialog::Projects)}>
                <span class="project-word">{ "Projects" }</span>{ " " }
                <span class="project-name">{ &*workspace.project.name }</span>
                <span class="project-state" data-saving={saving} aria-hidden="true" />
            </button>
            <button type="button" class="button" title="A .wat, .wasm, .zip or .wasmoscope file" onclick={pick}>{ "Open" }</button>
            <input ref={picker} type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" data-picker="open" multiple=true {onchange} />
            <button type="button" class="button" aria-haspopup="dialog" onclick={show(Dialog::Download)}>{ "Download" }</button>
            <button type="button" class="button" aria-haspopup="dialog" onclick={show(Dialog::Share)}>{ "Share" }</button>
            { match *dialog {
                None => Html::default(),
                Some(Dialog::Examples) => html! { <ExamplesDialog {on_close} /> },
                Some(Dialog::Projects) => html! { <ProjectsDialog {on_close} /> },
                Some(Dialog::Download) => html! { <DownloadDialog {on_close} /> },
                Some(Dialog::Share) => html! { <ShareDialog {projects} {on_download} {on_close} /> },
            } }
        </>
    }
}
