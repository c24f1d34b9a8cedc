//! Modules as the debugger runs them: instrumented copies, on any of its engines. Each stands alone: what imports is
//! refused, because its imports would be host calls.

use std::collections::HashMap;
use std::rc::Rc;

use wasmi::TrapCode;
use wasmparser::{ExternalKind, Parser, Payload};

use super::{Failure, InstanceId, Interpreter, Value};
use crate::engine::instrument::layout::Register;
use crate::engine::instrument::{Instrumented, Options, Watched, instrument_with};
use crate::engine::reversible::executor::{CopyInstance, Executor, Exit, frames};
use crate::engine::runtime::outcome::{self, TrapKind};
use crate::engine::runtime::{Limits, limits::Refusal};
use crate::engine::value;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::{Clock, Random, WasiConfig, WasiCtx};

/// How often the budget is renewed: an endless loop ends within seconds.
const MOST_BUDGETS: u32 = 4;
/// How many instances are kept: a browser reserves gigabytes of addresses for each memory, and some scripts have
/// hundreds of modules, each of which they use at once.
const MOST_INSTANCES: usize = 40;

/// Runs the copies of modules on an engine.
pub struct Copies {
    executor: Box<dyn Executor>,
    /// The last ones.
    instances: Vec<Option<Alone>>,
}

struct Alone {
    copy: Rc<Instrumented>,
    instance: Box<dyn CopyInstance>,
    exports: HashMap<String, (ExternalKind, u32)>,
}

impl Copies {
    pub fn new(executor: impl Executor + 'static) -> Self {
        Self { executor: Box::new(executor), instances: Vec::new() }
    }
}

impl Interpreter for Copies {
    fn instantiate(&mut self, wasm: &[u8]) -> Result<InstanceId, Failure> {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
        let options = Options { embedding: self.executor.embedding(), ..Options::default() };
        let copy = Rc::new(instrument_with(wasm, options).map_err(|error| refused(&error))?);
        let exports = read(wasm)?;
        let limits = Limits::default();
        if let Some(refusal) = Refusal::at_start(copy.memory_bytes, &limits) {
            return Err(Failure::Refused(refusal.message));
        }
        let module = self.executor.compile(&copy, &limits).map_err(|failure| told(&failure))?;
        let instance = module.instantiate(&copy, &limits, wasi(), Watched::Nothing);
        let instance = instance.map_err(|(failure, _)| told(&failure))?;
        let mut alone = Alone { copy, instance, exports };
        if let Some(start) = alone.copy.start {
            alone.call(start, &[])?;
        }
        if let Some(oldest) = self.instances.len().checked_sub(MOST_INSTANCES) {
            self.instances[oldest] = None;
        }
        self.instances.push(Some(alone));
        Ok(InstanceId(self.instances.len() - 1))
    }

    fn register(&mut self, _name: &str, _instance: InstanceId) {}

    fn invoke(&mut self, instance: InstanceId, name: &str, arguments: &[Value]) -> Result<Vec<Value>, Failure> {
        let alone = self.instances.get_mut(instance.0).and_then(Option::as_mut);
        let found = alone.and_then(|alone| match alone.exports.get(name).copied() {
            Some((ExternalKind::Func, index)) => Some((alone, index)),
            _ => None,
        });
        let Some((alone, function)) = found else {
            return Err(Failure::NotThere(format!("the module exports no function \"{name}\"")));
        };
        let arguments: Option<Vec<value::Value>> = arguments.iter().map(|argument| from_script(*argument)).collect();
        let arguments = arguments
            .ok_or_else(|| Failure::NotThere("a reference cannot be passed to a copy from outside".to_owned()))?;
        Ok(alone.call(function, &arguments)?.into_iter().map(to_script).collect())
    }

    fn get_global(&mut self, instance: InstanceId, name: &str) -> Result<Value, Failure> {
        let global = self.instances.get(instance.0).and_then(Option::as_ref).and_then(|alone| {
            match alone.exports.get(name)? {
                (ExternalKind::Global, index) => alone.instance.global(*index as usize),
                _ => None,
            }
        });
        let missing = || Failure::NotThere(format!("the module exports no global \"{name}\""));
        global.map(to_script).ok_or_else(missing)
    }
}

impl Alone {
    /// Calls a function with a body, and returns its results.
    fn call(&mut self, function: u32, arguments: &[value::Value]) -> Result<Vec<value::Value>, Failure> {
        let instance = &mut *self.instance;
        frames::begin(instance, &self.copy, function, arguments).map_err(|failure| told(&failure))?;
        for _ in 0..MOST_BUDGETS {
            instance.set_register(Register::Budget, i32::MAX.cast_unsigned());
            match instance.run(1) {
                Exit::Done if instance.register(Register::Top) == 0 => {
                    return Ok(frames::results(instance, &self.copy, function));
                }
                Exit::Done => {}
                Exit::Waiting(_) => return Err(Failure::Refused("a module without imports waits".to_owned())),
                Exit::Failed(failure) => return Err(told(&failure)),
            }
        }
        Err(Failure::Trap(TrapCode::OutOfFuel))
    }
}

/// The exports of a module that imports nothing.
fn read(wasm: &[u8]) -> Result<HashMap<String, (ExternalKind, u32)>, Failure> {
    let refused = |error: wasmparser::BinaryReaderError| Failure::Refused(error.to_string());
    let mut exports = HashMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(refused)? {
            Payload::ImportSection(section) if section.count() > 0 => {
                return Err(Failure::Refused("it imports something".to_owned()));
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(refused)?;
                    exports.insert(export.name.to_owned(), (export.kind, export.index));
                }
            }
            _ => {}
        }
    }
    Ok(exports)
}

fn told(failure: &outcome::Failure) -> Failure {
    let code = failure.trap().and_then(|kind| match kind {
        TrapKind::Unreachable => Some(TrapCode::UnreachableCodeReached),
        TrapKind::MemoryOutOfBounds => Some(TrapCode::MemoryOutOfBounds),
        TrapKind::TableOutOfBounds => Some(TrapCode::TableOutOfBounds),
        TrapKind::UninitializedElement => Some(TrapCode::IndirectCallToNull),
        TrapKind::IntegerDivideByZero => Some(TrapCode::IntegerDivisionByZero),
        TrapKind::IntegerOverflow => Some(TrapCode::IntegerOverflow),
        TrapKind::InvalidConversionToInteger => Some(TrapCode::BadConversionToInteger),
        TrapKind::IndirectCallTypeMismatch => Some(TrapCode::BadSignature),
        TrapKind::GrowthLimited => Some(TrapCode::GrowthOperationLimited),
        TrapKind::OutOfFuel => Some(TrapCode::OutOfFuel),
        TrapKind::OutOfSystemMemory => Some(TrapCode::OutOfSystemMemory),
        TrapKind::StackOverflow => Some(TrapCode::StackOverflow),
        TrapKind::WaitsForever | TrapKind::NoMemory | TrapKind::FunctionRefused | TrapKind::HostError => None,
    });
    code.map_or_else(|| Failure::Refused(failure.to_string()), Failure::Trap)
}

fn from_script(value: Value) -> Option<value::Value> {
    Some(match value {
        Value::I32(value) => value::Value::I32(value),
        Value::I64(value) => value::Value::I64(value),
        Value::F32(bits) => value::Value::F32(bits),
        Value::F64(bits) => value::Value::F64(bits),
        Value::V128(bits) => value::Value::V128(bits),
        Value::NullFunc => value::Value::FuncRef(None),
        Value::NullExtern => value::Value::ExternRef(None),
        Value::Func | Value::Extern(_) => return None,
    })
}

fn to_script(value: value::Value) -> Value {
    match value {
        value::Value::I32(value) => Value::I32(value),
        value::Value::I64(value) => Value::I64(value),
        value::Value::F32(bits) => Value::F32(bits),
        value::Value::F64(bits) => Value::F64(bits),
        value::Value::V128(bits) => Value::V128(bits),
        value::Value::FuncRef(None) => Value::NullFunc,
        value::Value::FuncRef(Some(_)) => Value::Func,
        value::Value::ExternRef(None) => Value::NullExtern,
        value::Value::ExternRef(Some(_)) => Value::Extern(u32::MAX),
    }
}

/// For no calls: what imports is refused.
fn wasi() -> WasiCtx {
    WasiCtx::new(WasiConfig {
        args: Vec::new(),
        env: Vec::new(),
        vfs: Vfs::default(),
        preopens: Vec::new(),
        clock: Box::new(Nothing),
        random: Box::new(Nothing),
        output_limit: None,
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
