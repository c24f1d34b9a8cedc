//! The types of a program's values (DWARF 5, chapter 5).

use std::rc::Rc;

use gimli::{AttributeValue, constants as dw};

use super::discriminants::{Choice, discriminant_list, discriminant_value};
use super::entries::{Entries, Entry, EntryRef, Language};
use super::work::Broken;

/// How many types a type is another name of, or made of, at most.
pub const MOST_REFERENCES: usize = 16;

/// How many dimensions an array has, at most.
const MOST_DIMENSIONS: usize = 32;

/// A type, as it is laid out.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Base {
        name: String,
        /// `None` where the debug information does not say.
        encoding: Option<dw::DwAte>,
        size: u64,
    },
    Struct(Layout),
    Pointer {
        name: Option<String>,
        to: Option<EntryRef>,
        /// Whether it is one of C++'s references, which stand for what they refer to.
        is_reference: bool,
    },
    /// An enumeration that has nothing but names.
    Names {
        size: u64,
        is_signed: bool,
        names: Vec<(String, i128)>,
    },
    Array {
        of: EntryRef,
        /// Of each dimension, the outermost first.
        counts: Vec<Count>,
        /// How far elements are apart in bytes, where that is not their size.
        stride: Option<u64>,
    },
    /// C++'s pointers to members.
    Member {
        to: Option<EntryRef>,
        class: Option<EntryRef>,
    },
    Function {
        returns: Option<EntryRef>,
        parameters: Vec<EntryRef>,
        has_more: bool,
    },
    /// Another name for a type.
    Alias(Option<EntryRef>),
    /// A type of which only the name is known, such as that of `nullptr`.
    Other(Option<String>),
}

/// How many elements an array has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Known(u64),
    /// That is in a variable.
    Variable(EntryRef),
    /// That is computed: by an attribute of an entry, less the lower bound.
    Computed {
        entry: EntryRef,
        attribute: dw::DwAt,
        lower: i64,
    },
    /// A slice, or an array that is declared without a length.
    Unknown,
}

/// A structure; one of Rust's enums is one that has variants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    pub name: String,
    /// The name within its namespaces, without what it is generic over: `alloc::vec::Vec`.
    pub path: String,
    pub language: Option<Language>,
    /// C++'s base classes.
    pub bases: Vec<Member>,
    pub members: Vec<Member>,
    pub variants: Option<Variants>,
    /// What it is generic over.
    pub parameters: Vec<(String, EntryRef)>,
    pub is_union: bool,
    /// It is known by its name only.
    pub is_declaration: bool,
}

impl Layout {
    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    pub fn is_rust(&self) -> bool {
        self.language == Some(Language::Rust)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub name: String,
    pub ty: EntryRef,
    pub place: MemberPlace,
    /// Its bits, if it has not whole bytes: from the place on.
    pub bits: Option<Bits>,
}

impl Member {
    /// In bytes; `None` where it has to be computed.
    pub fn offset(&self) -> Option<u64> {
        match self.place {
            MemberPlace::Offset(offset) => Some(offset),
            MemberPlace::Computed(_) => None,
        }
    }
}

/// Where a member is in its structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberPlace {
    /// In bytes.
    Offset(u64),
    /// The attribute `DW_AT_data_member_location` of that entry says it, as of a virtual base class.
    Computed(EntryRef),
}

/// The bits of a member, the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bits {
    pub start: u64,
    pub length: u64,
}

/// What an enum may be: which variant it is says the discriminant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variants {
    pub discriminant: Option<Member>,
    pub all: Vec<(Choice, Member)>,
}

impl<'a> Entries<'a> {
    /// Reads a type.
    ///
    /// # Errors
    ///
    /// Where the debug information is damaged, or there is too much of it.
    pub fn ty(&self, at: EntryRef) -> Result<Rc<Type>, Broken> {
        if let Some(known) = self.types.borrow().get(&at) {
            return Ok(Rc::clone(known));
        }
        // Only few types need another one to be read, and those are no chain.
        let reading = self.reading.get();
        if reading >= MOST_REFERENCES {
            return Err(Broken::Recursive);
        }
        self.reading.set(reading + 1);
        let ty = self.read_type(at);
        self.reading.set(reading);
        let ty = Rc::new(ty?);
        self.types.borrow_mut().insert(at, Rc::clone(&ty));
        Ok(ty)
    }

    fn read_type(&self, at: EntryRef) -> Result<Type, Broken> {
        let entry = self.entry(at)?;
        let size = self.number(&entry, dw::DW_AT_byte_size).unwrap_or(0);
        let pointer =
            |is_reference| Type::Pointer { name: self.name(at, &entry), to: self.type_of(at, &entry), is_reference };
        Ok(match entry.tag() {
            dw::DW_TAG_base_type => {
                let encoding = match entry.attr_value(dw::DW_AT_encoding) {
                    Some(AttributeValue::Encoding(encoding)) => Some(encoding),
                    _ => None,
                };
                Type::Base { name: self.name(at, &entry).unwrap_or_default(), encoding, size }
            }
            dw::DW_TAG_structure_type | dw::DW_TAG_class_type => Type::Struct(self.layout(at, &entry)?),
            dw::DW_TAG_union_type => Type::Struct(Layout { is_union: true, ..self.layout(at, &entry)? }),
            dw::DW_TAG_pointer_type => pointer(false),
            dw::DW_TAG_reference_type | dw::DW_TAG_rvalue_reference_type => pointer(true),
            dw::DW_TAG_ptr_to_member_type => {
                let class = entry.attr_value(dw::DW_AT_containing_type);
                let class = class.and_then(|class| self.referred(at.unit, class));
                Type::Member { to: self.type_of(at, &entry), class }
            }
            dw::DW_TAG_enumeration_type => self.enumeration(at, &entry, size)?,
            dw::DW_TAG_array_type => self.array(at, &entry)?,
            dw::DW_TAG_subroutine_type => self.function(at, &entry)?,
            dw::DW_TAG_typedef
            | dw::DW_TAG_const_type
            | dw::DW_TAG_volatile_type
            | dw::DW_TAG_restrict_type
            | dw::DW_TAG_atomic_type
            | dw::DW_TAG_template_alias => Type::Alias(self.type_of(at, &entry)),
            _ => Type::Other(self.name(at, &entry)),
        })
    }

    fn enumeration(&self, at: EntryRef, entry: &Entry<'a>, size: u64) -> Result<Type, Broken> {
        let mut names = Vec::new();
        let mut is_signed = false;
        for (child, entry) in self.children(at)? {
            if entry.tag() == dw::DW_TAG_enumerator
                && let Some(value) = entry.attr_value(dw::DW_AT_const_value)
            {
                let value = match value {
                    AttributeValue::Sdata(value) => {
                        is_signed |= value < 0;
                        i128::from(value)
                    }
                    // What has as many bits as the type says nothing of the sign.
                    value => match discriminant_value(&value) {
                        Some(value) => value.cast_signed(),
                        None => continue,
                    },
                };
                names.push((self.name(child, &entry).unwrap_or_default(), value));
            }
        }
        if let Some(of) = self.type_of(at, entry) {
            is_signed = self.is_signed(of)?;
        }
        let size = match self.type_of(at, entry) {
            Some(of) if size == 0 => self.size(of)?,
            _ => size,
        };
        Ok(Type::Names { size, is_signed, names })
    }

    fn array(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Type, Broken> {
        let Some(of) = self.type_of(at, entry) else { return Ok(Type::Other(None)) };
        let mut counts = Vec::new();
        for (child, entry) in self.children(at)? {
            if matches!(entry.tag(), dw::DW_TAG_subrange_type | dw::DW_TAG_generic_subrange) {
                counts.push(self.count(child, &entry)?);
            } else if entry.tag() == dw::DW_TAG_enumeration_type {
                // One element for each of its names.
                let names = self.children(child)?;
                let names = names.iter().filter(|(_, name)| name.tag() == dw::DW_TAG_enumerator);
                counts.push(Count::Known(names.count() as u64));
            }
        }
        if counts.is_empty() {
            counts.push(Count::Unknown);
        }
        if counts.len() > MOST_DIMENSIONS {
            return Ok(Type::Other(None));
        }
        // Elements that begin within a byte are no compiler's for this machine.
        if entry.attr(dw::DW_AT_bit_stride).is_some() {
            return Ok(Type::Other(None));
        }
        Ok(Type::Array { of, counts, stride: self.number(entry, dw::DW_AT_byte_stride) })
    }

    fn count(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Count, Broken> {
        let lower = entry.attr(dw::DW_AT_lower_bound).and_then(gimli::Attribute::sdata_value);
        let lower = lower.map_or_else(|| self.default_lower_bound(at.unit), Ok)?;
        for attribute in [dw::DW_AT_count, dw::DW_AT_upper_bound] {
            let Some(value) = entry.attr_value(attribute) else { continue };
            let is_count = attribute == dw::DW_AT_count;
            let computed =
                Count::Computed { entry: at, attribute, lower: if is_count { 0 } else { lower.saturating_sub(1) } };
            return Ok(match value {
                AttributeValue::UnitRef(_) | AttributeValue::DebugInfoRef(_) => match self.referred(at.unit, value) {
                    Some(variable) if is_count => Count::Variable(variable),
                    Some(_) => computed,
                    None => Count::Unknown,
                },
                AttributeValue::Exprloc(_) | AttributeValue::Block(_) => computed,
                value if is_count => match discriminant_value(&value).and_then(|count| u64::try_from(count).ok()) {
                    Some(count) => Count::Known(count),
                    None => Count::Unknown,
                },
                value => {
                    // A last element before the first: there is none.
                    let last = match value {
                        AttributeValue::Sdata(last) => i128::from(last),
                        AttributeValue::Data4(u32::MAX) => -1,
                        AttributeValue::Data8(u64::MAX) => -1,
                        value => discriminant_value(&value).map_or(-1, u128::cast_signed),
                    };
                    let count = last.saturating_sub(i128::from(lower)).saturating_add(1);
                    Count::Known(u64::try_from(count.max(0)).unwrap_or(u64::MAX))
                }
            });
        }
        Ok(Count::Unknown)
    }

    fn default_lower_bound(&self, unit: usize) -> Result<i64, Broken> {
        let root = self.unit(unit)?.header.root_offset();
        Ok(match self.entry(EntryRef { unit, offset: root.0 })?.attr_value(dw::DW_AT_language) {
            Some(AttributeValue::Language(language)) => language.default_lower_bound().unwrap_or(0) as i64,
            _ => 0,
        })
    }

    fn function(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Type, Broken> {
        let mut parameters = Vec::new();
        let mut has_more = false;
        for (child, entry) in self.children(at)? {
            match entry.tag() {
                dw::DW_TAG_formal_parameter if !is_set(&entry, dw::DW_AT_artificial) => {
                    parameters.extend(self.type_of(child, &entry));
                }
                dw::DW_TAG_unspecified_parameters => has_more = true,
                _ => {}
            }
        }
        Ok(Type::Function { returns: self.type_of(at, entry), parameters, has_more })
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
        let pointer = || Ok::<_, Broken>(u64::from(self.unit(at.unit)?.encoding().address_size));
        Ok(match &*self.ty(at)? {
            Type::Pointer { .. } => pointer()?,
            // As the C++ ABI has it: an offset, or a function and what to add to `this`.
            Type::Member { to: Some(to), .. } => match &*self.resolved(*to)? {
                Type::Function { .. } => pointer()?.saturating_mul(2),
                _ => pointer()?,
            },
            Type::Array { of, counts, stride } => {
                let size = stride.map_or_else(|| self.size_within(*of, references - 1), Ok)?;
                let known = |count: &Count| match count {
                    Count::Known(count) => *count,
                    _ => 0,
                };
                counts.iter().fold(size, |size, count| size.saturating_mul(known(count)))
            }
            Type::Alias(Some(to)) => self.size_within(*to, references - 1)?,
            Type::Other(Some(name)) if name.contains("nullptr") => pointer()?,
            _ => 0,
        })
    }

    /// The type behind other names for it.
    ///
    /// # Errors
    ///
    /// As [`Entries::ty`].
    pub fn resolved(&self, at: EntryRef) -> Result<Rc<Type>, Broken> {
        let mut ty = self.ty(at)?;
        for _ in 0..MOST_REFERENCES {
            match &*ty {
                Type::Alias(Some(to)) => ty = self.ty(*to)?,
                _ => break,
            }
        }
        Ok(ty)
    }

    /// Whether numbers of a type have a sign.
    ///
    /// # Errors
    ///
    /// As [`Entries::ty`].
    pub fn is_signed(&self, at: EntryRef) -> Result<bool, Broken> {
        Ok(match &*self.resolved(at)? {
            Type::Base { encoding, .. } => {
                matches!(encoding, Some(dw::DW_ATE_signed | dw::DW_ATE_signed_char | dw::DW_ATE_signed_fixed))
            }
            Type::Names { is_signed, .. } => *is_signed,
            _ => false,
        })
    }

    /// Whether no value of a type can be: it is an enum without variants, or has one in it (Rust's `!` and `Infallible`).
    ///
    /// # Errors
    ///
    /// As [`Entries::ty`].
    pub fn is_uninhabited(&self, at: EntryRef) -> Result<bool, Broken> {
        self.is_uninhabited_within(at, MOST_REFERENCES)
    }

    fn is_uninhabited_within(&self, at: EntryRef, references: usize) -> Result<bool, Broken> {
        let Some(references) = references.checked_sub(1) else { return Ok(false) };
        self.spend(1)?;
        Ok(match &*self.resolved(at)? {
            Type::Base { name, size: 0, .. } => name == "!",
            Type::Array { of, counts, .. } => {
                let has_any = |count: &Count| matches!(count, Count::Known(1..));
                counts.iter().all(has_any) && self.is_uninhabited_within(*of, references)?
            }
            Type::Struct(layout) if layout.is_rust() && !layout.is_union => match &layout.variants {
                Some(variants) => {
                    for (_, member) in &variants.all {
                        if !self.is_uninhabited_within(member.ty, references)? {
                            return Ok(false);
                        }
                    }
                    true
                }
                None => {
                    for member in &layout.members {
                        if self.is_uninhabited_within(member.ty, references)? {
                            return Ok(true);
                        }
                    }
                    false
                }
            },
            _ => false,
        })
    }

    /// The full definition of a type that is only declared where it is referred to is somewhere else, if anywhere.
    fn layout(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Layout, Broken> {
        let name = self.name(at, entry).unwrap_or_default();
        let mut path = self.path(at).join("::");
        if !path.is_empty() {
            path.push_str("::");
        }
        path.push_str(name.split('<').next().unwrap_or_default());
        let language = Some(self.language(at.unit));
        let is_declaration = is_set(entry, dw::DW_AT_declaration);
        let mut layout = Layout { name, path, language, is_declaration, ..Layout::default() };
        for (child, entry) in self.children(at)? {
            match entry.tag() {
                // What belongs to the class is in no value of it.
                dw::DW_TAG_member
                    if is_set(&entry, dw::DW_AT_external)
                        || is_set(&entry, dw::DW_AT_declaration)
                        || entry.attr(dw::DW_AT_const_value).is_some() => {}
                // The compiler's own, such as the pointer to the virtual functions.
                dw::DW_TAG_member if is_set(&entry, dw::DW_AT_artificial) && language != Some(Language::Rust) => {}
                dw::DW_TAG_member => layout.members.extend(self.member(child, &entry)?),
                dw::DW_TAG_inheritance => layout.bases.extend(self.member(child, &entry)?),
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
            variants.discriminant = self.member(discriminant, &self.entry(discriminant)?)?;
        }
        let is_signed = match &variants.discriminant {
            Some(discriminant) => self.is_signed(discriminant.ty)?,
            None => false,
        };
        for (child, entry) in self.children(at)? {
            if entry.tag() != dw::DW_TAG_variant {
                continue;
            }
            let choice = match (entry.attr_value(dw::DW_AT_discr_value), entry.attr_value(dw::DW_AT_discr_list)) {
                (Some(value), _) => discriminant_value(&value).map(|value| vec![(value, value)]),
                (None, Some(list)) => discriminant_list(&list, is_signed),
                (None, None) => Some(Vec::new()),
            };
            let choice = match choice {
                Some(ranges) if ranges.is_empty() => Choice::Others,
                Some(ranges) => Choice::Values(ranges),
                None => Choice::Unreadable,
            };
            for (member, entry) in self.children(child)? {
                variants.all.extend(self.member(member, &entry)?.map(|member| (choice.clone(), member)));
            }
        }
        Ok(variants)
    }

    fn member(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Option<Member>, Broken> {
        let Some(ty) = self.type_of(at, entry) else { return Ok(None) };
        let place = match entry.attr_value(dw::DW_AT_data_member_location) {
            None => MemberPlace::Offset(0),
            Some(location) => match location.udata_value() {
                Some(offset) => MemberPlace::Offset(offset),
                None => MemberPlace::Computed(at),
            },
        };
        let bits = match self.number(entry, dw::DW_AT_bit_size) {
            None => None,
            Some(length) => {
                let start = match (self.number(entry, dw::DW_AT_data_bit_offset), entry.attr(dw::DW_AT_bit_offset)) {
                    (Some(start), _) => start,
                    (None, None) => 0,
                    // Before DWARF 4, from the highest bit of a unit of storage on.
                    (None, Some(from_high)) => {
                        let unit = self.number(entry, dw::DW_AT_byte_size).map_or_else(|| self.size(ty), Ok)?;
                        let from_high = from_high.sdata_value().unwrap_or(0);
                        let unit = i64::try_from(unit).unwrap_or(0).saturating_mul(8);
                        let start = unit.saturating_sub(from_high).saturating_sub_unsigned(length);
                        u64::try_from(start).unwrap_or(u64::MAX)
                    }
                };
                Some(Bits { start, length })
            }
        };
        Ok(Some(Member { name: self.name(at, entry).unwrap_or_default(), ty, place, bits }))
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
}

/// Whether an entry has a flag.
pub fn is_set(entry: &Entry<'_>, name: dw::DwAt) -> bool {
    matches!(entry.attr_value(name), Some(AttributeValue::Flag(true)))
}
