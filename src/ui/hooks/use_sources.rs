//! The sources of a module: asks which there are, follows the program in them, and takes what the person supplies.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::reducers::{CheckContext, DebugContext, SourcesContext, WorkspaceContext};
use super::use_engine::Engine;
use crate::protocol::Event;
use crate::ui::platform::upload::Picked;
use crate::ui::selectors::sources::{asked_for, short};
use crate::ui::state::project::{About, Notice, Program, WorkspaceAction};
use crate::ui::state::sources::{SourceText, SourcesAction};

/// The longest source that is shown.
const LONGEST: usize = 8 << 20;

/// Keeps [`crate::ui::state::sources::SourcesState`] up to date. Once, in [`crate::ui::app::App`].
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
            let heard = Callback::from(move |event: Rc<Event>| {
                if matches!(*event, Event::SourcesListed { .. }) {
                    sources.dispatch(SourcesAction::Heard(event));
                }
            });
            let listener = engine.listen(heard);
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
        // Only a module that says to have debug information is read for it.
        let sections =
            check.checked.as_ref().and_then(|checked| checked.module.as_ref()).map(|module| &module.sections);
        let has_any = sections.is_some_and(|sections| sections.iter().any(|(name, _)| is_debug(name)));
        let binary = matches!(workspace.project.program, Program::Binary { .. });
        let (engine, sources, program) = (engine.clone(), sources.dispatcher(), workspace.project.program.clone());
        use_effect_with((workspace.opened, has_any && binary), move |(_, wanted)| {
            if *wanted {
                version.set(version.get() + 1);
                sources.dispatch(SourcesAction::Asked { version: version.get() });
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

fn is_debug(section: &str) -> bool {
    section.contains(".debug_info") || section.contains("external_debug_info")
}

/// What came of files that a person has supplied.
pub enum Supplied {
    /// None of them is a source of the module.
    Nothing,
    /// What to say of those that are, and of those that could not be taken.
    Told(String),
}

/// Takes those files that are sources of the module that is open.
pub async fn supply(picked: &[Picked], workspace: &WorkspaceContext, files: &[Rc<str>]) -> Supplied {
    let wanted = picked.iter().filter(|file| !file.is_directory());
    let wanted: Vec<_> = wanted.filter_map(|file| Some((file, asked_for(&file.path, files)?))).collect();
    if wanted.is_empty() {
        return Supplied::Nothing;
    }
    let mut added = Vec::new();
    let mut refused = Vec::new();
    for (file, path) in wanted {
        match file.read().await.map(String::from_utf8) {
            Ok(Ok(text)) if text.len() <= LONGEST => {
                added.push(SourceText { path: path.clone(), text: text.replace("\r\n", "\n").into() });
            }
            Ok(Ok(_)) => refused.push(format!("{} is longer than {} MiB", file.path, LONGEST >> 20)),
            Ok(Err(_)) => refused.push(format!("{} is not text in UTF-8", file.path)),
            Err(error) => refused.push(error),
        }
    }
    let names: Vec<&str> = added.iter().map(|text| short(&text.path, files)).collect();
    let mut told = match names.as_slice() {
        [] => String::new(),
        [name] => format!("The source {name} is shown in the editor."),
        names => format!("{} source files are shown in the editor: {}.", names.len(), names.join(", ")),
    };
    for reason in &refused {
        told += &format!(" {reason}.");
    }
    if !added.is_empty() {
        workspace.dispatch(WorkspaceAction::AddSources(added));
    }
    Supplied::Told(told.trim_start().to_owned())
}

/// The same, from where nothing waits for it.
pub fn supply_picked(picked: Vec<Picked>, workspace: WorkspaceContext, files: Rc<[Rc<str>]>) {
    spawn_local(async move {
        let (text, is_error) = match supply(&picked, &workspace, &files).await {
            Supplied::Told(text) => (text, false),
            Supplied::Nothing => {
                let asked: Vec<&str> = files.iter().map(|file| short(file, &files)).collect();
                (format!("None of these is a source of this module. It names {}.", asked.join(", ")), true)
            }
        };
        workspace.dispatch(WorkspaceAction::Tell(Notice { text: text.into(), is_error, about: About::Program }));
    });
}
