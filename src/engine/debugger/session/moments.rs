//! The moments of the history that a session takes and goes back to, and the fork that makes it forget some.

use super::DebugSession;
use super::command::{Goal, StopReason};
use crate::engine::debugger::change::Change;
use crate::engine::debugger::history::Moment;
use crate::engine::debugger::machine::Snapshot;

impl DebugSession {
    pub(super) fn remember(&mut self) {
        let moment = self.moment();
        self.history.keep(moment);
    }

    /// Takes the moment that is due because of where somebody is going.
    pub(super) fn remember_near(&mut self) {
        self.near_due = None;
        let moment = self.moment();
        self.history.keep_near(moment);
    }

    fn moment(&self) -> Moment {
        let before = self.history.before(self.step());
        let snapshot: Snapshot = self.machine().snapshot(before.map(|moment| &moment.snapshot));
        Moment { snapshot, call: self.call }
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
        // Forward from here is as good, unless something waits or failed.
        let is_usable = now <= step && !self.machine().is_waiting() && self.outcome().is_none();
        if is_usable && moment.snapshot.steps() <= now || now == step {
            return;
        }
        let moment = moment.clone();
        self.restore(&moment);
    }

    pub(super) fn restore(&mut self, moment: &Moment) {
        self.collect_output();
        let Some(machine) = self.machine.take() else { return };
        self.machine = Some(machine.restore(&moment.snapshot));
        self.host_mut().wasi.keep_all_output();
        self.call = moment.call;
        // A moment at the step of a change was taken after it.
        self.changed = self.changes.partition_point(|(step, _)| *step <= moment.snapshot.steps());
        self.redirect(true);
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
        self.changes.retain(|(changed, _)| *changed <= step);
        self.changes.push((step, change));
        self.changed = self.changes.len();
        self.goal = Goal::Rest(StopReason::Step);
        self.remember();
    }
}
