//! WASI preview1, in both of its versions, over the virtual file system, for wasmi.
//!
//! ```text
//! wasmoscope_wasi::add_to_linker(&mut linker, |state: &mut State| &mut state.wasi)?;
//! ```
//!
//! The parts are [`abi`] (the guest's memory, numbers and layouts), [`WasiCtx`] with what belongs to it, and one file
//! for each family of calls. [`trace`] records which calls were made. Resolving paths and the contents of directories
//! belong to [`wasmoscope_vfs`].
//!
//! Nothing here blocks. A call that has to wait ends with the host error [`Suspend`]; once there is input, or the time
//! has come, [`retry`] finishes the call. All input from outside is in the [`Record`], and [`WasiCtx::replay`] repeats
//! exactly the same run.
//!
//! A program may do anything: a pointer out of its memory gives `fault`, a path out of its directory `perm`, too many
//! open descriptors `mfile`. No call panics, and none touches anything outside the guest's memory and the tree.

pub mod abi;
mod accesses;
mod args;
mod clock;
mod ctx;
mod errno;
mod fd;
mod fd_dir;
mod fd_io;
mod fd_meta;
mod linker;
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

pub use accesses::MemoryAccess;
pub use ctx::{Clock, Random, WasiConfig, WasiCtx, root_preopen};
pub use errno::Errno;
pub use fd::MAX_DESCRIPTORS;
pub use linker::{CALLS, Retry, UNSUPPORTED, add_imported_to_linker, add_to_linker, parameters, retry};
pub use output::{Output, OutputStream};
pub use record::{Record, Replay, Terminals};
pub use snapshot::WasiSnapshot;
pub use steps::StepSource;
pub use suspend::{Stop, Suspend};

use abi::{Memory, Version};

/// One call of the program while it is executed. Each family of calls adds its own as methods.
struct HostCall<'a> {
    ctx: &'a mut WasiCtx,
    memory: Memory<'a>,
    version: Version,
}

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
