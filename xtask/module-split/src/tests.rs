//! Splits modules and runs them in the interpreter: they do what the original does, and the secondary module is loaded
//! once, when it is needed.

use super::{IMPORTS, Split, split};
use wasmi::{Caller, Engine, Extern, Instance, Linker, Module, Store, Val};

/// Functions named `$secondary…` start the secondary module.
fn split_text(text: &str) -> Split {
    let wasm = wat::parse_str(text).expect("the test's text is right");
    split(&wasm, "load", |name, _| name.starts_with("rest")).expect("it can be split")
}

struct Host {
    secondary: Vec<u8>,
    loads: u32,
}

/// A split module whose `host.load` instantiates the secondary one.
struct Running {
    store: Store<Host>,
    instance: Instance,
}

impl Running {
    fn start(text: &str) -> Self {
        let split = split_text(text);
        let engine = Engine::default();
        let mut store = Store::new(&engine, Host { secondary: split.secondary, loads: 0 });
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "load", load).expect("there is one such function");
        linker.func_wrap("host", "double", |n: i32| n * 2).expect("there is one such function");
        let module = Module::new(&engine, &split.primary).expect("the first module is valid");
        let instance = linker.instantiate_and_start(&mut store, &module).expect("it can be instantiated");
        Self { store, instance }
    }

    fn call(&mut self, name: &str, argument: i32) -> i32 {
        let function = self.instance.get_func(&self.store, name).expect("the whole exports it");
        let mut results = [Val::I32(0)];
        function.call(&mut self.store, &[Val::I32(argument)], &mut results).expect("it does not trap");
        results[0].i32().expect("it gives an i32")
    }

    fn loads(&self) -> u32 {
        self.store.data().loads
    }
}

fn load(mut caller: Caller<'_, Host>) -> Result<(), wasmi::Error> {
    caller.data_mut().loads += 1;
    let module = Module::new(caller.engine(), &caller.data().secondary)?;
    let mut linker = Linker::new(caller.engine());
    let names: Vec<String> = module.imports().map(|import| import.name().to_owned()).collect();
    for import in module.imports() {
        assert_eq!(import.module(), IMPORTS);
    }
    for name in names {
        let exported_to_secondary: Extern =
            caller.get_export(&name).expect("the first exports whatever the rest imports");
        linker.define(IMPORTS, &name, exported_to_secondary)?;
    }
    linker.instantiate_and_start(&mut caller, &module)?;
    Ok(())
}

const CALLS: &str = r#"(module
    (import "host" "load" (func $host_load))
    (import "host" "double" (func $double (param i32) (result i32)))
    (memory 1) (global $calls (mut i32) (i32.const 0))
    (func (export "load") (call $host_load))
    (func $shared (param i32) (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.add (local.get 0) (i32.const 1)))
    (func $near (export "near") (param i32) (result i32) (call $shared (local.get 0)))
    (func $rest_far (param i32) (result i32)
        (i32.store (i32.const 8) (local.get 0))
        (call $only_of_rest (call $double (call $shared (i32.load (i32.const 8))))))
    (func $only_of_rest (param i32) (result i32) (i32.add (local.get 0) (i32.const 100)))
    (func (export "far") (param i32) (result i32) (call $rest_far (local.get 0)))
    (func (export "calls") (param i32) (result i32) (global.get $calls))
    (func (export "stored") (param i32) (result i32) (i32.load (i32.const 8))))"#;

#[test]
fn the_rest_is_loaded_once_and_when_it_is_called() {
    let mut running = Running::start(CALLS);
    assert_eq!(running.call("near", 1), 2);
    assert_eq!(running.loads(), 0);
    assert_eq!(running.call("far", 5), 112);
    assert_eq!(running.call("far", 6), 114);
    assert_eq!(running.loads(), 1);
    // One memory, one global.
    assert_eq!((running.call("stored", 0), running.call("calls", 0)), (6, 3));
}

#[test]
fn what_only_the_rest_uses_comes_along() {
    let split = split_text(CALLS);
    assert_eq!(split.functions, (6, 2));
}

#[test]
fn references_to_the_rest_lead_through_a_door() {
    let mut running = Running::start(
        r#"(module
            (import "host" "load" (func $host_load))
            (type $unary (func (param i32) (result i32)))
            (table 4 funcref)
            (elem (i32.const 1) func $rest_square $rest_self $near)
            (func (export "load") (call $host_load))
            (func $near (param i32) (result i32) (i32.add (local.get 0) (i32.const 7)))
            (func $rest_square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
            (elem declare func $rest_square)
            (func $rest_self (param i32) (result i32)
                (table.set (i32.const 0) (ref.func $rest_square))
                (i32.add
                    (call_indirect (type $unary) (local.get 0) (i32.const 0))
                    (call_indirect (type $unary) (local.get 0) (i32.const 3))))
            (func (export "square") (param i32) (result i32)
                (call_indirect (type $unary) (local.get 0) (i32.const 1)))
            (func (export "self") (param i32) (result i32)
                (call_indirect (type $unary) (local.get 0) (i32.const 2))))"#,
    );
    assert_eq!(running.call("self", 3), 9 + 10);
    assert_eq!(running.call("square", 9), 81);
    assert_eq!(running.loads(), 1);
}

#[test]
fn what_is_exported_keeps_its_name() {
    let mut running = Running::start(
        r#"(module
            (import "host" "load" (func $host_load))
            (func (export "load") (call $host_load))
            (func $rest_answer (export "answer") (param i32) (result i32) (i32.const 42)))"#,
    );
    assert_eq!(running.call("answer", 0), 42);
    assert_eq!(running.loads(), 1);
}

#[test]
fn a_function_that_names_a_segment_stays() {
    let mut running = Running::start(
        r#"(module
            (import "host" "load" (func $host_load))
            (memory 1) (data $text "\2a")
            (func (export "load") (call $host_load))
            (func $rest_fill (param i32) (result i32)
                (memory.init $text (i32.const 0) (i32.const 0) (i32.const 1))
                (i32.load8_u (i32.const 0)))
            (func (export "fill") (param i32) (result i32) (call $rest_fill (local.get 0))))"#,
    );
    assert_eq!(running.call("fill", 0), 42);
    assert_eq!(running.loads(), 0);
}

#[test]
fn an_unsplittable_module_is_reported() {
    let complaint = |text: &str| {
        let wasm = wat::parse_str(text).expect("the test's text is right");
        split(&wasm, "load", |_, _| true).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(complaint("(module (func $f))"), "there is no exported function load");
    assert!(complaint("(module)").starts_with("there are no function names"));
}
