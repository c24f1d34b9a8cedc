//! The program as a process.

use super::HostCall;
use super::errno::Errno;
use super::suspend::{CallResult, Fail};

impl HostCall<'_> {
    pub(super) fn proc_exit(&mut self, code: u32) -> CallResult {
        Err(Fail::Exit(code))
    }

    /// In [`UNSUPPORTED`](super::UNSUPPORTED).
    pub(super) fn proc_raise(&mut self, _signal: u32) -> CallResult {
        Err(Errno::Notsup.into())
    }

    pub(super) fn sched_yield(&mut self) -> CallResult {
        Ok(())
    }
}
