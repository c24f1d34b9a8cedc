//! Running forward: takes checkpoints on the way and makes the user's changes again.

use super::{LookAhead, Observer, PreviousStop, Replayer, RunResult, RunSpec};
use crate::breakpoints::WatchHit;
use crate::machine::Halt;

impl Replayer {
    /// Runs for about as many steps as are left, and takes checkpoints on the way.
    pub fn run_until(&mut self, spec: &RunSpec, left: &mut u64, observer: &mut dyn Observer) -> RunResult {
        if let Some(result) = self.resume_host_call(spec, observer) {
            return result;
        }
        // The steps of the next regular checkpoint, and of the one near the sought step.
        let (mut due, mut near) = (u64::MAX, u64::MAX);
        loop {
            // After going back, another instance needs its exits set.
            observer.arm(self.machine_mut(), spec);
            self.reapply_changes();
            let step = self.step();
            // After the user's changes at this step: restoring a checkpoint expects them applied.
            if step >= due {
                self.take_checkpoint(observer);
            } else if step == near {
                self.take_nearby_checkpoint(observer);
            }
            self.furthest = self.furthest.max(step);
            if let Some(hits) = observer.hits() {
                self.checkpoints.set_hits(step, hits, observer.previous());
            }
            if let Some(stop) = observer.before(self.state(), spec) {
                return stop;
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
            let most = self.max_steps(spec, due.min(near), observer).min(*left).max(1);
            let base = observer.base(self.machine_mut(), spec.base);
            let previous_stop = self.previous_stop();
            let single = enters || self.look_ahead(spec, observer) || most == 1;
            let mut halt = if single { Halt::Ready } else { self.machine_mut().run(most, base) };
            if let Some(recorded) = self.machine_mut().take_recorded_write() {
                observer.recorded(recorded);
            }
            let single = self.step() == step && matches!(halt, Halt::Ready);
            if single {
                halt = self.machine_mut().step();
            }
            if self.step() != step {
                observer.executed(self.state(), previous_stop, single);
            }
            let cost = if single { self.checkpoints.interval().single } else { 1 };
            *left = left.saturating_sub((self.step() - step).max(cost));
            let hit = match halt {
                Halt::Ready | Halt::Returned => self.resolve(spec, observer),
                Halt::Waiting(_) | Halt::Failed(_) => None,
            };
            match halt {
                Halt::Ready if hit.is_none() => continue,
                Halt::Ready => {}
                Halt::Returned if hit.is_some() => {}
                Halt::Returned => self.next_call(observer),
                Halt::Waiting(suspend) => {
                    self.furthest = self.furthest.max(self.step());
                    return RunResult::Waiting(suspend);
                }
                Halt::Failed(error) => self.fail(error, single, observer),
            }
            if let Some(hit) = hit {
                return RunResult::HitWatchpoint(Box::new(hit));
            }
            (due, near) = (u64::MAX, u64::MAX);
        }
    }

    /// Whether the next instruction has to be executed alone.
    fn look_ahead(&mut self, spec: &RunSpec, observer: &mut dyn Observer) -> bool {
        let how = observer.look_ahead(self.state(), spec);
        if how == LookAhead::ByHost {
            self.wasi_mut().record_accesses();
        }
        how != LookAhead::Whole
    }

    /// Lets the observer see what the last instruction did, if it waits for that.
    fn resolve(&mut self, spec: &RunSpec, observer: &mut dyn Observer) -> Option<WatchHit> {
        if !observer.is_pending() {
            return None;
        }
        let accesses = self.wasi_mut().take_accesses();
        observer.after(self.state(), &accesses, spec)
    }

    fn previous_stop(&self) -> PreviousStop {
        PreviousStop { top: self.machine().top(), position: self.machine().position() }
    }

    /// How many steps can run in one go from here, if the next checkpoint is due at `due`.
    fn max_steps(&self, spec: &RunSpec, due: u64, observer: &dyn Observer) -> u64 {
        let step = self.step();
        let change = self.changes.get(self.changed).map_or(u64::MAX, |change| change.step);
        // Stop at checkpoints without hit counts, to store them.
        let without_hits = observer.hits().and_then(|_| self.checkpoints.without_hits(step + 1)).unwrap_or(u64::MAX);
        spec.limit.min(change).min(without_hits).min(due).saturating_sub(step)
    }

    /// The size of all memories, in bytes.
    fn memory_bytes(&self) -> u64 {
        let bytes = (0..self.machine().memories()).filter_map(|index| self.machine().memory_size(index));
        bytes.sum()
    }

    /// Resumes the waiting host call.
    fn resume_host_call(&mut self, spec: &RunSpec, observer: &mut dyn Observer) -> Option<RunResult> {
        if !self.machine().is_waiting() {
            return None;
        }
        let (previous_stop, step) = (self.previous_stop(), self.step());
        let halt = self.machine_mut().resume();
        if self.step() != step {
            observer.executed(self.state(), previous_stop, true);
        }
        match halt {
            Halt::Ready => {}
            Halt::Returned => self.next_call(observer),
            Halt::Waiting(suspend) => return Some(RunResult::Waiting(suspend)),
            Halt::Failed(error) => self.fail(error, false, observer),
        }
        self.resolve(spec, observer).map(|hit| RunResult::HitWatchpoint(Box::new(hit)))
    }
}
