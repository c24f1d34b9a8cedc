//! Breakpoints in a session: where the run functions leave for them, and whether one says to stop.

use super::DebugSession;
use crate::engine::debugger::breakpoint::{Breakpoint, BreakpointId, Breakpoints};
use crate::engine::debugger::condition::Number;
use crate::engine::debugger::machine::Position;
use crate::engine::debugger::scope::MachineScope;

/// How many stops are kept for the timeline: nobody is stopped that often.
const MOST_STOPS: usize = 10_000;

impl DebugSession {
    /// Replaces all breakpoints.
    pub fn set_breakpoints(&mut self, breakpoints: Vec<Breakpoint>) {
        self.redirect(false);
        self.breakpoints = Breakpoints::new(breakpoints);
        self.hits.clear();
        self.redirect(true);
    }

    /// Messages of breakpoints that log, with their steps, since the last time.
    pub fn take_log(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.log)
    }

    /// The breakpoint that says to stop here. One that logs says its message instead.
    pub(super) fn breakpoint_here(&mut self) -> Option<BreakpointId> {
        if self.breakpoints.is_empty() {
            return None;
        }
        let position = self.machine().position()?;
        let mut stop = None;
        let mut log = Vec::new();
        for breakpoint in self.breakpoints.at(position) {
            let scope = MachineScope::new(self);
            if let Some(condition) = &breakpoint.condition
                && !condition.value(&scope).is_some_and(Number::holds)
            {
                continue;
            }
            let hits = self.hits.get(&breakpoint.id).copied().unwrap_or(0) + 1;
            log.push((breakpoint.id, hits, None));
            if hits < breakpoint.from_hit {
                continue;
            }
            match &breakpoint.log {
                Some(message) => {
                    if let Some(last) = log.last_mut() {
                        last.2 = Some(scope.message(message));
                    }
                }
                None => stop = stop.or(Some(breakpoint.id)),
            }
        }
        let step = self.step();
        for (id, hits, message) in log {
            self.hits.insert(id, hits);
            if let Some(message) = message {
                self.log.push((step, message));
            }
        }
        stop
    }

    /// A breakpoint has stopped the program here.
    pub(super) fn note_stop(&mut self) {
        let step = self.step();
        if let Err(index) = self.stops.binary_search(&step)
            && self.stops.len() < MOST_STOPS
        {
            self.stops.insert(index, step);
        }
    }

    /// Makes the run functions leave at breakpoints, or pass them.
    pub(super) fn redirect(&mut self, leave: bool) {
        let positions: Vec<Position> = self.breakpoints.positions().collect();
        for position in positions {
            self.machine_mut().set_redirect_around(position, leave);
        }
    }
}
