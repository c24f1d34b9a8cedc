//! The browser's engine does what wasmi does: the same state at every step, the same end, the same output, forwards and
//! backwards. Run by `wasm-pack test`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wasmoscope::engine::debugger::{Command, DebugProgress, DebugSession, StopReason};
use wasmoscope::engine::inspect::inspect;
use wasmoscope::engine::reversible::executor::Executor;
use wasmoscope::engine::reversible::executor::js::JsEngine;
use wasmoscope::engine::reversible::executor::wasmi::Wasmi;
use wasmoscope::engine::runtime::{Entry, Limits, Outcome, StartError};
use wasmoscope::engine::source::Source;
use wasmoscope::engine::value::Value;
use wasmoscope::engine::vfs::Vfs;
use wasmoscope::engine::wasi::{self, Clock, Random, WasiConfig, WasiCtx};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// How many steps of a program are compared one by one.
const MOST_STEPS: u64 = 2_000;

/// Time that passes with each reading.
struct Ticking(u64);

impl Clock for Ticking {
    fn realtime_ns(&mut self) -> u64 {
        self.monotonic_ns()
    }

    fn monotonic_ns(&mut self) -> u64 {
        self.0 += 1_000_000;
        self.0
    }
}

struct Zeros;

impl Random for Zeros {
    fn fill(&mut self, _buffer: &mut [u8]) {}
}

fn wasi() -> WasiCtx {
    WasiCtx::new(WasiConfig {
        args: vec![b"program".to_vec(), b"argument".to_vec()],
        env: Vec::new(),
        vfs: Vfs::default(),
        preopens: wasi::root_preopen(),
        clock: Box::new(Ticking(0)),
        random: Box::new(Zeros),
        output_limit: Some(1 << 20),
    })
}

fn limits() -> Limits {
    Limits { memory: Some(16 << 20), recursion: 500, ..Limits::default() }
}

fn start(engine: &dyn Executor, wasm: &[u8], entry: &Entry) -> Result<DebugSession, Outcome> {
    let summary = inspect(&Source::new("module.wasm", wasm)).summary.expect("the module is valid");
    match DebugSession::start_on(engine, "module.wasm", wasm, &summary, entry, limits(), wasi()) {
        Ok(session) => Ok(session),
        Err(StartError::Outcome(outcome)) => Err(outcome),
        Err(StartError::Problems(problems)) => panic!("{problems:?}"),
    }
}

/// A frame: the function, the offset, the locals, the operands.
type Frame = (u32, u64, Vec<Value>, Vec<Value>);

/// All that can be seen of a program.
#[derive(Debug, PartialEq)]
struct View {
    step: u64,
    frames: Vec<Frame>,
    globals: Vec<Value>,
    memories: Vec<Vec<u8>>,
    tables: Vec<Vec<Value>>,
    output: u64,
    outcome: Option<Outcome>,
}

impl View {
    fn of(session: &DebugSession) -> Self {
        let state = session.state();
        let frames = state.call_stack(usize::MAX).into_iter().map(|frame| {
            let locals = frame.locals.iter().map(|local| local.value).collect();
            let operands = frame.operand_stack.iter().map(|operand| operand.value).collect();
            (frame.function, frame.offset, locals, operands)
        });
        let memory = |index| Some(state.memory(index, 0, state.memory_size(index)?)?.into_owned());
        let sizes = (0..).map_while(|table| state.table_size(table).map(|size| (table, size)));
        let tables = sizes.map(|(table, size)| (0..size).filter_map(|at| state.table_element(table, at)).collect());
        Self {
            step: session.step(),
            frames: frames.collect(),
            globals: state.globals().collect(),
            memories: (0..state.memories()).filter_map(memory).collect(),
            tables: tables.collect(),
            output: session.output_bytes(),
            outcome: session.outcome().cloned(),
        }
    }
}

/// Carries out a command; a program that waits gets a line of input.
fn go(session: &mut DebugSession, command: Command) -> StopReason {
    session.ask(command);
    loop {
        match session.advance(100_000) {
            DebugProgress::Stopped(reason) => return reason,
            DebugProgress::Working { .. } => {}
            DebugProgress::Waiting { .. } => session.wasi_mut().push_stdin(b"a line\n"),
        }
    }
}

fn both(text: &str, entry: &Entry) {
    let wasm = wat::parse_str(text).expect("the text compiles");
    let sessions = [start(&Wasmi, &wasm, entry), start(&JsEngine, &wasm, entry)];
    let [mut wasmi, mut js] = match sessions {
        [Ok(wasmi), Ok(js)] => [wasmi, js],
        [Err(wasmi), Err(js)] => return assert_eq!(wasmi, js, "{text}"),
        [wasmi, js] => panic!("{:?} and {:?}\n{text}", wasmi.err(), js.err()),
    };
    // Forwards, one by one.
    for _ in 0..MOST_STEPS {
        let (before, also) = (View::of(&wasmi), View::of(&js));
        assert_eq!(before, also, "{text}");
        let reasons = (go(&mut wasmi, Command::Into), go(&mut js, Command::Into));
        assert_eq!(reasons.0, reasons.1, "{text}");
        if let StopReason::Ended(_) = reasons.0 {
            break;
        }
    }
    assert_eq!(View::of(&wasmi), View::of(&js), "{text}");
    // Back, by halves, and to the end in one go.
    let mut step = wasmi.step();
    while step > 0 {
        step /= 2;
        assert_eq!(go(&mut wasmi, Command::JumpTo(step)), go(&mut js, Command::JumpTo(step)), "{text}");
        assert_eq!(View::of(&wasmi), View::of(&js), "{text}");
    }
    assert_eq!(go(&mut wasmi, Command::JumpToEnd), go(&mut js, Command::JumpToEnd), "{text}");
    assert_eq!(View::of(&wasmi), View::of(&js), "{text}");
    let (one, other) = (wasmi.take_output(), js.take_output());
    let bytes = |output: Vec<wasi::Output>| output.into_iter().flat_map(|piece| piece.bytes).collect::<Vec<u8>>();
    assert_eq!(bytes(one), bytes(other), "{text}");
}

fn main_of(text: &str) {
    both(text, &Entry::Export { name: "main".to_owned(), arguments: Vec::new() });
}

#[wasm_bindgen_test]
fn loops_calls_and_memory() {
    main_of(
        r#"(module (memory 1) (func $fib (param i32) (result i32)
            (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
              (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                             (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
          (func (export "main") (result i32) (local $n i32)
            (loop $l (i32.store (i32.mul (local.get $n) (i32.const 4)) (local.get $n))
              (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 20))))
            (i32.add (call $fib (i32.const 9)) (i32.load (i32.const 16)))))"#,
    );
}

#[wasm_bindgen_test]
fn every_nan_has_the_same_bits() {
    main_of(
        r#"(module (memory 1) (global $g (mut f32) (f32.const nan:0x123456)) (global $h (mut f64) (f64.const -nan:0x123))
          (global $v (mut v128) (v128.const i32x4 1 2 3 4)) (global $i (mut i64) (i64.const -1))
          (func (export "main")
            (local $z f32) (local $d f64) (local $v v128)
            (global.set $g (f32.div (local.get $z) (local.get $z)))
            (global.set $h (f64.sqrt (f64.const -1)))
            (global.set $g (f32.add (f32.const nan:0x200001) (f32.const 1)))
            (global.set $g (f32.neg (f32.const nan:0x200001)))
            (global.set $h (f64.promote_f32 (f32.const -nan:0x200001)))
            (global.set $g (f32.demote_f64 (f64.const nan:0x8000000000001)))
            (global.set $g (f32.reinterpret_i32 (i32.const 0x7fa00001)))
            (global.set $v (f32x4.div (local.get $v) (local.get $v)))
            (global.set $v (f64x2.min (v128.const i64x2 0x7ff0000000000001 3) (local.get $v)))
            (global.set $v (f32x4.relaxed_min (v128.const i32x4 0x7fa00001 0xffc00000 0 1) (local.get $v)))
            (global.set $v (i8x16.relaxed_swizzle (v128.const i32x4 1 2 3 4) (v128.const i32x4 0x80808080 2 0x20202020 1)))
            (global.set $i (i64.mul (global.get $i) (i64.const 3)))))"#,
    );
}

#[wasm_bindgen_test]
fn every_trap_is_told() {
    let bodies = [
        "unreachable",
        "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
        "(drop (i32.rem_u (i32.const 1) (i32.const 0)))",
        "(drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))",
        "(drop (i32.trunc_f32_s (f32.const nan)))",
        "(drop (i32.trunc_f64_u (f64.const 1e20)))",
        "(drop (i64.trunc_f32_s (f32.const -1e30)))",
        "(drop (i32.load (i32.const 65533)))",
        "(i64.store offset=65535 (i32.const 2) (i64.const 1))",
        "(memory.fill (i32.const 65530) (i32.const 1) (i32.const 10))",
        "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 10))",
        "(table.init $t $e (i32.const 9) (i32.const 0) (i32.const 2))",
        "(drop (table.get $t (i32.const 10)))",
        "(call_indirect $t (type $n) (i32.const 0))",
        "(call_indirect $t (type $n) (i32.const 5))",
        "(call_indirect $t (type $n) (i32.const 10))",
        "(return_call_indirect $t (type $n) (i32.const 0))",
        "(return_call_indirect $t (type $n) (i32.const 7))",
        "(call $deep)",
        "(drop (memory.grow (i32.const 1000))) unreachable",
    ];
    for body in bodies {
        main_of(&format!(
            r#"(module (memory 1) (type $n (func)) (table $t 10 funcref) (elem (table $t) (i32.const 0) func $one)
              (elem $e func $one $one) (data $d "abc")
              (func $one (result i32) (i32.const 1)) (func $deep (call $deep))
              (func (export "main") (local i32) (local.set 0 (i32.const 7)) {body}))"#
        ));
    }
}

#[wasm_bindgen_test]
fn memories_and_tables_grow_within_the_limits() {
    main_of(
        r#"(module (memory $m 1 5) (memory $n 2) (table $t 1 funcref) (table $x 2 externref) (elem declare func $f)
          (global $r (mut funcref) (ref.null func))
          (func $f)
          (func (export "main") (local funcref)
            (drop (memory.grow $m (i32.const 2))) (drop (memory.grow $m (i32.const 9))) (drop (memory.grow $m (i32.const 0)))
            (drop (memory.grow $n (i32.const 100))) (drop (memory.grow $n (i32.const 1000)))
            (i32.store $n (i32.const 65540) (i32.const 77))
            (drop (table.grow $t (ref.func $f) (i32.const 3))) (drop (table.grow $x (ref.null extern) (i32.const 3)))
            (table.set $t (i32.const 0) (ref.func $f)) (global.set $r (table.get $t (i32.const 2)))
            (local.set 0 (ref.func $f)) (table.fill $t (i32.const 1) (ref.null func) (i32.const 2))
            (call_indirect $t (i32.const 0))))"#,
    );
    both(r#"(module (memory 1000) (func (export "main")))"#, &Entry::Export { name: "main".into(), arguments: vec![] });
    both(
        r#"(module (memory i64 1) (func (export "main")
          (drop (memory.grow (i64.const 2))) (i64.store (i64.const 70000) (i64.const -5))
          (drop (memory.grow (i64.const 0x1000000000000)))))"#,
        &Entry::Export { name: "main".into(), arguments: vec![] },
    );
}

#[wasm_bindgen_test]
fn programs_print_read_and_end() {
    let program = |main: &str| {
        let text = format!(
            r#"(module
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
              (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (type $four (func (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1) (table 2 funcref) (elem (i32.const 0) func $write $read)
              (data (i32.const 0) "\10\00\00\00\06\00\00\00") (data (i32.const 16) "hello\0a")
              (data (i32.const 32) "\40\00\00\00\20\00\00\00")
              (func $print (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
              (func (export "_start") {main}))"#
        );
        both(&text, &Entry::Default);
    };
    program("(call $print) (call $print)");
    program("(call $print) (call $exit (i32.const 3)) (call $print)");
    program("(drop (call $read (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 8))) (call $print)");
    program(
        "(drop (call_indirect (type $four) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 0)))",
    );
    program(
        "(drop (call_indirect (type $four) (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 8) (i32.const 1)))
         (call $print)",
    );
    program(
        "(drop (call $clock (i32.const 1) (i64.const 0) (i32.const 100)))
         (drop (call $random (i32.const 200) (i32.const 40)))",
    );
    program(
        "(local i32) (loop $l (call $print) (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
         (i32.const 2000))))",
    );
}

#[wasm_bindgen_test]
fn dropped_segments_and_started_modules() {
    main_of(
        r#"(module (memory 1) (table 4 funcref) (start $start) (global $g (mut i32) (i32.const 0))
          (data $d "abc") (elem $e func $start)
          (func $start (global.set $g (i32.add (global.get $g) (i32.const 1))))
          (func (export "main")
            (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)) (data.drop $d)
            (table.init $e (i32.const 1) (i32.const 0) (i32.const 1)) (elem.drop $e)
            (call $start) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))"#,
    );
    main_of(r#"(module (memory 1) (data (i32.const 65535) "ab") (func (export "main")))"#);
    main_of(r#"(module (table 1 funcref) (elem (i32.const 1) func 0) (func (export "main")))"#);
}

/// Going back to before a memory has grown takes another instance: those before have to go, as a browser reserves
/// gigabytes of addresses for each of their memories.
#[wasm_bindgen_test]
fn instances_that_are_replaced_go() {
    let text = r#"(module (memory 1) (func (export "main") (drop (memory.grow (i32.const 1)))))"#;
    let wasm = wat::parse_str(text).expect("the text compiles");
    let entry = Entry::Export { name: "main".to_owned(), arguments: Vec::new() };
    let mut session = start(&JsEngine, &wasm, &entry).expect("it starts");
    for _ in 0..500 {
        assert!(matches!(go(&mut session, Command::JumpToEnd), StopReason::Ended(Outcome::Returned(_))));
        assert_eq!(session.state().memory_size(0), Some(2 << 16));
        go(&mut session, Command::JumpTo(0));
        assert_eq!(session.state().memory_size(0), Some(1 << 16));
    }
}
