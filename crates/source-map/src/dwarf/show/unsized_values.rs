//! Values behind wide pointers: slices, texts, trait objects, and structures that end in one of them.

use gimli::constants as dw;

use super::{FormatError, Formatter, Meta, Result, Stored};
use crate::dwarf::entries::EntryRef;
use crate::dwarf::names::written;
use crate::dwarf::types::{Count, Layout, Member, Type};

/// How many structures are within one another before the end that has no size.
const DEEPEST: usize = 16;
/// The largest alignment that a value has.
const MOST_ALIGNED: u64 = 1 << 29;

/// A pointer of Rust: where to, what is known besides, and the type that it points to.
pub(super) struct Pointee {
    pub address: u64,
    pub meta: Option<Meta>,
    pub to: Option<EntryRef>,
}

impl Formatter<'_, '_> {
    /// The wide pointer that a structure is, if it is one.
    pub(super) fn wide_pointer(&self, layout: &Layout, stored: &Stored) -> Result<Option<Pointee>> {
        let is_pointer = ["&", "*", "alloc::boxed::Box<"].iter().any(|start| layout.name.starts_with(start));
        let [pointer, other] = layout.members.as_slice() else { return Ok(None) };
        let is_slice = pointer.name == "data_ptr" && other.name == "length";
        if !is_pointer || !is_slice && (pointer.name != "pointer" || other.name != "vtable") {
            return Ok(None);
        }
        let Type::Pointer { to, .. } = *self.entries.resolved(pointer.ty)? else { return Ok(None) };
        let (address, meta) = (self.number_in(pointer, stored)?, self.number_in(other, stored)?);
        let meta = if is_slice { Meta::Length(meta) } else { Meta::Vtable(meta) };
        Ok(Some(Pointee { address, meta: Some(meta), to }))
    }

    /// What a wide pointer points to; of one that is no reference, where.
    pub(super) fn wide_pointed(&mut self, name: &str, pointee: &Pointee) -> Result<()> {
        let to = pointee.to.ok_or(FormatError::Otherwise)?;
        if name.starts_with('*') {
            self.write(format_args!("{:#x}", pointee.address));
            if let Some(Meta::Length(length)) = pointee.meta {
                self.write(format_args!(" (length {length})"));
            }
            return Ok(());
        }
        let ends_unsized = self.is_unsized(to, DEEPEST)?;
        match pointee.meta {
            // The pointer is to the first element.
            Some(Meta::Length(length)) if !ends_unsized => {
                let text = name.trim_start_matches("&mut ").trim_start_matches('&');
                match text == "str" || text.starts_with("alloc::boxed::Box<str,") || text == "alloc::boxed::Box<str>" {
                    true => self.text_at(pointee.address, length),
                    false => self.list(to, &Stored::Memory(pointee.address), length),
                }
            }
            meta => {
                let is_text = matches!(&*self.entries.resolved(to)?, Type::Struct(layout) if is_text(layout));
                if name.starts_with('&') && !is_text {
                    self.text.push('&');
                }
                self.add(to, &Stored::Memory(pointee.address), meta);
                Ok(())
            }
        }
    }

    /// Whether only a wide pointer knows how large a value is.
    fn is_unsized(&self, ty: EntryRef, depth: usize) -> Result<bool> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(false) };
        self.entries.spend(1)?;
        Ok(match &*self.entries.resolved(ty)? {
            Type::Array { counts, .. } => counts.as_slice() == [Count::Unknown],
            Type::Struct(layout) if is_dyn(layout) => true,
            Type::Struct(layout) if layout.is_rust() && layout.variants.is_none() => match layout.members.last() {
                Some(last) => self.is_unsized(last.ty, depth)?,
                None => false,
            },
            _ => false,
        })
    }

    /// The last member of a structure, of which only the pointer knows how large it is.
    pub(super) fn tail(&mut self, layout: &Layout, member: &Member, stored: &Stored, meta: Meta) -> Result<()> {
        let place = self.tail_stored(member, stored, meta)?;
        // `str` has no type of its own that says what it is: it is a slice of bytes.
        let names = arguments(&layout.name);
        let is_str = names.len() == layout.parameters.len()
            && layout.parameters.iter().zip(names).any(|((_, ty), name)| *ty == member.ty && name == "str");
        match (is_str, meta, &place) {
            (true, Meta::Length(length), Stored::Memory(address)) => self.text_at(*address, length),
            _ => {
                self.add(member.ty, &place, Some(meta));
                Ok(())
            }
        }
    }

    /// Where such a member is: behind the others, as far as its alignment asks for.
    fn tail_stored(&self, member: &Member, stored: &Stored, meta: Meta) -> Result<Stored> {
        let Meta::Vtable(vtable) = meta else { return self.member_stored(member, stored) };
        let (Stored::Memory(start), Some(offset)) = (stored, member.offset()) else {
            return Err(FormatError::Otherwise);
        };
        let align = self.number(&Stored::Memory(vtable.saturating_add(8)), 4)?;
        if !align.is_power_of_two() || align > MOST_ALIGNED {
            return Err(FormatError::Otherwise);
        }
        let offset = offset.checked_next_multiple_of(align).ok_or(FormatError::Otherwise)?;
        Ok(Stored::Memory(start.checked_add(offset).ok_or(FormatError::Outside)?))
    }

    /// The value that a trait object is, of the type that its vtable was made for.
    pub(super) fn trait_object(&mut self, layout: &Layout, stored: &Stored, vtable: u64) -> Result<()> {
        let concrete = || {
            let variable = self.entries.index.vtable(vtable)?;
            let ty = self.entries.type_of(variable, &self.entries.entry(variable).ok()?)?;
            let containing = self.entries.entry(ty).ok()?.attr_value(dw::DW_AT_containing_type)?;
            self.entries.referred(ty.unit, containing)
        };
        match concrete() {
            Some(ty) => self.add(ty, stored, None),
            None => {
                let name = written(&layout.name);
                let size = self.number(&Stored::Memory(vtable.saturating_add(4)), 4);
                match size {
                    Ok(size) => self.write(format_args!("{name} (of an unknown type, {size} bytes)")),
                    Err(_) => self.write(format_args!("{name} (of an unknown type)")),
                }
            }
        }
        Ok(())
    }

    /// The text that a path or one of C's texts is, which are structures around their bytes.
    pub(super) fn text_value(&mut self, layout: &Layout, stored: &Stored, meta: Meta) -> Result<()> {
        let (Stored::Memory(address), Meta::Length(length)) = (stored, meta) else {
            return Err(FormatError::Otherwise);
        };
        // A text of C's ends with a zero, which is no part of it.
        let ends = u64::from(layout.path.ends_with("::CStr"));
        let mut address = *address;
        let mut members = layout.members.clone();
        for _ in 0..DEEPEST {
            let [member] = members.as_slice() else { return Err(FormatError::Otherwise) };
            address = address.saturating_add(member.offset().ok_or(FormatError::Otherwise)?);
            match &*self.entries.resolved(member.ty)? {
                Type::Array { .. } => return self.text_at(address, length.saturating_sub(ends)),
                Type::Struct(inner) if inner.members.len() == 1 => members = inner.members.clone(),
                _ => return Err(FormatError::Otherwise),
            }
        }
        Err(FormatError::Otherwise)
    }

    /// The number that a member is.
    pub(super) fn number_in(&self, member: &Member, stored: &Stored) -> Result<u64> {
        self.number(&self.member_stored(member, stored)?, self.entries.size(member.ty)?)
    }

    /// The pointer that a member is, or the first one that is anywhere in it: raw pointers are wrapped several times.
    pub(super) fn pointer_in(&self, member: &Member, stored: &Stored) -> Result<Pointee> {
        let mut next = vec![(member.ty, self.member_stored(member, stored)?)];
        for _ in 0..20 {
            let Some((ty, stored)) = next.pop() else { break };
            match &*self.entries.resolved(ty)? {
                Type::Pointer { to, .. } => {
                    let address = self.number(&stored, self.entries.size(ty)?)?;
                    return Ok(Pointee { address, meta: None, to: *to });
                }
                Type::Struct(layout) => {
                    if let Some(pointee) = self.wide_pointer(layout, &stored)? {
                        return Ok(pointee);
                    }
                    self.entries.spend(layout.members.len() as u64)?;
                    for member in layout.members.iter().rev() {
                        next.push((member.ty, self.member_stored(member, &stored)?));
                    }
                }
                _ => {}
            }
        }
        Err(FormatError::Otherwise)
    }
}

/// Whether a structure is what trait objects are shown to be.
pub(super) fn is_dyn(layout: &Layout) -> bool {
    layout.is_rust() && layout.members.is_empty() && layout.name.starts_with("dyn ")
}

/// Whether a structure without a size is a text.
pub(super) fn is_text(layout: &Layout) -> bool {
    layout.is_rust()
        && matches!(
            layout.path.as_str(),
            "std::path::Path" | "std::ffi::os_str::OsStr" | "std::sys::os_str::bytes::Slice" | "core::ffi::c_str::CStr"
        )
}

/// What is between the outermost brackets of a type's name, parted at its commas.
fn arguments(name: &str) -> Vec<&str> {
    let Some(inner) = name.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>')) else { return Vec::new() };
    let mut parts = Vec::new();
    let (mut open, mut start) = (0_i32, 0);
    for (index, byte) in inner.bytes().enumerate() {
        match byte {
            b'<' | b'(' | b'[' => open += 1,
            b'>' | b')' | b']' => open -= 1,
            b',' if open == 0 => {
                parts.push(inner[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(inner[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_a_type_are_parted() {
        assert_eq!(arguments("Rc<str, alloc::alloc::Global>"), ["str", "alloc::alloc::Global"]);
        assert_eq!(arguments("Map<(u8, str), [u8; 2], Vec<a, b>>"), ["(u8, str)", "[u8; 2]", "Vec<a, b>"]);
        assert!(arguments("Plain").is_empty() && arguments("Open<a").is_empty());
    }
}
