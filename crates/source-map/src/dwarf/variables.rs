//! The variables of a call and where they are (DWARF 5, sections 2.6 and 4.1).

use std::borrow::Cow;
use std::collections::HashMap;

use gimli::{Attribute, AttributeValue, EvaluationResult, Expression, Location, UnitOffset, Value, constants as dw};

use super::discriminants::discriminant_value;
use super::entries::{Entries, Entry, EntryRef};
use super::sections::Bytes;
use super::show::{Evaluate, Formatter, Stored, evaluated};
use super::types::is_set;
use super::work::Broken;

/// How many operations say where a variable is, at most.
const MOST_OPERATIONS: u32 = 1_000;
/// How many bytes a value has at most that is in pieces.
const LARGEST: usize = 1 << 12;
/// How deep lexical blocks may be nested.
const DEEPEST: usize = 200;

/// What a value is read from, at one moment of the program.
pub trait State {
    /// The size of the memory, in bytes.
    fn memory_size(&self) -> u64;
    /// Bytes of the memory, if they are all in it.
    fn memory(&self, address: u64, length: u64) -> Option<Cow<'_, [u8]>>;

    /// Whether all of these bytes are in the memory.
    fn is_in_memory(&self, address: u64, length: u64) -> bool {
        address.checked_add(length).is_some_and(|end| end <= self.memory_size())
    }

    /// The bits of a local of the call.
    fn local(&self, index: u32) -> Option<u64>;
    /// The bits of a global.
    fn global(&self, index: u32) -> Option<u64>;
    /// The name of the function that a pointer to functions stands for: it is in the table at that index.
    fn function_name(&self, _pointer: u64) -> Option<String> {
        None
    }
}

/// A variable or parameter, as its source names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub ty: String,
    /// The value as a user would write it, cut where it is long; `None` where it is not known at this instruction.
    pub value: Option<String>,
    /// Where it is in the memory, if it is there.
    pub address: Option<u64>,
}

/// The variables of a chain of scopes, the innermost first: calls that are inlined, and last the function.
pub fn read(entries: &Entries<'_>, chain: &[EntryRef], offset: u64, state: &dyn State) -> Vec<Vec<Variable>> {
    let at = entries.sections.address(offset);
    let function = chain.last().and_then(|function| entries.entry(*function).ok());
    let call = FrameContext { entries, state, at: at.unwrap_or(0), frame_base: chain.last().copied().zip(function) };
    let of_scope = |scope: &EntryRef| {
        let mut found = Found::default();
        // What cannot be read leaves those that could.
        let _ = call.collect(*scope, &mut found);
        found.all.into_iter().flatten().collect()
    };
    chain.iter().map(of_scope).collect()
}

/// Where in a function a variable of it begins to be somewhere else, or to have another value: offsets of the module, in
/// order.
pub fn changes(entries: &Entries<'_>, function: EntryRef) -> Vec<u64> {
    let mut found = Vec::new();
    // What cannot be read leaves what could.
    let _ = changes_within(entries, function, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn changes_within(entries: &Entries<'_>, function: EntryRef, found: &mut Vec<u64>) -> Result<(), Broken> {
    let mut ahead = vec![(function, 0)];
    while let Some((scope, depth)) = ahead.pop() {
        for (at, entry) in entries.children(scope)? {
            match entry.tag() {
                dw::DW_TAG_lexical_block if depth < DEEPEST => ahead.push((at, depth + 1)),
                dw::DW_TAG_variable | dw::DW_TAG_formal_parameter => {
                    let Some(location) = entry.attr_value(dw::DW_AT_location) else { continue };
                    if location.exprloc_value().is_some() {
                        continue;
                    }
                    let unit = entries.unit(at.unit)?;
                    let Some(mut list) = entries.dwarf.attr_locations(&unit, location)? else { continue };
                    while let Some(part) = list.next()? {
                        entries.spend(1)?;
                        found.extend(entries.sections.offset(part.range.begin).map(u64::from));
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The variables of a scope so far. An inner one hides those of the same name.
#[derive(Default)]
struct Found {
    all: Vec<Option<Variable>>,
    by_name: HashMap<String, usize>,
}

impl Found {
    fn add(&mut self, variable: Variable) {
        if let Some(hidden) = self.by_name.insert(variable.name.clone(), self.all.len()) {
            self.all[hidden] = None;
        }
        self.all.push(Some(variable));
    }
}

/// One call, at one instruction.
struct FrameContext<'r, 'a> {
    entries: &'r Entries<'a>,
    state: &'r dyn State,
    /// The instruction, as an address of the DWARF.
    at: u64,
    /// The function, which says what addresses in its frame count from.
    frame_base: Option<(EntryRef, Entry<'a>)>,
}

impl<'a> FrameContext<'_, 'a> {
    /// Adds the variables of a scope and of the blocks in it that the instruction is in, the outermost first. All that is
    /// in the scope is passed once: each `let` of Rust makes a block within the last.
    fn collect(&self, scope: EntryRef, found: &mut Found) -> Result<(), Broken> {
        let unit = self.entries.unit(scope.unit)?;
        let mut entries = unit.entries_raw(Some(UnitOffset(scope.offset)))?;
        let root = entries.next_depth();
        let mut entry = Entry::null();
        // What is below this is in none of those blocks.
        let mut passed_over = None;
        if !entries.read_entry(&mut entry)? || !entry.has_children() {
            return Ok(());
        }
        while !entries.is_empty() && entries.next_depth() > root {
            self.entries.spend(1)?;
            let depth = entries.next_depth();
            if passed_over.is_some_and(|over| depth > over) {
                if let Some(abbreviation) = entries.read_abbreviation()? {
                    entries.skip_attributes(abbreviation.attributes())?;
                }
                continue;
            }
            passed_over = None;
            if !entries.read_entry(&mut entry)? {
                continue;
            }
            self.entries.spend(entry.attrs().len() as u64)?;
            let at = EntryRef { unit: scope.unit, offset: entry.offset().0 };
            match entry.tag() {
                dw::DW_TAG_lexical_block if self.is_in(at, &entry)? => continue,
                // What the compiler keeps for itself, such as the length of an array; not `this`.
                dw::DW_TAG_variable if is_set(&entry, dw::DW_AT_artificial) => {}
                dw::DW_TAG_variable | dw::DW_TAG_formal_parameter => {
                    if let Some(variable) = self.variable(at, &entry)? {
                        found.add(variable);
                    }
                }
                _ => {}
            }
            passed_over = Some(depth);
        }
        Ok(())
    }

    fn is_in(&self, at: EntryRef, entry: &Entry<'a>) -> Result<bool, Broken> {
        let unit = self.entries.unit(at.unit)?;
        let mut ranges = self.entries.dwarf.die_ranges(&unit, entry)?;
        while let Some(range) = ranges.next()? {
            self.entries.spend(1)?;
            if (range.begin..range.end).contains(&self.at) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn variable(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Option<Variable>, Broken> {
        // Of an inlined call, name and type stand with the function.
        let origin =
            entry.attr_value(dw::DW_AT_abstract_origin).and_then(|origin| self.entries.referred(at.unit, origin));
        let origin = origin.map(|origin| Ok::<_, Broken>((origin, self.entries.entry(origin)?))).transpose()?;
        let own = |of: fn(&Entries<'a>, EntryRef, &Entry<'a>) -> Option<String>| {
            of(self.entries, at, entry).or_else(|| origin.as_ref().and_then(|(at, entry)| of(self.entries, *at, entry)))
        };
        let Some(name) = own(|entries, at, entry| entries.name(at, entry)) else { return Ok(None) };
        let ty = self.entries.type_of(at, entry);
        let ty = ty.or_else(|| origin.as_ref().and_then(|(at, entry)| self.entries.type_of(*at, entry)));
        let Some(ty) = ty else { return Ok(None) };
        let stored = self.stored(at, entry)?;
        let value = stored.as_ref().map(|stored| Formatter::new(self.entries, self.state, self).value(ty, stored));
        let address = match stored {
            Some(Stored::Memory(address)) => Some(address),
            Some(Stored::Bytes(_)) | None => None,
        };
        let ty = self.entries.type_name(ty, &|count| evaluated(self, count, address)).unwrap_or_default();
        Ok(Some(Variable { name, ty, value, address }))
    }

    /// Where a variable is at the instruction, if it is anywhere.
    fn stored(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Option<Stored>, Broken> {
        if let Some(constant) = entry.attr(dw::DW_AT_const_value) {
            return Ok(constant_bytes(constant).map(|bytes| Stored::bytes(&bytes)));
        }
        let Some(location) = entry.attr_value(dw::DW_AT_location) else { return Ok(None) };
        match self.expression(at, location)? {
            Some(expression) => self.evaluate(at, expression, ExpressionContext { frame: true, object: None }),
            None => Ok(None),
        }
    }

    /// The expression that holds at the instruction.
    fn expression(
        &self,
        at: EntryRef,
        location: AttributeValue<Bytes<'a>>,
    ) -> Result<Option<Expression<Bytes<'a>>>, Broken> {
        if let Some(expression) = location.exprloc_value() {
            return Ok(Some(expression));
        }
        let unit = self.entries.unit(at.unit)?;
        let Some(mut list) = self.entries.dwarf.attr_locations(&unit, location)? else { return Ok(None) };
        while let Some(entry) = list.next()? {
            self.entries.spend(1)?;
            if (entry.range.begin..entry.range.end).contains(&self.at) {
                return Ok(Some(entry.data));
            }
        }
        Ok(None)
    }

    fn evaluate(
        &self,
        at: EntryRef,
        expression: Expression<Bytes<'a>>,
        with: ExpressionContext,
    ) -> Result<Option<Stored>, Broken> {
        let unit = self.entries.unit(at.unit)?;
        self.entries.spend(1 + expression.0.len() as u64 / 4)?;
        let mut evaluation = expression.evaluation(unit.encoding());
        evaluation.set_max_iterations(MOST_OPERATIONS);
        if let Some(object) = with.object {
            evaluation.set_initial_value(object);
            evaluation.set_object_address(object);
        }
        let mut result = evaluation.evaluate()?;
        loop {
            self.entries.spend(1)?;
            result = match result {
                EvaluationResult::Complete => break,
                EvaluationResult::RequiresMemory { address, size, .. } => {
                    let Some(bytes) = self.state.memory(address, u64::from(size)) else { return Ok(None) };
                    evaluation.resume_with_memory(Value::Generic(little_endian(&bytes)))?
                }
                EvaluationResult::RequiresWasmLocal { index } => {
                    let Some(bits) = self.state.local(index) else { return Ok(None) };
                    evaluation.resume_with_wasm_value(Value::Generic(bits))?
                }
                EvaluationResult::RequiresWasmGlobal { index } => {
                    let Some(bits) = self.state.global(index) else { return Ok(None) };
                    evaluation.resume_with_wasm_value(Value::Generic(bits))?
                }
                EvaluationResult::RequiresFrameBase if with.frame => {
                    let Some(base) = self.frame_base()? else { return Ok(None) };
                    evaluation.resume_with_frame_base(base)?
                }
                EvaluationResult::RequiresRelocatedAddress(address) => {
                    evaluation.resume_with_relocated_address(address)?
                }
                // What only other machines have, or is not needed for what compilers make for this one.
                _ => return Ok(None),
            };
        }
        let mut bytes = Vec::new();
        let pieces = evaluation.result();
        let is_one = pieces.len() == 1;
        for piece in &pieces {
            self.entries.spend(1)?;
            // Bits that are no whole bytes are no compiler's for this machine.
            if piece.bit_offset.is_some_and(|offset| offset > 0) || piece.size_in_bits.is_some_and(|bits| bits % 8 > 0)
            {
                return Ok(None);
            }
            let size = piece.size_in_bits.map(|bits| bits / 8);
            let most = usize::try_from(size.unwrap_or(8)).unwrap_or(usize::MAX);
            if most > LARGEST - bytes.len() {
                return Ok(None);
            }
            let known = match piece.location {
                Location::Address { address } if is_one => return Ok(Some(Stored::Memory(address))),
                Location::Address { address } => size.and_then(|size| self.state.memory(address, size)),
                Location::Value { value } => {
                    let value = value.to_u64(u64::MAX)?.to_le_bytes();
                    let length = most.min(8);
                    bytes.extend(value[..length].iter().copied().map(Some));
                    // A piece that is larger than a value is not all known.
                    bytes.extend(std::iter::repeat_n(None, most - length));
                    continue;
                }
                Location::Bytes { value } if size.is_none() => Some(Cow::Borrowed(value.slice())),
                Location::Bytes { value } => value.slice().get(..most).map(Cow::Borrowed),
                Location::Empty | Location::Register { .. } | Location::ImplicitPointer { .. } => None,
            };
            match known {
                Some(known) => bytes.extend(known.iter().copied().map(Some)),
                // A piece that is nowhere leaves the others.
                None => bytes.extend(std::iter::repeat_n(None, most)),
            }
        }
        Ok(bytes.iter().any(Option::is_some).then_some(Stored::Bytes(bytes)))
    }

    /// What the addresses in the call's frame count from; nothing before the function has taken room for it.
    fn frame_base(&self) -> Result<Option<u64>, Broken> {
        let Some((at, entry)) = &self.frame_base else { return Ok(None) };
        let Some(base) = entry.attr_value(dw::DW_AT_frame_base) else { return Ok(None) };
        let Some(expression) = self.expression(*at, base)? else { return Ok(None) };
        Ok(match self.evaluate(*at, expression, ExpressionContext { frame: false, object: None })? {
            Some(Stored::Bytes(bytes)) => number_of(&bytes).filter(|base| *base != 0),
            Some(Stored::Memory(address)) => Some(address),
            None => None,
        })
    }

    fn number(&self, at: EntryRef) -> Result<Option<u64>, Broken> {
        let entry = self.entries.entry(at)?;
        let Some(ty) = self.entries.type_of(at, &entry) else { return Ok(None) };
        let size = self.entries.size(ty)?.min(8);
        Ok(match self.stored(at, &entry)? {
            Some(Stored::Memory(address)) => self.state.memory(address, size).map(|bytes| little_endian(&bytes)),
            Some(Stored::Bytes(bytes)) => bytes.get(..size as usize).and_then(number_of),
            None => None,
        })
    }

    fn computed(&self, at: EntryRef, name: dw::DwAt, object: Option<u64>) -> Result<Option<u64>, Broken> {
        let entry = self.entries.entry(at)?;
        let Some(value) = entry.attr_value(name) else { return Ok(None) };
        if let Some(variable) = self.entries.referred(at.unit, value) {
            return self.number(variable);
        }
        let expression = match value {
            AttributeValue::Block(block) => Some(Expression(block)),
            value => self.expression(at, value)?,
        };
        let Some(expression) = expression else { return Ok(None) };
        Ok(match self.evaluate(at, expression, ExpressionContext { frame: true, object })? {
            Some(Stored::Memory(address)) => Some(address),
            Some(Stored::Bytes(bytes)) => number_of(&bytes),
            None => None,
        })
    }
}

impl Evaluate for FrameContext<'_, '_> {
    fn variable(&self, at: EntryRef) -> Option<u64> {
        self.number(at).ok().flatten()
    }

    fn attribute(&self, at: EntryRef, name: dw::DwAt, object: Option<u64>) -> Option<u64> {
        self.computed(at, name, object).ok().flatten()
    }
}

/// What an expression may refer to.
struct ExpressionContext {
    /// The frame of the call.
    frame: bool,
    /// The address of an object, which is also what it begins with.
    object: Option<u64>,
}

/// The number that up to eight bytes are, if all of them are known.
fn number_of(bytes: &[Option<u8>]) -> Option<u64> {
    let bytes: Option<Vec<u8>> = bytes.iter().copied().collect();
    Some(little_endian(&bytes?))
}

fn constant_bytes(constant: &Attribute<Bytes<'_>>) -> Option<Vec<u8>> {
    if let AttributeValue::Block(block) = constant.value() {
        return Some(block.slice().to_vec());
    }
    // Zero in the bits above, but where it is written with a sign.
    discriminant_value(&constant.value()).map(|value| value.to_le_bytes().to_vec())
}

/// The number that up to eight bytes are.
pub fn little_endian(bytes: &[u8]) -> u64 {
    let mut padded = [0; 8];
    let length = bytes.len().min(8);
    padded[..length].copy_from_slice(&bytes[..length]);
    u64::from_le_bytes(padded)
}
