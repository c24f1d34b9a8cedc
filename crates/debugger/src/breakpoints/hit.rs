//! Whether a breakpoint stops the program at an instruction.

use super::{Breakpoint, BreakpointId, BreakpointObserver, Observe, Position, Trigger};
use crate::condition::{EvalError, Number};
use crate::scope::MachineScope;
use crate::state::StateView;

impl BreakpointObserver {
    /// Checks the breakpoints on the next instruction; returns the one that stops, if any.
    pub(super) fn breakpoint_here(&mut self, state: StateView<'_>, observe: Observe) -> Option<BreakpointId> {
        self.armed.breakpoints?;
        let position = state.machine().position()?;
        let here: Vec<Breakpoint> = self
            .breakpoints
            .at(position)
            .filter(|known| observe.includes(known) && !matches!(known.trigger, Trigger::Watch(_)))
            .cloned()
            .collect();
        let mut stop = None;
        for breakpoint in here {
            let is_here = match &breakpoint.trigger {
                Trigger::Instruction(_) => true,
                Trigger::Line(entries) => entries.begins(position, self.previous),
                Trigger::Import(wanted) => {
                    state.called_import().is_some_and(|function| wanted.is_none_or(|wanted| wanted == function))
                }
                Trigger::Watch(_) => false,
            };
            if is_here && holds(&breakpoint, state) && self.hit(&breakpoint, state, state.step(), observe) {
                stop = stop.or(Some(breakpoint.id));
            }
        }
        stop.filter(|_| observe == Observe::All)
    }

    /// Whether a visit to the line of **Run to line** begins here.
    pub(super) fn begins_line(&self, position: Position) -> bool {
        self.run_to.as_ref().is_some_and(|entries| entries.begins(position, self.previous))
    }

    /// Counts a hit at a step, and reports its log message, evaluated at the current step. Returns whether it stops the
    /// program.
    pub(super) fn hit(&mut self, breakpoint: &Breakpoint, state: StateView<'_>, step: u64, observe: Observe) -> bool {
        if breakpoint.counts() {
            let number = self.hits.as_mut().map(|hits| hits.note(breakpoint.id, step));
            if number.is_none_or(|number| number < breakpoint.hit_count) {
                return false;
            }
        }
        let Some(message) = &breakpoint.log_message else { return true };
        if observe >= Observe::LogMessages && self.reported_logs.is_new(breakpoint.id, step) {
            let message = match condition_error(breakpoint, state) {
                Some(reason) => format!("could not evaluate its condition: {reason}"),
                None => MachineScope::new(state).message(message),
            };
            self.log.push((step, message));
        }
        false
    }
}

/// Whether the condition of a breakpoint holds here. A condition that cannot be evaluated counts as true, as in other
/// debuggers: running past would hide the error.
pub(super) fn holds(breakpoint: &Breakpoint, state: StateView<'_>) -> bool {
    let Some(condition) = &breakpoint.condition else { return true };
    condition.evaluate(&MachineScope::new(state)).map_or(true, Number::holds)
}

/// Why the condition of a breakpoint cannot be evaluated here, if it cannot.
pub(super) fn condition_error(breakpoint: &Breakpoint, state: StateView<'_>) -> Option<EvalError> {
    breakpoint.condition.as_ref()?.evaluate(&MachineScope::new(state)).err()
}
