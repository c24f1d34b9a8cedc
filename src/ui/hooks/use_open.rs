//! Opens files from the user's disk: programs and projects become projects, the rest goes to the Files panel.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::reducers::{CheckContext, SourcesContext, WorkspaceContext, use_slice};
use super::use_files::Files;
use super::use_projects::Projects;
use super::use_sources::{names_sources, supply};
use crate::ui::platform::upload::Picked;
use crate::ui::selectors::numbers::count;
use crate::ui::selectors::opened::{Opened, OpenedTogether, classify, several};
use crate::ui::state::project::{About, Program};
use crate::ui::state::project_file::ProjectFile;

/// The handle: equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Opener(Rc<OpenerInner>);

struct OpenerInner {
    projects: Projects,
    files: Files,
    workspace: WorkspaceContext,
    sources: SourcesContext,
    /// The source of the module being opened, taken once it is known which files the module names.
    awaited: RefCell<Option<Awaited>>,
}

/// Source files that wait for their module.
struct Awaited {
    /// [`Workspace::opened`](crate::ui::state::project::Workspace::opened) before the module was opened.
    before: u32,
    /// Whether the state of the previously open program has been cleared.
    is_begun: bool,
    picked: Vec<Picked>,
}

impl PartialEq for Opener {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[hook]
pub fn use_open(projects: &Projects, files: &Files) -> Opener {
    let workspace = use_slice::<WorkspaceContext>();
    let sources = use_slice::<SourcesContext>();
    let check = use_slice::<CheckContext>();
    let (opened, is_known) = (workspace.opened, sources.is_known());
    let names_none = names_sources(&check) == Some(false) && !check.is_pending();
    let opener = use_memo((), |()| OpenerInner {
        projects: projects.clone(),
        files: files.clone(),
        workspace,
        sources,
        awaited: RefCell::default(),
    });
    let opener = Opener(opener);
    {
        let opener = opener.clone();
        use_effect_with((opened, is_known, names_none), move |(opened, is_known, names_none)| {
            let mut awaited = opener.0.awaited.borrow_mut();
            let Some(waiting) = awaited.as_mut().filter(|waiting| *opened > waiting.before) else { return };
            if *opened > waiting.before + 1 {
                // Another program was opened in the meantime.
                awaited.take();
                return;
            }
            // Wait until the state of the previous program has been cleared.
            if !(*is_known || *names_none) {
                waiting.is_begun = true;
            }
            if !waiting.is_begun {
                return;
            }
            if *is_known {
                let picked = std::mem::take(&mut waiting.picked);
                awaited.take();
                opener.take_source(picked);
            } else if *names_none {
                awaited.take();
                opener.0.projects.notify_error(
                    "The module names no source files, so its source cannot be shown. Build it with debug information.",
                    About::Program,
                );
            }
        });
    }
    opener
}

impl Opener {
    /// Takes the sources that the open module was compiled from. Otherwise opens a single file according to its type;
    /// several files, or a folder, go to the Files panel.
    pub fn open(&self, picked: Vec<Picked>) {
        let opener = self.clone();
        spawn_local(async move {
            let requested = (*opener.0.sources.clone()).clone();
            let supplied = supply(&picked, &opener.0.workspace, &requested).await;
            let description = supplied.describe(&requested.files);
            // A folder in which only names match the module's is more likely one for the program to read.
            let is_one = matches!(picked.as_slice(), [file] if !file.is_directory());
            if !supplied.added.is_empty() {
                opener.0.projects.notify(&description, About::Program);
                return;
            }
            if !supplied.refused.is_empty() || is_one && !supplied.is_nothing() {
                opener.0.projects.notify_error(&description, About::Program);
                return;
            }
            match picked.as_slice() {
                [] => {}
                [file] if !file.is_directory() => opener.open_one(file.clone()).await,
                _ => opener.open_several(picked).await,
            }
        });
    }

    async fn open_several(&self, picked: Vec<Picked>) {
        let OpenerInner { projects, files, workspace, .. } = &*self.0;
        let all: Vec<&Picked> = picked.iter().filter(|file| !file.is_directory()).collect();
        let paths: Vec<&str> = all.iter().map(|file| &*file.path).collect();
        match several(&paths) {
            OpenedTogether::Projects => {
                for file in all {
                    let before = workspace.clone().opened;
                    self.open_one(file.clone()).await;
                    projects.opened(before).await;
                }
            }
            OpenedTogether::Program { module, sources, others } => {
                let before = workspace.clone().opened;
                let chosen = |places: &[usize]| places.iter().map(|place| all[*place].clone()).collect::<Vec<_>>();
                self.0.awaited.replace(Some(Awaited { before, is_begun: false, picked: chosen(&sources) }));
                self.open_one(all[module].clone()).await;
                if !others.is_empty() {
                    projects.opened(before).await;
                    files.upload(chosen(&others), "").await;
                }
            }
            OpenedTogether::Files => {
                let count = count(all.len() as u64, "file", "files");
                files.upload(picked, "").await;
                projects.notify(&format!("{count} were added to Files."), About::Program);
            }
        }
    }

    /// Takes the source that came with the module.
    fn take_source(&self, picked: Vec<Picked>) {
        let opener = self.clone();
        spawn_local(async move {
            let requested = (*opener.0.sources.clone()).clone();
            let supplied = supply(&picked, &opener.0.workspace, &requested).await;
            let description = supplied.describe(&requested.files);
            if supplied.added.is_empty() {
                opener.0.projects.notify_error(&description, About::Program);
            } else {
                opener.0.projects.notify(&description, About::Program);
            }
        });
    }

    async fn open_one(&self, file: Picked) {
        let OpenerInner { projects, files, .. } = &*self.0;
        let name = file.path.clone();
        let opened = match file.read().await {
            Ok(bytes) => {
                classify(&name, &bytes).map(|opened| (opened, bytes)).map_err(|error| format!("{name}: {error}"))
            }
            Err(error) => Err(error),
        };
        match opened {
            Ok((Opened::Program(program), _)) => projects.open_new(project_of(&name, program), true, |_| None),
            Ok((Opened::Project, bytes)) => {
                if let Err(error) = projects.open_file(&name, bytes).await {
                    projects.notify_error(&format!("Cannot open {error}."), About::Program);
                }
            }
            Ok((Opened::Archive, bytes)) => {
                if files.write_archive(&name, &bytes, "") {
                    projects.notify(&format!("{name} was unpacked into Files."), About::Program);
                }
            }
            Ok((Opened::File, _)) => {
                files.upload(vec![file], "").await;
                projects.notify(&format!("{name} was added to Files."), About::Program);
            }
            Err(error) => projects.notify_error(&format!("Cannot open {error}."), About::Program),
        }
    }
}

fn project_of(file_name: &str, program: Program) -> ProjectFile {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    ProjectFile {
        name: stem.to_owned(),
        program,
        arguments: String::new(),
        environment: String::new(),
        sources: Vec::new(),
        kept: true,
        files: Vec::new(),
        debugging: Default::default(),
    }
}
