//! What `poll_oneoff` waits for, and what has happened.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::abi::{Version, eventtype};
use super::super::errno::Errno;
use super::enum_names::{EnumNames, FlagSet};
use super::memory::{View, field};
use super::names::Names;
use super::value::{Seconds, Value, list};

/// How many are kept.
const MOST: usize = 8;
/// The size of an `event`.
const EVENT: u64 = 32;

/// The first things that are waited for, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriptions {
    pub first: Vec<Subscription>,
    pub count: u32,
}

/// Something that is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subscription {
    Clock { id: u32, timeout: u64, flags: u16 },
    Read { fd: Box<Value> },
    Write { fd: Box<Value> },
    Unknown { tag: u8 },
}

/// The first things that have happened, and how many have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    pub first: Vec<Event>,
    pub count: u32,
}

/// Something that has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub errno: u16,
    pub tag: u8,
    pub nbytes: u64,
    pub flags: u16,
}

impl fmt::Display for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.first, self.count.into())
    }
}

impl fmt::Display for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock { id, timeout, flags } => {
                f.write_str("{CLOCK ")?;
                EnumNames::Clock.show(f, (*id).into())?;
                write!(f, " {}", Seconds(*timeout))?;
                if *flags != 0 {
                    f.write_str(" ")?;
                    FlagSet::Clock.show(f, (*flags).into())?;
                }
                f.write_str("}")
            }
            Self::Read { fd } => write!(f, "{{FD_READ {fd}}}"),
            Self::Write { fd } => write!(f, "{{FD_WRITE {fd}}}"),
            Self::Unknown { tag } => write!(f, "{{{tag}}}"),
        }
    }
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.first, self.count.into())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.tag {
            eventtype::CLOCK => "{CLOCK",
            eventtype::FD_READ => "{FD_READ",
            _ => "{FD_WRITE",
        })?;
        if let Some(errno) = Errno::ALL.get(usize::from(self.errno)).filter(|errno| **errno != Errno::Success) {
            return write!(f, " {}}}", errno.name().to_uppercase());
        }
        if self.tag != eventtype::CLOCK {
            write!(f, " {} {}", self.nbytes, if self.nbytes == 1 { "byte" } else { "bytes" })?;
        }
        if self.flags != 0 {
            f.write_str(" ")?;
            FlagSet::Event.show(f, self.flags.into())?;
        }
        f.write_str("}")
    }
}

pub(super) fn events_size(count: u32) -> u64 {
    u64::from(count) * EVENT
}

pub(super) fn subscriptions(memory: View<'_>, version: Version, pointer: u32, count: u32, names: &Names) -> Value {
    // The older version has the clock's userdata a second time, before the clock.
    let (size, clock) = match version {
        Version::Preview1 => (48, 16),
        Version::Unstable => (56, 24),
    };
    let array = match memory.start(pointer, u64::from(count) * size as u64, MOST * size) {
        Ok(array) => array,
        Err(outside) => return outside,
    };
    let first = array.chunks_exact(size).map(|bytes| match field::<1>(bytes, 8) as u8 {
        eventtype::CLOCK => Subscription::Clock {
            id: field::<4>(bytes, clock) as u32,
            timeout: field::<8>(bytes, clock + 8),
            flags: field::<2>(bytes, clock + 24) as u16,
        },
        eventtype::FD_READ => Subscription::Read { fd: Box::new(names.descriptor(field::<4>(bytes, 16) as u32)) },
        eventtype::FD_WRITE => Subscription::Write { fd: Box::new(names.descriptor(field::<4>(bytes, 16) as u32)) },
        tag => Subscription::Unknown { tag },
    });
    Value::Subscriptions(Subscriptions { first: first.collect(), count })
}

pub(super) fn events(memory: View<'_>, pointer: u32, count: u32) -> Result<Value, Value> {
    let bytes = memory.start(pointer, events_size(count), MOST * EVENT as usize)?;
    let first = bytes.as_chunks::<{ EVENT as usize }>().0.iter().map(|bytes| Event {
        errno: field::<2>(bytes, 8) as u16,
        tag: field::<1>(bytes, 10) as u8,
        nbytes: field::<8>(bytes, 16),
        flags: field::<2>(bytes, 24) as u16,
    });
    Ok(Value::Events(Events { first: first.collect(), count }))
}
