//! Executing: forwards on a course, with the moments that are taken on the way and the changes that are made again.

use super::DebugSession;
use crate::engine::debugger::breakpoint::{Breakpoint, BreakpointId};
use crate::engine::debugger::machine::{Halt, Position};
use crate::engine::debugger::watchpoint::Touch;
use crate::engine::wasi::Suspend;

/// How far to execute.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::debugger) struct Course {
    /// At this step.
    pub limit: u64,
    /// When the frame at this address is gone; 1: never.
    pub base: u32,
    /// Before this place.
    pub place: Option<Position>,
    /// Before a visit to the line that is run to.
    pub line: bool,
    pub heed: Heed,
    /// At this step neither breakpoints nor the place stop, because it stands there; `u64::MAX`: they stop everywhere.
    pub from: u64,
}

/// Which breakpoints count on a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine::debugger) enum Heed {
    /// Only those that have to know how often they were hit, and they do not stop.
    Nothing,
    /// Those that tell a message, too.
    Messages,
    All,
}

impl Heed {
    /// Whether that breakpoint counts.
    pub fn minds(self, breakpoint: &Breakpoint) -> bool {
        match self {
            Self::Nothing => breakpoint.counts(),
            Self::Messages => breakpoint.counts() || breakpoint.log.is_some(),
            Self::All => true,
        }
    }
}

/// What [`DebugSession::execute`] came to.
pub(in crate::engine::debugger) enum Came {
    ToLimit,
    ToBreakpoint(BreakpointId),
    /// The instruction before which to stop has just been executed.
    PastWatchpoint(Box<Touch>),
    ToPlace,
    FrameGone,
    ToEnd,
    ToWait(Suspend),
    SliceOver,
}

impl DebugSession {
    /// Executes on a course, takes moments on the way.
    pub(in crate::engine::debugger) fn execute(&mut self, course: &Course, left: &mut u64) -> Came {
        if let Some(came) = self.wake(course.heed) {
            return came;
        }
        // When moments are to be taken: the next that is kept, and the one near where somebody is going.
        let (mut due, mut near) = (u64::MAX, u64::MAX);
        loop {
            // Having gone back, it is another instance that is to leave.
            self.arm(course);
            self.change_again();
            let step = self.step();
            // After what was changed at this step, for that is what going back to it expects.
            if step >= due {
                self.remember();
            } else if step == near {
                self.remember_near();
            }
            self.furthest = self.furthest.max(step);
            if let Some(hits) = &self.hits {
                self.history.count(step, hits, self.previous);
            }
            let stop = self.breakpoint_here(course.heed);
            if step != course.from {
                if let Some(id) = stop {
                    return Came::ToBreakpoint(id);
                }
                if self.is_line_step_done() {
                    return Came::ToPlace;
                }
                if course.line && self.is_at_line() {
                    return Came::ToPlace;
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
            due = self.history.due(step, self.memory_bytes());
            near = self.near_due.filter(|near| *near > step).unwrap_or(u64::MAX);
            let most = self.most_at_once(course, due.min(near)).min(*left).max(1);
            let base = self.line_step_base(course.base);
            let stood = self.stood();
            let single = enters || self.look_ahead(course.heed) || most == 1;
            let mut halt = if single { Halt::Ready } else { self.machine_mut().run(most, base) };
            self.take_noted();
            let single = self.step() == step && matches!(halt, Halt::Ready);
            if single {
                halt = self.machine_mut().step();
            }
            if self.step() != step {
                self.note_previous(stood, single);
            }
            *left = left.saturating_sub((self.step() - step).max(1));
            let touch = match halt {
                Halt::Ready | Halt::Returned => self.settle_pending(course.heed),
                Halt::Waiting(_) | Halt::Failed(_) => None,
            };
            match halt {
                Halt::Ready if touch.is_none() => continue,
                Halt::Ready => {}
                Halt::Returned if touch.is_some() => {}
                Halt::Returned => self.next_call(),
                Halt::Waiting(suspend) => {
                    self.furthest = self.furthest.max(self.step());
                    return Came::ToWait(suspend);
                }
                Halt::Failed(error) => self.fail(error, single),
            }
            if let Some(touch) = touch {
                return Came::PastWatchpoint(Box::new(touch));
            }
            (due, near) = (u64::MAX, u64::MAX);
        }
    }

    /// Whether a visit to the line that is run to begins here.
    fn is_at_line(&self) -> bool {
        let position = self.machine().position();
        self.run_to.as_ref().is_some_and(|entries| position.is_some_and(|at| entries.begins(at, self.previous)))
    }

    /// How many steps may be executed at once from here, where a moment is to be taken at that step.
    fn most_at_once(&self, course: &Course, due: u64) -> u64 {
        let step = self.step();
        let change = self.changes.get(self.changed).map_or(u64::MAX, |change| change.step);
        // Moments at which hits are not known get them in passing.
        let uncounted = self.hits.as_ref().and_then(|_| self.history.uncounted(step + 1)).unwrap_or(u64::MAX);
        course.limit.min(change).min(uncounted).min(due).saturating_sub(step)
    }

    /// How much memory the program has.
    fn memory_bytes(&self) -> u64 {
        let bytes = (0..self.machine().memories()).filter_map(|index| self.machine().memory(index));
        bytes.map(|bytes| bytes.len() as u64).sum()
    }

    /// Does again what the person changed at this step.
    pub(super) fn change_again(&mut self) {
        while let Some(changed) = self.changes.get(self.changed).filter(|changed| changed.step == self.step()).cloned()
        {
            // A change that was made elsewhere does not know its frame.
            let frame = self.frame_of(&changed.change);
            if let Some(known) = self.changes.get_mut(self.changed) {
                known.frame = frame;
            }
            self.changed += 1;
            // It could be done the first time, in the same state.
            let _ = self.apply(changed.change);
        }
    }

    /// Finishes a call of the host that waits.
    fn wake(&mut self, heed: Heed) -> Option<Came> {
        if !self.machine().is_waiting() {
            return None;
        }
        let (stood, step) = (self.stood(), self.step());
        let halt = self.machine_mut().resume();
        if self.step() != step {
            self.note_previous(stood, true);
        }
        match halt {
            Halt::Ready => {}
            Halt::Returned => self.next_call(),
            Halt::Waiting(suspend) => return Some(Came::ToWait(suspend)),
            Halt::Failed(error) => self.fail(error, false),
        }
        self.settle_pending(heed).map(|touch| Came::PastWatchpoint(Box::new(touch)))
    }
}
