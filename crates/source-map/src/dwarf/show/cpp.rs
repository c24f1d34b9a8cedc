//! Types of C++'s standard library, as LLVM's libc++ lays them out, that are shown as what they stand for.

use super::{FormatError, Formatter, Result, Stored};
use crate::dwarf::entries::EntryRef;
use crate::dwarf::types::{Layout, Member, Type};

impl Formatter<'_, '_> {
    pub(super) fn cpp(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        let Some(path) = layout.path.strip_prefix("std::") else { return Err(FormatError::Otherwise) };
        // An inline namespace that is not marked as such.
        let name = path.rsplit_once("::").filter(|(inline, _)| inline.starts_with("__")).map_or(path, |(_, name)| name);
        match name {
            "basic_string" => self.cpp_string(layout, stored),
            "basic_string_view" => {
                self.only_char(layout)?;
                let text = self.cpp_pointer(layout, stored, &["__data_", "__data"])?;
                let length = self.cpp_number(layout, stored, &["__size_", "__size"])?;
                self.text_at(text.0, length)
            }
            "vector" => {
                let (start, of) = self.cpp_pointer(layout, stored, &["__begin_"])?;
                let (end, _) = self.cpp_pointer(layout, stored, &["__end_"])?;
                let size = self.entries.size(of)?;
                let bytes = end.checked_sub(start).ok_or(FormatError::Otherwise)?;
                if size == 0 || !bytes.is_multiple_of(size) {
                    return Err(FormatError::Otherwise);
                }
                self.list(of, &Stored::Memory(start), bytes / size)
            }
            "array" => {
                let (elements, place) = self.cpp_member(layout, stored, &["__elems_"])?;
                let place = self.member_stored(&elements, &place)?;
                self.add(elements.ty, &place, None);
                Ok(())
            }
            "optional" => match self.cpp_number(layout, stored, &["__engaged_"])? {
                0 => {
                    self.text.push_str("nullopt");
                    Ok(())
                }
                _ => {
                    let (value, place) = self.cpp_member(layout, stored, &["__val_"])?;
                    let place = self.member_stored(&value, &place)?;
                    self.add(value.ty, &place, None);
                    Ok(())
                }
            },
            "unique_ptr" | "shared_ptr" => match self.cpp_pointer(layout, stored, &["__ptr_"])? {
                (0, _) => {
                    self.text.push_str("nullptr");
                    Ok(())
                }
                (address, to) => self.pointed(to, address),
            },
            // How their entries lie in the memory is the library's own affair.
            "map" | "multimap" | "set" | "multiset" | "unordered_map" | "unordered_multimap" | "unordered_set"
            | "unordered_multiset" | "list" | "deque" => {
                let count = self.cpp_number(layout, stored, &["__size_"])?;
                let elements = if count == 1 { "element" } else { "elements" };
                self.write(format_args!("({count} {elements})"));
                Ok(())
            }
            _ => Err(FormatError::Otherwise),
        }
    }

    /// A text is in its own bytes where it is short.
    fn cpp_string(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        self.only_char(layout)?;
        let (long, place) = self.cpp_member(layout, stored, &["__l"])?;
        let long_place = self.member_stored(&long, &place)?;
        let long_type = self.entries.resolved(long.ty)?;
        let Type::Struct(long) = &*long_type else { return Err(FormatError::Otherwise) };
        let (short, place) = self.cpp_member(layout, stored, &["__s"])?;
        let short_place = self.member_stored(&short, &place)?;
        let short_type = self.entries.resolved(short.ty)?;
        let Type::Struct(short) = &*short_type else { return Err(FormatError::Otherwise) };
        if self.cpp_number(short, &short_place, &["__is_long_"])? != 0 {
            let (address, _) = self.cpp_pointer(long, &long_place, &["__data_"])?;
            let length = self.cpp_number(long, &long_place, &["__size_"])?;
            return self.text_at(address, length);
        }
        let length = self.cpp_number(short, &short_place, &["__size_"])?;
        let (data, place) = self.cpp_member(short, &short_place, &["__data_"])?;
        let place = self.member_stored(&data, &place)?;
        if length > self.entries.size(data.ty)? {
            return Err(FormatError::Otherwise);
        }
        let bytes = self.bytes(&place, length)?;
        self.text_of(&bytes, length);
        Ok(())
    }

    /// Only texts of bytes are shown.
    fn only_char(&self, layout: &Layout) -> Result<()> {
        let (_, of) = layout.parameters.first().ok_or(FormatError::Otherwise)?;
        match &*self.entries.resolved(*of)? {
            Type::Base { name, size: 1, .. } if name == "char" || name == "char8_t" => Ok(()),
            _ => Err(FormatError::Otherwise),
        }
    }

    /// The first member of one of these names in a structure, its base classes and its members.
    fn cpp_member(&self, layout: &Layout, stored: &Stored, names: &[&str]) -> Result<(Member, Stored)> {
        self.search(layout, stored, |layout| names.iter().find_map(|name| layout.member(name)).cloned())
    }

    fn cpp_number(&self, layout: &Layout, stored: &Stored, names: &[&str]) -> Result<u64> {
        let (member, place) = self.cpp_member(layout, stored, names)?;
        self.number_in(&member, &place)
    }

    fn cpp_pointer(&self, layout: &Layout, stored: &Stored, names: &[&str]) -> Result<(u64, EntryRef)> {
        let (member, place) = self.cpp_member(layout, stored, names)?;
        let ty = self.entries.resolved(member.ty)?;
        let Type::Pointer { to: Some(to), .. } = &*ty else { return Err(FormatError::Otherwise) };
        Ok((self.number_in(&member, &place)?, *to))
    }
}
