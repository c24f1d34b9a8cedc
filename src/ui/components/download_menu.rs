//! Downloading: the text, the compiled module, or the whole project.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

use super::modal::Modal;
use crate::protocol::Event as EngineEvent;
use crate::ui::hooks::reducers::{CheckContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_editor::EditorLink;
use crate::ui::hooks::use_engine::{Engine, use_engine_events};
use crate::ui::hooks::use_projects::Projects;
use crate::ui::platform::download::download;
use crate::ui::state::project::{Program, file_stem};
use crate::ui::state::project_file::{Packing, ProjectFile};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub on_close: Callback<()>,
}

#[component]
pub fn DownloadDialog(props: &Props) -> Html {
    let projects = use_slice::<Projects>();
    let engine = use_slice::<Engine>();
    let editor = use_slice::<EditorLink>();
    let workspace = use_slice::<WorkspaceContext>();
    let check = use_slice::<CheckContext>();
    let problem = use_state_eq(|| None::<AttrValue>);
    // The version of the build being waited for.
    let requested = use_memo((), |()| Cell::new(0_u32));
    let stem = file_stem(&workspace.project.name);
    let hand_out = {
        let (problem, on_close) = (problem.setter(), props.on_close.clone());
        // Whether the download could be started.
        move |name: &str, media_type: &str, bytes: &[u8]| match download(name, media_type, bytes) {
            Ok(()) => {
                on_close.emit(());
                true
            }
            Err(_) => {
                problem.set(Some("The browser does not let the page download it.".into()));
                false
            }
        }
    };
    let on_event = {
        let (requested, hand_out, problem, stem) =
            (requested.clone(), hand_out.clone(), problem.setter(), stem.clone());
        Callback::from(move |event: Rc<EngineEvent>| {
            let EngineEvent::Built { version, result, .. } = &*event else { return };
            if *version != requested.get() || requested.get() == 0 {
                return;
            }
            match result {
                Ok(binary) => drop(hand_out(&format!("{stem}.wasm"), "application/wasm", &binary.bytes)),
                Err(problems) => {
                    let first = problems.first().map(|problem| format!(": {}", problem.message)).unwrap_or_default();
                    problem
                        .set(Some(format!("The program does not compile{first}. See Problems for the errors.").into()));
                }
            }
        })
    };
    use_engine_events(on_event);

    let text = match &workspace.project.program {
        Program::Text(_) => {
            let (editor, workspace, hand_out, stem) =
                (editor.clone(), workspace.clone(), hand_out.clone(), stem.clone());
            Some(Callback::from(move |_: MouseEvent| {
                editor.flush();
                if let Some(text) = workspace.clone().project.program.text() {
                    hand_out(&format!("{stem}.wat"), "text/plain", text.as_bytes());
                }
            }))
        }
        Program::Binary { .. } => {
            let disassembly = check.whole_disassembly();
            let (hand_out, stem) = (hand_out.clone(), stem.clone());
            disassembly.map(|text| {
                Callback::from(move |_: MouseEvent| {
                    hand_out(&format!("{stem}.wat"), "text/plain", text.as_bytes());
                })
            })
        }
    };
    let module = {
        let (editor, workspace, requested, problem) =
            (editor.clone(), workspace.clone(), requested.clone(), problem.setter());
        let (hand_out, stem) = (hand_out.clone(), stem.clone());
        Callback::from(move |_: MouseEvent| {
            editor.flush();
            problem.set(None);
            let program = workspace.clone().project.program.clone();
            if let Program::Binary { bytes, .. } = &program {
                hand_out(&format!("{stem}.wasm"), "application/wasm", bytes);
                return;
            }
            requested.set(requested.get() + 1);
            engine.build(requested.get(), program.source());
        })
    };
    let project = {
        let (projects, hand_out, problem, stem) = (projects.clone(), hand_out.clone(), problem.setter(), stem.clone());
        Callback::from(move |_: MouseEvent| {
            let (hand_out, problem, stem) = (hand_out.clone(), problem.clone(), stem.clone());
            let exported = projects.clone();
            projects.export(Callback::from(move |file: ProjectFile| match file.encode(Packing::Small) {
                Ok(bytes) => {
                    if hand_out(&format!("{stem}.wasmoscope"), "application/octet-stream", &bytes) {
                        exported.downloaded();
                    }
                }
                Err(error) => problem.set(Some(format!("The project file cannot be created: {error}.").into())),
            }));
        })
    };
    let choice = |name: &str, what: &str, onclick: Option<Callback<MouseEvent>>| {
        let disabled = onclick.is_none();
        html! {
            <li><button type="button" class="download-choice" aria-label={format!("{name}, {what}")} {disabled} onclick={onclick.unwrap_or_default()}>
                <strong>{ name }</strong>{ " " }<span>{ what }</span>
            </button></li>
        }
    };
    html! {
        <Modal id="download-dialog" title="Download" on_close={&props.on_close}>
            <ul class="download-list">
                { choice("Text", &format!("{stem}.wat, for any editor"), text) }
                { choice("Module", &format!("{stem}.wasm, compiled"), Some(module)) }
                { choice("Project", &format!("{stem}.wasmoscope, with arguments, environment and files; opens here"), Some(project)) }
            </ul>
            if let Some(problem) = &*problem { <p class="dialog-hint" data-problem="true" role="alert">{ problem }</p> }
        </Modal>
    }
}
