//! Opening a project: the last one, one of the list, one from a link, a new one; and what a crash left behind.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{LAST_PROJECT, Projects, remember};
use crate::ui::platform::storage::{Database, LoadError, Revision, Save, new_id, read_setting};
use crate::ui::platform::{journal, local_keys, share_url};
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::journal::Recovery;
use crate::ui::state::project::{About, Program, Project, ProjectId, WorkspaceAction, free_name};
use crate::ui::state::project_file::ProjectFile;

/// The database's name.
const DATABASE: &str = "wasmoscope";
/// Where a tab keeps what it is called, across reloads.
const TABS: &str = "tab";

impl Projects {
    /// What was open before the page was closed, or what a link brings.
    pub(super) async fn restore(&self) {
        let inner = &self.0;
        // Written down before anything else, in case that the page is loaded again before the database is there: this
        // tab, and those of before whose journals nobody has read yet.
        let previous = local_keys::tab_value(TABS).unwrap_or_default();
        local_keys::set_tab_value(TABS, format!("{previous} {}", inner.tab).trim_start());
        match Database::open(DATABASE).await {
            Ok(database) => *inner.database.borrow_mut() = Some(database),
            Err(error) => {
                inner.workspace.dispatch(WorkspaceAction::SaveFailed { message: error.to_string().into() });
                self.complain(&error.to_string(), About::Work);
                return;
            }
        }
        self.refresh().await;
        self.recover(&previous).await;
        local_keys::set_tab_value(TABS, &inner.tab);
        if self.open_link() {
            return;
        }
        // What the person has begun to type by now is not taken away.
        if inner.workspace.clone().edit != 0 {
            self.save_soon();
            return;
        }
        let remembered = local_keys::tab_value(LAST_PROJECT).or_else(|| read_setting(LAST_PROJECT));
        if let Some(id) = remembered {
            // A project that was deleted in another tab is no reason to complain.
            match self.load(&id).await {
                Ok(()) | Err(LoadError::Missing) => {}
                Err(error) => self.complain(&format!("“{id}” could not be opened: {error}"), About::Program),
            }
        }
    }

    /// Opens the project in the page's address, if there is one. It is never run: that takes a click.
    pub(super) fn open_link(&self) -> bool {
        let Some(window) = web_sys::window() else { return false };
        let location = window.location();
        let opened = match share_url::from_fragment(&location.hash().unwrap_or_default()) {
            None => return false,
            Some(Err(error)) => {
                // Of the person's own project, which is opened now, it tells too.
                self.complain(
                    &format!("The link cannot be opened: {error}. Your own projects are as they were."),
                    About::Work,
                );
                return false;
            }
            Some(Ok(project)) => project,
        };
        // The link has done its work; left there, a reload would open it once more.
        let address = format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        let replaced =
            window.history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
        if replaced.is_err() {
            self.complain(
                "The browser does not let the page clear its address; a reload opens the link again.",
                About::Work,
            );
        }
        let shared = ProjectFile { name: format!("shared: {}", opened.name), ..opened };
        self.open_new(shared, true, |name| {
            let text =
                format!("Opened from a link as “{name}”. Look at the program, then press Run if you want to run it.");
            Some((text, About::Program))
        });
        true
    }

    /// Puts back what a crash or a closed tab left unsaved; `previous` are those that were in this tab's place.
    async fn recover(&self, previous: &str) {
        let Some(database) = self.database() else { return };
        for found in journal::abandoned(previous, js_sys::Date::now()) {
            let entry = &found.journal;
            let stored = database.load(&entry.project).await.ok();
            let known = stored.as_ref().map(|stored| (&stored.project, stored.revision));
            let is_own = stored.as_ref().is_some_and(|stored| found.is_of(&stored.by));
            let saved = match entry.recover(known, is_own) {
                Recovery::Nothing => true,
                Recovery::Update(project, files) => {
                    let based_on = stored.as_ref().map(|stored| stored.revision);
                    let save = database.save(&entry.project, &project, &files, based_on, &self.0.tab).await;
                    matches!(save, Ok(Save::Done { .. }))
                }
                Recovery::Separate(mut project) => {
                    // Without a stored one beside it, it is the project itself.
                    if stored.is_some() {
                        project.name = format!("{} (recovered)", project.name);
                    }
                    project.name = free_name(&project.name, &self.0.workspace.clone().projects);
                    let files = FilesUpdate::Replace(std::mem::take(&mut project.files));
                    let id = if stored.is_some() { new_id() } else { entry.project.clone() };
                    let done = database.save(&id, &project, &files, None, &self.0.tab).await.is_ok();
                    if done && project.kept {
                        self.tell(&format!("Unsaved work was found and kept as “{}”.", project.name), About::Work);
                    }
                    done
                }
            };
            if saved {
                found.forget();
            }
        }
        self.refresh().await;
    }

    /// Opens a project of this browser, after saving the open one.
    pub fn open(&self, id: &str) {
        let (projects, id) = (self.clone(), id.to_owned());
        spawn_local(async move {
            if projects.settle().await.is_ok()
                && let Err(error) = projects.load(&id).await
            {
                projects.complain(&format!("The project could not be opened: {error}."), About::Program);
                projects.refresh().await;
            }
        });
    }

    async fn load(&self, id: &str) -> Result<(), LoadError> {
        let Some(database) = self.database() else { return Err(LoadError::Missing) };
        let stored = database.load(id).await?;
        self.show(id.into(), stored.project, Some(stored.revision), FilesUpdate::none());
        Ok(())
    }

    /// Opens something new as a project of its own: nothing that was there before is touched. An example is not kept
    /// until it is edited.
    pub fn open_new(
        &self,
        file: ProjectFile,
        kept: bool,
        told: impl FnOnce(&str) -> Option<(String, About)> + 'static,
    ) {
        let projects = self.clone();
        spawn_local(async move {
            if projects.settle().await.is_err() {
                return;
            }
            projects.drop_unkept().await;
            let mut file = file;
            file.kept = kept;
            file.name = free_name(&file.name, &projects.0.workspace.clone().projects);
            let (id, name) = (new_id(), file.name.clone());
            let files = FilesUpdate::Replace(file.files.clone());
            projects.show(id.into(), file, None, files);
            if let Some((text, about)) = told(&name) {
                projects.tell(&text, about);
            }
            projects.save_soon();
        });
    }

    /// An example that was only looked at makes way.
    async fn drop_unkept(&self) {
        let inner = &self.0;
        let project = inner.workspace.clone().project.clone();
        if project.kept || inner.revision.get().is_none() {
            return;
        }
        if let Some(database) = self.database() {
            // If it stays, it is not listed, and goes another time.
            let _ = database.delete(&project.id).await;
        }
    }

    fn show(&self, id: ProjectId, file: ProjectFile, revision: Option<Revision>, files: FilesUpdate) {
        let inner = &self.0;
        remember(&id);
        // At once: whoever presses Run the next moment runs what is opened here.
        inner.engine.forget_run();
        inner.revision.set(revision);
        *inner.files.borrow_mut() = files;
        inner.asked.replace(FilesUpdate::none());
        inner.engine.set_files(file.files);
        inner.workspace.dispatch(WorkspaceAction::Open(Project {
            id,
            name: file.name.into(),
            program: file.program,
            arguments: file.arguments.into(),
            environment: file.environment.into(),
            sources: file.sources.into(),
            kept: file.kept,
            debugging: file.debugging.into(),
        }));
        if revision.is_some() {
            let edit = inner.workspace.clone().edit;
            inner.saved.set(edit);
            inner.workspace.dispatch(WorkspaceAction::Saved { edit });
        }
    }

    /// Begins an empty project.
    pub fn create(&self, name: &str, program: &str) {
        let file = ProjectFile {
            name: name.to_owned(),
            program: Program::Text(program.into()),
            arguments: String::new(),
            environment: String::new(),
            sources: Vec::new(),
            kept: true,
            files: Vec::new(),
            debugging: Default::default(),
        };
        self.open_new(file, true, |_| None);
    }

    /// Opens a copy of the open project.
    pub fn duplicate(&self) {
        let projects = self.clone();
        self.export(Callback::from(move |file: ProjectFile| {
            projects.open_new(file, true, |name| Some((format!("This is a copy, “{name}”."), About::Program)))
        }));
    }

    /// Deletes a project: the person has confirmed it. When it is the open one, the last edited of the others opens.
    pub fn delete(&self, id: &str, welcome: &str) {
        let (projects, id, welcome) = (self.clone(), id.to_owned(), welcome.to_owned());
        spawn_local(async move {
            let Some(database) = projects.database() else { return };
            let is_open = *projects.0.workspace.clone().project.id == *id;
            if is_open {
                // What is waiting to be saved would bring it back.
                projects.0.timer.take();
                projects.wait_for_save().await;
                *projects.0.files.borrow_mut() = FilesUpdate::none();
                journal::clear(&projects.0.tab);
            }
            if let Err(error) = database.delete(&id).await {
                projects.complain(&format!("The project could not be deleted: {error}."), About::Program);
                return;
            }
            projects.refresh().await;
            if !is_open {
                return;
            }
            projects.0.saved.set(projects.0.workspace.clone().edit);
            projects.0.revision.set(None);
            let next =
                projects.0.workspace.clone().projects.iter().find(|other| other.kept).map(|other| other.id.clone());
            match next {
                Some(next) => projects.open(&next),
                None => projects.create("Untitled", &welcome),
            }
        });
    }

    /// A new worker begins with an empty tree.
    pub(super) async fn give_files_again(&self) {
        // A failed save has told of itself, and what is stored is the best there is.
        let _ = self.settle().await;
        let Some(database) = self.database() else { return };
        let id = self.0.workspace.clone().project.id.clone();
        if let Ok(stored) = database.load(&id).await {
            self.0.engine.set_files(stored.project.files);
        }
    }
}
