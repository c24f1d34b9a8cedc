//! Executing: forwards on a course, with the moments that are taken on the way and the changes that are made again.

use super::DebugSession;
use crate::engine::debugger::breakpoint::BreakpointId;
use crate::engine::debugger::machine::{Halt, Position};
use crate::engine::wasi::Suspend;

/// How far to execute.
pub(in crate::engine::debugger) struct Course {
    pub limit: u64,
    pub base: u32,
    pub place: Option<Position>,
    pub breakpoints: bool,
    /// At this step neither breakpoints nor the place count; `u64::MAX`: they count everywhere.
    pub from: u64,
}

/// What [`DebugSession::execute`] came to.
pub(in crate::engine::debugger) enum Came {
    ToLimit,
    ToBreakpoint(BreakpointId),
    ToPlace,
    FrameGone,
    ToEnd,
    ToWait(Suspend),
    SliceOver,
}

impl DebugSession {
    /// Executes on a course, takes moments on the way.
    pub(in crate::engine::debugger) fn execute(&mut self, course: &Course, left: &mut u64) -> Came {
        if let Some(came) = self.wake() {
            return came;
        }
        // When moments are to be taken: the next that is kept, and the one near where somebody is going.
        let (mut due, mut near) = (u64::MAX, u64::MAX);
        loop {
            self.change_again();
            let step = self.step();
            // After what was changed at this step, for that is what going back to it expects.
            if step >= due {
                self.remember();
            } else if step == near {
                self.remember_near();
            }
            self.furthest = self.furthest.max(step);
            if step > course.from || course.from == u64::MAX {
                if course.breakpoints
                    && let Some(id) = self.breakpoint_here()
                {
                    return Came::ToBreakpoint(id);
                }
                if course.place.is_some() && course.place == self.machine().position() {
                    return Came::ToPlace;
                }
            }
            if step >= course.limit {
                return Came::ToLimit;
            }
            if self.end.as_ref().is_some_and(|end| step >= end.step) {
                return Came::ToEnd;
            }
            // Over a call: the first step makes the frame that is waited for.
            let enters = self.machine().top() < course.base;
            if enters && step != course.from {
                return Came::FrameGone;
            }
            if *left == 0 {
                return Came::SliceOver;
            }
            let bytes = (0..self.machine().memories()).filter_map(|index| self.machine().memory(index));
            due = self.history.due(step, bytes.map(|bytes| bytes.len() as u64).sum());
            near = self.near_due.filter(|near| *near > step).unwrap_or(u64::MAX);
            let change = self.changes.get(self.changed).map_or(u64::MAX, |(step, _)| *step);
            let most = (course.limit.min(change) - step).min(*left).min(due.min(near).saturating_sub(step)).max(1);
            let mut halt = if enters { Halt::Ready } else { self.machine_mut().run(most, course.base) };
            let single = self.step() == step && matches!(halt, Halt::Ready);
            if single {
                halt = self.machine_mut().step();
            }
            *left = left.saturating_sub((self.step() - step).max(1));
            match halt {
                Halt::Ready => continue,
                Halt::Returned => self.next_call(),
                Halt::Waiting(suspend) => return Came::ToWait(suspend),
                Halt::Failed(error) => self.fail(error, single),
            }
            (due, near) = (u64::MAX, u64::MAX);
        }
    }

    /// Does again what the person changed at this step.
    pub(super) fn change_again(&mut self) {
        while let Some((_, change)) = self.changes.get(self.changed).filter(|(step, _)| *step == self.step()).cloned() {
            self.changed += 1;
            // It could be done the first time, in the same state.
            let _ = self.apply(change);
        }
    }

    /// Finishes a call of the host that waits.
    fn wake(&mut self) -> Option<Came> {
        if !self.machine().is_waiting() {
            return None;
        }
        match self.machine_mut().resume() {
            Halt::Ready => {}
            Halt::Returned => self.next_call(),
            Halt::Waiting(suspend) => return Some(Came::ToWait(suspend)),
            Halt::Failed(error) => self.fail(error, false),
        }
        None
    }
}
