//! The state of a stopped program, to be read only.

use std::borrow::Cow;

use super::machine::Machine;
use super::names::Names;
use super::program::InstrumentedProgram;
use wasmoscope_module::value::Value;

/// Everything that can be seen of a program between two instructions: frames, operands, locals, globals, memories,
/// tables. What is seen is in `view`, what the next instruction accesses in `access`; hovers, sentences and conditions
/// are made from both.
#[derive(Clone, Copy)]
pub struct StateView<'a> {
    machine: &'a Machine,
    program: &'a InstrumentedProgram,
    names: &'a Names,
    call: usize,
}

impl<'a> StateView<'a> {
    pub(super) fn new(machine: &'a Machine, program: &'a InstrumentedProgram, names: &'a Names, call: usize) -> Self {
        Self { machine, program, names, call }
    }

    pub(super) fn machine(self) -> &'a Machine {
        self.machine
    }

    pub(super) fn program(self) -> &'a InstrumentedProgram {
        self.program
    }

    pub fn names(self) -> &'a Names {
        self.names
    }

    /// Which of the program's calls is active: `start`, `_initialize`, the entry.
    pub(super) fn call(self) -> usize {
        self.call
    }

    /// The number of instructions executed before the next one.
    pub fn step(self) -> u64 {
        self.machine.steps()
    }

    /// The number of frames.
    pub fn depth(self) -> u32 {
        self.machine.depth()
    }

    /// The number of memories of the module.
    pub fn memories(self) -> usize {
        self.machine.memories()
    }

    /// The size of a memory, in bytes.
    pub fn memory_size(self, index: usize) -> Option<u64> {
        self.machine.memory_size(index)
    }

    /// Bytes of a memory; `None` if they are not all within it.
    pub fn memory(self, index: usize, start: u64, length: u64) -> Option<Cow<'a, [u8]>> {
        self.machine.memory(index, start, length)
    }

    /// The globals, imported ones first.
    pub fn globals(self) -> impl Iterator<Item = Value> + 'a {
        self.machine.globals()
    }

    pub fn global(self, index: u32) -> Option<Value> {
        self.machine.global(index as usize)
    }

    pub fn is_global_mutable(self, index: usize) -> bool {
        self.machine.is_global_mutable(index)
    }

    /// The number of elements of a table.
    pub fn table_size(self, index: usize) -> Option<u64> {
        self.machine.table_size(index)
    }

    pub fn table_element(self, table: usize, index: u64) -> Option<Value> {
        self.machine.table_element(table, index)
    }
}
