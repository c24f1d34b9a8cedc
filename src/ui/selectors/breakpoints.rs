//! Breakpoints, as the list and the editor show them.

use std::rc::Rc;

use super::breakpoint_form::ACCESS_KINDS;
use super::names;
use super::sources::short;
use crate::protocol::{AccessKind, Breakpoint, BreakpointKind};
use crate::ui::state::breakpoints::{Breakpoints, KnownBreakpoint, Placed};

/// A breakpoint in the editor's gutter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnBreakpoint {
    pub id: u32,
    pub line: u32,
    /// In characters, from 1; 0 for a breakpoint on a whole line.
    pub column: u32,
    pub kind: &'static str,
}

/// The breakpoints that have a position in the text that the editor shows: that of a source file, or the program's own,
/// in which lines declare functions and imports.
pub fn drawn(breakpoints: &Breakpoints, file: Option<&str>, text: Option<&str>) -> Vec<DrawnBreakpoint> {
    let on_lines = |id: u32, lines: Vec<u32>, kind| {
        lines.into_iter().map(move |line| DrawnBreakpoint { id, line, column: 0, kind }).collect()
    };
    let places = breakpoints.list.iter().flat_map(|known| {
        let id = known.breakpoint.id;
        match (&known.breakpoint.kind, text) {
            (BreakpointKind::Line { file: of, line }, _) if of.as_deref() == file => {
                vec![DrawnBreakpoint { id, line: *line, column: 0, kind: line_mark(known) }]
            }
            (BreakpointKind::Instruction { line, column }, Some(_)) => {
                vec![DrawnBreakpoint { id, line: *line, column: *column, kind: "instruction" }]
            }
            (BreakpointKind::Function { function }, Some(text)) => {
                on_lines(id, lines_of_function(text, function), "function")
            }
            (BreakpointKind::Import { name }, Some(text)) => on_lines(id, lines_of_import(text, name), "import"),
            _ => Vec::new(),
        }
    });
    places.collect()
}

/// How the mark of a breakpoint on a line looks, and its description for screen readers.
fn line_mark(known: &KnownBreakpoint) -> &'static str {
    let options = &known.breakpoint.options;
    if matches!(&known.placed, Some(Placed { line, problem }) if line.is_none() || problem.is_some()) {
        "none"
    } else if options.log_message.is_some() {
        "log"
    } else if options.condition.is_some() || options.hit_count > 1 {
        "conditional"
    } else {
        "plain"
    }
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

/// A note about a breakpoint that does not do what its description suggests.
pub fn note(known: &KnownBreakpoint) -> Option<String> {
    let Placed { line: actual, problem } = known.placed.as_ref()?;
    if let Some(problem) = problem {
        return Some(format!("It does not stop: {problem}"));
    }
    let BreakpointKind::Line { line, .. } = &known.breakpoint.kind else { return None };
    match actual {
        None => Some("There is no instruction on this line or after it".into()),
        Some(actual) if actual != line => Some(format!("It stops on line {actual}, the next with an instruction")),
        Some(_) => None,
    }
}

/// A short description, with the call depth if the condition is one of [`at_depth`]; `files` are all source files.
pub fn describe_breakpoint(breakpoint: &Breakpoint, files: &[Rc<str>]) -> String {
    match (&breakpoint.kind, breakpoint.options.condition.as_deref().and_then(only_depth)) {
        (BreakpointKind::Local { function, name, access }, Some(depth)) => {
            format!("Local {} of {}, at call depth {depth}, {}", written(name), written(function), access_text(*access))
        }
        (kind, _) => describe(kind, files),
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

/// A short description of what it stops at.
pub fn describe(kind: &BreakpointKind, files: &[Rc<str>]) -> String {
    match kind {
        BreakpointKind::Line { file: None, line } => format!("Line {line}"),
        BreakpointKind::Line { file: Some(file), line } => format!("{}:{line}", short(file, files)),
        BreakpointKind::Instruction { line, column } => format!("Line {line}, column {column}"),
        BreakpointKind::Function { function } => format!("Entry of {}", written(function)),
        BreakpointKind::Import { name } if name.is_empty() => "Call of any import".to_owned(),
        BreakpointKind::Import { name } => format!("Call of {}", written(name)),
        BreakpointKind::Memory { memory, start, length, access } => {
            let of = if *memory == 0 { String::new() } else { format!(" of memory {memory}") };
            let bytes = if *length == 1 { "byte".to_owned() } else { format!("{length} bytes") };
            format!("{} at 0x{start:x}{of} {}", capital(&bytes), access_text(*access))
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
    use crate::protocol::BreakpointOptions;
    use crate::ui::state::breakpoints::BreakpointChange;

    #[test]
    fn what_has_a_place_in_the_text_is_drawn_there() {
        let text = "(module\n  (import \"env\" \"log\" (func $log (param i32)))\n  (import \"env\" \"memory\" (memory 1))\n  \
                    ;; (func $add\n  (func $added)\n  (func $add (param i32)))\n";
        let kinds = [
            BreakpointKind::Instruction { line: 6, column: 3 },
            BreakpointKind::Function { function: "$add".to_owned() },
            BreakpointKind::Function { function: "7".to_owned() },
            BreakpointKind::Import { name: "env.log".to_owned() },
            BreakpointKind::Import { name: String::new() },
            BreakpointKind::Global { name: "$add".to_owned(), access: AccessKind::Read },
            BreakpointKind::Line { file: None, line: 5 },
            BreakpointKind::Line { file: Some("main.rs".to_owned()), line: 9 },
        ];
        let all = kinds.into_iter().fold(Breakpoints::default(), |all, kind| all.apply(BreakpointChange::Add(kind)));
        let shown = |file, text| -> Vec<_> {
            let drawn = drawn(&all, file, text).into_iter();
            drawn.map(|drawn| (drawn.id, drawn.line, drawn.column, drawn.kind)).collect()
        };
        let expected = [
            (7, 5, 0, "plain"),
            (1, 6, 3, "instruction"),
            (2, 6, 0, "function"),
            (4, 2, 0, "import"),
            (5, 2, 0, "import"),
        ];
        assert_eq!(shown(None, Some(text)), expected);
        assert_eq!(shown(None, None), [(7, 5, 0, "plain")], "the text is not known yet");
        assert_eq!(shown(Some("main.rs"), None), [(8, 9, 0, "plain")]);
    }

    #[test]
    fn a_local_is_watched_in_any_call_or_at_one_depth() {
        let kind =
            BreakpointKind::Local { function: "$f".to_owned(), name: "$i".to_owned(), access: AccessKind::Write };
        let describe = |condition: Option<&str>| {
            let options = BreakpointOptions { condition: condition.map(str::to_owned), ..BreakpointOptions::default() };
            describe_breakpoint(&Breakpoint { id: 1, kind: kind.clone(), options }, &[])
        };
        assert_eq!(describe(None), "Local $i of $f, in any call, on write");
        assert_eq!(describe(Some(&at_depth(3))), "Local $i of $f, at call depth 3, on write");
        assert_eq!(describe(Some("depth == 3 && local.i > 2")), "Local $i of $f, in any call, on write");
    }

    #[test]
    fn a_line_is_named_with_the_file_that_it_is_in() {
        let files: [Rc<str>; 2] = ["/home/me/src/main.rs".into(), "/home/me/src/count.rs".into()];
        let line = |file: Option<&str>| BreakpointKind::Line { file: file.map(str::to_owned), line: 4 };
        assert_eq!(describe(&line(None), &files), "Line 4");
        assert_eq!(describe(&line(Some(&files[1])), &files), "src/count.rs:4");
    }

    #[test]
    fn a_moved_breakpoint_shows_its_actual_line() {
        let breakpoint = Breakpoint {
            id: 1,
            kind: BreakpointKind::Line { file: None, line: 4 },
            options: BreakpointOptions::default(),
        };
        let at = |line, problem: Option<&str>| KnownBreakpoint {
            breakpoint: breakpoint.clone(),
            placed: Some(Placed { line, problem: problem.map(str::to_owned) }),
        };
        assert_eq!(note(&at(Some(4), None)), None);
        assert!(note(&at(Some(6), None)).is_some_and(|note| note.contains("line 6")));
        assert!(note(&at(None, None)).is_some());
        assert_eq!(line_mark(&at(Some(4), Some("what"))), "none");
        assert_eq!(line_mark(&at(Some(4), None)), "plain");
        // Others have no single place.
        let kind = BreakpointKind::Import { name: String::new() };
        let import = |problem| KnownBreakpoint {
            breakpoint: Breakpoint { kind: kind.clone(), ..breakpoint.clone() },
            ..at(None, problem)
        };
        assert_eq!(note(&import(None)), None);
        assert_eq!(note(&import(Some("no import"))).as_deref(), Some("It does not stop: no import"));
    }
}
