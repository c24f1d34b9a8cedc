//! The functions, and the calls within them that the compiler has inlined (DWARF 5, section 3.3).

use std::collections::{BTreeSet, HashMap};

use gimli::{Attribute, AttributeValue, Operation, UnitOffset, constants as dw};

use super::entries::EntryRef;
use super::files::Files;
use super::index::Index;
use super::rows::{self, SourcePosition};
use super::sections::{Bytes, Sections};
use super::units::Units;
use super::work::{Broken, Work};
use crate::demangled;

/// How many entries a name is looked for in: a call that was inlined refers to the function, and that to its
/// declaration.
const MOST_REFERENCES: usize = 8;
/// How many inlined calls within one another are distinguished.
const DEEPEST: usize = 1_000;

/// A function, or a call of one that was inlined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Demangled.
    pub name: Option<String>,
    /// The scope that the call is in; `None` for a function, which has code of its own.
    pub outer: Option<u32>,
    /// The position of the call, if it is known.
    pub call: Option<SourcePosition>,
    /// Where its code begins.
    pub start: u32,
    /// The entry with further information.
    pub entry: EntryRef,
}

/// All scopes, and which is the innermost in a stretch of code.
#[derive(Debug, Default)]
pub struct Scopes {
    pub all: Vec<Scope>,
    /// Start, end and scope; sorted, none over another.
    innermost: Vec<(u32, u32, u32)>,
}

impl Scopes {
    /// The innermost scope at an offset of the module.
    pub fn at(&self, offset: u32) -> Option<u32> {
        let index = self.innermost.partition_point(|(start, ..)| *start <= offset).checked_sub(1)?;
        let (_, end, scope) = self.innermost[index];
        (offset < end).then_some(scope)
    }

    /// A scope and those around it, the innermost first.
    pub fn chain(&self, scope: u32) -> impl Iterator<Item = &Scope> {
        std::iter::successors(self.all.get(scope as usize), |scope| self.all.get(scope.outer? as usize))
    }
}

/// Reads the scopes of all units. Where that ends too early, says why.
pub fn read<'a>(
    units: &Units<'a>,
    sections: &Sections<'a>,
    files: &mut Files,
    index: &mut Index,
    work: &mut Work,
) -> (Scopes, Option<Broken>) {
    let mut reader =
        Reader { units, sections, files, index, work, all: Vec::new(), ranges: Vec::new(), names: HashMap::new() };
    let mut broken = None;
    for unit in 0..units.all.len() {
        if let Err(reason) = reader.unit(unit) {
            let is_over = reason == Broken::TooMuch;
            broken.get_or_insert(reason);
            if is_over {
                break;
            }
        }
    }
    reader.index.finish();
    let innermost = innermost(reader.ranges);
    (Scopes { all: reader.all, innermost }, broken)
}

struct Reader<'r, 'a> {
    units: &'r Units<'a>,
    sections: &'r Sections<'a>,
    files: &'r mut Files,
    index: &'r mut Index,
    work: &'r mut Work,
    all: Vec<Scope>,
    /// Start, end, depth and scope.
    ranges: Vec<(u32, u32, u32, u32)>,
    /// By unit and offset of the entry.
    names: HashMap<(usize, usize), Option<String>>,
}

impl<'a> Reader<'_, 'a> {
    fn unit(&mut self, index: usize) -> Result<(), Broken> {
        let unit = &self.units.all[index];
        let mut entries = unit.entries_raw(None)?;
        let mut attributes = Vec::new();
        // The scopes around the entry: how deep their entries are, and which they are.
        let mut around: Vec<(isize, u32)> = Vec::new();
        let mut paths = HashMap::new();
        let start_of_unit = unit.header.debug_info_offset().map_or(0, |start| start.0);
        let end_of_unit = start_of_unit.saturating_add(unit.header.length_including_self());
        while !entries.is_empty() {
            let depth = entries.next_depth();
            let offset = entries.next_offset();
            self.work.spend(1)?;
            let Some(abbreviation) = entries.read_abbreviation()? else { continue };
            let entry = EntryRef { unit: start_of_unit, offset: offset.0 };
            self.index.pass(entry, depth);
            if abbreviation.has_children() && is_space(abbreviation.tag()) {
                self.index.open(entry, depth);
            }
            while around.last().is_some_and(|(outer, _)| *outer >= depth) {
                around.pop();
            }
            let specifications = abbreviation.attributes();
            let is_inlined = abbreviation.tag() == dw::DW_TAG_inlined_subroutine;
            if abbreviation.tag() == dw::DW_TAG_variable && depth == 1 {
                self.work.spend(specifications.len() as u64)?;
                entries.read_attributes(specifications, &mut attributes)?;
                self.vtable(index, entry, &attributes)?;
                continue;
            }
            if !is_inlined && abbreviation.tag() != dw::DW_TAG_subprogram {
                entries.skip_attributes(specifications)?;
                continue;
            }
            self.work.spend(specifications.len() as u64)?;
            entries.read_attributes(specifications, &mut attributes)?;
            let outer = if is_inlined { around.last().map(|(_, scope)| *scope) } else { None };
            if around.len() >= DEEPEST {
                continue;
            }
            let scope = self.all.len() as u32;
            let known = self.ranges.len();
            self.ranges(index, &attributes, around.len() as u32, scope)?;
            let Some(start) = self.ranges[known..].iter().map(|(start, ..)| *start).min() else { continue };
            let name = self.name(index, offset, &attributes);
            let call = is_inlined.then(|| self.call(index, &attributes, &mut paths)).flatten();
            self.all.push(Scope { name, outer, call, start, entry });
            around.push((depth, scope));
        }
        self.index.end_unit(end_of_unit);
        Ok(())
    }

    /// Notes a variable that is the vtable of a trait object.
    fn vtable(&mut self, unit: usize, entry: EntryRef, attributes: &[Attribute<Bytes<'a>>]) -> Result<(), Broken> {
        let value = |name| attributes.iter().find(|attribute| attribute.name() == name).map(Attribute::value);
        let unit = &self.units.all[unit];
        let address = || match value(dw::DW_AT_location)?.exprloc_value()?.operations(unit.encoding()).next() {
            Ok(Some(Operation::Address { address })) => Some(address),
            _ => None,
        };
        let name = || self.units.string(unit, value(dw::DW_AT_name)?);
        if let Some((address, name)) = address().and_then(|address| Some((address, name()?))) {
            self.work.spend(name.len() as u64 / 32)?;
            if name.ends_with("::{vtable}") {
                self.index.add_vtable(address, entry);
            }
        }
        Ok(())
    }

    /// Notes where a scope's code is.
    fn ranges(
        &mut self,
        unit: usize,
        attributes: &[Attribute<Bytes<'a>>],
        depth: u32,
        scope: u32,
    ) -> Result<(), Broken> {
        let (dwarf, unit) = (&self.units.dwarf, &self.units.all[unit]);
        let value = |name| attributes.iter().find(|attribute| attribute.name() == name).map(Attribute::value);
        let mut add = |sections: &Sections<'_>, start: u64, end: u64| {
            if let (Some(start), Some(end)) = (sections.offset(start), sections.offset(end))
                && start < end
            {
                self.ranges.push((start, end, depth, scope));
            }
        };
        if let Some(ranges) = value(dw::DW_AT_ranges)
            && let Some(mut list) = dwarf.attr_ranges(unit, ranges)?
        {
            while let Some(range) = list.next()? {
                self.work.spend(1)?;
                add(self.sections, range.begin, range.end);
            }
        } else if let Some(low) = value(dw::DW_AT_low_pc)
            && let Some(start) = dwarf.attr_address(unit, low)?
            && let Some(high) = value(dw::DW_AT_high_pc)
        {
            let end = match high.udata_value() {
                Some(length) => start.saturating_add(length),
                None => dwarf.attr_address(unit, high)?.unwrap_or(start),
            };
            add(self.sections, start, end);
        }
        Ok(())
    }

    /// Where an inlined call is.
    fn call(
        &mut self,
        unit: usize,
        attributes: &[Attribute<Bytes<'a>>],
        paths: &mut HashMap<u64, Option<u32>>,
    ) -> Option<SourcePosition> {
        let unit = &self.units.all[unit];
        let value = |name| attributes.iter().find(|attribute| attribute.name() == name)?.udata_value();
        let index = attributes.iter().find(|attribute| attribute.name() == dw::DW_AT_call_file)?;
        let index = match index.value() {
            AttributeValue::FileIndex(index) => index,
            other => other.udata_value()?,
        };
        let file = *paths.entry(index).or_insert_with(|| {
            let header = unit.line_program.as_ref()?.header();
            Some(self.files.add(rows::path(self.units, unit, header, index)?))
        });
        let number = |value: Option<u64>| value.and_then(|value| u32::try_from(value).ok());
        let line = number(value(dw::DW_AT_call_line)).filter(|line| *line > 0)?;
        Some(SourcePosition { file: file?, line, column: number(value(dw::DW_AT_call_column)).unwrap_or(0) })
    }

    /// The name of an entry, which may stand in another one that it refers to.
    fn name(&mut self, unit: usize, offset: UnitOffset, attributes: &[Attribute<Bytes<'a>>]) -> Option<String> {
        let mut passed = vec![(unit, offset.0)];
        let mut found = self.own_name(unit, attributes);
        let mut next = self.reference(unit, attributes);
        while found.is_none() && passed.len() < MOST_REFERENCES {
            let Some((unit, offset)) = next else { break };
            if let Some(known) = self.names.get(&(unit, offset.0)) {
                found.clone_from(known);
                break;
            }
            passed.push((unit, offset.0));
            let Ok(entry) = self.units.all[unit].entry(offset) else { break };
            // If the budget is used up, it has no name.
            if self.work.spend(1 + entry.attrs().len() as u64).is_err() {
                break;
            }
            found = self.own_name(unit, entry.attrs());
            next = self.reference(unit, entry.attrs());
        }
        // Many calls are of the same function.
        for key in passed.into_iter().skip(1) {
            self.names.insert(key, found.clone());
        }
        found
    }

    fn own_name(&self, unit: usize, attributes: &[Attribute<Bytes<'a>>]) -> Option<String> {
        let unit = &self.units.all[unit];
        let value = |name| attributes.iter().find(|attribute| attribute.name() == name).map(Attribute::value);
        let mangled = value(dw::DW_AT_linkage_name).or_else(|| value(dw::DW_AT_MIPS_linkage_name));
        if let Some(mangled) = mangled.and_then(|name| self.units.string(unit, name)) {
            return Some(demangled(&mangled));
        }
        self.units.string(unit, value(dw::DW_AT_name)?)
    }

    fn reference(&self, unit: usize, attributes: &[Attribute<Bytes<'a>>]) -> Option<(usize, UnitOffset)> {
        let refers = |name: &dw::DwAt| matches!(*name, dw::DW_AT_abstract_origin | dw::DW_AT_specification);
        let reference = attributes.iter().find(|attribute| refers(&attribute.name()))?;
        self.units.referred(unit, reference.value())
    }
}

/// Whether the names of what is in an entry are within its own.
fn is_space(tag: dw::DwTag) -> bool {
    matches!(tag, dw::DW_TAG_namespace | dw::DW_TAG_structure_type | dw::DW_TAG_class_type | dw::DW_TAG_union_type)
}

/// Of ranges that lie within one another, the innermost for each stretch.
fn innermost(mut ranges: Vec<(u32, u32, u32, u32)>) -> Vec<(u32, u32, u32)> {
    ranges.sort_unstable();
    let mut edges: Vec<u32> = ranges.iter().flat_map(|(start, end, ..)| [*start, *end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut stretches: Vec<(u32, u32, u32)> = Vec::new();
    let mut open: BTreeSet<(u32, u32, u32)> = BTreeSet::new();
    let mut closing: BTreeSet<(u32, u32, u32)> = BTreeSet::new();
    let mut next = ranges.into_iter().peekable();
    for edge in edges.windows(2) {
        let [start, end] = *edge else { continue };
        while let Some((close, depth, scope)) = closing.first().copied().filter(|(close, ..)| *close <= start) {
            closing.pop_first();
            open.remove(&(depth, scope, close));
        }
        while let Some((_, close, depth, scope)) = next.next_if(|(from, ..)| *from <= start) {
            open.insert((depth, scope, close));
            closing.insert((close, depth, scope));
        }
        let Some((_, scope, _)) = open.last() else { continue };
        match stretches.last_mut() {
            Some((_, before, same)) if *before == start && same == scope => *before = end,
            _ => stretches.push((start, end, *scope)),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_range_counts() {
        // A function with a call inlined into it, in two pieces, and one within that.
        let ranges = vec![(0, 100, 0, 0), (10, 20, 1, 1), (30, 40, 1, 1), (32, 34, 2, 2), (200, 210, 0, 3)];
        let expected =
            [(0, 10, 0), (10, 20, 1), (20, 30, 0), (30, 32, 1), (32, 34, 2), (34, 40, 1), (40, 100, 0), (200, 210, 3)];
        let scopes = Scopes { all: Vec::new(), innermost: innermost(ranges) };
        assert_eq!(scopes.innermost, expected);
        assert_eq!(
            [5, 10, 33, 99, 100, 205].map(|at| scopes.at(at)),
            [Some(0), Some(1), Some(2), Some(0), None, Some(3)]
        );
    }
}
