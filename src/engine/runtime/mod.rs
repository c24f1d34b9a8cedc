//! Running a module in wasmi, a slice at a time.
//!
//! A [`Session`] is one run of a [`Compiled`] module. [`Session::advance`] goes on for a given amount of fuel and
//! reports the state, so whatever drives it can look in between, pause or stop, and nothing ever blocks. What a program
//! may use is in [`limits`], how it ends in [`outcome`], which imports are provided in [`imports`].

mod compiled;
pub mod imports;
pub mod limits;
pub mod outcome;
pub(in crate::engine) mod plan;
pub(in crate::engine) mod session;

pub use compiled::Compiled;
pub use limits::Limits;
pub use outcome::{Outcome, Trap};
pub use plan::Entry;
pub use session::{Counters, Progress, Session, SessionConfig, StartError};
