//! What was executed before the next instruction in the same frame, which distinguishes one visit to a line from
//! another.
//!
//! The run functions exit before each basic block in which that matters, and its instructions are executed one at a
//! time. So when a run function has reached such a block, the instruction before it did not matter, except for a call
//! that has returned: those calls are recorded.

use super::{BreakpointObserver, Machine, Position, Previous, PreviousStop};
use crate::state::StateView;

impl BreakpointObserver {
    /// Updates it after executing one instruction, or whole basic blocks.
    pub(super) fn note_previous(&mut self, state: StateView<'_>, previous_stop: PreviousStop, single: bool) {
        let top = state.machine().top();
        while self.awaited.last().is_some_and(|(frame, _)| *frame > top) {
            self.awaited.pop();
        }
        if let Some((_, call)) = self.awaited.pop_if(|(frame, _)| *frame == top) {
            self.previous = Previous::At(call);
            return;
        }
        self.previous = match previous_stop.position {
            Some(position) if single && previous_stop.top == top => Previous::At(position),
            _ => Previous::Elsewhere,
        };
        if let Some(position) = previous_stop.position
            && single
            && previous_stop.top < top
            && self.leads_within_line(position)
        {
            self.awaited.push((previous_stop.top, position));
        }
    }

    /// Called when the run functions may not have exited before everything that matters.
    pub(super) fn forget_elsewhere(&mut self) {
        if self.previous == Previous::Elsewhere {
            self.previous = Previous::Unknown;
        }
    }

    /// Records the active calls that are within a visit to a line.
    pub(super) fn await_returns(&mut self, machine: &Machine) {
        self.awaited.clear();
        if self.run_to.is_none() && !self.breakpoints.have_lines() {
            return;
        }
        let callers = machine.frames().skip(1).collect::<Vec<u32>>().into_iter().rev();
        let calls = callers.filter_map(|frame| Some((frame, machine.call_position(frame)?)));
        self.awaited = calls.filter(|(_, call)| self.leads_within_line(*call)).collect();
    }

    fn leads_within_line(&self, position: Position) -> bool {
        self.breakpoints.is_within_line(position)
            || self.armed.line && self.run_to.as_ref().is_some_and(|entries| entries.is_within(position))
    }
}
