//! Breakpoints: what they stop at, and the observer that stops a run at them.
//!
//! A step by line is a temporary breakpoint on all other lines, and **Run to line** one on that line.
//!
//! `breakpoint` and `watchpoint` are what the user has set, `line_entries` where a line begins. In the observer, `hit`
//! decides whether a breakpoint stops the program, `pending` whether an access hits a watchpoint, `previous` remembers
//! what was executed before, and `line_step` steps by line.

use std::rc::Rc;

use self::hits::ReportedLogs;
use self::line_step::LineStep;
use self::pending::PendingAccess;
use super::condition::EvalError;
use super::machine::{Machine, Position};
use super::program::{InstrumentedProgram, ProgramError};
use super::replay::{LookAhead, Observe, Observer, PreviousStop, RunResult, RunSpec};
use super::state::StateView;
use wasmoscope_reversible::instrument::Watched;
use wasmoscope_wasi::MemoryAccess;

mod breakpoint;
mod hit;
mod hits;
mod line_entries;
mod line_step;
pub mod pending;
mod previous;
mod watchpoint;

pub use self::breakpoint::{Breakpoint, BreakpointId, Breakpoints, Trigger};
pub use self::hits::Hits;
pub use self::line_entries::{LineEntries, Previous};
pub use self::line_step::LineCommand;
pub use self::watchpoint::{AccessKind, Target, WatchHit, WatchedValue, Watchpoint};

/// See the module's documentation.
pub struct BreakpointObserver {
    program: Rc<InstrumentedProgram>,
    breakpoints: Breakpoints,
    /// The hit counts so far, if they are known.
    hits: Option<Hits>,
    reported_logs: ReportedLogs,
    log: Vec<(u64, String)>,
    armed: ArmedExits,
    /// What was executed before the next instruction in its frame.
    previous: Previous,
    /// The frames below the topmost that are at a call within a visit to a line, outermost first.
    awaited: Vec<(u32, Position)>,
    /// The line of **Run to line**.
    run_to: Option<Rc<LineEntries>>,
    line_step: Option<LineStep>,
    /// What the current instruction may access.
    pending: Vec<PendingAccess<Breakpoint>>,
    /// The step at which a watchpoint has stopped the program, if it is still there.
    pub reported: Option<u64>,
}

/// What the machine's run functions exit for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct ArmedExits {
    /// The breakpoints that are armed.
    breakpoints: Option<Observe>,
    target: Option<Position>,
    /// Whether the line of **Run to line** is armed.
    line: bool,
}

impl BreakpointObserver {
    /// Without any breakpoint, for a program before its first instruction.
    pub fn new(program: Rc<InstrumentedProgram>) -> Self {
        Self {
            program,
            breakpoints: Breakpoints::default(),
            hits: Some(Hits::default()),
            reported_logs: ReportedLogs::default(),
            log: Vec::new(),
            armed: ArmedExits::default(),
            previous: Previous::default(),
            awaited: Vec::new(),
            run_to: None,
            line_step: None,
            pending: Vec::new(),
            reported: None,
        }
    }

    /// Replaces all breakpoints. Returns whether other hits have to be counted: if so, those of the checkpoints are
    /// worthless.
    ///
    /// # Errors
    ///
    /// If the copy that watches cannot be created; no breakpoint watches a memory then.
    pub fn set_breakpoints(
        &mut self,
        machine: &mut Machine,
        mut breakpoints: Vec<Breakpoint>,
    ) -> (bool, Result<(), ProgramError>) {
        self.disarm(machine);
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
        let counts_others = counting(self.breakpoints.all()) != counting(&breakpoints);
        if counts_others {
            self.hits = (machine.steps() == 0).then(Hits::default);
        }
        self.breakpoints = Breakpoints::new(breakpoints, &self.program);
        // Instructions that did not have to be distinguished may have to be now.
        self.forget_elsewhere();
        (counts_others, prepared)
    }

    /// The line for runs with [`RunSpec::line`].
    pub fn set_run_to(&mut self, machine: &mut Machine, entries: Rc<LineEntries>) {
        self.disarm(machine);
        self.run_to = Some(entries);
    }

    /// Log messages with their steps, since the last call.
    pub fn take_log(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.log)
    }

    /// Execution diverges at a step: what was logged later may be logged again.
    pub fn diverge(&mut self, step: u64) {
        self.reported_logs.forget_after(step);
    }

    /// Why the condition of the breakpoint that has stopped the program cannot be evaluated here, if it cannot.
    pub fn condition_error_of(&self, state: StateView<'_>, id: BreakpointId) -> Option<EvalError> {
        hit::condition_error(self.breakpoints.get(id)?, state)
    }

    /// The hit counts after steps that this observer does not see.
    pub fn hits_if_unseen(&self) -> Option<Hits> {
        (!self.breakpoints.count()).then(Hits::default)
    }

    /// Removes all exits from the run functions, except those of a step by line.
    pub fn disarm(&mut self, machine: &mut Machine) {
        for position in self.armed_positions() {
            machine.set_exit_around(position, false);
        }
        self.armed = ArmedExits::default();
        machine.exit_before(&[]);
    }

    /// Sets the armed exits, including those that a step by line has cleared.
    fn set_armed_exits(&self, machine: &mut Machine) {
        for position in self.armed_positions() {
            machine.set_exit_around(position, true);
        }
    }

    fn armed_positions(&self) -> Vec<Position> {
        let breakpoints = self.armed.breakpoints.into_iter();
        let breakpoints =
            breakpoints.flat_map(|observe| self.breakpoints.positions(move |known| observe.includes(known)));
        let line = self.run_to.as_ref().filter(|_| self.armed.line);
        let line = line.into_iter().flat_map(|entries| entries.positions().chain(entries.within()));
        breakpoints.chain(self.armed.target).chain(line).collect()
    }
}

impl Observer for BreakpointObserver {
    fn watched(&self) -> Watched {
        self.breakpoints.watched()
    }

    fn hits(&self) -> Option<&Hits> {
        self.hits.as_ref()
    }

    fn previous(&self) -> Previous {
        self.previous
    }

    fn restored(&mut self, hits: Option<&Hits>, previous: Previous) {
        self.hits = hits.cloned();
        self.previous = previous;
        self.armed = ArmedExits::default();
        self.pending.clear();
        if let Some(step) = &mut self.line_step {
            step.forget_exits();
        }
    }

    fn lost_track(&mut self) {
        self.previous = Previous::Unknown;
        self.diverged();
    }

    fn diverged(&mut self) {
        if self.breakpoints.count() {
            self.hits = None;
        }
    }

    fn arm(&mut self, machine: &mut Machine, spec: &RunSpec) {
        let counts = spec.observe > Observe::HitCounts || self.hits.is_some() && self.breakpoints.count();
        let armed = ArmedExits { breakpoints: counts.then_some(spec.observe), target: spec.target, line: spec.line };
        if self.armed == armed {
            return;
        }
        self.disarm(machine);
        self.forget_elsewhere();
        self.armed = armed;
        self.set_armed_exits(machine);
        self.await_returns(machine);
        if let Some(observe) = armed.breakpoints {
            let ranges = self.breakpoints.ranges(|breakpoint| observe.includes(breakpoint));
            machine.exit_before(&ranges);
        }
    }

    fn before(&mut self, state: StateView<'_>, spec: &RunSpec) -> Option<RunResult> {
        let stop = self.breakpoint_here(state, spec.observe);
        if state.step() == spec.from {
            return None;
        }
        if let Some(id) = stop {
            return Some(RunResult::HitBreakpoint(id));
        }
        let position = state.machine().position();
        let is_there = self.is_line_step_done(state)
            || spec.line && position.is_some_and(|position| self.begins_line(position))
            || spec.target.is_some() && spec.target == position;
        is_there.then_some(RunResult::ReachedTarget)
    }

    fn base(&mut self, machine: &mut Machine, base: u32) -> u32 {
        self.line_step_base(machine, base)
    }

    fn look_ahead(&mut self, state: StateView<'_>, spec: &RunSpec) -> LookAhead {
        self.look_for_accesses(state, spec.observe)
    }

    fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    fn executed(&mut self, state: StateView<'_>, before: PreviousStop, single: bool) {
        self.note_previous(state, before, single);
    }

    fn after(&mut self, state: StateView<'_>, accesses: &[MemoryAccess], spec: &RunSpec) -> Option<WatchHit> {
        self.resolve_pending(state, accesses, spec.observe)
    }
}
