//! The environment of a running program: arguments, descriptors, files, clocks, output.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use super::accesses::{MemoryAccess, MemoryAccesses};
use super::errno::Errno;
use super::fd::{Descriptor, DescriptorTable};
use super::linker::WasmiState;
use super::output::{Output, OutputBuffer, OutputStream};
use super::poll::PendingPoll;
use super::record::{Playback, Record, Replay, Terminals, TreeChange};
use super::stdin::Stdin;
use super::steps::CallSteps;
use super::suspend::{Fail, Stop};
use super::trace::Trace;
use wasmoscope_vfs::{LastLink, Reach, Vfs, VfsError};

/// A source of time.
pub trait Clock {
    /// Nanoseconds since the Unix epoch.
    fn realtime_ns(&mut self) -> u64;
    /// Nanoseconds since an arbitrary origin; never goes back.
    fn monotonic_ns(&mut self) -> u64;
}

/// A source of randomness. Called once per run, for the seed of all random numbers.
pub trait Random {
    fn fill(&mut self, buffer: &mut [u8]);
}

/// The configuration of a program.
pub struct WasiConfig {
    /// Starts with the program's name.
    pub args: Vec<Vec<u8>>,
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    pub vfs: Vfs,
    /// The directories that are open from the start, as descriptors 3, 4, ...: the program's name for each, and its
    /// path in the tree. [`root_preopen`] is what most programs want.
    pub preopens: Vec<(String, String)>,
    pub clock: Box<dyn Clock>,
    pub random: Box<dyn Random>,
    /// How many bytes can be printed before the run is ended.
    pub output_limit: Option<u64>,
}

/// The whole tree as `/`, at descriptor 3: what `wasmtime run --dir DIR::/` provides.
///
/// Programs that use a C library, Rust's among them, find `words.txt`, `./words.txt` and `/words.txt` with it, because
/// their working directory is `/`; programs written by hand pass `words.txt` with descriptor 3. A second preopen for
/// `.` would be the same directory again, and would only make every list of the preopens longer.
pub fn root_preopen() -> Vec<(String, String)> {
    vec![("/".to_owned(), "/".to_owned())]
}

/// How many consecutive writes share a reading of the clock.
const WRITES_PER_READING: u32 = 64;

/// The state of a program's WASI.
pub struct WasiCtx {
    pub(super) descriptors: DescriptorTable,
    pub(super) vfs: Vfs,
    pub(super) stdin: Stdin,
    pub(super) record: Record,
    pub(super) pending: Option<Pending>,
    /// The longest record of this run: after a restore, the program gets its input from it.
    pub(super) known: Record,
    /// Recorded readings to return before the clock is asked.
    pub(super) playback: Playback,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
    pub(super) generator: Option<ChaCha20Rng>,
    output: OutputBuffer,
    pub(super) output_bytes: u64,
    pub(super) host_calls: u64,
    /// The number of bytes moved for which no fuel has been charged yet.
    pub(super) fuel_debt: u64,
    pub(super) wasmi: WasmiState,
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

/// A call that is waiting to be finished.
#[derive(Debug, Clone)]
pub(super) enum Pending {
    Read { fd: u32, iovs: u32, iovs_len: u32, nread: u32 },
    Poll(PendingPoll),
}

impl WasiCtx {
    /// Opens the standard streams as 0, 1 and 2 and then the preopens.
    /// A preopen whose path is not a directory in the tree is left out.
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
            wasmi: WasmiState::default(),
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
            // Only directories can be listed.
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

    /// A replay of the recorded run. It never waits: what the program waited for is available immediately. After the
    /// end of the record, the clocks stand still and standard input is what is pushed.
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

    /// Sets, before the run, which of the standard streams are terminals. By default, all are.
    pub fn set_terminals(&mut self, terminals: Terminals) {
        self.record.terminals = terminals;
        let Terminals { stdin, stdout, stderr } = terminals;
        for (fd, terminal) in (0..).zip([stdin, stdout, stderr]) {
            if let Ok(descriptor) = self.descriptors.get_mut(fd) {
                descriptor.terminal = terminal;
            }
        }
    }

    /// Adds to standard input. Input after [`WasiCtx::close_stdin`] is ignored.
    pub fn push_stdin(&mut self, bytes: &[u8]) {
        self.stdin.push(bytes);
    }

    /// Ends standard input: after everything that was pushed, programs see end of file.
    pub fn close_stdin(&mut self) {
        self.stdin.close();
    }

    /// The output since the last call, in order. At most about 256 KiB are kept in between.
    pub fn take_output(&mut self) -> Vec<Output> {
        self.output.take()
    }

    /// From now on, no output is dropped, however much it is; it has to be taken often.
    pub fn keep_all_output(&mut self) {
        self.output.keep_all = true;
    }

    /// How many bytes the program has printed, including dropped ones.
    pub fn output_bytes(&self) -> u64 {
        self.output_bytes
    }

    /// Records the memory accesses of calls from now on.
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

    /// The files as the program sees them.
    pub fn vfs(&self) -> &Vfs {
        &self.vfs
    }

    /// The files, for changes by the host. The program sees a change from its next call on.
    pub fn vfs_mut(&mut self) -> &mut Vfs {
        self.tree_changed = true;
        let now = self.realtime_unrecorded();
        self.vfs.set_now(now);
        &mut self.vfs
    }

    /// Replaces the program's files. Unlike with [`WasiCtx::vfs_mut`], this is not recorded: a replay has to do it
    /// again.
    pub fn set_vfs(&mut self, vfs: Vfs) {
        self.vfs = vfs;
        self.vfs.set_open(self.descriptors.iter().filter_map(Descriptor::ino));
    }

    /// The input recorded so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Input that is not in the record because the program has not read it, and whether end of file follows it.
    pub fn unread_input(&self) -> (Vec<u8>, bool) {
        self.stdin.unread()
    }

    /// The recorded input, including that beyond the current position, if the program has been further.
    pub fn longest_record(&self) -> &Record {
        match self.record.length().reaches(&self.known.length()) {
            true => &self.record,
            false => &self.known,
        }
    }

    /// Called at the start of every call.
    pub(super) fn begin_call(&mut self) {
        self.host_calls += 1;
        if self.tree_changed {
            self.tree_changed = false;
            self.record.tree_changes.push(TreeChange { host_call: self.host_calls, tree: self.vfs.clone() });
        }
        while let Some(change) = self.next_replayed_change.take_if(|change| change.host_call <= self.host_calls) {
            self.record.tree_changes.push(change.clone());
            self.vfs = change.tree;
            // A stored tree does not contain what was open.
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

    /// The monotonic clock; the reading goes into the record.
    pub(super) fn monotonic(&mut self) -> u64 {
        let reading = self.monotonic_unrecorded();
        self.record.monotonic.push(reading);
        reading
    }

    /// The wall clock, for a call that may ask repeatedly and records only what it returns to the program.
    pub(super) fn realtime_unrecorded(&mut self) -> u64 {
        self.playback.realtime().unwrap_or_else(|| self.clock.realtime_ns())
    }

    /// The monotonic clock, for a call that may ask repeatedly and records only what it returns to the program.
    pub(super) fn monotonic_unrecorded(&mut self) -> u64 {
        self.playback.monotonic().unwrap_or_else(|| self.clock.monotonic_ns())
    }

    /// The tree, for a change by the program at the current time.
    pub(super) fn vfs_now(&mut self) -> &mut Vfs {
        self.writes_since_reading = 0;
        self.file_time = self.realtime().max(self.file_time);
        self.vfs.set_now(self.file_time);
        &mut self.vfs
    }

    /// The time of a change made now.
    pub(super) fn file_time_now(&mut self) -> u64 {
        self.vfs_now();
        self.file_time
    }

    /// The tree, for writing to a file at the current time.
    ///
    /// A program that writes a file in many small pieces would read and record the clock for each of them; so a few
    /// consecutive writes share a reading. Their times still differ, and never go back.
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

    /// Prints. Beyond the limit, nothing more is printed and the run ends.
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

    /// Closes a descriptor after it has been removed from the table.
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
