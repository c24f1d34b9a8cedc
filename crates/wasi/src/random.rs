//! Random numbers.

use super::HostCall;
use super::errno::Errno;
use super::suspend::CallResult;

impl HostCall<'_> {
    pub(super) fn random_get(&mut self, buf: u32, buf_len: u32) -> CallResult {
        let ctx = &mut *self.ctx;
        let filled = self.memory.fill(buf, buf_len, |_, buffer| {
            ctx.fill_random(buffer);
            Ok::<_, Errno>(buffer.len())
        })?;
        ctx.fuel_debt += u64::from(filled);
        Ok(())
    }
}
