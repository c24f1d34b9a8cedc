//! Calls of WASI that nobody would make: any descriptors, paths, flags, numbers and pointers, mixed with sensible ones.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::collections::BTreeSet;

use wasmi::{Engine, Instance, Linker, Memory, Module, Store, Val};
use wasmoscope::engine::vfs::Vfs;
use wasmoscope::engine::wasi::{
    CALLS, Clock, Errno, FUNCTIONS, NumType, Random, Record, Suspend, WasiConfig, WasiCtx, add_to_linker, function,
    root_preopen,
};

/// What calls answered, in a run of this many calls for each of the seeds.
///
/// `check` is asked of each answer, with the seed.
pub fn answers(
    seeds: impl IntoIterator<Item = u64>,
    calls: usize,
    check: impl Fn(u64, &(String, String)),
) -> BTreeSet<(String, String)> {
    let (engine, module) = module();
    let mut seen = BTreeSet::new();
    for seed in seeds {
        let numbers = Numbers::Seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut guest = Guest::new(&engine, &module, ctx(seed.is_multiple_of(2)), numbers);
        for _ in 0..calls {
            // A call that waits or ends the run has no answer, and nothing comes after it.
            match guest.call() {
                Some((function, errno)) => {
                    let answer = (function.to_owned(), errno.name().to_uppercase());
                    check(seed, &answer);
                    seen.insert(answer);
                }
                None => break,
            }
        }
    }
    seen.retain(|(_, errno)| errno != "SUCCESS");
    seen
}

/// The most calls that are made of one input.
const MOST: usize = 200;

/// What was seen of a run.
pub struct Seen {
    /// Functions, and the names of the errnos that they answered, in capitals.
    pub answers: Vec<(String, String)>,
    pub record: Record,
    /// Paths with what is there.
    pub tree: Vec<String>,
    pub memory: Vec<u8>,
}

/// The calls that these bytes say, with a trace that is read at the end.
pub fn live(bytes: &[u8]) -> Seen {
    let mut ctx = ctx(bytes.first().is_some_and(|first| first.is_multiple_of(2)));
    ctx.start_trace(Box::new(Fixed));
    seen(bytes, ctx)
}

/// The same calls, in a world that is replayed.
pub fn replayed(bytes: &[u8], record: &Record) -> Seen {
    seen(bytes, WasiCtx::replay(record))
}

fn seen(bytes: &[u8], ctx: WasiCtx) -> Seen {
    thread_local! {
        static MODULE: (Engine, Module) = module();
    }
    let mut guest = MODULE.with(|(engine, module)| Guest::new(engine, module, ctx, Numbers::Bytes(bytes.to_vec(), 0)));
    let mut answers = Vec::new();
    while answers.len() < MOST && !guest.numbers.are_used_up() {
        let Some((function, errno)) = guest.call() else { break };
        answers.push((function.to_owned(), errno.name().to_uppercase()));
    }
    let ctx = guest.store.data();
    if let Some(trace) = ctx.trace() {
        for number in 0..=trace.total() {
            drop(trace.ring().get(number).map(|call| call.to_string()));
        }
        drop(trace.waiting().map(|call| call.to_string()));
    }
    let vfs = ctx.vfs();
    let tree = vfs.entries().into_iter().map(|entry| {
        let contents = vfs.read_file(&entry.path).map(|bytes| bytes.len());
        format!("{entry:?} {contents:?} {:?}", vfs.read_symlink(&entry.path))
    });
    Seen {
        answers,
        record: ctx.record().clone(),
        tree: tree.collect(),
        memory: guest.memory.data(&guest.store).to_vec(),
    }
}

fn module() -> (Engine, Module) {
    let engine = Engine::default();
    let wasm = wat::parse_str(every_call_exported()).expect("it is a module");
    let module = Module::new(&engine, wasm).expect("it is valid");
    (engine, module)
}

/// Where a guest's choices come from.
enum Numbers {
    /// The state of a generator.
    Seed(u64),
    /// Bytes, and how many of them are used up; then it is 0.
    Bytes(Vec<u8>, usize),
}

impl Numbers {
    fn are_used_up(&self) -> bool {
        matches!(self, Self::Bytes(bytes, used) if *used >= bytes.len())
    }

    fn byte(&mut self) -> u64 {
        let Self::Bytes(bytes, used) = self else { return self.next() & 0xFF };
        *used += 1;
        bytes.get(*used - 1).copied().unwrap_or(0).into()
    }

    fn next(&mut self) -> u64 {
        match self {
            Self::Seed(state) => {
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                *state
            }
            Self::Bytes(..) => (0..4).fold(0, |number, _| number << 8 | self.byte()),
        }
    }

    /// A choice takes one byte if it can, so that changing one changes one thing.
    fn below(&mut self, end: u64) -> u64 {
        match self {
            Self::Bytes(..) if end <= 0x100 => self.byte() % end,
            _ => self.next() % end,
        }
    }
}

/// A small tree with links, and a line of input that may be all there is.
fn ctx(input_ends: bool) -> WasiCtx {
    let mut vfs = Vfs::with_limit(4096);
    for (path, bytes) in [("a", "some text"), ("b", ""), ("d/a", "x")] {
        vfs.write_file(path, bytes.as_bytes()).expect("there is room");
    }
    vfs.make_directory("d/e").expect("there is room");
    for (path, target) in [("link", "a"), ("dangling", "nowhere"), ("loop", "loop"), ("into", "d"), ("out", "/d")] {
        vfs.symlink(path, target).expect("there is room");
    }
    let mut ctx = WasiCtx::new(WasiConfig {
        args: vec![b"program".to_vec()],
        env: Vec::new(),
        vfs,
        preopens: root_preopen(),
        clock: Box::new(Fixed),
        random: Box::new(Fixed),
        output_limit: None,
    });
    ctx.push_stdin(b"typed\n");
    if input_ends {
        ctx.close_stdin();
    }
    ctx
}

struct Fixed;

impl Clock for Fixed {
    fn realtime_ns(&mut self) -> u64 {
        1_700_000_000_000_000_000
    }

    fn monotonic_ns(&mut self) -> u64 {
        1_000_000_000
    }
}

impl Random for Fixed {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

struct Guest {
    store: Store<WasiCtx>,
    instance: Instance,
    memory: Memory,
    numbers: Numbers,
}

/// Where the memory holds paths, arrays of pieces, subscriptions, and room for what is written.
const PATHS: u32 = 0x1000;
const IOVECS: u32 = 0x4000;
const SUBSCRIPTIONS: u32 = 0x5000;
const ROOM: u32 = 0x8000;
const MEMORY: u32 = 2 << 16;

const NAMES: [&[u8]; 24] = [
    b"a",
    b"b",
    b"d",
    b"d/a",
    b"d/e",
    b"d/e/f",
    b"link",
    b"dangling",
    b"loop",
    b"d/",
    b"a/",
    b".",
    b"..",
    b"../a",
    b"/a",
    b"",
    b"a/b",
    b"d/../a",
    b"into/a",
    b"new",
    b"d/new",
    b"bad\xff",
    b"nul\0",
    b"/",
];

impl Guest {
    fn new(engine: &Engine, module: &Module, ctx: WasiCtx, numbers: Numbers) -> Self {
        let mut linker = Linker::new(engine);
        add_to_linker(&mut linker, |ctx| ctx).expect("each function once");
        let mut store = Store::new(engine, ctx);
        let instance = linker.instantiate_and_start(&mut store, module).expect("it imports what there is");
        let memory = instance.get_memory(&store, "memory").expect("it exports it");
        Self { store, instance, memory, numbers }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.numbers.below(end)
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    /// Puts everything into memory that pointers may lead to.
    fn fill_memory(&mut self) -> [(u32, u32); 2] {
        let paths = [0, 1].map(|place| {
            let mut name = self.one_of(&NAMES).to_vec();
            match self.below(40) {
                0 => name = vec![b'n'; 300],
                1 => name = b"d/".repeat(3000),
                _ => {}
            }
            let at = PATHS + place * 0x1800;
            name.truncate(0x1700);
            self.memory.write(&mut self.store, at as usize, &name).expect("there is room");
            (at, name.len() as u32)
        });
        for place in 0..4 {
            let len = self.one_of(&[0, 1, 5, 100, 5000, u32::MAX]);
            let pointer = if self.below(20) == 0 { u32::MAX - 3 } else { ROOM + 0x100 * place };
            let piece = [pointer.to_le_bytes(), len.to_le_bytes()].concat();
            self.memory.write(&mut self.store, (IOVECS + 8 * place) as usize, &piece).expect("there is room");
        }
        let mut subscription = [0; 48 * 2];
        for part in subscription.chunks_mut(48) {
            part[8] = self.below(4) as u8;
            part[16] = self.below(6) as u8;
            part[40] = self.below(3) as u8;
        }
        self.memory.write(&mut self.store, SUBSCRIPTIONS as usize, &subscription).expect("there is room");
        paths
    }

    fn argument(
        &mut self,
        name: &str,
        place: usize,
        wide: bool,
        paths: &mut Vec<(u32, u32)>,
        length: &mut Option<u32>,
    ) -> u64 {
        if let Some(length) = length.take()
            && self.below(30) != 0
        {
            return length.into();
        }
        if wide {
            return self.one_of(&[
                0,
                1,
                2,
                5,
                100,
                4095,
                4096,
                5000,
                1 << 34,
                (1 << 34) + 1,
                i64::MAX as u64,
                u64::MAX,
                u64::MAX - 4,
                !1,
                66,
                0x1FFF_FFFF,
            ]);
        }
        let is_path = name.starts_with("path_") && !paths.is_empty() && (place > 0 || name == "path_symlink");
        match self.below(if is_path { 12 } else { 8 }) {
            0 => self.one_of(&[MEMORY - 2, MEMORY, u32::MAX, u32::MAX - 7]).into(),
            1..=2 => self.below(12),
            3 => self.one_of(&[0, 1, 2, 3, 4, 8, 16, 32, 999]),
            4 => u64::from(self.one_of(&[IOVECS, SUBSCRIPTIONS])),
            5 if place == 0 => self.one_of(&[3, 3, 4, 5, 6]),
            5..=7 => u64::from(ROOM) + self.below(0x1000),
            _ => {
                let (pointer, len) = paths.remove(0);
                *length = Some(len);
                pointer.into()
            }
        }
    }

    fn call(&mut self) -> Option<(&'static str, Errno)> {
        let name = loop {
            let name = self.one_of(CALLS);
            if name != "proc_exit" {
                break name;
            }
            if self.numbers.are_used_up() {
                return None;
            }
        };
        let mut paths = self.fill_memory().to_vec();
        let mut length = None;
        let types = function(name)?.parameters();
        let mut arguments = Vec::with_capacity(types.len());
        for (place, ty) in types.iter().enumerate() {
            let value = self.argument(name, place, *ty == NumType::I64, &mut paths, &mut length);
            // The descriptor comes first in nearly all, and is one that is open in half of the calls.
            let value = if place == 0 && *ty == NumType::I32 && self.below(2) == 0 { self.below(8) } else { value };
            arguments.push(if *ty == NumType::I64 { Val::I64(value as i64) } else { Val::I32(value as i32) });
        }
        let function = self.instance.get_func(&self.store, name).expect("each is exported");
        let mut results = [Val::I32(0)];
        match function.call(&mut self.store, &arguments, &mut results) {
            Ok(()) => {
                let number = results[0].i32().expect("an errno");
                let errno = Errno::ALL.iter().find(|errno| **errno as i32 == number);
                Some((name, *errno.unwrap_or_else(|| panic!("{name}{arguments:?} answered {number}"))))
            }
            Err(error) => {
                assert!(
                    error.downcast_ref::<Suspend>().is_some() || error.to_string().contains("wait"),
                    "{name}: {error}"
                );
                None
            }
        }
    }
}

/// A module that exports each function it imports under its own name.
fn every_call_exported() -> String {
    let (mut imports, mut exports) = (String::new(), String::new());
    for function in FUNCTIONS {
        let name = function.name();
        let types = |types: &[NumType]| types.iter().map(|ty| format!(" {ty}")).collect::<String>();
        let (params, result) = (types(function.parameters()), format!("(result{})", types(function.results())));
        let gets: String = (0..function.parameters().len()).map(|index| format!(" (local.get {index})")).collect();
        imports += &format!("(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} (param{params}) {result}))");
        exports += &format!("(func (export \"{name}\") (param{params}) {result} (call ${name}{gets}))");
    }
    format!("(module {imports} (memory (export \"memory\") 2) {exports})")
}
