//! The trace of a run: the WASI calls that the program made, with their arguments and results.
//!
//! [`WasiCtx::call`] reports the beginning and the end of each call to the [`Trace`]; without one, all it costs is the
//! check. The arguments are read from the guest's memory when a call begins (`arguments`), the results when it ends
//! (`results`); one table says what each parameter means (`parameters`). The last calls are kept as compact bytes
//! ([`Ring`]), and decoded to a [`TraceCall`] on demand.
//!
//! A program that goes back ([`WasiCtx::restore`]) repeats calls that are in the trace: they are not added twice. If
//! its execution then diverges ([`WasiCtx::forget_what_comes`]), the later calls are dropped.
//!
//! Tracing does not change what the program sees: the trace has its own clock, whose readings are not recorded, and a
//! pointer out of the guest's memory is shown as one ([`Value::OutOfBounds`]).

mod arguments;
mod buffers;
mod call;
mod dirent;
mod enum_names;
mod filter;
mod memory;
mod names;
mod open;
mod parameters;
mod poll;
mod results;
mod ring;
mod stat;
mod text;
mod value;

pub use buffers::{Buffer, Buffers};
pub use call::{Outcome, TraceCall};
pub use dirent::Dirents;
pub use enum_names::{EnumNames, FlagSet};
pub use filter::Filter;
pub(super) use names::Names;
pub use poll::{Events, Subscriptions};
pub use ring::Ring;
pub use stat::{Fdstat, Filestat};
pub use text::Text;
pub use value::Value;

use super::call::Invocation;
use super::ctx::{Clock, WasiCtx};
use super::memory::Bytes;
use super::suspend::CallResult;
use memory::View;
use open::Open;
use parameters::function_name;

/// The calls of a run that are kept, and the one that is waiting.
pub struct Trace {
    clock: Box<dyn Clock>,
    started_ns: u64,
    /// The number of calls before the trace began.
    made_before: u64,
    names: Names,
    ring: Ring,
    /// The call that has begun and not ended.
    open: Option<Open>,
}

impl Trace {
    /// The calls that are kept.
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// How many calls have ended since the trace started, including those that are no longer kept.
    pub fn total(&self) -> u64 {
        self.ring.total()
    }

    /// The call that has begun and not ended: it is waiting, or it ended the program.
    pub fn waiting(&self) -> Option<TraceCall> {
        let open = self.open.as_ref().filter(|open| !open.known);
        open.map(|open| open.call(self.ring.total() + 1, Outcome::Waits))
    }

    /// Takes all calls out of the trace.
    pub fn take(&mut self) -> impl Iterator<Item = TraceCall> + use<> {
        self.ring.take()
    }

    fn now(&mut self) -> u64 {
        self.clock.monotonic_ns().saturating_sub(self.started_ns)
    }
}

impl WasiCtx {
    /// Starts tracing; `clock` provides the times of calls.
    pub fn start_trace(&mut self, mut clock: Box<dyn Clock>) {
        let names = Names::new(self.descriptors.numbered());
        let started_ns = clock.monotonic_ns();
        let made_before = self.host_calls;
        let ring = Ring::default();
        self.trace = Some(Box::new(Trace { clock, started_ns, made_before, names, ring, open: None }));
    }

    /// The calls, if they are traced.
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.as_deref()
    }

    /// The calls, if they are traced.
    pub fn trace_mut(&mut self) -> Option<&mut Trace> {
        self.trace.as_deref_mut()
    }

    /// The names of descriptors known so far, to be passed to [`WasiCtx::trace_taken_back`].
    pub(super) fn trace_names(&self) -> Option<Names> {
        self.trace.as_ref().map(|trace| trace.names.clone())
    }

    /// The program went to another step, at which descriptors had these names.
    pub(super) fn trace_taken_back(&mut self, names: Option<&Names>) {
        let Some(trace) = &mut self.trace else { return };
        // A waiting call will be made again.
        trace.open = None;
        if let Some(names) = names {
            trace.names = names.clone();
        }
    }

    /// Execution diverges here: later calls are discarded.
    pub(super) fn trace_forget_what_comes(&mut self) {
        let Some(trace) = &mut self.trace else { return };
        trace.ring.forget_after(self.host_calls.saturating_sub(trace.made_before));
    }

    /// A call begins.
    #[cold]
    #[inline(never)]
    pub(super) fn trace_begin(&mut self, memory: Bytes<'_>, invocation: &Invocation<'_>) {
        let number = self.host_calls;
        let Some(trace) = &mut self.trace else { return };
        let known = number.saturating_sub(trace.made_before) <= trace.ring.total();
        if known && !Names::are_changed_by(function_name(invocation.import.function.number())) {
            trace.open = None;
            return;
        }
        let at_ns = trace.now();
        // A program that was moved away from a waiting call has left it for good.
        if let Some(left) = trace.open.take().filter(|open| !open.known) {
            trace.ring.push(left.stored(Outcome::Waits));
        }
        let open = Open::new(invocation, View(memory), &trace.names, at_ns);
        trace.open = Some(Open { known, ..open });
    }

    /// The last call has returned, or starts to wait.
    #[cold]
    #[inline(never)]
    pub(super) fn trace_end(&mut self, memory: Bytes<'_>, result: &CallResult) {
        let Some(trace) = &mut self.trace else { return };
        let Some(mut open) = trace.open.take() else { return };
        let Some(outcome) = open.outcome(result) else {
            open.waits = true;
            trace.open = Some(open);
            return;
        };
        if open.waits {
            open.waited_ns = Some(trace.now().saturating_sub(open.at_ns));
        }
        if outcome.succeeded() {
            let strings = (self.record.args.len(), self.record.env.len());
            open.results = results::results(&open, View(memory), strings);
            trace.names.learn(&open);
        }
        if !open.known {
            trace.ring.push(open.stored(outcome));
        }
    }
}
