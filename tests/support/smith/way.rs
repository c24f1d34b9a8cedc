//! Ways of running a module.

use wasmi::{Error, Extern, Func, ImportType, ResumableCall, Store, Val};
use wasmoscope::engine::prepare;

use super::World;

/// A way of running a module: on wasmi, in place of the original.
pub trait Way {
    /// The module that is instantiated in place of the original.
    fn module(&mut self, original: &[u8]) -> Vec<u8>;

    /// The export of that module which has to be called first because the original has a start function, if it is not
    /// the start function there, too.
    fn start(&self) -> Option<String> {
        None
    }

    /// What that module imports beyond what the original does. Asked for each import; the original's are `None`.
    fn provide(&mut self, store: &mut Store<World>, import: &ImportType<'_>) -> Option<Extern> {
        let _ = (store, import);
        None
    }

    /// Calls a function to its end.
    ///
    /// # Errors
    ///
    /// A trap as wasmi has it, for the observer compares its code.
    fn call(
        &mut self,
        store: &mut Store<World>,
        function: Func,
        arguments: &[Val],
        out: &mut [Val],
    ) -> Result<(), Error>;
}

/// The original itself.
pub struct Plain;

impl Way for Plain {
    fn module(&mut self, original: &[u8]) -> Vec<u8> {
        original.to_vec()
    }

    fn call(
        &mut self,
        store: &mut Store<World>,
        function: Func,
        arguments: &[Val],
        out: &mut [Val],
    ) -> Result<(), Error> {
        store.set_fuel(u64::MAX)?;
        function.call(store, arguments, out)
    }
}

/// As a run of the page: with its memories exported and its start function called like any other, and a bit at a time.
pub struct InSlices {
    /// Units of work in a slice.
    fuel: u64,
    start: Option<String>,
    pub slices: u64,
}

impl InSlices {
    pub fn of(fuel: u64) -> Self {
        Self { fuel, start: None, slices: 0 }
    }
}

impl Way for InSlices {
    fn module(&mut self, original: &[u8]) -> Vec<u8> {
        let prepared = prepare::prepare(original).expect("a valid module can be read");
        self.start = prepared.has_start.then(|| prepared.start());
        prepared.wasm
    }

    fn start(&self) -> Option<String> {
        self.start.clone()
    }

    fn call(
        &mut self,
        store: &mut Store<World>,
        function: Func,
        arguments: &[Val],
        out: &mut [Val],
    ) -> Result<(), Error> {
        store.set_fuel(self.fuel)?;
        let mut step = function.call_resumable(&mut *store, arguments, out)?;
        loop {
            match step {
                ResumableCall::Finished => return Ok(()),
                ResumableCall::HostTrap(paused) => return Err(paused.into_host_error()),
                ResumableCall::OutOfFuel(paused) => {
                    self.slices += 1;
                    store.set_fuel(self.fuel.max(paused.required_fuel()))?;
                    step = paused.resume(&mut *store, out)?;
                }
            }
        }
    }
}
