//! How often breakpoints were hit before a step, and which messages have been told: both are matters of the timeline, and
//! going back and coming again changes neither.

use std::collections::HashMap;

use super::breakpoint::BreakpointId;

/// How often each breakpoint that counts was hit before a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    counts: HashMap<BreakpointId, Count>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    hits: u64,
    /// Steps before this one are in it.
    to: u64,
}

impl Hits {
    /// A hit at a step: which one that is. A step that comes again is the same hit again.
    pub fn note(&mut self, id: BreakpointId, step: u64) -> u64 {
        let count = self.counts.entry(id).or_default();
        if step >= count.to {
            *count = Count { hits: count.hits + 1, to: step + 1 };
        }
        count.hits
    }
}

/// Of which steps messages have been told.
#[derive(Debug, Default)]
pub struct Told {
    steps: HashMap<BreakpointId, Vec<u64>>,
}

impl Told {
    /// Whether the message of that step has not been told yet; from now on it has.
    pub fn is_new(&mut self, id: BreakpointId, step: u64) -> bool {
        let steps = self.steps.entry(id).or_default();
        // Mostly it is further on than all before.
        match steps.last() {
            Some(last) if *last >= step => match steps.binary_search(&step) {
                Ok(_) => return false,
                Err(place) => steps.insert(place, step),
            },
            _ => steps.push(step),
        }
        true
    }

    /// A breakpoint is another one now.
    pub fn forget(&mut self, id: BreakpointId) {
        self.steps.remove(&id);
    }

    /// The program takes another way from that step on.
    pub fn forget_after(&mut self, step: u64) {
        for steps in self.steps.values_mut() {
            steps.retain(|told| *told <= step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_counted_once_however_often_it_comes() {
        let mut hits = Hits::default();
        assert_eq!([3, 3, 9, 3, 9].map(|step| hits.note(1, step)), [1, 1, 2, 2, 2]);
        assert_eq!(hits.note(2, 3), 1);
    }

    #[test]
    fn a_message_is_told_once_on_each_way() {
        let mut told = Told::default();
        assert_eq!([5, 9, 5, 2, 2].map(|step| told.is_new(1, step)), [true, true, false, true, false]);
        told.forget_after(5);
        assert_eq!([5, 9].map(|step| told.is_new(1, step)), [false, true]);
        told.forget(1);
        assert!(told.is_new(1, 5));
    }
}
