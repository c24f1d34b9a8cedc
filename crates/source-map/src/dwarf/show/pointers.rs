//! Pointers of one word.

use super::{FormatError, Formatter, LONGEST_TEXT, OUTSIDE, Result, Stored};
use crate::dwarf::entries::{EntryRef, Language};
use crate::dwarf::types::Type;

impl Formatter<'_, '_> {
    /// What a reference or a box points to; of any other pointer, where, and what can be said in a word.
    pub(super) fn pointer(
        &mut self,
        name: Option<&str>,
        to: Option<EntryRef>,
        is_reference: bool,
        address: u64,
    ) -> Result<()> {
        let is_rust = to.is_some_and(|to| self.entries.language(to.unit) == Language::Rust);
        let is_box = is_rust && name.is_some_and(|name| name.starts_with("alloc::boxed::Box<"));
        let is_rust_reference = is_rust && name.is_some_and(|name| name.starts_with('&'));
        if let Some(to) = to.filter(|_| is_box || is_rust_reference || is_reference) {
            if is_rust_reference {
                self.text.push('&');
            }
            return self.pointed(to, address);
        }
        self.write(format_args!("{address:#x}"));
        if address == 0 {
            self.text.push_str(" (null)");
            return Ok(());
        }
        let Some(to) = to else { return Ok(()) };
        match &*self.entries.resolved(to)? {
            Type::Function { .. } => {
                if let Some(name) = self.state.function_name(address) {
                    self.write(format_args!(" ({name})"));
                }
            }
            Type::Base { name, size: 1, .. } if name == "char" => self.text_behind(address),
            _ => {}
        }
        Ok(())
    }

    /// What is at an address.
    pub(super) fn pointed(&mut self, to: EntryRef, address: u64) -> Result<()> {
        match self.state.is_in_memory(address, self.entries.size(to)?) {
            true => self.add(to, &Stored::Memory(address), None),
            false => self.text.push_str(OUTSIDE),
        }
        Ok(())
    }

    /// The text that one of C's pointers may point to: only what ends with a zero is one.
    fn text_behind(&mut self, address: u64) {
        let left = self.state.memory_size().saturating_sub(address).min(LONGEST_TEXT);
        let Some(bytes) = self.state.memory(address, left).filter(|bytes| !bytes.is_empty()) else { return };
        let bytes = bytes.into_owned();
        self.text.push(' ');
        match bytes.iter().position(|byte| *byte == 0) {
            Some(end) => self.text_of(&bytes[..end], end as u64),
            None => {
                self.text_of(&bytes, bytes.len() as u64);
                self.text.push('…');
            }
        }
    }

    /// One of C++'s pointers to members: where the member is in an object, or which function it is.
    pub(super) fn member_pointer(&mut self, size: u64, stored: &Stored) -> Result<()> {
        let word = size.min(4);
        let value = self.number(stored, word)?;
        match size {
            4 if value == u64::from(u32::MAX) => self.text.push_str("nullptr"),
            4 => self.write(format_args!("{value} (offset in the object)")),
            8 => {
                // An adjustment that is odd says that the function is virtual (the C++ ABI as on ARM).
                let adjustment = self.number(&stored.at(4), 4)?;
                match (adjustment & 1, value) {
                    (0, 0) => self.text.push_str("nullptr"),
                    (0, _) => {
                        self.write(format_args!("{value:#x}"));
                        if let Some(name) = self.state.function_name(value) {
                            self.write(format_args!(" ({name})"));
                        }
                    }
                    _ => self.write(format_args!("{value} (offset in the virtual functions)")),
                }
            }
            _ => return Err(FormatError::Otherwise),
        }
        Ok(())
    }
}
