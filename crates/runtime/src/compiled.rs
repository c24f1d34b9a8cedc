//! Modules compiled by wasmi.

use wasmi::{CompilationMode, Engine, Module};

use super::limits::{self, Limits};
use wasmoscope_module::diagnostic::Problem;
use wasmoscope_module::prepare::{self, Reserved};
use wasmoscope_module::validate::ModuleFacts;

/// The maximum size of a module that is compiled as a whole, in bytes: some ten milliseconds of work.
const MOST_AT_ONCE: usize = 256 << 10;

/// A module from which any number of runs can be created.
///
/// Compiled functions are kept: another run of the same program starts faster.
pub struct Compiled {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    pub(crate) reserved: Reserved,
    recursion: u32,
}

impl Compiled {
    /// Compiles a valid module with these facts for runs with these limits. A function is compiled when it is first
    /// called: most functions of a program never are.
    ///
    /// # Errors
    ///
    /// If wasmi rejects it.
    pub fn new(file: &str, wasm: &[u8], facts: &ModuleFacts, limits: &Limits) -> Result<Self, Box<Problem>> {
        Self::with_mode(CompilationMode::Lazy, wasm, facts, limits).map_err(|error| refused(file, &error))
    }

    /// Like [`Compiled::new`], with every function compiled; `None` if there are too many to do that in one go, or
    /// wasmi rejects one.
    pub fn whole(wasm: &[u8], facts: &ModuleFacts, limits: &Limits) -> Option<Self> {
        (wasm.len() <= MOST_AT_ONCE).then(|| Self::with_mode(CompilationMode::Eager, wasm, facts, limits).ok())?
    }

    fn with_mode(mode: CompilationMode, wasm: &[u8], facts: &ModuleFacts, limits: &Limits) -> Result<Self, String> {
        let prepared = prepare::prepare(wasm, &facts.fusible).map_err(|error| error.to_string())?;
        let engine = limits::engine(limits, mode, facts.grows_tables);
        let module = Module::new(&engine, &prepared.wasm).map_err(|error| error.to_string())?;
        Ok(Self { engine, module, reserved: prepared.reserved, recursion: limits.recursion })
    }

    /// Whether it suits a run with these limits: the maximum call depth belongs to the module, not to the run.
    pub fn suits(&self, limits: &Limits) -> bool {
        self.recursion == limits.recursion
    }
}

pub(crate) fn refused(file: &str, error: &dyn std::fmt::Display) -> Box<Problem> {
    Box::new(Problem::error(file, format!("the interpreter refuses the module: {error}")))
}
