//! The units of a module's DWARF, and the strings that they refer to.

use std::collections::HashMap;
use std::sync::Arc;

use gimli::{
    Abbreviations, AttributeValue, DebugAbbrev, DebugAbbrevOffset, DebugInfoOffset, Dwarf, Section as _, SectionId,
    Unit, UnitOffset,
};

use super::sections::{Bytes, Sections};
use super::work::{Broken, Work};

/// The longest name or path that is read, in bytes.
const LONGEST: usize = 8 << 10;
/// The largest table of abbreviations of a unit, in bytes. rustc's have some thousand.
const LARGEST_ABBREVIATIONS: usize = 64 << 10;
/// What it takes to read a unit's head, as work.
const UNIT: u64 = 2_000;

/// All units, in the order of the section.
pub struct Units<'a> {
    pub dwarf: Dwarf<Bytes<'a>>,
    pub all: Vec<Unit<Bytes<'a>>>,
}

impl<'a> Units<'a> {
    /// Reads the heads of all units; where that ends too early, says why beside what there is.
    pub fn read(sections: &Sections<'a>, work: &mut Work) -> (Self, Option<Broken>) {
        let load = |id: SectionId| Ok::<_, std::convert::Infallible>(sections.section(id));
        let dwarf = match Dwarf::load(load) {
            Ok(dwarf) => dwarf,
            Err(never) => match never {},
        };
        let mut units = Self { dwarf, all: Vec::new() };
        let broken = units.read_all(sections.section(SectionId::DebugAbbrev), work).err();
        (units, broken)
    }

    fn read_all(&mut self, abbreviations: Bytes<'a>, work: &mut Work) -> Result<(), Broken> {
        let mut known: HashMap<usize, Arc<Abbreviations>> = HashMap::new();
        let mut headers = self.dwarf.units();
        while let Some(header) = headers.next()? {
            work.spend(UNIT)?;
            let offset = header.debug_abbrev_offset().0;
            let abbreviations = match known.get(&offset) {
                Some(abbreviations) => Arc::clone(abbreviations),
                None => {
                    let read = self::abbreviations(abbreviations, header.debug_abbrev_offset())?;
                    known.insert(offset, Arc::clone(&read));
                    read
                }
            };
            let unit = Unit::new_with_abbreviations(&self.dwarf, header, abbreviations)?;
            if let Some(program) = &unit.line_program {
                work.spend(program.header().header_length() as u64)?;
            }
            self.all.push(unit);
        }
        Ok(())
    }

    /// The entry that an attribute of a unit refers to, and the unit that it is in.
    pub fn referred(&self, unit: usize, value: AttributeValue<Bytes<'a>>) -> Option<(usize, UnitOffset)> {
        match value {
            AttributeValue::UnitRef(offset) => Some((unit, offset)),
            AttributeValue::DebugInfoRef(offset) => self.unit_at(offset),
            _ => None,
        }
    }

    fn unit_at(&self, offset: DebugInfoOffset) -> Option<(usize, UnitOffset)> {
        let start = |unit: &Unit<Bytes<'a>>| unit.header.debug_info_offset().map_or(0, |start| start.0);
        let index = self.all.partition_point(|unit| start(unit) <= offset.0).checked_sub(1)?;
        Some((index, offset.to_unit_offset(&self.all[index].header)?))
    }

    /// A string, cut where it is longer than anything that a user would read.
    pub fn string(&self, unit: &Unit<Bytes<'a>>, value: AttributeValue<Bytes<'a>>) -> Option<String> {
        string(&self.dwarf, unit, value)
    }
}

/// The abbreviations of a unit, of all that the section has.
pub fn abbreviations(section: Bytes<'_>, at: DebugAbbrevOffset) -> Result<Arc<Abbreviations>, Broken> {
    let end = at.0.saturating_add(LARGEST_ABBREVIATIONS).min(section.len());
    Ok(Arc::new(DebugAbbrev::from(section.range_to(..end)).abbreviations(at)?))
}

/// A string, cut where it is longer than anything that a user would read.
pub fn string<'a>(
    dwarf: &Dwarf<Bytes<'a>>,
    unit: &Unit<Bytes<'a>>,
    value: AttributeValue<Bytes<'a>>,
) -> Option<String> {
    let text = match value {
        AttributeValue::String(text) => text.slice(),
        AttributeValue::DebugStrRef(offset) => tail(dwarf.debug_str.reader(), offset.0)?,
        AttributeValue::DebugLineStrRef(offset) => tail(dwarf.debug_line_str.reader(), offset.0)?,
        AttributeValue::DebugStrOffsetsIndex(index) => {
            tail(dwarf.debug_str.reader(), dwarf.string_offset(unit, index).ok()?.0)?
        }
        _ => return None,
    };
    let text = &text[..text.len().min(LONGEST)];
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    Some(String::from_utf8_lossy(&text[..end]).into_owned())
}

fn tail<'a>(section: &Bytes<'a>, offset: usize) -> Option<&'a [u8]> {
    section.slice().get(offset..)
}
