//! Hit counts, and which log messages have been reported. Both belong to the timeline: going back and forward again
//! changes neither.

use std::collections::HashMap;

use super::breakpoint::BreakpointId;

/// The hits of each breakpoint with a hit count before a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    counts: HashMap<BreakpointId, Count>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    hits: u64,
    /// Steps before this one are included.
    to: u64,
}

impl Hits {
    /// Counts a hit at a step, and returns its number. A step that is executed again is the same hit.
    pub fn note(&mut self, id: BreakpointId, step: u64) -> u64 {
        let count = self.counts.entry(id).or_default();
        if step >= count.to {
            *count = Count { hits: count.hits + 1, to: step + 1 };
        }
        count.hits
    }
}

/// The steps whose log messages have been reported.
#[derive(Debug, Default)]
pub struct ReportedLogs {
    steps: HashMap<BreakpointId, Vec<u64>>,
}

impl ReportedLogs {
    /// Marks the message of a step as reported; returns whether it was not before.
    pub fn is_new(&mut self, id: BreakpointId, step: u64) -> bool {
        let steps = self.steps.entry(id).or_default();
        // It is usually later than all others.
        match steps.last() {
            Some(last) if *last >= step => match steps.binary_search(&step) {
                Ok(_) => return false,
                Err(place) => steps.insert(place, step),
            },
            _ => steps.push(step),
        }
        true
    }

    /// Forgets a breakpoint that was replaced.
    pub fn forget(&mut self, id: BreakpointId) {
        self.steps.remove(&id);
    }

    /// Execution diverges from that step on.
    pub fn forget_after(&mut self, step: u64) {
        for steps in self.steps.values_mut() {
            steps.retain(|reported| *reported <= step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_counts_once_however_often_it_is_executed() {
        let mut hits = Hits::default();
        assert_eq!([3, 3, 9, 3, 9].map(|step| hits.note(1, step)), [1, 1, 2, 2, 2]);
        assert_eq!(hits.note(2, 3), 1);
    }

    #[test]
    fn a_log_message_is_reported_once_per_timeline() {
        let mut reported_logs = ReportedLogs::default();
        assert_eq!([5, 9, 5, 2, 2].map(|step| reported_logs.is_new(1, step)), [true, true, false, true, false]);
        reported_logs.forget_after(5);
        assert_eq!([5, 9].map(|step| reported_logs.is_new(1, step)), [false, true]);
        reported_logs.forget(1);
        assert!(reported_logs.is_new(1, 5));
    }
}
