//! The same calls on a memory that lends its bytes, and on one that does not: everything that can be seen is the same.

use proptest::prelude::*;

use super::super::on_wasmi::OnWasmi;
use super::super::{Answer, BUFFER, Backend, EPOCH, GuestOn, IOVEC, MEMORY, RESULT, Vfs, config};
use super::OnCopies;
use super::hostile::argument;
use crate::abi::{Version, oflags, rights};
use crate::{CALLS, MemoryAccess, Suspend, WasiCtx, function};

/// A guest in a tree with this many files of long names.
fn start<B: Backend>(version: Version, files: usize) -> GuestOn<B> {
    let mut guest = GuestOn::<B>::start(version, |clock| {
        let mut vfs = Vfs::new();
        for (path, contents) in [("f", "text"), ("\u{1}", "x"), ("d/e", ""), ("long", &"0123456789".repeat(20_000))] {
            vfs.write_file(path, contents.as_bytes()).unwrap();
        }
        vfs.symlink("link", "f").unwrap();
        for number in 0..files {
            vfs.write_file(&format!("{number:060}"), b"").unwrap();
        }
        WasiCtx::new(config(vfs, clock))
    });
    guest.ctx().push_stdin(b"some input");
    let clock = Box::new(guest.clock.clone());
    guest.ctx().start_trace(clock);
    guest
}

/// Makes a call; if it waits, gives it what it waits for. Returns the answers and what was accessed.
fn answers<B: Backend>(guest: &mut GuestOn<B>, name: &str, arguments: &[i64]) -> (Vec<Answer>, Vec<MemoryAccess>) {
    guest.ctx().record_accesses();
    let mut answers = vec![guest.answer(name, arguments)];
    for _ in 0..3 {
        match answers.last() {
            Some(Answer::Suspend(Suspend::SleepUntil { monotonic_ns })) if *monotonic_ns < EPOCH => {
                guest.clock.ns.set(*monotonic_ns);
            }
            Some(Answer::Suspend(_)) => guest.ctx().push_stdin(b"more"),
            Some(_) | None => break,
        }
        answers.push(guest.retry());
    }
    (answers, guest.ctx().take_accesses())
}

/// Compares what a run has left.
#[track_caller]
fn compare(lending: &mut GuestOn<OnWasmi>, copying: &mut GuestOn<OnCopies>) {
    let size = copying.backend.memory.bytes.len();
    assert!(lending.get(0, size) == copying.get(0, size), "the memories differ");
    let (lending, copying) = (lending.ctx(), copying.ctx());
    assert_eq!(lending.take_output(), copying.take_output());
    assert_eq!(lending.fuel_debt % 64, copying.fuel_debt % 64);
    assert_eq!(lending.host_calls(), copying.host_calls());
    let tree = |ctx: &WasiCtx| postcard::to_allocvec(ctx.vfs()).unwrap();
    assert!(tree(lending) == tree(copying), "the files differ");
    let record = |ctx: &WasiCtx| postcard::to_allocvec(ctx.record()).unwrap();
    assert!(record(lending) == record(copying), "the records differ");
    let waiting = |ctx: &WasiCtx| ctx.trace().unwrap().waiting();
    assert_eq!(waiting(lending), waiting(copying));
    let calls = |ctx: &mut WasiCtx| ctx.trace_mut().unwrap().take().collect::<Vec<_>>();
    assert_eq!(calls(lending), calls(copying));
}

/// Makes the call on both, and compares its answer and its accesses.
#[track_caller]
fn both(lending: &mut GuestOn<OnWasmi>, copying: &mut GuestOn<OnCopies>, name: &str, arguments: &[i64]) {
    assert_eq!(answers(lending, name, arguments), answers(copying, name, arguments), "{name}{arguments:x?}");
}

fn put(lending: &mut GuestOn<OnWasmi>, copying: &mut GuestOn<OnCopies>, pointer: u32, bytes: &[u8]) {
    lending.put(pointer, bytes);
    copying.put(pointer, bytes);
}

#[test]
fn sensible_calls_do_the_same() {
    for version in Version::ALL {
        let (lending, copying) = (&mut start(version, 1000), &mut start(version, 1000));
        // More than fits the buffer for a memory that cannot lend its bytes, and less.
        for len in [100_004_u32, 4] {
            let (iovs, result, buffer) = (i64::from(IOVEC), i64::from(RESULT), i64::from(BUFFER));
            put(lending, copying, 0, b"flongdlinknew");
            put(lending, copying, IOVEC, &[BUFFER.to_le_bytes(), len.to_le_bytes(), [0; 4], [5, 0, 0, 0]].concat());
            let (create, both_rights) = (oflags::CREAT.into(), (rights::FD_READ | rights::FD_WRITE) as i64);
            let calls: [(&str, &[i64]); 30] = [
                ("path_open", &[3, 1, 1, 4, 0, both_rights, -1, 0, result]),
                ("path_open", &[3, 1, 10, 3, create, both_rights, -1, 0, result]),
                ("fd_read", &[4, iovs, 2, result]),
                ("fd_write", &[1, iovs, 2, result]),
                ("fd_write", &[5, iovs, 2, result]),
                ("fd_pread", &[4, iovs, 2, 199_990, result]),
                ("fd_pwrite", &[5, iovs, 2, 3, result]),
                ("fd_read", &[0, iovs, 2, result]),
                ("fd_read", &[0, iovs, 2, result]),
                ("fd_seek", &[4, 2, 2, result]),
                ("fd_tell", &[5, result]),
                ("random_get", &[buffer, len.into()]),
                ("random_get", &[buffer, 0]),
                ("random_get", &[buffer, 7]),
                ("args_sizes_get", &[result, result + 4]),
                ("args_get", &[result, buffer]),
                ("environ_get", &[result, buffer]),
                ("clock_time_get", &[0, 0, result]),
                ("clock_res_get", &[1, result]),
                ("fd_readdir", &[3, buffer, len.into(), 0, result]),
                ("fd_prestat_get", &[3, result]),
                ("fd_prestat_dir_name", &[3, buffer, 1]),
                ("fd_fdstat_get", &[4, result]),
                ("fd_filestat_get", &[4, result]),
                ("path_filestat_get", &[3, 1, 6, 4, result]),
                ("path_readlink", &[3, 6, 4, buffer, 100, result]),
                ("path_symlink", &[0, 1, 3, 7, 4]),
                ("path_rename", &[3, 7, 4, 3, 8, 3]),
                ("path_unlink_file", &[3, 8, 3]),
                // A subscription to the steady clock: what the memory holds there is 0 but for the type of the clock.
                ("poll_oneoff", &[0x6000, 0x7000, 1, result]),
            ];
            for (name, arguments) in calls {
                put(lending, copying, 0x6000, &[0; 56]);
                put(lending, copying, 0x6010, &[1]);
                put(lending, copying, 0x6018, &[9]);
                both(lending, copying, name, arguments);
            }
            compare(lending, copying);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_calls_do_the_same(
        calls in prop::collection::vec((0..CALLS.len(), prop::collection::vec(argument(), 9)), 1..200),
        memory in prop::collection::vec(any::<u8>(), 256),
        unstable in any::<bool>(),
    ) {
        let version = if unstable { Version::Unstable } else { Version::Preview1 };
        let (lending, copying) = (&mut start(version, 0), &mut start(version, 0));
        put(lending, copying, 0, &memory);
        put(lending, copying, BUFFER, b"f\0\0\0\x05\0\0\0d/e");
        put(lending, copying, MEMORY - 4, b"long");
        for (index, arguments) in &calls {
            let parameters = function(CALLS[*index]).unwrap().parameters().len();
            both(lending, copying, CALLS[*index], &arguments[..parameters]);
        }
        compare(lending, copying);
    }
}
