//! Which functions there are, and what becomes of fuel and of modules without a memory.

use wasmi::{Config, Engine, Linker, Module, Store};

use super::{Guest, TestClock, Vfs, config};
use crate::abi::Version;
use crate::{CALLS, Errno, WasiCtx, add_to_linker};

#[test]
fn all_functions_are_there_in_both_versions() {
    let mut names = CALLS.to_vec();
    assert_eq!(names.len(), 46);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 46);
    for version in [Version::Preview1, Version::Unstable] {
        // It finds every one of them, or panics.
        Guest::start(version, |clock| WasiCtx::new(config(Vfs::new(), clock)));
    }
}

fn run(text: &str, fuel: Option<u64>) -> (Result<(), wasmi::Error>, Store<WasiCtx>) {
    let mut configuration = Config::default();
    configuration.consume_fuel(fuel.is_some());
    let engine = Engine::new(&configuration);
    let module = Module::new(&engine, wat::parse_str(text).unwrap()).unwrap();
    let mut store = Store::new(&engine, WasiCtx::new(config(Vfs::new(), &TestClock::default())));
    if let Some(fuel) = fuel {
        store.set_fuel(fuel).unwrap();
    }
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, |ctx| ctx).unwrap();
    let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
    let start = instance.get_func(&store, "_start").unwrap();
    let result = start.call(&mut store, &[], &mut []);
    (result, store)
}

#[test]
fn a_module_without_a_memory_is_reported() {
    let text = |import: &str, call: &str| {
        format!(
            r#"(module (import "wasi_snapshot_preview1" {import}) (memory 1)
                (func (export "_start") {call}))"#
        )
    };
    let (result, _) = run(
        &text(
            r#""fd_write" (func $w (param i32 i32 i32 i32) (result i32))"#,
            "(drop (call $w (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))",
        ),
        None,
    );
    let message = result.unwrap_err().to_string();
    assert!(message.contains("does not export its memory"), "{message}");
    let (result, _) = run(&text(r#""sched_yield" (func $y (result i32))"#, "(drop (call $y))"), None);
    assert!(result.is_ok(), "a call that needs no memory");
}

const FLOOD: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 16)
    (data (i32.const 0) "\00\00\00\00\00\00\10\00")
    (func (export "_start")
        (loop $forever
            (br_if $forever (i32.eqz (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))))"#;

#[test]
fn moving_bytes_costs_fuel() {
    // A mebibyte a turn costs 16,384: the loop alone would print a thousand times as much for its fuel.
    let (result, store) = run(FLOOD, Some(1_000_000));
    assert_eq!(result.unwrap_err().as_trap_code(), Some(wasmi::TrapCode::OutOfFuel));
    let turns = store.data().output_bytes() >> 20;
    assert!((55..=62).contains(&turns), "{turns} turns");
}

#[test]
fn fuel_is_not_needed() {
    let text = FLOOD.replace("(br_if $forever", "(drop");
    let (result, store) = run(&text, None);
    assert!(result.is_ok());
    assert_eq!(store.data().output_bytes(), 1 << 20);
}

#[test]
fn an_errno_has_a_number_and_a_name() {
    for (number, errno) in Errno::ALL.iter().enumerate() {
        assert_eq!(*errno as usize, number);
    }
    assert_eq!((Errno::ALL.len(), Errno::Notcapable.name(), Errno::TooBig.name()), (77, "notcapable", "2big"));
}
