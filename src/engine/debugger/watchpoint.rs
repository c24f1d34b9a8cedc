//! What can be watched, and what is told of an instruction that touches it.

use wasmi::Val;

use super::breakpoint::BreakpointId;
use super::condition::NoValue;
use super::machine::Position;

/// Something that is watched, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watchpoint {
    pub target: Target,
    pub on: On,
}

/// What can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Bytes of a memory.
    Memory {
        memory: u32,
        start: u64,
        length: u64,
    },
    Global(u32),
    /// A local of a function, which is named by its number among those with a body; in each of its calls.
    Local {
        function: u32,
        local: u32,
    },
}

/// What is to be done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// It is written, with whatever value.
    Write,
    /// It is written and has another value then.
    Change,
    Read,
}

impl On {
    pub fn is_write(self) -> bool {
        match self {
            Self::Write | Self::Change => true,
            Self::Read => false,
        }
    }
}

/// An instruction that touches what is watched. The program stands before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Touch {
    /// The watchpoint, if it is for one.
    pub id: Option<BreakpointId>,
    pub target: Target,
    /// The step that executes it.
    pub step: u64,
    pub position: Position,
    /// Whether it is a write.
    pub writes: bool,
    /// In a memory: the part that is told, address and length.
    pub part: Option<(u64, u64)>,
    pub old: Seen,
    /// As it is after the instruction.
    pub new: Seen,
    /// Why it cannot be told whether the watchpoint's condition holds, where that is so.
    pub untold: Option<NoValue>,
}

/// What something that is watched looks like.
#[derive(Debug, Clone)]
pub enum Seen {
    Bytes(Vec<u8>),
    Value(Val),
    /// It is not there: a memory that is too small, a function that is not called.
    Nothing,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            (Self::Value(one), Self::Value(other)) => same(one, other),
            (Self::Nothing, Self::Nothing) => true,
            (Self::Bytes(_) | Self::Value(_) | Self::Nothing, _) => false,
        }
    }
}

/// Whether two values are the same, bit for bit; references by what they are printed as, because wasmi tells no more.
fn same(one: &Val, other: &Val) -> bool {
    match (one, other) {
        (Val::I32(one), Val::I32(other)) => one == other,
        (Val::I64(one), Val::I64(other)) => one == other,
        (Val::F32(one), Val::F32(other)) => one.to_bits() == other.to_bits(),
        (Val::F64(one), Val::F64(other)) => one.to_bits() == other.to_bits(),
        (Val::V128(one), Val::V128(other)) => one == other,
        (one, other) => format!("{one:?}") == format!("{other:?}"),
    }
}
