//! Running the engine while the worker is idle, so that the browser has optimised it before the first Run.
//!
//! wasmi's interpreter is one very large function. A browser compiles it twice: quickly at first, and optimised after
//! it has been busy for a while, which takes most of a second. Until then, everything runs several times slower. The
//! same is true of the code that runs before the first instruction, see `warm_up_runs`. So slices alternate: one for
//! the interpreter, one for whole runs.

use super::Platform;
use super::pace::SLICE_MS;
use super::warm_up_runs::WarmUpRuns;
use crate::engine::inspect::{self, Inspection};
use crate::engine::runtime::{Compiled, Entry, Limits, Session, SessionConfig};
use crate::engine::source::Source;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::WasiConfig;

/// The fuel for a slice: a few milliseconds before the interpreter is optimised, less after.
const FUEL: u64 = 100_000;
/// How long the speed must not have improved to count as warm, in milliseconds.
const SETTLED_MS: f64 = 400.0;
/// The time limit, in milliseconds.
const MOST_MS: f64 = 2500.0;

pub(super) struct WarmUp<M> {
    platform: M,
    endless: Session,
    warm_up_runs: WarmUpRuns<M>,
    is_run_next: bool,
    started_ms: f64,
    now_ms: f64,
    interpreter: Speed,
    runs: Speed,
}

/// Tracks the speed of something.
struct Speed {
    /// The best speed so far, in work per millisecond, and when it was reached.
    best: f64,
    best_ms: f64,
}

impl Speed {
    fn note(&mut self, speed: f64, now_ms: f64) {
        if speed > self.best * 1.2 {
            self.best = speed;
            self.best_ms = now_ms;
        }
    }

    fn has_settled(&self, now_ms: f64) -> bool {
        now_ms - self.best_ms >= SETTLED_MS
    }
}

impl<M: Platform> WarmUp<M> {
    /// Prepares the program; `None` if that fails.
    pub fn new(platform: M) -> Option<Self> {
        let warm_up_runs = WarmUpRuns::new(platform.clone())?;
        let endless = endless(warm_up_runs.module(), &platform)?;
        let now_ms = platform.now_ms();
        let unknown = || Speed { best: 0.0, best_ms: now_ms };
        let (interpreter, runs) = (unknown(), unknown());
        Some(Self {
            platform,
            endless,
            warm_up_runs,
            is_run_next: false,
            started_ms: now_ms,
            now_ms,
            interpreter,
            runs,
        })
    }

    /// Continues for a slice; returns false when everything is warm.
    pub fn slice(&mut self) -> bool {
        let start = self.platform.now_ms();
        self.now_ms = start;
        let mut work = 0.0;
        while self.now_ms - start < SLICE_MS {
            if self.is_run_next {
                self.warm_up_runs.step();
                work += 1.0;
            } else {
                self.endless.advance(FUEL);
                work += FUEL as f64;
            }
            self.now_ms = self.platform.now_ms();
        }
        let speed = work / (self.now_ms - start);
        let tracked = if self.is_run_next { &mut self.runs } else { &mut self.interpreter };
        tracked.note(speed, self.now_ms);
        self.is_run_next = !self.is_run_next;
        let is_warm = self.interpreter.has_settled(self.now_ms) && self.runs.has_settled(self.now_ms);
        !is_warm && self.milliseconds() < MOST_MS
    }

    /// How long it has taken so far.
    pub fn milliseconds(&self) -> f64 {
        self.now_ms - self.started_ms
    }
}

/// A run of the program's export that never ends.
fn endless(module: &[u8], platform: &impl Platform) -> Option<Session> {
    let source = Source { name: "warm-up.wasm".to_owned(), bytes: module.to_vec() };
    let Inspection { summary, facts, .. } = inspect::inspect(&source);
    let config = SessionConfig {
        entry: Entry::Export { name: "endless".to_owned(), arguments: Vec::new() },
        limits: Limits::default(),
        wasi: WasiConfig {
            args: Vec::new(),
            env: Vec::new(),
            vfs: Vfs::default(),
            preopens: Vec::new(),
            clock: platform.clock(),
            random: platform.random(),
            output_limit: None,
        },
    };
    let compiled = Compiled::new(&source.name, module, &facts, &config.limits).ok()?;
    Session::start(&source.name, &compiled, &*summary?, config).ok()
}
