//! Entries of the debug information that are looked up while a program stands still, a few of many.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gimli::{AttributeValue, DebugInfoOffset, DebuggingInformationEntry, Dwarf, SectionId, Unit, UnitOffset};

use super::sections::{Bytes, Sections};
use super::units::{abbreviations, string};
use super::work::{Broken, Work};

/// How many entries and elements are looked at for one call: more than a person reads.
const MOST: u64 = 500_000;

/// An entry: where its unit begins in the section, and where it is in the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryRef {
    pub unit: usize,
    pub offset: usize,
}

pub type Entry<'a> = DebuggingInformationEntry<Bytes<'a>>;

/// The debug information of a module, to be looked things up in.
pub struct Entries<'a> {
    pub dwarf: Dwarf<Bytes<'a>>,
    pub sections: Sections<'a>,
    /// Where the units begin.
    starts: &'a [usize],
    units: RefCell<HashMap<usize, Rc<Unit<Bytes<'a>>>>>,
    work: RefCell<Work>,
}

impl<'a> Entries<'a> {
    pub fn of(wasm: &'a [u8], starts: &'a [usize]) -> Self {
        let sections = Sections::find(wasm);
        let load = |id: SectionId| Ok::<_, std::convert::Infallible>(sections.section(id));
        let dwarf = match Dwarf::load(load) {
            Ok(dwarf) => dwarf,
            Err(never) => match never {},
        };
        let work = RefCell::new(Work::of(MOST));
        Self { dwarf, sections, starts, units: RefCell::default(), work }
    }

    /// Takes so much of what may be looked at.
    pub fn spend(&self, amount: u64) -> Result<(), Broken> {
        self.work.borrow_mut().spend(amount)
    }

    /// The unit that begins there.
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

    /// The entries right below one, each with where it is.
    pub fn children(&self, at: EntryRef) -> Result<Vec<(EntryRef, Entry<'a>)>, Broken> {
        let unit = self.unit(at.unit)?;
        let mut tree = unit.entries_tree(Some(UnitOffset(at.offset)))?;
        let mut children = tree.root()?.children();
        let mut found = Vec::new();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            self.spend(1 + entry.attrs().len() as u64)?;
            found.push((EntryRef { unit: at.unit, offset: entry.offset().0 }, entry.clone()));
        }
        Ok(found)
    }

    /// The entry that an attribute refers to, of an entry in the unit that begins there.
    pub fn referred(&self, unit: usize, value: AttributeValue<Bytes<'a>>) -> Option<EntryRef> {
        match value {
            AttributeValue::UnitRef(offset) => Some(EntryRef { unit, offset: offset.0 }),
            AttributeValue::DebugInfoRef(offset) => {
                let index = self.starts.partition_point(|start| *start <= offset.0).checked_sub(1)?;
                let start = self.starts[index];
                Some(EntryRef { unit: start, offset: offset.0 - start })
            }
            _ => None,
        }
    }

    /// The string that an attribute is.
    pub fn text(&self, unit: usize, value: AttributeValue<Bytes<'a>>) -> Option<String> {
        string(&self.dwarf, self.unit(unit).ok()?.as_ref(), value)
    }
}
