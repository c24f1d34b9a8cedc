//! The sources of a module: requests the list, follows the program in them, and accepts those that the user supplies.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::reducers::{CheckContext, DebugContext, SourcesContext, WorkspaceContext};
use super::use_engine::Engine;
use crate::protocol::Event;
use crate::ui::platform::upload::Picked;
use crate::ui::selectors::sources::{Supplied, asked_for, known_by_text};
use crate::ui::state::check::CheckState;
use crate::ui::state::project::{About, Notice, Program, WorkspaceAction};
use crate::ui::state::sources::{SourceText, SourcesAction, SourcesState};

/// The longest source that is shown, in bytes.
const LONGEST: usize = 8 << 20;

/// Keeps [`crate::ui::state::sources::SourcesState`] up to date. Called once, in [`crate::ui::app::App`].
#[hook]
pub fn use_sources(
    engine: &Engine,
    workspace: &WorkspaceContext,
    check: &CheckContext,
    debug: &DebugContext,
    sources: &SourcesContext,
) {
    let version = use_memo((), |()| Cell::new(0));
    {
        let sources = sources.dispatcher();
        let engine = engine.clone();
        use_effect_with((), move |()| {
            let received = Callback::from(move |event: Rc<Event>| {
                if matches!(*event, Event::SourcesListed { .. }) {
                    sources.dispatch(SourcesAction::Received(event));
                }
            });
            let listener = engine.listen(received);
            move || drop(listener)
        });
    }
    {
        let sources = sources.dispatcher();
        use_effect_with(workspace.opened, move |_| sources.dispatch(SourcesAction::Forget));
    }
    {
        let sources = sources.dispatcher();
        use_effect_with(workspace.project.sources.clone(), move |_| sources.dispatch(SourcesAction::Supplied));
    }
    {
        // Read the debug information only if the module declares some.
        let has_any = names_sources(check) == Some(true);
        let binary = matches!(workspace.project.program, Program::Binary { .. });
        let (engine, sources, program) = (engine.clone(), sources.dispatcher(), workspace.project.program.clone());
        use_effect_with((workspace.opened, has_any && binary), move |(_, wanted)| {
            if *wanted {
                version.set(version.get() + 1);
                sources.dispatch(SourcesAction::Requested { version: version.get() });
                engine.list_sources(version.get(), program.source());
            }
        });
    }
    {
        let sources = sources.dispatcher();
        let stands = (debug.view().map(|view| view.step), debug.frame, debug.level);
        use_effect_with(stands, move |_| sources.dispatch(SourcesAction::Follow));
    }
}

/// Whether the module declares debug information; `None` if there is no module.
pub fn names_sources(check: &CheckState) -> Option<bool> {
    let module = check.checked.as_ref()?.module.as_ref()?;
    Some(module.sections.iter().any(|(name, _)| is_debug(name)))
}

fn is_debug(section: &str) -> bool {
    section.contains(".debug_info") || section.contains("external_debug_info")
}

/// Takes those of the files that are sources of the open module.
pub async fn supply(picked: &[Picked], workspace: &WorkspaceContext, sources: &SourcesState) -> Supplied {
    let files = &sources.files;
    let mut supplied = Supplied::default();
    let mut texts = Vec::new();
    for file in picked.iter().filter(|file| !file.is_directory()) {
        let candidates = asked_for(&file.path, files);
        if candidates.is_empty() {
            continue;
        }
        let text = match file.read().await.map(String::from_utf8) {
            Ok(Ok(text)) if text.len() <= LONGEST => text.replace("\r\n", "\n"),
            Ok(Ok(_)) => {
                supplied.refused.push(format!("{} is longer than {} MiB", file.path, LONGEST >> 20));
                continue;
            }
            Ok(Err(_)) => {
                supplied.refused.push(format!("{} is not text in UTF-8", file.path));
                continue;
            }
            Err(error) => {
                supplied.refused.push(error);
                continue;
            }
        };
        let found = match candidates.as_slice() {
            [only] => Some(*only),
            several => known_by_text(&text, several, &sources.landmarks),
        };
        match found {
            Some(path) => {
                supplied.added.push(path.clone());
                texts.push(SourceText { path: path.clone(), text: text.into() });
            }
            None => supplied.unclear.push((file.path.clone(), candidates.into_iter().cloned().collect())),
        }
    }
    if !texts.is_empty() {
        workspace.dispatch(WorkspaceAction::AddSources(texts));
    }
    supplied
}

/// Like [`supply`], for callers that do not await it.
pub fn supply_picked(picked: Vec<Picked>, workspace: WorkspaceContext, sources: SourcesState) {
    spawn_local(async move {
        let supplied = supply(&picked, &workspace, &sources).await;
        let (text, is_error) = (supplied.describe(&sources.files).into(), supplied.added.is_empty());
        workspace.dispatch(WorkspaceAction::Notify(Notice { text, is_error, about: About::Program, action: None }));
    });
}
