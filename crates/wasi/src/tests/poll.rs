//! Waiting for a time, for input, for both.

use super::{Answer, BUFFER, EPOCH, Guest, RESULT};
use crate::abi::{clockid, eventtype};
use crate::{Errno, Suspend};

const EVENTS: u32 = BUFFER + 0x1000;

/// Subscriptions in the guest's memory, their index for their userdata.
enum Wait {
    Clock(u32, u64, bool),
    Read(u32),
    Write(u32),
}

fn poll(guest: &mut Guest, waits: &[Wait]) -> Answer {
    for (index, wait) in waits.iter().enumerate() {
        let at = BUFFER + 48 * index as u32;
        guest.put(at, &[0; 48]);
        guest.put(at, &(100 + index as u64).to_le_bytes());
        match *wait {
            Wait::Clock(id, timeout, absolute) => {
                guest.put(at + 8, &[eventtype::CLOCK]);
                guest.put(at + 16, &id.to_le_bytes());
                guest.put(at + 24, &timeout.to_le_bytes());
                guest.put(at + 40, &u16::from(absolute).to_le_bytes());
            }
            Wait::Read(fd) => {
                guest.put(at + 8, &[eventtype::FD_READ]);
                guest.put(at + 16, &fd.to_le_bytes());
            }
            Wait::Write(fd) => {
                guest.put(at + 8, &[eventtype::FD_WRITE]);
                guest.put(at + 16, &fd.to_le_bytes());
            }
        }
    }
    guest.answer("poll_oneoff", &[BUFFER.into(), EVENTS.into(), waits.len() as i64, RESULT.into()])
}

/// Userdata, errno, type, bytes and flags of each event.
fn events(guest: &Guest) -> Vec<(u64, u16, u8, u64, u16)> {
    (0..guest.u32_at(RESULT))
        .map(|index| {
            let at = EVENTS + 32 * index;
            (
                guest.u64_at(at),
                guest.u16_at(at + 8),
                guest.get(at + 10, 1)[0],
                guest.u64_at(at + 16),
                guest.u16_at(at + 24),
            )
        })
        .collect()
}

const MONOTONIC: u32 = clockid::MONOTONIC;
const REALTIME: u32 = clockid::REALTIME;

#[test]
fn sleeping_suspends_until_the_time_has_come() {
    let mut guest = Guest::new();
    guest.clock.ns.set(1000);
    let until = Answer::Suspend(Suspend::SleepUntil { monotonic_ns: 1500 });
    assert_eq!(poll(&mut guest, &[Wait::Clock(MONOTONIC, 500, false)]), until);
    guest.clock.ns.set(1499);
    assert_eq!(guest.retry(), until, "woken too early: it goes on to the same moment");
    guest.clock.ns.set(1500);
    assert_eq!(guest.retry(), Answer::Errno(0));
    assert_eq!(events(&guest), [(100, 0, eventtype::CLOCK, 0, 0)]);
}

#[test]
fn a_moment_that_has_passed_is_answered_at_once() {
    let mut guest = Guest::new();
    guest.clock.ns.set(1000);
    assert_eq!(poll(&mut guest, &[Wait::Clock(MONOTONIC, 1000, true)]), Answer::Errno(0));
    assert_eq!(poll(&mut guest, &[Wait::Clock(MONOTONIC, 0, false)]), Answer::Errno(0));
    assert_eq!(poll(&mut guest, &[Wait::Clock(REALTIME, EPOCH, true)]), Answer::Errno(0));
    assert_eq!(
        poll(&mut guest, &[Wait::Clock(MONOTONIC, 1001, true)]),
        Answer::Suspend(Suspend::SleepUntil { monotonic_ns: 1001 })
    );
}

#[test]
fn a_moment_of_the_wall_clock_is_put_in_terms_of_the_steady_one() {
    let mut guest = Guest::new();
    guest.clock.ns.set(7_000_000_000);
    let in_a_second = EPOCH + 8_000_000_000;
    let Answer::Suspend(Suspend::SleepUntil { monotonic_ns }) =
        poll(&mut guest, &[Wait::Clock(REALTIME, in_a_second, true)])
    else {
        panic!("it does not sleep")
    };
    // Each reading of the test's wall clock moves it by a microsecond.
    assert!((7_999_000_000..=8_000_000_000).contains(&monotonic_ns), "{monotonic_ns}");
    guest.clock.ns.set(monotonic_ns);
    assert_eq!(guest.retry(), Answer::Errno(0));
}

#[test]
fn the_earliest_of_several_times_counts() {
    let mut guest = Guest::new();
    guest.clock.ns.set(50);
    let waits = [
        Wait::Clock(MONOTONIC, 300, false),
        Wait::Clock(MONOTONIC, 200, true),
        Wait::Clock(MONOTONIC, u64::MAX, false),
    ];
    assert_eq!(poll(&mut guest, &waits), Answer::Suspend(Suspend::SleepUntil { monotonic_ns: 200 }));
    guest.clock.ns.set(350);
    assert_eq!(guest.retry(), Answer::Errno(0));
    assert_eq!(events(&guest).iter().map(|event| event.0).collect::<Vec<_>>(), [100, 101]);
}

#[test]
fn input_or_a_time_whichever_comes_first() {
    let waits = || [Wait::Read(0), Wait::Clock(MONOTONIC, 500, false)];
    let suspended = Answer::Suspend(Suspend::NeedsInputOrUntil { monotonic_ns: 500 });
    let mut guest = Guest::new();
    assert_eq!(poll(&mut guest, &waits()), suspended);
    guest.ctx().push_stdin(b"abc");
    assert_eq!(guest.retry(), Answer::Errno(0));
    assert_eq!(events(&guest), [(100, 0, eventtype::FD_READ, 3, 0)]);
    assert_eq!(guest.read(0, 9).unwrap(), b"abc", "it has not been read by being waited for");
    let mut guest = Guest::new();
    assert_eq!(poll(&mut guest, &waits()), suspended);
    guest.clock.ns.set(500);
    assert_eq!(guest.retry(), Answer::Errno(0));
    assert_eq!(events(&guest), [(101, 0, eventtype::CLOCK, 0, 0)]);
}

#[test]
fn polling_input_waits_and_reports_its_end() {
    let mut guest = Guest::new();
    assert_eq!(poll(&mut guest, &[Wait::Read(0)]), Answer::Suspend(Suspend::NeedsInput));
    guest.ctx().close_stdin();
    assert_eq!(guest.retry(), Answer::Errno(0));
    assert_eq!(events(&guest), [(100, 0, eventtype::FD_READ, 0, 1)]);
}

#[test]
fn files_and_output_are_always_ready_and_bad_descriptors_are_reported() {
    let mut guest = Guest::with_files(&[("f", "12345")]);
    let fd = guest.open("f") as u32;
    guest.seek(fd.into(), 2, 0);
    let waits = [
        Wait::Read(fd),
        Wait::Write(1),
        Wait::Write(fd),
        Wait::Read(77),
        Wait::Write(0),
        Wait::Read(3),
        Wait::Clock(9, 0, false),
        Wait::Clock(MONOTONIC, 1_000_000, false),
    ];
    assert_eq!(poll(&mut guest, &waits), Answer::Errno(0));
    let bad = Errno::Badf as u16;
    let seen: Vec<_> = events(&guest).into_iter().map(|(userdata, errno, ..)| (userdata, errno)).collect();
    assert_eq!(seen, [(100, 0), (101, 0), (102, 0), (103, bad), (104, bad), (105, bad), (106, Errno::Inval as u16)]);
    assert_eq!(events(&guest)[0].3, 3, "three bytes are left in the file");
}

#[test]
fn what_cannot_be_waited_for_is_refused() {
    let mut guest = Guest::new();
    let call = |guest: &mut Guest, count: i64| {
        guest.call("poll_oneoff", &[BUFFER.into(), EVENTS.into(), count, RESULT.into()])
    };
    assert_eq!(call(&mut guest, 0), Errno::Inval);
    assert_eq!(call(&mut guest, 0xffff_ffff), Errno::Inval);
    assert_eq!(call(&mut guest, 60_000), Errno::Fault);
    guest.put(BUFFER, &[9; 48]);
    assert_eq!(call(&mut guest, 1), Errno::Inval, "there is no such kind of event");
    let beyond = [BUFFER.into(), 0x2_0000, 1, RESULT.into()];
    guest.put(BUFFER, &[0; 48]);
    assert_eq!(guest.call("poll_oneoff", &beyond), Errno::Fault, "told before it sleeps, not after");
}
