//! Saves projects: carries out what `state/saving` decides, with the journal, the database and the worker.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use super::{LAST_PROJECT, Projects, file_of, remember, saving_text};
use crate::protocol::FileChange;
use crate::rest;
use crate::ui::platform::storage::{Revision, Save, StorageError, Unsaved, new_id};
use crate::ui::platform::{journal, local_keys, quota};
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::project::{About, Project, ProjectId};
use crate::ui::state::saving::{SaveEffect, SaveEvent, SaveWork, Seen, Storage, StoreResult};

/// How long after a change the project is saved, in milliseconds.
const SETTLED: u32 = 300;

impl Projects {
    /// Whether the open project is only previewed, so that nothing of it is stored.
    pub(super) fn is_shown_only(&self) -> bool {
        self.0.state.borrow().is_shown_only(&self.0.workspace.clone())
    }

    /// Whether the user's work would be lost if the page closed now.
    pub(super) fn would_lose_work(&self) -> bool {
        self.0.editor.flush();
        self.apply(SaveEvent::Closing);
        self.0.state.borrow().would_lose_work(&self.0.workspace.clone())
    }

    /// A file change is being sent to the worker. Until the worker has reported it, only the journal has it.
    pub fn will_change(&self, change: &FileChange) {
        self.apply(SaveEvent::WillChange(change.clone()));
    }

    /// Saves what is unsaved; only one save runs at a time.
    fn save(&self) -> Option<Promise> {
        self.apply(SaveEvent::Save);
        self.active_save()
    }

    fn active_save(&self) -> Option<Promise> {
        self.0.saving.borrow().as_ref().map(|(save, _)| save.clone())
    }

    pub(super) async fn wait_for_save(&self) {
        if let Some(save) = self.active_save() {
            // The promise never rejects.
            let _ = JsFuture::from(save).await;
        }
    }

    /// Saves immediately what is unsaved; an error if that failed and the user's work would be lost.
    pub(super) async fn settle(&self) -> Result<(), ()> {
        self.0.editor.flush();
        self.wait_for_save().await;
        let saved = match self.save() {
            Some(save) => JsFuture::from(save).await.is_ok_and(|saved| saved.is_truthy()),
            None => false,
        };
        let reason = self.0.state.borrow().reason_to_stay(saved, &self.0.workspace.clone());
        let Some(reason) = reason else { return Ok(()) };
        self.notify_error(
            &format!(
                "The open project stays open because its last changes could not be saved: {reason}. Download it as a \
                 project; then you can open another one."
            ),
            About::Work,
        );
        Err(())
    }

    pub(super) fn apply(&self, event: SaveEvent) {
        let inner = &self.0;
        let effects = {
            // A fresh clone has the current state; it is dropped again right away.
            let (workspace, database) = (inner.workspace.clone(), self.database());
            let refused = database.as_ref().and_then(|database| database.refused().map(ToString::to_string));
            let files = || {
                let in_page = database.as_ref().and_then(|database| database.files_in_page(&workspace.project.id));
                in_page.unwrap_or_default()
            };
            let storage = match &refused {
                _ if database.is_none() => Storage::Closed,
                None => Storage::Browser,
                Some(refused) => Storage::Page { refused, files: &files },
            };
            let seen = Seen { workspace: &workspace, storage, now: js_sys::Date::now() };
            let (next, effects) = inner.state.take().apply(event, seen);
            inner.state.replace(next);
            effects
        };
        effects.into_iter().for_each(|effect| self.perform(effect));
    }

    fn perform(&self, effect: SaveEffect) {
        let inner = &self.0;
        match effect {
            SaveEffect::Workspace(action) => inner.workspace.dispatch(action),
            SaveEffect::SetTimer => {
                let projects = self.clone();
                let timer = Timeout::new(SETTLED, move || projects.apply(SaveEvent::Save));
                inner.timer.replace(Some(timer));
            }
            SaveEffect::ClearTimer => drop(inner.timer.take()),
            SaveEffect::Remember(id) => remember(&id),
            SaveEffect::RememberInTab(id) => local_keys::set_tab_value(LAST_PROJECT, &id),
            SaveEffect::WriteJournal { journal, has_everything } => {
                let written = journal::write(&inner.tab, &journal);
                self.apply(SaveEvent::JournalWritten { has_everything: written && has_everything });
            }
            SaveEffect::ClearJournal => journal::clear(&inner.tab),
            SaveEffect::ClearLink => self.clear_link(),
            SaveEffect::BeginSave => self.begin_save(),
            SaveEffect::EndSave { saved } => {
                let save = inner.saving.take();
                if let Some((_, resolve)) = save {
                    // Resolving does not throw.
                    drop(resolve.call1(&JsValue::NULL, &saved.into()));
                }
            }
            SaveEffect::SaveNext => self.apply(SaveEvent::SaveNext),
            SaveEffect::ReadForkedFiles => {
                let projects = self.clone();
                self.read_all_files(Callback::from(move |all| projects.apply(SaveEvent::ForkedFiles(all))));
            }
            SaveEffect::Refresh => {
                let projects = self.clone();
                spawn_local(async move { projects.refresh().await });
            }
            SaveEffect::Work(work) => {
                let projects = self.clone();
                spawn_local(async move {
                    let next = projects.work(work).await;
                    projects.apply(next);
                });
            }
        }
    }

    fn begin_save(&self) {
        let mut resolve = None;
        let save = Promise::new(&mut |done, _| resolve = Some(done));
        *self.0.saving.borrow_mut() = resolve.map(|resolve| (save, resolve));
        let projects = self.clone();
        spawn_local(async move { projects.apply(SaveEvent::Begun) });
    }

    /// Does a part of a save, and returns how the save goes on.
    async fn work(&self, work: SaveWork) -> SaveEvent {
        match work {
            SaveWork::LoadRest => {
                rest::needed().await;
                SaveEvent::RestLoaded
            }
            SaveWork::Store { project, files, based_on, program_is_stored } => {
                SaveEvent::Stored(self.store(&project, &files, based_on, program_is_stored).await)
            }
            SaveWork::CopyFiles { from } => match self.copy_files(&from).await {
                Ok(id) => SaveEvent::Forked { id },
                Err(error) => SaveEvent::ForkFailed { message: failure(&error).await },
            },
            SaveWork::GatherFiles => SaveEvent::Gathered(self.all_files().await),
            SaveWork::Refresh => {
                self.refresh().await;
                SaveEvent::SaveNext
            }
        }
    }

    async fn store(
        &self,
        project: &Project,
        files: &Rc<FilesUpdate>,
        based_on: Option<Revision>,
        program_is_stored: bool,
    ) -> StoreResult {
        let Some(database) = self.database() else {
            return StoreResult::Failed { message: "the browser's storage is not open".to_owned() };
        };
        let file = file_of(project);
        let unsaved = Unsaved { project: &file, files, program_is_stored };
        let report = self.report(saving_text);
        let save = database.save(&project.id, unsaved, based_on, &self.0.tab, &report).await;
        self.end_report();
        match save {
            Ok(Save::Done { revision }) => StoreResult::Done { revision },
            Ok(Save::Conflict) => StoreResult::Conflict,
            Ok(Save::Missing) => StoreResult::Missing,
            Err(error) => StoreResult::Failed { message: failure(&error).await },
        }
    }

    /// Copies the stored files of a project to a new one, and returns that one's ID.
    async fn copy_files(&self, from: &ProjectId) -> Result<ProjectId, StorageError> {
        self.refresh().await;
        let id: ProjectId = new_id().into();
        if let Some(database) = self.database() {
            database.copy_files(from, &id).await?;
        }
        Ok(id)
    }
}

/// Why a save failed; if the storage is full, with how much is used.
async fn failure(error: &StorageError) -> String {
    let usage = if *error == StorageError::Full { quota::usage().await } else { None };
    match usage {
        Some(usage) => format!("{error} ({usage} are used)"),
        None => error.to_string(),
    }
}
