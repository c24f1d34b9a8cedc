//! The user's changes to the files of a program under the debugger. They belong to the timeline, like all of the user's
//! changes; but the user's files are never lost: if the run is ended before such a step, the change is applied anyway.

use super::files;
use crate::engine::vfs::Vfs;
use crate::protocol::FileChange;

/// See the module's documentation.
pub(super) struct UserFiles {
    /// The files in the page's storage: those that the run found, plus the user's changes.
    stored: Vfs,
    changes: Vec<UserChange>,
}

struct UserChange {
    step: u64,
    change: FileChange,
    /// Execution has diverged before this step.
    is_undone: bool,
}

impl UserFiles {
    pub fn new(found: Vfs) -> Self {
        Self { stored: found, changes: Vec::new() }
    }

    /// Adds a change at a step.
    pub fn add(&mut self, step: u64, change: FileChange, base: &Vfs, now: u64) {
        self.fork(step);
        // An error was reported when the change was applied to the program's files.
        let _ = files::change(&mut self.stored, base, change.clone(), now);
        self.changes.push(UserChange { step, change, is_undone: false });
    }

    /// Execution diverges at a step: later changes are no longer on the timeline.
    pub fn fork(&mut self, step: u64) {
        for change in self.changes.iter_mut().filter(|change| change.step > step) {
            change.is_undone = true;
        }
    }

    /// The files after ending a run at a step at which the program's files are `tree`.
    pub fn at_end(&self, tree: &Vfs, step: u64, base: &Vfs, now: u64) -> Vfs {
        let mut tree = tree.clone();
        for change in self.changes.iter().filter(|change| change.is_undone || change.step > step) {
            let _ = files::change(&mut tree, base, change.change.clone(), now);
        }
        tree
    }

    /// The files in the page's storage.
    pub fn stored(&self) -> &Vfs {
        &self.stored
    }
}
