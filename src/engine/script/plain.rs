//! Runs modules on wasmi unchanged.

use std::collections::HashMap;

use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{CompilationMode, Error, Extern, Instance, Module, Store, StoreLimits, StoreLimitsBuilder, Val};

use super::{Failure, InstanceId, Interpreter, Value, spectest};
use crate::engine::runtime::outcome::trap_code;
use crate::engine::runtime::{Limits, limits};
use crate::engine::validate::{Validity, validate};
use crate::engine::wasmi_workarounds::separate_fused_selects;

/// The fuel of one call: enough for everything in a script, and an infinite loop ends within seconds.
const FUEL: u64 = 1 << 30;

/// Runs modules unchanged, in the engine and with the limits of a run.
pub struct Plain {
    store: Store<StoreLimits>,
    instances: Vec<Instance>,
    registered: HashMap<String, Provider>,
}

/// The provider of the imports with a name.
pub(super) enum Provider {
    Host(HashMap<String, Extern>),
    Instance(Instance),
}

impl Plain {
    /// An empty store with `spectest`.
    ///
    /// # Errors
    ///
    /// If the machine has no memory for it.
    pub fn new() -> Result<Self, Error> {
        let limits = Limits::default();
        let watch = watch(&limits);
        // Nothing is resumed here, but a later module may grow tables.
        let engine = limits::engine(&limits, CompilationMode::Lazy, true);
        let mut store = Store::new(&engine, watch);
        store.limiter(|watch| watch);
        let spectest = Provider::Host(spectest::spectest(&mut store)?);
        Ok(Self { store, instances: Vec::new(), registered: HashMap::from([("spectest".to_owned(), spectest)]) })
    }

    fn imports(&self, module: &Module) -> Result<Vec<Extern>, Failure> {
        let imports = module.imports();
        imports.map(|import| provide(&self.store, &self.registered, import.module(), import.name())).collect()
    }

    fn export(&self, instance: InstanceId, name: &str) -> Option<Extern> {
        self.instances.get(instance.0)?.get_export(&self.store, name)
    }

    fn refuel(&mut self) -> Result<(), Failure> {
        self.store.set_fuel(FUEL).map_err(|error| failure(&error))
    }
}

/// Looks up what an import is provided with.
pub(super) fn provide(
    store: &Store<StoreLimits>,
    registered: &HashMap<String, Provider>,
    module: &str,
    name: &str,
) -> Result<Extern, Failure> {
    let provided = match registered.get(module) {
        Some(Provider::Host(exports)) => exports.get(name).copied(),
        Some(Provider::Instance(instance)) => instance.get_export(store, name),
        None => None,
    };
    provided.ok_or_else(|| Failure::UnknownImport { module: module.to_owned(), name: name.to_owned() })
}

/// The limits of a store.
pub(super) fn watch(limits: &Limits) -> StoreLimits {
    let most = |limit: Option<u64>| limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    StoreLimitsBuilder::new()
        .memory_size(most(limits.memory))
        .table_elements(most(limits.table))
        .instances(usize::MAX)
        .tables(usize::MAX)
        .memories(usize::MAX)
        .build()
}

impl Interpreter for Plain {
    fn instantiate(&mut self, wasm: &[u8]) -> Result<InstanceId, Failure> {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
        let Validity::Valid(facts) = validate(wasm) else { return Err(refused(&"it is not valid")) };
        let separated = separate_fused_selects(wasm, &facts.fusible).map_err(|error| refused(&error))?;
        let module = Module::new(self.store.engine(), &separated).map_err(|error| refused(&error))?;
        let imports = self.imports(&module)?;
        self.refuel()?;
        let instance = Instance::new(&mut self.store, &module, &imports).map_err(|error| failure(&error))?;
        self.instances.push(instance);
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
        self.refuel()?;
        function.call(&mut self.store, &arguments, &mut results).map_err(|error| failure(&error))?;
        Ok(results.iter().map(|value| Value::from_wasmi(&self.store, value)).collect())
    }

    fn get_global(&mut self, instance: InstanceId, name: &str) -> Result<Value, Failure> {
        match self.export(instance, name) {
            Some(Extern::Global(global)) => Ok(Value::from_wasmi(&self.store, &global.get(&self.store))),
            _ => Err(Failure::NotThere(format!("the module exports no global \"{name}\""))),
        }
    }
}

pub(super) fn failure(error: &Error) -> Failure {
    if let Some(code) = trap_code(error) {
        return Failure::Trap(code);
    }
    match error.kind() {
        ErrorKind::Instantiation(
            InstantiationError::ImportTypeMismatch { .. }
            | InstantiationError::GlobalTypeMismatch { .. }
            | InstantiationError::FuncTypeMismatch { .. }
            | InstantiationError::TableTypeMismatch { .. }
            | InstantiationError::MemoryTypeMismatch { .. },
        ) => Failure::IncompatibleImport(error.to_string()),
        ErrorKind::Func(_) => Failure::NotThere(format!("the arguments do not fit: {error}")),
        _ => Failure::Refused(error.to_string()),
    }
}
