//! One instance of the copy: it runs, steps, and can be restored to a [`Snapshot`].
//!
//! This file contains the machine itself and access to the program's values. Frames are in `frames`, execution in
//! `run`, saving and restoring in `snapshot`, watched ranges in `watch`.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use wasmi::{
    Error, Extern, Func, Global, Instance, Linker, Memory, Mutability, Nullable, Ref, ResumableCallHostTrap, Store,
    Table, Val,
};

pub use self::run::Halt;
pub use self::snapshot::Snapshot;
pub use self::watch::WatchedRange;
use super::attach::{Attached, attach_to_linker, initialize};
use super::program::InstrumentedProgram;
use crate::engine::instrument::Watched;
use crate::engine::runtime::limits::Limiter;
use crate::engine::wasi::{self, Suspend, WasiCtx};

mod frames;
mod run;
mod snapshot;
mod watch;

/// The host functions' state.
pub struct Host {
    pub wasi: WasiCtx,
    pub(crate) limiter: Limiter,
}

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
    store: Store<Host>,
    attached: Attached,
    dispatch_loop: Func,
    memories: Vec<Memory>,
    globals: Vec<Global>,
    tables: Vec<Table>,
    wasi_memory: Option<Memory>,
    /// The original function of a reference, by wasmi's debug output: it exposes no other identity.
    functions: HashMap<String, u32>,
    references: Vec<Func>,
    waiting: Option<ResumableCallHostTrap>,
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
    /// The errors of instantiation: a segment out of bounds, a memory above the limit.
    pub fn new(program: &Rc<InstrumentedProgram>, wasi: WasiCtx, watched: Watched) -> Result<Self, (Error, Box<Host>)> {
        let host = Host { wasi, limiter: Limiter::new(&program.limits) };
        let mut store = Store::new(&program.engine, host);
        store.limiter(|host| &mut host.limiter);
        match Self::instantiate(program, &mut store, watched) {
            Ok((attached, instance)) => {
                let mut machine = Self::with_instance(Rc::clone(program), store, attached, instance);
                machine.watched = watched;
                Ok(machine)
            }
            Err(error) => Err((error, Box::new(store.into_data()))),
        }
    }

    fn instantiate(
        program: &InstrumentedProgram,
        store: &mut Store<Host>,
        watched: Watched,
    ) -> Result<(Attached, Instance), Error> {
        let mut linker = Linker::new(&program.engine);
        wasi::add_imported_to_linker(&mut linker, &program.module, |host: &mut Host| &mut host.wasi)
            .map_err(|error| Error::new(error.to_string()))?;
        let exempt = |host: &mut Host, exempt| host.limiter.exempt(exempt);
        let depth = program.limits.recursion;
        let attached = attach_to_linker(store, &mut linker, &program.instrumented, depth, exempt)?;
        let instance = linker.instantiate_and_start(&mut *store, program.module(watched))?;
        initialize(store, instance, &program.instrumented)?;
        Ok((attached, instance))
    }

    fn with_instance(
        program: Rc<InstrumentedProgram>,
        mut store: Store<Host>,
        attached: Attached,
        instance: Instance,
    ) -> Self {
        let wasi_memory = instance.get_memory(&store, "memory");
        store.data_mut().wasi.set_memory(wasi_memory);
        let copy = &program.instrumented;
        let export = |name: &str| instance.get_export(&store, name);
        let memories = (0..copy.memories).filter_map(|index| export(&copy.memory(index))?.into_memory());
        let globals = (0..copy.globals).filter_map(|index| export(&copy.global(index))?.into_global());
        let tables = (0..copy.tables).filter_map(|index| export(&copy.table(index))?.into_table());
        let dispatch_loop = export(&copy.dispatch_loop()).and_then(Extern::into_func);
        let dispatch_loop = dispatch_loop.expect("the copy exports its dispatch loop");
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
            wasi_memory,
            dispatch_loop,
            functions,
            references,
            waiting: None,
            exits: HashSet::new(),
            watched: Watched::Nothing,
            records: false,
            recorded: None,
            steps: 0,
            attached,
            program,
            store,
        }
    }

    /// The number of executed instructions, without one that is waiting or has failed.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub fn host(&self) -> &Host {
        self.store.data()
    }

    pub fn host_mut(&mut self) -> &mut Host {
        self.store.data_mut()
    }

    /// Whether a host call is waiting.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// What the waiting host call waits for.
    pub fn waits_for(&self) -> Option<Suspend> {
        self.waiting.as_ref()?.host_error().downcast_ref::<Suspend>().copied()
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
    pub fn globals(&self) -> impl ExactSizeIterator<Item = Val> {
        self.globals.iter().map(|global| global.get(&self.store))
    }

    pub fn is_global_mutable(&self, index: usize) -> bool {
        self.globals.get(index).is_some_and(|global| global.ty(&self.store).mutability() == Mutability::Var)
    }

    /// Changes a global; returns false if it is immutable or has another type.
    pub fn set_global(&mut self, index: usize, value: Val) -> bool {
        self.globals.get(index).is_some_and(|global| global.set(&mut self.store, value).is_ok())
    }

    /// The number of elements of a table of the original.
    pub fn table_size(&self, index: usize) -> Option<u64> {
        self.tables.get(index).map(|table| table.size(&self.store))
    }

    /// An element of a table of the original.
    pub fn table_element(&self, table: usize, index: u64) -> Option<Val> {
        self.tables.get(table)?.get(&self.store, index).map(Val::from)
    }

    /// The original function of a reference.
    pub fn function_of(&self, reference: &Func) -> Option<u32> {
        self.functions.get(&identity(reference)).copied()
    }
}

/// wasmi exposes no identity of a function other than its debug output.
fn identity(function: &Func) -> String {
    format!("{function:?}")
}
