//! Running the engine while nobody waits for it, so that the browser has optimised it before the first Run.
//!
//! wasmi's interpreter is one very large function. A browser compiles it twice: quickly at first, and well after it has
//! been found to be busy, which takes it most of a second. Until then everything runs several times slower.
//! The same is true of what comes before the first instruction, see `rehearsal`. So there are turns: one for the
//! interpreter, one for whole runs.

use super::Machine;
use super::rehearsal::Rehearsal;
use crate::engine::inspect::{self, Inspection};
use crate::engine::runtime::{Compiled, Entry, Limits, Session, SessionConfig};
use crate::engine::source::Source;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::WasiConfig;

/// Fuel for a slice; a few milliseconds before the interpreter is optimised, less after.
const FUEL: u64 = 100_000;
/// A slice of the warming up goes on for about this long, in milliseconds: a request waits for the end of it.
const SLICE_MS: f64 = 8.0;
/// Warm is what has not become faster for so long, in milliseconds.
const SETTLED_MS: f64 = 400.0;
/// Longer than this it never takes, in milliseconds.
const MOST_MS: f64 = 2500.0;

pub(super) struct WarmUp<M> {
    machine: M,
    endless: Session,
    rehearsal: Rehearsal<M>,
    rehearses: bool,
    started_ms: f64,
    now_ms: f64,
    interpreter: Pace,
    runs: Pace,
}

/// How fast something has become.
struct Pace {
    /// The best so far, in work for a millisecond, and when it was reached.
    best: f64,
    best_ms: f64,
}

impl Pace {
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

impl<M: Machine> WarmUp<M> {
    /// Readies the program; `None` if that fails, as then there is nothing to warm up with.
    pub fn new(machine: M) -> Option<Self> {
        let rehearsal = Rehearsal::new(machine.clone())?;
        let endless = endless(rehearsal.module(), &machine)?;
        let now_ms = machine.now_ms();
        let pace = || Pace { best: 0.0, best_ms: now_ms };
        let (interpreter, runs) = (pace(), pace());
        Some(Self { machine, endless, rehearsal, rehearses: false, started_ms: now_ms, now_ms, interpreter, runs })
    }

    /// Goes on for a slice; false when all is warm.
    pub fn slice(&mut self) -> bool {
        let start = self.machine.now_ms();
        self.now_ms = start;
        let mut work = 0.0;
        while self.now_ms - start < SLICE_MS {
            if self.rehearses {
                self.rehearsal.step();
                work += 1.0;
            } else {
                self.endless.advance(FUEL);
                work += FUEL as f64;
            }
            self.now_ms = self.machine.now_ms();
        }
        let speed = work / (self.now_ms - start);
        let pace = if self.rehearses { &mut self.runs } else { &mut self.interpreter };
        pace.note(speed, self.now_ms);
        self.rehearses = !self.rehearses;
        let is_warm = self.interpreter.has_settled(self.now_ms) && self.runs.has_settled(self.now_ms);
        !is_warm && self.milliseconds() < MOST_MS
    }

    /// How long it has taken so far.
    pub fn milliseconds(&self) -> f64 {
        self.now_ms - self.started_ms
    }
}

/// A run of the program's export that does not end.
fn endless(module: &[u8], machine: &impl Machine) -> Option<Session> {
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
            clock: machine.clock(),
            random: machine.random(),
            output_limit: None,
        },
    };
    let compiled = Compiled::new(&source.name, module, &facts, &config.limits).ok()?;
    Session::start(&source.name, &compiled, &*summary?, config).ok()
}
