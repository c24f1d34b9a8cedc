//! `wasi_unstable`: the layouts that were different then.

use super::{Answer, BUFFER, Guest, RESULT, Vfs, config};
use crate::abi::{Version, eventtype};
use crate::{Errno, Suspend, WasiCtx};

fn guest() -> Guest {
    Guest::start(Version::Unstable, |clock| {
        let mut vfs = Vfs::new();
        vfs.write_file("f", b"0123456789").unwrap();
        WasiCtx::new(config(vfs, clock))
    })
}

#[test]
fn the_link_count_has_32_bits() {
    let mut guest = guest();
    assert_eq!(guest.on_paths("path_link", "f", "g"), Errno::Success);
    let fd = guest.open("f");
    guest.put(RESULT, &[0xee; 64]);
    guest.ok("fd_filestat_get", &[fd, RESULT.into()]);
    assert_eq!(guest.get(RESULT + 16, 1), [4], "a regular file");
    assert_eq!(guest.u32_at(RESULT + 20), 2, "links");
    assert_eq!(guest.u64_at(RESULT + 24), 10, "size");
    guest.ok("fd_filestat_set_times", &[fd, 11, 22, 5]);
    let [pointer, len] = guest.path("f");
    guest.ok("path_filestat_get", &[3, 0, pointer, len, RESULT.into()]);
    assert_eq!((guest.u64_at(RESULT + 32), guest.u64_at(RESULT + 40)), (11, 22));
    assert_eq!(guest.get(RESULT + 56, 8), [0xee; 8], "and it is eight bytes shorter");
}

#[test]
fn whence_is_numbered_otherwise() {
    let mut guest = guest();
    let fd = guest.open("f");
    assert_eq!(guest.seek(fd, 4, 2), 4, "2 is from the start");
    assert_eq!(guest.seek(fd, 3, 0), 7, "0 is from here");
    assert_eq!(guest.seek(fd, -1, 1), 9, "1 is from the end");
    assert_eq!(guest.call("fd_seek", &[fd, 0, 3, RESULT.into()]), Errno::Inval);
}

#[test]
fn a_subscription_to_a_clock_has_a_field_more() {
    let mut guest = guest();
    guest.put(BUFFER, &[0; 112]);
    guest.put(BUFFER, &5_u64.to_le_bytes());
    guest.put(BUFFER + 24, &1_u32.to_le_bytes());
    guest.put(BUFFER + 32, &700_u64.to_le_bytes());
    // And the second one begins after 56 bytes.
    guest.put(BUFFER + 56, &6_u64.to_le_bytes());
    guest.put(BUFFER + 64, &[eventtype::FD_READ]);
    let events = i64::from(BUFFER) + 0x1000;
    let arguments = [BUFFER.into(), events, 2, RESULT.into()];
    assert_eq!(
        guest.answer("poll_oneoff", &arguments),
        Answer::Suspend(Suspend::NeedsInputOrUntil { monotonic_ns: 700 })
    );
    guest.clock.ns.set(700);
    assert_eq!(guest.retry(), Answer::Errno(0), "the retry knows the version too");
    assert_eq!((guest.u32_at(RESULT), guest.u64_at(BUFFER + 0x1000)), (1, 5));
}
