//! Arguments and environment.

use super::HostCall;
use super::errno::Errno;
use super::memory::Memory;
use super::suspend::CallResult;

impl HostCall<'_> {
    pub(super) fn args_get(&mut self, argv: u32, argv_buf: u32) -> CallResult {
        put_strings(&mut self.memory, argv, argv_buf, self.ctx.record.args.iter().map(|arg| [arg.as_slice(), b"", b""]))
    }

    pub(super) fn args_sizes_get(&mut self, argc: u32, argv_buf_size: u32) -> CallResult {
        let sizes = self.ctx.record.args.iter().map(|arg| arg.len() + 1);
        put_sizes(&mut self.memory, argc, argv_buf_size, sizes)
    }

    pub(super) fn environ_get(&mut self, environ: u32, environ_buf: u32) -> CallResult {
        let variables = self.ctx.record.env.iter().map(|(name, value)| [name.as_slice(), b"=", value.as_slice()]);
        put_strings(&mut self.memory, environ, environ_buf, variables)
    }

    pub(super) fn environ_sizes_get(&mut self, environc: u32, environ_buf_size: u32) -> CallResult {
        let sizes = self.ctx.record.env.iter().map(|(name, value)| name.len() + value.len() + 2);
        put_sizes(&mut self.memory, environc, environ_buf_size, sizes)
    }
}

fn put_sizes(
    memory: &mut Memory<'_>,
    count: u32,
    size: u32,
    sizes: impl ExactSizeIterator<Item = usize>,
) -> CallResult {
    let number = u32::try_from(sizes.len()).map_err(|_| Errno::Overflow)?;
    let total = u32::try_from(sizes.sum::<usize>()).map_err(|_| Errno::Overflow)?;
    memory.write_u32(count, number)?;
    memory.write_u32(size, total)?;
    Ok(())
}

/// Writes strings one after the other, each terminated by a NUL, and pointers to them into an array. A string comes in
/// three parts, which are joined without a separator.
fn put_strings<'a>(
    memory: &mut Memory<'_>,
    mut pointers: u32,
    mut buffer: u32,
    strings: impl Iterator<Item = [&'a [u8]; 3]>,
) -> CallResult {
    for parts in strings {
        memory.write_u32(pointers, buffer)?;
        pointers = pointers.checked_add(4).ok_or(Errno::Fault)?;
        for part in parts.into_iter().chain([&b"\0"[..]]) {
            memory.write(buffer, part)?;
            let len = u32::try_from(part.len()).map_err(|_| Errno::Fault)?;
            buffer = buffer.checked_add(len).ok_or(Errno::Fault)?;
        }
    }
    Ok(())
}
