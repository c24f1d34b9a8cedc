//! The program's calls: starting them one after the other, and the end of the last.

use super::{Observer, Replayer};
use crate::machine::Halt;
use wasmoscope_module::value::{self, Value};
use wasmoscope_runtime::outcome::{Failure, Outcome};

/// A call to make: `start`, `_initialize`, the entry.
#[derive(Debug, Clone)]
pub struct PlannedCall {
    /// The function index in the original module.
    pub function: u32,
    pub arguments: Vec<Value>,
}

/// The end of the program.
#[derive(Debug, Clone)]
pub struct End {
    /// The number of steps.
    pub step: u64,
    pub outcome: Outcome,
}

impl Replayer {
    pub(super) fn begin_call(&mut self, observer: &mut dyn Observer) {
        let Some(call) = self.calls.get(self.call).cloned() else { return };
        let imported = self.program.instrumented.imported_functions;
        let begun = match call.function.checked_sub(imported) {
            Some(_) => self.machine_mut().begin(call.function, &call.arguments),
            None => {
                Err(Failure::other("the entry point is an imported function: it has no instructions to step through"))
            }
        };
        if let Err(failure) = begun {
            self.fail(failure, true, observer);
        }
    }

    pub(super) fn next_call(&mut self, observer: &mut dyn Observer) {
        let Some(outcome) = self.go_to_next_call(observer) else { return };
        let last = self.step().saturating_sub(1);
        self.furthest = last;
        self.collect_output();
        // At the last instruction, there is still a frame to show.
        self.go_back_to(last, observer);
        self.end = Some(End { step: last, outcome });
    }

    /// Starts the next call; if there is none, returns how the program ended.
    pub(super) fn go_to_next_call(&mut self, observer: &mut dyn Observer) -> Option<Outcome> {
        if self.call + 1 < self.calls.len() {
            self.call += 1;
            self.begin_call(observer);
            return None;
        }
        if self.is_command {
            return Some(Outcome::Exited(0));
        }
        let call = self.calls.last()?;
        Some(Outcome::Returned(self.machine().results(call.function).iter().map(value::show).collect()))
    }

    /// The program has failed. `exact`: the machine is at the failing instruction.
    pub(super) fn fail(&mut self, failure: Failure, exact: bool, observer: &mut dyn Observer) {
        let refused = self.host().limiter.refused().cloned();
        let outcome = Outcome::of(&failure, &self.program.limits, refused.as_ref());
        self.collect_output();
        if !exact && failure.trap().is_some() {
            // Somewhere in the last basic block: go to its start, and on in single steps.
            let last = self.step();
            self.go_back_to_block_start(last, observer);
            while self.step() <= last {
                match self.machine_mut().step() {
                    Halt::Ready => {}
                    Halt::Returned | Halt::Waiting(_) | Halt::Failed(_) => break,
                }
            }
        }
        self.furthest = self.step();
        self.end = Some(End { step: self.step(), outcome });
    }

    /// Goes back to a recent step, without slicing.
    pub(super) fn go_back_to(&mut self, step: u64, observer: &mut dyn Observer) {
        self.go_back_to_block_start(step, observer);
        while self.step() < step {
            let halt = self.machine_mut().step();
            match halt {
                Halt::Ready => {}
                Halt::Returned if self.call + 1 < self.calls.len() => self.next_call(observer),
                Halt::Returned | Halt::Waiting(_) | Halt::Failed(_) => break,
            }
        }
    }

    /// Goes to the start of the basic block that contains a step.
    fn go_back_to_block_start(&mut self, step: u64, observer: &mut dyn Observer) {
        let Some(checkpoint) = self.checkpoints.before(step).cloned() else { return };
        self.restore(&checkpoint, observer);
        observer.lost_track();
        loop {
            self.reapply_changes();
            let before = self.step();
            let change = self.changes.get(self.changed).map_or(u64::MAX, |change| change.step);
            let limit = step.min(change);
            match self.machine_mut().run(limit.saturating_sub(before), 1) {
                Halt::Ready if self.step() > before => {}
                Halt::Returned if self.call + 1 < self.calls.len() => self.next_call(observer),
                // A checkpoint or a change may be in the middle of a block.
                Halt::Ready if before < step && (limit < step || !self.is_at_block_start()) => {
                    let _ = self.machine_mut().step();
                }
                Halt::Ready | Halt::Returned | Halt::Waiting(_) | Halt::Failed(_) => break,
            }
        }
    }

    fn is_at_block_start(&self) -> bool {
        self.machine().position().is_some_and(|position| {
            let info = self.program.instrumented.functions.get(position.function as usize);
            info.is_some_and(|info| {
                info.basic_blocks.binary_search_by_key(&position.instruction, |(first, _)| *first).is_ok()
            })
        })
    }
}
