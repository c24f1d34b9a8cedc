//! What a run looks for on its way: breakpoints, or the last write of a value.

use std::ops::ControlFlow;

use crate::breakpoints::{Breakpoint, BreakpointId, Hits, Previous, WatchHit};
use crate::machine::{Machine, Position};
use crate::state::StateView;
use wasmoscope_reversible::instrument::Watched;
use wasmoscope_wasi::{MemoryAccess, Suspend};

/// Where a run stops, and which breakpoints it observes.
#[derive(Debug, Clone, Copy)]
pub struct RunSpec {
    /// At this step.
    pub limit: u64,
    /// When the frame at this address has returned; 1: never.
    pub base: u32,
    /// Before this instruction.
    pub target: Option<Position>,
    /// When a visit to the line of **Run to line** begins.
    pub line: bool,
    pub observe: Observe,
    /// At this step neither breakpoints nor the target stop it, because it starts there; `u64::MAX`: they stop it at
    /// every step.
    pub from: u64,
}

impl RunSpec {
    /// Runs to a step and stops for nothing else.
    pub fn to(step: u64) -> Self {
        Self { limit: step, base: 1, target: None, line: false, observe: Observe::HitCounts, from: step }
    }
}

/// Which breakpoints a run observes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Observe {
    /// Only those with a hit count: hits are counted, and nothing stops.
    HitCounts,
    /// Those with a log message, too.
    LogMessages,
    All,
}

impl Observe {
    /// Whether a breakpoint is observed.
    pub fn includes(self, breakpoint: &Breakpoint) -> bool {
        match self {
            Self::HitCounts => breakpoint.counts(),
            Self::LogMessages => breakpoint.counts() || breakpoint.log_message.is_some(),
            Self::All => true,
        }
    }
}

/// Why a run has stopped.
pub enum RunResult {
    ReachedLimit,
    HitBreakpoint(BreakpointId),
    /// The instruction to stop before has just been executed.
    HitWatchpoint(Box<WatchHit>),
    ReachedTarget,
    FrameReturned,
    Ended,
    Waiting(Suspend),
    SliceExhausted,
}

impl RunResult {
    /// For a query that runs through an interval: breaks off when nothing can be executed there now, with whether the
    /// interval is complete.
    pub fn within_interval(&self) -> ControlFlow<bool> {
        match self {
            Self::SliceExhausted => ControlFlow::Break(false),
            Self::Ended | Self::Waiting(_) => ControlFlow::Break(true),
            Self::ReachedLimit
            | Self::HitBreakpoint(_)
            | Self::HitWatchpoint(_)
            | Self::ReachedTarget
            | Self::FrameReturned => ControlFlow::Continue(()),
        }
    }
}

/// How the next instruction has to be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookAhead {
    /// Together with those that follow.
    Whole,
    /// Alone: what it does has to be seen.
    Alone,
    /// Alone, and the memory accesses of the host function that it calls have to be recorded.
    ByHost,
}

/// The machine's position before an execution.
#[derive(Debug, Clone, Copy)]
pub struct PreviousStop {
    pub top: u32,
    pub position: Option<Position>,
}

/// Sees a run pass, and may stop it. The run functions exit only where an observer has asked for it.
pub trait Observer {
    /// Which accesses the copy has to check for.
    fn watched(&self) -> Watched;

    /// The hit counts at this step, if they are known: a checkpoint keeps them.
    fn hits(&self) -> Option<&Hits>;

    /// What was executed before the next instruction: a checkpoint keeps that, too.
    fn previous(&self) -> Previous;

    /// The machine has been restored from a checkpoint with these hit counts. It has no exits.
    fn restored(&mut self, hits: Option<&Hits>, previous: Previous);

    /// Instructions have been executed without this observer.
    fn lost_track(&mut self);

    /// The user has changed something here, so that hits that were counted for later steps are none.
    fn diverged(&mut self) {}

    /// Sets the exits of the run functions that a run needs, unless they are set already.
    fn arm(&mut self, machine: &mut Machine, spec: &RunSpec);

    /// Before an instruction; returns why the run stops here, if it does.
    fn before(&mut self, state: StateView<'_>, spec: &RunSpec) -> Option<RunResult>;

    /// The frame until whose return the run functions may run, given that of the run.
    fn base(&mut self, machine: &mut Machine, base: u32) -> u32 {
        let _ = machine;
        base
    }

    /// Before an instruction that is executed.
    fn look_ahead(&mut self, state: StateView<'_>, spec: &RunSpec) -> LookAhead;

    /// Whether [`Observer::after`] has something to say about the last instruction.
    fn is_pending(&self) -> bool;

    /// The copy has recorded that a watched access was made at this step.
    fn recorded(&mut self, step: u64) {
        let _ = step;
    }

    /// One instruction has been executed, or whole basic blocks.
    fn executed(&mut self, state: StateView<'_>, before: PreviousStop, single: bool);

    /// After an instruction that was executed alone, with the accesses of the host function that it called; returns the
    /// hit that stops the program before that instruction, if one does.
    fn after(&mut self, state: StateView<'_>, accesses: &[MemoryAccess], spec: &RunSpec) -> Option<WatchHit>;
}
