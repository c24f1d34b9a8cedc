//! The variables of a call and where they are (DWARF 5, sections 2.6 and 4.1).

use gimli::{Attribute, AttributeValue, EvaluationResult, Expression, Location, Value, constants as dw};

use super::entries::{Entries, Entry, EntryRef};
use super::sections::Bytes;
use super::show::{Shown, Stored, written};
use super::work::Broken;

/// How many operations say where a variable is, at most.
const MOST_OPERATIONS: u32 = 1_000;
/// How many blocks are within one another, at most.
const DEEPEST: usize = 200;

/// What a value is read from, at one moment of the program.
pub trait State {
    /// Bytes of the memory, if they are all in it.
    fn memory(&self, address: u64, length: u64) -> Option<&[u8]>;
    /// The bits of a local of the call.
    fn local(&self, index: u32) -> Option<u64>;
    /// The bits of a global.
    fn global(&self, index: u32) -> Option<u64>;
}

/// A variable or parameter, as its source names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub ty: String,
    /// The value as a person would write it, cut where it is long; `None` where it is not known at this instruction.
    pub value: Option<String>,
    /// Where it is in the memory, if it is there.
    pub address: Option<u64>,
}

/// The variables of a chain of scopes, the innermost first: calls that are inlined, and last the function.
pub fn read(entries: &Entries<'_>, chain: &[EntryRef], offset: u64, state: &dyn State) -> Vec<Vec<Variable>> {
    let at = entries.sections.address(offset);
    let function = chain.last().and_then(|function| entries.entry(*function).ok());
    let call = Call { entries, state, at: at.unwrap_or(0), frame_base: chain.last().copied().zip(function) };
    let of_scope = |scope: &EntryRef| {
        let mut found = Vec::new();
        // What cannot be read leaves those that could.
        let _ = call.collect(*scope, 0, &mut found);
        found
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

/// One call, at one instruction.
struct Call<'r, 'a> {
    entries: &'r Entries<'a>,
    state: &'r dyn State,
    /// The instruction, as an address of the DWARF.
    at: u64,
    /// The function, which says what addresses in its frame count from.
    frame_base: Option<(EntryRef, Entry<'a>)>,
}

impl<'a> Call<'_, 'a> {
    /// Adds the variables of a scope and of the blocks in it that the instruction is in, the outermost first.
    fn collect(&self, scope: EntryRef, depth: usize, found: &mut Vec<Variable>) -> Result<(), Broken> {
        if depth > DEEPEST {
            return Ok(());
        }
        for (at, entry) in self.entries.children(scope)? {
            match entry.tag() {
                dw::DW_TAG_variable | dw::DW_TAG_formal_parameter => {
                    if let Some(variable) = self.variable(at, &entry)? {
                        // An inner one hides those of the same name.
                        found.retain(|known| known.name != variable.name);
                        found.push(variable);
                    }
                }
                dw::DW_TAG_lexical_block if self.is_in(at, &entry)? => self.collect(at, depth + 1, found)?,
                _ => {}
            }
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
        let mut shown = Shown::new(self.entries, self.state);
        let value = stored.as_ref().map(|stored| shown.value(ty, stored));
        let address = match stored {
            Some(Stored::Memory(address)) => Some(address),
            Some(Stored::Bytes(_)) | None => None,
        };
        Ok(Some(Variable { name, ty: written(&self.entries.type_name(ty).unwrap_or_default()), value, address }))
    }

    /// Where a variable is at the instruction, if it is anywhere.
    fn stored(&self, at: EntryRef, entry: &Entry<'a>) -> Result<Option<Stored>, Broken> {
        if let Some(constant) = entry.attr(dw::DW_AT_const_value) {
            return Ok(constant_bytes(constant).map(Stored::Bytes));
        }
        let Some(location) = entry.attr_value(dw::DW_AT_location) else { return Ok(None) };
        match self.expression(at, location)? {
            Some(expression) => self.evaluate(at, expression, true),
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
        with_frame: bool,
    ) -> Result<Option<Stored>, Broken> {
        let unit = self.entries.unit(at.unit)?;
        let mut evaluation = expression.evaluation(unit.encoding());
        evaluation.set_max_iterations(MOST_OPERATIONS);
        let mut result = evaluation.evaluate()?;
        loop {
            self.entries.spend(1)?;
            result = match result {
                EvaluationResult::Complete => break,
                EvaluationResult::RequiresMemory { address, size, .. } => {
                    let Some(bytes) = self.state.memory(address, u64::from(size)) else { return Ok(None) };
                    evaluation.resume_with_memory(Value::Generic(little_endian(bytes)))?
                }
                EvaluationResult::RequiresWasmLocal { index } => {
                    let Some(bits) = self.state.local(index) else { return Ok(None) };
                    evaluation.resume_with_wasm_value(Value::Generic(bits))?
                }
                EvaluationResult::RequiresWasmGlobal { index } => {
                    let Some(bits) = self.state.global(index) else { return Ok(None) };
                    evaluation.resume_with_wasm_value(Value::Generic(bits))?
                }
                EvaluationResult::RequiresFrameBase if with_frame => {
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
        for piece in pieces {
            let size = piece.size_in_bits.map(|bits| bits.div_ceil(8));
            match piece.location {
                Location::Address { address } if is_one => return Ok(Some(Stored::Memory(address))),
                Location::Address { address } => match size.and_then(|size| self.state.memory(address, size)) {
                    Some(part) => bytes.extend_from_slice(part),
                    None => return Ok(None),
                },
                Location::Value { value } => {
                    let value = value.to_u64(u64::MAX)?.to_le_bytes();
                    bytes.extend_from_slice(&value[..size.map_or(8, |size| size.min(8)) as usize]);
                }
                Location::Bytes { value } => bytes.extend_from_slice(value.slice()),
                Location::Empty | Location::Register { .. } | Location::ImplicitPointer { .. } => return Ok(None),
            }
        }
        Ok(Some(Stored::Bytes(bytes)))
    }

    /// What the addresses in the call's frame count from; nothing before the function has taken room for it.
    fn frame_base(&self) -> Result<Option<u64>, Broken> {
        let Some((at, entry)) = &self.frame_base else { return Ok(None) };
        let Some(base) = entry.attr_value(dw::DW_AT_frame_base) else { return Ok(None) };
        let Some(expression) = self.expression(*at, base)? else { return Ok(None) };
        Ok(match self.evaluate(*at, expression, false)? {
            Some(Stored::Bytes(bytes)) => Some(little_endian(&bytes)).filter(|base| *base != 0),
            Some(Stored::Memory(address)) => Some(address),
            None => None,
        })
    }
}

fn constant_bytes(constant: &Attribute<Bytes<'_>>) -> Option<Vec<u8>> {
    if let AttributeValue::Block(block) = constant.value() {
        return Some(block.slice().to_vec());
    }
    let value = constant.sdata_value().or_else(|| constant.udata_value().map(u64::cast_signed))?;
    Some(i128::from(value).to_le_bytes().to_vec())
}

/// The number that up to eight bytes are.
pub fn little_endian(bytes: &[u8]) -> u64 {
    let mut padded = [0; 8];
    let length = bytes.len().min(8);
    padded[..length].copy_from_slice(&bytes[..length]);
    u64::from_le_bytes(padded)
}
