//! Forward execution: takes checkpoints on the way and applies the user's changes again.

use super::DebugSession;
use crate::engine::debugger::breakpoint::{Breakpoint, BreakpointId};
use crate::engine::debugger::machine::{Halt, Position};
use crate::engine::debugger::watchpoint::WatchHit;
use crate::engine::wasi::Suspend;

/// Where execution stops, and which breakpoints it observes.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::debugger) struct RunSpec {
    /// At this step.
    pub limit: u64,
    /// When the frame at this address has returned; 1: never.
    pub base: u32,
    /// Before this instruction.
    pub target: Option<Position>,
    /// When a visit to the line of **Run to line** begins.
    pub line: bool,
    pub observe: Observe,
    /// At this step neither breakpoints nor the target stop it, because it starts there; `u64::MAX`: they stop it at
    /// every step.
    pub from: u64,
}

/// Which breakpoints a run observes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine::debugger) enum Observe {
    /// Only those with a hit count: hits are counted, and nothing stops.
    HitCounts,
    /// Those with a log message, too.
    LogMessages,
    All,
}

impl Observe {
    /// Whether a breakpoint is observed.
    pub fn includes(self, breakpoint: &Breakpoint) -> bool {
        match self {
            Self::HitCounts => breakpoint.counts(),
            Self::LogMessages => breakpoint.counts() || breakpoint.log_message.is_some(),
            Self::All => true,
        }
    }
}

/// Why [`DebugSession::execute`] returned.
pub(in crate::engine::debugger) enum RunResult {
    ReachedLimit,
    HitBreakpoint(BreakpointId),
    /// The instruction to stop before has just been executed.
    HitWatchpoint(Box<WatchHit>),
    ReachedTarget,
    FrameReturned,
    Ended,
    Waiting(Suspend),
    SliceExhausted,
}

impl DebugSession {
    /// Executes, and takes checkpoints on the way.
    pub(in crate::engine::debugger) fn execute(&mut self, spec: &RunSpec, left: &mut u64) -> RunResult {
        if let Some(result) = self.resume_host_call(spec.observe) {
            return result;
        }
        // The steps of the next regular checkpoint, and of the one near the sought step.
        let (mut due, mut near) = (u64::MAX, u64::MAX);
        loop {
            // After going back, another instance needs its exits set.
            self.arm(spec);
            self.reapply_changes();
            let step = self.step();
            // After the user's changes at this step: restoring a checkpoint expects them applied.
            if step >= due {
                self.take_checkpoint();
            } else if step == near {
                self.take_nearby_checkpoint();
            }
            self.furthest = self.furthest.max(step);
            if let Some(hits) = &self.hits {
                self.checkpoints.set_hits(step, hits, self.previous);
            }
            let stop = self.breakpoint_here(spec.observe);
            if step != spec.from {
                if let Some(id) = stop {
                    return RunResult::HitBreakpoint(id);
                }
                if self.is_line_step_done() {
                    return RunResult::ReachedTarget;
                }
                if spec.line && self.is_at_line() {
                    return RunResult::ReachedTarget;
                }
                if spec.target.is_some() && spec.target == self.machine().position() {
                    return RunResult::ReachedTarget;
                }
            }
            if step >= spec.limit {
                return RunResult::ReachedLimit;
            }
            if self.end.as_ref().is_some_and(|end| step >= end.step) {
                return RunResult::Ended;
            }
            // Step over a call: the first step creates the frame whose return is awaited.
            let enters = self.machine().top() < spec.base;
            if enters && step != spec.from {
                return RunResult::FrameReturned;
            }
            if *left == 0 {
                return RunResult::SliceExhausted;
            }
            due = self.checkpoints.due(step, self.memory_bytes());
            near = self.nearby_due.filter(|near| *near > step).unwrap_or(u64::MAX);
            let most = self.max_steps(spec, due.min(near)).min(*left).max(1);
            let base = self.line_step_base(spec.base);
            let previous_stop = self.previous_stop();
            let single = enters || self.look_ahead(spec.observe) || most == 1;
            let mut halt = if single { Halt::Ready } else { self.machine_mut().run(most, base) };
            self.take_recorded_write();
            let single = self.step() == step && matches!(halt, Halt::Ready);
            if single {
                halt = self.machine_mut().step();
            }
            if self.step() != step {
                self.note_previous(previous_stop, single);
            }
            *left = left.saturating_sub((self.step() - step).max(1));
            let hit = match halt {
                Halt::Ready | Halt::Returned => self.resolve_pending(spec.observe),
                Halt::Waiting(_) | Halt::Failed(_) => None,
            };
            match halt {
                Halt::Ready if hit.is_none() => continue,
                Halt::Ready => {}
                Halt::Returned if hit.is_some() => {}
                Halt::Returned => self.next_call(),
                Halt::Waiting(suspend) => {
                    self.furthest = self.furthest.max(self.step());
                    return RunResult::Waiting(suspend);
                }
                Halt::Failed(error) => self.fail(error, single),
            }
            if let Some(hit) = hit {
                return RunResult::HitWatchpoint(Box::new(hit));
            }
            (due, near) = (u64::MAX, u64::MAX);
        }
    }

    /// Whether a visit to the line of **Run to line** begins here.
    fn is_at_line(&self) -> bool {
        let position = self.machine().position();
        self.run_to.as_ref().is_some_and(|entries| position.is_some_and(|at| entries.begins(at, self.previous)))
    }

    /// How many steps can run in one go from here, if the next checkpoint is due at `due`.
    fn max_steps(&self, spec: &RunSpec, due: u64) -> u64 {
        let step = self.step();
        let change = self.changes.get(self.changed).map_or(u64::MAX, |change| change.step);
        // Stop at checkpoints without hit counts, to store them.
        let without_hits = self.hits.as_ref().and_then(|_| self.checkpoints.without_hits(step + 1)).unwrap_or(u64::MAX);
        spec.limit.min(change).min(without_hits).min(due).saturating_sub(step)
    }

    /// The size of all memories, in bytes.
    fn memory_bytes(&self) -> u64 {
        let bytes = (0..self.machine().memories()).filter_map(|index| self.machine().memory(index));
        bytes.map(|bytes| bytes.len() as u64).sum()
    }

    /// Applies the user's changes at this step again.
    pub(super) fn reapply_changes(&mut self) {
        while let Some(changed) = self.changes.get(self.changed).filter(|changed| changed.step == self.step()).cloned()
        {
            // A change from a bookmark does not know its frame yet.
            let frame = self.frame_of(&changed.change);
            if let Some(known) = self.changes.get_mut(self.changed) {
                known.frame = frame;
            }
            self.changed += 1;
            // It succeeded the first time, in the same state.
            let _ = self.apply(changed.change);
        }
    }

    /// Resumes the waiting host call.
    fn resume_host_call(&mut self, observe: Observe) -> Option<RunResult> {
        if !self.machine().is_waiting() {
            return None;
        }
        let (previous_stop, step) = (self.previous_stop(), self.step());
        let halt = self.machine_mut().resume();
        if self.step() != step {
            self.note_previous(previous_stop, true);
        }
        match halt {
            Halt::Ready => {}
            Halt::Returned => self.next_call(),
            Halt::Waiting(suspend) => return Some(RunResult::Waiting(suspend)),
            Halt::Failed(error) => self.fail(error, false),
        }
        self.resolve_pending(observe).map(|hit| RunResult::HitWatchpoint(Box::new(hit)))
    }
}
