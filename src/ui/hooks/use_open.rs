//! Opening files from the person's disk: programs and projects become projects, the rest goes to the Files panel.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::use_files::Files;
use super::use_projects::Projects;
use crate::ui::platform::upload::Picked;
use crate::ui::selectors::opened::{Opened, classify};
use crate::ui::state::project::Program;
use crate::ui::state::project_file::ProjectFile;

/// The handle: equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Opener(Rc<(Projects, Files)>);

impl PartialEq for Opener {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[hook]
pub fn use_open(projects: &Projects, files: &Files) -> Opener {
    let opener = use_memo((), |()| (projects.clone(), files.clone()));
    Opener(opener)
}

impl Opener {
    /// Opens a single file as what it is; several files, or a folder, go to the Files panel.
    pub fn open(&self, picked: Vec<Picked>) {
        let opener = self.clone();
        spawn_local(async move {
            match picked.as_slice() {
                [] => {}
                [file] if !file.is_directory() => opener.open_one(file.clone()).await,
                _ => {
                    let count = picked.iter().filter(|file| !file.is_directory()).count();
                    opener.0.1.upload(picked, "").await;
                    opener.0.0.tell(&format!("{count} files were put into Files."));
                }
            }
        });
    }

    async fn open_one(&self, file: Picked) {
        let (projects, files) = &*self.0;
        let name = file.path.clone();
        let opened = match file.read().await {
            Ok(bytes) => {
                classify(&name, &bytes).map(|opened| (opened, bytes)).map_err(|error| format!("{name}: {error}"))
            }
            Err(error) => Err(error),
        };
        match opened {
            Ok((Opened::Program(program), _)) => projects.open_new(project_of(&name, program), true, |_| None),
            Ok((Opened::Project(project), _)) => {
                projects.open_new(project, true, |name| Some(format!("Opened “{name}”.")))
            }
            Ok((Opened::Archive, bytes)) => {
                files.write_archive(&name, &bytes, "");
                projects.tell(&format!("{name} was unpacked into Files."));
            }
            Ok((Opened::File, _)) => {
                files.upload(vec![file], "").await;
                projects.tell(&format!("{name} was put into Files."));
            }
            Err(error) => projects.complain(&format!("Cannot open {error}.")),
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
        kept: true,
        files: Vec::new(),
        debugging: Default::default(),
    }
}
