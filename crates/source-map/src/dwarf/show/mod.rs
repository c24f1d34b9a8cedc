//! Formats values as the program's source would write them: the text of a `String`, the elements of a `Vec`, the
//! variant of an enum.
//!
//! A program being debugged may be faulty, and its memory corrupt: pointers are followed only within the memory, only
//! to a limited depth, and only for a limited number of elements. What is unknown is shown as unknown, never guessed.
//! The layout of a library's values belongs in `rust`, `cpp` and `zig`; numbers and characters in `scalar`.

mod cpp;
mod enums;
mod lists;
mod pointers;
mod rust;
mod rust_collections;
mod scalar;
mod structures;
mod unsized_values;
mod zig;

use std::borrow::Cow;
use std::fmt::Write as _;

use gimli::constants as dw;

use super::entries::{Entries, EntryRef};
use super::types::{Count, Type};
use super::variables::State;
use super::work::Broken;

/// The maximum nesting depth of values.
const DEEPEST: usize = 6;
/// The maximum number of elements of a list.
const MOST_ELEMENTS: u64 = 20;
/// The maximum length of a text, in bytes.
const LONGEST_TEXT: u64 = 120;
/// The length at which the output is cut off, in bytes.
const LONGEST: usize = 400;

/// Shown for a value that is not completely in memory.
const OUTSIDE: &str = "(outside the memory)";
/// Shown for a value that cannot be formatted.
const UNKNOWN: &str = "(unknown)";

/// The location of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    Memory(u64),
    /// In locals, or nowhere but in the debug information; `None` for each byte that is nowhere at all.
    Bytes(Vec<Option<u8>>),
}

impl Stored {
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.iter().copied().map(Some).collect())
    }

    fn at(&self, offset: u64) -> Self {
        match self {
            Self::Memory(address) => Self::Memory(address.saturating_add(offset)),
            Self::Bytes(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
                Self::Bytes(rest.unwrap_or_default().to_vec())
            }
        }
    }
}

/// What only the selected call can compute.
pub trait Evaluate {
    /// The number that a variable is.
    fn variable(&self, at: EntryRef) -> Option<u64>;

    /// The number that an attribute of an entry is an expression for, with the address of the object that it is of.
    fn attribute(&self, at: EntryRef, name: dw::DwAt, object: Option<u64>) -> Option<u64>;
}

/// Why a value cannot be shown as what it is.
enum FormatError {
    /// It is not completely in memory.
    Outside,
    /// It does not have the expected layout.
    Otherwise,
    /// The program no longer has it, or the debug information does not describe it.
    Unknown,
    Broken,
}

impl From<Broken> for FormatError {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

type Result<T> = std::result::Result<T, FormatError>;

/// What a wide pointer knows of a value besides where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meta {
    /// How many elements the slice at its end has.
    Length(u64),
    /// Where the vtable of the trait object at its end is.
    Vtable(u64),
}

/// What is shown of a value so far.
pub struct Formatter<'r, 'a> {
    entries: &'r Entries<'a>,
    state: &'r dyn State,
    evaluate: &'r dyn Evaluate,
    text: String,
    depth: usize,
    /// How many structures that are nothing but what is in them are being shown.
    inner: usize,
}

impl<'r, 'a> Formatter<'r, 'a> {
    pub fn new(entries: &'r Entries<'a>, state: &'r dyn State, evaluate: &'r dyn Evaluate) -> Self {
        Self { entries, state, evaluate, text: String::new(), depth: 0, inner: 0 }
    }

    /// Formats a value of a type.
    pub fn value(&mut self, ty: EntryRef, stored: &Stored) -> String {
        self.text.clear();
        self.add(ty, stored, None);
        std::mem::take(&mut self.text)
    }

    /// Adds a value; what cannot be shown is said in its place.
    fn add(&mut self, ty: EntryRef, stored: &Stored, meta: Option<Meta>) {
        if self.depth >= DEEPEST || self.text.len() >= LONGEST {
            self.text.push('…');
            return;
        }
        self.depth += 1;
        let before = self.text.len();
        if let Err(why) = self.add_value(ty, stored, meta) {
            self.text.truncate(before);
            self.text.push_str(match why {
                FormatError::Outside => OUTSIDE,
                FormatError::Otherwise | FormatError::Unknown | FormatError::Broken => UNKNOWN,
            });
        }
        self.depth -= 1;
    }

    fn add_value(&mut self, ty: EntryRef, stored: &Stored, meta: Option<Meta>) -> Result<()> {
        let resolved = self.entries.resolved(ty)?;
        match &*resolved {
            Type::Base { name, encoding, size } => self.base(name, *encoding, *size, stored, ty),
            Type::Struct(layout) => self.structure(layout, stored, meta),
            Type::Pointer { name, to, is_reference } => {
                let address = self.number(stored, self.entries.size(ty)?)?;
                self.pointer(name.as_deref(), *to, *is_reference, address)
            }
            Type::Names { size, is_signed, names } => self.enumeration(names, *is_signed, *size, stored),
            Type::Array { of, counts, stride } => self.array(ty, *of, counts, *stride, stored, meta),
            Type::Member { .. } => self.member_pointer(self.entries.size(ty)?, stored),
            Type::Other(Some(name)) if name.contains("nullptr") => {
                self.text.push_str("nullptr");
                Ok(())
            }
            Type::Function { .. } | Type::Alias(_) | Type::Other(_) => Err(FormatError::Otherwise),
        }
    }

    /// Bytes of a value, if all of them are known.
    fn bytes(&self, stored: &Stored, length: u64) -> Result<Vec<u8>> {
        match stored {
            Stored::Memory(address) => {
                self.state.memory(*address, length).map(Cow::into_owned).ok_or(FormatError::Outside)
            }
            Stored::Bytes(bytes) => {
                let known = usize::try_from(length).ok().and_then(|length| bytes.get(..length));
                known.and_then(|known| known.iter().copied().collect()).ok_or(FormatError::Unknown)
            }
        }
    }

    /// A number of up to 16 bytes.
    fn wide(&self, stored: &Stored, length: u64) -> Result<u128> {
        if !(1..=16).contains(&length) {
            return Err(FormatError::Otherwise);
        }
        let mut padded = [0; 16];
        padded[..length as usize].copy_from_slice(&self.bytes(stored, length)?);
        Ok(u128::from_le_bytes(padded))
    }

    /// A number of up to 8 bytes.
    fn number(&self, stored: &Stored, length: u64) -> Result<u64> {
        u64::try_from(self.wide(stored, length)?).map_err(|_| FormatError::Otherwise)
    }

    /// How many elements a dimension of an array has.
    fn count(&self, count: &Count, object: Option<u64>) -> Option<u64> {
        evaluated(self.evaluate, count, object)
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(arguments);
    }
}

/// How many elements a dimension of an array has, where that is known.
pub fn evaluated(evaluate: &dyn Evaluate, count: &Count, object: Option<u64>) -> Option<u64> {
    match *count {
        Count::Known(count) => Some(count),
        Count::Variable(variable) => evaluate.variable(variable),
        Count::Computed { entry, attribute, lower } => {
            let value = evaluate.attribute(entry, attribute, object)?.cast_signed();
            u64::try_from(value.checked_sub(lower)?).ok()
        }
        Count::Unknown => None,
    }
}

/// The name of a type of Rust without what it is generic over; of a tuple, nothing.
fn short(name: &str) -> &str {
    if name.starts_with('(') { "" } else { name.split('<').next().unwrap_or(name) }
}
