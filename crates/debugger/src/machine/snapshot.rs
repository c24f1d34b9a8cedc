//! Saves and restores the program's entire state.

use std::rc::Rc;

use super::Machine;
use crate::image::MemoryImage;
use wasmoscope_module::value::Value;
use wasmoscope_reversible::executor::{Host, ReferenceTable};
use wasmoscope_reversible::instrument::Watched;
use wasmoscope_reversible::instrument::layout::{self, Register};
use wasmoscope_runtime::limits::Refusal;
use wasmoscope_runtime::outcome::Failure;
use wasmoscope_wasi::WasiSnapshot;

/// The program's entire state between two instructions.
#[derive(Debug, Clone)]
pub struct Snapshot {
    steps: u64,
    frames: MemoryImage,
    drops: Vec<u8>,
    registers: [u32; Register::ALL.len()],
    memories: Vec<MemoryImage>,
    globals: Vec<Value>,
    tables: Vec<Vec<Value>>,
    frame_references: [Vec<Value>; 2],
    refused: Option<Refusal>,
    wasi: WasiSnapshot,
}

impl Snapshot {
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The approximate size in bytes, without what `before` already contains.
    pub fn own_bytes(&self, before: Option<&Self>) -> usize {
        let memories = self
            .memories
            .iter()
            .enumerate()
            .map(|(index, image)| image.own_bytes(before.and_then(|before| before.memories.get(index))));
        memories.sum::<usize>()
            + self.frames.own_bytes(before.map(|before| &before.frames))
            + self.tables.iter().map(|table| table.len() * 16).sum::<usize>()
            + 512
    }

    #[cfg(test)]
    pub fn pieces(&self) -> impl Iterator<Item = (*const u8, usize)> {
        self.memories.iter().chain([&self.frames]).flat_map(MemoryImage::pieces)
    }
}

impl Machine {
    /// The current state. Not possible while a host call is waiting.
    pub fn snapshot(&self, before: Option<&Snapshot>) -> Snapshot {
        let copy = &self.program.instrumented;
        let end = self.frames_end();
        let instance = &self.instance;
        let images = (0..instance.memories()).map(|index| {
            let bytes = instance.memory(index, 0..instance.memory_size(index).unwrap_or(0)).unwrap_or_default();
            MemoryImage::take(&bytes, before.and_then(|before| before.memories.get(index)))
        });
        let table = |index| {
            let elements = 0..instance.table_size(index).unwrap_or(0);
            elements.filter_map(|element| instance.table_element(index, element)).collect()
        };
        let tables = if copy.writes_tables { (0..instance.tables()).map(table).collect() } else { Vec::new() };
        let frame_references = if copy.holds_references {
            let range = u64::from(copy.stack_base / 8)..u64::from(end / 8);
            ReferenceTable::ALL.map(|table| instance.references(table, range.clone()))
        } else {
            Default::default()
        };
        let frames = instance.state(copy.stack_base..end);
        Snapshot {
            steps: self.steps,
            frames: MemoryImage::take(&frames, before.map(|before| &before.frames)),
            drops: instance.state(layout::DROPS..layout::DROPS + copy.drops).into_owned(),
            registers: Register::ALL.map(|register| instance.register(register)),
            memories: images.collect(),
            globals: self.globals().collect(),
            tables,
            frame_references,
            refused: self.host().limiter.refused().cloned(),
            wasi: self.host().wasi.snapshot(),
        }
    }

    /// The end of the topmost frame.
    fn frames_end(&self) -> u32 {
        let base = self.program.instrumented.stack_base;
        let top = self.top();
        match self.position() {
            Some(position) => {
                let size = self.program.instrumented.functions.get(position.function as usize);
                top + size.map_or(0, |info| info.frame_size)
            }
            // Includes the results of the last call.
            None => base + 4096,
        }
    }

    /// Restores everything. If something has grown since, which cannot be shrunk, or a segment was dropped, or other
    /// accesses are to be watched, a fresh instance is created.
    ///
    /// # Panics
    ///
    /// If there is no memory left for what previously fit: nothing can be done then.
    pub fn restore(self, snapshot: &Snapshot, watched: Watched) -> Self {
        let machine =
            if self.watched == watched && self.can_be(snapshot) { Ok(self.emptied()) } else { self.made_anew(watched) };
        let written = machine.and_then(|mut machine| {
            machine.host_mut().wasi.restore(&snapshot.wasi);
            machine.write(snapshot).map(|()| machine)
        });
        match written {
            Ok(machine) => machine,
            Err(error) => panic!("not enough memory for the checkpoints that stepping back needs: {error}"),
        }
    }

    /// Whether this instance can be overwritten to match the snapshot.
    fn can_be(&self, snapshot: &Snapshot) -> bool {
        let instance = &self.instance;
        let drops = instance.state(layout::DROPS..layout::DROPS + snapshot.drops.len() as u32);
        let mut memories = snapshot.memories.iter().enumerate();
        let mut tables = snapshot.tables.iter().enumerate();
        memories.all(|(index, image)| instance.memory_size(index) == Some(image.len() as u64))
            && tables.all(|(index, saved)| instance.table_size(index) == Some(saved.len() as u64))
            && drops.iter().zip(&snapshot.drops).all(|(is_dropped, was_dropped)| is_dropped <= was_dropped)
    }

    /// The same instance, with no active calls.
    fn emptied(mut self) -> Self {
        self.instance.forget_waiting();
        for position in std::mem::take(&mut self.exits) {
            self.set_exit(position, false);
        }
        self.exit_before(&[]);
        self
    }

    fn made_anew(self, watched: Watched) -> Result<Self, Failure> {
        let program = Rc::clone(&self.program);
        let Host { wasi, limiter } = self.instance.into_host();
        let mut machine = Self::new(&program, wasi, watched).map_err(|(failure, _)| failure)?;
        machine.host_mut().limiter.had(limiter.peak_memory());
        Ok(machine)
    }

    fn write(&mut self, snapshot: &Snapshot) -> Result<(), Failure> {
        let base = self.program.instrumented.stack_base;
        let instance = &mut self.instance;
        for (index, image) in snapshot.memories.iter().enumerate() {
            instance.grow_memory(index, image.len() as u64)?;
            for (start, piece) in image.chunks() {
                instance.write_memory(index, start, piece);
            }
        }
        instance.grow_state(base + snapshot.frames.len() as u32)?;
        for (start, piece) in snapshot.frames.chunks() {
            instance.write_state(base + start as u32, piece);
        }
        instance.write_state(layout::DROPS, &snapshot.drops);
        for register in Register::ALL {
            if register.is_state() {
                instance.set_register(register, snapshot.registers[register as usize]);
            }
        }
        for (index, value) in snapshot.globals.iter().enumerate() {
            if instance.is_global_mutable(index) && !instance.set_global(index, *value) {
                return Err(Failure::other("a global has another type than before"));
            }
        }
        for (index, saved) in snapshot.tables.iter().enumerate() {
            instance.set_table(index, saved)?;
        }
        // These tables are the debugger's, and stay empty if no reference is ever held.
        for (table, saved) in ReferenceTable::ALL.into_iter().zip(&snapshot.frame_references) {
            if !saved.is_empty() {
                instance.set_references(table, u64::from(base / 8), saved)?;
            }
        }
        if snapshot.drops.contains(&1) {
            instance.drop_segments()?;
        }
        self.host_mut().limiter.set_refused(snapshot.refused.clone());
        self.steps = snapshot.steps;
        Ok(())
    }
}
