//! A plain run and one of the debugger's copy come to the same: result or trap, output and memories.

use wasmoscope::engine::debugger::{Command, DebugProgress, DebugSession, StopReason};
use wasmoscope::engine::inspect::{Inspection, inspect};
use wasmoscope::engine::runtime::{
    Compiled, Entry, Limits, Outcome, Progress, Session, SessionConfig, StartError, TrapKind,
};
use wasmoscope::engine::source::Source;
use wasmoscope::engine::vfs::Vfs;
use wasmoscope::engine::wasi::{self, Clock, Output, Random, WasiConfig, WasiCtx};

use super::super::SplitMix;
use super::super::smith::{self, Instrumented, Plain, observe};

/// The most fuel that a plain run gets, about an instruction each; one that needs more is let be.
const FUEL: u64 = 200_000;
/// The most steps that the same may take in the copy.
const STEPS: u64 = 50 * FUEL;

pub fn run(input: &[u8]) {
    if !input.starts_with(b"\0asm") {
        return generated(input);
    }
    let source = Source::new("module.wasm", input);
    let inspection = inspect(&source);
    if !inspection.problems.is_empty() {
        return;
    }
    for entry in entries(&inspection) {
        compare(input, &inspection, &entry);
    }
}

/// A module that is generated from the bytes, which most often is valid and calls itself in every way.
fn generated(input: &[u8]) {
    let wasm = match smith::module_of(input) {
        Some(wasm) => wasm,
        None => return,
    };
    let plain = observe(&wasm, &mut Plain);
    assert_eq!(plain, observe(&wasm, &mut Instrumented::default()), "in the copy");
    assert_eq!(plain, observe(&wasm, &mut Instrumented::watching()), "in the copy that watches");
}

/// The calls to be compared: the first few exports, with arguments as their types have them.
fn entries(inspection: &Inspection) -> Vec<Entry> {
    let summary = inspection.summary.as_deref().expect("what can run has a summary");
    let mut random = SplitMix(7);
    let argument = |ty: &str, random: &mut SplitMix| match ty {
        "i32" | "i64" => (random.next() % 40).to_string(),
        "f32" | "f64" => format!("{}.5", random.next() % 40),
        "v128" => "i64x2 1 2".to_owned(),
        _ => "null".to_owned(),
    };
    let exports = summary.function_exports().take(3).map(|export| Entry::Export {
        name: export.name.clone(),
        arguments: export.params.iter().map(|ty| argument(ty, &mut random)).collect(),
    });
    let exports: Vec<Entry> = exports.collect();
    if exports.is_empty() { vec![Entry::Default] } else { exports }
}

struct Still;

impl Clock for Still {
    fn realtime_ns(&mut self) -> u64 {
        1_700_000_000_000_000_000
    }

    fn monotonic_ns(&mut self) -> u64 {
        1
    }
}

impl Random for Still {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(3);
    }
}

fn config() -> WasiConfig {
    WasiConfig {
        args: vec![b"program".to_vec(), b"argument".to_vec()],
        env: vec![(b"KEY".to_vec(), b"value".to_vec())],
        vfs: Vfs::with_limit(1 << 20),
        preopens: wasi::root_preopen(),
        clock: Box::new(Still),
        random: Box::new(Still),
        output_limit: Some(1 << 16),
    }
}

fn printed(output: Vec<Output>) -> Vec<u8> {
    output.into_iter().flat_map(|piece| piece.bytes).collect()
}

fn compare(wasm: &[u8], inspection: &Inspection, entry: &Entry) {
    let limits = Limits { memory: Some(16 << 20), table: Some(10_000), recursion: 500, output: Some(1 << 16) };
    let summary = inspection.summary.as_deref().expect("what can run has a summary");
    let Ok(compiled) = Compiled::new("module.wasm", wasm, &inspection.facts, &limits) else { return };
    let setup = SessionConfig { entry: entry.clone(), limits: limits.clone(), wasi: config() };
    let plain = Session::start("module.wasm", &compiled, summary, setup);
    let copy = DebugSession::start("module.wasm", wasm, summary, entry, limits, WasiCtx::new(config()));
    let (mut plain, mut copy) = match (plain, copy) {
        (Ok(plain), Ok(copy)) => (plain, copy),
        (Err(StartError::Outcome(plain)), Err(StartError::Outcome(copy))) => return assert_eq!(plain, copy),
        (Err(StartError::Problems(_)), Err(StartError::Problems(_))) => return,
        (plain, copy) => panic!("{entry:?} starts plain: {:?}, in the copy: {:?}", plain.err(), copy.err()),
    };
    plain.wasi_mut().push_stdin(b"some input\n");
    plain.wasi_mut().close_stdin();
    copy.wasi_mut().push_stdin(b"some input\n");
    copy.wasi_mut().close_stdin();

    let expected = loop {
        match plain.advance(10_000) {
            Progress::Done(outcome) => break outcome,
            Progress::Running if plain.counters().fuel < FUEL => {}
            // It needs longer, or waits for a time that does not come.
            _ => return,
        }
    };
    // Where a function is too large for the interpreter is another place in the copy, which is larger.
    if matches!(&expected, Outcome::Trapped(trap) if trap.kind == TrapKind::FunctionRefused) {
        return;
    }
    copy.ask(Command::JumpToEnd);
    let mut steps = 0;
    let outcome = loop {
        match copy.advance(100_000) {
            DebugProgress::Stopped(StopReason::Ended(outcome)) => break outcome,
            DebugProgress::Working { .. } if steps < STEPS => steps += 100_000,
            other => panic!("{entry:?} ends plain with {expected:?}, and in the copy it is {other:?}"),
        }
    };
    assert_eq!(expected, outcome, "{entry:?}");
    assert_eq!(printed(plain.wasi_mut().take_output()), printed(copy.take_output()), "{entry:?}");
    assert_eq!(plain.memories(), copy.state().memories());
    for index in 0..plain.memories() {
        let of_copy = copy.state().memory_size(index).and_then(|size| copy.state().memory(index, 0, size));
        assert!(plain.memory(index) == of_copy.as_deref(), "{entry:?}: memory {index} differs");
    }
}
