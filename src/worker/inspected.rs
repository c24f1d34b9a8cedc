//! The source that was looked at last: what it is, and the module that its runs are made of.

use std::rc::Rc;

use super::Platform;
use crate::engine::diagnostic::Problem;
use crate::engine::inspect::{self, Inspection};
use crate::engine::runtime::{Compiled, Limits};
use crate::engine::source::Source;

/// Between an edit and a run, or two runs, a source is looked at once.
pub(super) struct Inspected {
    source: Source,
    pub inspection: Inspection,
    /// How long it took to look at, in milliseconds.
    pub milliseconds: f64,
    /// For runs with the limits that were asked for last; and how long that took.
    compiled: Option<(Rc<Compiled>, f64)>,
    /// Whether [`Inspected::compile_ahead`] has done what it could.
    is_ahead: bool,
}

impl Inspected {
    /// Compiles and validates a source.
    pub fn new(source: &Source, platform: &impl Platform) -> Self {
        let start = platform.now_ms();
        let inspection = inspect::inspect(source);
        let milliseconds = platform.now_ms() - start;
        Self { source: source.clone(), inspection, milliseconds, compiled: None, is_ahead: false }
    }

    pub fn is_of(&self, source: &Source) -> bool {
        self.source == *source
    }

    /// Compiles while nothing else is to be done, so that a run need not; false when there was nothing to do.
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

    /// The module for runs with these limits, and the milliseconds from the source to it.
    ///
    /// # Errors
    ///
    /// Where the interpreter refuses it, or there is none.
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
