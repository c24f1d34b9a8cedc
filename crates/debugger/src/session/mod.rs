//! A program under the debugger: commands, executed in slices, forwards and backwards.
//!
//! A command becomes a *goal*; [`DebugSession::advance`] works on it until it is reached or the slice is over. What
//! executes the program, and brings it back to an earlier step, is the [`Replayer`]; what stops it on the way is the
//! [`BreakpointObserver`], or a query.
//!
//! This file contains the session's state. `start` starts a session, `command` and `lines` turn a command into a goal
//! and work on it, `marks` are those of the timeline, `recent` is what the last steps did, `rounds` in
//! which round of its loops an instruction is.

use std::rc::Rc;

use self::command::Goal;
pub use self::command::{Command, DebugProgress, StopReason};
pub use self::marks::{Mark, MarkKind};
pub use self::recent::{Recent, RecentValue};
pub use self::rounds::{LoopRound, describe_rounds};
use super::breakpoints::{Breakpoint, BreakpointId, BreakpointObserver, LineEntries};
use super::condition::EvalError;
use super::lines::LineTable;
use super::machine::Machine;
use super::names::Names;
use super::program::{InstrumentedProgram, ProgramError};
use super::replay::change::{Change, ChangeError};
use super::replay::{Observer, Replayer, RunResult, RunSpec};
use super::state::StateView;
use wasmoscope_reversible::executor::Host;
use wasmoscope_runtime::Progress;
use wasmoscope_runtime::outcome::Outcome;
use wasmoscope_source_map::SourceMap;
use wasmoscope_wasi::{Output, WasiCtx};

mod command;
mod lines;
mod marks;
mod recent;
mod rounds;
mod start;

/// See the module's documentation.
pub struct DebugSession {
    replayer: Replayer,
    breakpoints: BreakpointObserver,
    goal: Goal,
    /// The steps at which breakpoints stopped the program, in order.
    stops: Vec<u64>,
    /// Whether the program is at its end: the step of its last instruction, which has been executed.
    at_end: bool,
    description: String,
    source_map: Option<Rc<dyn SourceMap>>,
    lines: Option<Rc<LineTable>>,
}

/// The maximum number of stops kept for the timeline: no user stops that often.
const MOST_STOPS: usize = 10_000;

impl DebugSession {
    /// The call, as a user would write it.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub fn program(&self) -> &Rc<InstrumentedProgram> {
        self.replayer.program()
    }

    pub fn names(&self) -> &Names {
        self.replayer.names()
    }

    /// The program's state at this step.
    pub fn state(&self) -> StateView<'_> {
        self.replayer.state()
    }

    pub(crate) fn machine(&self) -> &Machine {
        self.replayer.machine()
    }

    pub(crate) fn host(&self) -> &Host {
        self.replayer.host()
    }

    /// The program's WASI state: input, output, files.
    pub fn wasi(&self) -> &WasiCtx {
        self.replayer.wasi()
    }

    /// See [`DebugSession::wasi`].
    pub fn wasi_mut(&mut self) -> &mut WasiCtx {
        self.replayer.wasi_mut()
    }

    /// The peak size of all memories together, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.host().limiter.peak_memory()
    }

    /// The last growth before this step that a limit refused, as a sentence without a full stop.
    pub fn refused(&self) -> Option<String> {
        self.host().limiter.refused().map(|refusal| refusal.describe())
    }

    /// The current step: the number of instructions executed before the next one.
    pub fn step(&self) -> u64 {
        self.replayer.step()
    }

    /// The largest known step: that of the end if the program has reached it.
    pub fn furthest(&self) -> u64 {
        self.replayer.furthest()
    }

    /// The number of this stop: the step or, at the end, one more, as the end has the step of the last instruction.
    /// [`Command::JumpTo`] takes such a number.
    pub fn stop_number(&self) -> u64 {
        self.step() + u64::from(self.at_end)
    }

    /// The largest known [`DebugSession::stop_number`].
    pub fn furthest_stop(&self) -> u64 {
        self.replayer.end().map_or(self.furthest(), |(end, _)| end + 1)
    }

    /// How the program ended, if it is at its end. The end has the step of the last instruction: before that
    /// instruction there is no outcome, after it there is.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.replayer.end().filter(|_| self.at_end).map(|(_, outcome)| outcome)
    }

    /// The output that was printed for the first time since the last call. It does not include what is printed again
    /// after going back: the first [`DebugSession::output_bytes`] bytes of everything returned are the output at this
    /// step.
    pub fn take_output(&mut self) -> Vec<Output> {
        self.replayer.take_output()
    }

    /// How many bytes the program has printed at this step.
    pub fn output_bytes(&self) -> u64 {
        self.replayer.output_bytes()
    }

    /// Replaces all breakpoints.
    ///
    /// # Errors
    ///
    /// If the copy that watches cannot be created; no breakpoint watches a memory then.
    pub fn set_breakpoints(&mut self, breakpoints: Vec<Breakpoint>) -> Result<(), ProgramError> {
        let (counts_others, prepared) = self.breakpoints.set_breakpoints(self.replayer.machine_mut(), breakpoints);
        if counts_others {
            self.replayer.checkpoints_mut().clear_hits();
        }
        if let Goal::LastWrite(search) = &mut self.goal {
            // It needs a copy of its own, which is replaced when it is over.
            search.set_breakpoints(self.replayer.machine_mut(), &self.breakpoints);
        } else if self.machine().watched() != self.breakpoints.watched() {
            self.replayer.switch_copy(&mut self.breakpoints);
        }
        prepared
    }

    /// The line for [`Command::RunToLine`].
    pub fn set_run_to(&mut self, entries: Rc<LineEntries>) {
        self.breakpoints.set_run_to(self.replayer.machine_mut(), entries);
    }

    /// Log messages with their steps, since the last call.
    pub fn take_log(&mut self) -> Vec<(u64, String)> {
        self.breakpoints.take_log()
    }

    /// Why the condition of the breakpoint that has stopped the program cannot be evaluated here, if it cannot.
    pub fn condition_error_of(&self, id: BreakpointId) -> Option<EvalError> {
        self.breakpoints.condition_error_of(self.state(), id)
    }

    /// Changes a value and forks the timeline.
    ///
    /// # Errors
    ///
    /// If there is no such value, or it has another type.
    pub fn change(&mut self, change: Change) -> Result<(), ChangeError> {
        self.replayer.change(change, &mut self.breakpoints)?;
        let step = self.step();
        self.stops.truncate(self.stops.partition_point(|stop| *stop < step));
        self.breakpoints.diverge(step);
        self.at_end = false;
        self.goal = Goal::Idle(StopReason::Step);
        Ok(())
    }

    /// Schedules changes for when their steps are reached; to be called before anything is executed.
    pub fn make_changes(&mut self, changes: Vec<(u64, Change)>) {
        self.replayer.make_changes(changes, &self.breakpoints);
    }

    /// The user's changes, with their steps.
    pub fn changes(&self) -> impl Iterator<Item = (u64, &Change)> {
        self.replayer.changes().iter().map(|changed| (changed.step, &changed.change))
    }

    /// The steps of the user's changes, at which execution diverged.
    pub fn forks(&self) -> Vec<u64> {
        let mut steps: Vec<u64> = self.changes().map(|(step, _)| step).collect();
        steps.dedup();
        steps
    }

    /// Whether the user changed something at this step, so that its state differs from the result of the step before.
    pub fn is_changed_here(&self) -> bool {
        self.replayer.changes_so_far().iter().any(|changed| changed.step == self.step())
    }

    /// Runs for about this many steps, past all breakpoints. It takes no checkpoints, so the session cannot go back,
    /// and must not be used for anything else afterwards. For tests that compare the copy with the original.
    pub fn run_to_end(&mut self, steps: u64) -> Progress {
        self.replayer.run_to_end(steps, &mut self.breakpoints)
    }

    /// The approximate size of all checkpoints, in bytes.
    pub fn checkpoint_bytes(&self) -> usize {
        self.replayer.checkpoint_bytes()
    }

    fn run_until(&mut self, spec: &RunSpec, left: &mut u64) -> RunResult {
        self.replayer.run_until(spec, left, &mut self.breakpoints)
    }

    /// Records that a breakpoint has stopped the program here.
    fn note_stop(&mut self) {
        let step = self.step();
        if let Err(index) = self.stops.binary_search(&step)
            && self.stops.len() < MOST_STOPS
        {
            self.stops.insert(index, step);
        }
    }
}
