//! Brings a program to any step, forwards and backwards.
//!
//! There is one [`Machine`]; going back restores it from one of the [`Checkpoints`] and runs it forward from there. All
//! input is replayed from the record, and the user's changes are made again, so it reaches the same step in the same
//! state. What a run looks for on its way is up to an [`Observer`].
//!
//! This file contains the replayer's state. `run` runs forward, `restore` takes and restores checkpoints, `calls`
//! handles where calls begin and end, `change` the user's changes, and `output` what has been printed.

use std::rc::Rc;

use self::calls::{End, PlannedCall};
use self::change::Changed;
use self::checkpoints::{CHECKPOINTS_LIMIT, Checkpoints};
pub use self::observer::{LookAhead, Observe, Observer, PreviousStop, RunResult, RunSpec};
use super::machine::Machine;
use super::names::Names;
use super::program::InstrumentedProgram;
use super::state::StateView;
use wasmoscope_reversible::executor::Host;
use wasmoscope_runtime::outcome::Outcome;
use wasmoscope_wasi::{Output, WasiCtx};

pub mod calls;
pub mod change;
pub mod checkpoints;
mod observer;
mod output;
mod restore;
mod run;
mod run_to_end;

/// See the module's documentation.
pub struct Replayer {
    program: Rc<InstrumentedProgram>,
    /// Taken out only while it is being replaced.
    machine: Option<Machine>,
    names: Names,
    calls: Vec<PlannedCall>,
    /// Which of the calls is active.
    call: usize,
    /// Whether the program is a command, whose end is an exit code and not a list of results.
    is_command: bool,
    checkpoints: Checkpoints,
    /// The step at which to take the checkpoint near the sought step.
    nearby_due: Option<u64>,
    /// Where and how the program ends, if it has reached the end.
    end: Option<End>,
    /// The largest step on this timeline.
    furthest: u64,
    /// The user's changes, with their steps: part of the timeline, and made again whenever the step is passed.
    changes: Vec<Changed>,
    /// How many of the changes are made at the current step.
    changed: usize,
    /// How many bytes of output have been taken.
    handed_out: u64,
    output: Vec<Output>,
}

impl Replayer {
    /// A program before its first instruction, which will make these calls one after the other.
    pub fn new(
        program: Rc<InstrumentedProgram>,
        machine: Machine,
        names: Names,
        calls: Vec<PlannedCall>,
        is_command: bool,
        observer: &mut dyn Observer,
    ) -> Self {
        let checkpoints = Checkpoints::new(CHECKPOINTS_LIMIT, program.module.checkpoint_interval());
        let mut replayer = Self {
            program,
            machine: Some(machine),
            names,
            calls,
            call: 0,
            is_command,
            checkpoints,
            nearby_due: None,
            end: None,
            furthest: 0,
            changes: Vec::new(),
            changed: 0,
            handed_out: 0,
            output: Vec::new(),
        };
        replayer.begin_call(observer);
        replayer.take_checkpoint(observer);
        replayer
    }

    pub fn program(&self) -> &Rc<InstrumentedProgram> {
        &self.program
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    pub fn machine(&self) -> &Machine {
        self.machine.as_ref().expect("the machine is only out while it is replaced")
    }

    pub fn machine_mut(&mut self) -> &mut Machine {
        self.machine.as_mut().expect("the machine is only out while it is replaced")
    }

    pub fn host(&self) -> &Host {
        self.machine().host()
    }

    fn host_mut(&mut self) -> &mut Host {
        self.machine_mut().host_mut()
    }

    pub fn wasi(&self) -> &WasiCtx {
        &self.host().wasi
    }

    pub fn wasi_mut(&mut self) -> &mut WasiCtx {
        &mut self.host_mut().wasi
    }

    /// The program's state at this step.
    pub fn state(&self) -> StateView<'_> {
        StateView::new(self.machine(), &self.program, &self.names, self.call)
    }

    /// The current step: the number of instructions executed before the next one.
    pub fn step(&self) -> u64 {
        self.machine().steps()
    }

    /// The largest known step: that of the end if the program has reached it.
    pub fn furthest(&self) -> u64 {
        self.furthest.max(self.step())
    }

    /// Where and how the program ends, if it has reached the end: at the step of its last instruction.
    pub fn end(&self) -> Option<(u64, &Outcome)> {
        self.end.as_ref().map(|end| (end.step, &end.outcome))
    }

    /// Whether nothing can be executed at this step but the instruction with which the program ends.
    fn is_at_last_step(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.step == self.step())
    }

    /// The approximate size of all checkpoints, in bytes.
    pub fn checkpoint_bytes(&self) -> usize {
        self.checkpoints.used()
    }

    pub fn checkpoints(&self) -> &Checkpoints {
        &self.checkpoints
    }

    pub fn checkpoints_mut(&mut self) -> &mut Checkpoints {
        &mut self.checkpoints
    }
}
