//! What is printed.

use super::{Answer, BUFFER, Guest, IOVEC, MEMORY, RESULT, Vfs, config, text};
use crate::abi::Version;
use crate::{OutputStream, WasiConfig, WasiCtx};

/// Prints so much from the beginning of memory.
fn flood(guest: &mut Guest, fd: i64, len: u32) -> Answer {
    guest.put(IOVEC, &0_u32.to_le_bytes());
    guest.put(IOVEC + 4, &len.to_le_bytes());
    guest.answer("fd_write", &[fd, IOVEC.into(), 1, RESULT.into()])
}

#[test]
fn both_streams_come_in_the_order_of_printing() {
    let mut guest = Guest::new();
    for (fd, printed) in [(1, "one "), (1, "two "), (2, "oh "), (1, "three"), (2, "no")] {
        assert_eq!(guest.write(fd, printed.as_bytes()), Ok(printed.len() as u32));
    }
    let output = guest.output();
    let seen: Vec<_> =
        output.iter().map(|piece| (piece.stream, std::str::from_utf8(&piece.bytes).unwrap(), piece.dropped)).collect();
    assert_eq!(
        seen,
        [
            (OutputStream::Stdout, "one two ", 0),
            (OutputStream::Stderr, "oh ", 0),
            (OutputStream::Stdout, "three", 0),
            (OutputStream::Stderr, "no", 0),
        ]
    );
    assert!(guest.output().is_empty(), "nothing twice");
    assert_eq!(guest.ctx().output_bytes(), 18);
}

#[test]
fn bytes_pass_as_they_are_cut_anywhere() {
    let mut guest = Guest::new();
    let bytes = "grüße 🦀".as_bytes();
    let mut seen = Vec::new();
    for byte in bytes {
        guest.write(1, &[*byte]).unwrap();
        seen.extend(guest.output().into_iter().flat_map(|piece| piece.bytes));
    }
    guest.write(1, b"\xff\x00").unwrap();
    seen.extend(guest.output().into_iter().flat_map(|piece| piece.bytes));
    assert_eq!(seen, [bytes, b"\xff\x00"].concat());
}

#[test]
fn of_a_flood_the_beginning_and_the_end_are_kept_and_the_rest_is_counted() {
    let mut guest = Guest::new();
    guest.write(1, b"first ").unwrap();
    for _ in 0..1000 {
        assert_eq!(flood(&mut guest, 1, MEMORY), Answer::Errno(0));
    }
    guest.write(1, b" last").unwrap();
    let printed = 1000 * u64::from(MEMORY) + 11;
    assert_eq!(guest.ctx().output_bytes(), printed);
    let output = guest.output();
    let kept: usize = output.iter().map(|piece| piece.bytes.len()).sum();
    assert!(kept <= 260 * 1024, "{kept} bytes are kept");
    assert!(kept >= 250 * 1024, "{kept} bytes are kept");
    let dropped: u64 = output.iter().map(|piece| piece.dropped).sum();
    assert_eq!(kept as u64 + dropped, printed);
    assert!(output[0].bytes.starts_with(b"first "));
    assert!(output.last().unwrap().bytes.ends_with(b" last"));
    // After it has been fetched there is room again.
    guest.write(1, b"more").unwrap();
    assert_eq!(text(&guest.output(), OutputStream::Stdout), "more");
}

#[test]
fn what_is_dropped_is_counted_for_its_stream() {
    let mut guest = Guest::new();
    for _ in 0..10 {
        flood(&mut guest, 1, MEMORY);
        flood(&mut guest, 2, MEMORY / 2);
    }
    let mut totals = [0_u64; 2];
    for piece in guest.output() {
        totals[usize::from(piece.stream == OutputStream::Stderr)] += piece.bytes.len() as u64 + piece.dropped;
    }
    assert_eq!(totals, [10 * u64::from(MEMORY), 5 * u64::from(MEMORY)]);
}

#[test]
fn a_million_single_bytes_need_little_memory_and_arrive_in_order() {
    let mut guest = Guest::new();
    for n in 0..100_000_u32 {
        guest.write(1, &[b'0' + (n % 10) as u8]).unwrap();
    }
    let output = guest.output();
    assert_eq!(output.len(), 1);
    assert!(output[0].bytes.iter().enumerate().all(|(n, byte)| *byte == b'0' + (n % 10) as u8));
}

#[test]
fn the_run_ends_at_the_output_limit_with_a_message() {
    let mut guest = Guest::start(Version::Preview1, |clock| {
        WasiCtx::new(WasiConfig { output_limit: Some(10), ..config(Vfs::new(), clock) })
    });
    assert_eq!(guest.write(1, b"12345678"), Ok(8));
    assert_eq!(guest.write(2, b"90"), Ok(2), "up to the limit");
    guest.put(BUFFER, b"abc");
    let [iovs, count] = guest.iovec(3);
    let answer = guest.answer("fd_write", &[1, iovs, count, RESULT.into()]);
    assert_eq!(answer, Answer::Other("the program printed more than the output limit of 10 bytes".to_owned()));
    assert_eq!(guest.ctx().output_bytes(), 10);
    let output = guest.output();
    assert_eq!(text(&output, OutputStream::Stdout), "12345678");
    assert_eq!(text(&output, OutputStream::Stderr), "90");
}
