//! All functions of preview1, by name and signature, and how calls get from wasmi to them and back.

use std::collections::BTreeSet;

use wasmi::errors::LinkerError;
use wasmi::{AsContextMut, Caller, Error, Extern, Linker, Module, Store, ValType};

use super::HostCall;
use super::abi::{Memory, Version};
use super::ctx::{Pending, WasiCtx};
use super::errno::Errno;
use super::steps;
use super::suspend::{CallResult, Fail, Suspend};
use super::trace::{Incoming, function_number};

/// The functions that always return [`Errno::Notsup`], and why.
pub const UNSUPPORTED: &[(&str, &str)] =
    &[("proc_raise", "WebAssembly has no signals, and later versions of WASI dropped this function")];

/// How many bytes moved between guest and host cost as much as one instruction.
const BYTES_PER_FUEL: u64 = 64;
/// The fixed cost of a call, in bytes: as much as a few instructions.
const CALL_COST: u64 = 4 * BYTES_PER_FUEL;
/// Fuel is charged once this many bytes have accumulated.
const CHARGE_FROM: u64 = 64 * BYTES_PER_FUEL;

macro_rules! val_type {
    (u32) => {
        ValType::I32
    };
    (u64) => {
        ValType::I64
    };
}

macro_rules! calls {
    ($($needs:ident $name:ident($($arg:ident: $ty:ident),*);)*) => {
        /// The names of all functions.
        pub const CALLS: &[&str] = &["proc_exit", $(stringify!($name),)*];

        /// The parameters of the function with that name. All functions return an errno as an i32, except `proc_exit`,
        /// which returns nothing.
        pub fn parameters(name: &str) -> Option<&'static [ValType]> {
            match name {
                "proc_exit" => Some(&[ValType::I32]),
                $(stringify!($name) => Some(&[$(val_type!($ty)),*]),)*
                _ => None,
            }
        }

        /// Adds the function with that name, if it exists.
        fn add_function<T: 'static>(
            linker: &mut Linker<T>,
            get: fn(&mut T) -> &mut WasiCtx,
            version: Version,
            name: &str,
        ) -> Result<(), LinkerError> {
            let module = version.module();
            match name {
                $(stringify!($name) => {
                    linker.func_wrap(module, name, move |caller: Caller<'_, T>, $($arg: $ty),*| {
                        let number = const { function_number(stringify!($name)) };
                        let raw = || [$(u64::from($arg)),*];
                        run(caller, get, version, Needs::$needs, number, raw, |call| call.$name($($arg),*))
                    })?;
                })*
                "proc_exit" => {
                    linker.func_wrap(module, name, move |caller: Caller<'_, T>, code: u32| {
                        let number = const { function_number("proc_exit") };
                        let raw = || [u64::from(code)];
                        run(caller, get, version, Needs::Nothing, number, raw, |call| call.proc_exit(code)).map(drop)
                    })?;
                }
                _ => {}
            }
            Ok(())
        }
    };
}

calls! {
    Memory args_get(argv: u32, argv_buf: u32);
    Memory args_sizes_get(argc: u32, argv_buf_size: u32);
    Memory environ_get(environ: u32, environ_buf: u32);
    Memory environ_sizes_get(environc: u32, environ_buf_size: u32);
    Memory clock_res_get(id: u32, resolution: u32);
    Memory clock_time_get(id: u32, precision: u64, time: u32);
    Nothing fd_advise(fd: u32, offset: u64, len: u64, advice: u32);
    Nothing fd_allocate(fd: u32, offset: u64, len: u64);
    Nothing fd_close(fd: u32);
    Nothing fd_datasync(fd: u32);
    Memory fd_fdstat_get(fd: u32, stat: u32);
    Nothing fd_fdstat_set_flags(fd: u32, flags: u32);
    Nothing fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64);
    Memory fd_filestat_get(fd: u32, stat: u32);
    Nothing fd_filestat_set_size(fd: u32, size: u64);
    Nothing fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32);
    Memory fd_pread(fd: u32, iovs: u32, iovs_len: u32, offset: u64, nread: u32);
    Memory fd_prestat_get(fd: u32, prestat: u32);
    Memory fd_prestat_dir_name(fd: u32, path: u32, path_len: u32);
    Memory fd_pwrite(fd: u32, iovs: u32, iovs_len: u32, offset: u64, nwritten: u32);
    Memory fd_read(fd: u32, iovs: u32, iovs_len: u32, nread: u32);
    Memory fd_readdir(fd: u32, buf: u32, buf_len: u32, cookie: u64, bufused: u32);
    Nothing fd_renumber(fd: u32, to: u32);
    Memory fd_seek(fd: u32, offset: u64, whence: u32, new_offset: u32);
    Nothing fd_sync(fd: u32);
    Memory fd_tell(fd: u32, offset: u32);
    Memory fd_write(fd: u32, iovs: u32, iovs_len: u32, nwritten: u32);
    Memory path_create_directory(fd: u32, path: u32, path_len: u32);
    Memory path_filestat_get(fd: u32, flags: u32, path: u32, path_len: u32, stat: u32);
    Memory path_filestat_set_times(
        fd: u32, flags: u32, path: u32, path_len: u32, accessed: u64, modified: u64, fst_flags: u32);
    Memory path_link(
        old_fd: u32, old_flags: u32, old_path: u32, old_path_len: u32,
        new_fd: u32, new_path: u32, new_path_len: u32);
    Memory path_open(
        fd: u32, dirflags: u32, path: u32, path_len: u32, open_flags: u32,
        rights_base: u64, rights_inheriting: u64, fd_flags: u32, opened_fd: u32);
    Memory path_readlink(fd: u32, path: u32, path_len: u32, buf: u32, buf_len: u32, bufused: u32);
    Memory path_remove_directory(fd: u32, path: u32, path_len: u32);
    Memory path_rename(
        fd: u32, old_path: u32, old_path_len: u32, new_fd: u32, new_path: u32, new_path_len: u32);
    Memory path_symlink(old_path: u32, old_path_len: u32, fd: u32, new_path: u32, new_path_len: u32);
    Memory path_unlink_file(fd: u32, path: u32, path_len: u32);
    Memory poll_oneoff(subscriptions: u32, events: u32, nsubscriptions: u32, nevents: u32);
    Nothing proc_raise(signal: u32);
    Nothing sched_yield();
    Memory random_get(buf: u32, buf_len: u32);
    Nothing sock_accept(fd: u32, flags: u32, new_fd: u32);
    Nothing sock_recv(fd: u32, data: u32, data_len: u32, flags: u32, received: u32, out_flags: u32);
    Nothing sock_send(fd: u32, data: u32, data_len: u32, flags: u32, sent: u32);
    Nothing sock_shutdown(fd: u32, how: u32);
}

/// What a call needs from the module that makes it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Memory,
    Nothing,
}

/// Adds all functions of `wasi_snapshot_preview1` and of `wasi_unstable` to the linker.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, get: fn(&mut T) -> &mut WasiCtx) -> Result<(), LinkerError> {
    for version in Version::ALL {
        for name in CALLS {
            add_function(linker, get, version, name)?;
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
    for (module, name) in names {
        if let Some(version) = Version::ALL.into_iter().find(|version| version.module() == module) {
            add_function(linker, get, version, name)?;
        }
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
    let (bytes, state) = memory.data_and_store_mut(store.as_context_mut());
    let ctx = get(state);
    let pending = ctx.pending.take().ok_or_else(|| Error::new("no call waits to be finished"))?;
    // A waiting call is the same in both versions, except for the layout, which its pending state contains.
    let accesses = ctx.accesses.clone();
    let mut call = HostCall { ctx: &mut *ctx, memory: Memory(&mut *bytes, accesses), version: Version::Preview1 };
    let result = match pending {
        Pending::Read { fd, iovs, iovs_len, nread } => call.fd_read(fd, iovs, iovs_len, nread),
        Pending::Poll(poll) => call.poll(poll),
    };
    if ctx.trace.is_some() {
        ctx.trace_end(bytes, &result);
    }
    match result {
        Err(Fail::Suspend(suspend)) => Ok(Retry::Suspend(suspend)),
        other => finish(other).map(Retry::Resume),
    }
}

fn run<T, const N: usize>(
    mut caller: Caller<'_, T>,
    get: fn(&mut T) -> &mut WasiCtx,
    version: Version,
    needs: Needs,
    function: u8,
    raw: impl FnOnce() -> [u64; N],
    mut body: impl FnMut(&mut HostCall<'_>) -> CallResult,
) -> Result<i32, Error> {
    let memory = match needs {
        Needs::Memory => match get(caller.data_mut()).memory {
            Some(memory) => Some(memory),
            None => Some(exported_memory(&caller)?),
        },
        Needs::Nothing => None,
    };
    let (bytes, state) = split(&mut caller, memory);
    let ctx = get(state);
    let counted = ctx.step_source().map(|source| (source, ctx.output_bytes));
    ctx.begin_call();
    ctx.fuel_debt += CALL_COST;
    // Without a trace, this check is the only cost.
    let result = if ctx.trace.is_none() {
        body(&mut HostCall { memory: Memory(bytes, ctx.accesses.clone()), ctx, version })
    } else {
        run_traced(&mut caller, get, memory, version, function, &raw(), &mut body)
    };
    if let Some((source, printed)) = counted {
        steps::note(&mut caller, get, source, printed);
    }
    charge(&mut caller, get);
    finish(result)
}

/// Executes the call, and records its beginning and end in the trace.
#[cold]
#[inline(never)]
fn run_traced<T>(
    caller: &mut Caller<'_, T>,
    get: fn(&mut T) -> &mut WasiCtx,
    memory: Option<wasmi::Memory>,
    version: Version,
    function: u8,
    raw: &[u64],
    body: &mut dyn FnMut(&mut HostCall<'_>) -> CallResult,
) -> CallResult {
    let fuel = match get(caller.data_mut()).step_source() {
        Some(source) => source.step(&*caller),
        None => get(caller.data_mut()).fuel_ahead.saturating_sub(caller.get_fuel().unwrap_or(0)),
    };
    let (bytes, state) = split(caller, memory);
    let ctx = get(state);
    ctx.trace_begin(bytes, &Incoming { function, version, raw, fuel });
    let result = body(&mut HostCall { memory: Memory(&mut *bytes, ctx.accesses.clone()), ctx: &mut *ctx, version });
    ctx.trace_end(bytes, &result);
    result
}

/// The guest's memory, empty for a call that needs none, and the state.
fn split<'a, T>(caller: &'a mut Caller<'_, T>, memory: Option<wasmi::Memory>) -> (&'a mut [u8], &'a mut T) {
    match memory {
        Some(memory) => memory.data_and_store_mut(caller.as_context_mut()),
        None => (&mut [][..], caller.data_mut()),
    }
}

fn exported_memory<T>(caller: &Caller<'_, T>) -> Result<wasmi::Memory, Error> {
    match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => Ok(memory),
        Some(_) | None => Err(Error::new(
            "the module calls WASI but does not export its memory: WASI needs an exported memory named `memory`, \
             as in (memory (export \"memory\") 1)",
        )),
    }
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

fn finish(result: CallResult) -> Result<i32, Error> {
    match result {
        Ok(()) => Ok(Errno::Success as i32),
        Err(Fail::Errno(errno)) => Ok(errno as i32),
        Err(Fail::Suspend(suspend)) => Err(Error::host(suspend)),
        Err(Fail::Stop(stop)) => Err(Error::host(stop)),
        Err(Fail::Exit(code)) => Err(Error::i32_exit(code.cast_signed())),
    }
}
