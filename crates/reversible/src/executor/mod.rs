//! Whatever executes the copy: a compiled copy ([`CopyModule`]) and its instances ([`CopyInstance`]).
//!
//! All of a debugged program's state is in memories, globals and tables of the copy, so an executor needs no notion of
//! a debugger: it gives access to these, runs the dispatch loop, and calls step functions. [`wasmi`] is one, and on
//! `wasm32-unknown-unknown` the engine of the browser is another (`js`).

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use wasmparser::ValType;

use crate::instrument::layout::Register;
use crate::instrument::{Embedding, Instrumented, Watched};
use wasmoscope_module::value::Value;
use wasmoscope_runtime::Limits;
use wasmoscope_runtime::limits::Limiter;
use wasmoscope_runtime::outcome::Failure;
use wasmoscope_wasi::{Suspend, WasiCtx};

pub mod frames;
pub mod host_calls;
#[cfg(target_arch = "wasm32")]
pub mod js;
#[cfg(any(target_arch = "wasm32", test))]
mod trap_messages;
pub mod wasmi;

pub use host_calls::{HostCalls, Left, Retried};

/// The host functions' state.
pub struct Host {
    pub wasi: WasiCtx,
    pub limiter: Limiter,
}

/// What an execution ended with.
#[derive(Debug)]
pub enum Exit {
    /// The dispatch loop or the step function has returned.
    Done,
    /// Before a host call that waits. Once [`CopyInstance::retry`] has finished it, the instruction is executed again.
    Waiting(Suspend),
    Failed(Failure),
}

/// Reference types have tables next to the state memory: the element at an eighth of a value's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceTable {
    Functions,
    HostReferences,
}

impl ReferenceTable {
    pub const ALL: [Self; 2] = [Self::Functions, Self::HostReferences];
}

/// What compiles copies: an interpreter, or a compiler.
pub trait Executor {
    /// What kind of copies it executes.
    fn embedding(&self) -> Embedding;

    /// Compiles a copy.
    ///
    /// # Errors
    ///
    /// Why it cannot be compiled.
    fn compile(&self, copy: &Rc<Instrumented>, limits: &Limits) -> Result<Box<dyn CopyModule>, Failure>;
}

/// How far apart checkpoints are at least, so that taking them costs little of the time of a run; and what else has to be
/// known of an engine's speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointInterval {
    /// In steps.
    pub least_steps: u64,
    /// Memory bytes to compare per step: the more memory, the longer the interval.
    pub bytes_per_step: u64,
    /// How many steps of a run take as long as one that is executed alone: slices of work are counted in steps.
    pub single: u64,
}

impl CheckpointInterval {
    /// For an engine that executes some hundred million steps a second, and lends out its memory.
    pub const INTERPRETER: Self = Self { least_steps: 50_000, bytes_per_step: 16, single: 1 };

    /// The number of steps, for a program with this many bytes of memory.
    pub fn steps(self, bytes: u64) -> u64 {
        self.least_steps.max(bytes / self.bytes_per_step.max(1))
    }
}

/// A compiled copy.
pub trait CopyModule {
    /// Compiles another copy of the same program, which watches.
    ///
    /// # Errors
    ///
    /// Why it cannot be compiled.
    fn prepare(&self, watched: Watched, wasm: &[u8]) -> Result<(), Failure>;

    /// Whether the copy that watches these accesses has been compiled.
    fn is_prepared(&self, watched: Watched) -> bool;

    /// How far apart checkpoints should be.
    fn checkpoint_interval(&self) -> CheckpointInterval {
        CheckpointInterval::INTERPRETER
    }

    /// Instantiates the copy that watches these accesses, or one that does not watch if that has not been prepared. Writes
    /// the active segments; executes nothing of the program.
    ///
    /// # Errors
    ///
    /// The failures of instantiation, with the host's state: a segment out of bounds, a memory above the limit.
    fn instantiate(
        &self,
        copy: &Rc<Instrumented>,
        limits: &Limits,
        wasi: WasiCtx,
        watched: Watched,
    ) -> Result<Box<dyn CopyInstance>, (Failure, Box<Host>)>;
}

/// An instance of the copy. Addresses in the state memory are those of [`layout`](crate::instrument::layout);
/// memories, globals, tables are those of the original, in its index spaces.
pub trait CopyInstance {
    fn host(&self) -> &Host;
    fn host_mut(&mut self) -> &mut Host;
    fn into_host(self: Box<Self>) -> Host;

    /// A register; 0 if it cannot be read.
    fn register(&self, register: Register) -> u32;
    fn set_register(&mut self, register: Register, value: u32);
    /// Resets the registers to the state before any call.
    fn reset(&mut self);

    /// Four bytes of the state memory, little-endian; `None` out of its bounds.
    fn word(&self, address: u32) -> Option<u32>;
    /// A range of the state memory, as far as it is in bounds.
    fn state(&self, range: Range<u32>) -> Cow<'_, [u8]>;
    /// Writes to the state memory; returns false, without writing, if it is out of bounds.
    fn write_state(&mut self, address: u32, bytes: &[u8]) -> bool;
    /// Grows the state memory to that address and the copy's margin, if necessary.
    ///
    /// # Errors
    ///
    /// A stack overflow if there is no room.
    fn grow_state(&mut self, end: u32) -> Result<(), Failure>;

    /// The value in a frame; zero or null if there is no such address.
    fn value(&self, address: u32, ty: ValType) -> Value;
    /// Writes a value in a frame, if there is room for it.
    fn set_value(&mut self, address: u32, value: Value);
    /// A range of a table of references.
    fn references(&self, table: ReferenceTable, range: Range<u64>) -> Vec<Value>;
    /// Writes to a table of references, which grows if necessary.
    ///
    /// # Errors
    ///
    /// If it cannot grow.
    fn set_references(&mut self, table: ReferenceTable, start: u64, values: &[Value]) -> Result<(), Failure>;

    fn memories(&self) -> usize;
    /// The size of a memory in bytes; `None` if there is none.
    fn memory_size(&self, memory: usize) -> Option<u64>;
    /// Bytes of a memory; `None` out of its bounds.
    fn memory(&self, memory: usize, range: Range<u64>) -> Option<Cow<'_, [u8]>>;
    /// Writes to a memory; returns false, without writing, if it is out of bounds.
    fn write_memory(&mut self, memory: usize, address: u64, bytes: &[u8]) -> bool;
    /// Grows a memory to a size in bytes.
    ///
    /// # Errors
    ///
    /// If it cannot grow.
    fn grow_memory(&mut self, memory: usize, size: u64) -> Result<(), Failure>;

    fn globals(&self) -> usize;
    fn global(&self, global: usize) -> Option<Value>;
    fn is_global_mutable(&self, global: usize) -> bool;
    /// Changes a global; returns false if it is immutable or has another type.
    fn set_global(&mut self, global: usize, value: Value) -> bool;

    fn tables(&self) -> usize;
    /// The number of elements of a table.
    fn table_size(&self, table: usize) -> Option<u64>;
    fn table_element(&self, table: usize, index: u64) -> Option<Value>;
    /// Writes to the start of a table, which grows if necessary.
    ///
    /// # Errors
    ///
    /// If it cannot grow.
    fn set_table(&mut self, table: usize, values: &[Value]) -> Result<(), Failure>;
    /// Drops the segments that the state memory says are dropped.
    ///
    /// # Errors
    ///
    /// None that a valid copy has.
    fn drop_segments(&mut self) -> Result<(), Failure>;

    /// Calls the dispatch loop, which returns when the frame at `base` has returned, the budget register is used up, or
    /// a run function exits.
    fn run(&mut self, base: u32) -> Exit;
    /// Calls a step function, by its index in the code table, for the frame at that address.
    fn step(&mut self, function: u32, frame: u32) -> Exit;
    /// Lets host calls learn their step: the budget register counts down to `end` from here.
    fn count_calls(&mut self, end: u64);

    /// What the waiting host call waits for.
    fn waits_for(&self) -> Option<Suspend>;
    /// Gives up the waiting host call.
    fn forget_waiting(&mut self);
    /// Finishes the waiting host call, if it does not have to wait any more: `None`, if none waits. Then the program is
    /// still before the call, which returns when it is made again.
    fn retry(&mut self) -> Option<Retried>;
}
