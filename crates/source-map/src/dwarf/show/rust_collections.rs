//! Collections of Rust's standard library.

use super::{FormatError, Formatter, LONGEST, MOST_ELEMENTS, Result, Stored};
use crate::dwarf::entries::EntryRef;
use crate::dwarf::types::{Count, Layout, Type};

/// How many buckets of a hash table are looked at for those that are full.
const MOST_BUCKETS: u64 = 1 << 16;
/// How high a tree is at most: of more entries than a memory has room for.
const HIGHEST: u64 = 24;
/// How many keys a node of a tree has room for.
const NODE_CAPACITY: u64 = 11;

/// What is known of the nodes of a tree. Offsets are in bytes from the start of a node.
struct Nodes {
    length: u64,
    length_size: u64,
    keys: (u64, EntryRef, u64),
    values: (u64, EntryRef, u64),
    /// Where the pointers to those below are: behind all that a leaf has.
    edges: u64,
    has_values: bool,
}

impl Formatter<'_, '_> {
    pub(super) fn rust_collection(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        match layout.path.as_str() {
            "alloc::collections::vec_deque::VecDeque" => self.deque(layout, stored),
            "alloc::collections::binary_heap::BinaryHeap" => {
                let (vec, stored) = self.find_structure(layout, stored, "alloc::vec::Vec")?;
                let (address, length, of) = self.vec(&vec, &stored)?;
                self.list(of, &Stored::Memory(address), length)
            }
            "std::collections::hash::map::HashMap" | "hashbrown::map::HashMap" => self.hash_table(layout, stored, true),
            "std::collections::hash::set::HashSet" | "hashbrown::set::HashSet" => {
                self.hash_table(layout, stored, false)
            }
            "alloc::collections::btree::map::BTreeMap" => self.tree(layout, stored, true),
            "alloc::collections::btree::set::BTreeSet" => {
                let path = "alloc::collections::btree::map::BTreeMap";
                let (map, stored) = self.find_structure(layout, stored, path)?;
                self.tree(&map, &stored, false)
            }
            _ => Err(FormatError::Otherwise),
        }
    }

    /// A ring of elements.
    fn deque(&mut self, layout: &Layout, stored: &Stored) -> Result<()> {
        let (Some(head), Some(length), Some(buffer)) =
            (layout.member("head"), layout.member("len"), layout.member("buf"))
        else {
            return Err(FormatError::Otherwise);
        };
        let (_, of) = *layout.parameters.first().ok_or(FormatError::Otherwise)?;
        let (head, length) = (self.number_in(head, stored)?, self.number_in(length, stored)?);
        let start = self.pointer_in(buffer, stored)?.address;
        let size = self.entries.size(of)?;
        let capacity = match (size, &*self.entries.resolved(buffer.ty)?) {
            (0, _) => u64::MAX,
            (_, Type::Struct(raw)) => self.capacity(raw, &self.member_stored(buffer, stored)?)?,
            _ => return Err(FormatError::Otherwise),
        };
        if length > capacity || size > 0 && head >= capacity.max(1) {
            return Err(FormatError::Otherwise);
        }
        self.there(&Stored::Memory(start), capacity.saturating_mul(size))?;
        self.sequence(length, |shown, index| {
            let index = if size == 0 { 0 } else { (head + index) % capacity };
            shown.add(of, &Stored::Memory(start.saturating_add(index.saturating_mul(size))), None);
            Ok(())
        })
    }

    /// How many elements a buffer has room for, a number that is wrapped.
    fn capacity(&self, layout: &Layout, stored: &Stored) -> Result<u64> {
        self.find_number(layout, stored, "cap")
    }

    /// One of hashbrown's tables: control bytes, and the buckets before them, the first the nearest.
    fn hash_table(&mut self, layout: &Layout, stored: &Stored, is_map: bool) -> Result<()> {
        let (raw, stored) = self.find_structure(layout, stored, "hashbrown::raw::RawTable")?;
        let (_, of) = *raw.parameters.first().ok_or(FormatError::Otherwise)?;
        let (inner, stored) = self.find_structure(&raw, &stored, "hashbrown::raw::RawTableInner")?;
        let mask = self.find_number(&inner, &stored, "bucket_mask")?;
        let items = self.find_number(&inner, &stored, "items")?;
        let control = inner.member("ctrl").ok_or(FormatError::Otherwise)?;
        let control = self.pointer_in(control, &stored)?.address;
        let size = self.entries.size(of)?;
        let buckets = mask.saturating_add(1);
        let start = control.checked_sub(buckets.saturating_mul(size)).ok_or(FormatError::Outside)?;
        if !buckets.is_power_of_two() || items > buckets {
            return Err(FormatError::Otherwise);
        }
        // A table that was never written to has no buckets, only control bytes.
        if items > 0 {
            self.there(&Stored::Memory(start), buckets.saturating_mul(size))?;
        }
        let looked_at = buckets.min(MOST_BUCKETS);
        let bytes = self.state.memory(control, looked_at).ok_or(FormatError::Outside)?.into_owned();
        self.entries.spend(looked_at / 16)?;
        let full = bytes.iter().zip(0_u64..).filter(|(byte, _)| **byte < 0x80).map(|(_, index)| index);
        let full: Vec<u64> = full.take(MOST_ELEMENTS as usize).collect();
        if looked_at == buckets && (full.len() as u64) < items.min(MOST_ELEMENTS) {
            return Err(FormatError::Otherwise);
        }
        let pair = self.pair(of)?;
        self.enclosed(("{", "}"), items, |shown, index| {
            let Some(bucket) = full.get(index as usize) else {
                shown.text.push('…');
                return Ok(());
            };
            let place = control.saturating_sub((bucket + 1).saturating_mul(size));
            let [(key_at, key), (value_at, value)] = pair;
            shown.add(key, &Stored::Memory(place.saturating_add(key_at)), None);
            if is_map {
                shown.text.push_str(": ");
                shown.add(value, &Stored::Memory(place.saturating_add(value_at)), None);
            }
            Ok(())
        })
    }

    /// Where the key and the value of a pair are, and their types.
    fn pair(&self, of: EntryRef) -> Result<[(u64, EntryRef); 2]> {
        let ty = self.entries.resolved(of)?;
        let Type::Struct(layout) = &*ty else { return Err(FormatError::Otherwise) };
        let member = |name| {
            let member = layout.member(name)?;
            Some((member.offset()?, member.ty))
        };
        Ok([member("__0").ok_or(FormatError::Otherwise)?, member("__1").ok_or(FormatError::Otherwise)?])
    }

    fn tree(&mut self, layout: &Layout, stored: &Stored, is_map: bool) -> Result<()> {
        let (Some(root), Some(length)) = (layout.member("root"), layout.member("length")) else {
            return Err(FormatError::Otherwise);
        };
        let length = self.number_in(length, stored)?;
        if length == 0 {
            self.text.push_str("{}");
            return Ok(());
        }
        // The root is an option, whose niche is the pointer in it.
        let root_place = self.member_stored(root, stored)?;
        let root = self.entries.resolved(root.ty)?;
        let Type::Struct(option) = &*root else { return Err(FormatError::Otherwise) };
        let some = option.variants.iter().flat_map(|variants| &variants.all).find(|(_, member)| member.name == "Some");
        let (_, some) = some.ok_or(FormatError::Otherwise)?;
        let some_place = self.member_stored(some, &root_place)?;
        let some = self.entries.resolved(some.ty)?;
        let Type::Struct(some) = &*some else { return Err(FormatError::Otherwise) };
        let is_reference = |layout: &Layout| layout.path == "alloc::collections::btree::node::NodeRef";
        let (reference, place) =
            self.search(some, &some_place, |layout| is_reference(layout).then(|| layout.clone()))?;
        let height = self.number_in(reference.member("height").ok_or(FormatError::Otherwise)?, &place)?;
        let pointee = self.pointer_in(reference.member("node").ok_or(FormatError::Otherwise)?, &place)?;
        let nodes = self.nodes(pointee.to.ok_or(FormatError::Otherwise)?, is_map)?;
        if height > HIGHEST {
            return Err(FormatError::Otherwise);
        }
        self.text.push('{');
        let mut shown = 0;
        self.node(&nodes, pointee.address, height, &mut shown)?;
        if length > shown {
            self.write(format_args!(", … ({length} elements)"));
        }
        self.text.push('}');
        Ok(())
    }

    fn nodes(&self, leaf: EntryRef, is_map: bool) -> Result<Nodes> {
        let ty = self.entries.resolved(leaf)?;
        let Type::Struct(layout) = &*ty else { return Err(FormatError::Otherwise) };
        let array = |name| {
            let member = layout.member(name).ok_or(FormatError::Otherwise)?;
            let ty = self.entries.resolved(member.ty)?;
            let Type::Array { of, counts, .. } = &*ty else { return Err(FormatError::Otherwise) };
            if counts.as_slice() != [Count::Known(NODE_CAPACITY)] {
                return Err(FormatError::Otherwise);
            }
            // Each is in a `MaybeUninit`, which is as large as what is in it.
            let inner = match &*self.entries.resolved(*of)? {
                Type::Struct(maybe) => maybe.parameters.first().map(|(_, ty)| *ty),
                _ => None,
            };
            let offset = member.offset().ok_or(FormatError::Otherwise)?;
            Ok((offset, inner.ok_or(FormatError::Otherwise)?, self.entries.size(*of)?))
        };
        let length = layout.member("len").ok_or(FormatError::Otherwise)?;
        Ok(Nodes {
            length: length.offset().ok_or(FormatError::Otherwise)?,
            length_size: self.entries.size(length.ty)?,
            keys: array("keys")?,
            values: array("vals")?,
            edges: self.entries.size(leaf)?,
            has_values: is_map,
        })
    }

    /// The entries of a node and of those below it, in their order.
    fn node(&mut self, nodes: &Nodes, address: u64, height: u64, shown: &mut u64) -> Result<()> {
        self.entries.spend(1)?;
        let place = |offset: u64| Stored::Memory(address.saturating_add(offset));
        let length = self.number(&place(nodes.length), nodes.length_size)?;
        if length > NODE_CAPACITY {
            return Err(FormatError::Otherwise);
        }
        for index in 0..=length {
            if *shown >= MOST_ELEMENTS || self.text.len() >= LONGEST {
                return Ok(());
            }
            if let Some(below) = height.checked_sub(1) {
                let edge = self.number(&place(nodes.edges.saturating_add(4 * index)), 4)?;
                self.node(nodes, edge, below, shown)?;
            }
            if index == length || *shown >= MOST_ELEMENTS || self.text.len() >= LONGEST {
                break;
            }
            if *shown > 0 {
                self.text.push_str(", ");
            }
            *shown += 1;
            let at = |(offset, _, size): (u64, EntryRef, u64)| place(offset.saturating_add(index.saturating_mul(size)));
            self.add(nodes.keys.1, &at(nodes.keys), None);
            if nodes.has_values {
                self.text.push_str(": ");
                self.add(nodes.values.1, &at(nodes.values), None);
            }
        }
        Ok(())
    }
}
