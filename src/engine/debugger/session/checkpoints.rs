//! Checkpoints in a session: taking, seeking, and the fork that discards the later ones.

use super::DebugSession;
use super::command::{Goal, StopReason};
use crate::engine::debugger::change::{Change, Changed};
use crate::engine::debugger::checkpoints::Checkpoint;

impl DebugSession {
    pub(super) fn take_checkpoint(&mut self) {
        if !self.is_change_due() {
            let checkpoint = self.checkpoint();
            self.checkpoints.insert(checkpoint);
        }
    }

    /// Takes the checkpoint near the sought step.
    pub(super) fn take_nearby_checkpoint(&mut self) {
        self.nearby_due = None;
        if !self.is_change_due() {
            let checkpoint = self.checkpoint();
            self.checkpoints.insert_nearby(checkpoint);
        }
    }

    /// Whether the user's change at this step is not applied yet: a checkpoint contains it.
    fn is_change_due(&self) -> bool {
        self.changes.get(self.changed).is_some_and(|changed| changed.step == self.step())
    }

    fn checkpoint(&self) -> Checkpoint {
        let before = self.checkpoints.before(self.step());
        let snapshot = self.machine().snapshot(before.map(|checkpoint| &checkpoint.snapshot));
        Checkpoint { snapshot, call: self.call, hits: self.hits.clone(), previous: self.previous }
    }

    /// Restores the checkpoint nearest to a step, and plans another one close to that step, for stepping around there.
    pub(in crate::engine::debugger) fn seek(&mut self, step: u64) {
        self.restore_nearest(step);
        self.nearby_due = self.checkpoints.nearby_due(self.step(), step);
    }

    /// Restores the latest checkpoint at or before a step, unless running forward from here is as good.
    pub(in crate::engine::debugger) fn restore_nearest(&mut self, step: u64) {
        let now = self.step();
        let Some(checkpoint) = self.checkpoints.before(step) else { return };
        // Running forward is worse if a call waits or failed, or if this copy does not watch enough.
        let watches = self.machine().watched() >= self.watched();
        let is_usable = now <= step && !self.machine().is_waiting() && !self.is_at_last_step();
        if watches && (is_usable && checkpoint.snapshot.steps() <= now || now == step) {
            return;
        }
        let checkpoint = checkpoint.clone();
        self.restore(&checkpoint);
    }

    /// Restores the latest checkpoint at or before a step.
    pub(super) fn restore_before(&mut self, step: u64) {
        if let Some(checkpoint) = self.checkpoints.before(step).cloned() {
            self.restore(&checkpoint);
        }
    }

    pub(super) fn restore(&mut self, checkpoint: &Checkpoint) {
        self.collect_output();
        let Some(machine) = self.machine.take() else { return };
        self.machine = Some(machine.restore(&checkpoint.snapshot, self.watched()));
        self.host_mut().wasi.keep_all_output();
        self.call = checkpoint.call;
        // A checkpoint at the step of a change contains it.
        self.changed = self.changes.partition_point(|change| change.step <= checkpoint.snapshot.steps());
        self.hits.clone_from(&checkpoint.hits);
        if self.write_query.is_some() {
            self.discard_hits();
        }
        self.armed = Default::default();
        self.previous = checkpoint.previous;
        self.pending.clear();
        self.wasi_mut().take_accesses();
    }

    /// Discards the hit counts, if any breakpoint has one.
    pub(super) fn discard_hits(&mut self) {
        if self.breakpoints.count() {
            self.hits = None;
        }
    }

    /// Switches to the copy that the breakpoints need, at the same step.
    pub(super) fn switch_copy(&mut self) {
        if self.machine().is_waiting() || self.is_at_last_step() {
            // In the middle of a call or after a trap, the state cannot be saved.
            self.go_back_to(self.step());
        } else {
            let checkpoint = self.checkpoint();
            self.restore(&checkpoint);
        }
    }

    /// The address of the frame that a change concerns.
    pub(super) fn frame_of(&self, change: &Change) -> Option<u32> {
        match change {
            Change::Local { frame, .. } | Change::Operand { frame, .. } => self.machine().frames().get(*frame).copied(),
            Change::Global { .. } | Change::Memory { .. } | Change::Files(_) => None,
        }
    }

    /// Records a change of the user: execution diverges here, and everything recorded for later steps is discarded.
    pub(in crate::engine::debugger) fn fork(&mut self, change: Change) {
        let step = self.step();
        self.checkpoints.discard_from(step);
        self.wasi_mut().forget_what_comes();
        self.wasi_mut().call_steps_mut().forget_from(step);
        self.stops.truncate(self.stops.partition_point(|stop| *stop < step));
        self.end = None;
        self.at_end = false;
        self.furthest = step;
        self.handed_out = self.output_bytes();
        self.reported_logs.forget_after(step);
        self.discard_hits();
        let frame = self.frame_of(&change);
        self.changes.retain(|changed| changed.step <= step);
        self.changes.push(Changed { step, change, frame });
        self.changed = self.changes.len();
        self.goal = Goal::Idle(StopReason::Step);
        self.take_checkpoint();
    }
}
