//! What runs or is debugged, or did last.

use crate::engine::source::Source;
use crate::protocol::{Entry, Limits, RunId, RunOptions};
use crate::worker::backtrace::BacktraceSearch;
use crate::worker::debug::Debug;
use crate::worker::run::Run;

/// The program that the page sees.
#[derive(Default)]
pub(super) enum Active {
    /// None has run yet.
    #[default]
    Nothing,
    /// A plain run, active or over: its memory can still be viewed.
    Run(Box<PlainRun>),
    /// A program under the debugger, active or over.
    Debug(Box<DebugRun>),
}

/// A plain run, with what it takes to repeat it.
pub(super) struct PlainRun {
    pub run: Run,
    pub source: Source,
    pub entry: Entry,
    pub options: RunOptions,
    /// If it failed, the search for its call stack.
    pub backtrace_search: Option<BacktraceSearch>,
}

/// A program under the debugger, with what it was started with.
pub(super) struct DebugRun {
    pub debug: Debug,
    pub entry: Entry,
    pub limits: Limits,
    /// The last plain run, which can be repeated.
    pub last_run: Option<Box<PlainRun>>,
}

impl Active {
    /// Takes the last plain run out of it.
    pub fn take_run(&mut self) -> Option<Box<PlainRun>> {
        match std::mem::take(self) {
            Self::Nothing => None,
            Self::Run(run) => Some(run),
            Self::Debug(debug) => debug.last_run,
        }
    }

    /// The last plain run, active or over, also if a program is debugged since.
    pub fn last_run(&self) -> Option<&PlainRun> {
        match self {
            Self::Nothing => None,
            Self::Run(run) => Some(run),
            Self::Debug(debug) => debug.last_run.as_deref(),
        }
    }

    /// The active plain run.
    pub fn run(&self) -> Option<&Run> {
        match self {
            Self::Run(run) => Some(&run.run).filter(|run| !run.is_over()),
            Self::Nothing | Self::Debug(_) => None,
        }
    }

    pub fn run_mut(&mut self) -> Option<&mut Run> {
        match self {
            Self::Run(run) => Some(&mut run.run).filter(|run| !run.is_over()),
            Self::Nothing | Self::Debug(_) => None,
        }
    }

    /// The active debug session.
    pub fn debug(&self) -> Option<&Debug> {
        match self {
            Self::Debug(debug) => Some(&debug.debug).filter(|debug| !debug.is_over()),
            Self::Nothing | Self::Run(_) => None,
        }
    }

    pub fn debug_mut(&mut self) -> Option<&mut Debug> {
        match self {
            Self::Debug(debug) => Some(&mut debug.debug).filter(|debug| !debug.is_over()),
            Self::Nothing | Self::Run(_) => None,
        }
    }

    /// The active debug session with this ID, and what it was started with.
    pub fn debugged(&mut self, id: RunId) -> Option<&mut DebugRun> {
        match self {
            Self::Debug(debug) => Some(&mut **debug).filter(|debug| debug.debug.id() == id && !debug.debug.is_over()),
            Self::Nothing | Self::Run(_) => None,
        }
    }
}
