//! The arguments of a call, read when it begins.

use super::buffers;
use super::enum_names::EnumNames;
use super::memory::View;
use super::names::Names;
use super::open::Open;
use super::parameters::Kind;
use super::value::Value;

/// How much of a path is kept.
const PATH: usize = 256;

/// The arguments of a call. A pointer to a result is included only if it is out of the guest's memory.
pub(super) fn arguments(open: &Open, memory: View<'_>, names: &Names) -> Vec<(u8, Value)> {
    open.parameters()
        .filter_map(|(place, parameter, at)| Some((place, argument(open, parameter.kind, at, memory, names)?)))
        .collect()
}

fn argument(open: &Open, kind: Kind, at: usize, memory: View<'_>, names: &Names) -> Option<Value> {
    let wide = open.wide(at);
    let (pointer, len) = (open.word(at), open.word(at + 1));
    Some(match kind {
        Kind::Number => Value::Number(wide),
        Kind::Signed => Value::Signed(wide.cast_signed()),
        Kind::Pointer => Value::Pointer(pointer),
        Kind::Descriptor => names.descriptor(pointer),
        Kind::Flags(set) => Value::Flags { set, bits: wide },
        Kind::Word(of) => Value::Word { of, number: wide },
        Kind::Whence => Value::Word { of: EnumNames::whence(open.version), number: wide },
        Kind::Time => Value::Time(wide),
        Kind::Path => memory.text(pointer, len.into(), PATH).map_or_else(|outside| outside, Value::Path),
        Kind::Written => buffers::written(memory, pointer, len),
        Kind::Read => buffers::to_be_read(memory, pointer, len),
        Kind::Subscriptions => super::poll::subscriptions(memory, open.version, pointer, open.word(at + 2), names),
        Kind::OutSize | Kind::OutDescriptor => return memory.check(pointer, 4).err(),
        Kind::OutFilesize | Kind::OutTime | Kind::OutPrestat => return memory.check(pointer, 8).err(),
        Kind::OutFdstat => return memory.check(pointer, 24).err(),
        Kind::OutFilestat => return memory.check(pointer, super::stat::filestat_size(open.version)).err(),
        Kind::OutEvents => return memory.check(pointer, super::poll::events_size(len)).err(),
        Kind::OutBytes | Kind::OutFilled | Kind::OutDirents => {
            return Some(memory.check(pointer, len.into()).err().unwrap_or(Value::Number(len.into())));
        }
        Kind::OutArguments | Kind::OutEnvironment => {
            return [pointer, len].into_iter().find_map(|pointer| memory.check(pointer, 1).err());
        }
    })
}
