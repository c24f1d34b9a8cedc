//! The calls, made by small programs in WebAssembly text.
//!
//! Most tests need no program of their own: the test is the program, and [`Guest`] makes its calls, with the guest's
//! memory for its memory. On wasmi, the guest exports every WASI function for the test to call. `copying` makes the
//! calls of the same tests without an engine, on a memory of another kind.

#![allow(clippy::duplicate_mod, reason = "`copying` has the same tests for another memory")]

mod copying;
mod fd;
mod hostile;
mod linking;
mod on_wasmi;
mod output;
mod path;
mod poll;
mod process;
mod program;
mod rights_held;
mod stdin;
mod trace;
mod unstable;

use std::cell::Cell;
use std::rc::Rc;

use super::abi::{Version, oflags, rights};
use super::{
    Clock, Errno, Function, NumType, Output, OutputStream, Random, Suspend, WasiConfig, WasiCtx, function, root_preopen,
};
use on_wasmi::OnWasmi;
use wasmoscope_vfs::Vfs;

/// A clock that a test sets. Each reading of the wall clock is a microsecond later than the one before.
#[derive(Clone, Default)]
struct TestClock {
    ns: Rc<Cell<u64>>,
    readings: Rc<Cell<u64>>,
}

const EPOCH: u64 = 1_700_000_000_000_000_000;

impl Clock for TestClock {
    fn realtime_ns(&mut self) -> u64 {
        self.readings.set(self.readings.get() + 1);
        EPOCH + self.ns.get() + self.readings.get() * 1000
    }

    fn monotonic_ns(&mut self) -> u64 {
        self.ns.get()
    }
}

struct TestRandom(u8);

impl Random for TestRandom {
    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0 = self.0.wrapping_mul(5).wrapping_add(3);
            *byte = self.0;
        }
    }
}

fn config(vfs: Vfs, clock: &TestClock) -> WasiConfig {
    WasiConfig {
        args: vec![b"prog".to_vec(), "zwölf".into()],
        env: vec![(b"HOME".to_vec(), b"/".to_vec()), (b"EMPTY".to_vec(), Vec::new())],
        vfs,
        preopens: root_preopen(),
        clock: Box::new(clock.clone()),
        random: Box::new(TestRandom(1)),
        output_limit: None,
    }
}

/// How a call from a test ended.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Errno(i32),
    Suspend(Suspend),
    Exit(u32),
    Other(String),
}

/// What executes the calls of a guest.
trait Backend {
    /// With two pages of memory.
    fn start(version: Version, ctx: WasiCtx) -> Self;
    fn ctx(&mut self) -> &mut WasiCtx;
    /// An `i32` is zero-extended.
    fn call(&mut self, function: &'static Function, arguments: &[u64]) -> Answer;
    /// Finishes the call that waits.
    fn retry(&mut self) -> Result<Answer, String>;
    fn put(&mut self, pointer: u32, bytes: &[u8]);
    fn get(&self, pointer: u32, len: usize) -> Vec<u8>;
    fn grow(&mut self, pages: u64);
}

/// A program that does what the test says.
struct GuestOn<B> {
    backend: B,
    clock: TestClock,
}

type Guest = GuestOn<OnWasmi>;

/// Where tests put what they pass by pointer: paths first, a second path, a buffer.
const PATH: u32 = 0x100;
const PATH2: u32 = 0x1200;
const IOVEC: u32 = 0x3000;
const RESULT: u32 = 0x3100;
const BUFFER: u32 = 0x4000;
const MEMORY: u32 = 2 * 65_536;

impl<B: Backend> GuestOn<B> {
    fn new() -> Self {
        Self::with_files(&[])
    }

    fn with_files(files: &[(&str, &str)]) -> Self {
        let mut vfs = Vfs::new();
        for (path, contents) in files {
            vfs.write_file(path, contents.as_bytes()).unwrap();
        }
        Self::start(Version::Preview1, |clock| WasiCtx::new(config(vfs, clock)))
    }

    fn start(version: Version, ctx: impl FnOnce(&TestClock) -> WasiCtx) -> Self {
        let clock = TestClock::default();
        Self { backend: B::start(version, ctx(&clock)), clock }
    }

    fn ctx(&mut self) -> &mut WasiCtx {
        self.backend.ctx()
    }

    /// Calls the function; arguments are turned to the types it takes.
    fn answer(&mut self, name: &str, arguments: &[i64]) -> Answer {
        let function = function(name).unwrap();
        assert_eq!(function.parameters().len(), arguments.len(), "{name}");
        let types = function.parameters().iter().zip(arguments);
        let raw: Vec<u64> = types
            .map(|(ty, &argument)| match ty {
                NumType::I32 => (argument as u32).into(),
                NumType::I64 => argument as u64,
            })
            .collect();
        self.backend.call(function, &raw)
    }

    /// The same, of a call that must answer an errno.
    #[track_caller]
    fn call(&mut self, name: &str, arguments: &[i64]) -> Errno {
        match self.answer(name, arguments) {
            Answer::Errno(number) => *Errno::ALL.iter().find(|errno| **errno as i32 == number).unwrap(),
            other => panic!("{name} ended with {other:?}"),
        }
    }

    #[track_caller]
    fn ok(&mut self, name: &str, arguments: &[i64]) {
        assert_eq!(self.call(name, arguments), Errno::Success, "{name}{arguments:?}");
    }

    /// Finishes the call that waits.
    #[track_caller]
    fn retry(&mut self) -> Answer {
        self.backend.retry().unwrap()
    }

    fn put(&mut self, pointer: u32, bytes: &[u8]) {
        self.backend.put(pointer, bytes);
    }

    fn get(&self, pointer: u32, len: usize) -> Vec<u8> {
        self.backend.get(pointer, len)
    }

    fn u16_at(&self, pointer: u32) -> u16 {
        u16::from_le_bytes(self.get(pointer, 2).try_into().unwrap())
    }

    fn u32_at(&self, pointer: u32) -> u32 {
        u32::from_le_bytes(self.get(pointer, 4).try_into().unwrap())
    }

    fn u64_at(&self, pointer: u32) -> u64 {
        u64::from_le_bytes(self.get(pointer, 8).try_into().unwrap())
    }

    /// Puts the path into memory; the two arguments that name it.
    fn path(&mut self, path: &str) -> [i64; 2] {
        self.put(PATH, path.as_bytes());
        [PATH.into(), path.len() as i64]
    }

    fn path2(&mut self, path: &str) -> [i64; 2] {
        self.put(PATH2, path.as_bytes());
        [PATH2.into(), path.len() as i64]
    }

    /// One iovec over the buffer; the two arguments that name it.
    fn iovec(&mut self, len: u32) -> [i64; 2] {
        self.put(IOVEC, &BUFFER.to_le_bytes());
        self.put(IOVEC + 4, &len.to_le_bytes());
        [IOVEC.into(), 1]
    }

    fn open_with(&mut self, path: &str, open_flags: u16, base: u64, fd_flags: u16) -> Result<i64, Errno> {
        let [pointer, len] = self.path(path);
        let arguments = [3, 1, pointer, len, open_flags.into(), base as i64, -1, fd_flags.into(), RESULT.into()];
        match self.call("path_open", &arguments) {
            Errno::Success => Ok(self.u32_at(RESULT).into()),
            errno => Err(errno),
        }
    }

    /// For reading and writing.
    #[track_caller]
    fn open(&mut self, path: &str) -> i64 {
        self.open_with(path, 0, rights::FD_READ | rights::FD_WRITE, 0).unwrap()
    }

    #[track_caller]
    fn create(&mut self, path: &str) -> i64 {
        self.open_with(path, oflags::CREAT, rights::FD_READ | rights::FD_WRITE, 0).unwrap()
    }

    #[track_caller]
    fn open_directory(&mut self, path: &str) -> i64 {
        self.open_with(path, oflags::DIRECTORY, 0, 0).unwrap()
    }

    fn write(&mut self, fd: i64, bytes: &[u8]) -> Result<u32, Errno> {
        self.put(BUFFER, bytes);
        let [iovs, count] = self.iovec(bytes.len() as u32);
        match self.call("fd_write", &[fd, iovs, count, RESULT.into()]) {
            Errno::Success => Ok(self.u32_at(RESULT)),
            errno => Err(errno),
        }
    }

    fn read(&mut self, fd: i64, len: u32) -> Result<Vec<u8>, Errno> {
        let [iovs, count] = self.iovec(len);
        match self.call("fd_read", &[fd, iovs, count, RESULT.into()]) {
            Errno::Success => Ok(self.get(BUFFER, self.u32_at(RESULT) as usize)),
            errno => Err(errno),
        }
    }

    #[track_caller]
    fn seek(&mut self, fd: i64, offset: i64, whence: i64) -> u64 {
        self.ok("fd_seek", &[fd, offset, whence, RESULT.into()]);
        self.u64_at(RESULT)
    }

    /// A call on one path from the root.
    fn on_path(&mut self, name: &str, path: &str) -> Errno {
        let [pointer, len] = self.path(path);
        self.call(name, &[3, pointer, len])
    }

    fn on_paths(&mut self, name: &str, from: &str, to: &str) -> Errno {
        let ([from, from_len], [to, to_len]) = (self.path(from), self.path2(to));
        match name {
            "path_rename" => self.call(name, &[3, from, from_len, 3, to, to_len]),
            "path_link" => self.call(name, &[3, 0, from, from_len, 3, to, to_len]),
            "path_symlink" => self.call(name, &[from, from_len, 3, to, to_len]),
            other => panic!("{other} takes no two paths"),
        }
    }

    fn output(&mut self) -> Vec<Output> {
        self.ctx().take_output()
    }
}

/// What was printed to the stream, as text.
fn text(output: &[Output], stream: OutputStream) -> String {
    let bytes: Vec<u8> =
        output.iter().filter(|piece| piece.stream == stream).flat_map(|piece| piece.bytes.clone()).collect();
    String::from_utf8(bytes).unwrap()
}
