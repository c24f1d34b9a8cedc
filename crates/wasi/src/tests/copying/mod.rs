//! The calls of the other tests, on a memory that cannot lend its bytes, and without wasmi: as an engine makes them
//! whose guests have their memory elsewhere, such as the browser's.

use super::*;

#[path = "../fd.rs"]
mod fd;
#[path = "../hostile.rs"]
mod hostile;
#[path = "../output.rs"]
mod output;
#[path = "../path.rs"]
mod path;
#[path = "../poll.rs"]
mod poll;
#[path = "../process.rs"]
mod process;
#[path = "../rights_held.rs"]
mod rights_held;
mod same;
#[path = "../stdin.rs"]
mod stdin;
#[path = "../trace.rs"]
mod trace;
#[path = "../unstable.rs"]
mod unstable;

use crate::{CallError, Called, GuestMemory, Import, Invocation, OutOfBounds};

type Guest = GuestOn<OnCopies>;

/// A memory from which ranges are copied, and to which they are. It counts the bytes.
struct CopiedMemory {
    bytes: Vec<u8>,
    copied: Cell<usize>,
}

impl GuestMemory for CopiedMemory {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), OutOfBounds> {
        self.copied.set(self.copied.get() + buffer.len());
        let bytes = self.bytes.get(address as usize..).and_then(|rest| rest.get(..buffer.len())).ok_or(OutOfBounds)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }

    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), OutOfBounds> {
        self.copied.set(self.copied.get() + bytes.len());
        let rest = self.bytes.get_mut(address as usize..);
        rest.and_then(|rest| rest.get_mut(..bytes.len())).ok_or(OutOfBounds)?.copy_from_slice(bytes);
        Ok(())
    }
}

struct OnCopies {
    version: Version,
    ctx: WasiCtx,
    memory: CopiedMemory,
}

impl Backend for OnCopies {
    fn start(version: Version, ctx: WasiCtx) -> Self {
        Self { version, ctx, memory: CopiedMemory { bytes: vec![0; MEMORY as usize], copied: Cell::new(0) } }
    }

    fn ctx(&mut self) -> &mut WasiCtx {
        &mut self.ctx
    }

    fn call(&mut self, function: &'static Function, arguments: &[u64]) -> Answer {
        let import = Import { version: self.version, function };
        // Fuel is not metered.
        let invocation = Invocation { import, arguments, position: 0 };
        let memory = function.needs_memory().then_some(&mut self.memory as &mut dyn GuestMemory);
        answer(self.ctx.call(&invocation, memory).unwrap())
    }

    fn retry(&mut self) -> Result<Answer, String> {
        self.ctx.retry(&mut self.memory).map(answer).map_err(|error| error.to_string())
    }

    fn put(&mut self, pointer: u32, bytes: &[u8]) {
        self.memory.bytes[pointer as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    fn get(&self, pointer: u32, len: usize) -> Vec<u8> {
        self.memory.bytes[pointer as usize..][..len].to_vec()
    }

    fn grow(&mut self, pages: u64) {
        let size = self.memory.bytes.len() + pages as usize * 65_536;
        self.memory.bytes.resize(size, 0);
    }
}

fn answer(called: Called) -> Answer {
    match called {
        Called::Returned(errno) => Answer::Errno(errno as i32),
        Called::Suspended(suspend) => Answer::Suspend(suspend),
        Called::Exited(code) => Answer::Exit(code),
        Called::Stopped(stop) => Answer::Other(stop.to_string()),
    }
}

#[test]
fn a_call_without_what_it_needs_does_nothing() {
    let mut ctx = WasiCtx::new(config(Vfs::new(), &TestClock::default()));
    let write = crate::import("wasi_snapshot_preview1", "fd_write").unwrap();
    let all = Invocation { import: write, arguments: &[1, 0, 0, 0], position: 0 };
    assert_eq!(ctx.call(&all, None), Err(CallError::NoMemory));
    let some = Invocation { arguments: &[1, 0], ..all };
    let given = CallError::Arguments { function: "fd_write", expected: 4, given: 2 };
    assert_eq!(ctx.call(&some, Some(&mut &mut [0; 16][..])), Err(given));
    assert_eq!(ctx.retry(&mut &mut [0; 16][..]), Err(CallError::NothingWaits));
    assert_eq!(ctx.host_calls(), 0);
    assert_eq!(ctx.call(&all, Some(&mut &mut [0; 16][..])), Ok(Called::Returned(Errno::Success)));
    for (module, name) in [("wasi_snapshot_preview1", "fd_wriet"), ("wasi", "fd_write"), ("", "")] {
        assert!(crate::import(module, name).is_none(), "{module} {name}");
    }
}

/// How many bytes a call copies in a memory of this many pages.
fn copied(guest: &mut Guest, name: &str, arguments: &[i64]) -> usize {
    guest.backend.memory.copied.set(0);
    guest.ok(name, arguments);
    guest.backend.memory.copied.get()
}

#[test]
fn a_call_copies_what_it_moves_and_not_the_memory() {
    for traced in [false, true] {
        // A trace reads the beginning of the arguments, and the results.
        let more = if traced { 200 } else { 0 };
        for n in [8, 1000, 100_000, 1_000_000] {
            let mut guest = Guest::new();
            guest.backend.grow(256);
            if traced {
                let clock = Box::new(guest.clock.clone());
                guest.ctx().start_trace(clock);
            }
            let file = guest.create("f");
            let [iovs, count] = guest.iovec(n);
            let len = n as usize;
            for fd in [1, file] {
                let bytes = copied(&mut guest, "fd_write", &[fd, iovs, count, RESULT.into()]);
                assert!((len..=len + 12 + more).contains(&bytes), "fd_write of {n} bytes copied {bytes}");
            }
            guest.seek(file, 0, 0);
            let bytes = copied(&mut guest, "fd_read", &[file, iovs, count, RESULT.into()]);
            assert!((len..=len + 12 + more).contains(&bytes), "fd_read of {n} bytes copied {bytes}");
            // At the end of the file, the size of the buffer does not matter.
            let bytes = copied(&mut guest, "fd_read", &[file, iovs, count, RESULT.into()]);
            assert!(bytes <= 12 + more, "fd_read of no bytes copied {bytes}");
            let bytes = copied(&mut guest, "random_get", &[BUFFER.into(), n.into()]);
            assert!((len..=len + more).contains(&bytes), "random_get of {n} bytes copied {bytes}");
            let bytes = copied(&mut guest, "fd_readdir", &[3, BUFFER.into(), n.into(), 0, RESULT.into()]);
            assert!(bytes <= 2 * len.min(80) + 4 + more, "fd_readdir copied {bytes}");
            let [path, path_len] = guest.path("f");
            let stat = BUFFER.into();
            let bytes = copied(&mut guest, "path_filestat_get", &[3, 0, path, path_len, stat]);
            assert!(bytes <= 65 + more, "path_filestat_get copied {bytes}");
        }
    }
}
