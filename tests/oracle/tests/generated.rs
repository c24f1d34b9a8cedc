//! Generated modules come to the same in the interpreter, in the debugger's copy, and under wasmtime: results, traps,
//! memories, globals and tables after each call.

#[path = "../../support/fresh.rs"]
mod fresh;
#[path = "../../support/smith/mod.rs"]
mod smith;

use smith::{Bytes, Ended, FUEL, FUEL_FOR_A_CALL, Instrumented, Observed, ObservedCall, Plain, State, observe};
use wasmoscope::engine::script::Value;
use wasmtime::{Config, Engine, Extern, ExternRef, Instance, Module, OptLevel, Ref, Store, Trap, Val};

/// How many modules are compared: always the same, whose number `ORACLE_MODULES` changes, and new ones in each run.
const FIXED: u64 = 200;
const NEW: u64 = 50;

#[test]
fn generated_modules_come_to_the_same_under_wasmtime() {
    let engine = engine();
    let (mut calls, mut returned) = (0, 0);
    for seed in fresh::seeds("ORACLE_MODULES", FIXED, NEW) {
        for wasm in [smith::scalar_module(seed), smith::vector_module(seed)] {
            let plain = observe(&wasm, &mut Plain);
            let again = format!("to repeat it: SEED={seed:#x} cargo test --test generated, in tests/oracle");
            same(&plain, &observe(&wasm, &mut Instrumented::default()), &format!("in the copy; {again}"));
            same(&plain, &under_wasmtime(&engine, &wasm, &plain), &format!("under wasmtime; {again}"));
            calls += plain.calls.len();
            returned += plain.calls.iter().filter(|call| matches!(call.ended, Ended::Returned(_))).count();
        }
    }
    println!("{calls} calls, of which {returned} returned");
    assert!(calls > 0 && returned > 0, "the modules do nothing");
}

/// Fails with the first thing that differs, for all of it is long.
fn same(plain: &Observed, other: &Observed, again: &str) {
    assert_eq!(plain.start, other.start, "{again}");
    assert_eq!(by_name(&plain.state_at_start), by_name(&other.state_at_start), "{again}");
    for (plain, other) in plain.calls.iter().zip(&other.calls) {
        assert_eq!((&plain.export, &plain.ended), (&other.export, &other.ended), "{again}");
        assert_eq!(by_name(&plain.state), by_name(&other.state), "{again}, after {}", plain.export);
    }
    assert_eq!(plain.calls.len(), other.calls.len(), "{again}");
}

/// The same state with its exports in one order: each runtime lists them in its own.
fn by_name(state: &State) -> State {
    let mut state = state.clone();
    state.memories.sort_by(|a, b| a.0.cmp(&b.0));
    state.globals.sort_by(|a, b| a.0.cmp(&b.0));
    state.tables.sort_by(|a, b| a.0.cmp(&b.0));
    state
}

fn engine() -> Engine {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        // As the interpreter does here; the generator leaves the NaNs of conversions open.
        .cranelift_nan_canonicalization(true)
        .wasm_wide_arithmetic(true)
        .wasm_custom_page_sizes(true)
        .wasm_multi_memory(true)
        .wasm_memory64(true)
        .wasm_tail_call(true)
        .wasm_extended_const(true);
    Engine::new(&config).expect("the configuration is one")
}

/// The same calls as were observed here.
fn under_wasmtime(engine: &Engine, wasm: &[u8], here: &Observed) -> Observed {
    let mut store = Store::new(engine, ());
    let module = Module::new(engine, wasm).expect("wasmtime takes what is generated");
    let exports: Vec<String> = module.exports().map(|export| export.name().to_owned()).collect();
    let instance = match Instance::new(&mut store, &module, &[]) {
        Ok(instance) => instance,
        Err(error) => {
            let (state_at_start, calls) = (State::default(), Vec::new());
            return Observed { start: failed(&error), state_at_start, calls, host_calls: Vec::new() };
        }
    };
    let state_at_start = state(&mut store, instance, &exports);
    let mut calls = Vec::new();
    for call in &here.calls {
        let function = instance.get_func(&mut store, &call.export).expect("it was called here, too");
        let arguments: Vec<Val> = call.arguments.iter().map(|value| given(&mut store, *value)).collect();
        let fuel = instance.get_global(&mut store, FUEL).expect("the fuel is exported");
        fuel.set(&mut store, Val::I32(FUEL_FOR_A_CALL.cast_signed())).expect("it is a global that can be set");
        let mut results = vec![Val::I32(0); function.ty(&store).results().len()];
        let ended = match function.call(&mut store, &arguments, &mut results) {
            Ok(()) => Ended::Returned(results.iter().map(|value| seen(&store, value)).collect()),
            Err(error) => failed(&error),
        };
        let state = state(&mut store, instance, &exports);
        calls.push(ObservedCall { export: call.export.clone(), arguments: call.arguments.clone(), ended, state });
    }
    Observed { start: Ended::Returned(Vec::new()), state_at_start, calls, host_calls: Vec::new() }
}

/// The trap's name, which is the same in both.
fn failed(error: &wasmtime::Error) -> Ended {
    Ended::Failed(match error.downcast_ref::<Trap>() {
        Some(trap) => format!("{trap:?}"),
        None => error.to_string(),
    })
}

fn given(store: &mut Store<()>, value: Value) -> Val {
    match value {
        Value::I32(value) => Val::I32(value),
        Value::I64(value) => Val::I64(value),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(bits) => Val::V128(bits.into()),
        Value::NullFunc => Val::FuncRef(None),
        Value::NullExtern => Val::ExternRef(None),
        Value::Extern(number) => Val::ExternRef(Some(ExternRef::new(store, number).expect("there is room"))),
        Value::Func => panic!("no call is given a function"),
    }
}

fn seen(store: &Store<()>, value: &Val) -> Value {
    match value {
        Val::I32(value) => Value::I32(*value),
        Val::I64(value) => Value::I64(*value),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::V128(bits) => Value::V128(bits.as_u128()),
        Val::FuncRef(None) => Value::NullFunc,
        Val::FuncRef(Some(_)) => Value::Func,
        Val::ExternRef(None) => Value::NullExtern,
        Val::ExternRef(Some(reference)) => {
            let data = reference.data(store).expect("it is of this store");
            Value::Extern(data.and_then(|data| data.downcast_ref().copied()).unwrap_or(u32::MAX))
        }
        other => panic!("no generated module has {other:?}"),
    }
}

fn state(store: &mut Store<()>, instance: Instance, exports: &[String]) -> State {
    let mut state = State::default();
    for name in exports {
        match instance.get_export(&mut *store, name) {
            Some(Extern::Memory(memory)) => state.memories.push((name.clone(), Bytes(memory.data(&*store).to_vec()))),
            Some(Extern::Global(global)) => {
                let value = global.get(&mut *store);
                state.globals.push((name.clone(), seen(store, &value)));
            }
            Some(Extern::Table(table)) => {
                let elements = (0..table.size(&*store)).filter_map(|index| table.get(&mut *store, index));
                let elements: Vec<Val> = elements
                    .map(|element| match element {
                        Ref::Func(function) => Val::FuncRef(function),
                        Ref::Extern(reference) => Val::ExternRef(reference),
                        other => panic!("no generated module has {other:?}"),
                    })
                    .collect();
                state.tables.push((name.clone(), elements.iter().map(|element| seen(store, element)).collect()));
            }
            _ => {}
        }
    }
    state
}
