//! The specification's names of enumeration values and flags.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::abi::Version;

/// A type that is a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlagSet {
    /// `lookupflags`
    Lookup,
    /// `oflags`
    Open,
    /// `fdflags`
    Descriptor,
    /// `fstflags`
    Times,
    /// `rights`
    Rights,
    /// `subclockflags`
    Clock,
    /// `eventrwflags`
    Event,
    /// `riflags`
    Receive,
    /// `sdflags`
    Shutdown,
}

/// An enumeration type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnumNames {
    /// `clockid`
    Clock,
    /// `advice`
    Advice,
    /// `whence` of preview1
    Whence,
    /// `whence` of the version before
    UnstableWhence,
    /// `filetype`
    Filetype,
    /// `signal`
    Signal,
}

impl FlagSet {
    /// The names, from the lowest bit on.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Lookup => &["SYMLINK_FOLLOW"],
            Self::Open => &["CREAT", "DIRECTORY", "EXCL", "TRUNC"],
            Self::Descriptor => &["APPEND", "DSYNC", "NONBLOCK", "RSYNC", "SYNC"],
            Self::Times => &["ATIM", "ATIM_NOW", "MTIM", "MTIM_NOW"],
            Self::Rights => &[
                "FD_DATASYNC",
                "FD_READ",
                "FD_SEEK",
                "FD_FDSTAT_SET_FLAGS",
                "FD_SYNC",
                "FD_TELL",
                "FD_WRITE",
                "FD_ADVISE",
                "FD_ALLOCATE",
                "PATH_CREATE_DIRECTORY",
                "PATH_CREATE_FILE",
                "PATH_LINK_SOURCE",
                "PATH_LINK_TARGET",
                "PATH_OPEN",
                "FD_READDIR",
                "PATH_READLINK",
                "PATH_RENAME_SOURCE",
                "PATH_RENAME_TARGET",
                "PATH_FILESTAT_GET",
                "PATH_FILESTAT_SET_SIZE",
                "PATH_FILESTAT_SET_TIMES",
                "FD_FILESTAT_GET",
                "FD_FILESTAT_SET_SIZE",
                "FD_FILESTAT_SET_TIMES",
                "PATH_SYMLINK",
                "PATH_REMOVE_DIRECTORY",
                "PATH_UNLINK_FILE",
                "POLL_FD_READWRITE",
                "SOCK_SHUTDOWN",
                "SOCK_ACCEPT",
            ],
            Self::Clock => &["ABSTIME"],
            Self::Event => &["HANGUP"],
            Self::Receive => &["PEEK", "WAITALL"],
            Self::Shutdown => &["RD", "WR"],
        }
    }

    /// The set in words: `CREAT|TRUNC`; one with most of many names as all but the others; bits without a name in
    /// hexadecimal.
    pub(super) fn show(self, f: &mut fmt::Formatter<'_>, bits: u64) -> fmt::Result {
        let names = self.names();
        let all = (1_u64 << names.len()) - 1;
        if bits == 0 {
            return f.write_str("0");
        }
        if bits & all == bits && names.len() > 8 && bits.count_ones() as usize * 2 > names.len() {
            let missing = all & !bits;
            f.write_str("ALL")?;
            return if missing == 0 {
                Ok(())
            } else {
                f.write_str(" but ")?;
                join(f, names, missing)
            };
        }
        if names.len() > 8 && bits == u64::MAX {
            return f.write_str("ALL");
        }
        join(f, names, bits & all)?;
        match bits & !all {
            0 => Ok(()),
            unknown => write!(f, "{}{unknown:#x}", if bits & all == 0 { "" } else { "|" }),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, names: &[&str], bits: u64) -> fmt::Result {
    let set = names.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0);
    for (index, (_, name)) in set.enumerate() {
        write!(f, "{}{name}", if index == 0 { "" } else { "|" })?;
    }
    Ok(())
}

impl EnumNames {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Clock => &["REALTIME", "MONOTONIC", "PROCESS_CPUTIME_ID", "THREAD_CPUTIME_ID"],
            Self::Advice => &["NORMAL", "SEQUENTIAL", "RANDOM", "WILLNEED", "DONTNEED", "NOREUSE"],
            Self::Whence => &["SET", "CUR", "END"],
            Self::UnstableWhence => &["CUR", "END", "SET"],
            Self::Filetype => &[
                "UNKNOWN",
                "BLOCK_DEVICE",
                "CHARACTER_DEVICE",
                "DIRECTORY",
                "REGULAR_FILE",
                "SOCKET_DGRAM",
                "SOCKET_STREAM",
                "SYMBOLIC_LINK",
            ],
            Self::Signal => &[
                "NONE", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
                "PIPE", "ALRM", "TERM", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
                "VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS",
            ],
        }
    }

    /// The words that a version has for `whence`.
    pub(super) fn whence(version: Version) -> Self {
        match version {
            Version::Preview1 => Self::Whence,
            Version::Unstable => Self::UnstableWhence,
        }
    }

    pub(super) fn show(self, f: &mut fmt::Formatter<'_>, number: u64) -> fmt::Result {
        match usize::try_from(number).ok().and_then(|index| self.names().get(index)) {
            Some(name) => f.write_str(name),
            None => write!(f, "{number}"),
        }
    }
}
