//! What the page is told of a program that stands still under the debugger.

use super::regions::Regions;
use super::sources::Maps;
use super::to_proto;
use crate::engine::debugger::view::FrameView;
use crate::engine::debugger::{Access, DebugSession, Recent};
use crate::engine::instrument::LabelKind;
use crate::engine::source_map::InstructionMap;
use crate::engine::value::{self, Nullable, Val};
use crate::protocol::{DebugFrame, DebugReason, DebugView, Label, NamedValue, Operand, PlacedValue, Span, TableView};

/// How many frames are told.
const MOST_FRAMES: usize = 200;
/// How many elements of a table are told.
const MOST_ELEMENTS: u64 = 100;

/// What was seen when the program stood still the last time, to tell what has changed.
pub(super) struct Before {
    step: u64,
    depth: u32,
    frame: Option<FrameView>,
    globals: Vec<String>,
}

impl Before {
    pub fn of(session: &DebugSession) -> Self {
        Self {
            step: session.step(),
            depth: session.depth(),
            frame: session.call_stack(1).pop(),
            globals: session.globals().iter().map(|global| value::show(global).text).collect(),
        }
    }
}

pub(super) fn view(
    session: &mut DebugSession,
    maps: &Maps,
    regions: &Regions,
    reason: DebugReason,
    before: Option<&Before>,
    recent: Recent,
) -> DebugView {
    let log = session.take_log().into_iter().map(|(step, message)| format!("step {step}: {message}")).collect();
    let session = &*session;
    let map = &*maps.text;
    let frames = session.call_stack(MOST_FRAMES);
    // What changed is what differs from what was seen last in the same frame.
    let same = before.filter(|before| before.depth == session.depth());
    let announcement = announcement(session, maps, &reason, before, frames.first());
    let shown: Vec<DebugFrame> = frames
        .iter()
        .enumerate()
        .map(|(index, frame)| to_frame(frame, session, maps, if index == 0 { same } else { None }))
        .collect();
    let globals = session.globals().into_iter().enumerate().map(|(index, global)| {
        let shown = value::show(&global);
        let seen = before.and_then(|before| before.globals.get(index));
        NamedValue {
            changed: seen.is_some_and(|text| *text != shown.text),
            name: name(session.names().global(index as u32), index),
            value: to_proto::value(shown),
            mutable: session.is_global_mutable(index),
        }
    });
    let values = recent.values.into_iter().filter_map(|recent| {
        let text = recent.values.into_iter().map(|value| value.text).collect::<Vec<_>>().join(" ");
        Some(PlacedValue { place: span(map, recent.offset)?, text, earlier: recent.earlier })
    });
    let part = |access: &Access| (access.memory, access.address, access.length);
    let (written, read): (Vec<&Access>, Vec<&Access>) = recent.touched.iter().partition(|access| access.writes);
    let (written, read) = (written.into_iter().map(part).collect(), read.into_iter().map(part).collect());
    DebugView {
        step: session.step(),
        furthest: session.furthest(),
        reason,
        announcement,
        frames: shown,
        depth: session.depth(),
        globals: globals.collect(),
        tables: tables(session),
        printed: session.output_bytes(),
        forks: session.forks(),
        values: values.collect(),
        log,
        regions: regions.now(session),
        written,
        read,
        memory: session.memory(0).map_or(0, |bytes| bytes.len() as u64),
    }
}

fn to_frame(frame: &FrameView, session: &DebugSession, maps: &Maps, before: Option<&Before>) -> DebugFrame {
    let map = &*maps.text;
    let (function, source, inlined) = maps.calls(session.names(), frame);
    let before = before.and_then(|before| before.frame.as_ref()).filter(|before| before.function == frame.function);
    let text = |value: &Val| value::show(value).text;
    let locals = frame.locals.iter().enumerate().map(|(index, local)| {
        let seen = before.and_then(|before| before.locals.get(index)).map(|local| text(&local.value));
        let shown = value::show(&local.value);
        NamedValue {
            changed: seen.is_some_and(|seen| seen != shown.text),
            name: name(local.name.as_deref(), index),
            value: to_proto::value(shown),
            mutable: true,
        }
    });
    let operands = frame.operand_stack.iter().enumerate().map(|(index, operand)| {
        let seen = before
            .map(|before| before.operand_stack.get(index).map(|operand| (operand.pushed_by, text(&operand.value))));
        let shown = value::show(&operand.value);
        Operand {
            changed: seen.is_some_and(|seen| seen != Some((operand.pushed_by, shown.text.clone()))),
            pushed_by: match operand.result_of {
                Some(LabelKind::Function) => "result of the function".to_owned(),
                Some(kind) => format!("result of the {}", label_name(kind)),
                None => map.instruction(operand.pushed_at).unwrap_or_default().to_owned(),
            },
            place: span(map, operand.pushed_at).filter(|_| operand.result_of != Some(LabelKind::Function)),
            value: to_proto::value(shown),
        }
    });
    let labels = frame.labels.iter().map(|label| Label {
        kind: label_name(label.kind).to_owned(),
        place: span(map, label.start),
        target: span(map, label.target),
        arity: label.arity,
    });
    DebugFrame {
        function,
        index: frame.function,
        instruction: instruction(map, frame.offset),
        place: span(map, frame.offset),
        offset: frame.offset,
        source,
        inlined,
        locals: locals.collect(),
        operand_stack: operands.collect(),
        labels: labels.collect(),
        more_labels: frame.more_labels,
    }
}

fn label_name(kind: LabelKind) -> &'static str {
    match kind {
        LabelKind::Function => "function",
        LabelKind::Block => "block",
        LabelKind::Loop => "loop",
        LabelKind::If => "if",
    }
}

fn span(map: &InstructionMap, offset: u64) -> Option<Span> {
    map.location(offset).as_ref().map(to_proto::span)
}

/// The instruction as it is written; the end of a function is written as a parenthesis, or not at all.
fn instruction(map: &InstructionMap, offset: u64) -> String {
    match map.instruction(offset) {
        Some(")") | None => "end of the function".to_owned(),
        Some(text) => text.to_owned(),
    }
}

fn name(name: Option<&str>, index: usize) -> String {
    name.map_or_else(|| index.to_string(), |name| format!("${name}"))
}

pub(super) fn function_name(name: Option<&str>, index: u32) -> String {
    name.map_or_else(|| format!("func {index}"), str::to_owned)
}

/// One sentence on what the last step did, or where the program stands.
fn announcement(
    session: &DebugSession,
    maps: &Maps,
    reason: &DebugReason,
    before: Option<&Before>,
    top: Option<&FrameView>,
) -> String {
    let map = &*maps.text;
    let here = top.map_or_else(String::new, |top| {
        if let Some(line) = maps.told(top) {
            return line;
        }
        // Where there are sources, too, a line alone would be taken for one of theirs.
        let of = if maps.has_sources() { " of the disassembly" } else { "" };
        let line = map.location(top.offset).map_or_else(String::new, |at| format!(" on line {}{of}", at.line));
        format!("{}{line}", instruction(map, top.offset))
    });
    let stands = |what: &str| if here.is_empty() { what.to_owned() } else { format!("{what}, next is {here}") };
    match reason {
        DebugReason::Start => return stands("before the first instruction"),
        // There is room for two short lines, and what is wrong has to be in them.
        DebugReason::Breakpoint { untold: Some(reason), .. } => {
            return format!("the condition here cannot be told: {reason}");
        }
        DebugReason::Breakpoint { untold: None, .. } => return stands("stopped at a breakpoint"),
        DebugReason::Watchpoint { touch, untold: Some(reason), .. } => {
            return format!("the condition here cannot be told: {reason}; {touch}");
        }
        DebugReason::Watchpoint { touch, untold: None, .. } => return format!("stopped by a watchpoint: {touch}"),
        DebugReason::LastWrite { touch } => return format!("last written here: {touch}"),
        DebugReason::NotWritten { message } => return message.clone(),
        DebugReason::Pause => return stands("paused"),
        DebugReason::Beginning => return stands("nothing further back"),
        DebugReason::Input => return "the program waits for input".to_owned(),
        DebugReason::Sleep => return "the program sleeps".to_owned(),
        DebugReason::Ended { .. } => return format!("the program is over, at {here}"),
        DebugReason::Step => {}
    }
    let (Some(before), Some(top)) = (before.filter(|before| before.step + 1 == session.step()), top) else {
        return stands(&format!("at step {}", session.step()));
    };
    let Some(frame) = &before.frame else { return stands("at the first step") };
    let did = instruction(map, frame.offset);
    let shown = |values: &mut dyn Iterator<Item = &Val>| {
        values.map(|value| value::show(value).text).collect::<Vec<_>>().join(" and ")
    };
    if session.depth() > before.depth {
        let arguments = shown(&mut top.locals.iter().map(|local| &local.value));
        let with = if arguments.is_empty() { String::new() } else { format!(" with {arguments}") };
        return format!("{did}: entered {}{with}", function_name(top.name.as_deref(), top.function));
    }
    if session.depth() < before.depth {
        let results = shown(&mut frame.operand_stack.iter().map(|operand| &operand.value));
        let what = if results.is_empty() { String::new() } else { format!(" {results}") };
        return format!("returned{what} to {}", function_name(top.name.as_deref(), top.function));
    }
    let pushed = top.operand_stack.iter().rev().take_while(|operand| operand.pushed_by == frame.instruction).count();
    let kept = top.operand_stack.len() - pushed;
    let popped = shown(&mut frame.operand_stack.iter().skip(kept).map(|operand| &operand.value));
    let pushed = shown(&mut top.operand_stack.iter().skip(kept).map(|operand| &operand.value));
    match (popped.is_empty(), pushed.is_empty()) {
        (true, true) => format!("{did}, next is {here}"),
        (false, true) => format!("{did}: popped {popped}"),
        (true, false) => format!("{did}: pushed {pushed}"),
        (false, false) => format!("{did}: popped {popped}, pushed {pushed}"),
    }
}

fn tables(session: &DebugSession) -> Vec<TableView> {
    let sizes = (0..).map_while(|table| session.table_size(table).map(|size| (table, size)));
    let view = |(table, size): (usize, u64)| {
        let elements = (0..size.min(MOST_ELEMENTS)).filter_map(|index| session.table_element(table, index));
        let elements = elements.map(|element| match &element {
            Val::FuncRef(Nullable::Val(function)) => match session.function_of(function) {
                Some(index) => function_name(session.names().function(index), index),
                None => "a function".to_owned(),
            },
            other => value::show(other).text,
        });
        TableView { size, elements: elements.collect() }
    };
    sizes.map(view).collect()
}
