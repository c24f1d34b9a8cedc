//! What a running program has of its world: arguments, descriptors, files, clocks, what it printed.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use super::accesses::{MemoryAccess, MemoryAccesses};
use super::errno::Errno;
use super::fd::{Descriptor, DescriptorTable};
use super::output::{Output, OutputBuffer, OutputStream};
use super::poll::PendingPoll;
use super::record::{Playback, Record, Replay, Terminals, TreeChange};
use super::stdin::Stdin;
use super::steps::CallSteps;
use super::suspend::{Fail, Stop};
use super::trace::Trace;
use wasmoscope_vfs::{LastLink, Reach, Vfs, VfsError};

/// Where the time comes from.
pub trait Clock {
    /// Nanoseconds since the Unix epoch.
    fn realtime_ns(&mut self) -> u64;
    /// Nanoseconds since some moment; never goes back.
    fn monotonic_ns(&mut self) -> u64;
}

/// Where randomness comes from. Asked once in a run, for the seed of all that the program gets.
pub trait Random {
    fn fill(&mut self, buffer: &mut [u8]);
}

/// With what a program starts.
pub struct WasiConfig {
    /// The program's name first.
    pub args: Vec<Vec<u8>>,
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    pub vfs: Vfs,
    /// Which directories are open from the start, as descriptors 3, 4, ...: the name that the program knows one by,
    /// and its path in the tree. [`root_preopen`] is what most programs want.
    pub preopens: Vec<(String, String)>,
    pub clock: Box<dyn Clock>,
    pub random: Box<dyn Random>,
    /// How many bytes may be printed before the run is ended.
    pub output_limit: Option<u64>,
}

/// The whole tree as `/`, at descriptor 3: what `wasmtime run --dir DIR::/` gives a program.
///
/// Programs that use a C library, Rust's among them, find `words.txt`, `./words.txt` and `/words.txt` under it, because
/// their working directory is `/`; programs written by hand pass `words.txt` with descriptor 3.
/// A second preopen for `.` would be the same directory once more, and every listing of the preopens longer.
pub fn root_preopen() -> Vec<(String, String)> {
    vec![("/".to_owned(), "/".to_owned())]
}

/// How many writes in a row share a reading of the clock.
const WRITES_PER_READING: u32 = 64;

/// The state of a program's WASI.
pub struct WasiCtx {
    pub(super) descriptors: DescriptorTable,
    pub(super) vfs: Vfs,
    pub(super) stdin: Stdin,
    pub(super) record: Record,
    pub(super) pending: Option<Pending>,
    /// The longest record that there has been of this run: after a restore, what comes is taken from it.
    pub(super) known: Record,
    /// Readings that are given again before the clock is asked.
    pub(super) playback: Playback,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
    pub(super) generator: Option<ChaCha20Rng>,
    output: OutputBuffer,
    pub(super) output_bytes: u64,
    pub(super) host_calls: u64,
    /// Bytes moved for which no fuel has been charged yet.
    pub(super) fuel_debt: u64,
    /// The memory that calls read and write, if it need not be looked for.
    pub(super) memory: Option<wasmi::Memory>,
    /// The fuel that the run will have used when that of this slice is used up.
    pub(super) fuel_ahead: u64,
    pub(super) trace: Option<Box<Trace>>,
    pub(super) accesses: MemoryAccesses,
    /// Whether the host may have changed the tree since the last call.
    tree_changed: bool,
    replayed_changes: std::vec::IntoIter<TreeChange>,
    next_replayed_change: Option<TreeChange>,
    pub(super) file_time: u64,
    pub(super) writes_since_reading: u32,
    pub(super) call_steps: CallSteps,
}

/// A call that waits to be finished.
#[derive(Debug, Clone)]
pub(super) enum Pending {
    Read { fd: u32, iovs: u32, iovs_len: u32, nread: u32 },
    Poll(PendingPoll),
}

impl WasiCtx {
    /// Opens the standard streams as 0, 1 and 2 and then the preopens.
    /// A preopen whose path is no directory in the tree is left out.
    pub fn new(config: WasiConfig) -> Self {
        let WasiConfig { args, env, vfs, preopens, clock, random, output_limit } = config;
        let record = Record {
            args,
            env,
            preopens,
            tree: vfs.snapshot(),
            output_limit,
            terminals: Default::default(),
            realtime: Default::default(),
            monotonic: Default::default(),
            seed: Vec::new(),
            stdin: Default::default(),
            tree_changes: Vec::new(),
        };
        let mut ctx = Self {
            descriptors: DescriptorTable::default(),
            vfs: record.tree.clone(),
            stdin: Stdin::default(),
            record,
            pending: None,
            known: Record::default(),
            playback: Playback::default(),
            clock,
            random,
            generator: None,
            output: OutputBuffer::default(),
            output_bytes: 0,
            host_calls: 0,
            fuel_debt: 0,
            memory: None,
            fuel_ahead: 0,
            trace: None,
            accesses: MemoryAccesses::default(),
            tree_changed: false,
            replayed_changes: Vec::new().into_iter(),
            next_replayed_change: None,
            file_time: 0,
            writes_since_reading: 0,
            call_steps: CallSteps::default(),
        };
        ctx.open_first_descriptors();
        ctx
    }

    fn open_first_descriptors(&mut self) {
        let terminals = [Descriptor::stdin(), Descriptor::stdout(), Descriptor::stderr()];
        let preopens = self.record.preopens.iter().filter_map(|(name, path)| {
            let root = self.vfs.root();
            let path = if path.is_empty() { "/" } else { path };
            let ino = self.vfs.resolve(root, path, Reach::WholeTree, LastLink::Follow).ok()?;
            // Only of a directory can a listing be had.
            self.vfs.list(ino, 0).ok().map(drop)?;
            Some(Descriptor::preopen(ino, name.clone()))
        });
        let descriptors: Vec<Descriptor> = terminals.into_iter().chain(preopens).collect();
        for descriptor in descriptors {
            if let Some(ino) = descriptor.ino() {
                let _ = self.vfs.keep_open(ino);
            }
            let _ = self.descriptors.insert(descriptor);
        }
    }

    /// A run that gets what the recorded one got. Nothing waits in it: what was waited for is there at once.
    /// Where the record ends, the clocks stand still and standard input is what is pushed.
    pub fn replay(record: &Record) -> Self {
        let mut ctx = Self::new(WasiConfig {
            args: record.args.clone(),
            env: record.env.clone(),
            vfs: record.tree.clone(),
            preopens: record.preopens.clone(),
            clock: Box::new(Replay::new(record)),
            random: Box::new(Replay::new(record)),
            output_limit: record.output_limit,
        });
        ctx.set_terminals(record.terminals);
        ctx.stdin = Stdin::replay(&record.stdin);
        ctx.replay_changes(record.tree_changes.clone());
        ctx
    }

    /// The host's changes to the tree.
    pub(super) fn replay_changes(&mut self, changes: Vec<TreeChange>) {
        self.replayed_changes = changes.into_iter();
        self.next_replayed_change = self.replayed_changes.next();
    }

    /// Before the run: which of the standard streams are terminals. At first, all are.
    pub fn set_terminals(&mut self, terminals: Terminals) {
        self.record.terminals = terminals;
        let Terminals { stdin, stdout, stderr } = terminals;
        for (fd, terminal) in (0..).zip([stdin, stdout, stderr]) {
            if let Ok(descriptor) = self.descriptors.get_mut(fd) {
                descriptor.terminal = terminal;
            }
        }
    }

    /// Adds to standard input. What comes after [`WasiCtx::close_stdin`] is not read.
    pub fn push_stdin(&mut self, bytes: &[u8]) {
        self.stdin.push(bytes);
    }

    /// Ends standard input: when all that was pushed has been read, programs see the end of the file.
    pub fn close_stdin(&mut self) {
        self.stdin.close();
    }

    /// What was printed since the last time, in order. At most about 256 KiB are kept in between.
    pub fn take_output(&mut self) -> Vec<Output> {
        self.output.take()
    }

    /// From now on nothing of what is printed is dropped, however much it is; it has to be fetched often.
    pub fn keep_all_output(&mut self) {
        self.output.keep_all = true;
    }

    /// How many bytes the program has printed, those dropped included.
    pub fn output_bytes(&self) -> u64 {
        self.output_bytes
    }

    /// Notes from now on what calls touch of the guest's memory.
    pub fn record_accesses(&mut self) {
        self.accesses.begin();
    }

    /// Ends recording, and returns the accesses since [`WasiCtx::record_accesses`].
    pub fn take_accesses(&mut self) -> Vec<MemoryAccess> {
        self.accesses.end()
    }

    /// How many calls the program has made.
    pub fn host_calls(&self) -> u64 {
        self.host_calls
    }

    /// The memory that all calls read and write: of a store with one instance, the one that it exports as `memory`.
    /// Where none is set, each call looks for the export of the instance that makes it.
    pub fn set_memory(&mut self, memory: Option<wasmi::Memory>) {
        self.memory = memory;
    }

    /// A slice begins at whose end the run will have used so much fuel: for a trace, which tells when calls happen.
    pub fn set_fuel_ahead(&mut self, fuel: u64) {
        self.fuel_ahead = fuel;
    }

    /// The files as the program sees them.
    pub fn vfs(&self) -> &Vfs {
        &self.vfs
    }

    /// The files, to be changed by the host. The program sees a change from its next call on.
    pub fn vfs_mut(&mut self) -> &mut Vfs {
        self.tree_changed = true;
        let now = self.realtime_unrecorded();
        self.vfs.set_now(now);
        &mut self.vfs
    }

    /// Puts other files in place of the program's. Unlike [`WasiCtx::vfs_mut`] it is not recorded: whoever does it does it
    /// again.
    pub fn set_vfs(&mut self, vfs: Vfs) {
        self.vfs = vfs;
        self.vfs.set_open(self.descriptors.iter().filter_map(Descriptor::ino));
    }

    /// What came from outside so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Input that is in no record, because the program has not read it; and whether the end comes after it.
    pub fn unread_input(&self) -> (Vec<u8>, bool) {
        self.stdin.unread()
    }

    /// What came from outside, beyond where the program is, if it has been further.
    pub fn longest_record(&self) -> &Record {
        match self.record.length().reaches(&self.known.length()) {
            true => &self.record,
            false => &self.known,
        }
    }

    /// At the beginning of every call.
    pub(super) fn begin_call(&mut self) {
        self.host_calls += 1;
        if self.tree_changed {
            self.tree_changed = false;
            self.record.tree_changes.push(TreeChange { host_call: self.host_calls, tree: self.vfs.clone() });
        }
        while let Some(change) = self.next_replayed_change.take_if(|change| change.host_call <= self.host_calls) {
            self.record.tree_changes.push(change.clone());
            self.vfs = change.tree;
            // A tree that was stored does not say what was open.
            self.vfs.set_open(self.descriptors.iter().filter_map(Descriptor::ino));
            self.next_replayed_change = self.replayed_changes.next();
        }
    }

    /// The wall clock; the reading goes into the record.
    pub(super) fn realtime(&mut self) -> u64 {
        let reading = self.realtime_unrecorded();
        self.record.realtime.push(reading);
        reading
    }

    /// The steady clock; the reading goes into the record.
    pub(super) fn monotonic(&mut self) -> u64 {
        let reading = self.monotonic_unrecorded();
        self.record.monotonic.push(reading);
        reading
    }

    /// The wall clock, for a call that may have to ask again and records only what it told the program.
    pub(super) fn realtime_unrecorded(&mut self) -> u64 {
        self.playback.realtime().unwrap_or_else(|| self.clock.realtime_ns())
    }

    /// The steady clock, for a call that may have to ask again and records only what it told the program.
    pub(super) fn monotonic_unrecorded(&mut self) -> u64 {
        self.playback.monotonic().unwrap_or_else(|| self.clock.monotonic_ns())
    }

    /// The tree, to be changed by the program now.
    pub(super) fn vfs_now(&mut self) -> &mut Vfs {
        self.writes_since_reading = 0;
        self.file_time = self.realtime().max(self.file_time);
        self.vfs.set_now(self.file_time);
        &mut self.vfs
    }

    /// The time that a change made now gets.
    pub(super) fn file_time_now(&mut self) -> u64 {
        self.vfs_now();
        self.file_time
    }

    /// The tree, to have bytes put into a file now.
    ///
    /// A program that writes a file in many small pieces would read the clock, and have it recorded, for each of them;
    /// so a few writes in a row share a reading. Their times still differ, and never go back.
    pub(super) fn vfs_for_write(&mut self) -> &mut Vfs {
        if self.writes_since_reading == 0 || self.writes_since_reading >= WRITES_PER_READING {
            self.vfs_now();
            self.writes_since_reading = 1;
        } else {
            self.writes_since_reading += 1;
            self.file_time = self.file_time.saturating_add(1);
            self.vfs.set_now(self.file_time);
        }
        &mut self.vfs
    }

    /// The next write reads the clock again: time may have passed.
    pub(super) fn time_may_have_passed(&mut self) {
        self.writes_since_reading = 0;
    }

    pub(super) fn fill_random(&mut self, buffer: &mut [u8]) {
        let Self { generator, random, record, .. } = self;
        let generator = generator.get_or_insert_with(|| {
            let mut seed = [0; 32];
            match <[u8; 32]>::try_from(record.seed.as_slice()) {
                Ok(known) => seed = known,
                Err(_) => random.fill(&mut seed),
            }
            record.seed = seed.to_vec();
            ChaCha20Rng::from_seed(seed)
        });
        generator.fill_bytes(buffer);
    }

    /// Prints. Past the limit nothing is printed any more and the run ends.
    pub(super) fn print(&mut self, stream: OutputStream, bytes: &[u8]) -> Result<(), Fail> {
        let Some(limit) = self.record.output_limit else {
            self.output_bytes += bytes.len() as u64;
            self.output.push(stream, bytes);
            return Ok(());
        };
        let room = limit.saturating_sub(self.output_bytes);
        let fits = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        self.output_bytes += fits as u64;
        self.output.push(stream, &bytes[..fits]);
        if fits < bytes.len() { Err(Fail::Stop(Stop::OutputLimit { limit })) } else { Ok(()) }
    }

    /// Closes what `fd` was, after it has been taken out of the table.
    pub(super) fn release(&mut self, descriptor: &Descriptor) {
        if let Some(ino) = descriptor.ino() {
            self.vfs.close(ino);
        }
    }

    /// Opens a descriptor and keeps its inode alive.
    pub(super) fn open(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        let ino = descriptor.ino();
        let fd = self.descriptors.insert(descriptor)?;
        if let Some(ino) = ino {
            self.vfs.keep_open(ino).map_err(|error: VfsError| Errno::from(error))?;
        }
        Ok(fd)
    }
}
