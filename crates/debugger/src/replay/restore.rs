//! Taking and restoring checkpoints.

use super::checkpoints::Checkpoint;
use super::{Observer, Replayer};

impl Replayer {
    pub(super) fn take_checkpoint(&mut self, observer: &dyn Observer) {
        if !self.is_change_due() {
            let checkpoint = self.checkpoint(observer);
            self.checkpoints.insert(checkpoint);
        }
    }

    /// Takes the checkpoint near the sought step.
    pub(super) fn take_nearby_checkpoint(&mut self, observer: &dyn Observer) {
        self.nearby_due = None;
        if !self.is_change_due() {
            let checkpoint = self.checkpoint(observer);
            self.checkpoints.insert_nearby(checkpoint);
        }
    }

    /// Whether the user's change at this step is not applied yet: a checkpoint contains it.
    fn is_change_due(&self) -> bool {
        self.changes.get(self.changed).is_some_and(|changed| changed.step == self.step())
    }

    fn checkpoint(&self, observer: &dyn Observer) -> Checkpoint {
        let before = self.checkpoints.before(self.step());
        let snapshot = self.machine().snapshot(before.map(|checkpoint| &checkpoint.snapshot));
        Checkpoint { snapshot, call: self.call, hits: observer.hits().cloned(), previous: observer.previous() }
    }

    /// Restores the checkpoint nearest to a step, and plans another one close to that step, for stepping around there.
    pub fn seek(&mut self, step: u64, observer: &mut dyn Observer) {
        self.restore_nearest(step, observer);
        self.nearby_due = self.checkpoints.nearby_due(self.step(), step);
    }

    /// No checkpoint close to the step that was sought is needed any more.
    pub fn cancel_seek(&mut self) {
        self.nearby_due = None;
    }

    /// Restores the latest checkpoint at or before a step, unless running forward from here is as good.
    pub fn restore_nearest(&mut self, step: u64, observer: &mut dyn Observer) {
        let now = self.step();
        let Some(checkpoint) = self.checkpoints.before(step) else { return };
        // Running forward is worse if a call waits or failed, or if this copy does not watch enough.
        let watches = self.machine().watched() >= observer.watched();
        let is_usable = now <= step && !self.machine().is_waiting() && !self.is_at_last_step();
        if watches && (is_usable && checkpoint.snapshot.steps() <= now || now == step) {
            return;
        }
        let checkpoint = checkpoint.clone();
        self.restore(&checkpoint, observer);
    }

    /// Restores the latest checkpoint at or before a step.
    pub fn restore_before(&mut self, step: u64, observer: &mut dyn Observer) {
        if let Some(checkpoint) = self.checkpoints.before(step).cloned() {
            self.restore(&checkpoint, observer);
        }
    }

    pub fn restore(&mut self, checkpoint: &Checkpoint, observer: &mut dyn Observer) {
        self.collect_output();
        let Some(machine) = self.machine.take() else { return };
        self.machine = Some(machine.restore(&checkpoint.snapshot, observer.watched()));
        self.host_mut().wasi.keep_all_output();
        self.call = checkpoint.call;
        // A checkpoint at the step of a change contains it.
        self.changed = self.changes.partition_point(|change| change.step <= checkpoint.snapshot.steps());
        observer.restored(checkpoint.hits.as_ref(), checkpoint.previous);
        self.wasi_mut().take_accesses();
    }

    /// Switches to the copy that the observer needs, at the same step.
    pub fn switch_copy(&mut self, observer: &mut dyn Observer) {
        if self.machine().is_waiting() || self.is_at_last_step() {
            // In the middle of a call or after a trap, the state cannot be saved.
            self.go_back_to(self.step(), observer);
        } else {
            let checkpoint = self.checkpoint(observer);
            self.restore(&checkpoint, observer);
        }
    }
}
