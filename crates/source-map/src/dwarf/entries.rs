//! Entries of the debug information that are looked up in a stopped program: a few of many.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gimli::{
    AttributeValue, DebugInfoOffset, DebuggingInformationEntry, Dwarf, SectionId, Unit, UnitOffset, constants as dw,
};

use super::index::Index;
use super::sections::{Bytes, Sections};
use super::types::Type;
use super::units::{abbreviations, string};
use super::work::{Broken, Work};

/// How many entries and elements are read for one call: more than a user would view.
const MOST: u64 = 500_000;

/// How many bytes of names count as much as an entry.
const LETTERS: u64 = 32;

/// A reference to an entry: the offset of its unit in the section, and its offset in the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryRef {
    pub unit: usize,
    pub offset: usize,
}

pub type Entry<'a> = DebuggingInformationEntry<Bytes<'a>>;

/// The language that a unit was compiled from, as far as it affects the notation of values and types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Rust,
    C,
    Cpp,
    Zig,
    Other,
}

/// The debug information of a module, for lookups.
pub struct Entries<'a> {
    pub dwarf: Dwarf<Bytes<'a>>,
    pub sections: Sections<'a>,
    pub index: &'a Index,
    units: RefCell<HashMap<usize, Rc<Unit<Bytes<'a>>>>>,
    /// A cache of types, because a list has many elements of the same.
    pub(super) types: RefCell<HashMap<EntryRef, Rc<Type>>>,
    /// The current nesting depth of types being read.
    pub(super) reading: Cell<usize>,
    languages: RefCell<HashMap<usize, Language>>,
    work: RefCell<Work>,
}

impl<'a> Entries<'a> {
    pub fn of(wasm: &'a [u8], index: &'a Index) -> Self {
        let sections = Sections::find(wasm);
        let load = |id: SectionId| Ok::<_, std::convert::Infallible>(sections.section(id));
        let dwarf = match Dwarf::load(load) {
            Ok(dwarf) => dwarf,
            Err(never) => match never {},
        };
        let work = RefCell::new(Work::of(MOST));
        let (units, types, languages) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { dwarf, sections, index, units, types, reading: Cell::new(0), languages, work }
    }

    /// Deducts an amount from the remaining budget.
    pub fn spend(&self, amount: u64) -> Result<(), Broken> {
        self.work.borrow_mut().spend(amount)
    }

    /// The unit at that offset.
    pub fn unit(&self, start: usize) -> Result<Rc<Unit<Bytes<'a>>>, Broken> {
        if let Some(unit) = self.units.borrow().get(&start) {
            return Ok(Rc::clone(unit));
        }
        self.spend(100)?;
        let header = self.dwarf.debug_info.header_from_offset(DebugInfoOffset(start))?;
        let table = abbreviations(self.sections.section(SectionId::DebugAbbrev), header.debug_abbrev_offset())?;
        let unit = Rc::new(Unit::new_with_abbreviations(&self.dwarf, header, table)?);
        self.units.borrow_mut().insert(start, Rc::clone(&unit));
        Ok(unit)
    }

    pub fn entry(&self, at: EntryRef) -> Result<Entry<'a>, Broken> {
        let entry = self.unit(at.unit)?.entry(UnitOffset(at.offset))?;
        self.spend(1 + entry.attrs().len() as u64)?;
        Ok(entry)
    }

    /// The direct children of an entry, with their positions. Their own descendants are skipped, but count as work.
    pub fn children(&self, at: EntryRef) -> Result<Vec<(EntryRef, Entry<'a>)>, Broken> {
        let unit = self.unit(at.unit)?;
        let mut entries = unit.entries_raw(Some(UnitOffset(at.offset)))?;
        let mut found = Vec::new();
        let root = entries.next_depth();
        let is_parent = entries.read_abbreviation()?.is_some_and(|abbreviation| {
            // If the attributes are damaged, reading fails at the next entry.
            entries.skip_attributes(abbreviation.attributes()).is_ok() && abbreviation.has_children()
        });
        while is_parent && !entries.is_empty() && entries.next_depth() > root {
            self.spend(1)?;
            if entries.next_depth() > root + 1 {
                if let Some(abbreviation) = entries.read_abbreviation()? {
                    entries.skip_attributes(abbreviation.attributes())?;
                }
                continue;
            }
            let mut entry = Entry::null();
            if entries.read_entry(&mut entry)? {
                self.spend(entry.attrs().len() as u64)?;
                found.push((EntryRef { unit: at.unit, offset: entry.offset().0 }, entry));
            }
        }
        Ok(found)
    }

    /// The language that a unit was compiled from.
    pub fn language(&self, unit: usize) -> Language {
        if let Some(known) = self.languages.borrow().get(&unit) {
            return *known;
        }
        let language = self.read_language(unit).unwrap_or(Language::Other);
        self.languages.borrow_mut().insert(unit, language);
        language
    }

    fn read_language(&self, unit: usize) -> Option<Language> {
        let root = self.unit(unit).ok()?.header.root_offset();
        let root = self.entry(EntryRef { unit, offset: root.0 }).ok()?;
        // Zig's compiler claims to be C.
        let producer = root.attr_value(dw::DW_AT_producer).and_then(|producer| self.text(unit, producer));
        if producer.is_some_and(|producer| producer.starts_with("zig ")) {
            return Some(Language::Zig);
        }
        let AttributeValue::Language(language) = root.attr_value(dw::DW_AT_language)? else { return None };
        Some(match language {
            dw::DW_LANG_Rust => Language::Rust,
            dw::DW_LANG_Zig => Language::Zig,
            dw::DW_LANG_C | dw::DW_LANG_C89 | dw::DW_LANG_C99 | dw::DW_LANG_C11 | dw::DW_LANG_C17 => Language::C,
            dw::DW_LANG_C_plus_plus
            | dw::DW_LANG_C_plus_plus_03
            | dw::DW_LANG_C_plus_plus_11
            | dw::DW_LANG_C_plus_plus_14
            | dw::DW_LANG_C_plus_plus_17
            | dw::DW_LANG_C_plus_plus_20 => Language::Cpp,
            _ => Language::Other,
        })
    }

    /// The namespaces and types that contain an entry, outermost first, without inline namespaces.
    pub fn path(&self, at: EntryRef) -> Vec<String> {
        let around = self.index.around(at.unit.saturating_add(at.offset));
        let name = |space: &EntryRef| {
            let entry = self.entry(*space).ok()?;
            let is_inline = entry.attr_value(dw::DW_AT_export_symbols).is_some();
            (!is_inline || entry.tag() != dw::DW_TAG_namespace).then(|| self.name(*space, &entry)).flatten()
        };
        around.iter().filter_map(name).collect()
    }

    /// The entry that an attribute refers to, for an entry in the unit at that offset.
    pub fn referred(&self, unit: usize, value: AttributeValue<Bytes<'a>>) -> Option<EntryRef> {
        match value {
            AttributeValue::UnitRef(offset) => Some(EntryRef { unit, offset: offset.0 }),
            AttributeValue::DebugInfoRef(offset) => {
                let start = self.index.unit_of(offset.0)?;
                Some(EntryRef { unit: start, offset: offset.0 - start })
            }
            _ => None,
        }
    }

    /// The string in an attribute.
    pub fn text(&self, unit: usize, value: AttributeValue<Bytes<'a>>) -> Option<String> {
        let text = string(&self.dwarf, self.unit(unit).ok()?.as_ref(), value)?;
        self.spend(text.len() as u64 / LETTERS).ok()?;
        Some(text)
    }
}
