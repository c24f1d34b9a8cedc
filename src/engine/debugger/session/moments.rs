//! The moments of the history that a session takes and goes back to, and the fork that makes it forget some.

use super::DebugSession;
use super::command::{Goal, StopReason};
use crate::engine::debugger::change::{Change, Changed};
use crate::engine::debugger::history::Moment;

impl DebugSession {
    pub(super) fn remember(&mut self) {
        if !self.is_change_due() {
            let moment = self.moment();
            self.history.keep(moment);
        }
    }

    /// Takes the moment that is due because of where somebody is going.
    pub(super) fn remember_near(&mut self) {
        self.near_due = None;
        if !self.is_change_due() {
            let moment = self.moment();
            self.history.keep_near(moment);
        }
    }

    /// Whether the person's change at this step is still to be made: a moment is of after it.
    fn is_change_due(&self) -> bool {
        self.changes.get(self.changed).is_some_and(|changed| changed.step == self.step())
    }

    fn moment(&self) -> Moment {
        let before = self.history.before(self.step());
        let snapshot = self.machine().snapshot(before.map(|moment| &moment.snapshot));
        Moment { snapshot, call: self.call, hits: self.hits.clone(), previous: self.previous }
    }

    /// As [`DebugSession::go_near`], for somebody who will look around there.
    pub(in crate::engine::debugger) fn approach(&mut self, step: u64) {
        self.go_near(step);
        self.near_due = self.history.near_due(self.step(), step);
    }

    /// Puts the machine to the latest known moment at or before that step.
    pub(in crate::engine::debugger) fn go_near(&mut self, step: u64) {
        let now = self.step();
        let Some(moment) = self.history.before(step) else { return };
        // Forward from here is as good, unless something waits or failed, or it is a copy that does not watch enough.
        let watches = self.machine().watched() >= self.watched();
        let is_usable = now <= step && !self.machine().is_waiting() && self.outcome().is_none();
        if watches && (is_usable && moment.snapshot.steps() <= now || now == step) {
            return;
        }
        let moment = moment.clone();
        self.restore(&moment);
    }

    pub(super) fn restore(&mut self, moment: &Moment) {
        self.collect_output();
        let Some(machine) = self.machine.take() else { return };
        self.machine = Some(machine.restore(&moment.snapshot, self.watched()));
        self.host_mut().wasi.keep_all_output();
        self.call = moment.call;
        // A moment at the step of a change was taken after it.
        self.changed = self.changes.partition_point(|change| change.step <= moment.snapshot.steps());
        self.hits.clone_from(&moment.hits);
        if self.question.is_some() {
            self.lose_count();
        }
        self.armed = Default::default();
        self.previous = moment.previous;
        self.pending.clear();
        self.wasi_mut().take_touched();
    }

    /// How often breakpoints have been hit is not known any more, if any counts.
    pub(super) fn lose_count(&mut self) {
        if self.breakpoints.count() {
            self.hits = None;
        }
    }

    /// Goes on in the copy that is needed, at the same step.
    pub(super) fn change_copy(&mut self) {
        if self.machine().is_waiting() || self.outcome().is_some() {
            // In the middle of something, which cannot be saved.
            self.go_back_to(self.step());
        } else {
            let moment = self.moment();
            self.restore(&moment);
        }
    }

    /// The address of the frame that a change is about.
    pub(super) fn frame_of(&self, change: &Change) -> Option<u32> {
        match change {
            Change::Local { frame, .. } | Change::Operand { frame, .. } => self.machine().frames().get(*frame).copied(),
            Change::Global { .. } | Change::Memory { .. } | Change::Files(_) => None,
        }
    }

    /// The program takes another way from here: what was known of later steps is forgotten.
    pub(in crate::engine::debugger) fn fork(&mut self, change: Change) {
        let step = self.step();
        self.history.forget_from(step);
        self.wasi_mut().forget_what_comes();
        self.wasi_mut().call_steps_mut().forget_from(step);
        self.stops.truncate(self.stops.partition_point(|stop| *stop < step));
        self.end = None;
        self.furthest = step;
        self.handed_out = self.output_bytes();
        self.told.forget_after(step);
        self.lose_count();
        let frame = self.frame_of(&change);
        self.changes.retain(|changed| changed.step <= step);
        self.changes.push(Changed { step, change, frame });
        self.changed = self.changes.len();
        self.goal = Goal::Idle(StopReason::Step);
        self.remember();
    }
}
