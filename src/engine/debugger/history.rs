//! The moments of a run that can be gone back to, within a limit of memory.
//!
//! Near the present they are close together; the further back, the sparser, so that the limit holds however long the
//! run is.

use std::collections::BTreeMap;

use super::machine::Snapshot;

/// How many bytes the history may take if nothing else is said.
pub const HISTORY_LIMIT: usize = 256 << 20;

/// A moment: the machine, and which of the planned calls is under way.
#[derive(Debug, Clone)]
pub struct Moment {
    pub snapshot: Snapshot,
    pub call: usize,
}

/// How many steps there are between moments at least.
const SHORTEST: u64 = 50_000;
/// A moment is taken after so many steps for each byte that has to be compared for it.
const BYTES_PER_STEP: u64 = 16;

/// See the module's documentation.
#[derive(Debug)]
pub struct History {
    moments: BTreeMap<u64, (Moment, usize)>,
    /// In bytes.
    limit: usize,
    used: usize,
}

impl History {
    pub fn new(limit: usize) -> Self {
        Self { moments: BTreeMap::new(), limit, used: 0 }
    }

    /// The latest moment at or before that step.
    pub fn before(&self, step: u64) -> Option<&Moment> {
        self.moments.range(..=step).next_back().map(|(_, (moment, _))| moment)
    }

    /// When the next moment after `step` is due, for a program with so many bytes of memory.
    pub fn due(&self, step: u64, bytes: u64) -> u64 {
        let interval = SHORTEST.max(bytes / BYTES_PER_STEP);
        // Where moments are known already, as after having gone back, there is nothing to take.
        match self.moments.range(step + 1..).next() {
            Some((next, _)) if *next <= step + 2 * interval => *next + interval,
            _ => {
                self.before(step).map_or(0, |moment| moment.snapshot.steps()).max(step.saturating_sub(interval))
                    + interval
            }
        }
    }

    /// Keeps a moment.
    pub fn keep(&mut self, moment: Moment) {
        let step = moment.snapshot.steps();
        if self.moments.contains_key(&step) {
            return;
        }
        let bytes = moment.snapshot.own_bytes(self.before(step).map(|before| &before.snapshot));
        self.used += bytes;
        self.moments.insert(step, (moment, bytes));
        while self.used > self.limit && self.moments.len() > 2 {
            self.thin();
        }
    }

    /// Removes the moment that is missed least: the one whose neighbours are closest, as seen from the present.
    fn thin(&mut self) {
        let steps: Vec<u64> = self.moments.keys().copied().collect();
        let Some(present) = steps.last().copied() else { return };
        let missed = steps.windows(3).min_by_key(|window| {
            let gap = window[2] - window[0];
            let age = present - window[1] + 1;
            // A gap of a tenth of the age is as good as a gap of a tenth of any other age.
            (gap << 16) / age
        });
        if let Some(window) = missed
            && let Some((_, bytes)) = self.moments.remove(&window[1])
        {
            self.used = self.used.saturating_sub(bytes);
        }
    }

    /// Forgets that step and what comes after it: the program takes another way.
    pub fn forget_from(&mut self, step: u64) {
        let later = self.moments.split_off(&step);
        self.used = self.used.saturating_sub(later.values().map(|(_, bytes)| bytes).sum());
    }

    /// How many bytes the moments take, about.
    pub fn used(&self) -> usize {
        self.used
    }
}
