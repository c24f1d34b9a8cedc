//! Standard input: reading, waiting, ending.

use super::{Answer, BUFFER, Backend, Guest, IOVEC, RESULT};
use crate::abi::fdflags;
use crate::{Errno, Suspend};

fn read(guest: &mut Guest, len: u32) -> Answer {
    let [iovs, count] = guest.iovec(len);
    guest.answer("fd_read", &[0, iovs, count, RESULT.into()])
}

#[test]
fn reading_waits_for_input_and_goes_on_with_it() {
    let mut guest = Guest::new();
    assert_eq!(read(&mut guest, 100), Answer::Suspend(Suspend::NeedsInput));
    assert_eq!(guest.retry(), Answer::Suspend(Suspend::NeedsInput), "nothing has come yet");
    guest.ctx().push_stdin("grüß dich\n".as_bytes());
    assert_eq!(guest.retry(), Answer::Errno(0));
    let len = guest.u32_at(RESULT) as usize;
    assert_eq!(guest.get(BUFFER, len), "grüß dich\n".as_bytes());
}

#[test]
fn what_does_not_fit_is_read_next_time() {
    let mut guest = Guest::new();
    guest.ctx().push_stdin(b"one ");
    guest.ctx().push_stdin(b"two");
    assert_eq!(guest.read(0, 5).unwrap(), b"one t");
    assert_eq!(guest.read(0, 5).unwrap(), b"wo");
    assert_eq!(read(&mut guest, 5), Answer::Suspend(Suspend::NeedsInput));
}

#[test]
fn the_end_comes_after_what_was_typed_and_stays() {
    let mut guest = Guest::new();
    guest.ctx().push_stdin(b"last");
    guest.ctx().close_stdin();
    guest.ctx().push_stdin(b"too late");
    assert_eq!(guest.read(0, 100).unwrap(), b"last");
    assert_eq!(guest.read(0, 100).unwrap(), b"");
    assert_eq!(guest.read(0, 100).unwrap(), b"");
}

#[test]
fn the_end_wakes_a_program_that_waits() {
    let mut guest = Guest::new();
    assert_eq!(read(&mut guest, 1), Answer::Suspend(Suspend::NeedsInput));
    guest.ctx().close_stdin();
    assert_eq!(guest.retry(), Answer::Errno(0));
    assert_eq!(guest.u32_at(RESULT), 0);
}

#[test]
fn input_is_spread_over_several_pieces() {
    let mut guest = Guest::new();
    guest.ctx().push_stdin(b"abcdef");
    for (index, (pointer, len)) in [(BUFFER + 10, 2), (BUFFER, 3)].into_iter().enumerate() {
        guest.put(IOVEC + 8 * index as u32, &u32::to_le_bytes(pointer));
        guest.put(IOVEC + 8 * index as u32 + 4, &u32::to_le_bytes(len));
    }
    guest.ok("fd_read", &[0, IOVEC.into(), 2, RESULT.into()]);
    assert_eq!(guest.u32_at(RESULT), 5);
    assert_eq!((guest.get(BUFFER + 10, 2), guest.get(BUFFER, 3)), (b"ab".to_vec(), b"cde".to_vec()));
    assert_eq!(guest.read(0, 9).unwrap(), b"f");
}

#[test]
fn reading_nothing_does_not_wait() {
    let mut guest = Guest::new();
    assert_eq!(guest.read(0, 0).unwrap(), b"");
    guest.ok("fd_read", &[0, IOVEC.into(), 0, RESULT.into()]);
}

#[test]
fn a_nonblocking_read_answers_again() {
    let mut guest = Guest::new();
    guest.ok("fd_fdstat_set_flags", &[0, fdflags::NONBLOCK.into()]);
    assert_eq!(guest.read(0, 9), Err(Errno::Again));
    guest.ctx().push_stdin(b"x");
    assert_eq!(guest.read(0, 9).unwrap(), b"x");
    guest.ctx().close_stdin();
    assert_eq!(guest.read(0, 9).unwrap(), b"");
}

#[test]
fn input_is_not_lost_to_a_call_that_fails() {
    let mut guest = Guest::new();
    guest.ctx().push_stdin(b"kept");
    let [iovs, count] = guest.iovec(9);
    assert_eq!(guest.call("fd_read", &[0, iovs, count, 0xffff_fffe]), Errno::Fault);
    guest.put(IOVEC, &u32::MAX.to_le_bytes());
    assert_eq!(guest.call("fd_read", &[0, iovs, count, RESULT.into()]), Errno::Fault);
    assert_eq!(guest.read(0, 9).unwrap(), b"kept");
}

#[test]
fn retrying_without_a_waiting_call_is_an_error() {
    let mut guest = Guest::new();
    assert!(guest.backend.retry().is_err());
}
