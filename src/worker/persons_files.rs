//! What the person does to the files of a program under the debugger. It belongs to the timeline, as each change of
//! theirs; but what a person makes is never lost: where the run is ended before such a change, it is made all the same.

use super::files;
use crate::engine::vfs::Vfs;
use crate::protocol::FileChange;

/// See the module's documentation.
pub(super) struct PersonsFiles {
    /// What the page's storage has: the files that the run found, and the person's changes.
    kept: Vfs,
    made: Vec<Made>,
}

struct Made {
    step: u64,
    change: FileChange,
    /// The person has taken another way from before this step.
    forgotten: bool,
}

impl PersonsFiles {
    pub fn new(found: Vfs) -> Self {
        Self { kept: found, made: Vec::new() }
    }

    /// A change at a step has been made.
    pub fn made(&mut self, step: u64, change: FileChange, base: &Vfs, now: u64) {
        self.fork(step);
        // What cannot be done there was told when it was done to the program's own.
        let _ = files::change(&mut self.kept, base, change.clone(), now);
        self.made.push(Made { step, change, forgotten: false });
    }

    /// Something was changed at a step: what came after it is not on the way any more.
    pub fn fork(&mut self, step: u64) {
        for made in self.made.iter_mut().filter(|made| made.step > step) {
            made.forgotten = true;
        }
    }

    /// The files at the end of a run that is ended at a step, where the program's are `tree`.
    pub fn at_end(&self, tree: &Vfs, step: u64, base: &Vfs, now: u64) -> Vfs {
        let mut tree = tree.clone();
        for made in self.made.iter().filter(|made| made.forgotten || made.step > step) {
            let _ = files::change(&mut tree, base, made.change.clone(), now);
        }
        tree
    }

    /// As the page's storage has them.
    pub fn kept(&self) -> &Vfs {
        &self.kept
    }
}
