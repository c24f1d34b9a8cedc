//! How much work fits into a slice: the one place that measures slices and adapts them.

use super::Platform;

/// How long a slice may take, in milliseconds: half the time of a frame. Pause and Stop wait for at most about this.
pub(super) const SLICE_MS: f64 = 8.0;
/// The least and the most work of a slice, whatever it took.
const WORK: std::ops::RangeInclusive<u64> = 1_000..=1 << 40;
/// By how much a slice may differ from the last one.
const CHANGE: std::ops::RangeInclusive<f64> = 0.1..=2.0;

/// The amount of work, in fuel or steps, that took about [`SLICE_MS`] last time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    work: u64,
}

impl Pace {
    /// `work` is for the first slice: little, because the speed is not known yet.
    pub fn starting_at(work: u64) -> Self {
        Self { work }
    }

    /// Does a slice of work, which began at `start`, and measures it; returns its result and the milliseconds that it
    /// took.
    pub fn slice<T>(&mut self, start: f64, platform: &impl Platform, work: impl FnOnce(u64) -> T) -> (T, f64) {
        let result = work(self.work);
        let elapsed = platform.now_ms() - start;
        self.adapt(elapsed);
        (result, elapsed)
    }

    /// Less work after a slice that took too long, more after a short one.
    fn adapt(&mut self, elapsed: f64) {
        // A clock with a coarse resolution reports no time at all for a short slice.
        let factor = if elapsed > 0.0 { SLICE_MS / elapsed } else { f64::INFINITY };
        let factor = factor.clamp(*CHANGE.start(), *CHANGE.end());
        self.work = ((self.work as f64 * factor) as u64).clamp(*WORK.start(), *WORK.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(slices: &[f64]) -> u64 {
        let mut pace = Pace::starting_at(100_000);
        for elapsed in slices {
            pace.adapt(*elapsed);
        }
        pace.work
    }

    #[test]
    fn a_slice_does_as_much_as_fits() {
        assert_eq!(after(&[SLICE_MS]), 100_000);
        assert_eq!(after(&[2.0 * SLICE_MS]), 50_000);
        assert_eq!(after(&[0.0]), 200_000, "a short slice at most doubles the next");
        assert_eq!(after(&[1e6]), 10_000, "a long one leaves at least a tenth");
    }

    #[test]
    fn it_stays_within_bounds() {
        assert_eq!(after(&[1e6; 20]), 1_000);
        assert_eq!(after(&[0.0; 60]), 1 << 40);
    }
}
