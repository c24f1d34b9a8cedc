//! Random numbers.

use super::HostCall;
use super::suspend::CallResult;

impl HostCall<'_> {
    pub(super) fn random_get(&mut self, buf: u32, buf_len: u32) -> CallResult {
        let buffer = self.memory.bytes_mut(buf, buf_len)?;
        self.ctx.fuel_debt += u64::from(buf_len);
        self.ctx.fill_random(buffer);
        self.memory.written(buf, buf_len);
        Ok(())
    }
}
