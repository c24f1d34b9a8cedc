//! The checkpoints of a run, within a memory limit.
//!
//! They are close together near the current step and sparser further back, so that the limit holds for a run of any
//! length.

use std::collections::{BTreeMap, BTreeSet};

use crate::breakpoints::{Hits, Previous};
use crate::machine::Snapshot;
use wasmoscope_reversible::executor::CheckpointInterval;

/// The default memory limit, in bytes.
pub const CHECKPOINTS_LIMIT: usize = 256 << 20;

/// A checkpoint: a snapshot of the machine, and which of the planned calls is active.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    pub snapshot: Snapshot,
    pub call: usize,
    /// Hit counts before it, if they are known.
    pub hits: Option<Hits>,
    /// What was executed before it, as far as line breakpoints need it.
    pub previous: Previous,
}

/// Seeking a step further than this from the preceding checkpoint takes another checkpoint on the way.
const NEARBY_THRESHOLD: u64 = 2_000;
/// How many steps before the sought step that checkpoint is.
const NEARBY_DISTANCE: u64 = 1_000;

/// See the module's documentation.
#[derive(Debug)]
pub struct Checkpoints {
    checkpoints: BTreeMap<u64, (Checkpoint, usize)>,
    /// An extra one, close to the current step: a user who steps back once is likely to do it again.
    nearby: Option<Checkpoint>,
    /// In bytes.
    limit: usize,
    used: usize,
    interval: CheckpointInterval,
    /// The steps of checkpoints without hit counts.
    without_hits: BTreeSet<u64>,
}

impl Checkpoints {
    pub fn new(limit: usize, interval: CheckpointInterval) -> Self {
        Self { checkpoints: BTreeMap::new(), nearby: None, limit, used: 0, interval, without_hits: BTreeSet::new() }
    }

    /// What is known of the engine's speed.
    pub fn interval(&self) -> CheckpointInterval {
        self.interval
    }

    /// The latest checkpoint at or before a step.
    pub fn before(&self, step: u64) -> Option<&Checkpoint> {
        let nearby = self.nearby.as_ref().filter(|nearby| nearby.snapshot.steps() <= step);
        self.regular_before(step).into_iter().chain(nearby).max_by_key(|checkpoint| checkpoint.snapshot.steps())
    }

    fn regular_before(&self, step: u64) -> Option<&Checkpoint> {
        self.checkpoints.range(..=step).next_back().map(|(_, (checkpoint, _))| checkpoint)
    }

    /// The step at which to take the nearby checkpoint on the way from a step to a later one, if at all.
    pub fn nearby_due(&self, from: u64, to: u64) -> Option<u64> {
        (to.saturating_sub(from) > NEARBY_THRESHOLD).then(|| to - NEARBY_DISTANCE)
    }

    /// Replaces the nearby checkpoint.
    pub fn insert_nearby(&mut self, checkpoint: Checkpoint) {
        self.nearby = Some(checkpoint);
        self.shrink();
    }

    fn own_bytes(&self, checkpoint: &Checkpoint) -> usize {
        checkpoint.snapshot.own_bytes(self.regular_before(checkpoint.snapshot.steps()).map(|before| &before.snapshot))
    }

    /// The step at which the next checkpoint after `step` is due, for a program with this many bytes of memory.
    pub fn due(&self, step: u64, bytes: u64) -> u64 {
        let interval = self.interval.steps(bytes);
        // After going back, the next checkpoints already exist.
        match self.checkpoints.range(step + 1..).next() {
            Some((next, _)) if *next <= step + 2 * interval => *next + interval,
            _ => {
                self.regular_before(step)
                    .map_or(0, |checkpoint| checkpoint.snapshot.steps())
                    .max(step.saturating_sub(interval))
                    + interval
            }
        }
    }

    /// Adds a checkpoint.
    pub fn insert(&mut self, checkpoint: Checkpoint) {
        let step = checkpoint.snapshot.steps();
        if self.checkpoints.contains_key(&step) {
            return;
        }
        let bytes = self.own_bytes(&checkpoint);
        self.used += bytes;
        if checkpoint.hits.is_none() {
            self.without_hits.insert(step);
        }
        self.checkpoints.insert(step, (checkpoint, bytes));
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.used() > self.limit && self.checkpoints.len() > 2 {
            self.remove_least_useful();
        }
        self.nearby.take_if(|_| self.used > self.limit);
    }

    /// Removes the checkpoint whose neighbours are closest, relative to its age.
    fn remove_least_useful(&mut self) {
        let steps: Vec<u64> = self.checkpoints.keys().copied().collect();
        let Some(present) = steps.last().copied() else { return };
        let missed = steps.windows(3).min_by_key(|window| {
            let gap = window[2] - window[0];
            let age = present - window[1] + 1;
            // Gaps count relative to the age: a tenth of the age is equally good at any age.
            (gap << 16) / age
        });
        let Some([_, step, after]) = missed.and_then(|window| window.as_array()) else { return };
        if let Some((_, bytes)) = self.checkpoints.remove(step) {
            self.used -= bytes;
        }
        self.without_hits.remove(step);
        // The pieces that the next one shared with it now belong to the next one alone.
        let own = self.checkpoints.get(after).map(|(checkpoint, _)| {
            let before = self.regular_before(after - 1).map(|before| &before.snapshot);
            checkpoint.snapshot.own_bytes(before)
        });
        if let (Some(own), Some((_, bytes))) = (own, self.checkpoints.get_mut(after)) {
            self.used = self.used - *bytes + own;
            *bytes = own;
        }
    }

    /// Discards the hit counts of all checkpoints except the one at the start, which has none.
    pub fn clear_hits(&mut self) {
        self.nearby = None;
        self.without_hits.clear();
        for (step, (checkpoint, _)) in &mut self.checkpoints {
            checkpoint.hits = (*step == 0).then(Default::default);
            checkpoint.previous = Previous::Unknown;
            if checkpoint.hits.is_none() {
                self.without_hits.insert(*step);
            }
        }
    }

    /// The first checkpoint from a step on without hit counts.
    pub fn without_hits(&self, from: u64) -> Option<u64> {
        self.without_hits.range(from..).next().copied()
    }

    /// The latest checkpoint at or before a step with hit counts.
    pub fn with_hits_before(&self, step: u64) -> Option<&Checkpoint> {
        let mut kept = self.checkpoints.range(..=step).rev().map(|(_, (checkpoint, _))| checkpoint);
        kept.find(|checkpoint| checkpoint.hits.is_some())
    }

    /// Stores the hit counts of the checkpoint at a step, if there is one.
    pub fn set_hits(&mut self, step: u64, hits: &Hits, previous: Previous) {
        if self.without_hits.remove(&step)
            && let Some((checkpoint, _)) = self.checkpoints.get_mut(&step)
        {
            checkpoint.hits = Some(hits.clone());
            checkpoint.previous = previous;
        }
    }

    /// Discards the checkpoints from a step on: execution diverges there.
    pub fn discard_from(&mut self, step: u64) {
        self.without_hits.split_off(&step);
        let later = self.checkpoints.split_off(&step);
        self.nearby.take_if(|nearby| nearby.snapshot.steps() >= step);
        self.used -= later.values().map(|(_, bytes)| bytes).sum::<usize>();
    }

    /// The approximate size of all checkpoints, in bytes.
    pub fn used(&self) -> usize {
        self.used + self.nearby.as_ref().map_or(0, |nearby| self.own_bytes(nearby))
    }

    #[cfg(test)]
    pub fn checkpoints(&self) -> impl Iterator<Item = &Checkpoint> {
        self.checkpoints.values().map(|(checkpoint, _)| checkpoint).chain(&self.nearby)
    }
}
