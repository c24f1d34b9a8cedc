//! Values as a person would write them: what a `String` says, what is in a `Vec`, which variant an enum is.
//!
//! A program that is debugged may be wrong, and its memory with it: pointers are followed only to where there is memory,
//! only so deep, and only for so many elements.

use std::fmt::Write as _;

use gimli::constants as dw;

use super::entries::{Entries, EntryRef};
use super::types::{Layout, Member, Type, Variants};
use super::variables::{State, little_endian};
use super::work::Broken;

/// How many values are told within one another.
const DEEPEST: usize = 6;
/// How many elements are told of a list.
const MOST_ELEMENTS: u64 = 20;
/// How many bytes are told of a text.
const LONGEST_TEXT: u64 = 120;
/// From which length on nothing is added to what is told, in bytes.
const LONGEST: usize = 400;

/// What is said in place of what is not all in the memory.
const OUTSIDE: &str = "(outside the memory)";

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    Memory(u64),
    /// In locals, or nowhere but in the debug information.
    Bytes(Vec<u8>),
}

impl Stored {
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

/// Why a value cannot be told as what it is.
enum NotShown {
    /// It is not all in the memory.
    Outside,
    /// It is not laid out as the standard library's is.
    Otherwise,
    Broken,
}

impl From<Broken> for NotShown {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

type Result<T> = std::result::Result<T, NotShown>;

/// What is told of a value so far.
pub struct Shown<'r, 'a> {
    entries: &'r Entries<'a>,
    state: &'r dyn State,
    text: String,
    depth: usize,
}

impl<'r, 'a> Shown<'r, 'a> {
    pub fn new(entries: &'r Entries<'a>, state: &'r dyn State) -> Self {
        Self { entries, state, text: String::new(), depth: 0 }
    }

    /// A value of a type, in words.
    pub fn value(&mut self, ty: EntryRef, stored: &Stored) -> String {
        self.text.clear();
        self.add(ty, stored);
        std::mem::take(&mut self.text)
    }

    /// Adds a value; what cannot be told is said in its place.
    fn add(&mut self, ty: EntryRef, stored: &Stored) {
        if self.depth >= DEEPEST || self.text.len() >= LONGEST {
            self.text.push('…');
            return;
        }
        self.depth += 1;
        let before = self.text.len();
        if let Err(why) = self.add_value(ty, stored) {
            self.text.truncate(before);
            self.text.push_str(match why {
                NotShown::Outside => OUTSIDE,
                NotShown::Otherwise | NotShown::Broken => "(unknown)",
            });
        }
        self.depth -= 1;
    }

    fn bytes(&self, stored: &Stored, length: u64) -> Result<Vec<u8>> {
        let bytes = match stored {
            Stored::Memory(address) => self.state.memory(*address, length),
            Stored::Bytes(bytes) => bytes.get(..length as usize),
        };
        bytes.map(<[u8]>::to_vec).ok_or(NotShown::Outside)
    }

    fn number(&self, stored: &Stored, length: u64) -> Result<u64> {
        Ok(little_endian(&self.bytes(stored, length.min(8))?))
    }

    fn add_value(&mut self, ty: EntryRef, stored: &Stored) -> Result<()> {
        match self.entries.resolved(ty)? {
            Type::Base { name, encoding, size } => self.base(&name, encoding, &self.bytes(stored, size.min(16))?),
            Type::Struct(layout) => self.structure(&layout, stored)?,
            Type::Pointer { name, to } => {
                let size = self.entries.size(ty)?;
                let address = self.number(stored, size)?;
                self.pointer(name.as_deref(), to, address)?;
            }
            Type::Names { size, names } => {
                let value = sign_extended(&self.bytes(stored, size.min(8))?);
                let unsigned = little_endian(&self.bytes(stored, size.min(8))?).cast_signed();
                match names.iter().find(|(_, known)| *known == value || *known == unsigned) {
                    Some((name, _)) => self.text.push_str(name),
                    None => self.write(format_args!("{value}")),
                }
            }
            Type::Array { of, count } => self.list(of, stored, count)?,
            Type::Alias(_) | Type::Other(_) => return Err(NotShown::Otherwise),
        }
        Ok(())
    }

    fn base(&mut self, name: &str, encoding: dw::DwAte, bytes: &[u8]) {
        let bits = little_endian(bytes);
        match (encoding, bytes.len()) {
            (_, 0) => self.text.push_str(if name.is_empty() { "()" } else { name }),
            (dw::DW_ATE_boolean, _) if bits < 2 => self.text.push_str(if bits == 1 { "true" } else { "false" }),
            (dw::DW_ATE_UTF, _) => match u32::try_from(bits).ok().and_then(char::from_u32) {
                Some(letter) => self.write(format_args!("{letter:?}")),
                None => self.write(format_args!("{bits:#x} (not a character)")),
            },
            (dw::DW_ATE_float, 4) => self.write(format_args!("{:?}", f32::from_bits(bits as u32))),
            (dw::DW_ATE_float, 8) => self.write(format_args!("{:?}", f64::from_bits(bits))),
            (dw::DW_ATE_signed | dw::DW_ATE_signed_char, 16) => {
                let wide = bytes.as_array().map_or(0, |bytes| i128::from_le_bytes(*bytes));
                self.write(format_args!("{wide}"));
            }
            (_, 16) => {
                let wide = bytes.as_array().map_or(0, |bytes| u128::from_le_bytes(*bytes));
                self.write(format_args!("{wide}"));
            }
            (dw::DW_ATE_signed | dw::DW_ATE_signed_char, _) => self.write(format_args!("{}", sign_extended(bytes))),
            _ => self.write(format_args!("{bits}")),
        }
    }

    /// What a reference or a box points to; of any other pointer, where.
    fn pointer(&mut self, name: Option<&str>, to: Option<EntryRef>, address: u64) -> Result<()> {
        let is_box = name.is_some_and(|name| short(name).rsplit("::").next() == Some("Box"));
        let is_reference = name.is_some_and(|name| name.starts_with('&'));
        match to {
            Some(to) if is_box || is_reference => {
                if is_reference {
                    self.text.push('&');
                }
                match self.state.memory(address, self.entries.size(to)?) {
                    Some(_) => self.add(to, &Stored::Memory(address)),
                    None => self.text.push_str(OUTSIDE),
                }
            }
            _ => {
                self.write(format_args!("{address:#x}"));
                if address == 0 {
                    self.text.push_str(" (null)");
                }
            }
        }
        Ok(())
    }

    fn structure(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        if let Some(variants) = &layout.variants {
            return self.variant(variants, stored);
        }
        // What only looks like one of the standard library's is told as what it is.
        let before = self.text.len();
        let known = self.known(layout, stored);
        match known {
            Err(NotShown::Otherwise) => self.text.truncate(before),
            known => return known,
        }
        if layout.is_union {
            self.text.push_str(short(&layout.name));
            self.text.push_str(" { … }");
            return Ok(());
        }
        self.text.push_str(short(&layout.name));
        self.members(layout, stored, !layout.name.starts_with('('));
        Ok(())
    }

    /// Texts and lists of the standard library.
    fn known(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        let name = layout.name.as_str();
        if let (Some(pointer), Some(length)) = (find(layout, "data_ptr"), find(layout, "length")) {
            // A reference to a slice or a text, or a box of one.
            let (address, length) = (self.pointer_in(pointer, stored)?, self.length_in(length, stored)?);
            if name.ends_with("str") || name.contains("<str") {
                return self.text_at(address, length);
            }
            let Type::Pointer { to: Some(of), .. } = self.entries.ty(pointer.ty)? else {
                return Err(NotShown::Otherwise);
            };
            return self.list(of, &Stored::Memory(address), length);
        }
        if name == "String" || name == "PathBuf" || name == "OsString" {
            let (vec, stored) = self.within(layout, stored, |layout| layout.name.starts_with("Vec<u8"))?;
            let (address, length, _) = self.vec(&vec, &stored)?;
            return self.text_at(address, length);
        }
        if name.starts_with("Vec<") {
            let (address, length, of) = self.vec(layout, stored)?;
            return self.list(of, &Stored::Memory(address), length);
        }
        let counted = match short(name) {
            "HashMap" | "HashSet" => "items",
            "BTreeMap" | "BTreeSet" => "length",
            _ => return Err(NotShown::Otherwise),
        };
        // How their entries lie in the memory is the standard library's own affair.
        let count = self.count_in(layout, stored, counted)?;
        let entries = if count == 1 { "entry" } else { "entries" };
        self.write(format_args!("{} ({count} {entries})", short(name)));
        Ok(())
    }

    /// The number that a member of that name is, somewhere in the first members of a structure.
    fn count_in(&self, layout: &Layout, stored: &Stored, name: &str) -> Result<u64> {
        let mut next = vec![(layout.clone(), stored.clone())];
        for _ in 0..30 {
            let Some((layout, stored)) = next.pop() else { break };
            if let Some(member) = find(&layout, name) {
                return self.length_in(member, &stored);
            }
            for member in layout.members.iter().rev() {
                if let Type::Struct(inner) = self.entries.resolved(member.ty)? {
                    next.push((inner, stored.at(member.offset)));
                }
            }
        }
        Err(NotShown::Otherwise)
    }

    /// Where the elements of a `Vec` are, how many, and of which type.
    fn vec(&self, layout: &Layout, stored: &Stored) -> Result<(u64, u64, EntryRef)> {
        let (Some(buffer), Some(length)) = (find(layout, "buf"), find(layout, "len")) else {
            return Err(NotShown::Otherwise);
        };
        let (_, of) = layout.parameters.first().ok_or(NotShown::Otherwise)?;
        let address = self.pointer_in(buffer, stored)?;
        Ok((address, self.length_in(length, stored)?, *of))
    }

    fn length_in(&self, member: &Member, stored: &Stored) -> Result<u64> {
        self.number(&stored.at(member.offset), self.entries.size(member.ty)?)
    }

    /// The pointer that a member is, or the first one that is anywhere in it: raw pointers are wrapped several times.
    fn pointer_in(&self, member: &Member, stored: &Stored) -> Result<u64> {
        let mut next = vec![(member.ty, stored.at(member.offset))];
        for _ in 0..20 {
            let Some((ty, stored)) = next.pop() else { break };
            match self.entries.resolved(ty)? {
                Type::Pointer { .. } => return self.number(&stored, self.entries.size(ty)?),
                Type::Struct(layout) => {
                    next.extend(layout.members.iter().rev().map(|member| (member.ty, stored.at(member.offset))));
                }
                _ => {}
            }
        }
        Err(NotShown::Otherwise)
    }

    /// A structure that is the first member of one that is the first member of this.
    fn within(&self, layout: &Layout, stored: &Stored, is_it: impl Fn(&Layout) -> bool) -> Result<(Layout, Stored)> {
        let (mut layout, mut stored) = (layout.clone(), stored.clone());
        for _ in 0..6 {
            if is_it(&layout) {
                return Ok((layout, stored));
            }
            let first = layout.members.first().ok_or(NotShown::Otherwise)?;
            stored = stored.at(first.offset);
            let Type::Struct(inner) = self.entries.ty(first.ty)? else { break };
            layout = inner;
        }
        Err(NotShown::Otherwise)
    }

    fn text_at(&mut self, address: u64, length: u64) -> Result<()> {
        let told = length.min(LONGEST_TEXT);
        // Where it is empty, the pointer may be to anywhere.
        let bytes = if length == 0 { &[][..] } else { self.state.memory(address, length).ok_or(NotShown::Outside)? };
        let bytes = &bytes[..told as usize];
        // A character is not cut in two.
        let whole = match std::str::from_utf8(bytes) {
            Err(error) if told < length && error.error_len().is_none() => &bytes[..error.valid_up_to()],
            _ => bytes,
        };
        let text = String::from_utf8_lossy(whole).into_owned();
        self.write(format_args!("{text:?}"));
        if told < length {
            self.write(format_args!("… ({length} bytes)"));
        }
        Ok(())
    }

    fn list(&mut self, of: EntryRef, stored: &Stored, count: u64) -> Result<()> {
        let size = self.entries.size(of)?;
        // A length that cannot be is a sign of a value that is not there yet, or not any more.
        if let Stored::Memory(address) = stored
            && count > 0
            && size > 0
            && self.state.memory(*address, count.saturating_mul(size)).is_none()
        {
            return Err(NotShown::Outside);
        }
        self.text.push('[');
        for index in 0..count.min(MOST_ELEMENTS) {
            if index > 0 {
                self.text.push_str(", ");
            }
            if self.text.len() >= LONGEST {
                break;
            }
            self.add(of, &stored.at(index.saturating_mul(size)));
        }
        if count > MOST_ELEMENTS {
            self.write(format_args!(", … ({count} elements)"));
        }
        self.text.push(']');
        Ok(())
    }

    fn variant(&mut self, variants: &Variants, stored: &Stored) -> Result<()> {
        let number = match &variants.discriminant {
            Some(discriminant) => {
                let bytes = self.bytes(&stored.at(discriminant.offset), self.entries.size(discriminant.ty)?.min(8))?;
                Some([little_endian(&bytes).cast_signed(), sign_extended(&bytes)])
            }
            None => None,
        };
        let is_it = |known: &Option<i64>| known.is_some_and(|known| number.is_some_and(|all| all.contains(&known)));
        let found = variants.all.iter().find(|(known, _)| is_it(known));
        let found = found.or_else(|| variants.all.iter().find(|(known, _)| known.is_none()));
        let (_, member) = found.ok_or(NotShown::Otherwise)?;
        self.text.push_str(&member.name);
        if let Type::Struct(layout) = self.entries.ty(member.ty)? {
            self.members(&layout, &stored.at(member.offset), true);
        }
        Ok(())
    }

    /// `{ x: 1, y: 2 }`, `(1, 2)`, or nothing where there are none.
    fn members(&mut self, layout: &Layout, stored: &Stored, may_be_nothing: bool) {
        if layout.members.is_empty() && may_be_nothing {
            return;
        }
        let is_tuple = layout.members.iter().all(|member| member.name.starts_with("__"));
        self.text.push_str(if is_tuple { "(" } else { " { " });
        // What is there for the compiler only, such as `PhantomData`.
        let members = layout.members.iter().filter(|member| !member.name.starts_with("_marker"));
        for (index, member) in members.enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            if self.text.len() >= LONGEST {
                self.text.push('…');
                break;
            }
            if !is_tuple {
                self.write(format_args!("{}: ", member.name));
            }
            self.add(member.ty, &stored.at(member.offset));
        }
        self.text.push_str(if is_tuple { ")" } else { " }" });
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        // A string takes all that is written.
        let _ = self.text.write_fmt(arguments);
    }
}

fn find<'l>(layout: &'l Layout, name: &str) -> Option<&'l Member> {
    layout.members.iter().find(|member| member.name == name)
}

/// The name of a type without what it is generic over; of a tuple, nothing.
fn short(name: &str) -> &str {
    if name.starts_with('(') { "" } else { name.split('<').next().unwrap_or(name) }
}

/// The name of a type as it is mostly written: `Vec<String>` for `alloc::vec::Vec<alloc::string::String,
/// alloc::alloc::Global>`.
pub fn written(name: &str) -> String {
    let name = name.replace(", alloc::alloc::Global", "");
    let mut told = String::with_capacity(name.len());
    // Where the path begins that is being read.
    let mut path = 0;
    let mut rest = name.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == ':' && rest.peek() == Some(&':') {
            rest.next();
            told.truncate(path);
        } else {
            told.push(letter);
            if !letter.is_alphanumeric() && letter != '_' {
                path = told.len();
            }
        }
    }
    told
}

fn sign_extended(bytes: &[u8]) -> i64 {
    let bits = little_endian(bytes);
    match bytes.len() {
        length @ 1..=7 => {
            let shift = 64 - 8 * length as u32;
            (bits << shift).cast_signed() >> shift
        }
        _ => bits.cast_signed(),
    }
}
