//! The debugger and the evaluator, seen in the same way.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use wasmoscope::engine::debugger::{Command, DebugProgress, DebugSession, StopReason};
use wasmoscope::engine::inspect::inspect;
use wasmoscope::engine::reversible::executor::Executor;
use wasmoscope::engine::reversible::executor::wasmi::Wasmi;
use wasmoscope::engine::runtime::{Entry, Limits, Outcome, StartError};
use wasmoscope::engine::source::Source;
use wasmoscope::engine::value::{self, FunctionRef};
use wasmoscope::engine::vfs::Vfs;
use wasmoscope::engine::wasi::{self, Clock, Random, WasiConfig, WasiCtx};

use crate::reference::{Machine, Value};
use crate::smith::SplitMix;

/// All of a program's state between two instructions.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The topmost first.
    pub frames: Vec<FrameView>,
    pub globals: Vec<Value>,
    /// For each memory, its length and a number for what is in it.
    pub memories: Vec<(usize, u64)>,
    pub tables: Vec<Vec<Value>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FrameView {
    pub function: u32,
    /// Where the instruction is in the binary.
    pub offset: u64,
    pub locals: Vec<Value>,
    pub operand_stack: Vec<Value>,
}

impl View {
    pub fn of_session(session: &DebugSession) -> Self {
        let value = |value: &value::Value| match value {
            value::Value::I32(bits) => Value::I32(bits.cast_unsigned()),
            value::Value::I64(bits) => Value::I64(bits.cast_unsigned()),
            value::Value::F32(bits) => Value::F32(*bits),
            value::Value::F64(bits) => Value::F64(*bits),
            value::Value::FuncRef(Some(FunctionRef::Index(function))) => Value::Ref(Some(*function)),
            value::Value::FuncRef(None) | value::Value::ExternRef(None) => Value::Ref(None),
            value::Value::FuncRef(Some(FunctionRef::Unknown))
            | value::Value::ExternRef(Some(_))
            | value::Value::V128(_) => panic!("the module has no {value:?}"),
        };
        let frames = session.state().call_stack(usize::MAX).into_iter().map(|frame| FrameView {
            function: frame.function,
            offset: frame.offset,
            locals: frame.locals.iter().map(|local| value(&local.value)).collect(),
            operand_stack: frame.operand_stack.iter().map(|operand| value(&operand.value)).collect(),
        });
        let memories = (0..session.state().memories())
            .filter_map(|index| session.state().memory(index, 0, session.state().memory_size(index)?));
        let sizes = (0..).map_while(|table| session.state().table_size(table).map(|size| (table, size)));
        let tables = sizes.map(|(table, size)| {
            (0..size)
                .filter_map(|index| session.state().table_element(table, index))
                .map(|element| value(&element))
                .collect()
        });
        Self {
            frames: frames.collect(),
            globals: session.state().globals().map(|global| value(&global)).collect(),
            memories: memories.map(|bytes| digest(&bytes)).collect(),
            tables: tables.collect(),
        }
    }

    pub fn of_machine(machine: &Machine<'_>) -> Self {
        let frames = machine.frames.iter().rev().map(|frame| FrameView {
            function: frame.function,
            offset: machine.offset(frame),
            locals: frame.locals.clone(),
            operand_stack: frame.stack.clone(),
        });
        Self {
            frames: frames.collect(),
            globals: machine.module.globals.clone(),
            memories: machine.module.memories.iter().map(|memory| digest(&memory.bytes)).collect(),
            tables: machine.module.tables.iter().map(|table| table.elements.clone()).collect(),
        }
    }
}

fn digest(bytes: &[u8]) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    (bytes.len(), hasher.finish())
}

/// A session that calls an export; or why there is none.
pub fn session(wasm: &[u8], export: &str, arguments: Vec<String>) -> Result<DebugSession, String> {
    session_on(&Wasmi, wasm, export, arguments)
}

pub fn session_on(
    executor: &dyn Executor,
    wasm: &[u8],
    export: &str,
    arguments: Vec<String>,
) -> Result<DebugSession, String> {
    let source = Source::new("module.wasm", wasm);
    let summary = inspect(&source).summary.expect("the module is valid");
    let entry = Entry::Export { name: export.to_owned(), arguments };
    let started = DebugSession::start_on(executor, "module.wasm", wasm, &summary, &entry, Limits::default(), wasi());
    started.map_err(|error| match error {
        StartError::Outcome(Outcome::Trapped(trap)) => trap.kind.code().to_owned(),
        other => format!("{other:?}"),
    })
}

struct Nothing;

impl Clock for Nothing {
    fn realtime_ns(&mut self) -> u64 {
        0
    }

    fn monotonic_ns(&mut self) -> u64 {
        0
    }
}

impl Random for Nothing {
    fn fill(&mut self, _buffer: &mut [u8]) {}
}

fn wasi() -> WasiCtx {
    WasiCtx::new(WasiConfig {
        args: Vec::new(),
        env: Vec::new(),
        vfs: Vfs::default(),
        preopens: wasi::root_preopen(),
        clock: Box::new(Nothing),
        random: Box::new(Nothing),
        output_limit: None,
    })
}

pub fn go(session: &mut DebugSession, command: Command) -> StopReason {
    session.ask(command);
    loop {
        match session.advance(1_000_000) {
            DebugProgress::Stopped(reason) => return reason,
            DebugProgress::Working { .. } => {}
            DebugProgress::Waiting { .. } => panic!("a module without imports waits for nothing"),
        }
    }
}

/// An argument that a user could type.
pub fn value(ty: wasmparser::ValType, random: &mut SplitMix) -> Option<Value> {
    let bits = if random.next().is_multiple_of(2) { random.next() % 100 } else { random.next() };
    match ty {
        wasmparser::ValType::I32 => Some(Value::I32(bits as u32)),
        wasmparser::ValType::I64 => Some(Value::I64(bits)),
        wasmparser::ValType::F32 => Some(Value::F32((bits as i32 as f32 / 8.0).to_bits())),
        wasmparser::ValType::F64 => Some(Value::F64((bits.cast_signed() as f64 / 8.0).to_bits())),
        _ => None,
    }
}

/// As a user types it.
pub fn argument(value: &Value) -> String {
    match value {
        Value::I32(bits) => bits.cast_signed().to_string(),
        Value::I64(bits) => bits.cast_signed().to_string(),
        Value::F32(bits) => f32::from_bits(*bits).to_string(),
        Value::F64(bits) => f64::from_bits(*bits).to_string(),
        Value::Ref(_) => panic!("nobody types a reference"),
    }
}

/// How the debugger shows a result; of a NaN only that it is one.
pub fn canonical(value: &Value) -> String {
    let nan_or = |is_nan: bool, shown: String| if is_nan { "nan".to_owned() } else { shown };
    match value {
        Value::I32(bits) => bits.cast_signed().to_string(),
        Value::I64(bits) => bits.cast_signed().to_string(),
        Value::F32(bits) => {
            let number = f32::from_bits(*bits);
            nan_or(number.is_nan(), value::show(&value::Value::F32(*bits)).text)
        }
        Value::F64(bits) => {
            let number = f64::from_bits(*bits);
            nan_or(number.is_nan(), value::show(&value::Value::F64(*bits)).text)
        }
        Value::Ref(None) => "null".to_owned(),
        Value::Ref(Some(_)) => "a function".to_owned(),
    }
}

pub fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned(values) => {
            let shown = |text: &str| if text.contains("nan") { "nan".to_owned() } else { text.to_owned() };
            format!("{:?}", values.iter().map(|value| shown(&value.text)).collect::<Vec<_>>())
        }
        Outcome::Trapped(trap) => trap.kind.code().to_owned(),
        other => format!("{other:?}"),
    }
}

/// What nobody should have to find in generated modules.
pub const PROGRAMS: &[(&str, &str, &[Value])] = &[
    (
        "a recursion",
        r#"(module (func $f (export "main") (param i64) (result i64)
            (if (result i64) (i64.eqz (local.get 0))
                (then (i64.const 1))
                (else (i64.mul (local.get 0) (call $f (i64.sub (local.get 0) (i64.const 1))))))))"#,
        &[Value::I64(6)],
    ),
    (
        "branches with values, over values that stay",
        r#"(module (func $main (export "main") (param i32) (result i32 i64)
            (local $i i32)
            i32.const 100
            i64.const 7
            (loop $again (param i32 i64) (result i32 i64)
                (block $out (param i32 i64) (result i32 i64 i32)
                    (block $two (param i32 i64) (result i32 i64 i32)
                        (block $one (param i32 i64) (result i32 i64 i32)
                            local.get $i
                            (br_table $one $two $out (local.tee $i (i32.add (local.get $i) (i32.const 1)))))
                        drop
                        i32.const 1)
                    drop
                    i32.const 2)
                drop
                (br_if $again (i32.lt_u (local.get $i) (local.get 0))))
            nop))"#,
        &[Value::I32(5)],
    ),
    (
        "tail calls, and calls through tables",
        r#"(module (type $t (func (param i32 i32) (result i32))) (table $table 4 funcref)
            (elem $table (i32.const 1) func $sum $other) (global $turns (mut i32) (i32.const 0))
            (func $sum (param $n i32) (param $sum i32) (result i32)
                (global.set $turns (i32.add (global.get $turns) (i32.const 1)))
                (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
                (return_call_indirect (type $t) (i32.sub (local.get $n) (i32.const 1))
                    (i32.add (local.get $sum) (local.get $n)) (i32.sub (i32.const 2) (i32.and (local.get $n) (i32.const 1)))))
            (func $other (type $t) (local $unused i64) (return_call $sum (local.get 0) (local.get 1)))
            (func $wrong)
            (func (export "main") (param i32) (result i32)
                (i32.const 1000)
                (call_indirect (type $t) (local.get 0) (i32.const 0) (i32.const 1))
                i32.add
                (table.set $table (i32.const 3) (ref.func $wrong))
                (call_indirect (type $t) (i32.const 0) (i32.const 0) (i32.const 3))
                i32.add)
            (elem declare func $wrong))"#,
        &[Value::I32(6)],
    ),
    (
        "segments, grown memories and tables",
        r#"(module (memory $m 1 3) (memory $wide i64 1) (table $t 2 10 funcref) (start $start)
            (data $text "hello") (data (memory $m) (i32.const 8) "active") (elem $more funcref (ref.func $start) (ref.null func))
            (func $start (memory.init $m $text (i32.const 100) (i32.const 1) (i32.const 4)) (data.drop $text))
            (func (export "main") (result i32)
                (memory.copy $wide $m (i64.const 50) (i32.const 98) (i32.const 10))
                (memory.fill $m (i32.const 60) (i32.const 0xAA) (i32.const 7))
                (drop (memory.grow $m (i32.const 1)))
                (drop (memory.grow $m (i32.const 5)))
                (table.init $t $more (i32.const 0) (i32.const 0) (i32.const 2))
                (elem.drop $more)
                (drop (table.grow $t (ref.func $start) (i32.const 3)))
                (table.copy $t $t (i32.const 1) (i32.const 2) (i32.const 2))
                (table.fill $t (i32.const 3) (ref.null func) (i32.const 1))
                (i64.store32 $wide offset=4 (i64.const 3) (i64.const -2))
                (drop (ref.is_null (table.get $t (i32.const 3))))
                (memory.init $m $text (i32.const 0) (i32.const 0) (i32.const 0))
                (i32.load16_s $m (i32.const 131071))))"#,
        &[],
    ),
    (
        "floats",
        r#"(module (global $g (mut f64) (f64.const -0)) (func (export "main") (param f64) (result f32 f64)
            (global.set $g (f64.min (local.get 0) (global.get $g)))
            (f32.max (f32.const -0) (f32.demote_f64 (f64.nearest (f64.add (local.get 0) (f64.const 0.5)))))
            (drop (i64.trunc_sat_f64_u (f64.const nan)))
            (drop (i32.trunc_f64_s (f64.const -2147483648.9)))
            (drop (f64.copysign (f64.sqrt (f64.const -1)) (f64.const -1)))
            (f64.convert_i64_u (i64.const -1))))"#,
        &[Value::F64(0x3FF0_0000_0000_0000)],
    ),
];
