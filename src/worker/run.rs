//! One run as the page sees it: its slices, its waits, its output.

use std::ops::Range;

use super::engines::Execution;
use super::event_loop::Next;
use super::pace::Pace;
use super::{Platform, to_proto};
use crate::engine::debugger::DebugSession;
use crate::engine::runtime::{LimitKind, Outcome, Progress, StartError};
use crate::engine::source::Source;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::trace::Trace;
use crate::engine::wasi::{self, WasiConfig};
use crate::protocol::{Counters, Event, MemoryView, MemoryWatch, RunId, RunOptions};

/// How often output is sent, in milliseconds: about once per frame.
const OUTPUT_MS: f64 = 16.0;
/// How often counters and memory are sent while the program runs, in milliseconds.
const CALLS_INTERVAL_MS: f64 = 100.0;
/// The fuel for the first slice: little, because its speed is not known yet.
const FIRST_FUEL: u64 = 10_000;

pub(super) struct Run {
    id: RunId,
    session: Execution,
    phase: Phase,
    /// In fuel.
    pace: Pace,
    started_ms: f64,
    compile_ms: f64,
    run_ms: f64,
    wall_time: Option<u64>,
    output_ms: f64,
    calls_sent_ms: f64,
    /// The file tree as the page knows it.
    files_before: Vfs,
    sent: Option<MemoryView>,
    /// Whether the program failed at a position that has not been searched for yet.
    failed: bool,
}

enum Phase {
    Running,
    /// Waits for input, until the monotonic clock reaches this many nanoseconds, or either.
    Waiting {
        input: bool,
        until: Option<u64>,
    },
    Paused,
    Over,
}

impl Run {
    /// Begins with a program that `start` instantiates. On failure, returns the event that reports it.
    pub fn start(
        id: RunId,
        start: impl FnOnce() -> Result<Execution, StartError>,
        options: &RunOptions,
        files: Vfs,
        platform: &impl Platform,
        compile_ms: f64,
    ) -> Result<Self, Box<Event>> {
        let started_ms = platform.now_ms();
        let session = start();
        let compile_ms = compile_ms + platform.now_ms() - started_ms;
        let mut session = session.map_err(|error| to_proto::not_started(id, error, compile_ms))?;
        if options.trace {
            session.wasi_mut().start_trace(platform.clock());
        }
        Ok(Self {
            id,
            session,
            phase: Phase::Running,
            pace: Pace::starting_at(FIRST_FUEL),
            started_ms: platform.now_ms(),
            compile_ms,
            run_ms: 0.0,
            wall_time: options.limits.wall_time,
            output_ms: f64::NEG_INFINITY,
            calls_sent_ms: platform.now_ms(),
            files_before: files,
            sent: None,
            failed: false,
        })
    }

    pub fn id(&self) -> RunId {
        self.id
    }

    /// The call, as a user would write it.
    pub fn description(&self) -> &str {
        self.session.description()
    }

    /// See [`Execution::copied`].
    pub fn copied(&self) -> Option<&DebugSession> {
        self.session.copied()
    }

    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Runs for one slice, unless paused or waiting, and returns when to call it again.
    pub fn slice(&mut self, platform: &impl Platform, emit: &mut dyn FnMut(Event)) -> Next {
        let now = platform.now_ms();
        if let Some(limit) = self.wall_time
            && now - self.started_ms > limit as f64
        {
            self.finish(Outcome::wall_time(limit), emit);
            return Next::Idle;
        }
        match self.phase {
            Phase::Paused | Phase::Over => return Next::Idle,
            Phase::Waiting { until, .. } => match until.map(|until| milliseconds_left(until, platform)) {
                Some(left) if left > 0.0 => return self.wait(Some(left), now),
                Some(_) => self.go_on(emit),
                None => return self.wait(None, now),
            },
            Phase::Running => {}
        }
        let (progress, elapsed) = self.pace.slice(now, platform, |fuel| self.session.advance(fuel));
        self.run_ms += elapsed;
        match progress {
            Progress::Running => {
                if now - self.output_ms >= OUTPUT_MS {
                    self.output_ms = now;
                    self.send_output(emit);
                }
                Next::Now
            }
            Progress::Done(outcome) => {
                self.finish(outcome, emit);
                Next::Idle
            }
            Progress::NeedsInput => self.suspend(true, None, platform, emit),
            Progress::Sleeping { until } => self.suspend(false, Some(until), platform, emit),
            Progress::NeedsInputOrSleeping { until } => self.suspend(true, Some(until), platform, emit),
        }
    }

    fn suspend(
        &mut self,
        input: bool,
        until: Option<u64>,
        platform: &impl Platform,
        emit: &mut dyn FnMut(Event),
    ) -> Next {
        self.phase = Phase::Waiting { input, until };
        self.send_output(emit);
        emit(self.progress());
        let left = until.map(|until| milliseconds_left(until, platform).max(0.0));
        if input {
            emit(Event::WaitingForInput { run: self.id });
        } else if let Some(left) = left {
            emit(Event::Sleeping { run: self.id, milliseconds: left });
        }
        self.wait(left, platform.now_ms())
    }

    /// When to check on a waiting program: at the latest when its time is up.
    fn wait(&self, left: Option<f64>, now: f64) -> Next {
        let rest = self.wall_time.map(|limit| (self.started_ms + limit as f64 - now).max(0.0) + 1.0);
        match (left, rest) {
            (Some(left), Some(rest)) => Next::After(left.min(rest)),
            (Some(left), None) => Next::After(left),
            (None, Some(rest)) => Next::After(rest),
            (None, None) => Next::Idle,
        }
    }

    /// Whether it is time to send counters and memory; returns true once for each.
    pub fn is_calls_update_due(&mut self, platform: &impl Platform) -> bool {
        let now = platform.now_ms();
        let due = now - self.calls_sent_ms >= CALLS_INTERVAL_MS;
        if due {
            self.calls_sent_ms = now;
        }
        due
    }

    /// Pauses before the next slice; returns false if it was paused already.
    pub fn pause(&mut self) -> bool {
        let pauses = matches!(self.phase, Phase::Running | Phase::Waiting { .. });
        if pauses {
            self.phase = Phase::Paused;
        }
        pauses
    }

    /// Continues after [`Run::pause`]; a program that was waiting will report that again.
    pub fn unpause(&mut self) -> bool {
        let paused = matches!(self.phase, Phase::Paused);
        if paused {
            self.phase = Phase::Running;
        }
        paused
    }

    pub fn push_stdin(&mut self, bytes: &[u8], emit: &mut dyn FnMut(Event)) {
        self.session.wasi_mut().push_stdin(bytes);
        self.input_came(emit);
    }

    pub fn close_stdin(&mut self, emit: &mut dyn FnMut(Event)) {
        self.session.wasi_mut().close_stdin();
        self.input_came(emit);
    }

    fn input_came(&mut self, emit: &mut dyn FnMut(Event)) {
        if matches!(self.phase, Phase::Waiting { input: true, .. }) {
            self.go_on(emit);
        }
    }

    fn go_on(&mut self, emit: &mut dyn FnMut(Event)) {
        self.phase = Phase::Running;
        emit(Event::Continued { run: self.id });
    }

    /// Whether to search for the position at which the program failed; returns true only once.
    pub fn take_failed(&mut self) -> bool {
        std::mem::take(&mut self.failed)
    }

    /// Ends the run at the user's request.
    pub fn stop(&mut self, emit: &mut dyn FnMut(Event)) {
        self.finish(Outcome::Stopped, emit);
    }

    fn finish(&mut self, outcome: Outcome, emit: &mut dyn FnMut(Event)) {
        self.session.end(outcome.clone());
        self.failed = match &outcome {
            Outcome::Trapped(_) => true,
            Outcome::LimitReached { limit, .. } => *limit == LimitKind::Recursion,
            Outcome::Exited(_) | Outcome::Returned(_) | Outcome::Stopped => false,
        };
        self.phase = Phase::Over;
        self.send_output(emit);
        emit(Event::Finished { run: self.id, outcome: to_proto::outcome(outcome), counters: self.counters() });
    }

    /// Sends the output that has not been sent yet.
    pub fn send_output(&mut self, emit: &mut dyn FnMut(Event)) {
        let chunks = to_proto::output(self.session.wasi_mut().take_output());
        if !chunks.is_empty() {
            emit(Event::Output { run: self.id, chunks });
        }
    }

    /// The counters as an event.
    pub fn progress(&self) -> Event {
        Event::Progress { run: self.id, counters: self.counters() }
    }

    fn counters(&self) -> Counters {
        let counters = self.session.counters();
        Counters {
            fuel: counters.fuel,
            compile_ms: self.compile_ms,
            run_ms: self.run_ms,
            peak_memory: counters.peak_memory,
            host_calls: counters.host_calls,
            output: counters.output,
            refused: self.session.refused(),
        }
    }

    /// The watched window; `None` if it is the same as the one sent last, unless `always` is set.
    pub fn memory_view(&mut self, watch: MemoryWatch, always: bool) -> Option<Event> {
        let memory = watch.memory as usize;
        let read = |range: Range<u64>| self.session.memory(memory, range.start, range.end - range.start);
        let view = to_proto::memory_view(watch, self.session.memory_size(memory), self.session.memories(), read);
        if !always && self.sent.as_ref() == Some(&view) {
            return None;
        }
        self.sent = Some(view.clone());
        Some(Event::Memory { run: self.id, view })
    }

    /// The calls so far, if they are traced.
    pub fn trace(&self) -> Option<&Trace> {
        self.session.wasi().trace()
    }

    /// The peak size of all memories together, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.session.counters().peak_memory
    }

    /// The input recorded so far.
    pub fn record(&self) -> &wasi::Record {
        self.session.wasi().record()
    }

    pub fn vfs(&self) -> &Vfs {
        self.session.wasi().vfs()
    }

    pub fn vfs_mut(&mut self) -> &mut Vfs {
        self.session.wasi_mut().vfs_mut()
    }

    /// The file tree as last reported to the page.
    pub fn files_before(&self) -> &Vfs {
        &self.files_before
    }

    /// Marks the current file tree as reported to the page.
    pub fn files_are_kept(&mut self) {
        self.files_before = self.vfs().clone();
    }
}

/// The environment of a program when it starts.
pub(super) fn wasi_config(source: &Source, options: &RunOptions, files: Vfs, platform: &impl Platform) -> WasiConfig {
    let program = std::iter::once(&source.name).chain(&options.arguments);
    let environment = options.environment.iter();
    WasiConfig {
        args: program.map(|argument| argument.clone().into_bytes()).collect(),
        env: environment.map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes())).collect(),
        vfs: files,
        preopens: wasi::root_preopen(),
        clock: platform.clock(),
        random: platform.random(),
        output_limit: options.limits.output,
    }
}

pub(super) fn milliseconds_left(until: u64, platform: &impl Platform) -> f64 {
    until.saturating_sub(platform.clock().monotonic_ns()) as f64 / 1e6
}
