//! Modules as the debugger runs them: instrumented copies, called through their trampolines.

use std::collections::HashMap;

use wasmi::{Error, Extern, Instance, Module, Nullable, Ref, Store, StoreLimits, Val};

use super::plain::{Provider, failure, provide, watch};
use super::{Failure, InstanceId, Interpreter, Value, spectest};
use crate::engine::instrument::{Embedding, Instrumented, Options, instrument_with, layout};
use crate::engine::reversible::attach::{Attached, attach, initialize};
use crate::engine::runtime::{Limits, limits};

/// The fuel of one call: a copy needs several times as much as the original.
const FUEL: u64 = 1 << 34;

/// Runs the instrumented copies of modules, several of which may call each other.
pub struct InstrumentedCopies {
    store: Store<StoreLimits>,
    instances: Vec<Instance>,
    attached: Vec<Attached>,
    registered: HashMap<String, Provider>,
}

impl InstrumentedCopies {
    /// An empty store with `spectest`.
    ///
    /// # Errors
    ///
    /// If the machine has no memory for it.
    pub fn new() -> Result<Self, Error> {
        let limits = Limits::default();
        let engine = limits::debug_engine(&limits, true);
        let mut store = Store::new(&engine, watch(&limits));
        store.limiter(|watch| watch);
        let spectest = Provider::Host(spectest::spectest(&mut store)?);
        let registered = HashMap::from([("spectest".to_owned(), spectest)]);
        Ok(Self { store, instances: Vec::new(), attached: Vec::new(), registered })
    }

    fn imports(&self, module: &Module, own: &[(&str, Extern)]) -> Result<Vec<Extern>, Failure> {
        // The copy's imports come first; a module that itself imports from that name does not get them again.
        let mut own = own.to_vec();
        let provided = module.imports().map(|import| {
            if import.module() == layout::MODULE
                && let Some(index) = own.iter().position(|(name, _)| *name == import.name())
            {
                return Ok(own.swap_remove(index).1);
            }
            provide(&self.store, &self.registered, import.module(), import.name())
        });
        provided.collect()
    }

    fn export(&self, instance: InstanceId, name: &str) -> Option<Extern> {
        self.instances.get(instance.0)?.get_export(&self.store, name)
    }

    /// A trap leaves frames behind, in all copies that called each other.
    fn reset(&mut self) {
        for attached in &self.attached {
            attached.reset(&mut self.store);
        }
    }

    fn start(&mut self, copy: &Instrumented, attached: Attached) -> Result<(), Failure> {
        let Some(start) = copy.start else { return Ok(()) };
        match attached.code.get(&self.store, u64::from(copy.first_function + start)) {
            Some(Ref::Func(Nullable::Val(function))) => {
                let called = function.call(&mut self.store, &[], &mut []);
                called.map_err(|error| {
                    self.reset();
                    failure(&error)
                })
            }
            _ => Err(Failure::Refused("the copy has lost its start function".to_owned())),
        }
    }
}

impl Interpreter for InstrumentedCopies {
    fn instantiate(&mut self, wasm: &[u8]) -> Result<InstanceId, Failure> {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
        let options = Options { embedding: Embedding::Linked, ..Options::default() };
        let copy = instrument_with(wasm, options).map_err(|error| refused(&error))?;
        let module = Module::new(self.store.engine(), &copy.wasm).map_err(|error| refused(&error))?;
        self.store.set_fuel(FUEL).map_err(|error| refused(&error))?;
        let depth = Limits::default().recursion;
        let (attached, own) = attach(&mut self.store, &copy, depth, |_, _| {}).map_err(|error| refused(&error))?;
        let imports = self.imports(&module, &own)?;
        let instance = Instance::new(&mut self.store, &module, &imports).map_err(|error| failure(&error))?;
        self.instances.push(instance);
        self.attached.push(attached);
        initialize(&mut self.store, instance, &copy).map_err(|error| failure(&error))?;
        self.start(&copy, attached)?;
        Ok(InstanceId(self.instances.len() - 1))
    }

    fn register(&mut self, name: &str, instance: InstanceId) {
        if let Some(instance) = self.instances.get(instance.0) {
            self.registered.insert(name.to_owned(), Provider::Instance(*instance));
        }
    }

    fn invoke(&mut self, instance: InstanceId, name: &str, arguments: &[Value]) -> Result<Vec<Value>, Failure> {
        let Some(Extern::Func(function)) = self.export(instance, name) else {
            return Err(Failure::NotThere(format!("the module exports no function \"{name}\"")));
        };
        let arguments: Option<Vec<Val>> = arguments.iter().map(|value| value.to_wasmi(&mut self.store)).collect();
        let arguments = arguments
            .ok_or_else(|| Failure::NotThere("a function reference cannot be passed from outside".to_owned()))?;
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        self.store.set_fuel(FUEL).map_err(|error| failure(&error))?;
        if let Err(error) = function.call(&mut self.store, &arguments, &mut results) {
            self.reset();
            return Err(failure(&error));
        }
        Ok(results.iter().map(|value| Value::from_wasmi(&self.store, value)).collect())
    }

    fn get_global(&mut self, instance: InstanceId, name: &str) -> Result<Value, Failure> {
        match self.export(instance, name) {
            Some(Extern::Global(global)) => Ok(Value::from_wasmi(&self.store, &global.get(&self.store))),
            _ => Err(Failure::NotThere(format!("the module exports no global \"{name}\""))),
        }
    }
}
