//! Keeping what is done: the journal at once, the database a moment later, a project of its own after a conflict.
//!
//! Every change is written down at once in a journal and saved a moment later. A save that finds that another tab has
//! saved the same project makes this tab's work a project of its own.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use yew::prelude::*;

use super::{LAST_PROJECT, Projects, file_of, remember};
use crate::protocol::FileChange;
use crate::rest;
use crate::ui::platform::storage::{Database, Revision, Save, StorageError, new_id};
use crate::ui::platform::{journal, local_keys, quota};
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::journal::{Journal, LARGEST_FILES, LONGEST_TEXT, pack_files};
use crate::ui::state::project::{About, Project, ProjectId, ProjectSummary, Saving, WorkspaceAction, free_name};

/// How long after a change it is saved, in milliseconds.
const SETTLED: u32 = 300;

impl Projects {
    /// The workspace has changed.
    pub(super) fn edited(&self, edit: u64) {
        if self.0.is_shown_only.get() && self.0.workspace.clone().project.kept {
            self.0.is_shown_only.set(false);
            self.clear_link();
        }
        if edit != self.0.saved.get() {
            self.write_journal(LONGEST_TEXT);
            self.save_soon();
        }
    }

    /// Whether what is open is only looked at, and nothing of it is stored.
    pub(super) fn is_shown_only(&self) -> bool {
        self.0.is_shown_only.get() && !self.0.workspace.clone().project.kept
    }

    pub(super) fn save_soon(&self) {
        let projects = self.clone();
        let timer = Timeout::new(SETTLED, move || drop(projects.save()));
        *self.0.timer.borrow_mut() = Some(timer);
    }

    /// The page goes away, perhaps for good.
    pub(super) fn leave(&self) {
        self.0.editor.flush();
        let unsaved = self.0.workspace.clone().edit != self.0.saved.get();
        if unsaved {
            self.write_journal(usize::MAX);
            drop(self.save());
        }
    }

    /// A change of files is on its way to the worker. Until the worker has told of it, the journal knows of it.
    pub fn will_change(&self, change: &FileChange) {
        let update = match change {
            FileChange::Write { files } => FilesUpdate::Change { written: files.clone(), removed: Vec::new() },
            FileChange::Remove { path } => FilesUpdate::Change { written: Vec::new(), removed: vec![path.clone()] },
            // What is at a path, only the worker knows.
            FileChange::Unpack { .. }
            | FileChange::Rename { .. }
            | FileChange::Copy { .. }
            | FileChange::Revert { .. } => return,
        };
        self.0.asked.borrow_mut().then(update);
        self.write_journal(LONGEST_TEXT);
    }

    pub(super) fn write_journal(&self, longest: usize) {
        let inner = &self.0;
        if self.is_shown_only() {
            return;
        }
        let project = inner.workspace.clone().project.clone();
        let text = project.program.text().map(ToString::to_string);
        let files = self.unsaved_files();
        if !project.kept && files.is_empty() && project.debugging.is_empty() {
            return;
        }
        // The project that the page begins with was never opened: from its first edit on, it is what a reload shows.
        remember(&project.id);
        if text.as_ref().is_some_and(|text| text.len() > longest) {
            return;
        }
        journal::write(
            &inner.tab,
            &Journal {
                project: project.id.to_string(),
                based_on: inner.revision.get(),
                time: js_sys::Date::now(),
                name: project.name.to_string(),
                kept: project.kept,
                text,
                arguments: project.arguments.to_string(),
                environment: project.environment.to_string(),
                files,
                notes: project.debugging.to_text(),
            },
        );
    }

    /// What is not in the database yet of the files, for the journal.
    fn unsaved_files(&self) -> String {
        let inner = &self.0;
        let updates = [&inner.under_way.borrow(), &*inner.files.borrow(), &*inner.asked.borrow()];
        // Not even copied when there is too much of it.
        if updates.iter().map(|update| update.size()).sum::<usize>() > LARGEST_FILES {
            return String::new();
        }
        let mut all = FilesUpdate::none();
        updates.into_iter().for_each(|update| all.then(update.clone()));
        pack_files(&all)
    }

    /// Saves what is unsaved; one save at a time.
    pub(super) fn save(&self) -> Promise {
        self.0.timer.take();
        if let Some(saving) = &*self.0.saving.borrow() {
            return saving.clone();
        }
        let projects = self.clone();
        let promise = future_to_promise(async move {
            let saved = projects.save_until_settled().await;
            projects.0.saving.take();
            Ok(JsValue::from(saved))
        });
        *self.0.saving.borrow_mut() = Some(promise.clone());
        promise
    }

    pub(super) async fn wait_for_save(&self) {
        let saving = self.0.saving.borrow().clone();
        if let Some(saving) = saving {
            // The promise never rejects.
            let _ = JsFuture::from(saving).await;
        }
    }

    /// Saves at once what is unsaved; an error when that did not work and something the person made would be lost.
    pub(super) async fn settle(&self) -> Result<(), ()> {
        self.0.editor.flush();
        self.wait_for_save().await;
        let saved = JsFuture::from(self.save()).await.is_ok_and(|saved| saved.is_truthy());
        if saved || !self.0.workspace.clone().project.kept {
            return Ok(());
        }
        let reason = match &self.0.workspace.clone().saving {
            Saving::Failed { message } => message.to_string(),
            Saving::Saved | Saving::Pending => "it could not be saved".to_owned(),
        };
        self.complain(
            &format!("The open project stays open, because its last changes could not be kept: {reason}."),
            About::Work,
        );
        Err(())
    }

    async fn save_until_settled(&self) -> bool {
        let inner = &self.0;
        if self.is_shown_only() {
            // There is nothing to keep until the user does something with it.
            let edit = inner.workspace.clone().edit;
            inner.saved.set(edit);
            inner.workspace.dispatch(WorkspaceAction::Saved { edit });
            return true;
        }
        let Some(database) = self.database() else { return false };
        if inner.workspace.clone().edit != inner.saved.get() || !inner.files.borrow().is_none() {
            // Meanwhile the journal has it.
            rest::needed().await;
        }
        loop {
            let workspace = inner.workspace.clone();
            let (project, edit) = (workspace.project.clone(), workspace.edit);
            let files = Rc::new(inner.files.replace(FilesUpdate::none()));
            inner.under_way.replace(files.clone());
            if edit == inner.saved.get() && files.is_none() {
                return true;
            }
            let save = database.save(&project.id, &file_of(&project), &files, inner.revision.get(), &inner.tab).await;
            inner.under_way.replace(Rc::new(FilesUpdate::none()));
            match save {
                Ok(Save::Done { revision }) => self.saved(&project, edit, revision),
                Ok(Save::Conflict) => {
                    let files = Rc::unwrap_or_clone(files);
                    if let Err(error) = self.fork(&database, &project, files).await {
                        self.save_failed(&error).await;
                        return false;
                    }
                }
                Err(error) => {
                    let mut files = Rc::unwrap_or_clone(files);
                    files.then(inner.files.replace(FilesUpdate::none()));
                    *inner.files.borrow_mut() = files;
                    self.save_failed(&error).await;
                    return false;
                }
            }
        }
    }

    fn saved(&self, project: &Project, edit: u64, revision: Revision) {
        let inner = &self.0;
        inner.revision.set(Some(revision));
        inner.saved.set(edit);
        inner.workspace.dispatch(WorkspaceAction::Saved { edit });
        if inner.workspace.clone().edit == edit && inner.asked.borrow().is_none() {
            journal::clear(&inner.tab);
        }
        let own = ProjectSummary {
            id: project.id.clone(),
            name: project.name.clone(),
            edited: js_sys::Date::now(),
            kept: project.kept,
        };
        let others =
            inner.workspace.clone().projects.iter().filter(|other| other.id != own.id).cloned().collect::<Vec<_>>();
        let list = std::iter::once(own).chain(others).collect();
        inner.workspace.dispatch(WorkspaceAction::Listed(list));
    }

    /// Another tab works on the same project: what is done here becomes a project of its own.
    async fn fork(&self, database: &Database, project: &Project, files: FilesUpdate) -> Result<(), StorageError> {
        let inner = &self.0;
        self.refresh().await;
        let id: ProjectId = new_id().into();
        database.copy_files(&project.id, &id).await?;
        let name = free_name(&project.name, &inner.workspace.clone().projects);
        let mut all = files;
        all.then(inner.files.replace(FilesUpdate::none()));
        *inner.files.borrow_mut() = all;
        inner.revision.set(None);
        // The next turn saves it, whatever the edit's number.
        inner.saved.set(u64::MAX);
        local_keys::set_tab_value(LAST_PROJECT, &id);
        inner.workspace.dispatch(WorkspaceAction::Fork { id, name: name.as_str().into() });
        let told =
            format!("“{}” was changed in another tab. Your changes here are kept apart, as “{name}”.", project.name);
        self.tell(&told, About::Work);
        // The tree as it is here, not as the other tab has left it.
        let projects = self.clone();
        self.read_all_files(Callback::from(move |all| {
            projects.0.files.borrow_mut().then(FilesUpdate::Replace(all));
            projects.0.workspace.dispatch(WorkspaceAction::FilesEdited);
        }));
        Ok(())
    }

    async fn save_failed(&self, error: &StorageError) {
        let mut message = error.to_string();
        if *error == StorageError::Full
            && let Some(usage) = quota::usage().await
        {
            message = format!("{message} ({usage} are taken)");
        }
        self.0.workspace.dispatch(WorkspaceAction::SaveFailed { message: message.as_str().into() });
        self.complain(&format!("Your last changes are not kept: {message}."), About::Work);
    }
}
