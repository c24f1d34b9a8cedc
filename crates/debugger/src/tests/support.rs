//! Test sessions, and descriptions of their state.

use crate::{Command, DebugProgress, DebugSession, StopReason};
use wasmoscope_module::inspect::inspect;
use wasmoscope_module::source::Source;
use wasmoscope_module::value;
use wasmoscope_runtime::{Entry, Limits};
use wasmoscope_vfs::Vfs;
use wasmoscope_wasi::{self as wasi, Clock, Random, WasiConfig, WasiCtx};

/// A clock that advances by a millisecond at each reading, so that no two readings are equal.
#[derive(Default)]
pub struct TickingClock(u64);

impl Clock for TickingClock {
    fn realtime_ns(&mut self) -> u64 {
        self.monotonic_ns() + 1_000_000_000_000
    }

    fn monotonic_ns(&mut self) -> u64 {
        self.0 += 1_000_000;
        self.0
    }
}

struct FixedRandom;

impl Random for FixedRandom {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

pub fn wasi() -> WasiCtx {
    WasiCtx::new(WasiConfig {
        args: vec![b"program".to_vec()],
        env: Vec::new(),
        vfs: Vfs::default(),
        preopens: wasi::root_preopen(),
        clock: Box::new(TickingClock(0)),
        random: Box::new(FixedRandom),
        output_limit: None,
    })
}

pub fn session_of(text: &str, entry: Entry) -> DebugSession {
    session_of_wasi(text, entry, wasi())
}

pub fn session_of_wasi(text: &str, entry: Entry, wasi: WasiCtx) -> DebugSession {
    session_within(text, entry, wasi, Limits { recursion: 1000, ..Limits::default() })
}

pub fn session_within(text: &str, entry: Entry, wasi: WasiCtx, limits: Limits) -> DebugSession {
    let inspection = inspect(&Source::new("test.wat", text));
    assert!(inspection.problems.is_empty(), "{:?}", inspection.problems);
    let (wasm, summary) = (inspection.wasm.expect("it compiles"), inspection.summary.expect("it has a summary"));
    match DebugSession::start("test.wat", &wasm, &summary, &entry, limits, wasi) {
        Ok(session) => session,
        Err(error) => panic!("{error:?}"),
    }
}

pub fn session(text: &str) -> DebugSession {
    session_of(text, Entry::Default)
}

/// Executes a command and returns the stop reason.
pub fn go(session: &mut DebugSession, command: Command) -> StopReason {
    session.ask(command);
    run_to_stop(session)
}

pub fn run_to_stop(session: &mut DebugSession) -> StopReason {
    for _ in 0..100_000 {
        match session.advance(1_000_000) {
            DebugProgress::Stopped(reason) => return reason,
            DebugProgress::Working { .. } => {}
            DebugProgress::Waiting { input, .. } => panic!("it waits, for input: {input}"),
        }
    }
    panic!("it goes on and on");
}

/// Describes all visible state.
pub fn see(session: &DebugSession) -> String {
    let mut seen = format!("step {}", session.step());
    for frame in session.state().call_stack(usize::MAX) {
        let show = |value| value::show(value).text;
        let locals: Vec<String> = frame.locals.iter().map(|local| show(&local.value)).collect();
        let stack: Vec<String> = frame.operand_stack.iter().map(|operand| show(&operand.value)).collect();
        let labels = frame.labels.len();
        seen += &format!(
            "\n{} @{} locals [{}] stack [{}] labels {labels}",
            frame.name.unwrap_or_else(|| frame.function.to_string()),
            frame.instruction,
            locals.join(" "),
            stack.join(" "),
        );
    }
    let globals: Vec<String> = session.machine().globals().map(|global| value::show(&global).text).collect();
    seen += &format!("\nglobals [{}]", globals.join(" "));
    for memory in 0..session.machine().memories() {
        let bytes =
            session.machine().memory(memory, 0, session.machine().memory_size(memory).unwrap_or(0)).unwrap_or_default();
        let sum = bytes.iter().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        seen += &format!("\nmemory {memory}: {} bytes, {sum:x}", bytes.len());
    }
    seen + &format!("\nprinted {}", session.output_bytes())
}
