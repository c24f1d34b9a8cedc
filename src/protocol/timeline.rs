//! Types for the marks on the timeline.

use serde::{Deserialize, Serialize};

/// A step with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineMark {
    pub step: u64,
    pub kind: MarkKind,
}

/// The kind of event at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MarkKind {
    /// A host call that printed nothing.
    Call,
    /// A call that printed.
    Output,
    /// A breakpoint stopped the program.
    Breakpoint,
    /// The user changed something, and execution diverged.
    Fork,
    /// The end of the program.
    End,
    /// The end by a trap or a limit.
    Trap,
}
