//! A module as wasmi has it.

use wasmi::{Engine, Module};

use super::limits::{self, Limits};
use crate::engine::diagnostic::Problem;
use crate::engine::prepare::{self, Reserved};
use crate::engine::validate::Noticed;

/// A module that any number of runs can be made of, one after the other.
///
/// A function is compiled when it is first called and stays so: another run of the same program begins sooner.
pub struct Compiled {
    pub(super) engine: Engine,
    pub(super) module: Module,
    pub(super) reserved: Reserved,
    recursion: u32,
}

impl Compiled {
    /// Readies a valid module, in which this was noticed, for runs with such limits.
    ///
    /// # Errors
    ///
    /// Where wasmi refuses it.
    pub fn new(file: &str, wasm: &[u8], noticed: &Noticed, limits: &Limits) -> Result<Self, Box<Problem>> {
        let prepared = prepare::prepare(wasm, &noticed.fusible).map_err(|error| refused(file, &error))?;
        let engine = limits::engine(limits, noticed.grows_tables);
        let module = Module::new(&engine, &prepared.wasm).map_err(|error| refused(file, &error))?;
        Ok(Self { engine, module, reserved: prepared.reserved, recursion: limits.recursion })
    }

    /// Whether a run with these limits can be made of it: the depth of calls is the module's, not the run's.
    pub fn suits(&self, limits: &Limits) -> bool {
        self.recursion == limits.recursion
    }
}

pub(super) fn refused(file: &str, error: &dyn std::fmt::Display) -> Box<Problem> {
    Box::new(Problem::error(file, format!("the interpreter refuses the module: {error}")))
}
