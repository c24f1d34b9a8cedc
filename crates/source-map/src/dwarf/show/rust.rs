//! Formats types of Rust's standard library by their meaning.
//!
//! They are recognised by their full paths: a type of the program that only has the same name is shown as it is. Their
//! layout is read from the debug information, by field names; if those differ, the value is shown as a structure.

use super::unsized_values::{Pointee, is_dyn, is_text};
use super::{FormatError, Formatter, Meta, Result, Stored};
use crate::dwarf::entries::EntryRef;
use crate::dwarf::types::{Layout, Member, Type};

/// How many structures are around a value, each nothing but it.
const MOST_WRAPPED: usize = 64;
/// How many structures are looked through for a field.
const MOST_STRUCTURES: usize = 30;

impl Formatter<'_, '_> {
    pub(super) fn rust(&mut self, layout: &Layout, stored: &Stored, meta: Option<Meta>) -> Result<()> {
        if let Some(pointee) = self.wide_pointer(layout, stored)? {
            return self.wide_pointed(&layout.name, &pointee);
        }
        if let Some(meta) = meta {
            match meta {
                Meta::Vtable(vtable) if is_dyn(layout) => return self.trait_object(layout, stored, vtable),
                meta if is_text(layout) => return self.text_value(layout, stored, meta),
                _ => {}
            }
        }
        match layout.path.as_str() {
            "alloc::string::String" | "std::path::PathBuf" | "std::ffi::os_str::OsString" => {
                let (vec, stored) = self.find_structure(layout, stored, "alloc::vec::Vec")?;
                let (address, length, _) = self.vec(&vec, &stored)?;
                self.text_at(address, length)
            }
            "alloc::ffi::c_str::CString" => {
                let inner = layout.member("inner").ok_or(FormatError::Otherwise)?;
                let pointee = self.pointer_in(inner, stored)?;
                let Some(Meta::Length(length)) = pointee.meta else { return Err(FormatError::Otherwise) };
                // The zero at its end is no part of it.
                self.text_at(pointee.address, length.checked_sub(1).ok_or(FormatError::Otherwise)?)
            }
            "alloc::vec::Vec" => {
                let (address, length, of) = self.vec(layout, stored)?;
                self.list(of, &Stored::Memory(address), length)
            }
            "alloc::boxed::Box" => self.boxed(layout, stored),
            "alloc::rc::Rc" | "alloc::sync::Arc" => self.counted(layout, stored, false),
            "alloc::rc::Weak" | "alloc::sync::Weak" => self.counted(layout, stored, true),
            "core::cell::Ref" | "core::cell::RefMut" => {
                let value = layout.member("value").ok_or(FormatError::Otherwise)?;
                let pointee = self.pointer_in(value, stored)?;
                self.referred(pointee)
            }
            "core::cell::RefCell" => self.ref_cell(layout, stored, meta),
            path if is_transparent(path) => {
                let member = self.only(layout)?;
                match meta {
                    Some(meta) => self.tail(layout, member, stored, meta),
                    None => {
                        let place = self.member_stored(member, stored)?;
                        self.add_inner(member.ty, &place)
                    }
                }
            }
            _ => self.rust_collection(layout, stored),
        }
    }

    /// A value in place of what is around it, and so no deeper than that.
    fn add_inner(&mut self, ty: EntryRef, stored: &Stored) -> Result<()> {
        // Types are not within themselves; those that are damaged may be.
        if self.inner >= MOST_WRAPPED {
            return Err(FormatError::Unknown);
        }
        self.inner += 1;
        let added = self.add_value(ty, stored, None);
        self.inner -= 1;
        added
    }

    /// The only member of a structure that has anything in it.
    fn only<'l>(&self, layout: &'l Layout) -> Result<&'l Member> {
        let mut found = None;
        self.entries.spend(layout.members.len() as u64)?;
        for member in &layout.members {
            let is_nothing = match &*self.entries.resolved(member.ty)? {
                Type::Struct(inner) => inner.path == "core::marker::PhantomData",
                _ => false,
            };
            if !is_nothing && found.replace(member).is_some() {
                return Err(FormatError::Otherwise);
            }
        }
        found.ok_or(FormatError::Otherwise)
    }

    /// A box with an allocator of its own: others are pointers in the debug information.
    fn boxed(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        let pointer = layout.members.first().ok_or(FormatError::Otherwise)?;
        let pointee = self.pointer_in(pointer, stored)?;
        self.referred(pointee)
    }

    /// What a raw pointer that stands for a reference points to.
    fn referred(&mut self, pointee: Pointee) -> Result<()> {
        match (pointee.meta, pointee.to) {
            // A slice: the pointer is to its first element.
            (Some(_), _) => self.wide_pointed("", &pointee),
            (None, Some(to)) => self.pointed(to, pointee.address),
            (None, None) => Err(FormatError::Otherwise),
        }
    }

    /// What is owned together with its count: of one that is weak, as long as it is there.
    fn counted(&mut self, layout: &Layout, stored: &Stored, is_weak: bool) -> Result<()> {
        let pointer = layout.member("ptr").ok_or(FormatError::Otherwise)?;
        let pointee = self.pointer_in(pointer, stored)?;
        if is_weak && [u64::from(u32::MAX), u64::MAX].contains(&pointee.address) {
            self.text.push_str("(Weak, of nothing)");
            return Ok(());
        }
        let inner = self.entries.resolved(pointee.to.ok_or(FormatError::Otherwise)?)?;
        let Type::Struct(inner) = &*inner else { return Err(FormatError::Otherwise) };
        let place = Stored::Memory(pointee.address);
        let strong = inner.member("strong").ok_or(FormatError::Otherwise)?;
        let value = inner.member("value").or_else(|| inner.member("data")).ok_or(FormatError::Otherwise)?;
        let is_dropped = self.number_in(strong, &place)? == 0;
        match (is_weak, is_dropped) {
            (_, true) => {
                self.text.push_str(if is_weak { "(Weak, dropped)" } else { "(dropped)" });
                return Ok(());
            }
            (true, false) => self.text.push_str("(Weak) "),
            (false, false) => {}
        }
        match pointee.meta {
            Some(meta) => self.tail(inner, value, &place, meta),
            None => {
                let value_place = self.member_stored(value, &place)?;
                self.there(&value_place, self.entries.size(value.ty)?)?;
                self.add(value.ty, &value_place, None);
                Ok(())
            }
        }
    }

    /// `RefCell { value: 5 }`, and how it is borrowed where it is.
    fn ref_cell(&mut self, layout: &Layout, stored: &Stored, meta: Option<Meta>) -> Result<()> {
        let borrow = layout.member("borrow").ok_or(FormatError::Otherwise)?;
        let value = layout.member("value").ok_or(FormatError::Otherwise)?;
        let count = (self.number_in(borrow, stored)? as u32).cast_signed();
        self.text.push_str("RefCell { value: ");
        match meta {
            Some(meta) => self.tail(layout, value, stored, meta)?,
            None => {
                let place = self.member_stored(value, stored)?;
                self.add(value.ty, &place, None);
            }
        }
        match count {
            0 => {}
            1.. => self.write(format_args!(", borrowed: {count}")),
            _ => self.text.push_str(", mutably borrowed"),
        }
        self.text.push_str(" }");
        Ok(())
    }

    /// Where the elements of a `Vec` are, how many, and of which type.
    pub(super) fn vec(&self, layout: &Layout, stored: &Stored) -> Result<(u64, u64, EntryRef)> {
        let (Some(buffer), Some(length)) = (layout.member("buf"), layout.member("len")) else {
            return Err(FormatError::Otherwise);
        };
        let (_, of) = layout.parameters.first().ok_or(FormatError::Otherwise)?;
        let pointer = self.pointer_in(buffer, stored)?;
        Ok((pointer.address, self.number_in(length, stored)?, *of))
    }

    /// The structure of that path that this is, or that is somewhere in it.
    pub(super) fn find_structure(&self, layout: &Layout, stored: &Stored, path: &str) -> Result<(Layout, Stored)> {
        self.search(layout, stored, |layout| (layout.path == path).then(|| layout.clone()))
    }

    /// The number that a member of that name is, somewhere in a structure.
    pub(super) fn find_number(&self, layout: &Layout, stored: &Stored, name: &str) -> Result<u64> {
        let (member, stored) = self.search(layout, stored, |layout| layout.member(name).cloned())?;
        self.number_in(&member, &stored)
    }

    /// The first that is found in a structure or those within it, and the structure that it was found in.
    pub(super) fn search<T>(
        &self,
        layout: &Layout,
        stored: &Stored,
        find: impl Fn(&Layout) -> Option<T>,
    ) -> Result<(T, Stored)> {
        let mut next = vec![(layout.clone(), stored.clone())];
        for _ in 0..MOST_STRUCTURES {
            let Some((layout, stored)) = next.pop() else { break };
            if let Some(found) = find(&layout) {
                return Ok((found, stored));
            }
            self.entries.spend((layout.bases.len() + layout.members.len() + layout.parameters.len()) as u64)?;
            for member in layout.bases.iter().chain(&layout.members).rev() {
                if let Type::Struct(inner) = &*self.entries.resolved(member.ty)? {
                    next.push((inner.clone(), self.member_stored(member, &stored)?));
                }
            }
        }
        Err(FormatError::Otherwise)
    }
}

/// Whether a type of the library is nothing but what is in it.
fn is_transparent(path: &str) -> bool {
    matches!(
        path,
        "core::cell::UnsafeCell"
            | "core::cell::SyncUnsafeCell"
            | "core::mem::manually_drop::ManuallyDrop"
            | "core::mem::maybe_dangling::MaybeDangling"
            | "core::num::nonzero::NonZero"
            | "core::pin::Pin"
            | "core::ptr::non_null::NonNull"
            | "core::ptr::unique::Unique"
    ) || path.starts_with("core::num::niche_types::")
        || path.starts_with("core::sync::atomic::Atomic")
        || path.starts_with("core::sync::atomic::private::Align")
}
