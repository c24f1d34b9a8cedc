//! The form that adds a breakpoint on anything but a line: its kinds, and parsing its text.

use crate::protocol::{AccessKind, BreakpointKind};

/// The example in the field of a condition.
pub const CONDITION_EXAMPLE: &str = "$n == 3 && stack[0] > 9";
/// The example in the field of a log message.
pub const LOG_MESSAGE_EXAMPLE: &str = "n is {$n}";
/// The examples in the field of a watch expression.
pub const EXPRESSION_EXAMPLES: &str = "$n * 2, stack[0], mem32[0x400]";

/// The kinds of breakpoint in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Instruction,
    Function,
    Import,
    Memory,
    Global,
    Local,
}

impl Kind {
    pub const ALL: [Self; 6] =
        [Self::Function, Self::Instruction, Self::Import, Self::Local, Self::Global, Self::Memory];

    /// The name in the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instruction => "an instruction",
            Self::Function => "a function's entry",
            Self::Import => "calls of an import",
            Self::Memory => "bytes of memory",
            Self::Global => "a global",
            Self::Local => "a local",
        }
    }

    /// The placeholder of the text field.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Instruction => "line:column, as in 12:9",
            Self::Function => "$function",
            Self::Import => "fd_write, or nothing for any",
            Self::Memory => "0x400, 4 (address, bytes) or $memory: 0x400, 4",
            Self::Global => "$global",
            Self::Local => "$function $local",
        }
    }

    /// Whether it is a watchpoint, which has an access kind.
    pub fn is_watched(self) -> bool {
        match self {
            Self::Memory | Self::Global | Self::Local => true,
            Self::Instruction | Self::Function | Self::Import => false,
        }
    }
}

/// The access kinds, with their names in the form.
pub const ACCESS_KINDS: [(AccessKind, &str); 3] =
    [(AccessKind::Change, "on change"), (AccessKind::Write, "on write"), (AccessKind::Read, "on read")];

/// A number, decimal or hexadecimal.
fn number(text: &str) -> Option<u64> {
    let text = text.replace('_', "");
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Splits off a leading memory name or index; without one, memory 0.
fn in_memory<'a>(text: &'a str, names: &[Option<String>]) -> Result<(u32, &'a str), String> {
    let Some((memory, rest)) = text.split_once(':') else { return Ok((0, text)) };
    let memory = memory.trim();
    let index = match memory.strip_prefix('$') {
        Some(name) => names.iter().position(|known| known.as_deref() == Some(name)).map(|index| index as u32),
        None => number(memory).and_then(|index| u32::try_from(index).ok()),
    };
    Ok((index.ok_or_else(|| format!("there is no memory {memory}"))?, rest))
}

/// Parses the form; `memories` has the names of the memories.
///
/// # Errors
///
/// What to write instead.
pub fn parse(
    kind: Kind,
    text: &str,
    access: AccessKind,
    memories: &[Option<String>],
) -> Result<BreakpointKind, String> {
    let (memory, text) = if kind == Kind::Memory { in_memory(text, memories)? } else { (0, text) };
    let text = text.trim();
    let expected = || format!("write {}", kind.hint());
    let name = || if text.is_empty() { Err(expected()) } else { Ok(text.to_owned()) };
    let mut parts = text.split([',', ':', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let mut next = || parts.next().ok_or_else(expected);
    let whole = |text: &str| u32::try_from(number(text).ok_or_else(expected)?).map_err(|_| expected());
    Ok(match kind {
        Kind::Instruction => BreakpointKind::Instruction { line: whole(next()?)?, column: whole(next()?)? },
        Kind::Function => BreakpointKind::Function { function: name()? },
        Kind::Import => BreakpointKind::Import { name: text.to_owned() },
        Kind::Global => BreakpointKind::Global { name: name()?, access },
        Kind::Local => {
            let (function, rest) = name_and_rest(text);
            let (local, _) = name_and_rest(rest);
            if function.is_empty() || local.is_empty() {
                return Err(expected());
            }
            BreakpointKind::Local { function: function.to_owned(), name: local.to_owned(), access }
        }
        Kind::Memory => {
            let start = number(next()?).ok_or_else(expected)?;
            let length = match parts.next() {
                Some(length) => number(length).filter(|length| *length > 0).ok_or_else(expected)?,
                None => 1,
            };
            BreakpointKind::Memory { memory, start, length, access }
        }
    })
}

/// Splits off a leading name, which may be quoted.
fn name_and_rest(text: &str) -> (&str, &str) {
    let is_gap = |next: char| next == ',' || next.is_whitespace();
    let text = text.trim_start_matches(is_gap);
    let quoted = text.strip_prefix('$').unwrap_or(text).strip_prefix('"').and_then(|inner| {
        let mut is_escaped = false;
        let end = inner.char_indices().find(|(_, next)| {
            let ends = *next == '"' && !is_escaped;
            is_escaped = *next == '\\' && !is_escaped;
            ends
        });
        Some(text.len() - inner.len() + end?.0 + 1)
    });
    text.split_at(quoted.or_else(|| text.find(is_gap)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::selectors::breakpoints::describe;

    fn read(kind: Kind, text: &str) -> Result<String, String> {
        let memories = [None, Some("other".to_owned())];
        parse(kind, text, AccessKind::Change, &memories).map(|kind| describe(&kind, &[]))
    }

    #[test]
    fn parsed_breakpoints_are_described() {
        for (kind, text, description) in [
            (Kind::Memory, "0x400, 4", "4 bytes at 0x400 on change"),
            (Kind::Memory, " 16 ", "Byte at 0x10 on change"),
            (Kind::Memory, "$other: 0x10, 2", "2 bytes at 0x10 of memory 1 on change"),
            (Kind::Memory, "1:16", "Byte at 0x10 of memory 1 on change"),
            (Kind::Global, "$g", "Global $g on change"),
            (Kind::Local, "$f $i", "Local $i of $f, in any call, on change"),
            (Kind::Local, "3, 0", "Local 0 of 3, in any call, on change"),
            (Kind::Local, "$core::f $my-i", "Local $my-i of $core::f, in any call, on change"),
            (Kind::Local, r#"$"my f" $"my \" name""#, r#"Local $"my \" name" of $"my f", in any call, on change"#),
            (Kind::Instruction, "12:9", "Line 12, column 9"),
            (Kind::Function, "$f", "Entry of $f"),
            (Kind::Import, "", "Call of any import"),
            (Kind::Import, "fd_write", "Call of fd_write"),
        ] {
            assert_eq!(read(kind, text), Ok(description.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_answered_with_what_can() {
        for (kind, text) in [
            (Kind::Memory, ""),
            (Kind::Memory, "0x400, 0"),
            (Kind::Memory, "here"),
            (Kind::Memory, "1:"),
            (Kind::Local, "$i"),
            (Kind::Instruction, "12"),
            (Kind::Global, " "),
            (Kind::Function, ""),
        ] {
            assert_eq!(read(kind, text), Err(format!("write {}", kind.hint())), "{text}");
        }
        assert_eq!(read(Kind::Memory, "$another: 4"), Err("there is no memory $another".to_owned()));
    }
}
