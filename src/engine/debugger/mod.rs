//! The debugger: runs a program so that it can be inspected at every instruction, forwards and backwards.
//!
//! [`InstrumentedProgram`] is an instrumented and compiled module. The machine (`machine`) is one instance of it, whose
//! entire state can be saved and restored. [`DebugSession`] is the user's side: commands, breakpoints, the timeline.
//! Creating the copy belongs in [`instrument`](super::instrument), and what a plain run needs in
//! [`runtime`](super::runtime).

mod access;
pub mod attach;
pub mod backtrace;
pub mod breakpoint;
mod change;
mod checkpoints;
pub mod condition;
mod hits;
mod hover;
mod image;
pub mod last_write;
mod line_entries;
mod lines;
pub(in crate::engine) mod machine;
mod marks;
mod names;
mod pointers;
mod program;
mod recent;
mod scope;
mod search;
mod session;
mod sites;
mod state;
pub mod step_text;
mod values;
mod variables;
pub mod view;
mod watchpoint;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use access::Access;
pub use breakpoint::{Breakpoint, BreakpointId, Trigger};
pub use change::{Change, ChangeError};
pub use hover::Hover;
pub use last_write::{Origin, WriteTarget};
pub use line_entries::LineEntries;
pub use machine::Position;
pub use marks::{Mark, MarkKind};
pub use names::Names;
pub use program::{InstrumentedProgram, ProgramError};
pub use recent::{Recent, RecentValue};
pub use scope::MachineScope;
pub use session::{Command, DebugProgress, DebugSession, LineCommand, StopReason};
pub use state::StateView;
pub use watchpoint::{AccessKind, Target, WatchHit, WatchedValue, Watchpoint};
