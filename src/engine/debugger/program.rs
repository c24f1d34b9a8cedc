//! A module prepared for debugging: instrumented and compiled once, instantiated as often as needed.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use wasmi::{Engine, Module};

use super::pointers::Pointers;
use super::sites::Sites;
use crate::engine::instrument::{InstrumentError, Instrumented, Watched, instrument, instrument_to_watch};
use crate::engine::runtime::Limits;
use crate::engine::runtime::limits;

/// See the module's documentation.
pub struct InstrumentedProgram {
    pub instrumented: Instrumented,
    pub engine: Engine,
    pub module: Module,
    pub limits: Limits,
    /// The copies that watch, created on first use: for writes, and for writes and reads.
    watching: [OnceCell<Module>; 2],
    sites: OnceCell<Sites>,
    pointers: RefCell<HashMap<u32, Rc<Pointers>>>,
}

/// Why a module cannot be debugged.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    #[error(transparent)]
    Instrument(#[from] InstrumentError),
    #[error("the module runs, but is too large for the debugger: {0}")]
    Compile(#[from] wasmi::Error),
}

impl InstrumentedProgram {
    /// Instruments and compiles a valid module.
    ///
    /// # Errors
    ///
    /// If the module is invalid or too large.
    pub fn new(wasm: &[u8], limits: Limits) -> Result<Self, ProgramError> {
        let instrumented = instrument(wasm)?;
        let engine = limits::debug_engine(&limits, false);
        let module = Module::new(&engine, &instrumented.wasm)?;
        Ok(Self {
            instrumented,
            engine,
            module,
            limits,
            watching: Default::default(),
            sites: OnceCell::new(),
            pointers: RefCell::default(),
        })
    }

    /// Prepares the copy that watches.
    ///
    /// # Errors
    ///
    /// If it is too large, although the copy that does not watch was not.
    pub fn prepare(&self, watched: Watched) -> Result<(), ProgramError> {
        if let Some(cell) = self.watching(watched)
            && cell.get().is_none()
        {
            let copy = instrument_to_watch(self.instrumented.original(), watched)?;
            let module = Module::new(&self.engine, &copy.wasm)?;
            // It was just checked to be empty.
            let _ = cell.set(module);
        }
        Ok(())
    }

    /// The copy that watches these accesses; the one that does not watch, if that has not been prepared.
    pub fn module(&self, watched: Watched) -> &Module {
        self.watching(watched).and_then(OnceCell::get).unwrap_or(&self.module)
    }

    fn watching(&self, watched: Watched) -> Option<&OnceCell<Module>> {
        match watched {
            Watched::Nothing => None,
            Watched::Writes => Some(&self.watching[0]),
            Watched::Reads => Some(&self.watching[1]),
        }
    }

    /// The positions of the instructions that breakpoints look for.
    pub fn sites(&self) -> &Sites {
        self.sites.get_or_init(|| Sites::of(&self.instrumented))
    }

    /// What a function, given by its index among those with a body, uses as addresses.
    pub fn pointers(&self, function: u32) -> Rc<Pointers> {
        let mut known = self.pointers.borrow_mut();
        Rc::clone(known.entry(function).or_insert_with(|| Rc::new(Pointers::of(&self.instrumented, function))))
    }
}
