//! Malicious programs: whatever they pass, the result is an errno.

use proptest::prelude::*;

use super::{Answer, BUFFER, Backend, Guest, IOVEC, MEMORY, RESULT};
use crate::memory::iovecs::MAX_IOVECS;
use crate::{CALLS, Errno, function};

/// Addresses at which at most a byte is there.
const OUTSIDE: [i64; 5] = [MEMORY as i64, MEMORY as i64 - 1, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff];

#[test]
fn pointers_out_of_memory_are_faults() {
    let mut guest = Guest::with_files(&[("f", "text")]);
    let fd = guest.open("f");
    let [f, f_len] = guest.path("f");
    let result = i64::from(RESULT);
    let [iovs, count] = guest.iovec(4);
    for out in OUTSIDE {
        let calls: [(&str, &[i64]); 24] = [
            ("args_get", &[out, BUFFER.into()]),
            ("args_get", &[BUFFER.into(), out]),
            ("args_sizes_get", &[out, result]),
            ("args_sizes_get", &[result, out]),
            ("environ_get", &[out, BUFFER.into()]),
            ("environ_sizes_get", &[out, result]),
            ("clock_time_get", &[0, 0, out]),
            ("clock_res_get", &[0, out]),
            ("random_get", &[out, 2]),
            ("fd_fdstat_get", &[fd, out]),
            ("fd_filestat_get", &[fd, out]),
            ("fd_prestat_get", &[3, out]),
            ("fd_read", &[fd, out, 1, result]),
            ("fd_read", &[fd, iovs, count, out]),
            ("fd_write", &[fd, out, 1, result]),
            ("fd_write", &[fd, iovs, count, out]),
            ("fd_readdir", &[3, out, 24, 0, result]),
            ("fd_readdir", &[3, BUFFER.into(), 24, 0, out]),
            ("fd_seek", &[fd, 0, 0, out]),
            ("fd_tell", &[fd, out]),
            ("path_filestat_get", &[3, 0, out, 2, result]),
            ("path_filestat_get", &[3, 0, f, f_len, out]),
            ("path_open", &[3, 0, f, f_len, 0, 0, 0, 0, out]),
            ("path_create_directory", &[3, out, 9]),
        ];
        for (name, arguments) in calls {
            assert_eq!(guest.call(name, arguments), Errno::Fault, "{name}{arguments:x?}");
        }
    }
    assert_eq!(guest.ctx().vfs().read_file("f").unwrap(), b"text", "nothing was written");
    assert_eq!(guest.open("f"), fd + 1, "nothing was opened");
}

#[test]
fn a_failed_open_makes_nothing() {
    let mut guest = Guest::new();
    let [f, f_len] = guest.path("f");
    assert_eq!(guest.call("path_open", &[3, 0, f, f_len, 1, 64, 0, 0, 0x2_0000]), Errno::Fault);
    assert!(guest.ctx().vfs().entries().is_empty());
}

#[test]
fn lengths_near_the_end_of_the_address_space_do_not_wrap() {
    let mut guest = Guest::new();
    for (pointer, len) in [(1, 0xffff_ffff_u32), (0xffff_ffff, 0xffff_ffff), (0x1_ffff, 0xffff_0001), (0, 0x2_0001)] {
        guest.put(IOVEC, &u32::to_le_bytes(pointer));
        guest.put(IOVEC + 4, &len.to_le_bytes());
        for fd in [0, 1] {
            let name = if fd == 0 { "fd_read" } else { "fd_write" };
            assert_eq!(guest.call(name, &[fd, IOVEC.into(), 1, RESULT.into()]), Errno::Fault, "{pointer:x} {len:x}");
        }
        assert_eq!(guest.call("random_get", &[pointer.into(), len.into()]), Errno::Fault);
        assert_eq!(guest.call("path_unlink_file", &[3, pointer.into(), len.into()]), Errno::Fault);
    }
    assert!(guest.output().is_empty());
}

#[test]
fn thousands_of_pieces_are_taken_and_millions_refused() {
    let mut guest = Guest::new();
    let count = 5000;
    for index in 0..count {
        guest.put(BUFFER + 8 * index, &BUFFER.to_le_bytes());
        guest.put(BUFFER + 8 * index + 4, &1_u32.to_le_bytes());
    }
    guest.ok("fd_write", &[1, BUFFER.into(), count.into(), RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), count);
    assert_eq!(guest.output()[0].bytes.len(), count as usize);
    for count in [MAX_IOVECS + 1, 0x1000_0000, 0x2000_0001, u32::MAX] {
        assert_eq!(guest.call("fd_write", &[1, 0, count.into(), RESULT.into()]), Errno::Inval, "{count}");
    }
    assert_eq!(guest.call("fd_write", &[1, 0, MAX_IOVECS.into(), RESULT.into()]), Errno::Fault);
}

#[test]
fn pieces_that_are_too_much_together_are_refused() {
    let mut guest = Guest::new();
    // Each of the 60,000 pieces is the whole of memory: more than 32 bits can count.
    guest.backend.grow(20);
    for index in 0..60_000 {
        guest.put(0x10000 + 8 * index, &0_u32.to_le_bytes());
        guest.put(0x10000 + 8 * index + 4, &MEMORY.to_le_bytes());
    }
    assert_eq!(guest.call("fd_write", &[1, 0x10000, 60_000, RESULT.into()]), Errno::Inval);
}

#[test]
fn buffers_that_overlap_the_array_that_names_them_change_nothing_about_the_call() {
    let mut guest = Guest::with_files(&[("f", "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}abcdefgh")]);
    let fd = guest.open("f");
    // The first piece is where the second is described.
    for (index, (pointer, len)) in [(IOVEC + 8, 8), (BUFFER, 8)].into_iter().enumerate() {
        guest.put(IOVEC + 8 * index as u32, &u32::to_le_bytes(pointer));
        guest.put(IOVEC + 8 * index as u32 + 4, &u32::to_le_bytes(len));
    }
    guest.ok("fd_read", &[fd, IOVEC.into(), 2, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 16);
    assert_eq!(guest.get(IOVEC + 8, 8), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(guest.get(BUFFER, 8), b"abcdefgh");
    // The result lies in the buffer: it is written last.
    guest.seek(fd, 0, 0);
    let [iovs, count] = guest.iovec(16);
    guest.ok("fd_read", &[fd, iovs, count, i64::from(BUFFER) + 4]);
    assert_eq!(guest.u32_at(BUFFER + 4), 16);
}

pub(super) fn argument() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => 0..8_i64,
        2 => Just(i64::from(BUFFER)),
        2 => Just(i64::from(RESULT)),
        2 => prop::sample::select(OUTSIDE.to_vec()),
        1 => Just(-1_i64),
        1 => any::<u32>().prop_map(i64::from),
        1 => any::<i64>(),
        2 => 0..300_i64,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A panic within a call would end the test's process. The calls are traced, which reads what they are given too.
    #[test]
    fn no_arguments_make_a_call_panic(
        calls in prop::collection::vec((0..CALLS.len(), prop::collection::vec(argument(), 9)), 1..200),
        memory in prop::collection::vec(any::<u8>(), 256),
    ) {
        let mut guest = Guest::with_files(&[("f", "text"), ("\u{1}", "x"), ("d/e", "")]);
        guest.put(0, &memory);
        guest.put(BUFFER, b"f\0\0\0\x05\0\0\0d/e");
        guest.ctx().push_stdin(b"some input");
        guest.ctx().close_stdin();
        let clock = Box::new(guest.clock.clone());
        guest.ctx().start_trace(clock);
        for (index, arguments) in &calls {
            let name = CALLS[*index];
            if name == "proc_exit" {
                continue;
            }
            match guest.answer(name, &arguments[..function(name).unwrap().parameters().len()]) {
                Answer::Errno(number) => prop_assert!((0..=76).contains(&number), "{} answered {}", name, number),
                // It may sleep, or wait for what will never happen.
                Answer::Suspend(_) => {}
                Answer::Exit(code) => prop_assert!(false, "{} exited with {}", name, code),
                Answer::Other(message) => prop_assert!(message.contains("never happen"), "{}: {}", name, message),
            }
        }
        let traced: Vec<String> = guest.ctx().trace_mut().unwrap().take().map(|call| call.to_string()).collect();
        prop_assert!(traced.iter().all(|line| line.len() < 4000 && !line.contains('\n')), "{:?}", traced);
        // The tree is sound whatever has happened to it.
        let sizes: u64 = guest.ctx().vfs().entries().iter().map(|entry| entry.size).sum();
        prop_assert!(sizes <= 512 << 20);
    }
}
