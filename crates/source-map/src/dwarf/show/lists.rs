//! Arrays and slices.

use super::{FormatError, Formatter, LONGEST, MOST_ELEMENTS, Meta, Result, Stored};
use crate::dwarf::entries::{EntryRef, Language};
use crate::dwarf::types::{Count, Type};

impl Formatter<'_, '_> {
    pub(super) fn array(
        &mut self,
        ty: EntryRef,
        of: EntryRef,
        counts: &[Count],
        stride: Option<u64>,
        stored: &Stored,
        meta: Option<Meta>,
    ) -> Result<()> {
        let object = match stored {
            Stored::Memory(address) => Some(*address),
            Stored::Bytes(_) => None,
        };
        let count = |count: &Count| match (count, meta) {
            (Count::Unknown, Some(Meta::Length(length))) => Some(length),
            _ => self.count(count, object),
        };
        let counts: Option<Vec<u64>> = counts.iter().map(count).collect();
        let Some(counts) = counts else {
            self.text.push_str("(of unknown length)");
            return Ok(());
        };
        let size = stride.map_or_else(|| self.entries.size(of), Ok)?;
        let is_text = self.is_text(ty, of)?;
        let bytes = counts.iter().fold(size, |bytes, count| bytes.saturating_mul(*count));
        self.there(stored, bytes)?;
        self.dimension(of, &counts, size, stored, is_text)
    }

    /// Whether an array is one of C's texts.
    fn is_text(&self, ty: EntryRef, of: EntryRef) -> Result<bool> {
        let is_char = matches!(&*self.entries.resolved(of)?, Type::Base { name, size: 1, .. } if name == "char");
        Ok(is_char && matches!(self.entries.language(ty.unit), Language::C | Language::Cpp))
    }

    /// A text that ends with a zero, or fills its array.
    fn text_in(&mut self, stored: &Stored, count: u64) -> Result<()> {
        let bytes = self.bytes(stored, count)?;
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        self.text_of(&bytes[..end], end as u64);
        Ok(())
    }

    /// Fails for an impossible length: the value does not exist yet, or no longer.
    pub(super) fn there(&self, stored: &Stored, bytes: u64) -> Result<()> {
        match stored {
            Stored::Memory(address) if bytes > 0 && !self.state.is_in_memory(*address, bytes) => {
                Err(FormatError::Outside)
            }
            _ => Ok(()),
        }
    }

    fn dimension(&mut self, of: EntryRef, counts: &[u64], size: u64, stored: &Stored, is_text: bool) -> Result<()> {
        let Some((count, inner)) = counts.split_first() else {
            self.add(of, stored, None);
            return Ok(());
        };
        if is_text && inner.is_empty() {
            return self.text_in(stored, *count);
        }
        let row = inner.iter().fold(size, |bytes, count| bytes.saturating_mul(*count));
        self.sequence(*count, |shown, index| {
            shown.dimension(of, inner, size, &stored.at(index.saturating_mul(row)), is_text)
        })
    }

    pub(super) fn list(&mut self, of: EntryRef, stored: &Stored, count: u64) -> Result<()> {
        let size = self.entries.size(of)?;
        self.there(stored, count.saturating_mul(size))?;
        self.sequence(count, |shown, index| {
            shown.add(of, &stored.at(index.saturating_mul(size)), None);
            Ok(())
        })
    }

    /// `[1, 2, 3]`, of this many elements that are shown one after the other.
    pub(super) fn sequence(&mut self, count: u64, add: impl FnMut(&mut Self, u64) -> Result<()>) -> Result<()> {
        self.enclosed(("[", "]"), count, add)
    }

    pub(super) fn enclosed(
        &mut self,
        (open, close): (&str, &str),
        count: u64,
        mut add: impl FnMut(&mut Self, u64) -> Result<()>,
    ) -> Result<()> {
        self.text.push_str(open);
        for index in 0..count.min(MOST_ELEMENTS) {
            if index > 0 {
                self.text.push_str(", ");
            }
            if self.text.len() >= LONGEST {
                self.text.push('…');
                break;
            }
            add(self, index)?;
        }
        if count > MOST_ELEMENTS {
            self.write(format_args!(", … ({count} elements)"));
        }
        self.text.push_str(close);
        Ok(())
    }
}
