//! Rust's enums.

use super::{FormatError, Formatter, Result, Stored};
use crate::dwarf::discriminants::Choice;
use crate::dwarf::types::{Member, Type, Variants};

impl Formatter<'_, '_> {
    /// The variant that the discriminant says.
    pub(super) fn variant(&mut self, variants: &Variants, stored: &Stored) -> Result<()> {
        let member = self.chosen(variants, stored)?;
        let place = self.member_stored(member, stored)?;
        let ty = self.entries.ty(member.ty)?;
        let Type::Struct(layout) = &*ty else {
            self.text.push_str(&member.name);
            return Ok(());
        };
        // The states of a coroutine are numbered; their types have names.
        let is_numbered = member.name.bytes().all(|byte| byte.is_ascii_digit());
        self.text.push_str(if is_numbered { &layout.name } else { &member.name });
        self.members(layout, &place, None)
    }

    /// The variant of a value. Impossible variants are skipped: they may have no number, or that of another one.
    fn chosen<'v>(&self, variants: &'v Variants, stored: &Stored) -> Result<&'v Member> {
        let mut possible = Vec::with_capacity(variants.all.len());
        for (choice, member) in &variants.all {
            self.entries.spend(choice.ranges() as u64 / 16)?;
            if !self.entries.is_uninhabited(member.ty)? {
                possible.push((choice, member));
            }
        }
        let only = |mut found: Vec<&'v Member>| match (found.pop(), found.is_empty()) {
            (Some(member), true) => Ok(member),
            _ => Err(FormatError::Otherwise),
        };
        let Some(discriminant) = &variants.discriminant else {
            return only(possible.into_iter().map(|(_, member)| member).collect());
        };
        let size = self.entries.size(discriminant.ty)?;
        let value = self.wide(&self.member_stored(discriminant, stored)?, size)?;
        let found = possible.iter().filter(|(choice, _)| choice.has(value, size));
        let found: Vec<_> = found.map(|(_, member)| *member).collect();
        if !found.is_empty() {
            return only(found);
        }
        // Among those that cannot be read may be the one that it is.
        if possible.iter().any(|(choice, _)| **choice == Choice::Unreadable) {
            return Err(FormatError::Otherwise);
        }
        let others = possible.iter().filter(|(choice, _)| **choice == Choice::Others);
        only(others.map(|(_, member)| *member).collect())
    }
}
