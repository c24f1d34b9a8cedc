//! Clocks.

use super::HostCall;
use super::abi::clockid;
use super::errno::Errno;
use super::suspend::CallResult;

/// The resolution of the clocks in nanoseconds: the best that browsers offer.
const RESOLUTION: u64 = 1_000;

impl HostCall<'_> {
    pub(super) fn clock_res_get(&mut self, id: u32, resolution: u32) -> CallResult {
        known(id)?;
        self.memory.write_u64(resolution, RESOLUTION)?;
        Ok(())
    }

    pub(super) fn clock_time_get(&mut self, id: u32, _precision: u64, time: u32) -> CallResult {
        known(id)?;
        // Checked before the clock is read: a reading that is not delivered would still be in the record.
        self.memory.check(time, 8)?;
        self.ctx.time_may_have_passed();
        let reading = if id == clockid::REALTIME { self.ctx.realtime() } else { self.ctx.monotonic() };
        self.memory.write_u64(time, reading)?;
        Ok(())
    }
}

/// As in wasmtime, there are no clocks of processor time.
fn known(id: u32) -> Result<(), Errno> {
    match id {
        clockid::REALTIME | clockid::MONOTONIC => Ok(()),
        clockid::PROCESS_CPUTIME | clockid::THREAD_CPUTIME => Err(Errno::Badf),
        _ => Err(Errno::Inval),
    }
}
