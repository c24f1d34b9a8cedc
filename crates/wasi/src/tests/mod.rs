//! The calls, made by small programs in WebAssembly text.
//!
//! Most tests need no program of their own: [`Guest`] is one that exports every WASI function for the test to call,
//! and the test is the program, with the guest's memory for its memory.

mod fd;
mod hostile;
mod linking;
mod output;
mod path;
mod poll;
mod program;
mod rights_held;
mod stdin;
mod trace;
mod unstable;

use std::cell::Cell;
use std::fmt::Write;
use std::rc::Rc;

use wasmi::{Engine, Linker, Memory, Module, Store, Val, ValType};

use super::abi::{Version, oflags, rights};
use super::{
    CALLS, Clock, Errno, Output, OutputStream, Random, Retry, Suspend, WasiConfig, WasiCtx, add_to_linker, parameters,
    retry, root_preopen,
};
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
    Other(String),
}

/// A program that does what the test says.
struct Guest {
    store: Store<WasiCtx>,
    instance: wasmi::Instance,
    memory: Memory,
    clock: TestClock,
    waiting: Option<wasmi::ResumableCallHostTrap>,
}

/// Where tests put what they pass by pointer: paths first, a second path, a buffer.
const PATH: u32 = 0x100;
const PATH2: u32 = 0x1200;
const IOVEC: u32 = 0x3000;
const RESULT: u32 = 0x3100;
const BUFFER: u32 = 0x4000;
const MEMORY: u32 = 2 * 65_536;

impl Guest {
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
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |ctx| ctx).unwrap();
        let module = Module::new(&engine, wat::parse_str(every_call_exported(version)).unwrap());
        let mut store = Store::new(&engine, ctx(&clock));
        let instance = linker.instantiate_and_start(&mut store, &module.unwrap()).unwrap();
        let memory = instance.get_memory(&store, "memory").unwrap();
        Self { store, instance, memory, clock, waiting: None }
    }

    fn ctx(&mut self) -> &mut WasiCtx {
        self.store.data_mut()
    }

    /// Calls the function; arguments are turned to the types it takes.
    fn answer(&mut self, name: &str, arguments: &[i64]) -> Answer {
        let function = self.instance.get_func(&self.store, name).unwrap();
        let ty = function.ty(&self.store);
        assert_eq!(ty.params().len(), arguments.len(), "{name}");
        let arguments: Vec<Val> = ty
            .params()
            .iter()
            .zip(arguments)
            .map(|(ty, &argument)| if *ty == ValType::I64 { Val::I64(argument) } else { Val::I32(argument as i32) })
            .collect();
        let mut results: Vec<Val> = ty.results().iter().map(|_| Val::I32(0)).collect();
        match function.call_resumable(&mut self.store, &arguments, &mut results) {
            Ok(wasmi::ResumableCall::Finished) => Answer::Errno(results[0].i32().unwrap()),
            Ok(wasmi::ResumableCall::HostTrap(trap)) => match trap.host_error().downcast_ref::<Suspend>() {
                Some(suspend) => {
                    let suspend = *suspend;
                    self.waiting = Some(trap);
                    Answer::Suspend(suspend)
                }
                None => Answer::Other(trap.host_error().to_string()),
            },
            Ok(wasmi::ResumableCall::OutOfFuel(_)) => Answer::Other("out of fuel".to_owned()),
            Err(error) => Answer::Other(error.to_string()),
        }
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
    fn retry(&mut self) -> Answer {
        match retry(&mut self.store, self.memory, |ctx| ctx).unwrap() {
            Retry::Suspend(suspend) => Answer::Suspend(suspend),
            Retry::Resume(errno) => {
                let mut results = [Val::I32(-1)];
                let waiting = self.waiting.take().unwrap();
                match waiting.resume(&mut self.store, &[Val::I32(errno)], &mut results).unwrap() {
                    wasmi::ResumableCall::Finished => Answer::Errno(results[0].i32().unwrap()),
                    _ => Answer::Other("waits again".to_owned()),
                }
            }
        }
    }

    fn put(&mut self, pointer: u32, bytes: &[u8]) {
        self.memory.write(&mut self.store, pointer as usize, bytes).unwrap();
    }

    fn get(&self, pointer: u32, len: usize) -> Vec<u8> {
        self.memory.data(&self.store)[pointer as usize..][..len].to_vec()
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

/// A module that exports each function it imports under its own name, and two pages of memory.
fn every_call_exported(version: Version) -> String {
    let module = version.module();
    let (mut imports, mut exports) = (String::new(), String::new());
    for name in CALLS {
        let params = parameters(name).unwrap();
        let types = params.iter().map(|ty| if *ty == ValType::I64 { " i64" } else { " i32" }).collect::<String>();
        let gets: String = (0..params.len()).map(|index| format!(" (local.get {index})")).collect();
        let result = if *name == "proc_exit" { "" } else { "(result i32)" };
        writeln!(imports, "(import \"{module}\" \"{name}\" (func ${name} (param{types}) {result}))").unwrap();
        writeln!(exports, "(func (export \"{name}\") (param{types}) {result} (call ${name}{gets}))").unwrap();
    }
    format!("(module {imports} (memory (export \"memory\") 2) {exports})")
}

/// What was printed to the stream, as text.
fn text(output: &[Output], stream: OutputStream) -> String {
    let bytes: Vec<u8> =
        output.iter().filter(|piece| piece.stream == stream).flat_map(|piece| piece.bytes.clone()).collect();
    String::from_utf8(bytes).unwrap()
}
