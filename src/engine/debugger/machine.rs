//! One instance of the copy: it runs, steps, and can be put back to a [`Snapshot`].

use std::collections::HashMap;
use std::rc::Rc;

use wasmi::{
    Error, Extern, Func, Global, Instance, Linker, Memory, Mutability, Nullable, Ref, ResumableCall,
    ResumableCallHostTrap, Store, Table, Val,
};

use super::attach::{Attached, attach_to_linker};
use super::image::MemoryImage;
use super::program::Program;
use super::values;
use crate::engine::instrument::layout::{self, Register};
use crate::engine::runtime::limits::Limiter;
use crate::engine::wasi::{self, Retry, Suspend, WasiCtx, WasiSnapshot};

/// What host functions see.
pub struct Host {
    pub wasi: WasiCtx,
    pub(in crate::engine) limiter: Limiter,
}

/// How the machine stands after it has executed something.
#[derive(Debug)]
pub enum Halt {
    /// Between two instructions.
    Ready,
    /// The call that was under way has returned.
    Returned,
    /// In a call of the host, which waits.
    Waiting(Suspend),
    /// It cannot go on. For a trap in the middle of a segment, the frames are not at the instruction that trapped.
    Failed(Error),
}

/// Where a frame stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// Counted among the functions with a body.
    pub function: u32,
    /// Its index in the function.
    pub instruction: u32,
}

/// See the module's documentation.
pub struct Machine {
    program: Rc<Program>,
    store: Store<Host>,
    attached: Attached,
    driver: Func,
    memories: Vec<Memory>,
    globals: Vec<Global>,
    tables: Vec<Table>,
    wasi_memory: Option<Memory>,
    /// Which function of the original a reference is, by how wasmi names it: it gives no other identity.
    functions: HashMap<String, u32>,
    references: Vec<Func>,
    waiting: Option<ResumableCallHostTrap>,
    steps: u64,
}

/// All of a program's state at a moment between two instructions.
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
    wasi: WasiSnapshot,
}

/// A value that does not belong to a store.
#[derive(Debug, Clone)]
enum SavedValue {
    Number(Val),
    Null(wasmi::ValType),
    Function(u32),
    /// A reference that cannot be told apart is lost; programs of one module do not have such.
    Lost(wasmi::ValType),
}

impl Snapshot {
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// About how many bytes it takes that `before` does not take already.
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
}

impl Machine {
    /// Instantiates the copy; nothing of it is executed yet.
    ///
    /// # Errors
    ///
    /// As instantiation does: a segment out of bounds, a memory above the limit.
    pub fn new(program: &Rc<Program>, wasi: WasiCtx) -> Result<Self, (Error, Box<Host>)> {
        let host = Host { wasi, limiter: Limiter::new(&program.limits) };
        let mut store = Store::new(&program.engine, host);
        store.limiter(|host| &mut host.limiter);
        match Self::instantiate(program, &mut store) {
            Ok((attached, instance)) => Ok(Self::with_instance(Rc::clone(program), store, attached, instance)),
            Err(error) => Err((error, Box::new(store.into_data()))),
        }
    }

    fn instantiate(program: &Program, store: &mut Store<Host>) -> Result<(Attached, Instance), Error> {
        let mut linker = Linker::new(&program.engine);
        wasi::add_to_linker(&mut linker, |host: &mut Host| &mut host.wasi)
            .map_err(|error| Error::new(error.to_string()))?;
        let exempt = |host: &mut Host, exempt| host.limiter.exempt(exempt);
        let depth = program.limits.recursion;
        let attached = attach_to_linker(store, &mut linker, &program.instrumented, depth, exempt)?;
        let instance = linker.instantiate_and_start(&mut *store, &program.module)?;
        Ok((attached, instance))
    }

    fn with_instance(program: Rc<Program>, store: Store<Host>, attached: Attached, instance: Instance) -> Self {
        let copy = &program.instrumented;
        let export = |name: &str| instance.get_export(&store, name);
        let memories = (0..copy.memories).filter_map(|index| export(&copy.memory(index))?.into_memory());
        let globals = (0..copy.globals).filter_map(|index| export(&copy.global(index))?.into_global());
        let tables = (0..copy.tables).filter_map(|index| export(&copy.table(index))?.into_table());
        let driver = export(&copy.driver()).and_then(Extern::into_func);
        let driver = driver.expect("the copy exports its driver");
        let references: Vec<Func> = (copy.first_function..copy.code)
            .filter_map(|index| match attached.code.get(&store, u64::from(index)) {
                Some(Ref::Func(Nullable::Val(function))) => Some(function),
                _ => None,
            })
            .collect();
        let functions = if copy.writes_tables || copy.holds_references || copy.globals > 0 || copy.tables > 0 {
            references.iter().enumerate().map(|(index, function)| (identity(function), index as u32)).collect()
        } else {
            HashMap::new()
        };
        Self {
            memories: memories.collect(),
            globals: globals.collect(),
            tables: tables.collect(),
            wasi_memory: instance.get_memory(&store, "memory"),
            driver,
            functions,
            references,
            waiting: None,
            steps: 0,
            attached,
            program,
            store,
        }
    }

    /// How many instructions have been executed, the one that waits or failed not included.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub fn host(&self) -> &Host {
        self.store.data()
    }

    pub fn host_mut(&mut self) -> &mut Host {
        self.store.data_mut()
    }

    /// Whether a call of the host waits.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    pub fn memories(&self) -> usize {
        self.memories.len()
    }

    /// The bytes of a memory of the original.
    pub fn memory(&self, index: usize) -> Option<&[u8]> {
        self.memories.get(index).map(|memory| memory.data(&self.store))
    }

    pub fn memory_mut(&mut self, index: usize) -> Option<&mut [u8]> {
        self.memories.get(index).map(|memory| memory.data_mut(&mut self.store))
    }

    /// The values of the original's globals.
    pub fn globals(&self) -> impl Iterator<Item = Val> {
        self.globals.iter().map(|global| global.get(&self.store))
    }

    pub fn is_global_mutable(&self, index: usize) -> bool {
        self.globals.get(index).is_some_and(|global| global.ty(&self.store).mutability() == Mutability::Var)
    }

    /// Changes a global; false where it is not mutable or of another type.
    pub fn set_global(&mut self, index: usize, value: Val) -> bool {
        self.globals.get(index).is_some_and(|global| global.set(&mut self.store, value).is_ok())
    }

    /// How many elements a table of the original has.
    pub fn table_size(&self, index: usize) -> Option<u64> {
        self.tables.get(index).map(|table| table.size(&self.store))
    }

    /// An element of a table of the original.
    pub fn table_element(&self, table: usize, index: u64) -> Option<Val> {
        self.tables.get(table)?.get(&self.store, index).map(Val::from)
    }

    /// Which function of the original a reference is.
    pub fn function_of(&self, reference: &Func) -> Option<u32> {
        self.functions.get(&identity(reference)).copied()
    }

    /// The state memory.
    pub fn state(&self) -> &[u8] {
        self.attached.state.data(&self.store)
    }

    /// The state memory, to change a local or an operand.
    pub fn state_mut(&mut self) -> &mut [u8] {
        self.attached.state.data_mut(&mut self.store)
    }

    pub fn top(&self) -> u32 {
        self.attached.register(&self.store, Register::Top)
    }

    /// How many frames there are.
    pub fn depth(&self) -> u32 {
        self.attached.register(&self.store, Register::Depth)
    }

    /// Where a frame stands.
    pub fn position_of(&self, frame: u32) -> Option<Position> {
        let state = self.state();
        let function = word(state, frame + layout::FUNCTION)?;
        Some(Position { function, instruction: word(state, frame + layout::NEXT)? / layout::COUNTER_STEP })
    }

    /// Where a frame below the topmost stands: at the call that is under way.
    pub fn call_position(&self, frame: u32) -> Option<Position> {
        let position = self.position_of(frame)?;
        Some(Position { instruction: word(self.state(), frame + layout::CALL)?, ..position })
    }

    /// Where the topmost frame stands.
    pub fn position(&self) -> Option<Position> {
        match self.top() {
            0 => None,
            top => self.position_of(top),
        }
    }

    /// The addresses of the frames, the topmost first.
    pub fn frames(&self) -> Vec<u32> {
        let state = self.state();
        let mut frames = Vec::new();
        let mut frame = self.top();
        while frame != 0 {
            frames.push(frame);
            match word(state, frame + layout::BELOW) {
                // Frames stand in the order in which they were made.
                Some(below) if below < frame => frame = below,
                _ => break,
            }
        }
        frames
    }

    /// Makes the first frame, for a function with a body.
    ///
    /// # Errors
    ///
    /// Where there is no room for it.
    pub fn begin(&mut self, function: u32, arguments: &[Val]) -> Result<(), Error> {
        let program = Rc::clone(&self.program);
        let Some(info) = program.instrumented.functions.get(function as usize) else {
            return Err(Error::new("there is no such function"));
        };
        self.attached.reset(&mut self.store);
        let results = program.instrumented.stack_base;
        let frame = results + layout::align(layout::sizes(&info.results));
        self.store.data_mut().limiter.exempt(true);
        let grown = self.attached.grow(&mut self.store, frame + info.frame_size, program.instrumented.margin);
        self.store.data_mut().limiter.exempt(false);
        grown?;
        let state = self.attached.state.data_mut(&mut self.store);
        state[frame as usize..(frame + info.frame_size) as usize].fill(0);
        set_word(state, frame + layout::FUNCTION, function);
        set_word(state, frame + layout::RESULTS, results);
        let mut address = frame + layout::HEADER;
        for (ty, argument) in info.params.iter().zip(arguments) {
            values::write(self.attached, &mut self.store, address, argument);
            address += layout::size(*ty);
        }
        for ty in &info.locals {
            if matches!(ty, wasmparser::ValType::Ref(_)) {
                values::write(self.attached, &mut self.store, address, &values::null(*ty));
            }
            address += layout::size(*ty);
        }
        self.attached.set_register(&mut self.store, Register::Top, frame);
        self.attached.set_register(&mut self.store, Register::Depth, 1);
        Ok(())
    }

    /// The results of the call that [`Halt::Returned`] ended.
    pub fn results(&self, function: u32) -> Vec<Val> {
        let Some(info) = self.program.instrumented.functions.get(function as usize) else { return Vec::new() };
        let mut address = self.program.instrumented.stack_base;
        let mut results = Vec::with_capacity(info.results.len());
        for ty in &info.results {
            results.push(values::read(self.attached, &self.store, address, *ty));
            address += layout::size(*ty);
        }
        results
    }

    /// The value at an address of the state memory.
    pub fn value(&self, address: u32, ty: wasmparser::ValType) -> Val {
        values::read(self.attached, &self.store, address, ty)
    }

    /// Changes the value at an address of the state memory.
    pub fn set_value(&mut self, address: u32, value: &Val) {
        values::write(self.attached, &mut self.store, address, value);
    }

    /// Executes whole segments, at most so many instructions, until the frame at `base` is gone.
    ///
    /// It may execute none: when the frame is not at the start of a segment, when the segment is longer than the budget,
    /// or when it is redirected.
    pub fn run(&mut self, budget: u64, base: u32) -> Halt {
        let budget = u32::try_from(budget).unwrap_or(u32::MAX).min(i32::MAX as u32);
        self.attached.set_register(&mut self.store, Register::Budget, budget);
        let mut status = [Val::I32(0)];
        let called = self.driver.call_resumable(&mut self.store, &[Val::I32(base.cast_signed())], &mut status);
        let halt = self.after(called);
        let left = self.attached.register(&self.store, Register::Budget);
        self.steps += u64::from(budget.saturating_sub(left));
        self.settle(halt)
    }

    /// Executes one instruction.
    pub fn step(&mut self) -> Halt {
        let top = self.top();
        let Some(position) = self.position() else { return Halt::Returned };
        let Some(function) = self.step_function(position) else {
            return Halt::Failed(Error::new("the program is at an instruction that does not exist"));
        };
        let mut status = [Val::I32(0)];
        let called = function.call_resumable(&mut self.store, &[Val::I32(top.cast_signed())], &mut status);
        self.steps += 1;
        let halt = self.after(called);
        self.settle(halt)
    }

    fn step_function(&self, position: Position) -> Option<Func> {
        let info = self.program.instrumented.functions.get(position.function as usize)?;
        let part = info.step_functions.partition_point(|first| *first <= position.instruction).checked_sub(1)?;
        let index = u64::from(info.first_step_function) + part as u64;
        match self.attached.code.get(&self.store, index) {
            Some(Ref::Func(Nullable::Val(function))) => Some(function),
            _ => None,
        }
    }

    /// Finishes the call of the host that waits, if it can be.
    pub fn resume(&mut self) -> Halt {
        let Some(waiting) = self.waiting.take() else { return Halt::Ready };
        let Some(memory) = self.wasi_memory else {
            return Halt::Failed(Error::new("the program waits for input but has no memory to put it into"));
        };
        match wasi::retry(&mut self.store, memory, |host| &mut host.wasi) {
            Ok(Retry::Resume(errno)) => {
                // What asked for the run that waits may not be what is asked for now: nothing is left of its budget.
                self.attached.set_register(&mut self.store, Register::Budget, 0);
                let mut status = [Val::I32(0)];
                let resumed = waiting.resume(&mut self.store, &[Val::I32(errno)], &mut status);
                let halt = self.after(resumed);
                self.steps += 1;
                self.settle(halt)
            }
            Ok(Retry::Suspend(suspend)) => {
                self.waiting = Some(waiting);
                Halt::Waiting(suspend)
            }
            Err(error) => Halt::Failed(error),
        }
    }

    fn after(&mut self, called: Result<ResumableCall, Error>) -> Halt {
        match called {
            Ok(ResumableCall::Finished) => Halt::Ready,
            Ok(ResumableCall::HostTrap(trap)) => match trap.host_error().downcast_ref::<Suspend>().copied() {
                Some(suspend) => {
                    self.waiting = Some(trap);
                    Halt::Waiting(suspend)
                }
                None => Halt::Failed(trap.into_host_error()),
            },
            // Fuel is not metered.
            Ok(ResumableCall::OutOfFuel(_)) => Halt::Ready,
            Err(error) => Halt::Failed(error),
        }
    }

    /// An instruction that waits or failed has not been executed.
    fn settle(&mut self, halt: Halt) -> Halt {
        match halt {
            Halt::Ready if self.top() == 0 => Halt::Returned,
            Halt::Waiting(_) | Halt::Failed(_) => {
                self.steps = self.steps.saturating_sub(1);
                halt
            }
            other => other,
        }
    }

    /// Where a run function goes with an instruction; [`Machine::set_redirect`] changes it.
    fn redirect_address(&self, position: Position) -> Option<u32> {
        let info = self.program.instrumented.functions.get(position.function as usize)?;
        (position.instruction < info.instructions).then(|| {
            self.program.instrumented.redirects_base
                + (info.first_redirect + position.instruction) * layout::COUNTER_STEP
        })
    }

    /// Whether run functions leave before that instruction, which begins a segment, or pass it.
    pub fn set_redirect(&mut self, position: Position, leave: bool) {
        let program = Rc::clone(&self.program);
        let Some(address) = self.redirect_address(position) else { return };
        let Some(info) = program.instrumented.functions.get(position.function as usize) else { return };
        let index = (info.first_redirect + position.instruction) as usize;
        let target = if leave { info.segments.len() as u32 } else { program.instrumented.redirects[index] };
        set_word(self.state_mut(), address, target);
    }

    /// Makes the run functions leave before the segment that an instruction is in, or pass it.
    pub fn set_redirect_around(&mut self, position: Position, leave: bool) {
        let program = Rc::clone(&self.program);
        let Some(info) = program.instrumented.functions.get(position.function as usize) else { return };
        let after = info.segments.partition_point(|(first, _)| *first <= position.instruction);
        if let Some((first, _)) = after.checked_sub(1).and_then(|index| info.segments.get(index)) {
            self.set_redirect(Position { function: position.function, instruction: *first }, leave);
        }
    }

    /// The state as it is now. Not while a call of the host waits.
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
            wasi: self.store.data().wasi.snapshot(),
        }
    }

    /// Where the topmost frame ends.
    fn frames_end(&self) -> u32 {
        let base = self.program.instrumented.stack_base;
        let top = self.top();
        match self.position() {
            Some(position) => {
                let size = self.program.instrumented.functions.get(position.function as usize);
                top + size.map_or(0, |info| info.frame_size)
            }
            // The results of what was called last.
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

    /// Puts everything back to how it was. A fresh instance is made for that, because memories do not shrink.
    ///
    /// # Panics
    ///
    /// Where there is no memory left for what there was memory for before: nothing can be done then.
    pub fn restore(self, snapshot: &Snapshot) -> Self {
        let program = Rc::clone(&self.program);
        let Host { mut wasi, .. } = self.store.into_data();
        wasi.restore(&snapshot.wasi);
        let machine = Self::new(&program, wasi).map_err(|(error, _)| error);
        let written = machine.and_then(|mut machine| machine.write(snapshot).map(|()| machine));
        match written {
            Ok(machine) => machine,
            Err(error) => panic!("the debugger has no memory left to go back: {error}"),
        }
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
            if register != Register::Limit {
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
        for (index, saved) in snapshot.frame_references.iter().enumerate() {
            let table = self.attached.references[index];
            self.write_table(table, u64::from(base / 8), saved)?;
        }
        if snapshot.drops.contains(&1) {
            self.drop_again()?;
        }
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

/// wasmi gives a function no identity but the one that it is printed with.
fn identity(function: &Func) -> String {
    format!("{function:?}")
}

fn word(state: &[u8], address: u32) -> Option<u32> {
    let bytes = state.get(address as usize..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*bytes))
}

fn set_word(state: &mut [u8], address: u32, word: u32) {
    if let Some(bytes) = state.get_mut(address as usize..address as usize + 4) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
}
