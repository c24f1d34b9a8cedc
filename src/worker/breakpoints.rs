//! Breakpoints and write queries: resolves their lines and names, and describes their hits.

use std::rc::Rc;

use crate::engine::debugger::condition::{self, Condition};
use crate::engine::debugger::{
    self, DebugSession, LineEntries, Origin, Position, Target, Trigger, WatchHit, WatchedValue, Watchpoint,
};
use crate::engine::source_map::InstructionMap;
use crate::engine::value;
use crate::protocol::{AccessKind, Breakpoint, BreakpointKind, BreakpointOptions, PlacedBreakpoint, Span, WriteTarget};

use super::regions::Regions;
use super::sources::Maps;
use super::to_proto;

/// Where a breakpoint stops.
#[derive(Default)]
struct Resolved {
    /// `None` for a line with no instruction on or after it.
    trigger: Option<Trigger>,
    place: Option<Span>,
    source_line: Option<u32>,
}

impl From<Trigger> for Resolved {
    fn from(trigger: Trigger) -> Self {
        Self { trigger: Some(trigger), ..Self::default() }
    }
}

/// The engine's breakpoint, if there is something to stop at, and its verification.
pub(super) fn place(
    session: &DebugSession,
    maps: &Maps,
    breakpoint: Breakpoint,
) -> (Option<debugger::Breakpoint>, PlacedBreakpoint) {
    let BreakpointOptions { condition, hit_count, log_message } = breakpoint.options.clone();
    let written = condition.as_deref().filter(|text| !text.trim().is_empty());
    let condition = written.map(Condition::parse).transpose().map_err(|error| error.to_string());
    let (resolved, unresolved) = match resolve(session, maps, &breakpoint.kind) {
        Ok(resolved) => (resolved, None),
        Err(problem) => (Resolved::default(), Some(problem)),
    };
    let Resolved { trigger, place, source_line } = resolved;
    let problem = unresolved.or_else(|| condition.as_ref().err().cloned());
    let set = condition.ok().zip(trigger).map(|(condition, trigger)| debugger::Breakpoint {
        id: breakpoint.id,
        trigger,
        condition,
        hit_count,
        log_message: log_message.filter(|text| !text.is_empty()),
    });
    (set, PlacedBreakpoint { breakpoint, place, source_line, problem })
}

/// The entry points of a line, in a source file or in the text, with the line that they really belong to.
pub(super) fn entries_of_line(
    session: &DebugSession,
    maps: &Maps,
    file: Option<&str>,
    line: u32,
) -> Option<(u32, LineEntries)> {
    LineEntries::find(session.program(), maps.of_file(file)?, file.unwrap_or_default(), line)
}

fn place_of_line(map: &InstructionMap, line: u32) -> Option<Span> {
    map.location(map.first_on_line(line)?).as_ref().map(to_proto::span)
}

fn resolve(session: &DebugSession, maps: &Maps, kind: &BreakpointKind) -> Result<Resolved, String> {
    let watch = |target, access: &AccessKind| {
        Ok(Resolved::from(Trigger::Watch(Watchpoint { target, access: to_access_kind(*access) })))
    };
    let instruction = |position| Resolved {
        place: location(session, &maps.text, position).as_ref().map(to_proto::span),
        ..Resolved::from(Trigger::Instruction(position))
    };
    match kind {
        BreakpointKind::Line { file, line } => {
            let found = entries_of_line(session, maps, file.as_deref(), *line);
            let source_line = found.as_ref().filter(|_| file.is_some()).map(|(line, _)| *line);
            let place = if file.is_none() { place_of_line(&maps.text, *line) } else { None };
            let trigger = found.map(|(_, entries)| Trigger::Line(Rc::new(entries)));
            Ok(Resolved { trigger, place, source_line })
        }
        BreakpointKind::Instruction { line, column } => {
            let offset = maps.text.at_column(*line, *column);
            let found = offset.and_then(|offset| session.program().instrumented.position_at(offset));
            let (function, index) =
                found.ok_or_else(|| format!("there is no instruction at line {line}, column {column}"))?;
            Ok(instruction(Position { function, instruction: index }))
        }
        BreakpointKind::Function { function } => {
            let function = with_body(session, function)?;
            let first = session.program().instrumented.analyse(function).map_or(0, |body| body.follow(0));
            Ok(instruction(Position { function, instruction: first }))
        }
        BreakpointKind::Import { name } if name.trim().is_empty() => Ok(Trigger::Import(None).into()),
        BreakpointKind::Import { name } => match session.names().find_import(name.trim().trim_start_matches('$')) {
            Some(function) => Ok(Trigger::Import(Some(function)).into()),
            None => {
                let known: Vec<String> =
                    session.names().imports().map(|(module, field)| format!("{module}.{field}")).collect();
                Err(match known.is_empty() {
                    true => "the program imports no function".to_owned(),
                    false => format!("the program imports no function {name}; it imports {}", known.join(", ")),
                })
            }
        },
        BreakpointKind::Memory { memory, start, length, access } => {
            if *memory as usize >= session.state().memories() {
                return Err("the program has no such memory".to_owned());
            }
            if *length == 0 || start.checked_add(*length).is_none() {
                return Err("there is nothing to watch: the number of bytes must be 1 or more".to_owned());
            }
            watch(Target::Memory { memory: *memory, start: *start, length: *length }, access)
        }
        BreakpointKind::Global { name, access } => {
            let global = named(name, |name| session.names().find_global(name));
            let name = bare(name);
            let global = global.filter(|global| session.state().global(*global).is_some());
            watch(Target::Global(global.ok_or_else(|| format!("the program has no global {name}"))?), access)
        }
        BreakpointKind::Local { function, name, access } => {
            let number = with_body(session, function)?;
            let copy = &session.program().instrumented;
            let count = copy.functions.get(number as usize).map_or(0, |info| info.params.len() + info.locals.len());
            let index = named(name, |name| session.names().find_local(number + copy.imported_functions, name));
            let index = index.filter(|index| (*index as usize) < count);
            let local = bare(name);
            let missing = || format!("the function {} has no local {local}", bare(function));
            watch(Target::Local { function: number, local: index.ok_or_else(missing)? }, access)
        }
    }
}

/// Finds a function by name or index; returns its index among those with a body.
fn with_body(session: &DebugSession, name: &str) -> Result<u32, String> {
    let copy = &session.program().instrumented;
    let index = named(name, |name| session.names().find_function(name));
    let name = bare(name);
    let index = index.filter(|index| (*index as usize) < copy.functions.len() + copy.imported_functions as usize);
    let index = index.ok_or_else(|| format!("the program has no function {name}"))?;
    let imported = || format!("the function {name} is imported: stop at its calls instead");
    index.checked_sub(copy.imported_functions).ok_or_else(imported)
}

/// Resolves a name, which may be written with `$`, between quotes or as an index.
fn named(written: &str, find: impl Fn(&str) -> Option<u32>) -> Option<u32> {
    let name = bare(written);
    let exact = written.strip_prefix('$').and_then(&find).or_else(|| find(name));
    exact.or_else(|| find(&condition::unquote(name)?)).or_else(|| name.parse().ok())
}

fn bare(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix('$').unwrap_or(name)
}

fn to_access_kind(access: AccessKind) -> debugger::AccessKind {
    match access {
        AccessKind::Write => debugger::AccessKind::Write,
        AccessKind::Change => debugger::AccessKind::Change,
        AccessKind::Read => debugger::AccessKind::Read,
    }
}

pub(super) fn to_write_target(target: WriteTarget) -> debugger::WriteTarget {
    match target {
        WriteTarget::Memory { memory, start, length } => debugger::WriteTarget::Memory { memory, start, length },
        WriteTarget::Global { global } => debugger::WriteTarget::Global(global),
        WriteTarget::Local { frame, local } => debugger::WriteTarget::Local { frame: frame as usize, local },
    }
}

fn location(
    session: &DebugSession,
    map: &InstructionMap,
    position: Position,
) -> Option<crate::engine::source::Location> {
    let function = session.program().instrumented.analyse(position.function)?;
    map.location(function.instructions.get(position.instruction as usize)?.offset)
}

/// Describes what an instruction does to a watched target: `i32.store on line 7 writes 4 bytes at 0x400: 0 becomes 5`.
pub(super) fn describe(session: &DebugSession, map: &InstructionMap, hit: &WatchHit) -> String {
    let line = location(session, map, hit.position).map_or_else(String::new, |at| format!(" on line {}", at.line));
    let offset = session
        .program()
        .instrumented
        .analyse(hit.position.function)
        .and_then(|function| Some(function.instructions.get(hit.position.instruction as usize)?.offset));
    let instruction = offset.and_then(|offset| map.instruction(offset)).unwrap_or("an instruction");
    let by = format!("{instruction}{line}");
    let kind = name(session, hit.target, hit.part);
    let (old, new) = (show(&hit.old), show(&hit.new));
    match (&hit.old, hit.writes) {
        (WatchedValue::Absent, true) => format!("{by} makes the call, in which {kind} starts as {new}"),
        (_, true) if hit.old == hit.new => format!("{by} writes {kind}: it stays {new}"),
        (_, true) => format!("{by} writes {kind}: {old} becomes {new}"),
        (_, false) => format!("{by} reads {kind}: {old}"),
    }
}

/// Why no instruction has written the target.
pub(super) fn describe_origin(
    session: &DebugSession,
    regions: &Regions,
    target: Option<WriteTarget>,
    origin: Origin,
) -> String {
    let (kind, start) = match target {
        Some(WriteTarget::Memory { memory, start, length }) => {
            let part = Some((start, length));
            let data = regions.data_of(start, length).filter(|_| memory == 0);
            let from =
                data.map_or("it has been zero from the start".to_owned(), |name| format!("it comes from {name}"));
            (name(session, Target::Memory { memory, start, length }, part), from)
        }
        Some(WriteTarget::Global { global }) => {
            (name(session, Target::Global(global), None), "it has its initial value".to_owned())
        }
        Some(WriteTarget::Local { frame, local }) => {
            let frames = session.state().call_stack(frame as usize + 1);
            let known = frames.get(frame as usize).and_then(|frame| frame.locals.get(local as usize)?.name.clone());
            let kind = format!("local {}", known.map_or_else(|| local.to_string(), |name| format!("${name}")));
            let is_param = frames.get(frame as usize).is_some_and(|frame| local < frame.params);
            let value = if is_param { "the value that it was called with" } else { "its initial value" };
            (kind, format!("it still has {value}"))
        }
        None => ("it".to_owned(), "it is unchanged since the start".to_owned()),
    };
    match origin {
        Origin::Start => format!("no instruction before this step has written {kind}: {start}"),
        Origin::User(step) => format!("you changed {kind} at step {step}, and no instruction has written it since"),
        Origin::Missing => format!("{kind} does not exist at this step"),
    }
}

fn name(session: &DebugSession, target: Target, part: Option<(u64, u64)>) -> String {
    let named = |name: Option<&str>, index: u32| name.map_or_else(|| index.to_string(), |name| format!("${name}"));
    match target {
        Target::Memory { memory, start, length } => {
            let (start, length) = part.unwrap_or((start, length));
            let of = if memory == 0 {
                String::new()
            } else {
                format!(" of memory {}", named(session.names().memory(memory), memory))
            };
            match length {
                1 => format!("the byte at 0x{start:x}{of}"),
                _ => format!("{length} bytes at 0x{start:x}{of}"),
            }
        }
        Target::Global(global) => format!("global {}", named(session.names().global(global), global)),
        Target::Local { function, local } => {
            let index = function + session.program().instrumented.imported_functions;
            let of = session.names().function(index).map_or_else(|| index.to_string(), |name| format!("${name}"));
            format!("local {} of {of}", named(session.names().local(index, local), local))
        }
    }
}

fn show(value: &WatchedValue) -> String {
    match value {
        WatchedValue::Value(value) => value::show(value).text,
        WatchedValue::Absent => "nothing".to_owned(),
        WatchedValue::Bytes(bytes) => match bytes.len() {
            1 | 2 | 4 | 8 => {
                let mut padded = [0; 8];
                padded[..bytes.len()].copy_from_slice(bytes);
                u64::from_le_bytes(padded).to_string()
            }
            _ => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
        },
    }
}
