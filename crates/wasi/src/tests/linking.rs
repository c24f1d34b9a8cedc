//! Which functions there are, and what becomes of fuel and of modules without a memory.

use wasmi::{Config, Engine, Linker, Module, Store};

use super::super::abi::Version;
use super::super::{CALLS, Errno, UNSUPPORTED, WasiCtx, add_to_linker, parameters};
use super::{Answer, Guest, TestClock, Vfs, config};

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

#[test]
fn an_unsupported_call_returns_notsup() {
    let mut guest = Guest::new();
    for (name, reason) in UNSUPPORTED {
        assert!(!reason.is_empty());
        let params = parameters(name).unwrap();
        assert_eq!(guest.call(name, &vec![0; params.len()]), Errno::Notsup, "{name}");
    }
}

#[test]
fn nothing_that_is_open_is_a_socket() {
    let mut guest = Guest::new();
    for fd in [0, 3] {
        assert_eq!(guest.call("sock_accept", &[fd, 0, 0]), Errno::Notsock);
        assert_eq!(guest.call("sock_recv", &[fd, 0, 0, 0, 0, 0]), Errno::Notsock);
        assert_eq!(guest.call("sock_send", &[fd, 0, 0, 0, 0]), Errno::Notsock);
        assert_eq!(guest.call("sock_shutdown", &[fd, 0]), Errno::Notsock);
    }
    assert_eq!(guest.call("sock_accept", &[9, 0, 0]), Errno::Badf);
}

#[test]
fn exit_codes_have_32_bits() {
    for code in [0, 1, 134, 300, 0xffff_ffff] {
        let mut guest = Guest::new();
        let function = guest.instance.get_func(&guest.store, "proc_exit").unwrap();
        let error = function.call(&mut guest.store, &[wasmi::Val::I32(code as i32)], &mut []).unwrap_err();
        assert_eq!(error.i32_exit_status().map(i32::cast_unsigned), Some(code));
    }
}

#[test]
fn calls_are_counted() {
    let mut guest = Guest::new();
    let before = guest.ctx().host_calls();
    guest.ok("sched_yield", &[]);
    guest.call("fd_close", &[99]);
    assert_eq!(guest.ctx().host_calls(), before + 2);
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

#[test]
fn arguments_and_environment_are_handed_over() {
    let mut guest = Guest::new();
    for (sizes, get, expected) in
        [("args_sizes_get", "args_get", ["prog", "zwölf"]), ("environ_sizes_get", "environ_get", ["HOME=/", "EMPTY="])]
    {
        let (count, size) = (super::RESULT, super::RESULT + 4);
        guest.ok(sizes, &[count.into(), size.into()]);
        let total: usize = expected.iter().map(|text| text.len() + 1).sum();
        assert_eq!((guest.u32_at(count), guest.u32_at(size)), (2, total as u32));
        guest.ok(get, &[super::RESULT.into(), super::BUFFER.into()]);
        for (index, text) in expected.iter().enumerate() {
            let pointer = guest.u32_at(super::RESULT + 4 * index as u32);
            assert_eq!(guest.get(pointer, text.len() + 1), [text.as_bytes(), b"\0"].concat());
        }
    }
}

#[test]
fn clocks_and_randomness_are_those_of_the_host() {
    let mut guest = Guest::new();
    guest.clock.ns.set(42);
    guest.ok("clock_time_get", &[1, 0, super::RESULT.into()]);
    assert_eq!(guest.u64_at(super::RESULT), 42);
    guest.ok("clock_time_get", &[0, 0, super::RESULT.into()]);
    assert!(guest.u64_at(super::RESULT) > super::EPOCH);
    guest.ok("clock_res_get", &[1, super::RESULT.into()]);
    assert_eq!(guest.u64_at(super::RESULT), 1000);
    for (id, errno) in [(2, Errno::Badf), (3, Errno::Badf), (4, Errno::Inval), (0xffff_ffff, Errno::Inval)] {
        assert_eq!(guest.call("clock_time_get", &[id, 0, super::RESULT.into()]), errno);
        assert_eq!(guest.call("clock_res_get", &[id, super::RESULT.into()]), errno);
    }
    guest.ok("random_get", &[super::BUFFER.into(), 64]);
    let first = guest.get(super::BUFFER, 64);
    guest.ok("random_get", &[super::BUFFER.into(), 64]);
    assert_ne!(guest.get(super::BUFFER, 64), first);
    guest.ok("random_get", &[0x1_ffff, 0]);
    assert!(matches!(guest.answer("random_get", &[0, i64::from(super::MEMORY)]), Answer::Errno(0)));
}
