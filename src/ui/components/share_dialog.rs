//! Sharing: the project as a link, or as a file if it is too large for one.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::copy_button::CopyButton;
use super::modal::Modal;
use crate::protocol::{Event as EngineEvent, FileImage};
use crate::ui::hooks::reducers::{DebugContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_engine::{Engine, use_engine_events};
use crate::ui::hooks::use_projects::Projects;
use crate::ui::platform::share_url::{LONGEST_FRAGMENT, Shared, to_fragment};
use crate::ui::platform::{dom, download};
use crate::ui::selectors::numbers;
use crate::ui::state::debug_notes::Bookmark;
use crate::ui::state::project::file_stem;
use crate::ui::state::project_file::{Packing, ProjectFile};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub projects: Projects,
    pub on_download: Callback<()>,
    pub on_close: Callback<()>,
}

/// The state of the link.
#[derive(Debug, Clone, PartialEq)]
enum Link {
    Making,
    Ready(AttrValue),
    TooLong(usize),
    Failed(AttrValue),
}

/// The step that the shared project opens at.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// None: the project opens without a step.
    Not,
    /// Requested from the worker.
    Requested,
    /// Received, with the files as the run found them.
    There(Bookmark, Rc<[FileImage]>),
}

#[component]
pub fn ShareDialog(props: &Props) -> Html {
    let debug = use_slice::<DebugContext>();
    let engine = use_slice::<Engine>();
    let workspace = use_slice::<WorkspaceContext>();
    let link = use_state_eq(|| Link::Making);
    let step = use_state_eq(|| Step::Not);
    let file = use_mut_ref(|| None::<ProjectFile>);
    {
        let (link, file) = (link.setter(), file.clone());
        use_effect_with((props.projects.clone(), (*step).clone()), move |(projects, step)| {
            let (bookmark, files) = match step {
                Step::Not => (None, None),
                Step::Requested => return,
                Step::There(bookmark, files) => (Some(bookmark.clone()), Some(files.clone())),
            };
            link.set(Link::Making);
            projects.export(Callback::from(move |mut exported: ProjectFile| {
                if let Some(files) = &files {
                    exported.debugging.bookmark = bookmark.clone();
                    exported.files = files.to_vec();
                }
                link.set(match to_fragment(&exported) {
                    Ok(Shared::Fragment(fragment)) => Link::Ready(format!("{}#{fragment}", address()).into()),
                    Ok(Shared::TooLong { length }) => Link::TooLong(length),
                    Err(error) => Link::Failed(error.to_string().into()),
                });
                file.replace(Some(exported));
            }));
        });
    }
    let on_event = {
        let step = step.setter();
        use_callback((), move |event: Rc<EngineEvent>, ()| {
            if let EngineEvent::Bookmarked { step: number, bytes, files, .. } = &*event {
                let bookmark = Bookmark { step: *number, bytes: bytes.as_slice().into() };
                step.set(Step::There(bookmark, files.as_slice().into()));
            }
        })
    };
    use_engine_events(on_event);
    let choose = {
        let step = step.setter();
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            if input.checked() {
                step.set(Step::Requested);
                engine.bookmark();
            } else {
                step.set(Step::Not);
            }
        })
    };
    let download = {
        let (file, on_close, name) = (file.clone(), props.on_close.clone(), file_stem(&workspace.project.name));
        let (link, other) = (link.setter(), props.on_download.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(file) = &*file.borrow() else { return other.emit(()) };
            let handed = file.encode(Packing::Small).map_err(|error| error.to_string()).and_then(|bytes| {
                download::download(&format!("{name}.wasmoscope"), "application/octet-stream", &bytes)
                    .map_err(|_| "the browser does not let the page download it".to_owned())
            });
            match handed {
                Ok(()) => on_close.emit(()),
                Err(reason) => link.set(Link::Failed(reason.into())),
            }
        })
    };
    let at = debug.view().filter(|_| debug.is_stopped()).map(|view| numbers::grouped(view.step));
    let select_all = Callback::from(|event: FocusEvent| {
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            input.select();
        }
    });
    html! {
        <Modal id="share-dialog" title="Share" on_close={&props.on_close}>
            if let Some(at) = at {
                <label class="share-step">
                    <input type="checkbox" checked={*step != Step::Not} onchange={choose} />
                    { format!("Open at this step ({at})") }
                </label>
                <p class="dialog-hint">{ "Debug then goes to the same step of the same run: input, times and random numbers are included." }</p>
            }
            { match &*link {
                Link::Making => html! { <p role="status">{ "Making the link…" }</p> },
                Link::Ready(link) => html! { <>
                    <p class="dialog-text">{ "The link holds the whole project: program, arguments, environment and files. It is not stored on a server, so it works as long as this page does. Everyone who opens it gets a copy." }</p>
                    <div class="share-line">
                        <input class="text-box share-link" type="text" aria-label="Link" readonly=true value={link.clone()} onfocus={select_all} />
                        <CopyButton label="Copy the link" worded=true text={let link = link.clone(); Callback::from(move |()| link.to_string())} />
                    </div>
                    <p class="dialog-hint">{ format!("{} characters", link.len()) }</p>
                </> },
                Link::TooLong(length) => html! { <>
                    <p class="dialog-text" role="status">{ format!(
                        "This project is too large for a link: it would have {length} characters, and many programs \
                         truncate links after {LONGEST_FRAGMENT}. Share it as a file, which can be dropped on this \
                         page or opened with Open."
                    ) }</p>
                    <div class="dialog-actions">
                        <button type="button" class="button primary-button" onclick={download}>{ "Download the project file" }</button>
                    </div>
                </> },
                Link::Failed(error) => html! { <p class="dialog-text" role="alert">{ format!("The project cannot be shared: {error}.") }</p> },
            } }
        </Modal>
    }
}

/// This page's URL without the fragment.
fn address() -> String {
    let href = dom::window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}
