//! Decoded arguments and results.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::buffers::Buffers;
use super::dirent::Dirents;
use super::enum_names::{EnumNames, FlagSet};
use super::poll::{Events, Subscriptions};
use super::stat::{Fdstat, Filestat};
use super::text::{Escaped, Text};

/// A decoded argument or result. `Display` formats it for the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    Number(u64),
    Signed(i64),
    Pointer(u32),
    /// A descriptor, and what it was opened as.
    Descriptor {
        fd: u32,
        name: Option<Text>,
    },
    Path(Text),
    Bytes(Text),
    /// The first strings of `count`.
    Strings {
        first: Vec<Text>,
        count: u64,
    },
    Flags {
        set: FlagSet,
        bits: u64,
    },
    Word {
        of: EnumNames,
        number: u64,
    },
    /// Nanoseconds.
    Time(u64),
    Buffers(Buffers),
    Subscriptions(Subscriptions),
    Events(Events),
    Filestat(Filestat),
    Fdstat(Fdstat),
    Prestat {
        name_len: u32,
    },
    Dirents(Dirents),
    /// What the pointer points to is not in the guest's memory.
    OutOfBounds {
        pointer: u32,
        len: u64,
    },
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Signed(number) => write!(f, "{number}"),
            Self::Pointer(pointer) => write!(f, "{pointer:#x}"),
            Self::Descriptor { fd, name: None } => write!(f, "{fd}"),
            Self::Descriptor { fd, name: Some(name) } => {
                write!(f, "{fd}<{}>", Escaped { bytes: name.start(), is_cut: true })
            }
            Self::Path(text) | Self::Bytes(text) => text.fmt(f),
            Self::Strings { first, count } => list(f, first, *count),
            Self::Flags { set, bits } => set.show(f, *bits),
            Self::Word { of, number } => of.show(f, *number),
            Self::Time(nanoseconds) => write!(f, "{}", Seconds(*nanoseconds)),
            Self::Buffers(buffers) => buffers.fmt(f),
            Self::Subscriptions(subscriptions) => subscriptions.fmt(f),
            Self::Events(events) => events.fmt(f),
            Self::Filestat(stat) => stat.fmt(f),
            Self::Fdstat(stat) => stat.fmt(f),
            Self::Prestat { name_len } => write!(f, "{{DIR, pr_name_len {name_len}}}"),
            Self::Dirents(dirents) => dirents.fmt(f),
            Self::OutOfBounds { pointer, .. } => write!(f, "<out of bounds {pointer:#x}>"),
        }
    }
}

/// `[a, b, … 7 more]`: the first of `count` things.
pub(super) fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, first: &[T], count: u64) -> fmt::Result {
    f.write_str("[")?;
    for (index, item) in first.iter().enumerate() {
        write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
    }
    match count.saturating_sub(first.len() as u64) {
        0 => {}
        more => write!(f, "{}… {more} more", if first.is_empty() { "" } else { ", " })?,
    }
    f.write_str("]")
}

/// Nanoseconds as seconds, with as many digits as they have.
pub(super) struct Seconds(pub u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, rest) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        if rest == 0 {
            return write!(f, "{seconds}s");
        }
        let digits = format!("{rest:09}");
        write!(f, "{seconds}.{}s", digits.trim_end_matches('0'))
    }
}
