//! The last source that was inspected, and the module compiled from it.

use std::rc::Rc;

use super::Platform;
use super::engines::Copies;
use crate::engine::diagnostic::Problem;
use crate::engine::inspect::{self, Inspection};
use crate::engine::runtime::{Compiled, Limits};
use crate::engine::source::Source;

/// Caches the inspection of a source between an edit and a run, or between two runs.
pub(super) struct Inspected {
    source: Source,
    pub inspection: Inspection,
    /// How long the inspection took, in milliseconds.
    pub milliseconds: f64,
    /// The module compiled for the limits requested last, and how long that took.
    compiled: Option<(Rc<Compiled>, f64)>,
    /// The instrumented copies.
    pub copies: Copies,
    /// Whether [`Inspected::compile_ahead`] has nothing left to do.
    is_ahead: bool,
}

impl Inspected {
    /// Compiles and validates a source.
    pub fn new(source: &Source, platform: &impl Platform) -> Self {
        let start = platform.now_ms();
        let inspection = inspect::inspect(source);
        let milliseconds = platform.now_ms() - start;
        Self {
            source: source.clone(),
            inspection,
            milliseconds,
            compiled: None,
            copies: Copies::default(),
            is_ahead: false,
        }
    }

    pub fn is_of(&self, source: &Source) -> bool {
        self.source == *source
    }

    /// Compiles in the background, so that a run need not; returns false if there was nothing to do.
    pub fn compile_ahead(&mut self, limits: &Limits, platform: &impl Platform) -> bool {
        if self.is_ahead || self.compiled.is_some() || self.inspection.is_stopped() {
            return false;
        }
        self.is_ahead = true;
        let start = platform.now_ms();
        let Some(wasm) = &self.inspection.wasm else { return false };
        match Compiled::whole(wasm, &self.inspection.facts, limits) {
            Some(compiled) => self.compiled = Some((Rc::new(compiled), platform.now_ms() - start)),
            // Running it reports the error.
            None => drop(self.compiled(limits, platform)),
        }
        true
    }

    /// The module compiled with these limits, and the milliseconds from the source to it.
    ///
    /// # Errors
    ///
    /// If the interpreter rejects the module, or there is none.
    pub fn compiled(&mut self, limits: &Limits, platform: &impl Platform) -> Result<(Rc<Compiled>, f64), Box<Problem>> {
        if self.compiled.as_ref().is_none_or(|(compiled, _)| !compiled.suits(limits)) {
            let start = platform.now_ms();
            let file = &self.source.name;
            let Some(wasm) = &self.inspection.wasm else {
                return Err(Box::new(Problem::error(file, "there is no module to run")));
            };
            let compiled = Compiled::new(file, wasm, &self.inspection.facts, limits)?;
            self.compiled = Some((Rc::new(compiled), platform.now_ms() - start));
        }
        let (compiled, milliseconds) = self.compiled.as_ref().expect("it was filled just now");
        Ok((compiled.clone(), self.milliseconds + milliseconds))
    }
}
