//! A whole program, and the same run again from its record.

use wasmi::{Engine, Linker, Module, ResumableCall, Store, Val};

use super::{TestClock, Vfs, config};
use crate::{Record, Retry, Suspend, WasiCtx, add_to_linker, retry};

/// Prints a random number, the time and a line of input, sleeps, writes what it got into a file, and looks at the
/// file's times; three times over.
const PROGRAM: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0x10) "log")
    ;; An iovec over 0x100..0x200 at 0x20, one for input at 0x140, and a subscription to the steady clock at 0x40.
    (data (i32.const 0x20) "\00\01\00\00\00\01\00\00" "\40\01\00\00\20\00\00\00")
    (data (i32.const 0x40) "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00" "\01\00\00\00\00\00\00\00"
        "\00\e1\f5\05\00\00\00\00")
    (func (export "_start") (local $turn i32)
        (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0x10) (i32.const 3) (i32.const 1)
            (i64.const 66) (i64.const 0) (i32.const 1) (i32.const 0x30)))
        (loop $again
            (memory.fill (i32.const 0x100) (i32.const 0) (i32.const 0x100))
            (drop (call $random (i32.const 0x100) (i32.const 8)))
            (drop (call $time (i32.const 0) (i64.const 0) (i32.const 0x108)))
            (drop (call $time (i32.const 1) (i64.const 0) (i32.const 0x110)))
            (drop (call $read (i32.const 0) (i32.const 0x28) (i32.const 1) (i32.const 0x118)))
            (drop (call $poll (i32.const 0x40) (i32.const 0x160) (i32.const 1) (i32.const 0x11c)))
            (drop (call $write (i32.load (i32.const 0x30)) (i32.const 0x20) (i32.const 1) (i32.const 0x120)))
            (drop (call $stat (i32.load (i32.const 0x30)) (i32.const 0x180)))
            (drop (call $write (i32.const 1) (i32.const 0x20) (i32.const 1) (i32.const 0x120)))
            (local.set $turn (i32.add (local.get $turn) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $turn) (i32.const 3))))
        (call $exit (i32.const 7))))"#;

struct Finished {
    output: Vec<u8>,
    exit: Option<i32>,
    suspended: Vec<Suspend>,
    ctx: WasiCtx,
}

/// Runs the program; whenever it waits, calls `wake`.
fn run(ctx: WasiCtx, mut wake: impl FnMut(&mut WasiCtx, Suspend)) -> Finished {
    let engine = Engine::default();
    let module = Module::new(&engine, wat::parse_str(PROGRAM).unwrap()).unwrap();
    let mut store = Store::new(&engine, ctx);
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, |ctx| ctx).unwrap();
    let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
    let memory = instance.get_memory(&store, "memory").unwrap();
    let start = instance.get_func(&store, "_start").unwrap();
    let mut suspended = Vec::new();
    let mut call = start.call_resumable(&mut store, &[], &mut []);
    let exit = loop {
        let trap = match call {
            Ok(ResumableCall::HostTrap(trap)) => trap,
            Ok(_) => break None,
            Err(error) => break error.i32_exit_status(),
        };
        let Some(suspend) = trap.host_error().downcast_ref::<Suspend>().copied() else {
            break trap.host_error().i32_exit_status();
        };
        suspended.push(suspend);
        wake(store.data_mut(), suspend);
        let errno = loop {
            match retry(&mut store, memory, |ctx| ctx).unwrap() {
                Retry::Resume(errno) => break errno,
                Retry::Suspend(suspend) => wake(store.data_mut(), suspend),
            }
        };
        call = trap.resume(&mut store, &[Val::I32(errno)], &mut []);
    };
    let mut ctx = store.into_data();
    let output = ctx.take_output().into_iter().flat_map(|piece| piece.bytes).collect();
    Finished { output, exit, suspended, ctx }
}

fn recorded() -> Finished {
    let clock = TestClock::default();
    let mut lines = ["first\n", "second\n", "third\n"].into_iter();
    let mut woken = 0;
    run(WasiCtx::new(config(Vfs::new(), &clock)), move |ctx, suspend| {
        woken += 1;
        match suspend {
            Suspend::NeedsInput => ctx.push_stdin(lines.next().unwrap().as_bytes()),
            // Half of the way at first: a call may be retried before its time.
            Suspend::SleepUntil { .. } | Suspend::NeedsInputOrUntil { .. } => {
                clock.ns.set(clock.ns.get() + 60_000_000);
            }
        }
        if woken == 4 {
            ctx.vfs_mut().write_file("from-outside", b"x").unwrap();
        }
    })
}

#[test]
fn a_program_waits_and_goes_on() {
    let run = recorded();
    assert_eq!(run.exit, Some(7));
    assert_eq!(run.output.len(), 3 * 256);
    assert!(run.output[0x40..].starts_with(b"first\n"));
    assert!(run.output[0x140..].starts_with(b"second\n"));
    assert_eq!(run.ctx.vfs().read_file("log").unwrap().len(), 3 * 256);
    let kinds: Vec<bool> = run.suspended.iter().map(|suspend| *suspend == Suspend::NeedsInput).collect();
    assert_eq!(kinds, [true, false, true, false, true, false]);
}

#[test]
fn a_replay_is_the_same_run_without_waiting() {
    let first = recorded();
    let stored = postcard::to_allocvec(first.ctx.record()).unwrap();
    let record: Record = postcard::from_bytes(&stored).unwrap();
    let second = run(WasiCtx::replay(&record), |_, suspend| panic!("the replay waits: {suspend:?}"));
    assert!(first.output == second.output, "the output differs");
    assert_eq!(first.exit, second.exit);
    assert!(second.suspended.is_empty());
    assert!(second.ctx.vfs().changes_since(first.ctx.vfs()).is_empty());
    let tree = |run: &Finished| postcard::to_allocvec(run.ctx.vfs()).unwrap();
    assert!(tree(&first) == tree(&second), "inodes and times are the same as well");
    assert!(postcard::to_allocvec(second.ctx.record()).unwrap() == stored, "and so is the record of the replay");
}

#[test]
fn a_record_is_small() {
    let run = recorded();
    let mut record = run.ctx.record().clone();
    record.tree = Vfs::new();
    record.tree_changes.clear();
    let bytes = postcard::to_allocvec(&record).unwrap().len();
    assert!(bytes < 300, "{bytes} bytes");
}

#[test]
fn a_replay_of_a_run_that_was_stopped_ends_up_waiting_in_the_same_place() {
    let clock = TestClock::default();
    let mut guest = super::Guest::start(super::Version::Preview1, |clock| WasiCtx::new(config(Vfs::new(), clock)));
    guest.ctx().push_stdin(b"typed");
    assert_eq!(guest.read(0, 3).unwrap(), b"typ");
    assert_eq!(guest.read(0, 3).unwrap(), b"ed");
    let record = guest.ctx().record().clone();
    let mut again = super::Guest::start(super::Version::Preview1, |_| WasiCtx::replay(&record));
    assert_eq!(again.read(0, 3).unwrap(), b"typ");
    assert_eq!(again.read(0, 3).unwrap(), b"ed");
    let [iovs, count] = again.iovec(3);
    let waits = again.answer("fd_read", &[0, iovs, count, super::RESULT.into()]);
    assert_eq!(waits, super::Answer::Suspend(Suspend::NeedsInput));
    again.ctx().push_stdin(b"new");
    assert_eq!(again.retry(), super::Answer::Errno(0), "from here it can be played on");
    drop(clock);
}

#[test]
fn many_clock_readings_and_random_bytes_take_little_room() {
    let mut guest = super::Guest::new();
    for n in 0..10_000 {
        guest.clock.ns.set(n * 1000);
        guest.ok("clock_time_get", &[1, 0, super::RESULT.into()]);
        guest.ok("random_get", &[super::BUFFER.into(), 1000]);
    }
    let bytes = postcard::to_allocvec(guest.ctx().record()).unwrap().len();
    assert!(bytes < 10_000 * 3, "{bytes} bytes for ten million random ones and ten thousand readings");
}
