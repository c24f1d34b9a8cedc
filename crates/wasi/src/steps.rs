//! The steps of a debugged program's calls.
//!
//! A debugged program counts its steps down in a global, which is read at the start of a call. Recorded steps stay when
//! the program is restored to an earlier checkpoint: the same steps are executed again. A program may make any number
//! of calls, so the number of marks is limited: beyond that, one mark represents those that follow it closely.

use wasmi::{AsContext, Caller, Global};

use super::ctx::WasiCtx;

/// The maximum number of marks of each kind.
pub const MOST_MARKS: usize = 1 << 16;

/// Where a call gets its step from.
#[derive(Debug, Clone, Copy)]
pub struct StepSource {
    /// Counts down; the call itself is already counted.
    pub left: Global,
    /// The step at which the count would be 0.
    pub end: u64,
}

impl StepSource {
    pub(super) fn step(&self, store: impl AsContext) -> u64 {
        let left = self.left.get(store).i32().unwrap_or(0);
        self.end.wrapping_add_signed(-i64::from(left)).saturating_sub(1)
    }
}

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
    source: Option<StepSource>,
    /// Calls that printed.
    pub output: StepMarks,
    /// All others.
    pub other: StepMarks,
}

impl CallSteps {
    /// Sets where calls get their step from.
    pub fn count_with(&mut self, source: StepSource) {
        self.source = Some(source);
    }

    pub fn forget_from(&mut self, step: u64) {
        self.output.forget_from(step);
        self.other.forget_from(step);
    }
}

impl WasiCtx {
    /// The steps of a debugged program's calls.
    pub fn call_steps(&self) -> &CallSteps {
        &self.call_steps
    }

    pub fn call_steps_mut(&mut self) -> &mut CallSteps {
        &mut self.call_steps
    }

    pub(super) fn step_source(&self) -> Option<StepSource> {
        self.call_steps.source
    }
}

/// Records an active call, if steps are counted; before it, this many bytes had been printed.
pub(super) fn note<T>(caller: &mut Caller<'_, T>, get: fn(&mut T) -> &mut WasiCtx, source: StepSource, printed: u64) {
    let step = source.step(&*caller);
    let ctx = get(caller.data_mut());
    let marks = match ctx.output_bytes > printed {
        true => &mut ctx.call_steps.output,
        false => &mut ctx.call_steps.other,
    };
    marks.note(step);
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
