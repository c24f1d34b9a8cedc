//! The file tree: the program's while one is active, else what the next one will find.

use super::EventLoop;
use crate::engine::vfs::Vfs;
use crate::protocol::{self, Event};
use crate::worker::run::Run;
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
        if let Some(debug) = self.debug.as_mut().filter(|debug| !debug.is_over()) {
            debug.change_files(change, &base, now, emit);
            self.show_debugged(emit);
            return;
        }
        let before = self.vfs().clone();
        // Report the program's changes so far first: the page attributes them to the program, and stores them.
        if let Some(changed) = self
            .run
            .as_ref()
            .filter(|run| !run.is_over())
            .map(Run::files_before)
            .and_then(|known| files::changed(&before, known))
        {
            emit(changed);
        }
        let problems = files::change(self.vfs_mut(), &base, change, now);
        problems.into_iter().for_each(|message| emit(Event::FileProblem { message }));
        emit(files::tree(self.vfs()));
        emit(files::difference(self.vfs(), &before, true));
        if let Some(run) = &mut self.run {
            run.files_are_kept();
        }
    }

    /// After a run, takes over the tree as the program left it.
    pub(super) fn keep_files(&mut self, emit: &mut dyn FnMut(Event)) {
        if let Some(run) = &self.run {
            self.files = run.vfs().clone();
            if let Some(changed) = files::changed(&self.files, run.files_before()) {
                emit(changed);
                emit(files::tree(&self.files));
            }
        }
    }

    /// The current tree.
    pub(super) fn vfs(&self) -> &Vfs {
        match (&self.debug, &self.run) {
            (Some(debug), _) if !debug.is_over() => debug.vfs(),
            (_, Some(run)) if !run.is_over() => run.vfs(),
            _ => &self.files,
        }
    }

    pub(super) fn vfs_mut(&mut self) -> &mut Vfs {
        match &mut self.run {
            Some(run) if !run.is_over() => run.vfs_mut(),
            _ => &mut self.files,
        }
    }
}
