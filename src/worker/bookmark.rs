//! Encodes a step of a debugged run as bytes, so that another worker can go there: the program's recorded input, the
//! user's changes, and the step.
//!
//! The bytes travel in links, so they are not trusted when read: their demands are bounded by the limits of the user
//! who opens them, and if a record does not fit the program, execution just diverges.

use serde::{Deserialize, Serialize};

use crate::engine::debugger::{Change, DebugSession};
use crate::engine::value::{self, Value};
use crate::engine::vfs::Vfs;
use crate::engine::wasi::{Clock, Random, Record, WasiCtx};
use crate::protocol::{Entry, Limits};

/// The version, in the first byte. Incremented when the format changes, or what counts as a step.
const VERSION: u8 = 1;

/// See the module's documentation.
#[derive(Serialize, Deserialize)]
pub(super) struct Bookmark {
    pub step: u64,
    pub entry: Entry,
    pub limits: Limits,
    pub record: Record,
    /// Input that was typed and not read yet, and whether end of file follows it.
    #[serde(with = "serde_bytes")]
    input: Vec<u8>,
    input_ended: bool,
    changes: Vec<(u64, StoredChange)>,
}

/// A [`Change`], with values as text.
#[derive(Serialize, Deserialize)]
enum StoredChange {
    Local {
        frame: u32,
        local: u32,
        value: StoredValue,
    },
    Operand {
        frame: u32,
        operand: u32,
        value: StoredValue,
    },
    Global {
        global: u32,
        value: StoredValue,
    },
    Memory {
        memory: u32,
        address: u64,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    Files(Vfs),
}

#[derive(Serialize, Deserialize)]
struct StoredValue {
    ty: String,
    text: String,
}

impl Bookmark {
    /// The current step of a session.
    pub fn of(session: &DebugSession, entry: Entry, limits: Limits) -> Self {
        let (input, input_ended) = session.wasi().unread_input();
        Self {
            step: session.stop_number(),
            entry,
            limits,
            record: session.wasi().longest_record().clone(),
            input,
            input_ended,
            changes: session.changes().map(|(step, change)| (step, keep(change))).collect(),
        }
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let body = postcard::to_allocvec(self).map_err(|error| error.to_string())?;
        Ok([&[VERSION], body.as_slice()].concat())
    }

    /// Decodes the output of [`Bookmark::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        match bytes.split_first() {
            Some((&VERSION, body)) => match postcard::take_from_bytes::<Self>(body) {
                Ok((bookmark, [])) => Ok(bookmark),
                Ok(_) | Err(_) => Err("the step that was shared with this project is damaged".to_owned()),
            },
            Some(_) => {
                Err("the step that was shared with this project is from another version of Wasmoscope".to_owned())
            }
            None => Err("the step that was shared with this project is missing".to_owned()),
        }
    }

    /// The WASI context of the run: it replays the record, and uses this clock and randomness after its end.
    pub fn wasi(&self, clock: Box<dyn Clock>, random: Box<dyn Random>) -> WasiCtx {
        let mut wasi = WasiCtx::again(&self.record, clock, random);
        wasi.push_stdin(&self.input);
        if self.input_ended {
            wasi.close_stdin();
        }
        wasi
    }

    /// The user's changes, with their steps.
    pub fn changes(&self) -> Vec<(u64, Change)> {
        self.changes.iter().filter_map(|(step, change)| Some((*step, read(change)?))).collect()
    }

    /// The limits of the run, but never looser than `own`.
    pub fn limits_within(&self, own: &Limits) -> Limits {
        let stricter = |requested: Option<u64>, own: Option<u64>| match (requested, own) {
            (Some(requested), Some(own)) => Some(requested.min(own)),
            (one, None) | (None, one) => one,
        };
        Limits {
            memory: stricter(self.limits.memory, own.memory),
            table: stricter(self.limits.table, own.table),
            recursion: self.limits.recursion.min(own.recursion),
            output: stricter(self.limits.output, own.output),
            wall_time: own.wall_time,
        }
    }
}

fn keep(change: &Change) -> StoredChange {
    let kept = |value: &Value| {
        let shown = value::show(value);
        StoredValue { ty: shown.ty.to_owned(), text: shown.text }
    };
    match change {
        Change::Local { frame, local, value } => {
            StoredChange::Local { frame: *frame as u32, local: *local as u32, value: kept(value) }
        }
        Change::Operand { frame, operand, value } => {
            StoredChange::Operand { frame: *frame as u32, operand: *operand as u32, value: kept(value) }
        }
        Change::Global { global, value } => StoredChange::Global { global: *global as u32, value: kept(value) },
        Change::Memory { memory, address, bytes } => {
            StoredChange::Memory { memory: *memory as u32, address: *address, bytes: bytes.clone() }
        }
        Change::Files(tree) => StoredChange::Files(tree.clone()),
    }
}

/// `None` if a value cannot be parsed: no user could have made such a change.
fn read(change: &StoredChange) -> Option<Change> {
    let read = |kept: &StoredValue| {
        let ty = value::TYPES.into_iter().find(|ty| value::name(*ty) == kept.ty)?;
        value::parse(&kept.text, ty).ok()
    };
    Some(match change {
        StoredChange::Local { frame, local, value } => {
            Change::Local { frame: *frame as usize, local: *local as usize, value: read(value)? }
        }
        StoredChange::Operand { frame, operand, value } => {
            Change::Operand { frame: *frame as usize, operand: *operand as usize, value: read(value)? }
        }
        StoredChange::Global { global, value } => Change::Global { global: *global as usize, value: read(value)? },
        StoredChange::Memory { memory, address, bytes } => {
            Change::Memory { memory: *memory as usize, address: *address, bytes: bytes.clone() }
        }
        StoredChange::Files(tree) => Change::Files(tree.clone()),
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bookmark() -> Bookmark {
        let value = |text: &str, ty| StoredValue { ty: String::from(ty), text: text.into() };
        let local = StoredChange::Local { frame: 1, local: 2, value: value("-7", "i64") };
        let operand = StoredChange::Operand { frame: 0, operand: 3, value: value("a function", "funcref") };
        Bookmark {
            step: 9,
            entry: Entry::Export { name: "f".into(), arguments: vec!["1".into()] },
            limits: Limits { memory: Some(100), recursion: 50, ..Limits::default() },
            record: Record::default(),
            input: b"typed".to_vec(),
            input_ended: false,
            changes: vec![(3, local), (5, operand), (6, StoredChange::Files(Vfs::default()))],
        }
    }

    #[test]
    fn changed_values_survive_a_bookmark() {
        let bytes = bookmark().to_bytes().unwrap();
        let read = Bookmark::from_bytes(&bytes).unwrap();
        let changes = read.changes();
        assert_eq!(changes.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [3, 6], "{changes:?}");
        assert!(matches!(&changes[0].1, Change::Local { frame: 1, local: 2, value: Value::I64(-7) }));
        assert!(Bookmark::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(Bookmark::from_bytes(&[&bytes[..], b"x"].concat()).is_err());
        assert!(Bookmark::from_bytes(b"\x02").err().is_some_and(|error| error.contains("another version")));
        assert!(Bookmark::from_bytes(b"").is_err());
    }

    #[test]
    fn a_bookmark_cannot_raise_the_users_limits() {
        let own = Limits { memory: Some(200), table: None, recursion: 20, output: Some(5), wall_time: Some(1) };
        let within = bookmark().limits_within(&own);
        assert_eq!(
            (within.memory, within.recursion, within.output, within.wall_time),
            (Some(100), 20, Some(5), Some(1))
        );
    }

    proptest! {
        #[test]
        fn garbage_is_rejected(body in any::<Vec<u8>>()) {
            let _ = Bookmark::from_bytes(&[&[VERSION], body.as_slice()].concat()).map(|read| read.changes());
        }
    }
}
