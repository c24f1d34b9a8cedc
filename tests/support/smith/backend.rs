//! Backends: how a module is run.

use wasmi::{Error, Extern, Func, ImportType, Instance, Linker, Nullable, Ref, ResumableCall, Store, Val};
use wasmoscope::engine::instrument::layout::Register;
use wasmoscope::engine::instrument::{self, Embedding, Options, Watched, layout};
use wasmoscope::engine::prepare;
use wasmoscope::engine::reversible::attach::{self, Attached, attach_to_linker};
use wasmoscope::engine::validate::{Validity, validate};
use wasmoscope::engine::wasmi_workarounds::separate_fused_selects;

use super::World;

/// A backend that runs a module on wasmi in place of the original.
pub trait Backend {
    /// The module that is instantiated in place of the original.
    fn module(&mut self, original: &[u8]) -> Vec<u8>;

    /// Does the part of the original's instantiation that this module's instantiation does not.
    ///
    /// # Errors
    ///
    /// As instantiation does.
    fn initialize(&self, store: &mut Store<World>, instance: Instance) -> Result<(), Error> {
        let _ = (store, instance);
        Ok(())
    }

    /// The original's start function, if it is not the start function of this module.
    fn start(&self, store: &Store<World>, instance: Instance) -> Option<Func> {
        let _ = (store, instance);
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

/// The fusible selects of a valid module.
fn fusible(wasm: &[u8]) -> Vec<u64> {
    match validate(wasm) {
        Validity::Valid(facts) => facts.fusible,
        other => panic!("the module is valid, but: {other:?}"),
    }
}

/// The original itself, with the workarounds for wasmi.
pub struct Plain;

impl Backend for Plain {
    fn module(&mut self, original: &[u8]) -> Vec<u8> {
        separate_fused_selects(original, &fusible(original)).expect("a valid module can be read").into_owned()
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

/// As a run of the page: with its memories exported, its start function called like any other, and in slices.
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

impl Backend for InSlices {
    fn module(&mut self, original: &[u8]) -> Vec<u8> {
        let prepared = prepare::prepare(original, &fusible(original)).expect("a valid module can be read");
        let reserved = prepared.reserved;
        self.start = reserved.has_start.then(|| reserved.start());
        prepared.wasm
    }

    fn start(&self, store: &Store<World>, instance: Instance) -> Option<Func> {
        instance.get_func(store, self.start.as_ref()?)
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

/// The debugger's copy, called through its trampolines; it never stops.
#[derive(Default)]
pub struct Instrumented {
    watched: Watched,
    copy: Option<instrument::Instrumented>,
    host: Option<(Linker<World>, Attached)>,
}

impl Instrumented {
    /// A copy that checks and records all accesses.
    pub fn watching() -> Self {
        Self { watched: Watched::Reads, ..Self::default() }
    }
}

/// Calls within calls; the fuel of a generated module ends them long before.
const DEPTH: u32 = 20_000;

impl Backend for Instrumented {
    fn module(&mut self, original: &[u8]) -> Vec<u8> {
        let options = Options { watched: self.watched, embedding: Embedding::Linked };
        let copy = self
            .copy
            .insert(instrument::instrument_with(original, options).expect("a valid module can be instrumented"));
        copy.wasm.clone()
    }

    fn initialize(&self, store: &mut Store<World>, instance: Instance) -> Result<(), Error> {
        let copy = self.copy.as_ref().expect("the module comes first");
        attach::initialize(store, instance, copy)
    }

    fn start(&self, store: &Store<World>, _instance: Instance) -> Option<Func> {
        let (copy, (_, attached)) = (self.copy.as_ref()?, self.host.as_ref()?);
        match attached.code.get(store, u64::from(copy.first_function + copy.start?)) {
            Some(Ref::Func(Nullable::Val(function))) => Some(function),
            _ => panic!("the table of code has all functions of the original"),
        }
    }

    fn provide(&mut self, store: &mut Store<World>, import: &ImportType<'_>) -> Option<Extern> {
        if import.module() != layout::MODULE {
            return None;
        }
        if self.host.is_none() {
            let mut linker = Linker::new(store.engine());
            let copy = self.copy.as_ref().expect("the module comes first");
            let attached = attach_to_linker(store, &mut linker, copy, DEPTH, |_, _| {}).expect("there is room");
            if self.watched != Watched::Nothing {
                let filter = copy.filter as usize;
                attached.state.data_mut(&mut *store)[filter..filter + 2 * layout::FILTER as usize].fill(0xFF);
                attached.set_register(&mut *store, Register::WatchLength, u32::MAX);
                attached.set_register(&mut *store, Register::WatchKind, layout::watch_kind(0, true) + 1);
            }
            self.host = Some((linker, attached));
        }
        let (linker, _) = self.host.as_ref()?;
        linker.get(&*store, import.module(), import.name())
    }

    fn call(
        &mut self,
        store: &mut Store<World>,
        function: Func,
        arguments: &[Val],
        out: &mut [Val],
    ) -> Result<(), Error> {
        store.set_fuel(u64::MAX)?;
        let called = function.call(&mut *store, arguments, out);
        if let (Err(_), Some((_, attached))) = (&called, &self.host) {
            attached.reset(&mut *store);
        }
        called
    }
}
