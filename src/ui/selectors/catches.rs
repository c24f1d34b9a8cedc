//! What to stop at besides lines: as a person reads it, and from what a person writes.

use crate::protocol::{Catch, Caught, Touching};

/// What can be chosen to stop at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Instruction,
    Entry,
    Import,
    Memory,
    Global,
    Local,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Memory, Self::Global, Self::Local, Self::Instruction, Self::Entry, Self::Import];

    /// As it is chosen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instruction => "an instruction",
            Self::Entry => "a function's entry",
            Self::Import => "calls of an import",
            Self::Memory => "bytes of memory",
            Self::Global => "a global",
            Self::Local => "a local",
        }
    }

    /// What is to be written for it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Instruction => "line:column, as in 12:9",
            Self::Entry => "$function",
            Self::Import => "fd_write, or nothing for any",
            Self::Memory => "0x400, 4 (address, bytes)",
            Self::Global => "$global",
            Self::Local => "$function $local",
        }
    }

    /// Whether it can be written, changed or read.
    pub fn is_watched(self) -> bool {
        match self {
            Self::Memory | Self::Global | Self::Local => true,
            Self::Instruction | Self::Entry | Self::Import => false,
        }
    }
}

/// What can be done to what is watched, as it is chosen.
pub const TOUCHING: [(Touching, &str); 3] =
    [(Touching::Change, "on change"), (Touching::Write, "on write"), (Touching::Read, "on read")];

/// A number, decimal or hexadecimal.
fn number(text: &str) -> Option<u64> {
    let text = text.replace('_', "");
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// What a person wrote to stop at.
///
/// # Errors
///
/// What is to be written instead.
pub fn parse(kind: Kind, text: &str, on: Touching, memory: u32) -> Result<Caught, String> {
    let text = text.trim();
    let expected = || format!("write {}", kind.hint());
    let name = || if text.is_empty() { Err(expected()) } else { Ok(text.to_owned()) };
    let mut parts = text.split([',', ':', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let mut next = || parts.next().ok_or_else(expected);
    let whole = |text: &str| u32::try_from(number(text).ok_or_else(expected)?).map_err(|_| expected());
    Ok(match kind {
        Kind::Instruction => Caught::Instruction { line: whole(next()?)?, column: whole(next()?)? },
        Kind::Entry => Caught::Entry { function: name()? },
        Kind::Import => Caught::Import { name: text.to_owned() },
        Kind::Global => Caught::Global { name: name()?, on },
        Kind::Local => Caught::Local { function: next()?.to_owned(), name: next()?.to_owned(), on },
        Kind::Memory => {
            let start = number(next()?).ok_or_else(expected)?;
            let length = match parts.next() {
                Some(length) => number(length).filter(|length| *length > 0).ok_or_else(expected)?,
                None => 1,
            };
            Caught::Memory { memory, start, length, on }
        }
    })
}

/// What it stops at, in a few words, and where a condition says so, in which calls of a function.
pub fn describe_catch(catch: &Catch) -> String {
    match (&catch.what, catch.condition.as_deref().and_then(only_depth)) {
        (Caught::Local { function, name, on }, Some(depth)) => {
            format!("Local {name} of {function}, in calls {depth} deep, {}", touching(*on))
        }
        (what, _) => describe(what),
    }
}

/// The condition that holds in calls that are so deep only; the outermost is 1 deep.
pub fn at_depth(depth: u32) -> String {
    format!("depth == {depth}")
}

/// The depth, of a condition that [`at_depth`] made.
fn only_depth(condition: &str) -> Option<u32> {
    condition.trim().strip_prefix("depth ==")?.trim().parse().ok()
}

/// What it stops at, in a few words.
pub fn describe(what: &Caught) -> String {
    match what {
        Caught::Instruction { line, column } => format!("Line {line}, column {column}"),
        Caught::Entry { function } => format!("Entry of {function}"),
        Caught::Import { name } if name.is_empty() => "Call of any import".to_owned(),
        Caught::Import { name } => format!("Call of {name}"),
        Caught::Memory { memory, start, length, on } => {
            let of = if *memory == 0 { String::new() } else { format!(" of memory {memory}") };
            let bytes = if *length == 1 { "byte".to_owned() } else { format!("{length} bytes") };
            format!("{} at 0x{start:X}{of} {}", capital(&bytes), touching(*on))
        }
        Caught::Global { name, on } => format!("Global {name} {}", touching(*on)),
        Caught::Local { function, name, on } => format!("Local {name} of {function}, in any call, {}", touching(*on)),
    }
}

fn touching(on: Touching) -> &'static str {
    TOUCHING.iter().find(|(known, _)| *known == on).map_or("", |(_, name)| name)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, text: &str) -> Result<String, String> {
        parse(kind, text, Touching::Change, 0).map(|what| describe(&what))
    }

    #[test]
    fn what_is_written_is_told_again() {
        for (kind, text, told) in [
            (Kind::Memory, "0x400, 4", "4 bytes at 0x400 on change"),
            (Kind::Memory, " 16 ", "Byte at 0x10 on change"),
            (Kind::Global, "$g", "Global $g on change"),
            (Kind::Local, "$f $i", "Local $i of $f, in any call, on change"),
            (Kind::Local, "3, 0", "Local 0 of 3, in any call, on change"),
            (Kind::Instruction, "12:9", "Line 12, column 9"),
            (Kind::Entry, "$f", "Entry of $f"),
            (Kind::Import, "", "Call of any import"),
            (Kind::Import, "fd_write", "Call of fd_write"),
        ] {
            assert_eq!(read(kind, text), Ok(told.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_local_is_watched_in_any_call_or_at_one_depth() {
        let what = Caught::Local { function: "$f".to_owned(), name: "$i".to_owned(), on: Touching::Write };
        let told = |condition: Option<&str>| {
            let condition = condition.map(str::to_owned);
            describe_catch(&Catch { id: 1, what: what.clone(), condition, from_hit: 0, log: None })
        };
        assert_eq!(told(None), "Local $i of $f, in any call, on write");
        assert_eq!(told(Some(&at_depth(3))), "Local $i of $f, in calls 3 deep, on write");
        assert_eq!(told(Some("depth == 3 && local.i > 2")), "Local $i of $f, in any call, on write");
    }

    #[test]
    fn what_cannot_be_read_is_answered_with_what_can() {
        for (kind, text) in [
            (Kind::Memory, ""),
            (Kind::Memory, "0x400, 0"),
            (Kind::Memory, "here"),
            (Kind::Local, "$i"),
            (Kind::Instruction, "12"),
            (Kind::Global, " "),
            (Kind::Entry, ""),
        ] {
            assert_eq!(read(kind, text), Err(format!("write {}", kind.hint())), "{text}");
        }
    }
}
