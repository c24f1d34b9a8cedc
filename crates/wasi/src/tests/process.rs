//! Arguments, clocks, randomness, the exit code, and what there is not.

use super::{Answer, Guest};
use crate::{Errno, UNSUPPORTED, function};

#[test]
fn an_unsupported_call_returns_notsup() {
    let mut guest = Guest::new();
    for (name, reason) in UNSUPPORTED {
        assert!(!reason.is_empty());
        let parameters = function(name).unwrap().parameters();
        assert_eq!(guest.call(name, &vec![0; parameters.len()]), Errno::Notsup, "{name}");
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
        assert_eq!(Guest::new().answer("proc_exit", &[code.into()]), Answer::Exit(code));
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
