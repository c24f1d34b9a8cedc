//! The buffers that a call reads into or writes from.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::memory::{View, field};
use super::open::Open;
use super::text::Text;
use super::value::{Value, list};

/// The maximum number of buffers kept.
const PIECES: usize = 8;
/// The size of an `iovec` or `ciovec` in bytes.
const IOVEC: u64 = 8;
/// How many bytes of all pieces together are kept.
const BYTES: usize = 64;

/// The first pieces of an `iovec_array`, and how many it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buffers {
    pub first: Vec<Buffer>,
    pub count: u32,
}

/// A piece of the guest's memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Buffer {
    /// The beginning of the bytes that are written.
    Written(Text),
    /// There is room for this many bytes.
    ToBeRead { pointer: u32, len: u32 },
    /// It is not in the guest's memory.
    OutOfBounds { pointer: u32 },
}

impl fmt::Display for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.first, self.count.into())
    }
}

impl fmt::Display for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(text) => text.fmt(f),
            Self::ToBeRead { len: 1, .. } => f.write_str("1 byte"),
            Self::ToBeRead { len, .. } => write!(f, "{len} bytes"),
            Self::OutOfBounds { pointer } => write!(f, "<out of bounds {pointer:#x}>"),
        }
    }
}

/// The buffers passed to `fd_write`.
pub(super) fn written(memory: View<'_>, pointer: u32, count: u32) -> Value {
    let mut room = BYTES;
    buffers(memory, pointer, count, |pointer, len| {
        let text = memory.text(pointer, len.into(), room)?;
        room -= text.start().len();
        Ok(Buffer::Written(text))
    })
}

/// The buffers passed to `fd_read`.
pub(super) fn to_be_read(memory: View<'_>, pointer: u32, count: u32) -> Value {
    buffers(memory, pointer, count, |pointer, len| {
        memory.check(pointer, len.into())?;
        Ok(Buffer::ToBeRead { pointer, len })
    })
}

fn buffers(
    memory: View<'_>,
    pointer: u32,
    count: u32,
    mut buffer: impl FnMut(u32, u32) -> Result<Buffer, Value>,
) -> Value {
    // The bounds of the whole array are checked, as in the call, but only its beginning is read.
    let array = match memory.start(pointer, u64::from(count) * IOVEC, PIECES * IOVEC as usize) {
        Ok(array) => array,
        Err(outside) => return outside,
    };
    let first = array
        .as_chunks::<8>()
        .0
        .iter()
        .map(|iovec| {
            let (pointer, len) = (field::<4>(iovec, 0) as u32, field::<4>(iovec, 4) as u32);
            buffer(pointer, len).unwrap_or(Buffer::OutOfBounds { pointer })
        })
        .collect();
    Value::Buffers(Buffers { first, count })
}

/// What was read into the pieces, as they were before: what was read may have changed their array.
pub(super) fn was_read(memory: View<'_>, open: &Open, place: u8, at: usize) -> Option<Result<Value, Value>> {
    let buffers = open.arguments.iter().find_map(|(argument, value)| match value {
        Value::Buffers(buffers) if *argument == place => Some(buffers),
        _ => None,
    })?;
    // `nread` is the last argument of both functions.
    let nread = if open.name() == "fd_pread" { open.word(at + 3) } else { open.word(at + 2) };
    Some(memory.u32(nread).map(|nread| {
        let mut bytes = Vec::new();
        let mut rest = nread;
        for buffer in &buffers.first {
            let Buffer::ToBeRead { pointer, len } = *buffer else { break };
            let filled = len.min(rest);
            rest -= filled;
            let room = (BYTES - bytes.len()) as u32;
            bytes.extend_from_slice(&memory.bytes(pointer, filled.min(room).into()).unwrap_or_default());
            if bytes.len() >= BYTES || rest == 0 {
                break;
            }
        }
        Value::Bytes(Text::cut(bytes, nread.into()))
    }))
}
