//! Runs a module in wasmi, a slice at a time.
//!
//! A [`Session`] is one run of a [`Compiled`] module. [`Session::advance`] continues for a given amount of fuel and
//! returns the state, so the caller can inspect, pause or stop it in between, and nothing ever blocks. The limits of a
//! program are in [`limits`], how it ends in [`outcome`]. Which imports are provided belongs in
//! [`inspect`](super::inspect).

mod compiled;
pub mod limits;
pub mod outcome;
pub(crate) mod plan;
pub(crate) mod session;

pub use compiled::Compiled;
pub use limits::Limits;
pub use outcome::{LimitKind, Outcome, Trap, TrapKind};
pub use plan::Entry;
pub use session::{Counters, Progress, Session, SessionConfig, StartError};
