//! How a call gets from an engine to its function and back. Each engine calls [`WasiCtx::call`] for every import of
//! WASI that the program calls, and [`WasiCtx::retry`] for a call that waits.

use super::HostCall;
use super::abi::Version;
use super::ctx::{Pending, WasiCtx};
use super::errno::Errno;
use super::functions::Import;
use super::memory::{BytesMut, GuestMemory, Memory};
use super::suspend::{CallResult, Fail, Stop, Suspend};

/// How many bytes moved between guest and host cost as much as one instruction.
pub(super) const BYTES_PER_FUEL: u64 = 64;
/// The fixed cost of a call, in bytes: as much as a few instructions.
const CALL_COST: u64 = 4 * BYTES_PER_FUEL;

/// A call that a program makes.
#[derive(Debug, Clone, Copy)]
pub struct Invocation<'a> {
    pub import: Import,
    /// As many as the function has parameters; an `i32` is zero-extended.
    pub arguments: &'a [u64],
    /// Where the program is: its step if steps are counted ([`CallSteps::count`](super::CallSteps::count)),
    /// otherwise the fuel that it has used. Anything unless [`WasiCtx::needs_position`].
    pub position: u64,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// It returns this to the program. `proc_exit` never does.
    Returned(Errno),
    /// It waits: the engine suspends the program, and [`WasiCtx::retry`] finishes the call.
    Suspended(Suspend),
    /// It ends the program with this exit code.
    Exited(u32),
    /// It ends the run.
    Stopped(Stop),
}

/// Why a call cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error(
        "the module calls WASI but does not export its memory: WASI needs an exported memory named `memory`, as in \
         (memory (export \"memory\") 1)"
    )]
    NoMemory,
    /// A bug of the engine.
    #[error("{function} takes {expected} arguments, but it was called with {given}")]
    Arguments { function: &'static str, expected: usize, given: usize },
    #[error("no call waits to be finished")]
    NothingWaits,
}

impl WasiCtx {
    /// Whether a trace or a debugger records the [position](Invocation::position) of each call. Otherwise the engine
    /// need not find it out.
    pub fn needs_position(&self) -> bool {
        self.trace.is_some() || self.call_steps.are_counted()
    }

    /// Makes a call. `memory` is the memory that the program exports as `memory`; it can be left out where
    /// [the function does not need it](super::Function::needs_memory).
    ///
    /// # Errors
    ///
    /// [`CallError::NoMemory`] if the function needs the memory, and [`CallError::Arguments`] if the number of
    /// arguments is wrong. Nothing has happened then.
    pub fn call(
        &mut self,
        invocation: &Invocation<'_>,
        memory: Option<&mut dyn GuestMemory>,
    ) -> Result<Called, CallError> {
        let function = invocation.import.function;
        let memory = match memory {
            Some(memory) => BytesMut::of(memory),
            None if function.needs_memory() => return Err(CallError::NoMemory),
            None => BytesMut::none(),
        };
        let (expected, given) = (function.parameters().len(), invocation.arguments.len());
        if expected != given {
            return Err(CallError::Arguments { function: function.name(), expected, given });
        }
        Ok(self.perform(invocation, memory).into())
    }

    /// Makes a call, of which is known that it has what it needs.
    #[inline(always)]
    pub(super) fn perform(&mut self, invocation: &Invocation<'_>, mut memory: BytesMut<'_>) -> CallResult {
        let Import { function, version } = invocation.import;
        let printed = self.output_bytes;
        self.begin_call();
        self.fuel_debt += CALL_COST;
        let memory = Memory::new(memory.reborrow(), self.accesses.clone());
        let mut call = HostCall { ctx: self, memory, version };
        // Without a trace, this check is the only cost.
        let result = if call.ctx.trace.is_none() {
            function.perform(&mut call, invocation.arguments)
        } else {
            call.perform_traced(invocation)
        };
        if self.call_steps.are_counted() {
            self.call_steps.note(invocation.position, self.output_bytes > printed);
        }
        result
    }

    /// Finishes the call that ended with [`Called::Suspended`], after input has come or time has passed. It may have to
    /// wait again. `memory` is the memory that the program exports as `memory`.
    ///
    /// # Errors
    ///
    /// [`CallError::NothingWaits`] if no call is waiting.
    pub fn retry(&mut self, memory: &mut dyn GuestMemory) -> Result<Called, CallError> {
        let pending = self.pending.take().ok_or(CallError::NothingWaits)?;
        let memory = Memory::new(BytesMut::of(memory), self.accesses.clone());
        // A waiting call is the same in both versions, except for the layout, which its pending state contains.
        let mut call = HostCall { ctx: self, memory, version: Version::Preview1 };
        let result = match pending {
            Pending::Read { fd, iovs, iovs_len, nread } => call.fd_read(fd, iovs, iovs_len, nread),
            Pending::Poll(poll) => call.poll(poll),
        };
        if call.ctx.trace.is_some() {
            call.ctx.trace_end(call.memory.unrecorded(), &result);
        }
        Ok(Called::from(result))
    }
}

impl HostCall<'_> {
    /// Makes the call, and records its beginning and end in the trace.
    #[cold]
    #[inline(never)]
    fn perform_traced(&mut self, invocation: &Invocation<'_>) -> CallResult {
        self.ctx.trace_begin(self.memory.unrecorded(), invocation);
        let result = invocation.import.function.perform(self, invocation.arguments);
        self.ctx.trace_end(self.memory.unrecorded(), &result);
        result
    }
}

impl From<CallResult> for Called {
    fn from(result: CallResult) -> Self {
        match result {
            Ok(()) => Self::Returned(Errno::Success),
            Err(Fail::Errno(errno)) => Self::Returned(errno),
            Err(Fail::Suspend(suspend)) => Self::Suspended(suspend),
            Err(Fail::Stop(stop)) => Self::Stopped(stop),
            Err(Fail::Exit(code)) => Self::Exited(code),
        }
    }
}
