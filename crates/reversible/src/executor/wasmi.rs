//! The copy on wasmi.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::rc::Rc;

use wasmi::{
    AsContext, Caller, Engine, Error, Extern, ExternRef, Func, Global, Instance, Memory, Module, Mutability, Nullable,
    Ref, Store, Table, Val,
};
use wasmparser::ValType;

use super::host_calls::MOST_ARGUMENT_BYTES;
use super::{CopyInstance, CopyModule, Executor, Exit, Host, HostCalls, Left, ReferenceTable, Retried};
use crate::attach::{Attached, attach, initialize};
use crate::instrument::layout::{self, Register};
use crate::instrument::{Embedding, Instrumented, Watched};
use wasmoscope_module::value::{FunctionRef, Value};
use wasmoscope_runtime::Limits;
use wasmoscope_runtime::limits::{self, Limiter};
use wasmoscope_runtime::outcome::Failure;
use wasmoscope_wasi::{GuestMemory, Suspend, WasiCtx};

const PAGE: u64 = 1 << 16;

/// wasmi.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wasmi;

/// wasmi, executing the copies that are made for any engine: what they do can be tested without a browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct PortableWasmi;

impl Executor for PortableWasmi {
    fn embedding(&self) -> Embedding {
        Embedding::Portable
    }

    fn compile(&self, copy: &Rc<Instrumented>, limits: &Limits) -> Result<Box<dyn CopyModule>, Failure> {
        Wasmi.compile(copy, limits)
    }
}

impl Executor for Wasmi {
    fn embedding(&self) -> Embedding {
        Embedding::Hosted
    }

    fn compile(&self, copy: &Rc<Instrumented>, limits: &Limits) -> Result<Box<dyn CopyModule>, Failure> {
        let module = WasmiModule::new(&copy.wasm, limits).map_err(|error| Failure::from(&error))?;
        Ok(Box::new(module))
    }
}

/// A copy compiled by wasmi.
pub struct WasmiModule {
    engine: Engine,
    module: Module,
    /// The copies that watch: for writes, and for writes and reads.
    watching: [OnceCell<Module>; 2],
}

impl WasmiModule {
    /// Compiles a copy.
    ///
    /// # Errors
    ///
    /// wasmi's refusal.
    pub fn new(wasm: &[u8], limits: &Limits) -> Result<Self, Error> {
        let engine = limits::debug_engine(limits, false);
        let module = Module::new(&engine, wasm)?;
        Ok(Self { engine, module, watching: Default::default() })
    }

    fn watching(&self, watched: Watched) -> Option<&OnceCell<Module>> {
        match watched {
            Watched::Nothing => None,
            Watched::Writes => Some(&self.watching[0]),
            Watched::Reads => Some(&self.watching[1]),
        }
    }

    fn instance(
        &self,
        store: &mut Store<State>,
        copy: &Instrumented,
        max_depth: u32,
        watched: Watched,
    ) -> Result<(Attached, Instance), Error> {
        let module = self.watching(watched).and_then(OnceCell::get).unwrap_or(&self.module);
        let exempt = |state: &mut State, exempt| state.host.limiter.exempt(exempt);
        let (attached, items) = attach(store, copy, max_depth, exempt)?;
        let host_call = Extern::Func(Func::wrap(&mut *store, host_call));
        // A copy has no other imports: those of the original are host calls.
        let imports: Option<Vec<Extern>> = module
            .imports()
            .map(|import| match import.name() {
                layout::HOST_CALL => Some(host_call),
                name => items.iter().find(|(item, _)| *item == name).map(|(_, item)| *item),
            })
            .collect();
        let imports = imports.ok_or_else(|| Error::new("the module imports something that is not a function"))?;
        let instance = Instance::new(&mut *store, module, &imports)?;
        let memory = instance.get_memory(&*store, "memory");
        store.data_mut().linked = Some(Linked { memory, attached });
        initialize(store, instance, copy)?;
        Ok((attached, instance))
    }
}

impl CopyModule for WasmiModule {
    fn prepare(&self, watched: Watched, wasm: &[u8]) -> Result<(), Failure> {
        let Some(cell) = self.watching(watched).filter(|cell| cell.get().is_none()) else { return Ok(()) };
        let module = Module::new(&self.engine, wasm).map_err(|error| Failure::from(&error))?;
        // It was just checked to be empty.
        let _ = cell.set(module);
        Ok(())
    }

    fn is_prepared(&self, watched: Watched) -> bool {
        self.watching(watched).is_none_or(|cell| cell.get().is_some())
    }

    fn instantiate(
        &self,
        copy: &Rc<Instrumented>,
        limits: &Limits,
        wasi: WasiCtx,
        watched: Watched,
    ) -> Result<Box<dyn CopyInstance>, (Failure, Box<Host>)> {
        let host = Host { wasi, limiter: Limiter::new(limits) };
        let mut store = Store::new(&self.engine, State { host, calls: HostCalls::of(copy), linked: None });
        store.limiter(|state| &mut state.host.limiter);
        match self.instance(&mut store, copy, limits.recursion, watched) {
            Ok((attached, instance)) => Ok(Box::new(WasmiInstance::new(store, copy, attached, instance))),
            Err(error) => Err(((&error).into(), Box::new(store.into_data().host))),
        }
    }
}

/// What host functions find.
struct State {
    host: Host,
    calls: HostCalls,
    /// Set once there is an instance.
    linked: Option<Linked>,
}

/// What host calls access.
#[derive(Clone, Copy)]
struct Linked {
    /// The memory that the program exports as `memory`.
    memory: Option<Memory>,
    attached: Attached,
}

/// [`layout::HOST_CALL`].
fn host_call(mut caller: Caller<'_, State>, import: u32, address: u32) -> i32 {
    const LEFT: i32 = 1;
    let State { host, calls, linked } = caller.data();
    let Some(Linked { memory, attached }) = *linked else { return LEFT };
    let mut arguments = [0; MOST_ARGUMENT_BYTES];
    let arguments = &mut arguments[..calls.argument_bytes(import)];
    let budget = host.wasi.needs_position().then(|| attached.register(&caller, Register::Budget));
    let step = budget.map_or(0, |budget| caller.data().calls.step(budget));
    if attached.state.read(&caller, address as usize, arguments).is_err() {
        return LEFT;
    }
    let result = match memory {
        Some(memory) => {
            let (mut bytes, State { host, calls, .. }) = memory.data_and_store_mut(&mut caller);
            calls.call(host, import, arguments, step, Some(&mut bytes))
        }
        None => {
            let State { host, calls, .. } = caller.data_mut();
            calls.call(host, import, arguments, step, None)
        }
    };
    let written = result.is_some_and(|result| attached.state.write(&mut caller, address as usize, &result).is_ok());
    if written { 0 } else { LEFT }
}

/// An instance of the copy in a store of its own.
struct WasmiInstance {
    store: Store<State>,
    attached: Attached,
    /// How far the state memory has to extend beyond the end of the frames.
    margin: u32,
    dropper: u32,
    dispatch_loop: Func,
    memories: Vec<Memory>,
    globals: Vec<Global>,
    tables: Vec<Table>,
    functions: Functions,
}

impl WasmiInstance {
    fn new(store: Store<State>, copy: &Instrumented, attached: Attached, instance: Instance) -> Self {
        let export = |name: &str| instance.get_export(&store, name);
        let memories = (0..copy.memories).filter_map(|index| export(&copy.memory(index))?.into_memory()).collect();
        let globals = (0..copy.globals).filter_map(|index| export(&copy.global(index))?.into_global()).collect();
        let tables = (0..copy.tables).filter_map(|index| export(&copy.table(index))?.into_table()).collect();
        let dispatch_loop = export(&copy.dispatch_loop()).and_then(Extern::into_func);
        let dispatch_loop = dispatch_loop.expect("the copy exports its dispatch loop");
        let functions = Functions::of(copy, &attached, &store);
        Self {
            margin: copy.margin,
            dropper: copy.dropper_index(),
            store,
            attached,
            dispatch_loop,
            memories,
            globals,
            tables,
            functions,
        }
    }

    /// Runs without the limits of the program: what is allocated belongs to the debugger.
    fn exempt<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.host_mut().limiter.exempt(true);
        let result = act(self);
        self.host_mut().limiter.exempt(false);
        result
    }

    fn exit(&mut self, called: Result<(), Error>) -> Exit {
        match (self.store.data_mut().calls.take_left(), called) {
            (Some(Left::Waiting(suspend)), _) => Exit::Waiting(suspend),
            (Some(Left::Failed(failure)), _) => Exit::Failed(failure),
            (None, Ok(())) => Exit::Done,
            (None, Err(error)) => Exit::Failed((&error).into()),
        }
    }

    fn reference_table(&self, table: ReferenceTable) -> Table {
        self.attached.references[table as usize]
    }

    fn write_table(&mut self, table: Table, start: u64, values: &[Value]) -> Result<(), Failure> {
        let size = table.size(&self.store);
        let wanted = start + values.len() as u64;
        if wanted > size {
            let null = Ref::default_for_ty(table.ty(&self.store).element());
            table.grow(&mut self.store, wanted - size, null).map_err(Failure::other)?;
        }
        for (index, value) in values.iter().enumerate() {
            let Some(reference) = self.functions.reference(*value) else { continue };
            table.set(&mut self.store, start + index as u64, reference).map_err(Failure::other)?;
        }
        Ok(())
    }
}

impl CopyInstance for WasmiInstance {
    fn host(&self) -> &Host {
        &self.store.data().host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.store.data_mut().host
    }

    fn into_host(self: Box<Self>) -> Host {
        self.store.into_data().host
    }

    fn register(&self, register: Register) -> u32 {
        self.attached.register(&self.store, register)
    }

    fn set_register(&mut self, register: Register, value: u32) {
        self.attached.set_register(&mut self.store, register, value);
    }

    fn reset(&mut self) {
        self.attached.reset(&mut self.store);
    }

    fn word(&self, address: u32) -> Option<u32> {
        let bytes = self.attached.state.data(&self.store).get(address as usize..)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*bytes))
    }

    fn state(&self, range: Range<u32>) -> Cow<'_, [u8]> {
        let bytes = self.attached.state.data(&self.store);
        let end = (range.end as usize).min(bytes.len());
        Cow::Borrowed(bytes.get(range.start as usize..end).unwrap_or_default())
    }

    fn write_state(&mut self, address: u32, bytes: &[u8]) -> bool {
        self.attached.state.write(&mut self.store, address as usize, bytes).is_ok()
    }

    fn grow_state(&mut self, end: u32) -> Result<(), Failure> {
        let margin = self.margin;
        let grown = self.exempt(|instance| instance.attached.grow(&mut instance.store, end, margin));
        grown.map_err(|error| (&error).into())
    }

    fn value(&self, address: u32, ty: ValType) -> Value {
        if let ValType::Ref(_) = ty {
            let table =
                if ty == ValType::EXTERNREF { ReferenceTable::HostReferences } else { ReferenceTable::Functions };
            let element = self.reference_table(table).get(&self.store, u64::from(address / 8));
            return element
                .map_or_else(|| Value::from_bits(ty, 0), |element| self.functions.value(&Val::from(element)));
        }
        let mut bytes = [0; 16];
        // Out-of-bounds bytes stay zero.
        let _ = self.attached.state.read(&self.store, address as usize, &mut bytes);
        Value::from_bits(ty, u128::from_le_bytes(bytes))
    }

    fn set_value(&mut self, address: u32, value: Value) {
        let bits = match value {
            Value::V128(bits) => {
                let _ = self.attached.state.write(&mut self.store, address as usize, &bits.to_le_bytes());
                return;
            }
            Value::FuncRef(_) | Value::ExternRef(_) => {
                let table = match value {
                    Value::ExternRef(_) => ReferenceTable::HostReferences,
                    _ => ReferenceTable::Functions,
                };
                if let Some(reference) = self.functions.reference(value) {
                    let _ = self.reference_table(table).set(&mut self.store, u64::from(address / 8), reference);
                }
                return;
            }
            number => number.bits().unwrap_or_default() as u64,
        };
        let _ = self.attached.state.write(&mut self.store, address as usize, &bits.to_le_bytes());
    }

    fn references(&self, table: ReferenceTable, range: Range<u64>) -> Vec<Value> {
        let table = self.reference_table(table);
        range
            .map_while(|index| table.get(&self.store, index))
            .map(|value| self.functions.value(&value.into()))
            .collect()
    }

    fn set_references(&mut self, table: ReferenceTable, start: u64, values: &[Value]) -> Result<(), Failure> {
        let table = self.reference_table(table);
        self.exempt(|instance| instance.write_table(table, start, values))
    }

    fn memories(&self) -> usize {
        self.memories.len()
    }

    fn memory_size(&self, memory: usize) -> Option<u64> {
        Some(self.memories.get(memory)?.data_size(&self.store) as u64)
    }

    fn memory(&self, memory: usize, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        self.memories.get(memory)?.data(&self.store).get(range).map(Cow::Borrowed)
    }

    fn write_memory(&mut self, memory: usize, address: u64, bytes: &[u8]) -> bool {
        let place = self.memories.get(memory).zip(usize::try_from(address).ok());
        place.is_some_and(|(memory, address)| memory.write(&mut self.store, address, bytes).is_ok())
    }

    fn grow_memory(&mut self, memory: usize, size: u64) -> Result<(), Failure> {
        let Some(memory) = self.memories.get(memory) else { return Err(Failure::other("there is no such memory")) };
        let pages = (size / PAGE).saturating_sub(memory.size(&self.store));
        if pages > 0 {
            memory.grow(&mut self.store, pages).map_err(Failure::other)?;
        }
        Ok(())
    }

    fn globals(&self) -> usize {
        self.globals.len()
    }

    fn global(&self, global: usize) -> Option<Value> {
        Some(self.functions.value(&self.globals.get(global)?.get(&self.store)))
    }

    fn is_global_mutable(&self, global: usize) -> bool {
        self.globals.get(global).is_some_and(|global| global.ty(&self.store).mutability() == Mutability::Var)
    }

    fn set_global(&mut self, global: usize, value: Value) -> bool {
        let value = match self.functions.reference(value) {
            Some(reference) => Val::from(reference),
            None => Val::from(value),
        };
        self.globals.get(global).is_some_and(|global| global.set(&mut self.store, value).is_ok())
    }

    fn tables(&self) -> usize {
        self.tables.len()
    }

    fn table_size(&self, table: usize) -> Option<u64> {
        Some(self.tables.get(table)?.size(&self.store))
    }

    fn table_element(&self, table: usize, index: u64) -> Option<Value> {
        Some(self.functions.value(&self.tables.get(table)?.get(&self.store, index)?.into()))
    }

    fn set_table(&mut self, table: usize, values: &[Value]) -> Result<(), Failure> {
        match self.tables.get(table) {
            Some(table) => self.write_table(*table, 0, values),
            None => Err(Failure::other("there is no such table")),
        }
    }

    fn drop_segments(&mut self) -> Result<(), Failure> {
        match self.attached.code.get(&self.store, u64::from(self.dropper)) {
            Some(Ref::Func(Nullable::Val(dropper))) => {
                dropper.call(&mut self.store, &[], &mut []).map_err(|error| (&error).into())
            }
            _ => Ok(()),
        }
    }

    fn run(&mut self, base: u32) -> Exit {
        let mut status = [Val::I32(0)];
        let called = self.dispatch_loop.call(&mut self.store, &[Val::I32(base.cast_signed())], &mut status);
        self.exit(called)
    }

    fn step(&mut self, function: u32, frame: u32) -> Exit {
        let Some(Ref::Func(Nullable::Val(function))) = self.attached.code.get(&self.store, u64::from(function)) else {
            return Exit::Failed(Failure::other("the program is at an instruction that does not exist"));
        };
        let mut status = [Val::I32(0)];
        let called = function.call(&mut self.store, &[Val::I32(frame.cast_signed())], &mut status);
        self.exit(called)
    }

    fn count_calls(&mut self, end: u64) {
        let State { host, calls, .. } = self.store.data_mut();
        host.wasi.count_steps();
        calls.count(end);
    }

    fn waits_for(&self) -> Option<Suspend> {
        self.store.data().calls.waits_for()
    }

    fn forget_waiting(&mut self) {
        self.store.data_mut().calls.forget();
    }

    fn retry(&mut self) -> Option<Retried> {
        let memory = self.store.data().linked.and_then(|linked| linked.memory);
        match memory {
            Some(memory) => {
                let (mut bytes, State { host, calls, .. }) = memory.data_and_store_mut(&mut self.store);
                calls.retry(host, Some(&mut bytes as &mut dyn GuestMemory))
            }
            None => {
                let State { host, calls, .. } = self.store.data_mut();
                calls.retry(host, None)
            }
        }
    }
}

/// The functions of the original, as references: from an index to a reference, and back.
struct Functions {
    references: Vec<Func>,
    indices: HashMap<Identity, u32>,
}

/// What tells two functions of a store apart. wasmi exposes nothing but its debug output.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Identity(String);

impl Identity {
    fn of(function: &Func) -> Self {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = write!(text, "{function:?}");
        Self(text)
    }
}

impl Functions {
    fn of(copy: &Instrumented, attached: &Attached, store: impl AsContext) -> Self {
        let references: Vec<Func> = (copy.first_function..copy.code)
            .filter_map(|index| match attached.code.get(&store, u64::from(index)) {
                Some(Ref::Func(Nullable::Val(function))) => Some(function),
                _ => None,
            })
            .collect();
        let can_be_seen = copy.writes_tables || copy.holds_references || copy.globals > 0 || copy.tables > 0;
        let indices = match can_be_seen {
            true => references.iter().enumerate().map(|(index, of)| (Identity::of(of), index as u32)).collect(),
            false => HashMap::new(),
        };
        Self { references, indices }
    }

    fn value(&self, value: &Val) -> Value {
        match value {
            Val::FuncRef(Nullable::Val(function)) => Value::FuncRef(Some(
                self.indices
                    .get(&Identity::of(function))
                    .map_or(FunctionRef::Unknown, |index| FunctionRef::Index(*index)),
            )),
            value => value.into(),
        }
    }

    /// The reference; `None` for a number. One that cannot be identified becomes null: a program with a single module
    /// has none.
    fn reference(&self, value: Value) -> Option<Ref> {
        match value {
            Value::FuncRef(Some(FunctionRef::Index(index))) => {
                Some(Ref::Func(match self.references.get(index as usize) {
                    Some(function) => Nullable::Val(*function),
                    None => Nullable::Null,
                }))
            }
            Value::FuncRef(_) => Some(Ref::Func(Nullable::Null)),
            Value::ExternRef(_) => Some(Ref::Extern(<Nullable<ExternRef>>::Null)),
            Value::I32(_) | Value::I64(_) | Value::F32(_) | Value::F64(_) | Value::V128(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmi::Caller;

    /// All that rests on wasmi's debug output.
    #[test]
    fn functions_of_a_store_are_told_apart() {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let functions: Vec<Func> =
            (0..100).map(|index: i32| Func::wrap(&mut store, move |_: Caller<'_, ()>| index)).collect();
        let identities: std::collections::HashSet<Identity> = functions.iter().map(Identity::of).collect();
        assert_eq!(identities.len(), functions.len());
        let table = Table::new(
            &mut store,
            wasmi::TableType::new(wasmi::RefType::Func, 1, None),
            Ref::Func(Nullable::Val(functions[7])),
        );
        match table.unwrap().get(&store, 0) {
            Some(Ref::Func(Nullable::Val(same))) => assert_eq!(Identity::of(&same), Identity::of(&functions[7])),
            other => panic!("{other:?}"),
        }
    }
}
