//! The types of a program's values (DWARF 5, chapter 5), as far as their bytes can be told.

use gimli::constants as dw;

use super::entries::{Entries, Entry, EntryRef};
use super::work::Broken;

/// How many types a type is another name of, or made of, at most.
const MOST_REFERENCES: usize = 16;

/// A type, as it is laid out.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Base {
        name: String,
        encoding: dw::DwAte,
        size: u64,
    },
    Struct(Layout),
    Pointer {
        name: Option<String>,
        to: Option<EntryRef>,
    },
    /// An enumeration that has nothing but names.
    Names {
        size: u64,
        names: Vec<(String, i64)>,
    },
    Array {
        of: EntryRef,
        count: u64,
    },
    /// Another name for a type.
    Alias(Option<EntryRef>),
    Other(Option<String>),
}

/// A structure; one of Rust's enums is one that has variants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    pub name: String,
    pub members: Vec<Member>,
    pub variants: Option<Variants>,
    /// What it is generic over.
    pub parameters: Vec<(String, EntryRef)>,
    pub is_union: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub name: String,
    pub ty: EntryRef,
    /// In bytes.
    pub offset: u64,
}

/// What an enum may be: which variant it is says the discriminant. The one without a number is whatever is left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variants {
    pub discriminant: Option<Member>,
    pub all: Vec<(Option<i64>, Member)>,
}

impl<'a> Entries<'a> {
    /// Reads a type.
    ///
    /// # Errors
    ///
    /// Where the debug information is damaged, or there is too much of it.
    pub fn ty(&self, at: EntryRef) -> Result<Type, Broken> {
        let entry = self.entry(at)?;
        let size = self.number(&entry, dw::DW_AT_byte_size).unwrap_or(0);
        Ok(match entry.tag() {
            dw::DW_TAG_base_type => {
                let encoding = match entry.attr_value(dw::DW_AT_encoding) {
                    Some(gimli::AttributeValue::Encoding(encoding)) => encoding,
                    _ => dw::DW_ATE_unsigned,
                };
                Type::Base { name: self.name(at, &entry).unwrap_or_default(), encoding, size }
            }
            dw::DW_TAG_structure_type | dw::DW_TAG_class_type => Type::Struct(self.layout(at, &entry)?),
            dw::DW_TAG_union_type => Type::Struct(Layout { is_union: true, ..self.layout(at, &entry)? }),
            dw::DW_TAG_pointer_type | dw::DW_TAG_reference_type => {
                Type::Pointer { name: self.name(at, &entry), to: self.type_of(at, &entry) }
            }
            dw::DW_TAG_enumeration_type => {
                let mut names = Vec::new();
                for (child, entry) in self.children(at)? {
                    if entry.tag() == dw::DW_TAG_enumerator
                        && let Some(value) = self.constant(&entry, dw::DW_AT_const_value)
                    {
                        names.push((self.name(child, &entry).unwrap_or_default(), value));
                    }
                }
                Type::Names { size, names }
            }
            dw::DW_TAG_array_type => match self.type_of(at, &entry) {
                Some(of) => Type::Array { of, count: self.count(at)? },
                None => Type::Other(None),
            },
            dw::DW_TAG_typedef | dw::DW_TAG_const_type | dw::DW_TAG_volatile_type | dw::DW_TAG_restrict_type => {
                Type::Alias(self.type_of(at, &entry))
            }
            _ => Type::Other(self.name(at, &entry)),
        })
    }

    /// The size of a type in bytes.
    ///
    /// # Errors
    ///
    /// As [`Entries::ty`].
    pub fn size(&self, at: EntryRef) -> Result<u64, Broken> {
        self.size_within(at, MOST_REFERENCES)
    }

    fn size_within(&self, at: EntryRef, references: usize) -> Result<u64, Broken> {
        let entry = self.entry(at)?;
        if let Some(size) = self.number(&entry, dw::DW_AT_byte_size) {
            return Ok(size);
        }
        if references == 0 {
            return Ok(0);
        }
        Ok(match self.ty(at)? {
            Type::Pointer { .. } => u64::from(self.unit(at.unit)?.encoding().address_size),
            Type::Array { of, count } => self.size_within(of, references - 1)?.saturating_mul(count),
            Type::Alias(Some(to)) => self.size_within(to, references - 1)?,
            _ => 0,
        })
    }

    /// The name that a type goes by.
    pub fn type_name(&self, at: EntryRef) -> Option<String> {
        self.name_within(at, MOST_REFERENCES)
    }

    fn name_within(&self, at: EntryRef, references: usize) -> Option<String> {
        let entry = self.entry(at).ok()?;
        if let Some(name) = self.name(at, &entry) {
            return Some(name);
        }
        let of = || self.name_within(self.type_of(at, &entry)?, references.checked_sub(1)?);
        match entry.tag() {
            dw::DW_TAG_pointer_type => Some(format!("*{}", of().unwrap_or_else(|| "void".to_owned()))),
            dw::DW_TAG_array_type => Some(format!("[{}; {}]", of()?, self.count(at).ok()?)),
            _ => of(),
        }
    }

    /// The type behind other names for it.
    ///
    /// # Errors
    ///
    /// As [`Entries::ty`].
    pub fn resolved(&self, at: EntryRef) -> Result<Type, Broken> {
        let mut ty = self.ty(at)?;
        for _ in 0..MOST_REFERENCES {
            match ty {
                Type::Alias(Some(to)) => ty = self.ty(to)?,
                _ => break,
            }
        }
        Ok(ty)
    }

    fn layout(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Layout, Broken> {
        let mut layout = Layout { name: self.name(at, entry).unwrap_or_default(), ..Layout::default() };
        for (child, entry) in self.children(at)? {
            match entry.tag() {
                dw::DW_TAG_member => layout.members.extend(self.member(child, &entry)),
                dw::DW_TAG_template_type_parameter => {
                    layout.parameters.extend(self.name(child, &entry).zip(self.type_of(child, &entry)));
                }
                dw::DW_TAG_variant_part => layout.variants = Some(self.variants(child, &entry)?),
                _ => {}
            }
        }
        Ok(layout)
    }

    fn variants(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Variants, Broken> {
        let mut variants = Variants::default();
        if let Some(discriminant) =
            entry.attr_value(dw::DW_AT_discr).and_then(|discriminant| self.referred(at.unit, discriminant))
        {
            variants.discriminant = self.member(discriminant, &self.entry(discriminant)?);
        }
        for (child, entry) in self.children(at)? {
            if entry.tag() != dw::DW_TAG_variant {
                continue;
            }
            let number = self.constant(&entry, dw::DW_AT_discr_value);
            for (member, entry) in self.children(child)? {
                variants.all.extend(self.member(member, &entry).map(|member| (number, member)));
            }
        }
        Ok(variants)
    }

    fn member(&self, at: EntryRef, entry: &Entry<'a>) -> Option<Member> {
        Some(Member {
            name: self.name(at, entry).unwrap_or_default(),
            ty: self.type_of(at, entry)?,
            offset: self.number(entry, dw::DW_AT_data_member_location).unwrap_or(0),
        })
    }

    /// How many elements an array has.
    fn count(&self, at: EntryRef) -> Result<u64, Broken> {
        let mut count = 1_u64;
        for (_, entry) in self.children(at)? {
            if entry.tag() == dw::DW_TAG_subrange_type {
                let upper = || self.number(&entry, dw::DW_AT_upper_bound).map(|last| last.saturating_add(1));
                let own = self.number(&entry, dw::DW_AT_count).or_else(upper);
                count = count.saturating_mul(own.unwrap_or(0));
            }
        }
        Ok(count)
    }

    pub fn name(&self, at: EntryRef, entry: &Entry<'a>) -> Option<String> {
        self.text(at.unit, entry.attr_value(dw::DW_AT_name)?)
    }

    pub fn type_of(&self, at: EntryRef, entry: &Entry<'a>) -> Option<EntryRef> {
        self.referred(at.unit, entry.attr_value(dw::DW_AT_type)?)
    }

    fn number(&self, entry: &Entry<'a>, name: dw::DwAt) -> Option<u64> {
        entry.attr_value(name)?.udata_value()
    }

    fn constant(&self, entry: &Entry<'a>, name: dw::DwAt) -> Option<i64> {
        let value = entry.attr_value(name)?;
        value.sdata_value().or_else(|| value.udata_value().map(u64::cast_signed))
    }
}
