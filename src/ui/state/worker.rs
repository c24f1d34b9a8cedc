//! The state of the worker.

use std::rc::Rc;

/// Whether the worker accepts requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerPhase {
    /// The interpreter is loading.
    Loading,
    Ready,
    /// It could not be started, or crashed too often: nothing runs until the user restarts it.
    Failed,
}

/// The state of the worker, and what the page shows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerState {
    pub phase: WorkerPhase,
    /// The fault that is shown, until it is dismissed.
    pub fault: Option<Fault>,
    /// Requests wait for a part of the worker that could not be fetched.
    pub missing: Option<Missing>,
}

/// A part of the interpreter that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// It could not be fetched, for this reason.
    Failed(Rc<str>),
    /// The user has requested another attempt.
    Retrying,
}

/// An error that is not the program's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub message: Rc<str>,
    /// Whether the worker was replaced already; if not, the page offers it.
    pub recovered: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerAction {
    Ready,
    /// An internal error; `recovered` if another worker has been started.
    Faulted {
        message: Rc<str>,
        recovered: bool,
    },
    /// The worker cannot be started.
    Failed {
        message: Rc<str>,
    },
    /// A new worker is starting.
    Restarted,
    Dismissed,
    /// Requests wait for a part that could not be fetched.
    PartMissing {
        reason: Rc<str>,
    },
    PartRetried,
    /// The part was fetched, or is no longer needed.
    PartDone,
}

impl Default for WorkerState {
    fn default() -> Self {
        Self { phase: WorkerPhase::Loading, fault: None, missing: None }
    }
}

impl WorkerState {
    pub fn apply(&self, action: WorkerAction) -> Self {
        match action {
            WorkerAction::Ready => Self { phase: WorkerPhase::Ready, ..self.clone() },
            WorkerAction::Faulted { message, recovered } => {
                Self { fault: Some(Fault { message, recovered }), ..self.clone() }
            }
            WorkerAction::Failed { message } => {
                Self { phase: WorkerPhase::Failed, fault: Some(Fault { message, recovered: false }), missing: None }
            }
            // The error message stays: it is why the worker was restarted.
            WorkerAction::Restarted => Self { phase: WorkerPhase::Loading, missing: None, ..self.clone() },
            WorkerAction::Dismissed => Self { fault: None, ..self.clone() },
            WorkerAction::PartMissing { reason } => Self { missing: Some(Missing::Failed(reason)), ..self.clone() },
            WorkerAction::PartRetried => Self { missing: Some(Missing::Retrying), ..self.clone() },
            WorkerAction::PartDone => Self { missing: None, ..self.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_worker_still_shows_the_reason() {
        let state = WorkerState::default()
            .apply(WorkerAction::Ready)
            .apply(WorkerAction::Faulted { message: "it ran out of memory".into(), recovered: true })
            .apply(WorkerAction::Restarted)
            .apply(WorkerAction::Ready);
        assert_eq!(state.phase, WorkerPhase::Ready);
        assert_eq!(state.fault.as_ref().map(|fault| fault.recovered), Some(true));
        assert_eq!(state.apply(WorkerAction::Dismissed).fault, None);
    }
}
