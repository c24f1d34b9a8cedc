//! All functions of preview 1, by name and type. No engine is named here.

use std::fmt;

use super::HostCall;
use super::abi::Version;
use super::errno::Errno;
use super::suspend::CallResult;

/// The functions that always return [`Errno::Notsup`], and why.
pub const UNSUPPORTED: &[(&str, &str)] =
    &[("proc_raise", "WebAssembly has no signals, and later versions of WASI dropped this function")];

/// A function of WASI.
#[derive(Debug)]
pub struct Function {
    name: &'static str,
    /// Its place in [`FUNCTIONS`].
    number: u8,
    parameters: &'static [NumType],
    results: &'static [NumType],
    needs: Needs,
    body: fn(&mut HostCall<'_>, &[u64]) -> CallResult,
}

/// A number type (core specification, section 2.3.1), of those that occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumType {
    I32,
    I64,
}

/// What a call needs from the module that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Memory,
    Nothing,
}

/// An import that WASI provides.
#[derive(Debug, Clone, Copy)]
pub struct Import {
    pub version: Version,
    pub function: &'static Function,
}

/// The function for an import with these names, if WASI has it. Its type is not compared.
pub fn import(module: &str, name: &str) -> Option<Import> {
    let version = Version::ALL.into_iter().find(|version| version.module() == module)?;
    Some(Import { version, function: function(name)? })
}

/// The function with that name in the specification, if there is one.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

impl Function {
    /// The specification's name, which is also that of the import.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The types of its parameters in WebAssembly.
    pub fn parameters(&self) -> &'static [NumType] {
        self.parameters
    }

    /// The types of its results in WebAssembly: an errno, or nothing for `proc_exit`, which does not return.
    pub fn results(&self) -> &'static [NumType] {
        self.results
    }

    /// Whether it accesses the memory of the program.
    pub fn needs_memory(&self) -> bool {
        self.needs == Needs::Memory
    }

    /// Its place in the table.
    pub(super) fn number(&self) -> u8 {
        self.number
    }

    /// Makes a call of it. There have to be as many arguments as parameters.
    #[inline]
    pub(super) fn perform(&self, call: &mut HostCall<'_>, arguments: &[u64]) -> CallResult {
        (self.body)(call, arguments)
    }
}

impl fmt::Display for NumType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
        })
    }
}

macro_rules! num_type {
    (u32) => {
        NumType::I32
    };
    (u64) => {
        NumType::I64
    };
    (errno) => {
        NumType::I32
    };
}

macro_rules! functions {
    ($($needs:ident $name:ident($($parameter:ident: $ty:ident),*) $(-> $result:ident)?;)*) => {
        /// The names of all functions.
        pub const CALLS: &[&str] = &[$(stringify!($name),)*];

        /// All functions, in the order of [`CALLS`].
        pub static FUNCTIONS: &[Function] = &[$(Function {
            name: stringify!($name),
            number: number(stringify!($name)),
            parameters: &[$(num_type!($ty)),*],
            results: &[$(num_type!($result))?],
            needs: Needs::$needs,
            body: body::$name,
        },)*];

        /// The calls with arguments as WebAssembly passes them. What is loaded later is listed by the names of these.
        mod body {
            use super::{CallResult, Errno, HostCall};

            $(pub fn $name(call: &mut HostCall<'_>, arguments: &[u64]) -> CallResult {
                // The caller has compared the number of arguments with that of the parameters.
                let &[$($parameter),*] = arguments else { return Err(Errno::Inval.into()) };
                call.$name($($parameter as $ty),*)
            })*
        }
    };
}

/// Passes the table of all functions to a macro: what the function needs, its name, its parameters, its result.
macro_rules! with_functions {
    ($macro:ident) => {
        $macro! {
            Nothing proc_exit(code: u32);
            Memory args_get(argv: u32, argv_buf: u32) -> errno;
            Memory args_sizes_get(argc: u32, argv_buf_size: u32) -> errno;
            Memory environ_get(environ: u32, environ_buf: u32) -> errno;
            Memory environ_sizes_get(environc: u32, environ_buf_size: u32) -> errno;
            Memory clock_res_get(id: u32, resolution: u32) -> errno;
            Memory clock_time_get(id: u32, precision: u64, time: u32) -> errno;
            Nothing fd_advise(fd: u32, offset: u64, len: u64, advice: u32) -> errno;
            Nothing fd_allocate(fd: u32, offset: u64, len: u64) -> errno;
            Nothing fd_close(fd: u32) -> errno;
            Nothing fd_datasync(fd: u32) -> errno;
            Memory fd_fdstat_get(fd: u32, stat: u32) -> errno;
            Nothing fd_fdstat_set_flags(fd: u32, flags: u32) -> errno;
            Nothing fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) -> errno;
            Memory fd_filestat_get(fd: u32, stat: u32) -> errno;
            Nothing fd_filestat_set_size(fd: u32, size: u64) -> errno;
            Nothing fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32) -> errno;
            Memory fd_pread(fd: u32, iovs: u32, iovs_len: u32, offset: u64, nread: u32) -> errno;
            Memory fd_prestat_get(fd: u32, prestat: u32) -> errno;
            Memory fd_prestat_dir_name(fd: u32, path: u32, path_len: u32) -> errno;
            Memory fd_pwrite(fd: u32, iovs: u32, iovs_len: u32, offset: u64, nwritten: u32) -> errno;
            Memory fd_read(fd: u32, iovs: u32, iovs_len: u32, nread: u32) -> errno;
            Memory fd_readdir(fd: u32, buf: u32, buf_len: u32, cookie: u64, bufused: u32) -> errno;
            Nothing fd_renumber(fd: u32, to: u32) -> errno;
            Memory fd_seek(fd: u32, offset: u64, whence: u32, new_offset: u32) -> errno;
            Nothing fd_sync(fd: u32) -> errno;
            Memory fd_tell(fd: u32, offset: u32) -> errno;
            Memory fd_write(fd: u32, iovs: u32, iovs_len: u32, nwritten: u32) -> errno;
            Memory path_create_directory(fd: u32, path: u32, path_len: u32) -> errno;
            Memory path_filestat_get(fd: u32, flags: u32, path: u32, path_len: u32, stat: u32) -> errno;
            Memory path_filestat_set_times(
                fd: u32, flags: u32, path: u32, path_len: u32, accessed: u64, modified: u64, fst_flags: u32) -> errno;
            Memory path_link(
                old_fd: u32, old_flags: u32, old_path: u32, old_path_len: u32,
                new_fd: u32, new_path: u32, new_path_len: u32) -> errno;
            Memory path_open(
                fd: u32, dirflags: u32, path: u32, path_len: u32, open_flags: u32,
                rights_base: u64, rights_inheriting: u64, fd_flags: u32, opened_fd: u32) -> errno;
            Memory path_readlink(fd: u32, path: u32, path_len: u32, buf: u32, buf_len: u32, bufused: u32) -> errno;
            Memory path_remove_directory(fd: u32, path: u32, path_len: u32) -> errno;
            Memory path_rename(
                fd: u32, old_path: u32, old_path_len: u32, new_fd: u32, new_path: u32, new_path_len: u32) -> errno;
            Memory path_symlink(old_path: u32, old_path_len: u32, fd: u32, new_path: u32, new_path_len: u32) -> errno;
            Memory path_unlink_file(fd: u32, path: u32, path_len: u32) -> errno;
            Memory poll_oneoff(subscriptions: u32, events: u32, nsubscriptions: u32, nevents: u32) -> errno;
            Nothing proc_raise(signal: u32) -> errno;
            Nothing sched_yield() -> errno;
            Memory random_get(buf: u32, buf_len: u32) -> errno;
            Nothing sock_accept(fd: u32, flags: u32, new_fd: u32) -> errno;
            Nothing sock_recv(fd: u32, data: u32, data_len: u32, flags: u32, received: u32, out_flags: u32) -> errno;
            Nothing sock_send(fd: u32, data: u32, data_len: u32, flags: u32, sent: u32) -> errno;
            Nothing sock_shutdown(fd: u32, how: u32) -> errno;
        }
    };
}

pub(super) use with_functions;

with_functions!(functions);

/// The place of a function in [`CALLS`].
///
/// # Panics
///
/// If there is no such function: checked at compile time.
pub(super) const fn number(name: &str) -> u8 {
    let mut number = 0;
    while number < CALLS.len() {
        if is_same(CALLS[number].as_bytes(), name.as_bytes()) {
            return number as u8;
        }
        number += 1;
    }
    panic!("there is no such function")
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
