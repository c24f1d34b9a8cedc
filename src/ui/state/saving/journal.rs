//! What the journal holds: the text, and the file changes that the database does not have yet.

use std::rc::Rc;

use super::{Effects, SaveEffect, SavePhase, SaveState, Seen, Storage};
use crate::protocol::FileChange;
use crate::ui::state::files_update::{FilesUpdate, size as files_size};
use crate::ui::state::journal::{Journal, LARGEST_FILES, LONGEST_TEXT, pack_files};
use crate::ui::state::project::{Program, Project};

impl SaveState {
    /// Writes the journal unless the text is longer than `longest`.
    pub(super) fn write_journal(&mut self, longest: usize, seen: Seen, effects: &mut Effects) {
        self.in_journal = false;
        if self.is_shown_only(seen.workspace) {
            return;
        }
        let project = &seen.workspace.project;
        let files = self.unsaved_files(seen);
        let (is_whole, files) = (files.is_some(), files.unwrap_or_default());
        if !project.kept && files.is_empty() && project.debugging.is_untouched() {
            return;
        }
        // The project that the page starts with was never opened: from its first edit on, a reload shows it.
        effects.push(SaveEffect::Remember(project.id.clone()));
        let text = project.program.text();
        if text.is_some_and(|text| text.len() > longest) {
            return;
        }
        let has_program = text.is_some() || self.program_is_stored(project);
        let journal = Journal {
            project: project.id.to_string(),
            based_on: self.revision,
            time: seen.now,
            sequence: 0,
            name: project.name.to_string(),
            kept: project.kept,
            text: text.map(ToString::to_string),
            arguments: project.arguments.to_string(),
            environment: project.environment.to_string(),
            files,
            notes: project.debugging.to_text(),
        };
        let has_everything = is_whole && has_program && project.sources.is_empty();
        effects.push(SaveEffect::WriteJournal { journal: Box::new(journal), has_everything });
    }

    /// A file change is being sent to the worker.
    pub(super) fn will_change(&mut self, change: &FileChange, seen: Seen, effects: &mut Effects) {
        self.unanswered += 1;
        let update = match change {
            FileChange::Write { files } if files_size(files) > LARGEST_FILES => {
                self.requested_more = true;
                FilesUpdate::none()
            }
            FileChange::Write { files } => FilesUpdate::Change { written: files.clone(), removed: Vec::new() },
            FileChange::Remove { path } => FilesUpdate::Change { written: Vec::new(), removed: vec![path.clone()] },
            // Only the worker knows the contents at a path.
            FileChange::Unpack { .. }
            | FileChange::Rename { .. }
            | FileChange::Copy { .. }
            | FileChange::Revert { .. } => return,
        };
        self.requested.then(update);
        self.write_journal(LONGEST_TEXT, seen, effects);
    }

    /// The file changes that are not in the database yet, for the journal; `None` if they are too large.
    fn unsaved_files(&self, seen: Seen) -> Option<String> {
        if self.requested_more {
            return None;
        }
        let mut all = match seen.storage {
            // If the browser stores nothing, no file is in the database.
            Storage::Page { files, .. } => FilesUpdate::Replace(files()),
            Storage::Closed | Storage::Browser => FilesUpdate::none(),
        };
        let being_stored = if let SavePhase::Storing { files, .. } = &self.phase { Some(&**files) } else { None };
        let updates = || being_stored.into_iter().chain([&self.files, &self.requested]);
        // Too much to even copy.
        if all.size() + updates().map(FilesUpdate::size).sum::<usize>() > LARGEST_FILES {
            return None;
        }
        updates().for_each(|update| all.then(update.clone()));
        Some(pack_files(&all))
    }

    /// Whether the program is binary and stored in the database.
    pub(super) fn program_is_stored(&self, project: &Project) -> bool {
        matches!((&project.program, &self.stored_program), (Program::Binary { bytes, .. }, Some(stored)) if Rc::ptr_eq(bytes, stored))
    }

    pub(super) fn set_stored_program(&mut self, program: &Program) {
        self.stored_program = match program {
            Program::Binary { bytes, .. } => Some(bytes.clone()),
            Program::Text(_) => None,
        };
    }
}
