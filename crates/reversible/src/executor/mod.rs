//! Whatever executes the copy: a compiled copy ([`CopyModule`]) and its instances ([`CopyInstance`]).
//!
//! All of a debugged program's state is in memories, globals and tables of the copy, so an executor needs no notion of
//! a debugger: it gives access to these, runs the dispatch loop, and calls step functions. [`wasmi`] is one.

use std::borrow::Cow;
use std::ops::Range;

use wasmparser::ValType;

use crate::instrument::layout::Register;
use crate::instrument::{Instrumented, Watched};
use wasmoscope_module::value::Value;
use wasmoscope_runtime::Limits;
use wasmoscope_runtime::limits::Limiter;
use wasmoscope_runtime::outcome::Failure;
use wasmoscope_wasi::{Suspend, WasiCtx};

pub mod wasmi;

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
    /// In a host call that waits; [`CopyInstance::resume`] makes it again.
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

    /// Instantiates the copy that watches these accesses, or one that does not watch if that has not been prepared. Writes
    /// the active segments; executes nothing of the program.
    ///
    /// # Errors
    ///
    /// The failures of instantiation, with the host's state: a segment out of bounds, a memory above the limit.
    fn instantiate(
        &self,
        copy: &Instrumented,
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
    /// Makes the waiting host call again, and goes on if it does not have to wait any more: `None`, if none waits.
    fn resume(&mut self) -> Option<Resumed>;
}

/// What became of a waiting host call.
#[derive(Debug)]
pub enum Resumed {
    /// It waits again.
    Waiting(Suspend),
    /// It has returned, and execution has gone on to the next exit.
    Continued(Exit),
    /// It failed.
    Failed(Failure),
}
