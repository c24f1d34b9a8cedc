//! Files can be dropped anywhere: on the Files panel they go into the tree, elsewhere they are opened.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use crate::ui::hooks::reducers::use_slice;
use crate::ui::hooks::use_files::Files;
use crate::ui::hooks::use_open::Opener;
use crate::ui::hooks::use_projects::Projects;
use crate::ui::platform::dom;
use crate::ui::platform::upload::Dropped;
use crate::ui::state::project::About;

/// Where files are being dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drag {
    Nowhere,
    OverPage,
    OverFiles,
}

#[component]
pub fn DropZone() -> Html {
    let opener = use_slice::<Opener>();
    let projects = use_slice::<Projects>();
    let files = use_slice::<Files>();
    let drag = use_state_eq(|| Drag::Nowhere);
    {
        let drag = drag.setter();
        use_effect_with((opener, projects, files), move |(opener, projects, files)| {
            let over = {
                let drag = drag.clone();
                move |event: &Event| {
                    let Some(event) = event.dyn_ref::<DragEvent>().filter(|event| brings_files(event)) else { return };
                    event.prevent_default();
                    drag.set(if over_files(event) { Drag::OverFiles } else { Drag::OverPage });
                }
            };
            let leave = {
                let drag = drag.clone();
                move |event: &Event| {
                    // Between two elements, `relatedTarget` is set; when the drag leaves the window, it is not.
                    if event.dyn_ref::<DragEvent>().is_some_and(|event| event.related_target().is_none()) {
                        drag.set(Drag::Nowhere);
                    }
                }
            };
            let drop = {
                let (drag, opener, projects, files) = (drag.clone(), opener.clone(), projects.clone(), files.clone());
                move |event: &Event| {
                    drag.set(Drag::Nowhere);
                    let Some(event) = event.dyn_ref::<DragEvent>().filter(|event| brings_files(event)) else { return };
                    event.prevent_default();
                    let Some(dropped) = event.data_transfer().map(|transfer| Dropped::take(&transfer)) else { return };
                    let directory = over_files(event).then(|| directory_under(event, &files));
                    take(dropped, directory, opener.clone(), projects.clone(), files.clone());
                }
            };
            let window = dom::window();
            let options = EventListenerOptions::enable_prevent_default();
            let listeners = [
                EventListener::new_with_options(&window, "dragover", options, over),
                EventListener::new_with_options(&window, "dragleave", options, leave),
                EventListener::new_with_options(&window, "drop", options, drop),
            ];
            move || std::mem::drop(listeners)
        });
    }
    let text = match *drag {
        Drag::Nowhere => return Html::default(),
        Drag::OverPage => {
            "Drop a program or a project to open it, or the source of the one that is open; other files go to Files"
        }
        Drag::OverFiles => "Drop to add it to Files",
    };
    html! { <div class="drop-zone" data-over={if *drag == Drag::OverFiles { "files" } else { "page" }}><p>{ text }</p></div> }
}

fn take(dropped: Dropped, directory: Option<String>, opener: Opener, projects: Projects, files: Files) {
    if dropped.is_empty() {
        return;
    }
    spawn_local(async move {
        match (files.list(dropped).await, directory) {
            (Ok(picked), Some(directory)) => files.upload(picked, &directory).await,
            (Ok(picked), None) => opener.open(picked),
            (Err(error), _) => projects.notify_error(&format!("Cannot open {error}."), About::Program),
        }
    });
}

fn brings_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}

fn closest(event: &DragEvent, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

fn over_files(event: &DragEvent) -> bool {
    closest(event, ".files-panel").is_some()
}

/// The folder under the pointer, or the one that contains the file under it.
fn directory_under(event: &DragEvent, files: &Files) -> String {
    let path = closest(event, "[data-path]").and_then(|row| row.get_attribute("data-path")).unwrap_or_default();
    let state = files.state.clone();
    match state.entry(&path) {
        Some(entry) if entry.kind == crate::protocol::FileKind::Directory => path,
        _ => path.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned()),
    }
}
