//! At which steps of a debugged program its calls are.
//!
//! A debugged program counts its steps down in a global; a call that begins reads it. What has been noted stays when
//! the program is restored to an earlier checkpoint: the same steps are executed again. A program may call the host
//! without end, so there are only so many marks: beyond that, one stands for those that follow it closely.

use wasmi::{AsContext, Caller, Global};

use super::ctx::WasiCtx;

/// How many marks there are at most, of each kind.
pub const MOST_MARKS: usize = 1 << 16;

/// What a call learns its step from.
#[derive(Debug, Clone, Copy)]
pub struct StepSource {
    /// Counts down; the call itself has been counted.
    pub left: Global,
    /// The step at which nothing would be left.
    pub end: u64,
}

impl StepSource {
    pub(super) fn step(&self, store: impl AsContext) -> u64 {
        let left = self.left.get(store).i32().unwrap_or(0);
        self.end.wrapping_add_signed(-i64::from(left)).saturating_sub(1)
    }
}

/// Steps at which something was, in order.
#[derive(Debug, Clone, Default)]
pub struct StepMarks {
    steps: Vec<u64>,
    /// Of those in a stretch of this many steps, the first is kept; a power of two.
    grain: u32,
    /// Everything before this step is known.
    known_until: u64,
}

impl StepMarks {
    /// Notes a step; one that was passed before is known already.
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

    /// All that are kept, in order.
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
    /// From here on calls learn their step so.
    pub fn count_with(&mut self, source: StepSource) {
        self.source = Some(source);
    }

    pub fn forget_from(&mut self, step: u64) {
        self.output.forget_from(step);
        self.other.forget_from(step);
    }
}

impl WasiCtx {
    /// At which steps the calls of a debugged program were.
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

/// Notes an active call, where steps are counted; before it, this many bytes had been printed.
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
