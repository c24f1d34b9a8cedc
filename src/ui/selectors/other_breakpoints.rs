//! Breakpoints on anything but a source line: describing them, and parsing the form.

use crate::protocol::{AccessKind, BreakpointKind, OtherBreakpoint};
use crate::ui::selectors::debug::DrawnBreakpoint;
use crate::ui::selectors::names;
use crate::ui::state::other_breakpoints::OtherBreakpoints;

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
        [Self::Memory, Self::Global, Self::Local, Self::Instruction, Self::Function, Self::Import];

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

/// The breakpoints that have a position in the text: instructions, and the lines that declare functions and imports.
pub fn drawn(other_breakpoints: &OtherBreakpoints, text: &str) -> Vec<DrawnBreakpoint> {
    let on_lines = |id: u32, lines: Vec<u32>, kind| {
        lines.into_iter().map(move |line| DrawnBreakpoint { id, line, column: 0, kind }).collect()
    };
    let places = other_breakpoints.list.iter().flat_map(|known| {
        let id = known.breakpoint.id;
        match &known.breakpoint.kind {
            BreakpointKind::Instruction { line, column } => {
                vec![DrawnBreakpoint { id, line: *line, column: *column, kind: "instruction" }]
            }
            BreakpointKind::Function { function } => on_lines(id, lines_of_function(text, function), "function"),
            BreakpointKind::Import { name } => on_lines(id, lines_of_import(text, name), "import"),
            BreakpointKind::Memory { .. } | BreakpointKind::Global { .. } | BreakpointKind::Local { .. } => Vec::new(),
        }
    });
    places.collect()
}

/// The lines that declare a function with this name in the text.
fn lines_of_function(text: &str, function: &str) -> Vec<u32> {
    let function = function.trim().trim_start_matches('$');
    let is_it = |rest: &str| {
        let name = rest.trim_start().strip_prefix('$').and_then(|rest| rest.strip_prefix(function));
        name.is_some_and(|after| after.chars().next().is_none_or(|next| next.is_whitespace() || "();".contains(next)))
    };
    declared(text, "(func").filter(|(_, rest)| is_it(rest)).map(|(line, _)| line).take(1).collect()
}

/// The lines that import functions with this name, with or without the module's name; all, without a name.
fn lines_of_import(text: &str, name: &str) -> Vec<u32> {
    let name = name.trim().trim_start_matches('$');
    let is_it = |rest: &str| {
        let mut quoted = rest.split('"').skip(1).step_by(2);
        let (Some(module), Some(field)) = (quoted.next(), quoted.next()) else { return false };
        rest.contains("(func") && (name.is_empty() || name == field || *name == format!("{module}.{field}"))
    };
    declared(text, "(import").filter(|(_, rest)| is_it(rest)).map(|(line, _)| line).collect()
}

/// The lines, from 1, with declarations that start with `with`, and the text that follows it.
fn declared<'a>(text: &'a str, with: &'static str) -> impl Iterator<Item = (u32, &'a str)> {
    let lines = text.lines().map(|line| line.split(";;").next().unwrap_or(line));
    lines.zip(1..).filter_map(move |(line, number)| Some((number, line.split_once(with)?.1)))
}

/// A short description, with the call depth if the condition is one of [`at_depth`].
pub fn describe_breakpoint(breakpoint: &OtherBreakpoint) -> String {
    match (&breakpoint.kind, breakpoint.condition.as_deref().and_then(only_depth)) {
        (BreakpointKind::Local { function, name, access }, Some(depth)) => {
            format!("Local {} of {}, at call depth {depth}, {}", written(name), written(function), access_text(*access))
        }
        (kind, _) => describe(kind),
    }
}

/// The condition that is true at only one call depth; the outermost call has depth 1.
pub fn at_depth(depth: u32) -> String {
    format!("depth == {depth}")
}

/// The depth in a condition from [`at_depth`].
fn only_depth(condition: &str) -> Option<u32> {
    condition.trim().strip_prefix("depth ==")?.trim().parse().ok()
}

/// A short description.
pub fn describe(kind: &BreakpointKind) -> String {
    match kind {
        BreakpointKind::Instruction { line, column } => format!("Line {line}, column {column}"),
        BreakpointKind::Function { function } => format!("Entry of {}", written(function)),
        BreakpointKind::Import { name } if name.is_empty() => "Call of any import".to_owned(),
        BreakpointKind::Import { name } => format!("Call of {}", written(name)),
        BreakpointKind::Memory { memory, start, length, access } => {
            let of = if *memory == 0 { String::new() } else { format!(" of memory {memory}") };
            let bytes = if *length == 1 { "byte".to_owned() } else { format!("{length} bytes") };
            format!("{} at 0x{start:X}{of} {}", capital(&bytes), access_text(*access))
        }
        BreakpointKind::Global { name, access } => format!("Global {} {}", written(name), access_text(*access)),
        BreakpointKind::Local { function, name, access } => {
            format!("Local {} of {}, in any call, {}", written(name), written(function), access_text(*access))
        }
    }
}

fn access_text(access: AccessKind) -> &'static str {
    ACCESS_KINDS.iter().find(|(known, _)| *known == access).map_or("", |(_, name)| name)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The name as it was given to a breakpoint; a quoted name is readable already.
fn written(name: &str) -> String {
    let inner = name.strip_prefix('$').unwrap_or(name);
    let is_quoted = inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"');
    if is_quoted
        && names::name(&inner[1..inner.len() - 1].replace(['"', '\\', ' '], "")).starts_with(|first| first != '"')
    {
        return name.to_owned();
    }
    names::function(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::other_breakpoints::OtherBreakpointChange;

    fn read(kind: Kind, text: &str) -> Result<String, String> {
        let memories = [None, Some("other".to_owned())];
        parse(kind, text, AccessKind::Change, &memories).map(|kind| describe(&kind))
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
    fn what_has_a_place_in_the_text_is_drawn_there() {
        let text = "(module\n  (import \"env\" \"log\" (func $log (param i32)))\n  (import \"env\" \"memory\" (memory 1))\n  \
                    ;; (func $add\n  (func $added)\n  (func $add (param i32)))\n";
        let kind = [
            BreakpointKind::Instruction { line: 6, column: 3 },
            BreakpointKind::Function { function: "$add".to_owned() },
            BreakpointKind::Function { function: "7".to_owned() },
            BreakpointKind::Import { name: "env.log".to_owned() },
            BreakpointKind::Import { name: String::new() },
            BreakpointKind::Global { name: "$add".to_owned(), access: AccessKind::Read },
        ];
        let other_breakpoints =
            kind.into_iter().fold(OtherBreakpoints::default(), |all, kind| all.apply(OtherBreakpointChange::Add(kind)));
        let first = other_breakpoints.list[0].breakpoint.id;
        let drawn = drawn(&other_breakpoints, text)
            .into_iter()
            .map(|drawn| (drawn.id - first, drawn.line, drawn.column, drawn.kind));
        let expected = [(0, 6, 3, "instruction"), (1, 6, 0, "function"), (3, 2, 0, "import"), (4, 2, 0, "import")];
        assert_eq!(drawn.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_local_is_watched_in_any_call_or_at_one_depth() {
        let kind =
            BreakpointKind::Local { function: "$f".to_owned(), name: "$i".to_owned(), access: AccessKind::Write };
        let describe = |condition: Option<&str>| {
            let condition = condition.map(str::to_owned);
            describe_breakpoint(&OtherBreakpoint {
                id: 1,
                kind: kind.clone(),
                condition,
                hit_count: 0,
                log_message: None,
            })
        };
        assert_eq!(describe(None), "Local $i of $f, in any call, on write");
        assert_eq!(describe(Some(&at_depth(3))), "Local $i of $f, at call depth 3, on write");
        assert_eq!(describe(Some("depth == 3 && local.i > 2")), "Local $i of $f, in any call, on write");
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
