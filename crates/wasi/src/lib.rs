//! WASI preview1, in both of its versions, over the virtual file system, for wasmi and other engines.
//!
//! ```text
//! wasmoscope_wasi::add_to_linker(&mut linker, |state: &mut State| &mut state.wasi)?;
//! ```
//!
//! The parts are [`abi`] (numbers and layouts), `memory` (the guest's memory, of any engine), `functions` (the table of
//! all functions), [`WasiCtx`] with what belongs to it, and one file for each family of calls. [`trace`] records which calls were made. Resolving paths and the contents of directories
//! belong to [`wasmoscope_vfs`].
//!
//! Another engine finds the function of an import with [`import`], calls it with [`WasiCtx::call`], and implements
//! [`GuestMemory`] for its memories. The functions for wasmi (`linker`) are written over that, too.
//!
//! Nothing here blocks. A call that has to wait ends with [`Called::Suspended`], on wasmi with the host error
//! [`Suspend`]; once there is input, or the time has come, [`WasiCtx::retry`], on wasmi [`retry`], finishes the call. All input from outside is in the [`Record`], and [`WasiCtx::replay`] repeats
//! exactly the same run.
//!
//! A program may do anything: a pointer out of its memory gives `fault`, a path out of its directory `perm`, too many
//! open descriptors `mfile`. No call panics, and none touches anything outside the guest's memory and the tree.

pub mod abi;
mod accesses;
mod args;
mod call;
mod clock;
mod ctx;
mod errno;
mod fd;
mod fd_dir;
mod fd_io;
mod fd_meta;
mod functions;
mod linker;
mod memory;
mod output;
mod path;
mod path_open;
mod poll;
mod proc;
mod random;
mod record;
mod snapshot;
mod sock;
mod stdin;
mod steps;
mod suspend;
pub mod trace;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use abi::Version;
pub use accesses::MemoryAccess;
pub use call::{CallError, Called, Invocation};
pub use ctx::{Clock, Random, WasiConfig, WasiCtx, root_preopen};
pub use errno::Errno;
pub use fd::MAX_DESCRIPTORS;
pub use functions::{CALLS, FUNCTIONS, Function, Import, NumType, UNSUPPORTED, function, import};
pub use linker::{Retry, add_imported_to_linker, add_to_linker, retry};
pub use memory::{GuestMemory, OutOfBounds};
pub use output::{Output, OutputStream};
pub use record::{Record, Replay, Terminals};
pub use snapshot::WasiSnapshot;
pub use steps::CallSteps;
pub use suspend::{Stop, Suspend};

use memory::Memory;

/// One call of the program while it is executed. Each family of calls adds its own as methods.
struct HostCall<'a> {
    ctx: &'a mut WasiCtx,
    memory: Memory<'a>,
    version: Version,
}

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
