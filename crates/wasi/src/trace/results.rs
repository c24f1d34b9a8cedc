//! The results of a call, read when it has succeeded.

use super::memory::View;
use super::open::Open;
use super::parameters::Kind;
use super::value::Value;
use super::{buffers, dirent, poll, stat};

/// How many of the bytes that were filled in are kept.
const BYTES: usize = 64;
/// How many arguments or variables are kept, and how much of each.
const STRINGS: usize = 8;

/// The results of a call. `strings`: how many arguments and how many variables the program has.
pub(super) fn results(open: &Open, memory: View<'_>, strings: (usize, usize)) -> Vec<(u8, Value)> {
    open.parameters()
        .filter_map(|(place, parameter, at)| {
            let value = result(open, place, parameter.kind, at, memory, strings)?;
            Some((place, value.unwrap_or_else(|outside| outside)))
        })
        .collect()
}

/// `None` for what is no result; the error where its place is not in the guest's memory any more, which does not happen
/// to a call that has succeeded.
fn result(
    open: &Open,
    place: u8,
    kind: Kind,
    at: usize,
    memory: View<'_>,
    (arguments, variables): (usize, usize),
) -> Option<Result<Value, Value>> {
    let (pointer, len) = (open.word(at), open.word(at + 1));
    Some(match kind {
        Kind::OutSize => memory.u32(pointer).map(|number| Value::Number(number.into())),
        Kind::OutFilesize => memory.u64(pointer).map(Value::Number),
        Kind::OutTime => memory.u64(pointer).map(Value::Time),
        Kind::OutDescriptor => memory.u32(pointer).map(|fd| Value::Descriptor { fd, name: None }),
        Kind::OutFilestat => stat::filestat(memory, open.version, pointer),
        Kind::OutFdstat => stat::fdstat(memory, pointer),
        Kind::OutPrestat => stat::prestat(memory, pointer),
        Kind::OutEvents => memory.u32(open.word(at + 2)).and_then(|count| poll::events(memory, pointer, count)),
        Kind::OutBytes => filled(memory, pointer, len),
        Kind::OutFilled => memory.u32(open.word(at + 2)).and_then(|used| filled(memory, pointer, used)),
        Kind::OutDirents => memory.u32(open.word(at + 3)).and_then(|used| dirent::dirents(memory, pointer, used)),
        Kind::OutArguments => strings(memory, pointer, arguments),
        Kind::OutEnvironment => strings(memory, pointer, variables),
        Kind::Read => buffers::was_read(memory, open, place, at)?,
        Kind::Number | Kind::Signed | Kind::Pointer | Kind::Descriptor | Kind::Flags(_) | Kind::Word(_) => return None,
        Kind::Whence | Kind::Time | Kind::Path | Kind::Written | Kind::Subscriptions => return None,
    })
}

fn filled(memory: View<'_>, pointer: u32, len: u32) -> Result<Value, Value> {
    memory.text(pointer, len.into(), BYTES).map(Value::Bytes)
}

/// The first of `count` strings that an array points to, each with a NUL at its end.
fn strings(memory: View<'_>, mut pointers: u32, count: usize) -> Result<Value, Value> {
    let mut first = Vec::new();
    for _ in 0..count.min(STRINGS) {
        let pointer = memory.u32(pointers)?;
        pointers = pointers.saturating_add(4);
        first.push(memory.string(pointer, BYTES));
    }
    Ok(Value::Strings { first, count: count as u64 })
}
