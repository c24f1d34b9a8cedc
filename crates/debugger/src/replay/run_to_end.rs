//! Running a program to its end without stopping, for tests that compare the copy with the original.

use super::{Observer, Replayer};
use crate::machine::Halt;
use wasmoscope_runtime::Progress;
use wasmoscope_runtime::outcome::Outcome;
use wasmoscope_wasi::Suspend;

impl Replayer {
    /// Runs for about this many steps, past all breakpoints. It takes no checkpoints, so the replayer cannot go back,
    /// and must not be used for anything else afterwards.
    pub fn run_to_end(&mut self, steps: u64, observer: &mut dyn Observer) -> Progress {
        let mut left = steps;
        loop {
            if let Some(end) = &self.end {
                return Progress::Done(end.outcome.clone());
            }
            if left == 0 {
                return Progress::Running;
            }
            let before = self.step();
            let halt = if self.machine().is_waiting() {
                self.machine_mut().resume()
            } else {
                match self.machine_mut().run(left, 1) {
                    // In the middle of a basic block, or before one that is longer than the remaining budget.
                    Halt::Ready if self.step() == before => self.machine_mut().step(),
                    halt => halt,
                }
            };
            left = left.saturating_sub(self.step() - before);
            match halt {
                Halt::Ready => {}
                Halt::Returned => {
                    if let Some(outcome) = self.go_to_next_call(observer) {
                        return Progress::Done(outcome);
                    }
                }
                Halt::Waiting(Suspend::NeedsInput) => return Progress::NeedsInput,
                Halt::Waiting(Suspend::SleepUntil { monotonic_ns: until }) => return Progress::Sleeping { until },
                Halt::Waiting(Suspend::NeedsInputOrUntil { monotonic_ns: until }) => {
                    return Progress::NeedsInputOrSleeping { until };
                }
                Halt::Failed(error) => {
                    let refused = self.host().limiter.refused();
                    return Progress::Done(Outcome::of(&error, &self.program.limits, refused));
                }
            }
        }
    }
}
