//! The watched ranges of a copy that watches.

use super::Machine;
use wasmoscope_reversible::instrument::Watched;
use wasmoscope_reversible::instrument::layout::{self, Register};

/// Bytes of a memory that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedRange {
    pub memory: u32,
    pub start: u64,
    pub length: u64,
    /// Whether to watch for writes, or for reads.
    pub writes: bool,
}

impl Machine {
    /// Which accesses this copy checks for.
    pub fn watched(&self) -> Watched {
        self.watched
    }

    /// Makes the run functions exit before accesses to any of the ranges. The filter has false positives.
    pub fn exit_before(&mut self, ranges: &[WatchedRange]) {
        self.watch(ranges, 0);
    }

    /// Makes the run functions record the last access to the range, see [`Machine::take_recorded_write`].
    pub fn record_last(&mut self, range: WatchedRange) {
        self.watch(&[range], layout::watch_kind(range.memory, range.writes) + 1);
        self.records = true;
        self.instance.set_register(Register::WatchLast, layout::NOT_RECORDED);
    }

    /// Takes the step of the last recorded access.
    pub fn take_recorded_write(&mut self) -> Option<u64> {
        self.recorded.take()
    }

    fn watch(&mut self, ranges: &[WatchedRange], kind: u32) {
        self.records = false;
        self.recorded = None;
        let start = ranges.iter().map(|range| range.start).min().unwrap_or(0);
        let end = ranges.iter().map(|range| range.start.saturating_add(range.length)).max().unwrap_or(0);
        // No memory here is larger than 32 bits can address.
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let length = u32::try_from(end.saturating_sub(u64::from(start))).unwrap_or(u32::MAX);
        self.instance.set_register(Register::WatchStart, start);
        self.instance.set_register(Register::WatchLength, length);
        self.instance.set_register(Register::WatchKind, kind);
        let mut filter = vec![0; 2 * layout::FILTER as usize];
        for range in ranges {
            let table = if range.writes { layout::FILTER as usize } else { 0 };
            mark(&mut filter[table..table + layout::FILTER as usize], *range);
        }
        self.instance.write_state(self.program.instrumented.filter, &filter);
    }

    /// Called after a run that started with that budget, before its steps are counted.
    pub(super) fn collect_recorded(&mut self, budget: u32) {
        let last = self.instance.register(Register::WatchLast);
        if last != layout::NOT_RECORDED {
            self.recorded = Some(self.steps + u64::from(budget.saturating_sub(last)));
            self.instance.set_register(Register::WatchLast, layout::NOT_RECORDED);
        }
    }
}

/// Marks every address at which an access that touches the range can start.
fn mark(table: &mut [u8], range: WatchedRange) {
    if range.length == 0 {
        return;
    }
    for length in layout::FILTER_LENGTHS {
        let bit = layout::filter_bit(length) as u8;
        let first = range.start.saturating_sub(u64::from(length) - 1);
        let count = (range.start + range.length).saturating_sub(first);
        if count >= u64::from(layout::FILTER) {
            table.iter_mut().for_each(|byte| *byte |= bit);
            continue;
        }
        for address in first..first + count {
            table[(address % u64::from(layout::FILTER)) as usize] |= bit;
        }
    }
}
