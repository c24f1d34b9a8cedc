//! The moments of the history that a session takes and goes back to, and the fork that makes it forget some.

use super::DebugSession;
use super::command::{Goal, StopReason};
use crate::engine::debugger::change::Change;
use crate::engine::debugger::history::Moment;
use crate::engine::debugger::machine::Snapshot;

impl DebugSession {
    pub(super) fn remember(&mut self) {
        let step = self.step();
        let before = self.history.before(step).map(|moment| moment.snapshot.clone());
        let snapshot: Snapshot = self.machine().snapshot(before.as_ref());
        self.history.keep(Moment { snapshot, call: self.call });
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
