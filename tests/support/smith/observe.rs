//! What can be seen of a run from outside.

use std::fmt;

use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{CompilationMode, Config, CustomFuelCosts, Engine, Error, Extern, Instance, Module, Store, TrapCode, Val};
use wasmoscope::engine::script::Value;

use super::generate::{FUEL, FUEL_FOR_A_CALL, SplitMix};
use super::world::{provide, value};
use super::{Backend, World};

/// All of a run that can be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// How the start function ended, or what kept the module from being instantiated.
    pub start: Ended,
    pub state_at_start: State,
    /// Each exported function, called twice in the order of the exports.
    pub calls: Vec<ObservedCall>,
    /// What functions of the host were called with, in order.
    pub host_calls: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ObservedCall {
    pub export: String,
    pub arguments: Vec<Value>,
    pub ended: Ended,
    /// What the module's memories, globals and tables are after it.
    pub state: State,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    Returned(Vec<Value>),
    /// The trap's code, or the interpreter's words where there is none.
    Failed(String),
}

/// Exported memories, globals and tables, by their names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    pub memories: Vec<(String, Bytes)>,
    pub globals: Vec<(String, Value)>,
    /// A reference for each element: which function it is cannot be told, but whether there is one can.
    pub tables: Vec<(String, Vec<Value>)>,
}

/// A memory's contents. Its debug form is short: how long it is, and a number for what is in it.
#[derive(Clone, PartialEq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = self
            .0
            .iter()
            .fold(0xCBF2_9CE4_8422_2325, |sum: u64, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
        write!(f, "{} bytes, FNV-1a {sum:#x}", self.0.len())
    }
}

/// Runs a module that [`super::module`] made.
pub fn observe(original: &[u8], backend: &mut dyn Backend) -> Observed {
    let engine = engine();
    let exports = exports(&engine, original);
    let mut store = Store::new(&engine, World::new());
    store.limiter(|world| &mut world.limits);
    store.set_fuel(u64::MAX).expect("fuel is metered");
    let failed = |start: Ended, store: Store<World>| Observed {
        start,
        state_at_start: State::default(),
        calls: Vec::new(),
        host_calls: store.into_data().host_calls,
    };

    let wasm = backend.module(original);
    let module = Module::new(&engine, &wasm).expect("wasmi takes what is generated, and what is made of it");
    let mut imports = Vec::new();
    for import in module.imports() {
        let given = backend.provide(&mut store, &import);
        imports.push(given.unwrap_or_else(|| provide(&mut store, &import)));
    }
    let instance = match Instance::new(&mut store, &module, &imports) {
        Ok(instance) => instance,
        Err(error) => return failed(ended(&error), store),
    };
    if let Err(error) = backend.initialize(&mut store, instance) {
        return failed(ended(&error), store);
    }
    if let Some(start) = backend.start(&store, instance)
        && let Err(error) = backend.call(&mut store, start, &[], &mut [])
    {
        return failed(ended(&error), store);
    }

    let state_at_start = state(&store, instance, &exports);
    let mut calls = Vec::new();
    let mut random = SplitMix(exports.len() as u64);
    for name in exports.iter().chain(&exports) {
        let Some(Extern::Func(function)) = instance.get_export(&store, name) else { continue };
        let ty = function.ty(&store);
        let arguments: Vec<Val> = ty.params().iter().map(|ty| value(&mut store, *ty, &mut random)).collect();
        let fuel = instance.get_global(&store, FUEL).expect("the fuel is exported");
        fuel.set(&mut store, Val::I32(FUEL_FOR_A_CALL.cast_signed())).expect("it is a global that can be set");
        let mut out = vec![Val::I32(0); ty.results().len()];
        let result = backend.call(&mut store, function, &arguments, &mut out);
        calls.push(ObservedCall {
            export: name.clone(),
            arguments: arguments.iter().map(|value| Value::from_wasmi(&store, value)).collect(),
            ended: match result {
                Ok(()) => Ended::Returned(out.iter().map(|value| Value::from_wasmi(&store, value)).collect()),
                Err(error) => ended(&error),
            },
            state: state(&store, instance, &exports),
        });
    }
    Observed { start: Ended::Returned(Vec::new()), state_at_start, calls, host_calls: store.into_data().host_calls }
}

/// The names that the original exports.
fn exports(engine: &Engine, original: &[u8]) -> Vec<String> {
    let module = Module::new(engine, original).expect("wasmi takes what is generated");
    module.exports().map(|export| export.name().to_owned()).collect()
}

fn ended(error: &Error) -> Ended {
    Ended::Failed(match (error.as_trap_code(), error.kind()) {
        (Some(code), _) => format!("{code:?}"),
        // wasmi 2.0.0 does not have it as a trap, and names the table by a number of the store.
        (None, ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })) => {
            format!("{:?}", TrapCode::TableOutOfBounds)
        }
        (None, ErrorKind::Instantiation(_)) => "Instantiation".to_owned(),
        (None, _) => error.to_string(),
    })
}

fn state(store: &Store<World>, instance: Instance, exports: &[String]) -> State {
    let mut state = State::default();
    for name in exports {
        match instance.get_export(store, name) {
            Some(Extern::Memory(memory)) => {
                state.memories.push((name.clone(), Bytes(memory.data(store).to_vec())));
            }
            Some(Extern::Global(global)) => {
                state.globals.push((name.clone(), Value::from_wasmi(store, &global.get(store))));
            }
            Some(Extern::Table(table)) => {
                let elements = (0..table.size(store)).filter_map(|index| table.get(store, index));
                let elements = elements.map(|element| Value::from_wasmi(store, &Val::from(element))).collect();
                state.tables.push((name.clone(), elements));
            }
            Some(Extern::Func(_)) | None => {}
        }
    }
    state
}

/// As a run has it (`runtime/limits`), for a module that grows tables: those that are generated may.
fn engine() -> Engine {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .compilation_mode(CompilationMode::Eager)
        .wasm_custom_page_sizes(true)
        .wasm_wide_arithmetic(true)
        .set_max_stack_height(64 << 20)
        .fuel_cost(CustomFuelCosts {
            bytes_copied_per_fuel: u32::MAX,
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        });
    config.set_max_recursion_depth(20_000);
    Engine::new(&config)
}
