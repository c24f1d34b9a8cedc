//! The file tree: the program's while one is active, else what the next one will find.

use super::EventLoop;
use super::active::Active;
use crate::engine::vfs::Vfs;
use crate::protocol::{self, Event};
use crate::worker::{Platform, files};

impl<M: Platform> EventLoop<M> {
    /// Replaces all files.
    pub(super) fn set_files(&mut self, files: Vec<protocol::FileImage>, emit: &mut dyn FnMut(Event)) {
        self.end_run(emit);
        self.files = Vfs::default();
        for problem in files::write(&mut self.files, files, self.platform.clock().realtime_ns()) {
            emit(Event::FileProblem { message: problem });
        }
        self.base = self.files.clone();
        emit(files::tree(&self.files));
    }

    /// Applies a change made by the user.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    pub(super) fn change_files(&mut self, change: protocol::FileChange, emit: &mut dyn FnMut(Event)) {
        let now = self.platform.clock().realtime_ns();
        let base = self.base.clone();
        if let Some(debug) = self.active.debug_mut() {
            debug.change_files(change, &base, now, emit);
            self.show_debugged(emit);
            return;
        }
        let before = self.vfs().clone();
        // Report the program's changes so far first: the page attributes them to the program, and stores them.
        if let Some(changed) = self.active.run().and_then(|run| files::changed(&before, run.files_before())) {
            emit(changed);
        }
        let problems = files::change(self.vfs_mut(), &base, change, now);
        problems.into_iter().for_each(|message| emit(Event::FileProblem { message }));
        emit(files::tree(self.vfs()));
        emit(files::difference(self.vfs(), &before, true));
        if let Active::Run(active) = &mut self.active {
            active.run.files_are_kept();
        }
    }

    /// After a run, takes over the tree as the program left it.
    pub(super) fn keep_files(&mut self, emit: &mut dyn FnMut(Event)) {
        if let Active::Run(active) = &self.active {
            let run = &active.run;
            self.files = run.vfs().clone();
            if let Some(changed) = files::changed(&self.files, run.files_before()) {
                emit(changed);
                emit(files::tree(&self.files));
            }
        }
    }

    /// The current tree.
    pub(super) fn vfs(&self) -> &Vfs {
        match (self.active.debug(), self.active.run()) {
            (Some(debug), _) => debug.vfs(),
            (None, Some(run)) => run.vfs(),
            (None, None) => &self.files,
        }
    }

    pub(super) fn vfs_mut(&mut self) -> &mut Vfs {
        match self.active.run_mut() {
            Some(run) => run.vfs_mut(),
            None => &mut self.files,
        }
    }
}
