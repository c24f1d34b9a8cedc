//! The ways in which a call can end other than returning an errno.

use super::errno::Errno;
use wasmoscope_vfs::VfsError;

/// Why a call waits. [`WasiCtx::retry`](super::WasiCtx::retry) finishes it. On wasmi, this is the host error of the
/// guest's suspended call, and [`retry`](super::retry) finishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Suspend {
    /// Standard input is read and there is none.
    #[error("waiting for standard input")]
    NeedsInput,
    /// The program sleeps until the monotonic clock reaches this.
    #[error("sleeping")]
    SleepUntil { monotonic_ns: u64 },
    /// Whichever comes first.
    #[error("waiting for standard input or until a time")]
    NeedsInputOrUntil { monotonic_ns: u64 },
}

/// Why a call ends the run: a limit, by its name and value. On wasmi, this is the host error of a call that
/// does not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    #[error("the program printed more than the output limit of {limit} bytes")]
    OutputLimit { limit: u64 },
    /// It waits for something that cannot come.
    #[error("the program waits for an event that can never happen")]
    WaitsForever,
}

/// How a call ends that does not succeed.
#[derive(Debug)]
pub(super) enum Fail {
    Errno(Errno),
    /// Only after [`WasiCtx::pending`](super::WasiCtx) has been set.
    Suspend(Suspend),
    Stop(Stop),
    Exit(u32),
}

impl From<Errno> for Fail {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<VfsError> for Fail {
    fn from(error: VfsError) -> Self {
        Self::Errno(error.into())
    }
}

/// The result of a call, once its outputs are in the guest's memory.
pub(super) type CallResult = Result<(), Fail>;
