//! The functions for wasmi: what is its own about a call, which is the caller's memory and the fuel. Everything else is `WasiCtx::perform`, as for any engine.

use std::collections::BTreeSet;

use wasmi::errors::{HostError, LinkerError};
use wasmi::{AsContextMut, Caller, Error, Extern, Linker, Module, Store, ValType};

use super::abi::Version;
use super::call::{BYTES_PER_FUEL, CallError, Called, Invocation};
use super::ctx::WasiCtx;
use super::functions::{FUNCTIONS, Import, NumType, import, number, with_functions};
use super::memory::BytesMut;
use super::suspend::{Stop, Suspend};

/// Fuel is charged once this many bytes have accumulated.
const CHARGE_FROM: u64 = 64 * BYTES_PER_FUEL;

/// What wasmi's calls find in the state of WASI.
#[derive(Default)]
pub(super) struct WasmiState {
    /// The memory that calls access, if it need not be looked up.
    memory: Option<wasmi::Memory>,
    /// The total fuel of the run at the end of this slice.
    fuel_ahead: u64,
}

impl WasiCtx {
    /// Sets the memory that all calls access: in a store with one instance, the one that it exports as `memory`. If
    /// none is set, each call looks up the export of the calling instance.
    pub fn set_memory(&mut self, memory: Option<wasmi::Memory>) {
        self.wasmi.memory = memory;
    }

    /// Sets the total fuel of the run at the end of the slice that begins, for the times of calls in a trace.
    pub fn set_fuel_ahead(&mut self, fuel: u64) {
        self.wasmi.fuel_ahead = fuel;
    }
}

impl HostError for Suspend {}
impl HostError for Stop {}

impl From<NumType> for ValType {
    fn from(ty: NumType) -> Self {
        match ty {
            NumType::I32 => Self::I32,
            NumType::I64 => Self::I64,
        }
    }
}

/// The result of a call as wasmi takes it: an errno, or nothing.
macro_rules! result {
    ($called:expr) => {
        $called.map(drop)
    };
    ($called:expr, errno) => {
        $called
    };
}

macro_rules! link {
    ($($needs:ident $name:ident($($parameter:ident: $ty:ident),*) $(-> $result:ident)?;)*) => {
        /// Adds the function.
        fn add_function<T: 'static>(
            linker: &mut Linker<T>,
            get: fn(&mut T) -> &mut WasiCtx,
            Import { version, function }: Import,
        ) -> Result<(), LinkerError> {
            let (module, name) = (version.module(), function.name());
            match name {
                $(stringify!($name) => {
                    linker.func_wrap(module, name, move |caller: Caller<'_, T>, $($parameter: $ty),*| {
                        // A constant, so that the call is direct.
                        let function = const { &FUNCTIONS[number(stringify!($name)) as usize] };
                        let called = run(caller, get, Import { version, function }, &[$(u64::from($parameter)),*]);
                        result!(called $(, $result)?)
                    })?;
                })*
                _ => {}
            }
            Ok(())
        }
    };
}

with_functions!(link);

/// Adds all functions of `wasi_snapshot_preview1` and of `wasi_unstable` to the linker.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkerError> {
    for version in Version::ALL {
        for function in FUNCTIONS {
            add_function(linker, get, Import { version, function })?;
        }
    }
    Ok(())
}

/// Like [`add_to_linker`], but adds only the functions that a module imports, which are usually few.
pub fn add_imported_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    module: &Module,
    get: fn(&mut T) -> &mut WasiCtx,
) -> Result<(), LinkerError> {
    // The same function may be imported more than once.
    let names: BTreeSet<(&str, &str)> = module.imports().map(|import| (import.module(), import.name())).collect();
    for import in names.into_iter().filter_map(|(module, name)| import(module, name)) {
        add_function(linker, get, import)?;
    }
    Ok(())
}

/// The result of finishing a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The call is done: the guest continues with this errno as the call's result.
    Resume(i32),
    /// It still waits.
    Suspend(Suspend),
}

/// Finishes the call that ended with [`Suspend`], after input has come or time has passed.
/// `memory` is the memory that the guest exports.
///
/// # Errors
///
/// If no call is waiting.
pub fn retry<T>(store: &mut Store<T>, memory: wasmi::Memory, get: fn(&mut T) -> &mut WasiCtx) -> Result<Retry, Error> {
    let (mut bytes, state) = memory.data_and_store_mut(store.as_context_mut());
    match get(state).retry(&mut bytes) {
        Ok(Called::Suspended(suspend)) => Ok(Retry::Suspend(suspend)),
        Ok(called) => finish(called).map(Retry::Resume),
        Err(error) => Err(Error::new(error.to_string())),
    }
}

/// In each function of its own: with the function for a constant, a call is some nanoseconds faster.
#[inline(always)]
fn run<T>(
    mut caller: Caller<'_, T>,
    get: fn(&mut T) -> &mut WasiCtx,
    import: Import,
    arguments: &[u64],
) -> Result<i32, Error> {
    let ctx = get(caller.data_mut());
    let (memory, needs_position) = (ctx.wasmi.memory, ctx.needs_position());
    let memory = match import.function.needs_memory() {
        true => Some(memory.or_else(|| exported_memory(&caller)).ok_or_else(no_memory)?),
        false => None,
    };
    let position = if needs_position { position(&mut caller, get) } else { 0 };
    let invocation = Invocation { import, arguments, position };
    let result = match memory {
        Some(memory) => {
            let (bytes, state) = memory.data_and_store_mut(caller.as_context_mut());
            get(state).perform(&invocation, BytesMut::Lent(bytes))
        }
        None => get(caller.data_mut()).perform(&invocation, BytesMut::none()),
    };
    charge(&mut caller, get);
    finish(result.into())
}

#[cold]
fn no_memory() -> Error {
    Error::new(CallError::NoMemory.to_string())
}

fn exported_memory<T>(caller: &Caller<'_, T>) -> Option<wasmi::Memory> {
    caller.get_export("memory").and_then(Extern::into_memory)
}

/// The fuel that the run has used.
#[cold]
fn position<T>(caller: &mut Caller<'_, T>, get: fn(&mut T) -> &mut WasiCtx) -> u64 {
    let fuel_ahead = get(caller.data_mut()).wasmi.fuel_ahead;
    fuel_ahead.saturating_sub(caller.get_fuel().unwrap_or(0))
}

/// Moving many bytes takes time although it is one instruction: it costs fuel, if fuel is metered.
fn charge<T>(caller: &mut Caller<'_, T>, get: fn(&mut T) -> &mut WasiCtx) {
    let debt = &mut get(caller.data_mut()).fuel_debt;
    if *debt < CHARGE_FROM {
        return;
    }
    let cost = *debt / BYTES_PER_FUEL;
    *debt %= BYTES_PER_FUEL;
    if let Ok(fuel) = caller.get_fuel() {
        // It fails only if fuel is not metered, and then reading the fuel has failed before.
        let _ = caller.set_fuel(fuel.saturating_sub(cost));
    }
}

fn finish(called: Called) -> Result<i32, Error> {
    match called {
        Called::Returned(errno) => Ok(errno as i32),
        Called::Suspended(suspend) => Err(Error::host(suspend)),
        Called::Stopped(stop) => Err(Error::host(stop)),
        Called::Exited(code) => Err(Error::i32_exit(code.cast_signed())),
    }
}
