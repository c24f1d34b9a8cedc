//! What crosses of the timeline besides its steps.

use serde::{Deserialize, Serialize};

/// A step at which something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineMark {
    pub step: u64,
    pub kind: MarkKind,
}

/// What was at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MarkKind {
    /// A call of the host that printed nothing.
    Call,
    /// A call that printed.
    Output,
    /// A breakpoint stopped the program.
    Breakpoint,
    /// The person changed something, and the program took another way.
    Fork,
    /// The program's last instruction.
    End,
    /// The instruction that trapped, or hit a limit.
    Trap,
}
