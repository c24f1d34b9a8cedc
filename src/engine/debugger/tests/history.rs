//! The moments that are kept: how much memory they take, and how close together they are.

use std::collections::HashMap;

use super::support::{go, session};
use crate::engine::debugger::Command;
use crate::engine::debugger::history::{History, Moment};

/// Writes to a megabyte here and there, some of it often and some once.
const WRITES: &str = r#"(module (memory 16) (func (export "main") (local $n i32)
    (loop $l
        (i32.store (i32.and (i32.mul (local.get $n) (i32.const 40503)) (i32.const 0xFFFFC)) (local.get $n))
        (i32.store (i32.const 64) (local.get $n))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $l))))"#;

#[test]
fn moments_are_kept_within_a_limit_that_is_counted_right() {
    const LIMIT: usize = 8 << 20;
    let mut session = session(WRITES);
    let mut history = History::new(LIMIT);
    for step in 1..=150_u64 {
        go(&mut session, Command::JumpTo(step * 600));
        let before = history.before(session.step()).map(|moment| moment.snapshot.clone());
        let moment = Moment {
            snapshot: session.machine().snapshot(before.as_ref()),
            call: 0,
            hits: None,
            previous: Default::default(),
        };
        if step % 7 == 0 {
            history.keep_near(moment);
        } else {
            history.keep(moment);
        }
        assert!(history.used() <= LIMIT, "{} at {step}", history.used());
        if step % 10 == 0 {
            let pieces: HashMap<*const u8, usize> =
                history.moments().flat_map(|moment| moment.snapshot.pieces()).collect();
            let bytes: usize = pieces.values().sum();
            assert!(bytes <= history.used(), "{bytes} bytes are counted as {} at {step}", history.used());
        }
    }
    let steps: Vec<u64> = history.moments().map(|moment| moment.snapshot.steps()).collect();
    assert!(steps.len() < 100, "{steps:?}");
    // Thin long ago, close together just now.
    let far = |steps: &[u64]| steps[1].saturating_sub(steps[0]) > 600 + (90_000 - steps[0]) / 2;
    assert!(!steps.windows(2).any(far), "{steps:?}");
}
