//! The meaning of each parameter of each function: the specification's table, as data.

use super::enum_names::{EnumNames, FlagSet};

/// A parameter of a function: an argument or a pointer to a result.
pub(super) struct Parameter {
    /// The specification's name.
    pub name: &'static str,
    pub kind: Kind,
}

/// The kind of a parameter. Those in the second half are pointers for results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Signed,
    Pointer,
    Descriptor,
    Flags(FlagSet),
    Word(EnumNames),
    /// The words differ between the versions.
    Whence,
    Time,
    /// A pointer and a length.
    Path,
    /// What is written: an array of `ciovec` and its length.
    Written,
    /// Where something is read to: an array of `iovec` and its length. What was read is a result.
    Read,
    /// `poll_oneoff`'s first.
    Subscriptions,

    OutSize,
    OutFilesize,
    OutTime,
    OutDescriptor,
    OutFilestat,
    OutFdstat,
    OutPrestat,
    /// `poll_oneoff`'s second.
    OutEvents,
    /// A pointer and a length, all of which is filled.
    OutBytes,
    /// A pointer, a length and a place for how much of it was filled.
    OutFilled,
    /// The same, with directory entries.
    OutDirents,
    /// An array of pointers and the buffer that they point into: arguments.
    OutArguments,
    /// The same: the environment.
    OutEnvironment,
}

impl Kind {
    /// How many arguments it is in WebAssembly.
    pub fn width(self) -> usize {
        match self {
            Self::Path | Self::Written | Self::Read => 2,
            Self::OutBytes | Self::OutFilled | Self::OutDirents | Self::OutArguments | Self::OutEnvironment => 2,
            Self::Number | Self::Signed | Self::Pointer | Self::Descriptor => 1,
            Self::Flags(_) | Self::Word(_) | Self::Whence | Self::Time | Self::Subscriptions => 1,
            Self::OutSize | Self::OutFilesize | Self::OutTime | Self::OutDescriptor => 1,
            Self::OutFilestat | Self::OutFdstat | Self::OutPrestat | Self::OutEvents => 1,
        }
    }
}

/// A function of the table.
struct Function {
    name: &'static str,
    parameters: &'static [Parameter],
}

const fn function(name: &'static str, parameters: &'static [Parameter]) -> Function {
    Function { name, parameters }
}

const fn p(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind }
}

const LOOKUP: Kind = Kind::Flags(FlagSet::Lookup);
const OPEN: Kind = Kind::Flags(FlagSet::Open);
const FDFLAGS: Kind = Kind::Flags(FlagSet::Descriptor);
const FSTFLAGS: Kind = Kind::Flags(FlagSet::Times);
const RIGHTS: Kind = Kind::Flags(FlagSet::Rights);
const CLOCK: Kind = Kind::Word(EnumNames::Clock);
const FD: Kind = Kind::Descriptor;

/// All functions, in the order of [`CALLS`](crate::CALLS).
#[rustfmt::skip]
const TABLE: &[Function] = {
    use Kind::*;
    &[
        function("proc_exit", &[p("rval", Number)]),
        function("args_get", &[p("argv", OutArguments)]),
        function("args_sizes_get", &[p("argc", OutSize), p("argv_buf_size", OutSize)]),
        function("environ_get", &[p("environ", OutEnvironment)]),
        function("environ_sizes_get", &[p("environc", OutSize), p("environ_buf_size", OutSize)]),
        function("clock_res_get", &[p("id", CLOCK), p("resolution", OutTime)]),
        function("clock_time_get", &[p("id", CLOCK), p("precision", Time), p("time", OutTime)]),
        function("fd_advise", &[p("fd", FD), p("offset", Number), p("len", Number), p("advice", Word(EnumNames::Advice))]),
        function("fd_allocate", &[p("fd", FD), p("offset", Number), p("len", Number)]),
        function("fd_close", &[p("fd", FD)]),
        function("fd_datasync", &[p("fd", FD)]),
        function("fd_fdstat_get", &[p("fd", FD), p("stat", OutFdstat)]),
        function("fd_fdstat_set_flags", &[p("fd", FD), p("flags", FDFLAGS)]),
        function("fd_fdstat_set_rights", &[p("fd", FD), p("fs_rights_base", RIGHTS), p("fs_rights_inheriting", RIGHTS)]),
        function("fd_filestat_get", &[p("fd", FD), p("stat", OutFilestat)]),
        function("fd_filestat_set_size", &[p("fd", FD), p("size", Number)]),
        function("fd_filestat_set_times", &[p("fd", FD), p("atim", Time), p("mtim", Time), p("fst_flags", FSTFLAGS)]),
        function("fd_pread", &[p("fd", FD), p("iovs", Read), p("offset", Number), p("nread", OutSize)]),
        function("fd_prestat_get", &[p("fd", FD), p("prestat", OutPrestat)]),
        function("fd_prestat_dir_name", &[p("fd", FD), p("path", OutBytes)]),
        function("fd_pwrite", &[p("fd", FD), p("iovs", Written), p("offset", Number), p("nwritten", OutSize)]),
        function("fd_read", &[p("fd", FD), p("iovs", Read), p("nread", OutSize)]),
        function("fd_readdir", &[p("fd", FD), p("buf", OutDirents), p("cookie", Number), p("bufused", OutSize)]),
        function("fd_renumber", &[p("fd", FD), p("to", FD)]),
        function("fd_seek", &[p("fd", FD), p("offset", Signed), p("whence", Whence), p("newoffset", OutFilesize)]),
        function("fd_sync", &[p("fd", FD)]),
        function("fd_tell", &[p("fd", FD), p("offset", OutFilesize)]),
        function("fd_write", &[p("fd", FD), p("iovs", Written), p("nwritten", OutSize)]),
        function("path_create_directory", &[p("fd", FD), p("path", Path)]),
        function("path_filestat_get", &[p("fd", FD), p("flags", LOOKUP), p("path", Path), p("stat", OutFilestat)]),
        function("path_filestat_set_times", &[
            p("fd", FD), p("flags", LOOKUP), p("path", Path), p("atim", Time), p("mtim", Time), p("fst_flags", FSTFLAGS)]),
        function("path_link", &[
            p("old_fd", FD), p("old_flags", LOOKUP), p("old_path", Path), p("new_fd", FD), p("new_path", Path)]),
        function("path_open", &[
            p("fd", FD), p("dirflags", LOOKUP), p("path", Path), p("oflags", OPEN), p("fs_rights_base", RIGHTS),
            p("fs_rights_inheriting", RIGHTS), p("fdflags", FDFLAGS), p("fd", OutDescriptor)]),
        function("path_readlink", &[p("fd", FD), p("path", Path), p("buf", OutFilled), p("bufused", OutSize)]),
        function("path_remove_directory", &[p("fd", FD), p("path", Path)]),
        function("path_rename", &[p("fd", FD), p("old_path", Path), p("new_fd", FD), p("new_path", Path)]),
        function("path_symlink", &[p("old_path", Path), p("fd", FD), p("new_path", Path)]),
        function("path_unlink_file", &[p("fd", FD), p("path", Path)]),
        function("poll_oneoff", &[
            p("in", Subscriptions), p("out", OutEvents), p("nsubscriptions", Number), p("nevents", OutSize)]),
        function("proc_raise", &[p("sig", Word(EnumNames::Signal))]),
        function("sched_yield", &[]),
        function("random_get", &[p("buf", OutBytes)]),
        // There are no sockets, so nothing is read for them or written by them.
        function("sock_accept", &[p("fd", FD), p("flags", FDFLAGS), p("fd", Pointer)]),
        function("sock_recv", &[
            p("fd", FD), p("ri_data", Pointer), p("ri_data_len", Number), p("ri_flags", Flags(FlagSet::Receive)),
            p("ro_datalen", Pointer), p("ro_flags", Pointer)]),
        function("sock_send", &[
            p("fd", FD), p("si_data", Pointer), p("si_data_len", Number), p("si_flags", Number), p("so_datalen", Pointer)]),
        function("sock_shutdown", &[p("fd", FD), p("how", Flags(FlagSet::Shutdown))]),
    ]
};

pub(super) fn of(function: u8) -> &'static [Parameter] {
    TABLE.get(usize::from(function)).map_or(&[], |function| function.parameters)
}

pub(super) fn function_name(function: u8) -> &'static str {
    TABLE.get(usize::from(function)).map_or("", |function| function.name)
}

/// The name of a function's parameter.
pub(super) fn name(function: u8, place: u8) -> &'static str {
    of(function).get(usize::from(place)).map_or("", |parameter| parameter.name)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_calls() {
        let names: Vec<_> = TABLE.iter().map(|function| function.name).collect();
        assert_eq!(names, crate::CALLS);
        for function in TABLE {
            let width: usize = function.parameters.iter().map(|parameter| parameter.kind.width()).sum();
            let parameters = crate::function(function.name).map(|function| function.parameters().len());
            assert_eq!(Some(width), parameters, "{}", function.name);
        }
    }
}
