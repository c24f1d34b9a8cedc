//! The copy on the WebAssembly engine of the browser, through the JavaScript API of WebAssembly.
//!
//! A browser's compiler gives no access to what is active, and cannot be interrupted. The copy needs neither: its
//! dispatch loop returns when its budget is used up, and its whole state is in memories, globals and tables, which the
//! JavaScript API reads and writes. A host call that waits is left by a return, like everything else.
//!
//! An access from here is a call from WebAssembly to JavaScript, some ten nanoseconds. Bytes are copied in ranges.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Range;
use std::rc::{Rc, Weak};

use js_sys::WebAssembly::{Global, Instance, Memory, Module, RuntimeError, Table};
use js_sys::{BigInt, DataView, Function, Map, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasmi::ResourceLimiter as _;
use wasmparser::{Operator, ValType};

use super::host_calls::MOST_ARGUMENT_BYTES;
use super::trap_messages::{Told, told};
use super::{
    CheckpointInterval, CopyInstance, CopyModule, Executor, Exit, Host, HostCalls, Left, ReferenceTable, Retried,
};
use crate::instrument::layout::{self, Register};
use crate::instrument::{Embedding, Instrumented, Watched, first_pages, portable};
use wasmoscope_module::value::{FunctionRef, HostReference, Value};
use wasmoscope_runtime::Limits;
use wasmoscope_runtime::limits::Limiter;
use wasmoscope_runtime::outcome::{Failure, TrapKind};
use wasmoscope_wasi::{GuestMemory, OutOfBounds, Suspend, WasiCtx};

const PAGE: u64 = 1 << 16;
/// The maximum size of the state memory, in bytes.
const MOST_STATE: u64 = 1 << 30;

#[wasm_bindgen]
extern "C" {
    /// `WebAssembly.Memory`, of 32 or 64 bits: a number of pages is a `Number` or a `BigInt`.
    #[wasm_bindgen(extends = Memory)]
    type AnyMemory;
    #[wasm_bindgen(method, catch)]
    fn grow(this: &AnyMemory, pages: &JsValue) -> Result<JsValue, JsValue>;

    /// `WebAssembly.Table`, of 32 or 64 bits.
    #[wasm_bindgen(extends = Table)]
    type AnyTable;
    #[wasm_bindgen(method, getter)]
    fn length(this: &AnyTable) -> JsValue;
    #[wasm_bindgen(method, catch)]
    fn get(this: &AnyTable, index: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn set(this: &AnyTable, index: &JsValue, value: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = grow)]
    fn grow_with(this: &AnyTable, by: &JsValue, value: &JsValue) -> Result<JsValue, JsValue>;

    /// A `WebAssembly.Global` of type `i32`.
    type I32Global;
    #[wasm_bindgen(method, getter)]
    fn value(this: &I32Global) -> i32;
    #[wasm_bindgen(method, setter)]
    fn set_value(this: &I32Global, value: i32);
}

/// The WebAssembly engine of this browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsEngine;

impl Executor for JsEngine {
    fn embedding(&self) -> Embedding {
        Embedding::Portable
    }

    fn compile(&self, copy: &Rc<Instrumented>, _limits: &Limits) -> Result<Box<dyn CopyModule>, Failure> {
        Ok(Box::new(JsModule { module: compile(&copy.wasm)?, watching: Default::default() }))
    }
}

/// A copy compiled by the browser.
struct JsModule {
    module: Module,
    /// The copies that watch: for writes, and for writes and reads.
    watching: [OnceCell<Module>; 2],
}

impl JsModule {
    fn watching(&self, watched: Watched) -> Option<&OnceCell<Module>> {
        match watched {
            Watched::Nothing => None,
            Watched::Writes => Some(&self.watching[0]),
            Watched::Reads => Some(&self.watching[1]),
        }
    }
}

fn compile(wasm: &[u8]) -> Result<Module, Failure> {
    Module::new(&Uint8Array::from(wasm)).map_err(|error| Failure::other(message(&error)))
}

fn message(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}

impl CopyModule for JsModule {
    fn prepare(&self, watched: Watched, wasm: &[u8]) -> Result<(), Failure> {
        let Some(cell) = self.watching(watched).filter(|cell| cell.get().is_none()) else { return Ok(()) };
        // It was just checked to be empty.
        let _ = cell.set(compile(wasm)?);
        Ok(())
    }

    fn is_prepared(&self, watched: Watched) -> bool {
        self.watching(watched).is_none_or(|cell| cell.get().is_some())
    }

    fn checkpoint_interval(&self) -> CheckpointInterval {
        // Some billion steps a second, and a memory is copied before it is compared.
        CheckpointInterval { least_steps: 2_000_000, bytes_per_step: 1, single: 2_000 }
    }

    fn instantiate(
        &self,
        copy: &Rc<Instrumented>,
        limits: &Limits,
        wasi: WasiCtx,
        watched: Watched,
    ) -> Result<Box<dyn CopyInstance>, (Failure, Box<Host>)> {
        let mut host = Box::new(Host { wasi, limiter: Limiter::new(limits) });
        for memory in &copy.memory_types {
            let bytes = memory.initial.saturating_mul(PAGE);
            // The limiter does not fail.
            if !host.limiter.memory_growing(0, bytes as usize, None).unwrap_or(false) {
                return Err((Failure::Trap(TrapKind::GrowthLimited), host));
            }
        }
        for table in &copy.table_types {
            if !host.limiter.table_growing(0, table.initial as usize, None).unwrap_or(false) {
                return Err((Failure::Trap(TrapKind::GrowthLimited), host));
            }
        }
        let module = self.watching(watched).and_then(OnceCell::get).unwrap_or(&self.module);
        let made = JsInstance::new(module, copy, limits.recursion);
        let mut instance = match made {
            Ok(instance) => instance,
            Err(error) => return Err((error, host)),
        };
        instance.host = Some(host);
        match instance.call(|instance| instance.initializer.call0(&JsValue::UNDEFINED)) {
            Exit::Done => Ok(Box::new(instance)),
            Exit::Failed(mut failure) => {
                // Some engines say the same of a memory and a table.
                let elements_written = instance.state(layout::ELEMENTS_WRITTEN..layout::ELEMENTS_WRITTEN + 1);
                if failure.trap() == Some(TrapKind::MemoryOutOfBounds) && *elements_written == [0] {
                    failure = Failure::Trap(TrapKind::TableOutOfBounds);
                }
                Err((failure, Box::new(Box::new(instance).into_host())))
            }
            Exit::Waiting(_) => Err((Failure::other("a segment waits"), Box::new(Box::new(instance).into_host()))),
        }
    }
}

/// A memory, with views of its bytes. They are replaced after it may have grown; the program asks before it grows one.
struct LinearMemory {
    memory: AnyMemory,
    is_64: bool,
    views: RefCell<Views>,
    is_stale: Cell<bool>,
}

struct Views {
    bytes: Uint8Array,
    words: DataView,
    size: u64,
}

impl Views {
    fn of(memory: &AnyMemory) -> Self {
        let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
        let bytes = Uint8Array::new(&buffer);
        let size = u64::from(bytes.length());
        Self { words: DataView::new(&buffer, 0, size as usize), bytes, size }
    }
}

impl LinearMemory {
    fn new(memory: AnyMemory, is_64: bool) -> Self {
        let views = RefCell::new(Views::of(&memory));
        Self { memory, is_64, views, is_stale: Cell::new(false) }
    }

    fn with_views<T>(&self, act: impl FnOnce(&Views) -> T) -> T {
        if self.is_stale.replace(false) {
            self.views.replace(Views::of(&self.memory));
        }
        act(&self.views.borrow())
    }

    /// The memory has grown, or is about to: its views are replaced when they are used next.
    fn may_grow(&self) {
        self.is_stale.set(true);
    }

    fn size(&self) -> u64 {
        self.with_views(|views| views.size)
    }

    /// Four bytes, little-endian; `None` out of bounds.
    fn word(&self, address: u32) -> Option<u32> {
        self.with_views(|views| {
            let fits = u64::from(address) + 4 <= views.size;
            fits.then(|| views.words.get_uint32_endian(address as usize, true))
        })
    }

    fn range(&self, address: u64, length: usize) -> Option<Range<u32>> {
        let end = address.checked_add(length as u64).filter(|end| *end <= self.size())?;
        Some(u32::try_from(address).ok()?..u32::try_from(end).ok()?)
    }

    fn read(&self, address: u64, buffer: &mut [u8]) -> Option<()> {
        let Range { start, end } = self.range(address, buffer.len())?;
        self.with_views(|views| views.bytes.subarray(start, end).copy_to(buffer));
        Some(())
    }

    fn write(&self, address: u64, from: &[u8]) -> Option<()> {
        let Range { start, end } = self.range(address, from.len())?;
        self.with_views(|views| views.bytes.subarray(start, end).copy_from(from));
        Some(())
    }

    fn copy(&self, range: Range<u64>) -> Option<Vec<u8>> {
        let mut copy = vec![0; usize::try_from(range.end.checked_sub(range.start)?).ok()?];
        self.read(range.start, &mut copy)?;
        Some(copy)
    }

    fn grow(&self, pages: u64) -> Result<(), JsValue> {
        self.may_grow();
        self.memory.grow(&number(pages, self.is_64)).map(drop)
    }
}

impl GuestMemory for &LinearMemory {
    fn size(&self) -> u64 {
        LinearMemory::size(self)
    }

    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), OutOfBounds> {
        LinearMemory::read(self, address, buffer).ok_or(OutOfBounds)
    }

    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), OutOfBounds> {
        LinearMemory::write(self, address, bytes).ok_or(OutOfBounds)
    }
}

/// A number of pages or elements, or an index, as JavaScript takes it.
fn number(number: u64, is_64: bool) -> JsValue {
    if is_64 { BigInt::from(number).into() } else { JsValue::from_f64(number as f64) }
}

struct AnyTableOf {
    table: AnyTable,
    is_64: bool,
}

impl AnyTableOf {
    fn size(&self) -> u64 {
        let length = self.table.length();
        match self.is_64 {
            true => u64::try_from(BigInt::from(length)).unwrap_or(0),
            false => length.as_f64().unwrap_or(0.0) as u64,
        }
    }

    fn element(&self, index: u64) -> Option<JsValue> {
        self.table.get(&number(index, self.is_64)).ok()
    }

    fn set(&self, index: u64, value: &JsValue) -> Result<(), Failure> {
        self.table.set(&number(index, self.is_64), value).map_err(|error| Failure::other(message(&error)))
    }

    fn grow_to(&self, size: u64) -> Result<(), Failure> {
        let by = size.saturating_sub(self.size());
        if by == 0 {
            return Ok(());
        }
        let grown = self.table.grow_with(&number(by, self.is_64), &JsValue::NULL);
        grown.map(drop).map_err(|error| Failure::other(message(&error)))
    }
}

/// What the functions that the copy imports access.
struct Shared {
    copy: Rc<Instrumented>,
    state: LinearMemory,
    references: [AnyTableOf; 2],
    registers: [I32Global; Register::ALL.len()],
    calls: RefCell<HostCalls>,
    /// During an execution, the host's state.
    host: RefCell<Option<Box<Host>>>,
    /// Set once there is an instance.
    memories: OnceCell<Vec<LinearMemory>>,
    tables: OnceCell<Vec<AnyTableOf>>,
    /// The memory that the program exports as `memory`.
    wasi_memory: OnceCell<LinearMemory>,
    /// Why an imported function has thrown.
    thrown: RefCell<Option<Failure>>,
    /// A memory that was allowed to grow, with its size before: it may not have grown.
    growing: Cell<Option<(usize, u64)>>,
}

impl Shared {
    fn register(&self, register: Register) -> u32 {
        self.registers[register as usize].value().cast_unsigned()
    }

    fn set_register(&self, register: Register, value: u32) {
        self.registers[register as usize].set_value(value.cast_signed());
    }

    /// [`layout::HOST_CALL`].
    fn host_call(&self, import: u32, address: u32) -> i32 {
        const LEFT: i32 = 1;
        let (Ok(mut calls), Ok(mut host)) = (self.calls.try_borrow_mut(), self.host.try_borrow_mut()) else {
            return LEFT;
        };
        let Some(host) = host.as_mut() else { return LEFT };
        let mut arguments = [0; MOST_ARGUMENT_BYTES];
        let arguments = &mut arguments[..calls.argument_bytes(import)];
        if self.state.read(u64::from(address), arguments).is_none() {
            return LEFT;
        }
        let step = match host.wasi.needs_position() {
            true => calls.step(self.register(Register::Budget)),
            false => 0,
        };
        let result = match self.wasi_memory.get() {
            Some(mut memory) => calls.call(host, import, arguments, step, Some(&mut memory)),
            None => calls.call(host, import, arguments, step, None),
        };
        let written = result.is_some_and(|result| self.state.write(u64::from(address), &result).is_some());
        if written { 0 } else { LEFT }
    }

    /// [`layout::MAY_GROW`].
    fn may_grow(&self, space: u32, by: u64) -> i32 {
        let index = (space >> 1) as usize;
        let may = match space & 1 {
            0 => self.memory_may_grow(index, by),
            _ => self.table_may_grow(index, by),
        };
        i32::from(may.unwrap_or(false))
    }

    /// The order of checks is wasmi's: what the type forbids is not the limit's fault.
    fn memory_may_grow(&self, index: usize, by: u64) -> Option<bool> {
        if by == 0 {
            // Growing by nothing makes a new buffer, too (JavaScript API, section 5.3).
            self.memory_grows(index);
            return Some(true);
        }
        let ty = self.copy.memory_types.get(index)?;
        let size = self.memories.get()?.get(index)?.size();
        let pages = (size / PAGE).checked_add(by)?;
        let most = if ty.memory64 { 1 << 48 } else { 1 << 16 };
        if pages > most || ty.maximum.is_some_and(|maximum| pages > maximum) {
            return Some(false);
        }
        let mut host = self.host.try_borrow_mut().ok()?;
        let host = host.as_mut()?;
        self.settle(host);
        let wanted = usize::try_from(pages.checked_mul(PAGE)?).ok()?;
        let may = host.limiter.memory_growing(size as usize, wanted, None).unwrap_or(false);
        if may {
            self.memory_grows(index);
            self.growing.set(Some((index, size)));
        }
        Some(may)
    }

    /// The program may have the memory under several names.
    fn memory_grows(&self, index: usize) {
        if let Some(memory) = self.memories.get().and_then(|memories| memories.get(index)) {
            memory.may_grow();
        }
        if let Some(memory) = self.wasi_memory.get() {
            memory.may_grow();
        }
    }

    fn table_may_grow(&self, index: usize, by: u64) -> Option<bool> {
        if by == 0 {
            return Some(true);
        }
        let ty = self.copy.table_types.get(index)?;
        let size = self.tables.get()?.get(index)?.size();
        let wanted = size.checked_add(by)?;
        if ty.maximum.is_some_and(|maximum| wanted > maximum) || (!ty.table64 && wanted > u64::from(u32::MAX)) {
            return Some(false);
        }
        let mut host = self.host.try_borrow_mut().ok()?;
        let wanted = usize::try_from(wanted).ok()?;
        Some(host.as_mut()?.limiter.table_growing(size as usize, wanted, None).unwrap_or(false))
    }

    /// Tells the limiter if the memory that was allowed to grow has not: the browser had no room.
    fn settle(&self, host: &mut Host) {
        let Some((index, before)) = self.growing.take() else { return };
        let size = self.memories.get().and_then(|memories| memories.get(index)).map(LinearMemory::size);
        if size == Some(before) {
            // It only counts.
            let _ = host.limiter.memory_grow_failed(&wasmi::errors::MemoryError::OutOfSystemMemory);
        }
    }

    /// [`layout::GROW`], and the same from outside.
    fn grow_state(&self, end: u32) -> Result<(), Failure> {
        let overflow = || Failure::Trap(TrapKind::StackOverflow);
        let margin = u64::from(self.copy.margin);
        let wanted = u64::from(end) + margin;
        let size = self.state.size();
        if wanted <= size {
            return Ok(());
        }
        if wanted > MOST_STATE {
            return Err(overflow());
        }
        // Doubles the size each time, so that deep recursion does not grow it at every call.
        let target = (wanted.div_ceil(PAGE) * PAGE).max(size * 2).min(MOST_STATE);
        self.state.grow((target - size) / PAGE).map_err(|_| overflow())?;
        if self.copy.holds_references {
            for table in &self.references {
                table.grow_to(target / 8).map_err(|_| overflow())?;
            }
        }
        self.set_register(Register::Limit, (target - margin) as u32);
        Ok(())
    }
}

/// An instance of the copy.
struct JsInstance {
    shared: Rc<Shared>,
    /// The functions that the copy imports, which live as long as it does.
    _imported: Imported,
    dispatch_loop: Function,
    initializer: Function,
    save_globals: Function,
    load_globals: Function,
    code: AnyTableOf,
    globals: Vec<Global>,
    /// Between executions.
    host: Option<Box<Host>>,
    /// Whether the end of the state memory has the values of the globals, and whether they have been changed there.
    saved: Cell<bool>,
    changed: Cell<bool>,
    /// From a function to its index in the original.
    indices: OnceCell<Map>,
}

struct Imported {
    _nothing: [Closure<dyn FnMut()>; 2],
    _grow: Closure<dyn FnMut(u32)>,
    _host_call: Closure<dyn FnMut(u32, u32) -> i32>,
    _may_grow: Closure<dyn FnMut(u32, u64) -> i32>,
}

fn object(entries: &[(&str, &JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in entries {
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

fn is_same(one: &JsValue, other: &JsValue) -> bool {
    one == other
}

fn table(element: &str, size: u64) -> Result<AnyTableOf, JsValue> {
    let descriptor = object(&[("element", &element.into()), ("initial", &JsValue::from_f64(size as f64))]);
    Ok(AnyTableOf { table: Table::new(&descriptor)?.unchecked_into(), is_64: false })
}

impl JsInstance {
    fn new(module: &Module, copy: &Rc<Instrumented>, max_depth: u32) -> Result<Self, Failure> {
        Self::try_new(module, copy, max_depth).map_err(|error| Failure::other(message(&error)))
    }

    fn try_new(module: &Module, copy: &Rc<Instrumented>, max_depth: u32) -> Result<Self, JsValue> {
        let pages = first_pages(copy.stack_base, copy.margin);
        let bytes = u64::from(pages) * PAGE;
        let memory = Memory::new(&object(&[("initial", &pages.into())]))?;
        let state = LinearMemory::new(memory.unchecked_into(), false);
        let jump_table: Vec<u8> = copy.jump_table.iter().flat_map(|entry| entry.to_le_bytes()).collect();
        state.write(u64::from(copy.jump_table_base), &jump_table);
        let beside = if copy.holds_references { bytes / 8 } else { 0 };
        let references = [table("anyfunc", beside)?, table("externref", beside)?];
        if copy.holds_references {
            // Without a value, an element is `undefined`.
            for index in 0..beside {
                let _ = references[1].set(index, &JsValue::NULL);
            }
        }
        let code = table("anyfunc", u64::from(copy.code) + 1)?;
        let descriptor = object(&[("value", &"i32".into()), ("mutable", &JsValue::TRUE)]);
        let mut registers = Vec::with_capacity(Register::ALL.len());
        for _ in Register::ALL {
            registers.push(Global::new(&descriptor, &JsValue::from_f64(0.0))?.unchecked_into::<I32Global>());
        }
        let registers: [I32Global; Register::ALL.len()] =
            registers.try_into().map_err(|_| JsValue::from_str("a register is missing"))?;
        let shared = Rc::new(Shared {
            copy: Rc::clone(copy),
            state,
            references,
            registers,
            calls: RefCell::new(HostCalls::of(copy)),
            host: RefCell::new(None),
            memories: OnceCell::new(),
            tables: OnceCell::new(),
            wasi_memory: OnceCell::new(),
            thrown: RefCell::new(None),
            growing: Cell::new(None),
        });
        reset(&shared);
        shared.set_register(Register::MaxDepth, max_depth);
        shared.set_register(Register::Limit, (bytes - u64::from(copy.margin)) as u32);

        let (own, imported) = own_imports(&shared, &code);
        let instance = Instance::new(module, &object(&[(layout::MODULE, &own)]))?;
        let exports = instance.exports();
        let export = |name: &str| Reflect::get(&exports, &name.into());
        let function = |name: &str| export(name)?.dyn_into::<Function>();
        let memories = copy.memory_types.iter().enumerate().map(|(index, ty)| {
            let memory = export(&copy.memory(index as u32))?;
            Ok::<_, JsValue>(LinearMemory::new(memory.unchecked_into(), ty.memory64))
        });
        let memories = memories.collect::<Result<Vec<_>, _>>()?;
        let tables = copy.table_types.iter().enumerate().map(|(index, ty)| {
            let table = export(&copy.table(index as u32))?;
            Ok::<_, JsValue>(AnyTableOf { table: table.unchecked_into(), is_64: ty.table64 })
        });
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let globals = (0..copy.globals).map(|index| Ok::<_, JsValue>(export(&copy.global(index))?.unchecked_into()));
        let globals = globals.collect::<Result<Vec<_>, _>>()?;
        if let Ok(memory) = export("memory")?.dyn_into::<Memory>() {
            let is_64 = copy
                .memory_types
                .iter()
                .zip(&memories)
                .any(|(ty, other)| ty.memory64 && is_same(&other.memory, &memory));
            let _ = shared.wasi_memory.set(LinearMemory::new(memory.unchecked_into(), is_64));
        }
        let _ = shared.memories.set(memories);
        let _ = shared.tables.set(tables);
        let (save, load) = copy.global_functions();
        Ok(Self {
            dispatch_loop: function(&copy.dispatch_loop())?,
            initializer: function(&copy.initializer())?,
            save_globals: function(&save)?,
            load_globals: function(&load)?,
            code,
            globals,
            host: None,
            saved: Cell::new(false),
            changed: Cell::new(false),
            indices: OnceCell::new(),
            shared,
            _imported: imported,
        })
    }

    fn copy(&self) -> &Instrumented {
        &self.shared.copy
    }

    /// Lets the program run: the host's state is where the functions that it calls find it.
    fn call(&mut self, run: impl FnOnce(&Self) -> Result<JsValue, JsValue>) -> Exit {
        self.flush_globals();
        self.saved.set(false);
        *self.shared.host.borrow_mut() = self.host.take();
        let called = run(self);
        self.host = self.shared.host.borrow_mut().take();
        if let Some(host) = &mut self.host {
            self.shared.settle(host);
        }
        let left = self.shared.calls.borrow_mut().take_left();
        match (left, called) {
            (Some(Left::Waiting(suspend)), _) => Exit::Waiting(suspend),
            (Some(Left::Failed(failure)), _) => Exit::Failed(failure),
            (None, Ok(_)) => Exit::Done,
            (None, Err(error)) => Exit::Failed(self.failure(&error)),
        }
    }

    fn failure(&self, error: &JsValue) -> Failure {
        if let Some(failure) = self.shared.thrown.take() {
            return failure;
        }
        let text = message(error);
        if !error.is_instance_of::<RuntimeError>() && !error.is_instance_of::<js_sys::RangeError>() {
            return Failure::Other(text);
        }
        match told(&text) {
            Some(Told::Trap(kind)) => Failure::Trap(kind),
            Some(Told::ByInstructionOr(kind)) => Failure::Trap(self.of_instruction().unwrap_or(kind)),
            None => Failure::Other(text),
        }
    }

    /// Why the instruction that the program is at trapped, if it uses a table: a copy is exactly at those, and the
    /// operands of an indirect call are in the frame. `None` for any other, which the copy may have gone on from.
    fn of_instruction(&self) -> Option<TrapKind> {
        let frame = self.register(Register::Top);
        let number = self.word(frame + layout::FUNCTION)?;
        let instruction = self.word(frame + layout::NEXT)? / layout::COUNTER_STEP;
        let table = match self.copy().operator(number, instruction)? {
            Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => {
                table_index
            }
            ref other if portable::uses_table(other) => return Some(TrapKind::TableOutOfBounds),
            _ => return None,
        };
        let function = self.copy().analyse(number)?;
        let before = function.instructions.get(instruction as usize)?.before;
        let index = function.operands.down(before).next()?;
        let address = frame + function.operands_start() + index.start();
        let index = self.value(address, index.ty).unsigned()?;
        let table = self.shared.tables.get()?.get(table as usize)?;
        Some(match table.element(index) {
            None => TrapKind::TableOutOfBounds,
            Some(element) if element.is_null() => TrapKind::UninitializedElement,
            Some(_) => TrapKind::IndirectCallTypeMismatch,
        })
    }

    /// The address at which globals are saved.
    fn globals_base(&self) -> u64 {
        self.shared.state.size() - u64::from(self.copy().globals * layout::GLOBAL_SIZE)
    }

    /// Saves the globals, if the program may have changed them since they were saved.
    fn save_globals(&self) {
        if !self.saved.replace(true) {
            let base = JsValue::from_f64(self.globals_base() as f64);
            // It only stores.
            let _ = self.save_globals.call1(&JsValue::UNDEFINED, &base);
        }
    }

    /// Sets the globals to what has been changed from here.
    fn flush_globals(&self) {
        if self.changed.replace(false) {
            let base = JsValue::from_f64(self.globals_base() as f64);
            let _ = self.load_globals.call1(&JsValue::UNDEFINED, &base);
        }
    }

    fn indices(&self) -> &Map {
        self.indices.get_or_init(|| {
            let indices = Map::new();
            for index in 0..self.copy().code - self.copy().first_function {
                if let Some(function) = self.code.element(u64::from(self.copy().first_function + index)) {
                    indices.set(&function, &index.into());
                }
            }
            indices
        })
    }

    /// A reference as a value; `ty` tells null apart.
    fn reference(&self, value: &JsValue, is_extern: bool) -> Value {
        let is_null = value.is_null() || value.is_undefined();
        if is_extern {
            return Value::ExternRef((!is_null).then_some(HostReference));
        }
        if is_null {
            return Value::FuncRef(None);
        }
        let index = self.indices().get(value).as_f64();
        Value::FuncRef(Some(index.map_or(FunctionRef::Unknown, |index| FunctionRef::Index(index as u32))))
    }

    /// A value as a reference. One that cannot be identified becomes null: a program with a single module has none.
    fn to_reference(&self, value: Value) -> JsValue {
        match value {
            Value::FuncRef(Some(FunctionRef::Index(index))) => {
                let place = u64::from(self.copy().first_function) + u64::from(index);
                self.code.element(place).unwrap_or(JsValue::NULL)
            }
            _ => JsValue::NULL,
        }
    }

    fn memory_at(&self, memory: usize) -> Option<&LinearMemory> {
        self.shared.memories.get()?.get(memory)
    }

    fn table_at(&self, table: usize) -> Option<&AnyTableOf> {
        self.shared.tables.get()?.get(table)
    }

    fn write_table(&self, table: &AnyTableOf, start: u64, values: &[Value]) -> Result<(), Failure> {
        let end = start + values.len() as u64;
        if end > table.size() {
            table.grow_to(end)?;
        }
        for (index, value) in (start..).zip(values) {
            table.set(index, &self.to_reference(*value))?;
        }
        Ok(())
    }
}

fn reset(shared: &Shared) {
    shared.set_register(Register::Top, 0);
    shared.set_register(Register::Depth, 0);
    shared.set_register(Register::EnterOnly, 0);
    shared.set_register(Register::Next, shared.copy.stack_base);
}

/// Ends the program from within a function that it calls. An exception runs no destructors, so nothing may be held here
/// that keeps the instance alive.
fn throw(shared: &Weak<Shared>, failure: Failure) {
    if let Some(shared) = shared.upgrade() {
        shared.thrown.replace(Some(failure));
    }
    wasm_bindgen::throw_str("the program ends")
}

/// What the copy imports from its host.
fn own_imports(shared: &Rc<Shared>, code: &AnyTableOf) -> (Object, Imported) {
    let with = Rc::downgrade(shared);
    let grow = Closure::<dyn FnMut(u32)>::new(move |end| {
        let failure = with.upgrade().and_then(|shared| shared.grow_state(end).err());
        if let Some(failure) = failure {
            throw(&with, failure);
        }
    });
    let trap = |kind| {
        let with = Rc::downgrade(shared);
        Closure::<dyn FnMut()>::new(move || throw(&with, Failure::Trap(kind)))
    };
    let (overflow, bad_conversion) = (trap(TrapKind::StackOverflow), trap(TrapKind::InvalidConversionToInteger));
    let with = Rc::downgrade(shared);
    let host_call = Closure::<dyn FnMut(u32, u32) -> i32>::new(move |import, address| {
        with.upgrade().map_or(1, |shared| shared.host_call(import, address))
    });
    let with = Rc::downgrade(shared);
    let may_grow = Closure::<dyn FnMut(u32, u64) -> i32>::new(move |space, by| {
        with.upgrade().map_or(0, |shared| shared.may_grow(space, by))
    });
    let own = object(&[
        (layout::GROW, grow.as_ref()),
        (layout::OVERFLOW, overflow.as_ref()),
        (layout::HOST_CALL, host_call.as_ref()),
        (layout::MAY_GROW, may_grow.as_ref()),
        (layout::BAD_CONVERSION, bad_conversion.as_ref()),
        (layout::STATE, shared.state.memory.as_ref()),
        (layout::CODE, code.table.as_ref()),
        (layout::FUNCREFS, shared.references[0].table.as_ref()),
        (layout::EXTERNREFS, shared.references[1].table.as_ref()),
    ]);
    for register in Register::ALL {
        let _ = Reflect::set(&own, &register.name().into(), shared.registers[register as usize].as_ref());
    }
    let imported =
        Imported { _nothing: [overflow, bad_conversion], _grow: grow, _host_call: host_call, _may_grow: may_grow };
    (own, imported)
}

impl CopyInstance for JsInstance {
    fn host(&self) -> &Host {
        self.host.as_ref().expect("the host's state is here between executions")
    }

    fn host_mut(&mut self) -> &mut Host {
        self.host.as_mut().expect("the host's state is here between executions")
    }

    fn into_host(mut self: Box<Self>) -> Host {
        *self.host.take().expect("the host's state is here between executions")
    }

    fn register(&self, register: Register) -> u32 {
        self.shared.register(register)
    }

    fn set_register(&mut self, register: Register, value: u32) {
        self.shared.set_register(register, value);
    }

    fn reset(&mut self) {
        reset(&self.shared);
    }

    fn word(&self, address: u32) -> Option<u32> {
        self.shared.state.word(address)
    }

    fn state(&self, range: Range<u32>) -> Cow<'_, [u8]> {
        let end = u64::from(range.end).min(self.shared.state.size());
        let bytes = self.shared.state.copy(u64::from(range.start)..end);
        Cow::Owned(bytes.unwrap_or_default())
    }

    fn write_state(&mut self, address: u32, bytes: &[u8]) -> bool {
        self.shared.state.write(u64::from(address), bytes).is_some()
    }

    fn grow_state(&mut self, end: u32) -> Result<(), Failure> {
        // They are saved at the end of it.
        self.flush_globals();
        self.saved.set(false);
        self.shared.grow_state(end)
    }

    fn value(&self, address: u32, ty: ValType) -> Value {
        if let ValType::Ref(_) = ty {
            let is_extern = ty == ValType::EXTERNREF;
            let element = self.shared.references[usize::from(is_extern)].element(u64::from(address / 8));
            return self.reference(&element.unwrap_or(JsValue::NULL), is_extern);
        }
        let mut bytes = [0; 16];
        // Out-of-bounds bytes stay zero.
        let _ = self.shared.state.read(u64::from(address), &mut bytes);
        Value::from_bits(ty, u128::from_le_bytes(bytes))
    }

    fn set_value(&mut self, address: u32, value: Value) {
        match value {
            Value::V128(bits) => drop(self.write_state(address, &bits.to_le_bytes())),
            Value::FuncRef(_) | Value::ExternRef(_) => {
                let table = &self.shared.references[usize::from(matches!(value, Value::ExternRef(_)))];
                let _ = table.set(u64::from(address / 8), &self.to_reference(value));
            }
            number => {
                let bits = number.bits().unwrap_or_default() as u64;
                self.write_state(address, &bits.to_le_bytes());
            }
        }
    }

    fn references(&self, table: ReferenceTable, range: Range<u64>) -> Vec<Value> {
        let is_extern = table == ReferenceTable::HostReferences;
        let table = &self.shared.references[table as usize];
        range.map_while(|index| table.element(index)).map(|value| self.reference(&value, is_extern)).collect()
    }

    fn set_references(&mut self, table: ReferenceTable, start: u64, values: &[Value]) -> Result<(), Failure> {
        self.write_table(&self.shared.references[table as usize], start, values)
    }

    fn memories(&self) -> usize {
        self.shared.memories.get().map_or(0, Vec::len)
    }

    fn memory_size(&self, memory: usize) -> Option<u64> {
        self.memory_at(memory).map(LinearMemory::size)
    }

    fn memory(&self, memory: usize, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        self.memory_at(memory)?.copy(range).map(Cow::Owned)
    }

    fn write_memory(&mut self, memory: usize, address: u64, bytes: &[u8]) -> bool {
        self.memory_at(memory).is_some_and(|memory| memory.write(address, bytes).is_some())
    }

    fn grow_memory(&mut self, index: usize, size: u64) -> Result<(), Failure> {
        let Some(memory) = self.memory_at(index) else { return Err(Failure::other("there is no such memory")) };
        let before = memory.size();
        let pages = size.saturating_sub(before) / PAGE;
        if pages == 0 {
            return Ok(());
        }
        memory.grow(pages).map_err(|error| Failure::other(message(&error)))?;
        self.shared.memory_grows(index);
        // It counts as the program's, as in any engine.
        let _ = self.host_mut().limiter.memory_growing(before as usize, size as usize, None);
        Ok(())
    }

    fn globals(&self) -> usize {
        self.globals.len()
    }

    fn global(&self, global: usize) -> Option<Value> {
        let ty = self.copy().global_types.get(global)?.content_type;
        if let ValType::Ref(_) = ty {
            let value = self.globals.get(global)?.value();
            return Some(self.reference(&value, ty == ValType::EXTERNREF));
        }
        self.save_globals();
        let mut bytes = [0; layout::GLOBAL_SIZE as usize];
        let place = self.globals_base() + global as u64 * u64::from(layout::GLOBAL_SIZE);
        self.shared.state.read(place, &mut bytes)?;
        Some(Value::from_bits(ty, u128::from_le_bytes(bytes)))
    }

    fn is_global_mutable(&self, global: usize) -> bool {
        self.copy().global_types.get(global).is_some_and(|ty| ty.mutable)
    }

    fn set_global(&mut self, global: usize, value: Value) -> bool {
        let Some(ty) = self.copy().global_types.get(global).copied().filter(|ty| ty.mutable) else { return false };
        let fits = Value::null(ty.content_type).unwrap_or_else(|| Value::from_bits(ty.content_type, 0)).ty();
        if fits != value.ty() {
            return false;
        }
        if let Value::FuncRef(_) | Value::ExternRef(_) = value {
            let Some(global) = self.globals.get(global) else { return false };
            global.set_value(&self.to_reference(value));
            return true;
        }
        self.save_globals();
        let place = self.globals_base() + global as u64 * u64::from(layout::GLOBAL_SIZE);
        let bits = value.bits().unwrap_or_default();
        self.changed.set(true);
        self.shared.state.write(place, &bits.to_le_bytes()).is_some()
    }

    fn tables(&self) -> usize {
        self.shared.tables.get().map_or(0, Vec::len)
    }

    fn table_size(&self, table: usize) -> Option<u64> {
        self.table_at(table).map(AnyTableOf::size)
    }

    fn table_element(&self, table: usize, index: u64) -> Option<Value> {
        let is_extern = self.copy().table_types.get(table)?.element_type.is_extern_ref();
        Some(self.reference(&self.table_at(table)?.element(index)?, is_extern))
    }

    fn set_table(&mut self, table: usize, values: &[Value]) -> Result<(), Failure> {
        match self.table_at(table) {
            Some(table) => self.write_table(table, 0, values),
            None => Err(Failure::other("there is no such table")),
        }
    }

    fn drop_segments(&mut self) -> Result<(), Failure> {
        let dropper = self.code.element(u64::from(self.copy().dropper_index()));
        match dropper.and_then(|dropper| dropper.dyn_into::<Function>().ok()) {
            Some(dropper) => match dropper.call0(&JsValue::UNDEFINED) {
                Ok(_) => Ok(()),
                Err(error) => Err(Failure::other(message(&error))),
            },
            None => Ok(()),
        }
    }

    fn run(&mut self, base: u32) -> Exit {
        self.call(|instance| instance.dispatch_loop.call1(&JsValue::UNDEFINED, &base.cast_signed().into()))
    }

    fn step(&mut self, function: u32, frame: u32) -> Exit {
        let Some(Ok(function)) = self.code.element(u64::from(function)).map(JsCast::dyn_into::<Function>) else {
            return Exit::Failed(Failure::other("the program is at an instruction that does not exist"));
        };
        self.call(|_| function.call1(&JsValue::UNDEFINED, &frame.cast_signed().into()))
    }

    fn count_calls(&mut self, end: u64) {
        self.host_mut().wasi.count_steps();
        self.shared.calls.borrow_mut().count(end);
    }

    fn waits_for(&self) -> Option<Suspend> {
        self.shared.calls.borrow().waits_for()
    }

    fn forget_waiting(&mut self) {
        self.shared.calls.borrow_mut().forget();
    }

    fn retry(&mut self) -> Option<Retried> {
        let host = self.host.as_mut()?;
        let mut calls = self.shared.calls.borrow_mut();
        match self.shared.wasi_memory.get() {
            Some(mut memory) => calls.retry(host, Some(&mut memory)),
            None => calls.retry(host, None),
        }
    }
}
