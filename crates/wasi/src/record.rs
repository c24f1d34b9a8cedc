//! Everything that a program received from outside, so that exactly the same run can be repeated.

use serde::{Deserialize, Serialize};

use super::ctx::{Clock, Random};
use wasmoscope_vfs::Vfs;

/// The input of a run. A run from [`WasiCtx::replay`](super::WasiCtx::replay) gets the same results for the same calls.
///
/// It grows by a few bytes for each clock reading and each read of standard input, and by what is typed, but not for
/// random numbers, which are all generated from 32 bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    pub args: Vec<Vec<u8>>,
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    pub preopens: Vec<(String, String)>,
    /// The tree that the run started with.
    pub tree: Vfs,
    pub output_limit: Option<u64>,
    pub(super) terminals: Terminals,
    pub(super) realtime: Readings,
    pub(super) monotonic: Readings,
    /// The seed of the program's random numbers.
    #[serde(with = "serde_bytes")]
    pub(super) seed: Vec<u8>,
    pub(super) stdin: StdinRecord,
    pub(super) tree_changes: Vec<TreeChange>,
}

/// Which of the standard streams are terminals: programs check that before they print in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminals {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
}

impl Default for Terminals {
    fn default() -> Self {
        Self { stdin: true, stdout: true, stderr: true }
    }
}

/// The length of a record at a checkpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordLength {
    realtime: ReadingsLength,
    monotonic: ReadingsLength,
    stdin: StdinLength,
    tree_changes: usize,
}

#[derive(Debug, Clone, Copy)]
struct ReadingsLength {
    last: u64,
    bytes: usize,
}

/// How much of standard input has been read.
#[derive(Debug, Clone, Copy)]
pub(super) struct StdinLength {
    pub bytes: usize,
    pub answers: usize,
}

impl RecordLength {
    pub fn stdin(&self) -> StdinLength {
        self.stdin
    }

    /// Whether a record of this length includes one of that length. Both belong to the same run.
    pub fn reaches(&self, other: &Self) -> bool {
        self.realtime.bytes >= other.realtime.bytes
            && self.monotonic.bytes >= other.monotonic.bytes
            && self.stdin.answers >= other.stdin.answers
            && self.tree_changes >= other.tree_changes
    }
}

impl Record {
    pub(super) fn length(&self) -> RecordLength {
        RecordLength {
            realtime: self.realtime.length(),
            monotonic: self.monotonic.length(),
            stdin: StdinLength { bytes: self.stdin.bytes.len(), answers: self.stdin.answers.0.len() },
            tree_changes: self.tree_changes.len(),
        }
    }

    /// The part of the record up to that length.
    pub(super) fn beginning(&self, length: &RecordLength) -> Self {
        Self {
            args: self.args.clone(),
            env: self.env.clone(),
            preopens: self.preopens.clone(),
            tree: self.tree.clone(),
            output_limit: self.output_limit,
            terminals: self.terminals,
            realtime: self.realtime.beginning(length.realtime),
            monotonic: self.monotonic.beginning(length.monotonic),
            seed: self.seed.clone(),
            stdin: StdinRecord {
                bytes: first(&self.stdin.bytes, length.stdin.bytes),
                answers: Numbers(first(&self.stdin.answers.0, length.stdin.answers)),
            },
            tree_changes: first(&self.tree_changes, length.tree_changes),
        }
    }
}

/// The first `length` items, or as many as there are: a record from another run may be shorter.
fn first<T: Clone>(all: &[T], length: usize) -> Vec<T> {
    all[..length.min(all.len())].to_vec()
}

/// Clock readings that are repeated before the clocks are asked.
#[derive(Debug, Default)]
pub(super) struct Playback {
    realtime: ReplayedReadings,
    monotonic: ReplayedReadings,
}

impl Playback {
    /// The part of a record after a length.
    pub fn after(record: &Record, length: &RecordLength) -> Self {
        Self {
            realtime: record.realtime.replay_from(length.realtime),
            monotonic: record.monotonic.replay_from(length.monotonic),
        }
    }

    pub fn realtime(&mut self) -> Option<u64> {
        self.realtime.another()
    }

    pub fn monotonic(&mut self) -> Option<u64> {
        self.monotonic.another()
    }
}

/// A change of the program's tree by the user during the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TreeChange {
    /// The first host call of the program that saw it.
    pub host_call: u64,
    pub tree: Vfs,
}

/// Standard input: what was typed, and how much of it each call got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StdinRecord {
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    pub answers: Numbers,
}

/// What a call learned about standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StdinAnswer {
    /// It read this many bytes; 0 is end of file.
    Read(u64),
    /// It asked how many bytes are available, and whether end of file follows them.
    Status { available: u64, ended: bool },
}

impl StdinRecord {
    pub fn push(&mut self, answer: StdinAnswer) {
        self.answers.push(match answer {
            StdinAnswer::Read(len) => len << 2,
            StdinAnswer::Status { available, ended } => available << 2 | u64::from(ended) << 1 | 1,
        });
    }
}

impl StdinAnswer {
    pub fn from_number(number: u64) -> Self {
        if number & 1 == 0 {
            Self::Read(number >> 2)
        } else {
            Self::Status { available: number >> 2, ended: number & 2 != 0 }
        }
    }
}

/// The readings of one clock, as differences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Readings {
    last: u64,
    differences: Numbers,
}

impl Readings {
    pub fn push(&mut self, reading: u64) {
        let difference = reading.wrapping_sub(self.last) as i64;
        // Zigzag encoding: small differences become small numbers, whatever their sign.
        self.differences.push((difference << 1 ^ difference >> 63) as u64);
        self.last = reading;
    }

    pub fn replay(&self) -> ReplayedReadings {
        ReplayedReadings { last: 0, differences: self.differences.replay() }
    }

    fn length(&self) -> ReadingsLength {
        ReadingsLength { last: self.last, bytes: self.differences.0.len() }
    }

    fn beginning(&self, length: ReadingsLength) -> Self {
        Self { last: length.last, differences: Numbers(first(&self.differences.0, length.bytes)) }
    }

    fn replay_from(&self, length: ReadingsLength) -> ReplayedReadings {
        ReplayedReadings { last: length.last, differences: self.differences.replay_from(length.bytes) }
    }
}

#[derive(Debug, Default)]
pub(super) struct ReplayedReadings {
    last: u64,
    differences: ReplayedNumbers,
}

impl ReplayedReadings {
    /// The next reading; after the last one, it is repeated.
    fn next(&mut self) -> u64 {
        self.another().unwrap_or(self.last)
    }

    /// The next reading, if there is one.
    fn another(&mut self) -> Option<u64> {
        let zigzag = self.differences.next()?;
        let difference = zigzag >> 1 ^ (zigzag & 1).wrapping_neg();
        self.last = self.last.wrapping_add(difference);
        Some(self.last)
    }
}

/// Variable-length numbers with seven bits per byte.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Numbers(#[serde(with = "serde_bytes")] Vec<u8>);

impl Numbers {
    pub fn push(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub fn replay(&self) -> ReplayedNumbers {
        self.replay_from(0)
    }

    /// The numbers that were pushed after this many bytes.
    pub fn replay_from(&self, bytes: usize) -> ReplayedNumbers {
        ReplayedNumbers { bytes: self.0.get(bytes..).unwrap_or_default().to_vec(), position: 0 }
    }
}

#[derive(Debug, Default)]
pub(super) struct ReplayedNumbers {
    bytes: Vec<u8>,
    position: usize,
}

impl Iterator for ReplayedNumbers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.position)?;
            self.position += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        // Longer than any valid number: a damaged record ends here.
        self.position = self.bytes.len();
        None
    }
}

/// The clocks and the randomness of a recorded run, repeated.
#[derive(Debug)]
pub struct Replay {
    realtime: ReplayedReadings,
    monotonic: ReplayedReadings,
    seed: Vec<u8>,
}

impl Replay {
    /// Starts from the beginning of the record.
    pub fn new(record: &Record) -> Self {
        Self { realtime: record.realtime.replay(), monotonic: record.monotonic.replay(), seed: record.seed.clone() }
    }
}

impl Clock for Replay {
    fn realtime_ns(&mut self) -> u64 {
        self.realtime.next()
    }

    fn monotonic_ns(&mut self) -> u64 {
        self.monotonic.next()
    }
}

impl Random for Replay {
    fn fill(&mut self, buffer: &mut [u8]) {
        for (target, byte) in buffer.iter_mut().zip(self.seed.iter().chain(std::iter::repeat(&0))) {
            *target = *byte;
        }
    }
}
