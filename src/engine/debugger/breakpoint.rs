//! Where a run is to stop, and under which condition.

use std::collections::HashMap;

use super::condition::Condition;
use super::machine::Position;

/// Chosen by whoever sets the breakpoint.
pub type BreakpointId = u32;

/// A place to stop at.
#[derive(Debug, Clone)]
pub struct Breakpoint {
    pub id: BreakpointId,
    pub position: Position,
    /// It stops only where this holds.
    pub condition: Option<Condition>,
    /// It stops only from this hit on; 0 and 1 are the first.
    pub from_hit: u64,
    /// A message instead of a stop; what is in braces is replaced by its value.
    pub log: Option<String>,
}

/// All breakpoints, by position.
#[derive(Debug, Default)]
pub struct Breakpoints {
    at: HashMap<Position, Vec<Breakpoint>>,
}

impl Breakpoints {
    pub fn new(breakpoints: Vec<Breakpoint>) -> Self {
        let mut at: HashMap<Position, Vec<Breakpoint>> = HashMap::new();
        for breakpoint in breakpoints {
            at.entry(breakpoint.position).or_default().push(breakpoint);
        }
        Self { at }
    }

    pub fn at(&self, position: Position) -> &[Breakpoint] {
        self.at.get(&position).map_or(&[], Vec::as_slice)
    }

    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.at.keys().copied()
    }

    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
}
