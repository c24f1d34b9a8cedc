//! Time, randomness and input for the command line.

use std::io::Read as _;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::engine::wasi::{Clock, Random};

/// The host's clocks; the monotonic one starts with the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct HostClock(Instant);

impl HostClock {
    pub fn new() -> Self {
        Self(Instant::now())
    }

    /// The time left until the monotonic clock reaches `until`.
    pub fn left(&self, until: u64) -> Duration {
        Duration::from_nanos(until).saturating_sub(self.0.elapsed())
    }
}

impl Clock for HostClock {
    fn realtime_ns(&mut self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
    }

    fn monotonic_ns(&mut self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }
}

/// A seed: a new one for each run, or the one that was requested.
pub(super) struct Seed(pub Option<u64>);

impl Random for Seed {
    fn fill(&mut self, buffer: &mut [u8]) {
        use std::hash::{BuildHasher as _, Hasher as _, RandomState};
        for (index, piece) in buffer.chunks_mut(8).enumerate() {
            let bits = match self.0 {
                // The generator turns similar seeds into entirely different bytes.
                Some(seed) => seed.wrapping_add(index as u64),
                None => RandomState::new().build_hasher().finish(),
            };
            piece.copy_from_slice(&bits.to_le_bytes()[..piece.len()]);
        }
    }
}

/// Standard input, read on a thread of its own, which starts when the program first asks for input.
pub(super) struct Input {
    from: Option<Vec<u8>>,
    pieces: Option<Receiver<Vec<u8>>>,
}

/// The result of waiting for input.
pub(super) enum InputResult {
    Bytes(Vec<u8>),
    End,
    TimeIsUp,
}

/// How much is read in one piece, in bytes.
const PIECE: usize = 64 << 10;

impl Input {
    /// The terminal's input, or all of `from` instead.
    pub fn new(from: Option<Vec<u8>>) -> Self {
        Self { from, pieces: None }
    }

    /// Waits for the next piece, for at most `most` if given.
    pub fn wait(&mut self, most: Option<Duration>) -> InputResult {
        if let Some(all) = &mut self.from {
            return match std::mem::take(all) {
                bytes if bytes.is_empty() => InputResult::End,
                bytes => InputResult::Bytes(bytes),
            };
        }
        let pieces = self.pieces.get_or_insert_with(|| {
            let (send, receive) = mpsc::sync_channel(4);
            std::thread::spawn(move || {
                let mut stdin = std::io::stdin().lock();
                let mut piece = vec![0; PIECE];
                while let Ok(length) = stdin.read(&mut piece) {
                    if length == 0 || send.send(piece[..length].to_vec()).is_err() {
                        break;
                    }
                }
            });
            receive
        });
        let waited = match most {
            Some(most) => pieces.recv_timeout(most),
            None => pieces.recv().map_err(RecvTimeoutError::from),
        };
        match waited {
            Ok(bytes) => InputResult::Bytes(bytes),
            Err(RecvTimeoutError::Disconnected) => InputResult::End,
            Err(RecvTimeoutError::Timeout) => InputResult::TimeIsUp,
        }
    }
}
