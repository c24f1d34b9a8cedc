//! Opening files from the person's disk: programs and projects become projects, the rest goes to the Files panel.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::reducers::{SourcesContext, WorkspaceContext, use_slice};
use super::use_files::Files;
use super::use_projects::Projects;
use super::use_sources::supply;
use crate::ui::platform::upload::Picked;
use crate::ui::selectors::opened::{Opened, classify};
use crate::ui::state::project::{About, Program};
use crate::ui::state::project_file::ProjectFile;

/// The handle: equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Opener(Rc<Inner>);

struct Inner {
    projects: Projects,
    files: Files,
    workspace: WorkspaceContext,
    sources: SourcesContext,
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
    let opener = use_memo((), |()| Inner { projects: projects.clone(), files: files.clone(), workspace, sources });
    Opener(opener)
}

impl Opener {
    /// Takes what the module that is open was compiled from. Otherwise opens a single file as what it is; several files,
    /// or a folder, go to the Files panel.
    pub fn open(&self, picked: Vec<Picked>) {
        let opener = self.clone();
        spawn_local(async move {
            let asked = (*opener.0.sources.clone()).clone();
            let supplied = supply(&picked, &opener.0.workspace, &asked).await;
            let told = supplied.describe(&asked.files);
            // A folder with nothing in it but names that the module also has is more likely one for the program to read.
            let is_one = matches!(picked.as_slice(), [file] if !file.is_directory());
            if !supplied.added.is_empty() {
                opener.0.projects.tell(&told, About::Program);
                return;
            }
            if !supplied.refused.is_empty() || is_one && !supplied.is_nothing() {
                opener.0.projects.complain(&told, About::Program);
                return;
            }
            match picked.as_slice() {
                [] => {}
                [file] if !file.is_directory() => opener.open_one(file.clone()).await,
                _ => {
                    let count = picked.iter().filter(|file| !file.is_directory()).count();
                    opener.0.files.upload(picked, "").await;
                    opener.0.projects.tell(&format!("{count} files were put into Files."), About::Program);
                }
            }
        });
    }

    async fn open_one(&self, file: Picked) {
        let Inner { projects, files, .. } = &*self.0;
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
                    projects.complain(&format!("Cannot open {error}."), About::Program);
                }
            }
            Ok((Opened::Archive, bytes)) => {
                files.write_archive(&name, &bytes, "");
                projects.tell(&format!("{name} was unpacked into Files."), About::Program);
            }
            Ok((Opened::File, _)) => {
                files.upload(vec![file], "").await;
                projects.tell(&format!("{name} was put into Files."), About::Program);
            }
            Err(error) => projects.complain(&format!("Cannot open {error}."), About::Program),
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
