//! A module prepared for debugging: instrumented and compiled once, instantiated as often as needed.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::pointers::Pointers;
use super::sites::Sites;
use wasmoscope_reversible::executor::{CopyModule, Executor};
use wasmoscope_reversible::instrument::{InstrumentError, Instrumented, Options, Watched, instrument_with};
use wasmoscope_runtime::Limits;
use wasmoscope_runtime::outcome::Failure;

/// See the module's documentation.
pub struct InstrumentedProgram {
    pub instrumented: Rc<Instrumented>,
    /// The compiled copy, and the ones that watch, which are made on first use.
    pub module: Box<dyn CopyModule>,
    pub limits: Limits,
    sites: OnceCell<Sites>,
    pointers: RefCell<HashMap<u32, Rc<Pointers>>>,
}

/// Why a module cannot be debugged.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    #[error(transparent)]
    Instrument(#[from] InstrumentError),
    #[error("the module runs, but is too large for the debugger: {0}")]
    Compile(Failure),
}

impl InstrumentedProgram {
    /// Instruments and compiles a valid module.
    ///
    /// # Errors
    ///
    /// If the module is invalid or too large.
    pub fn new(wasm: &[u8], limits: Limits, executor: &dyn Executor) -> Result<Self, ProgramError> {
        let options = Options { embedding: executor.embedding(), ..Options::default() };
        let instrumented = Rc::new(instrument_with(wasm, options)?);
        let module = executor.compile(&instrumented, &limits).map_err(ProgramError::Compile)?;
        Ok(Self { instrumented, module, limits, sites: OnceCell::new(), pointers: RefCell::default() })
    }

    /// Prepares the copy that watches.
    ///
    /// # Errors
    ///
    /// If it is too large, although the copy that does not watch was not.
    pub fn prepare(&self, watched: Watched) -> Result<(), ProgramError> {
        if self.module.is_prepared(watched) {
            return Ok(());
        }
        let options = Options { watched, ..self.instrumented.options };
        let copy = instrument_with(self.instrumented.original(), options)?;
        self.module.prepare(watched, &copy.wasm).map_err(ProgramError::Compile)
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
