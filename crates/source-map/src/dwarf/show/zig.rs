//! Zig's slices, optionals, errors and tagged unions, which are structures in the debug information.

use super::{FormatError, Formatter, Result, Stored};
use crate::dwarf::types::{Layout, Type};

impl Formatter<'_, '_> {
    pub(super) fn zig(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        let [first, second] = layout.members.as_slice() else { return Err(FormatError::Otherwise) };
        match (first.name.as_str(), second.name.as_str()) {
            ("ptr", "len") if layout.name.starts_with('[') => {
                let (address, length) = (self.number_in(first, stored)?, self.number_in(second, stored)?);
                let ty = self.entries.resolved(first.ty)?;
                let Type::Pointer { to: Some(to), .. } = &*ty else { return Err(FormatError::Otherwise) };
                // Texts are slices of bytes that cannot be written.
                match layout.name == "[]const u8" || layout.name == "[:0]const u8" {
                    true => self.text_at(address, length),
                    false => self.list(*to, &Stored::Memory(address), length),
                }
            }
            ("payload", "some") if layout.name.starts_with('?') => match self.number_in(second, stored)? {
                0 => {
                    self.text.push_str("null");
                    Ok(())
                }
                _ => {
                    let place = self.member_stored(first, stored)?;
                    self.add(first.ty, &place, None);
                    Ok(())
                }
            },
            ("error", "payload") | ("payload", "error") if layout.name.contains('!') => {
                let (error, payload) = if first.name == "error" { (first, second) } else { (second, first) };
                let member = if self.number_in(error, stored)? == 0 { payload } else { error };
                let place = self.member_stored(member, stored)?;
                self.add(member.ty, &place, None);
                Ok(())
            }
            ("payload", "tag") | ("tag", "payload") => {
                let (tag, payload) = if first.name == "tag" { (first, second) } else { (second, first) };
                let (tags, members) = (self.entries.resolved(tag.ty)?, self.entries.resolved(payload.ty)?);
                let (Type::Names { names, .. }, Type::Struct(members)) = (&*tags, &*members) else {
                    return Err(FormatError::Otherwise);
                };
                let value = self.number_in(tag, stored)?;
                let is_it = |(_, known): &&(String, i128)| *known == i128::from(value);
                let (name, _) = names.iter().find(is_it).ok_or(FormatError::Unknown)?;
                let member = members.member(name).filter(|_| members.is_union).ok_or(FormatError::Otherwise)?;
                let place = self.member_stored(payload, stored)?;
                let place = self.member_stored(member, &place)?;
                self.write(format_args!("{name}"));
                if self.entries.size(member.ty)? > 0 {
                    self.text.push_str(": ");
                    self.add(member.ty, &place, None);
                }
                Ok(())
            }
            _ => Err(FormatError::Otherwise),
        }
    }
}
