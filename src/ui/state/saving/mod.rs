//! What of the open project is unsaved, and how it is saved: the journal immediately, the database shortly afterwards.
//! `events` lists what happens and what the page does about it, `journal` decides what the journal holds, `storing` goes
//! through a save; `ui/hooks/use_projects` carries out the effects. What a user sees of it
//! ([`super::project::Saving`]) belongs in `project`, the formats in `super::journal` and `project_file`.

mod events;
mod journal;
mod storing;
#[cfg(test)]
mod tests;

pub use events::{SaveEffect, SaveEvent, SaveWork, StoreResult};

use std::rc::Rc;

use super::files_update::FilesUpdate;
use super::journal::LONGEST_TEXT;
use super::project::{About, Notice, Project, Saving, Workspace, WorkspaceAction};
use crate::protocol::FileImage;

/// Counts the saves of a project.
pub type Revision = f64;

/// What of the open project is stored, and where the rest of it is.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveState {
    phase: SavePhase,
    /// The stored revision of the open project.
    revision: Option<Revision>,
    /// The last edit that is stored; `None` if the project has to be saved whatever its edit.
    saved: Option<u64>,
    /// File changes that are still to be saved.
    files: FilesUpdate,
    /// File changes by the user that the worker has not reported yet.
    requested: FilesUpdate,
    /// Whether there are more of those than the journal holds.
    requested_more: bool,
    /// How many such changes the worker has not answered: until then they are in no storage.
    unanswered: u32,
    /// The binary program that is stored with the project.
    stored_program: Option<Rc<[u8]>>,
    /// Whether the journal has everything that is unsaved.
    in_journal: bool,
    /// The edit at which the project was downloaded.
    downloaded: Option<u64>,
    /// Whether the open project came from a link and has not been kept so far.
    is_shown_only: bool,
}

/// The phase of a save; only one runs at a time.
#[derive(Debug, Clone, PartialEq)]
enum SavePhase {
    Idle,
    /// What is unsaved is written next.
    Pending,
    /// The database writes the project as it was at an edit, with these file changes.
    Storing {
        project: Project,
        edit: u64,
        files: Rc<FilesUpdate>,
    },
    /// Another tab has changed the stored project: its files are copied to a project of this tab's own.
    Forking {
        project: Project,
    },
    /// The stored project was deleted: the worker sends all files.
    Gathering {
        project: Project,
    },
}

/// What decides what is saved, at the event.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub workspace: &'a Workspace,
    pub storage: Storage<'a>,
    /// The clock, in milliseconds since 1970.
    pub now: f64,
}

/// Where projects are stored.
#[derive(Clone, Copy)]
pub enum Storage<'a> {
    /// The database is not open yet.
    Closed,
    Browser,
    /// The browser refuses to store anything, for this reason: the page's memory holds what is saved, such as these
    /// files of the open project.
    Page {
        refused: &'a str,
        files: &'a dyn Fn() -> Vec<FileImage>,
    },
}

type Effects = Vec<SaveEffect>;

impl Default for SaveState {
    fn default() -> Self {
        Self::new(0)
    }
}

impl SaveState {
    /// Of a workspace whose open project is not stored.
    pub fn new(edit: u64) -> Self {
        Self {
            phase: SavePhase::Idle,
            revision: None,
            saved: Some(edit),
            files: FilesUpdate::none(),
            requested: FilesUpdate::none(),
            requested_more: false,
            unanswered: 0,
            stored_program: None,
            in_journal: false,
            downloaded: None,
            is_shown_only: false,
        }
    }

    /// The state after `event`, and what the page does about it.
    #[must_use]
    pub fn apply(mut self, event: SaveEvent, seen: Seen) -> (Self, Vec<SaveEffect>) {
        let mut effects = Vec::new();
        self.handle(event, seen, &mut effects);
        (self, effects)
    }

    pub fn revision(&self) -> Option<Revision> {
        self.revision
    }

    /// File changes that are still to be saved.
    pub fn files(&self) -> &FilesUpdate {
        &self.files
    }

    /// Whether the journal has everything that is unsaved.
    pub fn is_in_journal(&self) -> bool {
        self.in_journal
    }

    /// Whether the open project is only previewed, so that nothing of it is stored.
    pub fn is_shown_only(&self, workspace: &Workspace) -> bool {
        self.is_shown_only && !workspace.project.kept
    }

    /// Whether the user's work would be lost if the page closed now.
    pub fn would_lose_work(&self, workspace: &Workspace) -> bool {
        workspace.would_be_lost(self.in_journal, self.downloaded)
    }

    /// Why the open project has to stay open after its last save, which has `saved` it or failed.
    pub fn reason_to_stay(&self, saved: bool, workspace: &Workspace) -> Option<String> {
        if saved || !workspace.project.kept || self.downloaded == Some(workspace.edit) {
            return None;
        }
        Some(match &workspace.saving {
            Saving::Failed { message } => message.to_string(),
            Saving::Saved | Saving::Pending => "it could not be saved".to_owned(),
        })
    }

    fn handle(&mut self, event: SaveEvent, seen: Seen, effects: &mut Effects) {
        let workspace = seen.workspace;
        match event {
            SaveEvent::Edited { edit } => {
                if self.is_shown_only && workspace.project.kept {
                    self.is_shown_only = false;
                    effects.push(SaveEffect::ClearLink);
                }
                if self.saved != Some(edit) {
                    self.write_journal(LONGEST_TEXT, seen, effects);
                    effects.push(SaveEffect::SetTimer);
                }
            }
            SaveEvent::SaveSoon => effects.push(SaveEffect::SetTimer),
            SaveEvent::Save => self.save(effects),
            SaveEvent::Begun => self.begin(seen, effects),
            SaveEvent::RestLoaded | SaveEvent::SaveNext => self.save_next(seen, effects),
            SaveEvent::Stored(result) => self.stored(result, seen, effects),
            SaveEvent::Forked { id } => self.forked(id, seen, effects),
            SaveEvent::ForkFailed { message } => self.fork_failed(&message, effects),
            SaveEvent::ForkedFiles(all) => {
                self.files = FilesUpdate::Replace(all);
                effects.push(SaveEffect::Workspace(WorkspaceAction::FilesEdited));
            }
            SaveEvent::Gathered(all) => self.gathered(all, effects),
            SaveEvent::JournalWritten { has_everything } => self.in_journal = has_everything,
            SaveEvent::Leaving => {
                let unsaved = self.saved != Some(workspace.edit);
                if unsaved || matches!(seen.storage, Storage::Page { .. }) {
                    self.write_journal(usize::MAX, seen, effects);
                }
                if unsaved {
                    self.save(effects);
                }
            }
            SaveEvent::Closing if self.saved == Some(workspace.edit) => {}
            SaveEvent::Closing | SaveEvent::Recovered => self.write_journal(usize::MAX, seen, effects),
            SaveEvent::StorageLost => {
                if self.revision.is_some() || self.saved != Some(workspace.edit) {
                    self.stored_program = None;
                    effects.push(SaveEffect::Remember(workspace.project.id.clone()));
                    // The changed workspace triggers the save.
                    effects.push(SaveEffect::Workspace(WorkspaceAction::FilesWritten));
                }
            }
            SaveEvent::DeletedElsewhere { id } => self.deleted_elsewhere(&id, workspace, effects),
            SaveEvent::WillChange(change) => self.will_change(&change, seen, effects),
            SaveEvent::FilesChanged { written, removed, requested } => {
                if requested {
                    self.answered(workspace, effects);
                }
                if written.is_empty() && removed.is_empty() {
                    return;
                }
                self.files.then(FilesUpdate::Change { written, removed });
                effects.push(SaveEffect::Workspace(WorkspaceAction::FilesWritten));
                // Files arrive all together: there is no reason to wait. The page may reload before the database is
                // done.
                self.write_journal(LONGEST_TEXT, seen, effects);
                self.save(effects);
            }
            SaveEvent::WorkerReplaced => {
                if self.unanswered > 0 {
                    self.unanswered = 1;
                    self.answered(workspace, effects);
                }
            }
            // A project that was only previewed has been run.
            SaveEvent::Ran if self.is_shown_only => effects.push(SaveEffect::Workspace(WorkspaceAction::Keep)),
            SaveEvent::Ran => {}
            SaveEvent::Downloaded => self.downloaded = Some(workspace.edit),
            SaveEvent::Opening { revision, program, files, is_shown_only } => {
                self.is_shown_only = is_shown_only;
                self.revision = revision;
                self.files = files;
                self.requested = FilesUpdate::none();
                self.requested_more = false;
                self.downloaded = None;
                self.stored_program = None;
                if revision.is_some() {
                    self.set_stored_program(&program);
                }
            }
            SaveEvent::StoredOpened => {
                let edit = workspace.edit;
                self.saved = Some(edit);
                effects.push(SaveEffect::Workspace(match seen.storage {
                    Storage::Page { refused, .. } => WorkspaceAction::SaveFailed { message: refused.into() },
                    Storage::Closed | Storage::Browser => WorkspaceAction::Saved { edit },
                }));
            }
            SaveEvent::FilesReplaced(files) => self.files = FilesUpdate::Replace(files),
            SaveEvent::DeletionBegins => effects.push(SaveEffect::ClearTimer),
            SaveEvent::DropChanges => {
                self.files = FilesUpdate::none();
                effects.push(SaveEffect::ClearJournal);
            }
            SaveEvent::Deleted => {
                self.saved = Some(workspace.edit);
                self.revision = None;
            }
        }
    }

    /// The worker has answered a file change: its effects follow, if there are any.
    fn answered(&mut self, workspace: &Workspace, effects: &mut Effects) {
        self.unanswered = self.unanswered.saturating_sub(1);
        if self.unanswered > 0 {
            return;
        }
        self.requested = FilesUpdate::none();
        self.requested_more = false;
        // If it had no effect, no other save would record that.
        let edit = workspace.edit;
        if self.saved == Some(edit) && self.revision.is_some() && workspace.saving == Saving::Pending {
            effects.push(SaveEffect::Workspace(WorkspaceAction::Saved { edit }));
        }
    }

    fn deleted_elsewhere(&self, id: &str, workspace: &Workspace, effects: &mut Effects) {
        let project = &workspace.project;
        if self.revision.is_none() || id != &*project.id {
            return;
        }
        let message = "it was deleted in another tab; change it here and it is saved again, with all its files";
        effects.push(SaveEffect::Workspace(WorkspaceAction::SaveFailed { message: message.into() }));
        effects.push(notify_error(&format!(
            "“{}” was deleted in another tab and is no longer saved. It is still open here: change it and it is saved \
             again, or download it.",
            project.name
        )));
        effects.push(SaveEffect::Refresh);
    }
}

/// Shows a notice about the user's work.
fn notify(text: &str) -> SaveEffect {
    let notice = Notice { text: text.into(), is_error: false, about: About::Work, action: None };
    SaveEffect::Workspace(WorkspaceAction::Notify(notice))
}

fn notify_error(text: &str) -> SaveEffect {
    let notice = Notice { text: text.into(), is_error: true, about: About::Work, action: None };
    SaveEffect::Workspace(WorkspaceAction::Notify(notice))
}
