//! Breakpoints in a session: where the run functions exit for them, and whether one stops the program.

use super::{DebugSession, Observe, RunSpec};
use crate::engine::debugger::breakpoint::{Breakpoint, BreakpointId, Breakpoints, Trigger};
use crate::engine::debugger::condition::{EvalError, Number};
use crate::engine::debugger::machine::Position;
use crate::engine::debugger::program::ProgramError;
use crate::engine::debugger::scope::MachineScope;
use crate::engine::instrument::Watched;

/// What the machine's run functions exit for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ArmedExits {
    /// The breakpoints that are armed.
    pub breakpoints: Option<Observe>,
    pub target: Option<Position>,
    /// Whether the line of **Run to line** is armed.
    pub line: bool,
    pub write_query: bool,
}

/// The maximum number of stops kept for the timeline: no user stops that often.
const MOST_STOPS: usize = 10_000;

impl DebugSession {
    /// Replaces all breakpoints.
    ///
    /// # Errors
    ///
    /// If the copy that watches cannot be created; no breakpoint watches a memory then.
    pub fn set_breakpoints(&mut self, mut breakpoints: Vec<Breakpoint>) -> Result<(), ProgramError> {
        self.disarm();
        let watched = Breakpoints::new(breakpoints.clone(), &self.program).watched();
        let prepared = self.program.prepare(watched);
        if prepared.is_err() {
            let watches = |breakpoint: &Breakpoint| match breakpoint.trigger {
                Trigger::Watch(watchpoint) => watchpoint.range().is_some(),
                Trigger::Instruction(_) | Trigger::Line(_) | Trigger::Import(_) => false,
            };
            breakpoints.retain(|breakpoint| !watches(breakpoint));
        }
        for known in self.breakpoints.all() {
            if !breakpoints.contains(known) {
                self.reported_logs.forget(known.id);
            }
        }
        let counting = |all: &[Breakpoint]| all.iter().filter(|known| known.counts()).cloned().collect::<Vec<_>>();
        if counting(self.breakpoints.all()) != counting(&breakpoints) {
            self.hits = (self.step() == 0).then(Default::default);
            self.checkpoints.clear_hits();
        }
        self.breakpoints = Breakpoints::new(breakpoints, &self.program);
        // Instructions that did not have to be distinguished may have to be now.
        self.forget_elsewhere();
        if self.machine().watched() != self.watched() {
            self.switch_copy();
        }
        prepared
    }

    /// Which variant of the copy is needed.
    pub(super) fn watched(&self) -> Watched {
        let write_target = if self.write_query.as_ref().is_some_and(|write_query| write_query.range().is_some()) {
            Watched::Writes
        } else {
            Watched::Nothing
        };
        self.breakpoints.watched().max(write_target)
    }

    /// Log messages with their steps, since the last call.
    pub fn take_log(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.log)
    }

    /// Sets the exits of the run functions for a run.
    pub(super) fn arm(&mut self, spec: &RunSpec) {
        let write_query = self.write_query.is_some();
        // A write query has exits of its own.
        let counts = !write_query && (spec.observe > Observe::HitCounts || self.counts());
        let armed = ArmedExits {
            breakpoints: counts.then_some(spec.observe),
            target: spec.target,
            line: spec.line,
            write_query,
        };
        if self.armed == armed {
            return;
        }
        self.disarm();
        self.forget_elsewhere();
        self.armed = armed;
        self.set_armed_exits();
        self.await_returns();
        if let Some(range) = self.write_query.as_ref().and_then(|write_query| write_query.range()) {
            self.machine_mut().record_last(range);
        } else if let Some(observe) = armed.breakpoints {
            let ranges = self.breakpoints.ranges(|breakpoint| observe.includes(breakpoint));
            self.machine_mut().exit_before(&ranges);
        }
    }

    /// Sets the armed exits, including those that a line step has cleared.
    pub(super) fn set_armed_exits(&mut self) {
        for position in self.armed_positions() {
            self.machine_mut().set_exit_around(position, true);
        }
    }

    /// Records that a breakpoint has stopped the program here.
    pub(super) fn note_stop(&mut self) {
        let step = self.step();
        if let Err(index) = self.stops.binary_search(&step)
            && self.stops.len() < MOST_STOPS
        {
            self.stops.insert(index, step);
        }
    }

    pub(super) fn disarm(&mut self) {
        for position in self.armed_positions() {
            self.machine_mut().set_exit_around(position, false);
        }
        self.armed = ArmedExits::default();
        self.machine_mut().exit_before(&[]);
    }

    fn armed_positions(&self) -> Vec<Position> {
        let breakpoints = self.armed.breakpoints.into_iter();
        let breakpoints =
            breakpoints.flat_map(|observe| self.breakpoints.positions(move |known| observe.includes(known)));
        let write_query = self.write_query.as_ref().filter(|_| self.armed.write_query);
        let write_query = write_query.into_iter().flat_map(|write_query| write_query.positions(&self.program));
        let line = self.run_to.as_ref().filter(|_| self.armed.line);
        let line = line.into_iter().flat_map(|entries| entries.positions().chain(entries.within()));
        breakpoints.chain(write_query).chain(self.armed.target).chain(line).collect()
    }

    /// Whether hits are counted now, regardless of `observe`.
    fn counts(&self) -> bool {
        self.hits.is_some() && self.breakpoints.count()
    }

    /// Checks the breakpoints on the next instruction; returns the one that stops, if any.
    pub(super) fn breakpoint_here(&mut self, observe: Observe) -> Option<BreakpointId> {
        self.armed.breakpoints?;
        let position = self.machine().position()?;
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
                    self.state().called_import().is_some_and(|function| wanted.is_none_or(|wanted| wanted == function))
                }
                Trigger::Watch(_) => false,
            };
            if is_here && self.holds(&breakpoint) && self.hit(&breakpoint, self.step(), observe) {
                stop = stop.or(Some(breakpoint.id));
            }
        }
        stop.filter(|_| observe == Observe::All)
    }

    /// Whether the condition of a breakpoint holds here. A condition that cannot be evaluated counts as true, as in
    /// other debuggers: running past would hide the error.
    pub(super) fn holds(&self, breakpoint: &Breakpoint) -> bool {
        let Some(condition) = &breakpoint.condition else { return true };
        condition.evaluate(&MachineScope::new(self.state())).map_or(true, Number::holds)
    }

    /// Why the condition of a breakpoint cannot be evaluated here, if it cannot.
    pub(super) fn condition_error(&self, breakpoint: &Breakpoint) -> Option<EvalError> {
        breakpoint.condition.as_ref()?.evaluate(&MachineScope::new(self.state())).err()
    }

    /// Like `condition_error`, for the breakpoint that has stopped the program.
    pub fn condition_error_of(&self, id: BreakpointId) -> Option<EvalError> {
        self.condition_error(self.breakpoints.get(id)?)
    }

    /// Counts a hit at a step, and reports its log message, evaluated at the current step. Returns whether it stops the
    /// program.
    pub(super) fn hit(&mut self, breakpoint: &Breakpoint, step: u64, observe: Observe) -> bool {
        if breakpoint.counts() {
            let number = self.hits.as_mut().map(|hits| hits.note(breakpoint.id, step));
            if number.is_none_or(|number| number < breakpoint.hit_count) {
                return false;
            }
        }
        let Some(message) = &breakpoint.log_message else { return true };
        if observe >= Observe::LogMessages && self.reported_logs.is_new(breakpoint.id, step) {
            let message = match self.condition_error(breakpoint) {
                Some(reason) => format!("could not evaluate its condition: {reason}"),
                None => MachineScope::new(self.state()).message(message),
            };
            self.log.push((step, message));
        }
        false
    }
}
