//! What `fd_readdir` gives: the entries of a directory.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::memory::{View, field};
use super::text::Text;
use super::value::{Value, list};

/// The size of an entry without its name.
const HEAD: usize = 24;
/// How many entries are kept.
const ENTRIES: usize = 8;
/// How much of a name is kept.
const NAME: usize = 64;

/// The names of the first entries, and how many there are; the last may be cut off, which is how a program learns that
/// there are more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dirents {
    pub first: Vec<Text>,
    pub count: u32,
}

impl fmt::Display for Dirents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.first, self.count.into())
    }
}

pub(super) fn dirents(memory: View<'_>, pointer: u32, used: u32) -> Result<Value, Value> {
    let bytes = memory.bytes(pointer, used.into())?;
    let mut rest = &bytes[..];
    let mut dirents = Dirents { first: Vec::new(), count: 0 };
    while rest.len() > HEAD {
        let len = field::<4>(rest, 16) as usize;
        let name = &rest[HEAD..];
        let (name, next) = name.split_at_checked(len).unwrap_or((name, &[]));
        if dirents.first.len() < ENTRIES {
            dirents.first.push(Text::new(name, NAME));
        }
        dirents.count += 1;
        rest = next;
    }
    Ok(Value::Dirents(dirents))
}
