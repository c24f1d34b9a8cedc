//! Decoded `filestat` and `fdstat`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::abi::Version;
use super::enum_names::{EnumNames, FlagSet};
use super::memory::{View, field};
use super::value::{Seconds, Value};

/// `filestat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filestat {
    pub device: u64,
    pub inode: u64,
    pub filetype: u8,
    pub links: u64,
    pub size: u64,
    pub accessed: u64,
    pub modified: u64,
    pub changed: u64,
}

/// `fdstat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fdstat {
    pub filetype: u8,
    pub flags: u16,
    pub rights: u64,
    pub inheriting: u64,
}

impl fmt::Display for Filestat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        EnumNames::Filetype.show(f, self.filetype.into())?;
        let Self { inode, links, size, modified, .. } = self;
        write!(f, ", size {size}, nlink {links}, ino {inode}, mtim {}}}", Seconds(*modified))
    }
}

impl fmt::Display for Fdstat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        EnumNames::Filetype.show(f, self.filetype.into())?;
        f.write_str(", flags ")?;
        FlagSet::Descriptor.show(f, self.flags.into())?;
        f.write_str(", rights ")?;
        FlagSet::Rights.show(f, self.rights)?;
        f.write_str(", inheriting ")?;
        FlagSet::Rights.show(f, self.inheriting)?;
        f.write_str("}")
    }
}

/// The size of a `filestat` in the guest's memory.
pub(super) fn filestat_size(version: Version) -> u64 {
    match version {
        Version::Preview1 => 64,
        Version::Unstable => 56,
    }
}

pub(super) fn filestat(memory: View<'_>, version: Version, pointer: u32) -> Result<Value, Value> {
    let bytes = &memory.bytes(pointer, filestat_size(version))?[..];
    let (links, rest) = match version {
        Version::Preview1 => (field::<8>(bytes, 24), 32),
        Version::Unstable => (field::<4>(bytes, 20), 24),
    };
    Ok(Value::Filestat(Filestat {
        device: field::<8>(bytes, 0),
        inode: field::<8>(bytes, 8),
        filetype: field::<1>(bytes, 16) as u8,
        links,
        size: field::<8>(bytes, rest),
        accessed: field::<8>(bytes, rest + 8),
        modified: field::<8>(bytes, rest + 16),
        changed: field::<8>(bytes, rest + 24),
    }))
}

pub(super) fn fdstat(memory: View<'_>, pointer: u32) -> Result<Value, Value> {
    let bytes = &memory.bytes(pointer, 24)?[..];
    Ok(Value::Fdstat(Fdstat {
        filetype: field::<1>(bytes, 0) as u8,
        flags: field::<2>(bytes, 2) as u16,
        rights: field::<8>(bytes, 8),
        inheriting: field::<8>(bytes, 16),
    }))
}

pub(super) fn prestat(memory: View<'_>, pointer: u32) -> Result<Value, Value> {
    let bytes = &memory.bytes(pointer, 8)?[..];
    Ok(Value::Prestat { name_len: field::<4>(bytes, 4) as u32 })
}
