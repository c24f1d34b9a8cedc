//! Runs a module in wasmi, a slice at a time.
//!
//! A [`Session`] is one run of a [`Compiled`] module. [`Session::advance`] continues for a given amount of fuel and
//! returns the state, so the caller can inspect, pause or stop it in between, and nothing ever blocks. The limits of a
//! program are in [`limits`], how it ends in [`outcome`], what it calls first in [`plan`](mod@plan).
//!
//! Compiling text, validating, and which imports are provided belong in `wasmoscope-module`; stepping and going back,
//! which use the same limits and outcomes, in `wasmoscope-reversible` and `wasmoscope-debugger`.

mod compiled;
pub mod limits;
pub mod outcome;
pub mod plan;
mod session;

pub use compiled::Compiled;
pub use limits::Limits;
pub use outcome::{LimitKind, Outcome, Trap, TrapKind};
pub use plan::Entry;
pub use session::{Counters, Progress, Session, SessionConfig, StartError, segment_trap};

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
