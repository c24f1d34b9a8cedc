//! Structures: members, bit-fields, base classes, unions.

use gimli::constants as dw;

use super::{FormatError, Formatter, LONGEST, Meta, Result, Stored, UNKNOWN, short};
use crate::dwarf::entries::Language;
use crate::dwarf::types::{Layout, Member, MemberPlace, Type};

/// How many base classes within one another are looked into for whether they are empty.
const DEEPEST_BASE: usize = 16;

impl Formatter<'_, '_> {
    pub(super) fn structure(&mut self, layout: &Layout, stored: &Stored, meta: Option<Meta>) -> Result<()> {
        if let Some(variants) = &layout.variants {
            return self.variant(variants, stored);
        }
        // What only looks like one of a library's is shown as what it is.
        let before = self.text.len();
        let known = match layout.language {
            Some(Language::Rust) => self.rust(layout, stored, meta),
            Some(Language::Cpp) => self.cpp(layout, stored),
            Some(Language::Zig) => self.zig(layout, stored),
            _ => Err(FormatError::Otherwise),
        };
        match known {
            Err(FormatError::Otherwise) => self.text.truncate(before),
            known => return known,
        }
        if layout.is_declaration {
            return Err(FormatError::Otherwise);
        }
        if layout.is_rust() {
            self.text.push_str(short(&layout.name));
        }
        self.members(layout, stored, meta)
    }

    /// `{ x: 1, y: 2 }`, `(1, 2)`, or nothing where there are none.
    pub(super) fn members(&mut self, layout: &Layout, stored: &Stored, meta: Option<Meta>) -> Result<()> {
        self.entries.spend((layout.members.len() + layout.bases.len()) as u64)?;
        let mut members = Vec::with_capacity(layout.members.len());
        for member in &layout.members {
            if !self.is_marker(member)? {
                members.push(member);
            }
        }
        let mut bases = Vec::new();
        for base in &layout.bases {
            if !self.is_empty(base, DEEPEST_BASE)? {
                bases.push(base);
            }
        }
        if members.is_empty() && bases.is_empty() {
            self.text.push_str(match layout.is_rust() {
                true if layout.name.starts_with('(') => "()",
                true => "",
                false => "{}",
            });
            return Ok(());
        }
        let is_field = |(index, member): (usize, &Member)| member.name == format!("__{index}");
        let is_tuple = layout.is_rust() && layout.members.iter().enumerate().all(is_field);
        let open = match (is_tuple, layout.is_rust()) {
            (true, _) => "(",
            (false, true) => " { ",
            (false, false) => "{ ",
        };
        self.text.push_str(open);
        let last = layout.members.last();
        for (index, (member, is_base)) in
            bases.iter().map(|base| (*base, true)).chain(members.iter().map(|member| (*member, false))).enumerate()
        {
            if index > 0 {
                self.text.push_str(", ");
            }
            if self.text.len() >= LONGEST {
                self.text.push('…');
                break;
            }
            if is_base {
                let name = self.entries.qualified(member.ty).unwrap_or_default();
                self.write(format_args!("{name}: "));
            } else if !is_tuple && !member.name.is_empty() {
                self.write(format_args!("{}: ", member.name));
            }
            let meta = meta.filter(|_| last == Some(member));
            if let Err(why) = self.member(layout, member, stored, meta) {
                match why {
                    FormatError::Outside => return Err(why),
                    FormatError::Otherwise | FormatError::Unknown | FormatError::Broken => self.text.push_str(UNKNOWN),
                }
            }
        }
        self.text.push_str(if is_tuple { ")" } else { " }" });
        Ok(())
    }

    fn member(&mut self, layout: &Layout, member: &Member, stored: &Stored, meta: Option<Meta>) -> Result<()> {
        match meta {
            Some(meta) => self.tail(layout, member, stored, meta),
            None => {
                let place = self.member_stored(member, stored)?;
                self.add(member.ty, &place, None);
                Ok(())
            }
        }
    }

    /// What is there for the compiler only.
    fn is_marker(&self, member: &Member) -> Result<bool> {
        Ok(match &*self.entries.resolved(member.ty)? {
            Type::Struct(layout) => layout.is_rust() && layout.path == "core::marker::PhantomData",
            _ => false,
        })
    }

    /// Whether there is nothing in a base class.
    fn is_empty(&self, base: &Member, depth: usize) -> Result<bool> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(false) };
        self.entries.spend(1)?;
        let ty = self.entries.resolved(base.ty)?;
        let Type::Struct(layout) = &*ty else { return Ok(false) };
        if !layout.members.is_empty() || layout.is_declaration {
            return Ok(false);
        }
        for base in &layout.bases {
            if !self.is_empty(base, depth)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where a member of a structure is.
    pub(super) fn member_stored(&self, member: &Member, stored: &Stored) -> Result<Stored> {
        let place = match (member.place, stored) {
            (MemberPlace::Offset(offset), _) => stored.at(offset),
            (MemberPlace::Computed(entry), Stored::Memory(address)) => {
                let place = self.evaluate.attribute(entry, dw::DW_AT_data_member_location, Some(*address));
                Stored::Memory(place.ok_or(FormatError::Unknown)?)
            }
            (MemberPlace::Computed(_), Stored::Bytes(_)) => return Err(FormatError::Otherwise),
        };
        let Some(bits) = member.bits else { return Ok(place) };
        let size = self.entries.size(member.ty)?;
        if !(1..=128).contains(&bits.length) || bits.length > size.saturating_mul(8) {
            return Err(FormatError::Otherwise);
        }
        // From the byte on that the first is in: nine bytes, or 17, where they do not begin with it.
        let (first, shift) = (bits.start / 8, bits.start % 8);
        let bytes = self.bytes(&place.at(first), (shift + bits.length).div_ceil(8))?;
        let bit = |index: u64| bytes[(index / 8) as usize] >> (index % 8) & 1;
        let value = (0..bits.length).fold(0_u128, |value, index| value | u128::from(bit(shift + index)) << index);
        let value = match self.entries.is_signed(member.ty)? {
            true if bits.length < 128 => {
                let unused = 128 - bits.length as u32;
                ((value << unused).cast_signed() >> unused).cast_unsigned()
            }
            _ => value,
        };
        Ok(Stored::bytes(&value.to_le_bytes()))
    }
}
