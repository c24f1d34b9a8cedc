//! One run of a module.

use std::collections::VecDeque;

use wasmi::{
    Error, Extern, Func, Instance, Linker, Memory, ResumableCall, ResumableCallHostTrap, ResumableCallOutOfFuel, Store,
    Val,
};

use super::compiled::{Compiled, refused};
use super::limits::{Limiter, Limits, Refusal};
use super::outcome::{self, Outcome, Trap, TrapKind};
use super::plan::{Entry, Plan, plan};
use wasmoscope_module::diagnostic::Problem;
use wasmoscope_module::inspect::{Summary, imports};
use wasmoscope_module::prepare::Reserved;
use wasmoscope_module::value;
use wasmoscope_wasi::{self as wasi, Retry, Suspend, WasiConfig, WasiCtx};

/// The configuration of a run.
pub struct SessionConfig {
    pub entry: Entry,
    pub limits: Limits,
    /// Arguments, environment, files, clock and randomness.
    pub wasi: WasiConfig,
}

/// The state of a run after a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The fuel of the slice is used up; there is more to do.
    Running,
    /// The program reads standard input, and there is none.
    NeedsInput,
    /// The program sleeps until the monotonic clock shows this, in nanoseconds; input does not wake it.
    Sleeping { until: u64 },
    /// The program waits for input, but no longer than until the monotonic clock shows this, in nanoseconds.
    NeedsInputOrSleeping { until: u64 },
    /// The run has ended.
    Done(Outcome),
}

/// The resources that a run has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// About one for each instruction.
    pub fuel: u64,
    /// The peak size of all memories together, in bytes.
    pub peak_memory: u64,
    /// Calls to functions of the host.
    pub host_calls: u64,
    /// Bytes printed.
    pub output: u64,
}

/// The state that host functions have access to.
struct Host {
    wasi: WasiCtx,
    limiter: Limiter,
}

/// One run of a module, from its first instruction to its end.
pub struct Session {
    store: Store<Host>,
    memories: Vec<Memory>,
    /// The memory that WASI reads and writes: the one exported as "memory".
    wasi_memory: Option<Memory>,
    /// The remaining calls; the entry is the last.
    calls: VecDeque<PlannedCall>,
    /// The results of the active call.
    results: Vec<Val>,
    state: State,
    limits: Limits,
    fuel: u64,
    description: String,
    is_command: bool,
}

struct PlannedCall {
    function: Func,
    arguments: Vec<Val>,
    results: usize,
}

enum State {
    /// The next call has to be made.
    Next,
    OutOfFuel(ResumableCallOutOfFuel),
    Suspended(ResumableCallHostTrap),
    Done(Outcome),
}

/// Why a session did not start.
#[derive(Debug)]
pub enum StartError {
    /// The program cannot run with this configuration.
    Problems(Vec<Problem>),
    /// Initializing memories, tables and data already ended the run.
    Outcome(Outcome),
}

impl From<Box<Problem>> for StartError {
    fn from(problem: Box<Problem>) -> Self {
        Self::Problems(vec![*problem])
    }
}

impl Session {
    /// Instantiates a module and prepares the call, without executing an instruction.
    ///
    /// # Errors
    ///
    /// An entry that does not exist or has the wrong arguments, an unresolved import, a segment out of bounds, a memory
    /// above the limit.
    pub fn start(
        file: &str,
        compiled: &Compiled,
        summary: &Summary,
        config: SessionConfig,
    ) -> Result<Self, StartError> {
        let missing = imports::missing(file, summary, false);
        if !missing.is_empty() {
            return Err(StartError::Problems(missing.into_iter().map(|(_, problem)| problem).collect()));
        }
        let plan = plan(file, summary, &config.entry)?;
        let unreadable = |error: &dyn std::fmt::Display| refused(file, error);
        let Compiled { engine, module, reserved, .. } = compiled;
        if let Some(refusal) = Refusal::at_start(reserved.memory_bytes, &config.limits) {
            return Err(StartError::Outcome(Outcome::refused(&refusal)));
        }

        let is_command = plan.is_command;
        let host = Host { wasi: WasiCtx::new(config.wasi), limiter: Limiter::new(&config.limits) };
        let mut store = Store::new(engine, host);
        store.limiter(|host| &mut host.limiter);
        store.set_fuel(u64::MAX).map_err(|error| unreadable(&error))?;
        let mut linker = Linker::new(engine);
        wasi::add_imported_to_linker(&mut linker, module, |host: &mut Host| &mut host.wasi)
            .map_err(|error| unreadable(&error))?;
        let instance = linker.instantiate_and_start(&mut store, module).map_err(|error| {
            let refused = store.data().limiter.refused();
            match (outcome::trap_code(&error), refused) {
                (_, Some(refusal)) => StartError::Outcome(Outcome::refused(refusal)),
                (Some(code), None) => StartError::Outcome(segment_trap(code.into(), &config.limits)),
                (None, None) => unreadable(&error).into(),
            }
        })?;

        let memories = memories(&store, instance, reserved);
        let wasi_memory = instance.get_memory(&store, "memory");
        store.data_mut().wasi.set_memory(wasi_memory);
        let description = plan.description.clone();
        let calls = calls(&store, instance, reserved, summary, plan);
        Ok(Self {
            store,
            memories,
            wasi_memory,
            calls,
            results: Vec::new(),
            state: State::Next,
            limits: config.limits,
            fuel: 0,
            description,
            is_command,
        })
    }

    /// The call as a user would write it: `_start()`, `add(2, 3)`.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Continues for about `fuel` units of work, or until the program waits or ends.
    ///
    /// If the program waits, call this again after providing input, or when the time has come.
    pub fn advance(&mut self, fuel: u64) -> Progress {
        loop {
            let step = match std::mem::replace(&mut self.state, State::Next) {
                State::Done(outcome) => {
                    self.state = State::Done(outcome.clone());
                    return Progress::Done(outcome);
                }
                State::Next => {
                    let Some(call) = self.calls.pop_front() else {
                        let outcome = self.returned();
                        return self.done(outcome);
                    };
                    self.results = vec![Val::I32(0); call.results];
                    let given = self.refuel(fuel);
                    let step = call.function.call_resumable(&mut self.store, &call.arguments, &mut self.results);
                    self.charge(given);
                    step
                }
                State::OutOfFuel(paused) => {
                    let given = self.refuel(fuel.max(paused.required_fuel()));
                    let step = paused.resume(&mut self.store, &mut self.results);
                    self.charge(given);
                    step
                }
                State::Suspended(paused) => {
                    let Some(memory) = self.wasi_memory else {
                        return self.done(Outcome::Trapped(no_memory()));
                    };
                    match wasi::retry(&mut self.store, memory, |host| &mut host.wasi) {
                        Ok(Retry::Resume(errno)) => {
                            let given = self.refuel(fuel);
                            let step = paused.resume(&mut self.store, &[Val::I32(errno)], &mut self.results);
                            self.charge(given);
                            step
                        }
                        Ok(Retry::Suspend(suspend)) => {
                            self.state = State::Suspended(paused);
                            return waiting(suspend);
                        }
                        Err(error) => Err(error),
                    }
                }
            };
            match step {
                Ok(ResumableCall::Finished) => self.state = State::Next,
                Ok(ResumableCall::OutOfFuel(paused)) => {
                    self.state = State::OutOfFuel(paused);
                    return Progress::Running;
                }
                Ok(ResumableCall::HostTrap(paused)) => match paused.host_error().downcast_ref::<Suspend>().copied() {
                    Some(suspend) => {
                        self.state = State::Suspended(paused);
                        return waiting(suspend);
                    }
                    None => {
                        let outcome = self.outcome(&paused.into_host_error());
                        return self.done(outcome);
                    }
                },
                Err(error) => {
                    let outcome = self.outcome(&error);
                    return self.done(outcome);
                }
            }
        }
    }

    /// Ends the run from outside; [`Session::advance`] then returns this outcome.
    pub fn end(&mut self, outcome: Outcome) {
        if !matches!(self.state, State::Done(_)) {
            self.state = State::Done(outcome);
        }
    }

    /// The program's WASI state: input, output, files.
    pub fn wasi(&self) -> &WasiCtx {
        &self.store.data().wasi
    }

    /// See [`Session::wasi`].
    pub fn wasi_mut(&mut self) -> &mut WasiCtx {
        &mut self.store.data_mut().wasi
    }

    /// The number of memories of the module.
    pub fn memories(&self) -> usize {
        self.memories.len()
    }

    /// The current bytes of a memory.
    pub fn memory(&self, index: usize) -> Option<&[u8]> {
        self.memories.get(index).map(|memory| memory.data(&self.store))
    }

    /// The resources used so far.
    pub fn counters(&self) -> Counters {
        let host = self.store.data();
        Counters {
            fuel: self.fuel,
            peak_memory: host.limiter.peak_memory(),
            host_calls: host.wasi.host_calls(),
            output: host.wasi.output_bytes(),
        }
    }

    /// The last growth that a limit refused, as a sentence without a full stop.
    pub fn refused(&self) -> Option<String> {
        self.store.data().limiter.refused().map(Refusal::describe)
    }

    fn done(&mut self, outcome: Outcome) -> Progress {
        self.state = State::Done(outcome.clone());
        Progress::Done(outcome)
    }

    fn returned(&self) -> Outcome {
        if self.is_command {
            return Outcome::Exited(0);
        }
        Outcome::Returned(self.results.iter().map(|result| value::show(&result.into())).collect())
    }

    /// Fuel metering is always on, so setting and reading the fuel cannot fail.
    fn refuel(&mut self, fuel: u64) -> u64 {
        let set = self.store.set_fuel(fuel);
        debug_assert!(set.is_ok());
        let ahead = self.fuel.saturating_add(fuel);
        self.wasi_mut().set_fuel_ahead(ahead);
        fuel
    }

    fn charge(&mut self, given: u64) {
        let left = self.store.get_fuel().unwrap_or(0);
        self.fuel += given.saturating_sub(left);
    }

    fn outcome(&self, error: &Error) -> Outcome {
        Outcome::of_error(error, &self.limits, self.store.data().limiter.refused())
    }
}

fn no_memory() -> Trap {
    Trap {
        kind: TrapKind::NoMemory,
        message: "the program waits for input but has no memory to read it into".to_owned(),
        help: "declare a memory and export it as \"memory\"".to_owned(),
    }
}

fn waiting(suspend: Suspend) -> Progress {
    match suspend {
        Suspend::NeedsInput => Progress::NeedsInput,
        Suspend::SleepUntil { monotonic_ns } => Progress::Sleeping { until: monotonic_ns },
        Suspend::NeedsInputOrUntil { monotonic_ns } => Progress::NeedsInputOrSleeping { until: monotonic_ns },
    }
}

/// The outcome for an active segment that is out of bounds.
pub fn segment_trap(kind: TrapKind, limits: &Limits) -> Outcome {
    match Outcome::trapped(kind, limits, None) {
        Outcome::Trapped(trap) => Outcome::Trapped(Trap {
            message: format!("{} while initializing data and element segments", trap.message),
            help: "a `data` or `elem` segment does not fit: make the memory or table larger, or the offset smaller"
                .to_owned(),
            ..trap
        }),
        other => other,
    }
}

fn memories(store: &Store<Host>, instance: Instance, reserved: &Reserved) -> Vec<Memory> {
    (0..reserved.memories).filter_map(|index| instance.get_memory(store, &reserved.memory(index))).collect()
}

/// The start function, then `_initialize`, then the entry if there is one (WASI application ABI: a reactor is
/// initialized before anything else in it is called).
fn calls(
    store: &Store<Host>,
    instance: Instance,
    reserved: &Reserved,
    summary: &Summary,
    plan: Plan,
) -> VecDeque<PlannedCall> {
    let mut calls = VecDeque::new();
    let mut push = |name: &str, arguments: Vec<Val>| {
        if let Some(Extern::Func(function)) = instance.get_export(store, name) {
            let results = function.ty(store).results().len();
            calls.push_back(PlannedCall { function, arguments, results });
        }
    };
    if reserved.has_start {
        push(&reserved.start(), Vec::new());
    }
    let initialize = summary.function_export("_initialize").filter(|export| export.params.is_empty());
    if initialize.is_some() && plan.name.as_deref() != Some("_initialize") {
        push("_initialize", Vec::new());
    }
    if let Some(name) = &plan.name {
        push(name, plan.arguments.into_iter().map(Val::from).collect());
    }
    calls
}
