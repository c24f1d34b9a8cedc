//! Running the interpreter while nobody waits for it, so that the browser has optimised it before the first Run.
//!
//! wasmi's interpreter is one very large function. A browser compiles it twice: quickly at first, and well after it has
//! been found to be busy, which takes it most of a second. Until then everything runs several times slower.

use super::Machine;
use crate::engine::inspect::{self, Inspection};
use crate::engine::runtime::{Entry, Limits, Session, SessionConfig};
use crate::engine::source::Source;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::WasiConfig;

/// Calls, loops, memory and arithmetic, without an end.
const PROGRAM: &str = r#"(module
  (memory 1)
  (func $mix (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $mix (i32.sub (local.get $n) (i32.const 1)))
                     (call $mix (i32.sub (local.get $n) (i32.const 2)))))))
  (func (export "main") (local $at i32)
    (loop $again
      (i32.store (i32.and (local.get $at) (i32.const 0xfffc)) (call $mix (i32.const 12)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br $again))))"#;

/// Fuel for a slice; a few milliseconds before the interpreter is optimised, less after.
const FUEL: u64 = 100_000;
/// A slice of the warming up goes on for about this long, in milliseconds.
const SLICE_MS: f64 = 10.0;
/// Warm is what has not become faster for so long, in milliseconds.
const SETTLED_MS: f64 = 400.0;
/// Longer than this it never takes, in milliseconds.
const MOST_MS: f64 = 2500.0;

pub(super) struct WarmUp {
    session: Session,
    started_ms: f64,
    now_ms: f64,
    /// The best speed so far in fuel for a millisecond, and when it was reached.
    best: f64,
    best_ms: f64,
}

impl WarmUp {
    /// Readies the program; `None` if that fails, as then there is nothing to warm up with.
    pub fn new(machine: &impl Machine) -> Option<Self> {
        let Inspection { wasm, summary, .. } = inspect::inspect(&Source::new("warm-up.wat", PROGRAM));
        let config = SessionConfig {
            entry: Entry::Default,
            limits: Limits::default(),
            wasi: WasiConfig {
                args: Vec::new(),
                env: Vec::new(),
                vfs: Vfs::default(),
                preopens: Vec::new(),
                clock: machine.clock(),
                random: machine.random(),
                output_limit: None,
            },
        };
        let session = Session::start("warm-up.wat", &wasm?, &summary?, config).ok()?;
        let now = machine.now_ms();
        Some(Self { session, started_ms: now, now_ms: now, best: 0.0, best_ms: now })
    }

    /// Runs for a slice; false when it is warm.
    pub fn slice(&mut self, machine: &impl Machine) -> bool {
        let start = machine.now_ms();
        let mut fuel = 0;
        while machine.now_ms() - start < SLICE_MS {
            self.session.advance(FUEL);
            fuel += FUEL;
        }
        self.now_ms = machine.now_ms();
        let speed = fuel as f64 / (self.now_ms - start);
        if speed > self.best * 1.2 {
            self.best = speed;
            self.best_ms = self.now_ms;
        }
        self.now_ms - self.best_ms < SETTLED_MS && self.milliseconds() < MOST_MS
    }

    /// How long it has taken so far.
    pub fn milliseconds(&self) -> f64 {
        self.now_ms - self.started_ms
    }
}
