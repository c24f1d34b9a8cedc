//! A module made ready to be debugged: instrumented and compiled once, instantiated as often as is needed.

use wasmi::{Engine, Module};

use crate::engine::instrument::{InstrumentError, Instrumented, instrument};
use crate::engine::runtime::Limits;
use crate::engine::runtime::limits;

/// See the module's documentation.
pub struct Program {
    pub instrumented: Instrumented,
    pub engine: Engine,
    pub module: Module,
    pub limits: Limits,
}

/// Why a module cannot be debugged.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    #[error(transparent)]
    Instrument(#[from] InstrumentError),
    #[error("the interpreter refuses the instrumented module: {0}")]
    Compile(#[from] wasmi::Error),
}

impl Program {
    /// Instruments and compiles a valid module.
    ///
    /// # Errors
    ///
    /// Where it is not valid, or too large.
    pub fn new(wasm: &[u8], limits: Limits) -> Result<Self, ProgramError> {
        let instrumented = instrument(wasm)?;
        let engine = limits::debug_engine(&limits, false);
        let module = Module::new(&engine, &instrumented.wasm)?;
        Ok(Self { instrumented, engine, module, limits })
    }
}
