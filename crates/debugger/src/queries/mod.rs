//! Queries about the steps before the current one, for which intervals are run again.

use super::replay::Replayer;

pub mod last_write;
pub mod search;

/// The step of the latest checkpoint at or before a step.
fn checkpoint_before(replayer: &Replayer, step: u64) -> u64 {
    replayer.checkpoints().before(step).map_or(0, |checkpoint| checkpoint.snapshot.steps())
}
