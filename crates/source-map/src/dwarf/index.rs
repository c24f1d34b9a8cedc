//! What is recorded when the debug information is first read, so that single entries can be looked up later.

use super::entries::EntryRef;

/// The maximum nesting depth of namespaces and types.
const DEEPEST: usize = 32;
/// The maximum number of vtables: several times as many as a large program has.
const MOST_VTABLES: usize = 100_000;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Index {
    /// Where the units begin in their section.
    units: Vec<usize>,
    /// In the order of the section. Two of them are within one another or apart.
    spaces: Vec<Space>,
    /// The open spaces that contain the current entry, each with its depth.
    open: Vec<(isize, u32)>,
    /// The address of a vtable of Rust, and the variable that it is.
    vtables: Vec<(u64, EntryRef)>,
}

/// A namespace or a type that has something in it. Offsets count from the start of the section.
#[derive(Debug)]
struct Space {
    start: usize,
    end: usize,
    outer: Option<u32>,
    entry: EntryRef,
}

impl Index {
    pub fn of_units(units: Vec<usize>) -> Self {
        Self { units, ..Self::default() }
    }

    /// The unit that an offset of the section is in.
    pub fn unit_of(&self, offset: usize) -> Option<usize> {
        let index = self.units.partition_point(|start| *start <= offset).checked_sub(1)?;
        Some(self.units[index])
    }

    /// Records an entry of that depth; called in section order.
    pub fn pass(&mut self, entry: EntryRef, depth: isize) {
        while let Some((_, space)) = self.open.last().copied().filter(|(outer, _)| *outer >= depth) {
            self.spaces[space as usize].end = entry.unit.saturating_add(entry.offset);
            self.open.pop();
        }
    }

    /// Notes a namespace or a type that has something in it, after [`Index::pass`].
    pub fn open(&mut self, entry: EntryRef, depth: isize) {
        if self.open.len() >= DEEPEST {
            return;
        }
        let outer = self.open.last().map(|(_, space)| *space);
        let start = entry.unit.saturating_add(entry.offset);
        self.open.push((depth, self.spaces.len() as u32));
        self.spaces.push(Space { start, end: usize::MAX, outer, entry });
    }

    /// Notes that a unit ends there.
    pub fn end_unit(&mut self, end: usize) {
        for (_, space) in self.open.drain(..) {
            self.spaces[space as usize].end = end;
        }
    }

    pub fn add_vtable(&mut self, address: u64, variable: EntryRef) {
        if self.vtables.len() < MOST_VTABLES {
            self.vtables.push((address, variable));
        }
    }

    /// Called once, after everything has been read.
    pub fn finish(&mut self) {
        self.end_unit(usize::MAX);
        self.vtables.sort_by_key(|(address, _)| *address);
        self.vtables.dedup_by_key(|(address, _)| *address);
    }

    /// The variable of the vtable at an address.
    pub fn vtable(&self, address: u64) -> Option<EntryRef> {
        let index = self.vtables.binary_search_by_key(&address, |(address, _)| *address).ok()?;
        Some(self.vtables[index].1)
    }

    /// What an offset of the section is within, the outermost first; not what begins there.
    pub fn around(&self, offset: usize) -> Vec<EntryRef> {
        let before = self.spaces.partition_point(|space| space.start < offset).checked_sub(1);
        let mut next = before.map(|index| index as u32);
        let mut around = Vec::new();
        while let Some(space) = next.and_then(|index| self.spaces.get(index as usize)) {
            if offset < space.end {
                around.push(space.entry);
            }
            next = space.outer;
        }
        around.reverse();
        around
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_an_entry_is_known() {
        let mut index = Index::of_units(vec![0, 100]);
        let entry = |unit, offset| EntryRef { unit, offset };
        // In the first unit, `10 { 20 { 30 } 40 }` and `50`; in the second, `110`.
        for (at, depth, opens) in [
            (entry(0, 10), 1, true),
            (entry(0, 20), 2, true),
            (entry(0, 30), 3, false),
            (entry(0, 40), 2, false),
            (entry(0, 50), 1, false),
        ] {
            index.pass(at, depth);
            if opens {
                index.open(at, depth);
            }
        }
        index.end_unit(100);
        index.pass(entry(100, 10), 1);
        index.open(entry(100, 10), 1);
        index.finish();
        let around = |offset| index.around(offset).iter().map(|found| found.offset).collect::<Vec<_>>();
        assert_eq!([10, 20, 30, 40, 50].map(around), [vec![], vec![10], vec![10, 20], vec![10], vec![]]);
        assert_eq!((around(110), around(111)), (vec![], vec![10]));
        assert_eq!((index.unit_of(99), index.unit_of(110)), (Some(0), Some(100)));
    }
}
