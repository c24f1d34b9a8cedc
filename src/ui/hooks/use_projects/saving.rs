//! Saves projects: the journal immediately, the database shortly afterwards.
//!
//! Every change is written to a journal immediately and saved shortly afterwards. If a save finds that another tab has
//! saved the same project, this tab's work becomes a project of its own.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use yew::prelude::*;

use super::{LAST_PROJECT, Projects, file_of, remember, saving_text};
use crate::protocol::FileChange;
use crate::rest;
use crate::ui::platform::storage::{Database, Revision, Save, StorageError, Unsaved, new_id};
use crate::ui::platform::{journal, local_keys, quota};
use crate::ui::state::files_update::{FilesUpdate, size as files_size};
use crate::ui::state::journal::{Journal, LARGEST_FILES, LONGEST_TEXT, pack_files};
use crate::ui::state::project::{
    About, Program, Project, ProjectId, ProjectSummary, Saving, WorkspaceAction, free_name,
};

/// How long after a change the project is saved, in milliseconds.
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

    /// Whether the open project is only previewed, so that nothing of it is stored.
    pub(super) fn is_shown_only(&self) -> bool {
        self.0.is_shown_only.get() && !self.0.workspace.clone().project.kept
    }

    pub(super) fn save_soon(&self) {
        let projects = self.clone();
        let timer = Timeout::new(SETTLED, move || drop(projects.save()));
        *self.0.timer.borrow_mut() = Some(timer);
    }

    /// The page is being left, perhaps for good.
    pub(super) fn leave(&self) {
        self.0.editor.flush();
        let unsaved = self.0.workspace.clone().edit != self.0.saved.get();
        if unsaved || self.is_refused() {
            self.write_journal(usize::MAX);
        }
        if unsaved {
            drop(self.save());
        }
    }

    /// Whether the user's work would be lost if the page closed now.
    pub(super) fn would_lose_work(&self) -> bool {
        let inner = &self.0;
        inner.editor.flush();
        if inner.workspace.clone().edit != inner.saved.get() {
            self.write_journal(usize::MAX);
        }
        inner.workspace.clone().would_be_lost(inner.in_journal.get(), inner.downloaded.get())
    }

    /// Whether the browser refuses to store anything.
    pub(super) fn is_refused(&self) -> bool {
        self.database().is_some_and(|database| database.refused().is_some())
    }

    /// The browser has closed its storage and may have deleted its contents: everything is saved as if it were new.
    pub(super) fn storage_lost(&self) {
        let inner = &self.0;
        if inner.revision.get().is_none() && inner.workspace.clone().edit == inner.saved.get() {
            return;
        }
        inner.stored_program.take();
        remember(&inner.workspace.clone().project.id);
        // The changed workspace triggers the save.
        inner.workspace.dispatch(WorkspaceAction::FilesWritten);
    }

    /// Another tab has deleted a project; `message` begins with its ID.
    pub(super) fn deleted_elsewhere(&self, message: &str) {
        let inner = &self.0;
        let project = inner.workspace.clone().project.clone();
        if inner.revision.get().is_none() || message.split(' ').next() != Some(&*project.id) {
            return;
        }
        let message = "it was deleted in another tab; change it here and it is saved again, with all its files";
        inner.workspace.dispatch(WorkspaceAction::SaveFailed { message: message.into() });
        self.notify_error(
            &format!(
                "“{}” was deleted in another tab and is no longer saved. It is still open here: change it and it is \
                 saved again, or download it.",
                project.name
            ),
            About::Work,
        );
        let projects = self.clone();
        spawn_local(async move { projects.refresh().await });
    }

    /// A file change is being sent to the worker. Until the worker has reported it, only the journal has it.
    pub fn will_change(&self, change: &FileChange) {
        self.0.unanswered.set(self.0.unanswered.get() + 1);
        let update = match change {
            FileChange::Write { files } => {
                if files_size(files) > LARGEST_FILES {
                    self.0.requested_more.set(true);
                    self.write_journal(LONGEST_TEXT);
                    return;
                }
                FilesUpdate::Change { written: files.clone(), removed: Vec::new() }
            }
            FileChange::Remove { path } => FilesUpdate::Change { written: Vec::new(), removed: vec![path.clone()] },
            // Only the worker knows the contents at a path.
            FileChange::Unpack { .. }
            | FileChange::Rename { .. }
            | FileChange::Copy { .. }
            | FileChange::Revert { .. } => return,
        };
        self.0.requested.borrow_mut().then(update);
        self.write_journal(LONGEST_TEXT);
    }

    /// The worker has answered a file change: its effects follow, if there are any.
    pub(super) fn answered(&self) {
        let inner = &self.0;
        inner.unanswered.set(inner.unanswered.get().saturating_sub(1));
        if inner.unanswered.get() > 0 {
            return;
        }
        inner.requested.replace(FilesUpdate::none());
        inner.requested_more.set(false);
        // If it had no effect, no other save would record that.
        let workspace = inner.workspace.clone();
        let edit = workspace.edit;
        if edit == inner.saved.get() && inner.revision.get().is_some() && workspace.saving == Saving::Pending {
            inner.workspace.dispatch(WorkspaceAction::Saved { edit });
        }
    }

    pub(super) fn write_journal(&self, longest: usize) {
        let inner = &self.0;
        inner.in_journal.set(false);
        if self.is_shown_only() {
            return;
        }
        let project = inner.workspace.clone().project.clone();
        let text = project.program.text().map(ToString::to_string);
        let files = self.unsaved_files();
        let (is_whole, files) = (files.is_some(), files.unwrap_or_default());
        if !project.kept && files.is_empty() && project.debugging.is_untouched() {
            return;
        }
        // The project that the page starts with was never opened: from its first edit on, a reload shows it.
        remember(&project.id);
        if text.as_ref().is_some_and(|text| text.len() > longest) {
            return;
        }
        let has_program = text.is_some() || self.program_is_stored(&project);
        let written = journal::write(
            &inner.tab,
            &Journal {
                project: project.id.to_string(),
                based_on: inner.revision.get(),
                time: js_sys::Date::now(),
                sequence: 0,
                name: project.name.to_string(),
                kept: project.kept,
                text,
                arguments: project.arguments.to_string(),
                environment: project.environment.to_string(),
                files,
                notes: project.debugging.to_text(),
            },
        );
        inner.in_journal.set(written && is_whole && has_program && project.sources.is_empty());
    }

    /// The file changes that are not in the database yet, for the journal; `None` if they are too large.
    fn unsaved_files(&self) -> Option<String> {
        let inner = &self.0;
        if inner.requested_more.get() {
            return None;
        }
        // If the browser stores nothing, no file is in the database.
        let in_page = self.database().and_then(|database| database.files_in_page(&inner.workspace.clone().project.id));
        let mut all = in_page.map_or_else(FilesUpdate::none, FilesUpdate::Replace);
        let updates = [&inner.under_way.borrow(), &*inner.files.borrow(), &*inner.requested.borrow()];
        // Too much to even copy.
        if all.size() + updates.iter().map(|update| update.size()).sum::<usize>() > LARGEST_FILES {
            return None;
        }
        updates.into_iter().for_each(|update| all.then(update.clone()));
        Some(pack_files(&all))
    }

    /// Whether the program is binary and stored in the database.
    fn program_is_stored(&self, project: &Project) -> bool {
        let stored = self.0.stored_program.borrow();
        matches!((&project.program, &*stored), (Program::Binary { bytes, .. }, Some(stored)) if Rc::ptr_eq(bytes, stored))
    }

    pub(super) fn set_stored_program(&self, program: &Program) {
        *self.0.stored_program.borrow_mut() = match program {
            Program::Binary { bytes, .. } => Some(bytes.clone()),
            Program::Text(_) => None,
        };
    }

    /// Saves what is unsaved; only one save runs at a time.
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

    /// Saves immediately what is unsaved; an error if that failed and the user's work would be lost.
    pub(super) async fn settle(&self) -> Result<(), ()> {
        self.0.editor.flush();
        self.wait_for_save().await;
        let saved = JsFuture::from(self.save()).await.is_ok_and(|saved| saved.is_truthy());
        let workspace = self.0.workspace.clone();
        if saved || !workspace.project.kept || self.0.downloaded.get() == Some(workspace.edit) {
            return Ok(());
        }
        let reason = match &self.0.workspace.clone().saving {
            Saving::Failed { message } => message.to_string(),
            Saving::Saved | Saving::Pending => "it could not be saved".to_owned(),
        };
        self.notify_error(
            &format!(
                "The open project stays open because its last changes could not be saved: {reason}. Download it as a \
                 project; then you can open another one."
            ),
            About::Work,
        );
        Err(())
    }

    async fn save_until_settled(&self) -> bool {
        let inner = &self.0;
        if self.is_shown_only() {
            // Nothing is kept until the user does something with it.
            let edit = inner.workspace.clone().edit;
            inner.saved.set(edit);
            inner.workspace.dispatch(WorkspaceAction::Saved { edit });
            return true;
        }
        let Some(database) = self.database() else { return false };
        if inner.workspace.clone().edit != inner.saved.get() || !inner.files.borrow().is_none() {
            // In the meantime, the journal has it.
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
            let file = file_of(&project);
            let unsaved =
                Unsaved { project: &file, files: &files, program_is_stored: self.program_is_stored(&project) };
            let report = self.report(saving_text);
            let save = database.save(&project.id, unsaved, inner.revision.get(), &inner.tab, &report).await;
            self.end_report();
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
                Ok(Save::Missing) => {
                    self.put_back(files);
                    if !self.take_all(&project).await {
                        self.save_failed(&StorageError::Failed(
                            "the project was deleted, and its files could not be read to store them again".to_owned(),
                        ))
                        .await;
                        return false;
                    }
                }
                Err(error) => {
                    self.put_back(files);
                    self.save_failed(&error).await;
                    return false;
                }
            }
        }
    }

    /// Puts changes that could not be saved back into the queue.
    fn put_back(&self, files: Rc<FilesUpdate>) {
        let mut files = Rc::unwrap_or_clone(files);
        files.then(self.0.files.replace(FilesUpdate::none()));
        *self.0.files.borrow_mut() = files;
    }

    /// Another tab or the browser has deleted the stored project: saves all of it again.
    async fn take_all(&self, project: &Project) -> bool {
        let inner = &self.0;
        let Some(all) = self.all_files().await else { return false };
        inner.stored_program.take();
        // It contains all changes that were reported before.
        *inner.files.borrow_mut() = FilesUpdate::Replace(all);
        inner.saved.set(u64::MAX);
        if project.kept {
            let description = format!(
                "“{}” was deleted from this browser's storage, by another tab or with the site's data. It was saved \
                 again, with all its files.",
                project.name
            );
            self.notify(&description, About::Work);
        }
        self.refresh().await;
        true
    }

    fn saved(&self, project: &Project, edit: u64, revision: Revision) {
        let inner = &self.0;
        inner.revision.set(Some(revision));
        inner.saved.set(edit);
        self.set_stored_program(&project.program);
        let refused = self.database().and_then(|database| database.refused().map(ToString::to_string));
        if let Some(message) = refused {
            // It exists only in the page's memory and in the journal.
            inner.workspace.dispatch(WorkspaceAction::SaveFailed { message: message.into() });
            self.write_journal(LONGEST_TEXT);
        } else if inner.unanswered.get() == 0 {
            inner.workspace.dispatch(WorkspaceAction::Saved { edit });
            if inner.workspace.clone().edit == edit {
                journal::clear(&inner.tab);
            }
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

    /// Another tab has the same project open: this tab's work becomes a project of its own.
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
        inner.stored_program.take();
        // The next turn saves it, whatever the edit's number.
        inner.saved.set(u64::MAX);
        local_keys::set_tab_value(LAST_PROJECT, &id);
        inner.workspace.dispatch(WorkspaceAction::Fork { id, name: name.as_str().into() });
        let description = format!(
            "“{}” was changed in another tab. Your changes here are saved separately, as “{name}”.",
            project.name
        );
        self.notify(&description, About::Work);
        // This tab's tree, not the one that the other tab has saved.
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
            message = format!("{message} ({usage} are used)");
        }
        self.0.workspace.dispatch(WorkspaceAction::SaveFailed { message: message.as_str().into() });
        self.notify_error(&format!("Your last changes are not saved: {message}."), About::Work);
    }
}
