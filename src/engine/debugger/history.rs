//! The moments of a run that can be gone back to, within a limit of memory.
//!
//! Near the present they are close together; the further back, the sparser, so that the limit holds however long the
//! run is.

use std::collections::{BTreeMap, BTreeSet};

use super::hits::Hits;
use super::line_entries::Previous;
use super::machine::Snapshot;

/// How many bytes the history may take if nothing else is said.
pub const HISTORY_LIMIT: usize = 256 << 20;

/// A moment: the machine, and which of the planned calls is under way.
#[derive(Debug, Clone)]
pub struct Moment {
    pub snapshot: Snapshot,
    pub call: usize,
    /// How often breakpoints were hit before it, if that is known.
    pub hits: Option<Hits>,
    /// What was executed before it, as far as the breakpoints that count have to know.
    pub previous: Previous,
}

/// How many steps there are between moments at least.
const SHORTEST: u64 = 50_000;
/// A moment is taken after so many steps for each byte that has to be compared for it.
const BYTES_PER_STEP: u64 = 16;

/// Going to a step that is further than this from the moment before it takes another moment on the way.
const FAR: u64 = 2_000;
/// How long before that step.
const NEAR: u64 = 1_000;

/// See the module's documentation.
#[derive(Debug)]
pub struct History {
    moments: BTreeMap<u64, (Moment, usize)>,
    /// One more, close to where somebody looks: whoever goes a step back there goes further steps back.
    near: Option<Moment>,
    /// In bytes.
    limit: usize,
    used: usize,
    /// The moments at which it is not known how often breakpoints were hit.
    uncounted: BTreeSet<u64>,
}

impl History {
    pub fn new(limit: usize) -> Self {
        Self { moments: BTreeMap::new(), near: None, limit, used: 0, uncounted: BTreeSet::new() }
    }

    /// The latest moment at or before that step.
    pub fn before(&self, step: u64) -> Option<&Moment> {
        let near = self.near.as_ref().filter(|near| near.snapshot.steps() <= step);
        self.kept_before(step).into_iter().chain(near).max_by_key(|moment| moment.snapshot.steps())
    }

    fn kept_before(&self, step: u64) -> Option<&Moment> {
        self.moments.range(..=step).next_back().map(|(_, (moment, _))| moment)
    }

    /// Whether a moment is to be taken on the way from a step to a later one: at which step.
    pub fn near_due(&self, from: u64, to: u64) -> Option<u64> {
        (to.saturating_sub(from) > FAR).then(|| to - NEAR)
    }

    /// Keeps the one moment that is close to where somebody looks, in the place of the last such.
    pub fn keep_near(&mut self, moment: Moment) {
        self.near = Some(moment);
        self.shrink();
    }

    fn own_bytes(&self, moment: &Moment) -> usize {
        moment.snapshot.own_bytes(self.kept_before(moment.snapshot.steps()).map(|before| &before.snapshot))
    }

    /// When the next moment after `step` is due, for a program with so many bytes of memory.
    pub fn due(&self, step: u64, bytes: u64) -> u64 {
        let interval = SHORTEST.max(bytes / BYTES_PER_STEP);
        // Where moments are known already, as after having gone back, there is nothing to take.
        match self.moments.range(step + 1..).next() {
            Some((next, _)) if *next <= step + 2 * interval => *next + interval,
            _ => {
                self.kept_before(step).map_or(0, |moment| moment.snapshot.steps()).max(step.saturating_sub(interval))
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
        let bytes = self.own_bytes(&moment);
        self.used += bytes;
        if moment.hits.is_none() {
            self.uncounted.insert(step);
        }
        self.moments.insert(step, (moment, bytes));
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.used() > self.limit && self.moments.len() > 2 {
            self.thin();
        }
        self.near.take_if(|_| self.used > self.limit);
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
        let Some([_, step, after]) = missed.and_then(|window| window.as_array()) else { return };
        if let Some((_, bytes)) = self.moments.remove(step) {
            self.used -= bytes;
        }
        self.uncounted.remove(step);
        // What the next one shared with it is its own now.
        let own = self.moments.get(after).map(|(moment, _)| {
            let before = self.kept_before(after - 1).map(|before| &before.snapshot);
            moment.snapshot.own_bytes(before)
        });
        if let (Some(own), Some((_, bytes))) = (own, self.moments.get_mut(after)) {
            self.used = self.used - *bytes + own;
            *bytes = own;
        }
    }

    /// How often breakpoints were hit is not known any more, but that nothing was hit before the start.
    pub fn forget_hits(&mut self) {
        self.near = None;
        self.uncounted.clear();
        for (step, (moment, _)) in &mut self.moments {
            moment.hits = (*step == 0).then(Default::default);
            moment.previous = Previous::Unknown;
            if moment.hits.is_none() {
                self.uncounted.insert(*step);
            }
        }
    }

    /// The first moment from that step on at which it is not known how often breakpoints were hit.
    pub fn uncounted(&self, from: u64) -> Option<u64> {
        self.uncounted.range(from..).next().copied()
    }

    /// The latest moment at or before that step at which it is known.
    pub fn counted_before(&self, step: u64) -> Option<&Moment> {
        let mut kept = self.moments.range(..=step).rev().map(|(_, (moment, _))| moment);
        kept.find(|moment| moment.hits.is_some())
    }

    /// How often breakpoints were hit before the moment at that step, if there is one.
    pub fn count(&mut self, step: u64, hits: &Hits, previous: Previous) {
        if self.uncounted.remove(&step)
            && let Some((moment, _)) = self.moments.get_mut(&step)
        {
            moment.hits = Some(hits.clone());
            moment.previous = previous;
        }
    }

    /// Forgets that step and what comes after it: the program takes another way.
    pub fn forget_from(&mut self, step: u64) {
        self.uncounted.split_off(&step);
        let later = self.moments.split_off(&step);
        self.near.take_if(|near| near.snapshot.steps() >= step);
        self.used -= later.values().map(|(_, bytes)| bytes).sum::<usize>();
    }

    /// How many bytes the moments take, about.
    pub fn used(&self) -> usize {
        self.used + self.near.as_ref().map_or(0, |near| self.own_bytes(near))
    }

    #[cfg(test)]
    pub fn moments(&self) -> impl Iterator<Item = &Moment> {
        self.moments.values().map(|(moment, _)| moment).chain(&self.near)
    }
}
