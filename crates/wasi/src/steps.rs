//! The steps of a debugged program's calls.
//!
//! The engine knows the step of a call. Recorded steps stay when
//! the program is restored to an earlier checkpoint: the same steps are executed again. A program may make any number
//! of calls, so the number of marks is limited: beyond that, one mark represents those that follow it closely.

use super::ctx::WasiCtx;

/// The maximum number of marks of each kind.
pub const MOST_MARKS: usize = 1 << 16;

/// Steps with events, in order.
#[derive(Debug, Clone, Default)]
pub struct StepMarks {
    steps: Vec<u64>,
    /// Of the marks in an interval of this many steps, the first is kept; a power of two.
    grain: u32,
    /// Everything before this step is known.
    known_until: u64,
}

impl StepMarks {
    /// Records a step, unless it was passed before.
    pub fn note(&mut self, step: u64) {
        if step < self.known_until {
            return;
        }
        self.known_until = step + 1;
        if self.steps.last().is_some_and(|last| last >> self.grain == step >> self.grain) {
            return;
        }
        self.steps.push(step);
        while self.steps.len() > MOST_MARKS {
            self.grain += 1;
            let grain = self.grain;
            self.steps.dedup_by_key(|step| *step >> grain);
        }
    }

    /// Execution diverges from that step on.
    pub fn forget_from(&mut self, step: u64) {
        self.steps.truncate(self.steps.partition_point(|noted| *noted < step));
        self.known_until = self.known_until.min(step);
    }

    /// All marks that are kept, in order.
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }
}

/// The steps of a program's calls.
#[derive(Debug, Clone, Default)]
pub struct CallSteps {
    counted: bool,
    /// Calls that printed.
    pub output: StepMarks,
    /// All others.
    pub other: StepMarks,
}

impl CallSteps {
    /// Counts the steps of calls from now on: the [position](super::Invocation::position) of each is its step.
    pub fn count(&mut self) {
        self.counted = true;
    }

    pub(super) fn are_counted(&self) -> bool {
        self.counted
    }

    /// Records the step of a call.
    pub(super) fn note(&mut self, step: u64, printed: bool) {
        let marks = if printed { &mut self.output } else { &mut self.other };
        marks.note(step);
    }

    pub fn forget_from(&mut self, step: u64) {
        self.output.forget_from(step);
        self.other.forget_from(step);
    }
}

impl WasiCtx {
    /// Counts the steps of calls from now on: each has to be made with its step as its
    /// [position](super::Invocation::position).
    pub fn count_steps(&mut self) {
        self.call_steps.count();
    }

    /// The steps of a debugged program's calls.
    pub fn call_steps(&self) -> &CallSteps {
        &self.call_steps
    }

    pub fn call_steps_mut(&mut self) -> &mut CallSteps {
        &mut self.call_steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_known() {
        let mut marks = StepMarks::default();
        [3, 9, 12, 3, 9, 12, 20].into_iter().for_each(|step| marks.note(step));
        assert_eq!(marks.steps(), [3, 9, 12, 20]);
        marks.forget_from(12);
        [3, 9, 13].into_iter().for_each(|step| marks.note(step));
        assert_eq!(marks.steps(), [3, 9, 13]);
    }

    #[test]
    fn there_are_never_too_many_and_each_is_a_step_that_was_noted() {
        let mut marks = StepMarks::default();
        (0..1_000_000).for_each(|call| marks.note(call * 7 + 3));
        assert!((MOST_MARKS / 2..=MOST_MARKS).contains(&marks.steps().len()), "{}", marks.steps().len());
        assert!(marks.steps().iter().all(|step| step % 7 == 3));
        assert_eq!(marks.steps()[0], 3);
        // Far apart they are all kept, whatever there was before.
        marks.forget_from(100);
        let before = marks.steps().len();
        (1..1000).for_each(|call| marks.note(call << 20));
        assert_eq!(marks.steps().len(), before + 999);
    }
}
