//! The call stack of a plain run that failed, found while the worker is idle.

use std::rc::Rc;

use super::pace::Pace;
use super::run::Run;
use super::sources::Maps;
use super::{Platform, to_proto};
use crate::engine::debugger::backtrace::{BacktraceReplay, FrameCall, ReplayProgress};
use crate::engine::debugger::describe_rounds;
use crate::engine::inspect::Summary;
use crate::engine::source::Source;
use crate::engine::source_map::dwarf::DebugInfo;
use crate::protocol::{self, Backtrace, BacktraceCall, Event, RunId};

/// The most frames that are sent.
const MOST_FRAMES: usize = 50;
/// The time limit of the whole search, in milliseconds.
const MOST_MS: f64 = 10_000.0;
/// The most memory that a run may have used, in bytes: the replay needs as much again.
const MOST_MEMORY: u64 = 512 << 20;
/// Steps for the first slice: few, because the speed is not known yet.
const FIRST_STEPS: u64 = 20_000;

/// An active search for the call stack of a run.
pub(super) struct BacktraceSearch {
    run: RunId,
    replay: BacktraceReplay,
    maps: Maps,
    pace: Pace,
    spent_ms: f64,
}

/// The inputs that a run was started with.
pub(super) struct Started<'a> {
    pub source: &'a Source,
    pub wasm: &'a [u8],
    pub summary: &'a Summary,
    pub entry: protocol::Entry,
    pub limits: &'a protocol::Limits,
    pub info: Option<Rc<DebugInfo>>,
}

impl BacktraceSearch {
    /// Starts the search, or returns the event that says why it cannot.
    pub fn start(run: &Run, started: Started<'_>) -> Result<Self, Box<Event>> {
        let Started { source, wasm, summary, entry, limits, info } = started;
        let id = run.id();
        if run.peak_memory() > MOST_MEMORY {
            return Err(Box::new(no_backtrace(id, "the program used too much memory for a replay")));
        }
        let (entry, limits) = (to_proto::entry(entry), to_proto::limits(limits));
        let replay = BacktraceReplay::start(&source.name, wasm, summary, &entry, limits, run.record())
            .map_err(|_| Box::new(no_backtrace(id, "the replay could not start")))?;
        let maps = Maps::of_source(source, wasm, info);
        Ok(Self { run: id, replay, maps, pace: Pace::starting_at(FIRST_STEPS), spent_ms: 0.0 })
    }

    /// Searches for a slice; returns the result at the end.
    pub fn slice(&mut self, platform: &impl Platform) -> Option<Event> {
        let (progress, elapsed) = self.pace.slice(platform.now_ms(), platform, |steps| self.replay.advance(steps));
        self.spent_ms += elapsed;
        match progress {
            ReplayProgress::Working if self.spent_ms > MOST_MS => Some(no_backtrace(
                self.run,
                "the run was too long to replay automatically; press Debug and go to the end to see it",
            )),
            ReplayProgress::Working => None,
            ReplayProgress::AtFailure => Some(self.found()),
            ReplayProgress::Diverged => Some(no_backtrace(self.run, "the replay ended differently")),
        }
    }

    fn found(&mut self) -> Event {
        // The loops of compiled code may not be those of its source.
        let rounds = if self.maps.has_sources() { Vec::new() } else { self.replay.loop_rounds() };
        let rounds = describe_rounds(&rounds, |offset| Some(format!("line {}", self.maps.text.location(offset)?.line)));
        let (calls, hidden) = self.replay.calls(MOST_FRAMES, self.maps.info.as_deref());
        let calls = calls.into_iter().map(|call| self.to_call(call)).collect();
        let cause = self.replay.cause().map(|cause| format!("{cause}{rounds}")).unwrap_or_default();
        Event::Backtrace { run: self.run, backtrace: Backtrace { calls, hidden: hidden as u32, cause, problem: None } }
    }

    fn to_call(&self, call: FrameCall) -> BacktraceCall {
        BacktraceCall {
            source: self.maps.source(&call),
            place: self.maps.text.location(call.offset).as_ref().map(to_proto::span),
            function: call.function,
            is_inlined: call.is_inlined,
            offset: call.offset,
        }
    }
}

fn no_backtrace(run: RunId, why: &str) -> Event {
    let backtrace = Backtrace { calls: Vec::new(), hidden: 0, cause: String::new(), problem: Some(why.to_owned()) };
    Event::Backtrace { run, backtrace }
}
