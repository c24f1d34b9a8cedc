//! The debugger: runs a program so that it can be inspected at every instruction, forwards and backwards.
//!
//! [`InstrumentedProgram`] is an instrumented and compiled module. The machine (`machine`) is one instance of it, whose
//! entire state can be saved and restored. [`DebugSession`] is the user's side: commands, breakpoints, the timeline.
//! Creating the copy and what executes it belong in `wasmoscope-reversible`, and what a plain run needs in
//! `wasmoscope-runtime`.

mod access;
pub mod backtrace;
mod breakpoints;
pub mod condition;
mod hover;
mod image;
mod lines;
mod machine;
mod names;
mod pointers;
mod program;
mod queries;
mod replay;
mod scope;
mod session;
mod sites;
mod state;
pub mod step_text;
mod variables;
pub mod view;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use access::Access;
pub use breakpoints::{
    AccessKind, Breakpoint, BreakpointId, LineCommand, LineEntries, Target, Trigger, WatchHit, WatchedValue, Watchpoint,
};
pub use hover::Hover;
pub use machine::Position;
pub use names::Names;
pub use program::{InstrumentedProgram, ProgramError};
pub use queries::last_write::{Origin, WriteTarget};
pub use replay::change::{Change, ChangeError};
pub use scope::MachineScope;
pub use session::{
    Command, DebugProgress, DebugSession, LoopRound, Mark, MarkKind, Recent, RecentValue, StopReason, describe_rounds,
};
pub use state::StateView;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
