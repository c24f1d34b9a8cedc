//! A save, from its beginning until nothing is unsaved or it has failed. If it finds that another tab has saved the same
//! project, this tab's work becomes a project of its own; if it finds the project deleted, it saves all of it again.

use std::rc::Rc;

use super::{
    Effects, Revision, SaveEffect, SavePhase, SaveState, SaveWork, Seen, Storage, StoreResult, notify, notify_error,
};
use crate::protocol::FileImage;
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::journal::LONGEST_TEXT;
use crate::ui::state::project::{Project, ProjectId, ProjectSummary, WorkspaceAction, free_name};

impl SaveState {
    /// Saves what is unsaved; only one save runs at a time.
    pub(super) fn save(&mut self, effects: &mut Effects) {
        effects.push(SaveEffect::ClearTimer);
        if matches!(self.phase, SavePhase::Idle) {
            self.phase = SavePhase::Pending;
            effects.push(SaveEffect::BeginSave);
        }
    }

    pub(super) fn begin(&mut self, seen: Seen, effects: &mut Effects) {
        let edit = seen.workspace.edit;
        if self.is_shown_only(seen.workspace) {
            // Nothing is kept until the user does something with it.
            self.saved = Some(edit);
            effects.push(SaveEffect::Workspace(WorkspaceAction::Saved { edit }));
            self.end(true, effects);
        } else if matches!(seen.storage, Storage::Closed) {
            self.end(false, effects);
        } else if self.saved != Some(edit) || !self.files.is_none() {
            // In the meantime, the journal has it.
            effects.push(SaveEffect::Work(SaveWork::LoadRest));
        } else {
            self.end(true, effects);
        }
    }

    pub(super) fn save_next(&mut self, seen: Seen, effects: &mut Effects) {
        let edit = seen.workspace.edit;
        if self.saved == Some(edit) && self.files.is_none() {
            return self.end(true, effects);
        }
        let project = seen.workspace.project.clone();
        let files = Rc::new(std::mem::replace(&mut self.files, FilesUpdate::none()));
        effects.push(SaveEffect::Work(SaveWork::Store {
            project: project.clone(),
            files: files.clone(),
            based_on: self.revision,
            program_is_stored: self.program_is_stored(&project),
        }));
        self.phase = SavePhase::Storing { project, edit, files };
    }

    pub(super) fn stored(&mut self, result: StoreResult, seen: Seen, effects: &mut Effects) {
        let (project, edit, files) = match std::mem::replace(&mut self.phase, SavePhase::Pending) {
            SavePhase::Storing { project, edit, files } => (project, edit, files),
            other => return self.phase = other,
        };
        match result {
            StoreResult::Done { revision } => {
                self.saved(&project, edit, revision, seen, effects);
                effects.push(SaveEffect::SaveNext);
            }
            StoreResult::Conflict => {
                self.put_back(files);
                effects.push(SaveEffect::Work(SaveWork::CopyFiles { from: project.id.clone() }));
                self.phase = SavePhase::Forking { project };
            }
            StoreResult::Missing => {
                self.put_back(files);
                effects.push(SaveEffect::Work(SaveWork::GatherFiles));
                self.phase = SavePhase::Gathering { project };
            }
            StoreResult::Failed { message } => {
                self.put_back(files);
                self.fail(&message, effects);
            }
        }
    }

    /// Puts changes that could not be saved back into the queue.
    fn put_back(&mut self, files: Rc<FilesUpdate>) {
        let later = std::mem::replace(&mut self.files, FilesUpdate::none());
        self.files = Rc::unwrap_or_clone(files);
        self.files.then(later);
    }

    fn saved(&mut self, project: &Project, edit: u64, revision: Revision, seen: Seen, effects: &mut Effects) {
        self.revision = Some(revision);
        self.saved = Some(edit);
        self.set_stored_program(&project.program);
        if let Storage::Page { refused, .. } = seen.storage {
            // It exists only in the page's memory and in the journal.
            effects.push(SaveEffect::Workspace(WorkspaceAction::SaveFailed { message: refused.into() }));
            self.write_journal(LONGEST_TEXT, seen, effects);
        } else if self.unanswered == 0 {
            effects.push(SaveEffect::Workspace(WorkspaceAction::Saved { edit }));
            if seen.workspace.edit == edit {
                effects.push(SaveEffect::ClearJournal);
            }
        }
        let own =
            ProjectSummary { id: project.id.clone(), name: project.name.clone(), edited: seen.now, kept: project.kept };
        let others = seen.workspace.projects.iter().filter(|other| other.id != own.id).cloned().collect::<Vec<_>>();
        let list = std::iter::once(own).chain(others).collect();
        effects.push(SaveEffect::Workspace(WorkspaceAction::Listed(list)));
    }

    /// Another tab has the same project open: this tab's work becomes a project of its own.
    pub(super) fn forked(&mut self, id: ProjectId, seen: Seen, effects: &mut Effects) {
        let project = match std::mem::replace(&mut self.phase, SavePhase::Pending) {
            SavePhase::Forking { project } => project,
            other => return self.phase = other,
        };
        let name = free_name(&project.name, &seen.workspace.projects);
        self.revision = None;
        self.stored_program = None;
        self.saved = None;
        effects.push(SaveEffect::RememberInTab(id.clone()));
        effects.push(SaveEffect::Workspace(WorkspaceAction::Fork { id, name: name.as_str().into() }));
        effects.push(notify(&format!(
            "“{}” was changed in another tab. Your changes here are saved separately, as “{name}”.",
            project.name
        )));
        // This tab's tree, not the one that the other tab has saved.
        effects.push(SaveEffect::ReadForkedFiles);
        effects.push(SaveEffect::SaveNext);
    }

    pub(super) fn fork_failed(&mut self, message: &str, effects: &mut Effects) {
        if matches!(self.phase, SavePhase::Forking { .. }) {
            self.fail(message, effects);
        }
    }

    /// Another tab or the browser has deleted the stored project: saves all of it again.
    pub(super) fn gathered(&mut self, all: Option<Vec<FileImage>>, effects: &mut Effects) {
        let project = match std::mem::replace(&mut self.phase, SavePhase::Pending) {
            SavePhase::Gathering { project } => project,
            other => return self.phase = other,
        };
        let Some(all) = all else {
            return self.fail(
                "the browser's storage failed: the project was deleted, and its files could not be read to store them \
                 again",
                effects,
            );
        };
        self.stored_program = None;
        // It contains all changes that were reported before.
        self.files = FilesUpdate::Replace(all);
        self.saved = None;
        if project.kept {
            effects.push(notify(&format!(
                "“{}” was deleted from this browser's storage, by another tab or with the site's data. It was saved \
                 again, with all its files.",
                project.name
            )));
        }
        effects.push(SaveEffect::Work(SaveWork::Refresh));
    }

    fn fail(&mut self, message: &str, effects: &mut Effects) {
        effects.push(SaveEffect::Workspace(WorkspaceAction::SaveFailed { message: message.into() }));
        effects.push(notify_error(&format!("Your last changes are not saved: {message}.")));
        self.end(false, effects);
    }

    fn end(&mut self, saved: bool, effects: &mut Effects) {
        self.phase = SavePhase::Idle;
        effects.push(SaveEffect::EndSave { saved });
    }
}
