//! A program under the debugger: commands, executed in slices, forwards and backwards.
//!
//! There is one [`Machine`]; going back restores it from one of the [`Checkpoints`] and runs it forward from there. All
//! input is replayed from the record, so it reaches the same step in the same state. A request is a *goal*;
//! [`DebugSession::advance`] works on it until it is reached or the slice is over.
//!
//! This file contains the session's state and its queries. `start` starts a session, `command` and `lines` turn a
//! command into a goal, `execute` runs it, `calls` handles where calls begin and end, and `checkpoints`, `breaking`,
//! `watching` and `output` handle checkpoints, breakpoints, watchpoints and output.

use std::rc::Rc;

use self::breaking::ArmedExits;
use self::calls::{End, PlannedCall};
use self::command::Goal;
pub(in crate::engine::debugger) use self::command::PendingStop;
pub use self::command::{Command, DebugProgress, StopReason};
pub(in crate::engine::debugger) use self::execute::{Observe, RunResult, RunSpec};
pub use self::lines::LineCommand;
use self::lines::LineStep;
use self::watching::PendingAccess;
use super::breakpoint::Breakpoints;
use super::change::{Change, Changed};
use super::checkpoints::Checkpoints;
use super::hits::{Hits, ReportedLogs};
use super::last_write::WriteQuery;
use super::line_entries::{LineEntries, Previous};
use super::lines::LineTable;
use super::machine::{Host, Machine, Position};
use super::names::Names;
use super::program::InstrumentedProgram;
use super::state::StateView;
use crate::engine::runtime::outcome::Outcome;
use crate::engine::source_map::SourceMap;
use crate::engine::wasi::{Output, WasiCtx};

mod breaking;
mod calls;
mod checkpoints;
mod command;
mod execute;
mod lines;
mod output;
mod previous;
mod run_to_end;
mod start;
mod watching;

/// See the module's documentation.
pub struct DebugSession {
    program: Rc<InstrumentedProgram>,
    /// Taken out only while it is being replaced.
    machine: Option<Machine>,
    names: Names,
    calls: Vec<PlannedCall>,
    /// Which of the calls is active.
    call: usize,
    checkpoints: Checkpoints,
    /// The step at which to take the checkpoint near the sought step.
    nearby_due: Option<u64>,
    breakpoints: Breakpoints,
    /// The hit counts so far, if they are known.
    hits: Option<Hits>,
    reported_logs: ReportedLogs,
    armed: ArmedExits,
    /// What was executed before the next instruction in its frame.
    previous: Previous,
    /// The frames below the topmost that are at a call within a visit to a line, outermost first.
    awaited: Vec<(u32, Position)>,
    /// The line of **Run to line**.
    run_to: Option<Rc<LineEntries>>,
    /// What the current instruction may access.
    pending: Vec<PendingAccess>,
    /// The step at which a watchpoint has stopped, if the program is still there.
    reported: Option<u64>,
    /// The active write query.
    write_query: Option<WriteQuery>,
    /// The steps at which breakpoints stopped the program, in order.
    stops: Vec<u64>,
    goal: Goal,
    /// Where and how the program ends, if it has reached the end.
    end: Option<End>,
    /// Whether the program is at its end: the step of its last instruction, which has been executed.
    at_end: bool,
    /// The largest step on this timeline.
    furthest: u64,
    /// The user's changes, with their steps: part of the timeline, and applied again whenever the step is passed.
    changes: Vec<Changed>,
    /// How many of the changes are applied at the current step.
    changed: usize,
    log: Vec<(u64, String)>,
    /// How many bytes of output have been taken.
    handed_out: u64,
    output: Vec<Output>,
    description: String,
    is_command: bool,
    source_map: Option<Rc<dyn SourceMap>>,
    lines: Option<Rc<LineTable>>,
    line_step: Option<LineStep>,
}

impl DebugSession {
    pub fn description(&self) -> &str {
        &self.description
    }

    pub fn program(&self) -> &Rc<InstrumentedProgram> {
        &self.program
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The program's state at this step.
    pub fn state(&self) -> StateView<'_> {
        StateView::new(self.machine(), &self.program, &self.names, self.call)
    }

    pub(in crate::engine) fn machine(&self) -> &Machine {
        self.machine.as_ref().expect("the machine is only out while it is replaced")
    }

    pub(in crate::engine::debugger) fn machine_mut(&mut self) -> &mut Machine {
        self.machine.as_mut().expect("the machine is only out while it is replaced")
    }

    /// The program's WASI state: input, output, files.
    pub fn wasi(&self) -> &WasiCtx {
        &self.host().wasi
    }

    /// See [`DebugSession::wasi`].
    pub fn wasi_mut(&mut self) -> &mut WasiCtx {
        &mut self.host_mut().wasi
    }

    /// Calls `work` while no line step is active, which would end on its own.
    pub(in crate::engine::debugger) fn without_line_step<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let line_step = self.line_step.take();
        let result = work(self);
        self.line_step = line_step;
        result
    }

    /// Whether the user changed something at this step, so that its state differs from the result of the step before.
    pub fn is_changed_here(&self) -> bool {
        self.changes_so_far().iter().any(|changed| changed.step == self.step())
    }

    /// The peak size of all memories together, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.host().limiter.peak_memory()
    }

    /// The last growth before this step that a limit refused, as a sentence without a full stop.
    pub fn refused(&self) -> Option<String> {
        self.host().limiter.refused().map(|refusal| refusal.describe())
    }

    /// The active write query.
    pub(in crate::engine::debugger) fn write_query_mut(&mut self) -> &mut Option<WriteQuery> {
        &mut self.write_query
    }

    /// The user's changes before and at this step.
    pub(in crate::engine::debugger) fn changes_so_far(&self) -> &[Changed] {
        &self.changes[..self.changed.min(self.changes.len())]
    }

    /// The step of the latest checkpoint at or before a step.
    pub(in crate::engine::debugger) fn checkpoint_before(&self, step: u64) -> u64 {
        self.checkpoints.before(step).map_or(0, |checkpoint| checkpoint.snapshot.steps())
    }

    pub(in crate::engine) fn host(&self) -> &Host {
        self.machine().host()
    }

    fn host_mut(&mut self) -> &mut Host {
        self.machine_mut().host_mut()
    }

    /// The current step: the number of instructions executed before the next one.
    pub fn step(&self) -> u64 {
        self.machine().steps()
    }

    /// The largest known step: that of the end if the program has reached it.
    pub fn furthest(&self) -> u64 {
        self.furthest.max(self.step())
    }

    /// How the program ended, if it is at its end. The end has the step of the last instruction: before that
    /// instruction there is no outcome, after it there is.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.end.as_ref().filter(|_| self.at_end).map(|end| &end.outcome)
    }

    /// The steps of the user's changes, at which execution diverged.
    pub fn forks(&self) -> Vec<u64> {
        let mut steps: Vec<u64> = self.changes.iter().map(|change| change.step).collect();
        steps.dedup();
        steps
    }

    /// The steps at which breakpoints stopped the program.
    pub(in crate::engine::debugger) fn stops(&self) -> &[u64] {
        &self.stops
    }

    /// Whether nothing can be executed at this step but the instruction with which the program ends.
    fn is_at_last_step(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.step == self.step())
    }

    /// Where and how the program ends, if it has reached the end.
    pub(in crate::engine::debugger) fn known_end(&self) -> Option<(u64, &Outcome)> {
        self.end.as_ref().map(|end| (end.step, &end.outcome))
    }

    /// The user's changes, with their steps.
    pub fn changes(&self) -> impl Iterator<Item = (u64, &Change)> {
        self.changes.iter().map(|changed| (changed.step, &changed.change))
    }

    /// Schedules changes for when their steps are reached; to be called before anything is executed.
    pub fn make_changes(&mut self, mut changes: Vec<(u64, Change)>) {
        changes.sort_by_key(|(step, _)| *step);
        self.changes = changes.into_iter().map(|(step, change)| Changed { step, change, frame: None }).collect();
        self.changed = 0;
        self.reapply_changes();
        self.checkpoints.discard_from(self.step());
        self.take_checkpoint();
    }

    /// The approximate size of all checkpoints, in bytes.
    pub fn checkpoint_bytes(&self) -> usize {
        self.checkpoints.used()
    }
}
