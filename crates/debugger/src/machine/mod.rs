//! One instance of the copy: it runs, steps, and can be restored to a [`Snapshot`].
//!
//! This file contains the machine itself and access to the program's values. Frames are in `frames`, execution in
//! `run`, saving and restoring in `snapshot`, watched ranges in `watch`. What executes the copy is an
//! [executor](wasmoscope_reversible::executor).

use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

pub use self::run::Halt;
pub use self::snapshot::Snapshot;
pub use self::watch::WatchedRange;
use super::program::InstrumentedProgram;
use wasmoscope_module::value::Value;
use wasmoscope_reversible::executor::{CopyInstance, Host};
use wasmoscope_reversible::instrument::Watched;
use wasmoscope_runtime::outcome::Failure;
use wasmoscope_wasi::{Suspend, WasiCtx};

mod frames;
mod run;
mod snapshot;
mod watch;

/// A position in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The index among the functions with a body.
    pub function: u32,
    /// Its index in the function.
    pub instruction: u32,
}

/// See the module's documentation.
pub struct Machine {
    program: Rc<InstrumentedProgram>,
    instance: Box<dyn CopyInstance>,
    /// The basic blocks before which run functions exit.
    exits: HashSet<Position>,
    steps: u64,
    /// Which accesses this copy checks for.
    watched: Watched,
    /// Whether it records accesses instead of exiting before them.
    records: bool,
    /// The step of the access that was recorded last.
    recorded: Option<u64>,
}

impl Machine {
    /// Instantiates the copy, without executing anything.
    ///
    /// # Errors
    ///
    /// The failures of instantiation: a segment out of bounds, a memory above the limit.
    pub fn new(
        program: &Rc<InstrumentedProgram>,
        wasi: WasiCtx,
        watched: Watched,
    ) -> Result<Self, (Failure, Box<Host>)> {
        let instance = program.module.instantiate(&program.instrumented, &program.limits, wasi, watched)?;
        Ok(Self {
            program: Rc::clone(program),
            instance,
            exits: HashSet::new(),
            steps: 0,
            watched,
            records: false,
            recorded: None,
        })
    }

    /// The number of executed instructions, without one that is waiting or has failed.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub fn host(&self) -> &Host {
        self.instance.host()
    }

    pub fn host_mut(&mut self) -> &mut Host {
        self.instance.host_mut()
    }

    /// Whether a host call is waiting.
    pub fn is_waiting(&self) -> bool {
        self.waits_for().is_some()
    }

    /// What the waiting host call waits for.
    pub fn waits_for(&self) -> Option<Suspend> {
        self.instance.waits_for()
    }

    pub fn memories(&self) -> usize {
        self.instance.memories()
    }

    /// The size in bytes of a memory of the original.
    pub fn memory_size(&self, index: usize) -> Option<u64> {
        self.instance.memory_size(index)
    }

    /// Bytes of a memory of the original; `None` out of its bounds.
    pub fn memory(&self, index: usize, start: u64, length: u64) -> Option<Cow<'_, [u8]>> {
        self.instance.memory(index, start..start.checked_add(length)?)
    }

    /// Writes to a memory of the original; returns false if that is out of bounds.
    pub fn write_memory(&mut self, index: usize, address: u64, bytes: &[u8]) -> bool {
        self.instance.write_memory(index, address, bytes)
    }

    /// The values of the original's globals.
    pub fn globals(&self) -> impl Iterator<Item = Value> {
        (0..self.instance.globals()).filter_map(|index| self.instance.global(index))
    }

    /// The value of a global of the original.
    pub fn global(&self, index: usize) -> Option<Value> {
        self.instance.global(index)
    }

    pub fn is_global_mutable(&self, index: usize) -> bool {
        self.instance.is_global_mutable(index)
    }

    /// Changes a global; returns false if it is immutable or has another type.
    pub fn set_global(&mut self, index: usize, value: Value) -> bool {
        self.instance.set_global(index, value)
    }

    /// The number of elements of a table of the original.
    pub fn table_size(&self, index: usize) -> Option<u64> {
        self.instance.table_size(index)
    }

    /// An element of a table of the original.
    pub fn table_element(&self, table: usize, index: u64) -> Option<Value> {
        self.instance.table_element(table, index)
    }
}
