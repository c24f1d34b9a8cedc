//! Saves and restores the program's entire state.

use std::rc::Rc;

use wasmi::{Error, Mutability, Nullable, Ref, Table, Val};

use super::{Host, Machine};
use crate::engine::debugger::image::MemoryImage;
use crate::engine::debugger::values;
use crate::engine::instrument::Watched;
use crate::engine::instrument::layout::{self, Register};
use crate::engine::runtime::limits::Refusal;
use crate::engine::wasi::WasiSnapshot;

/// The program's entire state between two instructions.
#[derive(Debug, Clone)]
pub struct Snapshot {
    steps: u64,
    frames: MemoryImage,
    drops: Vec<u8>,
    registers: [u32; Register::ALL.len()],
    memories: Vec<MemoryImage>,
    /// The sizes of the memories, in pages.
    pages: Vec<u64>,
    globals: Vec<SavedValue>,
    tables: Vec<Vec<SavedValue>>,
    frame_references: [Vec<SavedValue>; 2],
    refused: Option<Refusal>,
    wasi: WasiSnapshot,
}

/// A value that does not belong to a store.
#[derive(Debug, Clone)]
enum SavedValue {
    Number(Val),
    Null(wasmi::ValType),
    Function(u32),
    /// A reference that cannot be identified is lost; programs with a single module have none.
    Lost(wasmi::ValType),
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
        let state = self.state();
        let images = self.memories.iter().enumerate().map(|(index, memory)| {
            MemoryImage::take(memory.data(&self.store), before.and_then(|before| before.memories.get(index)))
        });
        let tables = if copy.writes_tables {
            self.tables.iter().map(|table| self.save_table(*table, 0, table.size(&self.store))).collect()
        } else {
            Vec::new()
        };
        let frame_references = if copy.holds_references {
            let range = u64::from(copy.stack_base / 8)..u64::from(end / 8);
            self.attached.references.map(|table| self.save_table(table, range.start, range.end))
        } else {
            Default::default()
        };
        Snapshot {
            steps: self.steps,
            frames: MemoryImage::take(
                &state[copy.stack_base as usize..(end as usize).min(state.len())],
                before.map(|before| &before.frames),
            ),
            drops: state[layout::DROPS as usize..(layout::DROPS + copy.drops) as usize].to_vec(),
            registers: Register::ALL.map(|register| self.attached.register(&self.store, register)),
            memories: images.collect(),
            pages: self.memories.iter().map(|memory| memory.size(&self.store)).collect(),
            globals: self.globals.iter().map(|global| self.save(global.get(&self.store))).collect(),
            tables,
            frame_references,
            refused: self.store.data().limiter.refused().cloned(),
            wasi: self.store.data().wasi.snapshot(),
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

    fn save_table(&self, table: Table, start: u64, end: u64) -> Vec<SavedValue> {
        (start..end).filter_map(|index| Some(self.save(Val::from(table.get(&self.store, index)?)))).collect()
    }

    fn save(&self, value: Val) -> SavedValue {
        match &value {
            Val::FuncRef(Nullable::Val(function)) => match self.function_of(function) {
                Some(index) => SavedValue::Function(index),
                None => SavedValue::Lost(value.ty()),
            },
            Val::ExternRef(Nullable::Val(_)) => SavedValue::Lost(value.ty()),
            Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => SavedValue::Null(value.ty()),
            Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) | Val::V128(_) => SavedValue::Number(value),
        }
    }

    fn load(&self, saved: &SavedValue) -> Val {
        match saved {
            SavedValue::Number(value) => value.clone(),
            SavedValue::Null(ty) | SavedValue::Lost(ty) => Val::default_for_ty(*ty),
            SavedValue::Function(index) => match self.references.get(*index as usize) {
                Some(function) => Val::FuncRef(Nullable::Val(*function)),
                None => Val::default_for_ty(wasmi::ValType::FuncRef),
            },
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
        let state = self.state();
        let mut drops = state.iter().skip(layout::DROPS as usize).zip(&snapshot.drops);
        let pages = self.memories.iter().map(|memory| memory.size(&self.store));
        let mut tables = self.tables.iter().zip(&snapshot.tables);
        pages.eq(snapshot.pages.iter().copied())
            && tables.all(|(table, saved)| table.size(&self.store) == saved.len() as u64)
            && drops.all(|(is_dropped, was_dropped)| is_dropped <= was_dropped)
    }

    /// The same instance, with no active calls.
    fn emptied(mut self) -> Self {
        self.waiting = None;
        for position in std::mem::take(&mut self.exits) {
            self.set_exit(position, false);
        }
        self.exit_before(&[]);
        self
    }

    fn made_anew(self, watched: Watched) -> Result<Self, Error> {
        let program = Rc::clone(&self.program);
        let Host { wasi, limiter } = self.store.into_data();
        let mut machine = Self::new(&program, wasi, watched).map_err(|(error, _)| error)?;
        machine.host_mut().limiter.had(limiter.peak_memory());
        Ok(machine)
    }

    fn write(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let copy = &self.program.instrumented;
        let (base, margin) = (copy.stack_base, copy.margin);
        for ((memory, image), pages) in self.memories.iter().zip(&snapshot.memories).zip(&snapshot.pages) {
            let size = memory.size(&self.store);
            if *pages > size {
                memory.grow(&mut self.store, pages - size).map_err(|error| Error::new(error.to_string()))?;
            }
            image.write(memory.data_mut(&mut self.store));
        }
        self.store.data_mut().limiter.exempt(true);
        let grown = self.attached.grow(&mut self.store, base + snapshot.frames.len() as u32, margin);
        self.store.data_mut().limiter.exempt(false);
        grown?;
        let state = self.attached.state.data_mut(&mut self.store);
        snapshot.frames.write(&mut state[base as usize..]);
        let drops = layout::DROPS as usize;
        state[drops..drops + snapshot.drops.len()].copy_from_slice(&snapshot.drops);
        for register in Register::ALL {
            if register.is_state() {
                self.attached.set_register(&mut self.store, register, snapshot.registers[register as usize]);
            }
        }
        for (global, saved) in self.globals.iter().zip(&snapshot.globals) {
            if global.ty(&self.store).mutability() == Mutability::Var {
                let value = self.load(saved);
                global.set(&mut self.store, value).map_err(|error| Error::new(error.to_string()))?;
            }
        }
        for (index, saved) in snapshot.tables.iter().enumerate() {
            let table = self.tables[index];
            self.write_table(table, 0, saved)?;
        }
        // These tables are the debugger's, and stay empty if no reference is ever held.
        self.store.data_mut().limiter.exempt(true);
        let tables = self.attached.references;
        let mut held = tables.into_iter().zip(&snapshot.frame_references).filter(|(_, saved)| !saved.is_empty());
        let written = held.try_for_each(|(table, saved)| self.write_table(table, u64::from(base / 8), saved));
        self.store.data_mut().limiter.exempt(false);
        written?;
        if snapshot.drops.contains(&1) {
            self.drop_again()?;
        }
        self.store.data_mut().limiter.set_refused(snapshot.refused.clone());
        self.steps = snapshot.steps;
        Ok(())
    }

    fn write_table(&mut self, table: Table, start: u64, saved: &[SavedValue]) -> Result<(), Error> {
        let size = table.size(&self.store);
        let wanted = start + saved.len() as u64;
        let to_error = |error: &dyn std::fmt::Display| Error::new(error.to_string());
        if wanted > size {
            let null = Ref::default_for_ty(table.ty(&self.store).element());
            table.grow(&mut self.store, wanted - size, null).map_err(|error| to_error(&error))?;
        }
        for (index, saved) in saved.iter().enumerate() {
            let Some(reference) = values::reference(&self.load(saved)) else { continue };
            table.set(&mut self.store, start + index as u64, reference).map_err(|error| to_error(&error))?;
        }
        Ok(())
    }

    fn drop_again(&mut self) -> Result<(), Error> {
        let index = u64::from(self.program.instrumented.dropper_index());
        match self.attached.code.get(&self.store, index) {
            Some(Ref::Func(Nullable::Val(dropper))) => dropper.call(&mut self.store, &[], &mut []),
            _ => Ok(()),
        }
    }
}
