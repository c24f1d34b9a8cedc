//! Checkpoints: their memory use and spacing.

use std::collections::HashMap;

use super::support::{go, session};
use crate::Command;
use crate::replay::checkpoints::{Checkpoint, Checkpoints};
use wasmoscope_reversible::executor::CheckpointInterval;

/// Writes to a megabyte here and there, some of it often and some once.
const WRITES: &str = r#"(module (memory 16) (func (export "main") (local $n i32)
    (loop $l
        (i32.store (i32.and (i32.mul (local.get $n) (i32.const 40503)) (i32.const 0xFFFFC)) (local.get $n))
        (i32.store (i32.const 64) (local.get $n))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $l))))"#;

#[test]
fn checkpoints_stay_within_their_memory_limit() {
    const LIMIT: usize = 8 << 20;
    let mut session = session(WRITES);
    let mut checkpoints = Checkpoints::new(LIMIT, CheckpointInterval::INTERPRETER);
    for step in 1..=150_u64 {
        go(&mut session, Command::JumpTo(step * 600));
        let before = checkpoints.before(session.step()).map(|checkpoint| checkpoint.snapshot.clone());
        let checkpoint = Checkpoint {
            snapshot: session.machine().snapshot(before.as_ref()),
            call: 0,
            hits: None,
            previous: Default::default(),
        };
        if step % 7 == 0 {
            checkpoints.insert_nearby(checkpoint);
        } else {
            checkpoints.insert(checkpoint);
        }
        assert!(checkpoints.used() <= LIMIT, "{} at {step}", checkpoints.used());
        if step % 10 == 0 {
            let pieces: HashMap<*const u8, usize> =
                checkpoints.checkpoints().flat_map(|checkpoint| checkpoint.snapshot.pieces()).collect();
            let bytes: usize = pieces.values().sum();
            assert!(bytes <= checkpoints.used(), "{bytes} bytes are counted as {} at {step}", checkpoints.used());
        }
    }
    let steps: Vec<u64> = checkpoints.checkpoints().map(|checkpoint| checkpoint.snapshot.steps()).collect();
    assert!(steps.len() < 100, "{steps:?}");
    // Sparse early in the run, dense near its end.
    let far = |steps: &[u64]| steps[1].saturating_sub(steps[0]) > 600 + (90_000 - steps[0]) / 2;
    assert!(!steps.windows(2).any(far), "{steps:?}");
}
