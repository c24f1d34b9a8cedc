//! A snapshot of a program's WASI state, for restoring.
//!
//! A snapshot does not copy the record: what was recorded until then is a prefix of what is recorded later, so lengths
//! are enough. After [`WasiCtx::restore`], the program gets the same input as the first time, and continues live where
//! the record ends.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;

use super::ctx::{Clock, Pending, Random, WasiConfig, WasiCtx};
use super::fd::DescriptorTable;
use super::record::{Playback, Record, RecordLength};
use super::trace::Names;
use wasmoscope_vfs::Vfs;

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct WasiSnapshot {
    record: RecordLength,
    descriptors: DescriptorTable,
    vfs: Vfs,
    /// How far the random numbers have been generated.
    generator: Option<u128>,
    pending: Option<Pending>,
    output_bytes: u64,
    host_calls: u64,
    fuel_debt: u64,
    file_time: u64,
    writes_since_reading: u32,
    trace_names: Option<Names>,
}

impl WasiSnapshot {
    /// How many bytes had been printed.
    pub fn output_bytes(&self) -> u64 {
        self.output_bytes
    }
}

impl WasiCtx {
    /// A replay of the recorded run that continues with this clock and randomness when the record ends.
    pub fn again(record: &Record, clock: Box<dyn Clock>, random: Box<dyn Random>) -> Self {
        let mut ctx = Self::new(WasiConfig {
            args: record.args.clone(),
            env: record.env.clone(),
            vfs: record.tree.clone(),
            preopens: record.preopens.clone(),
            clock,
            random,
            output_limit: record.output_limit,
        });
        let beginning = ctx.snapshot();
        ctx.known = record.clone();
        ctx.record.seed.clone_from(&record.seed);
        ctx.restore(&beginning);
        ctx
    }

    /// The current state.
    pub fn snapshot(&self) -> WasiSnapshot {
        WasiSnapshot {
            record: self.record.length(),
            descriptors: self.descriptors.clone(),
            vfs: self.vfs.snapshot(),
            generator: self.generator.as_ref().map(ChaCha20Rng::get_word_pos),
            pending: self.pending.clone(),
            output_bytes: self.output_bytes,
            host_calls: self.host_calls,
            fuel_debt: self.fuel_debt,
            file_time: self.file_time,
            writes_since_reading: self.writes_since_reading,
            trace_names: self.trace_names(),
        }
    }

    /// Restores an earlier or later snapshot of this run. Output that was not taken is discarded.
    pub fn restore(&mut self, snapshot: &WasiSnapshot) {
        if self.record.length().reaches(&self.known.length()) {
            // If both are equally long, they are equal.
            self.known = std::mem::take(&mut self.record);
        }
        self.record = self.known.beginning(&snapshot.record);
        self.playback = Playback::after(&self.known, &snapshot.record);
        self.stdin.resume(&self.known.stdin, snapshot.record.stdin());
        self.replay_changes(self.known.tree_changes.get(self.record.tree_changes.len()..).unwrap_or_default().to_vec());
        self.descriptors = snapshot.descriptors.clone();
        self.vfs = snapshot.vfs.clone();
        self.generator = snapshot.generator.and_then(|position| {
            let mut generator = ChaCha20Rng::from_seed(self.record.seed.as_slice().try_into().ok()?);
            generator.set_word_pos(position);
            Some(generator)
        });
        self.pending = snapshot.pending.clone();
        self.output_bytes = snapshot.output_bytes;
        self.host_calls = snapshot.host_calls;
        self.fuel_debt = snapshot.fuel_debt;
        self.file_time = snapshot.file_time;
        self.writes_since_reading = snapshot.writes_since_reading;
        self.trace_taken_back(snapshot.trace_names.as_ref());
        let _ = self.take_output();
    }

    /// Execution diverges from the record here: later input is not repeated, but what was typed and not read yet is
    /// kept.
    pub fn forget_what_comes(&mut self) {
        self.known = Record::default();
        self.playback = Playback::default();
        self.stdin.leave_script();
        self.replay_changes(Vec::new());
        self.trace_forget_what_comes();
    }
}
