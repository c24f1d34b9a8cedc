//! The debugger's view that is sent to the page.

use super::regions::Regions;
use super::sources::Maps;
use super::stop_sentence::{self, Arrival};
use super::to_proto;
use crate::engine::debugger::view::FrameView;
use crate::engine::debugger::{Access, DebugSession, Recent, RecentValue};
use crate::engine::instrument::LabelKind;
use crate::engine::source_map::InstructionMap;
use crate::engine::value::{self, FunctionRef, Value};
use crate::protocol::{
    DebugFrame, DebugView, Label, LastAccess, NamedValue, Operand, Outcome, PlacedValue, Span, StopReason, TableView,
};

/// How many frames are sent at a stop: about as many as the page has room for.
const FRAMES_AT_STOP: usize = 20;
/// The maximum number of frames sent on request.
pub(super) const MOST_FRAMES: usize = 100;
/// The maximum number of elements of a table sent.
const MOST_ELEMENTS: u64 = 100;

/// The view of the last stop, for finding what has changed.
pub(super) struct PreviousView {
    pub(super) step: u64,
    /// How many bytes the program had printed.
    pub(super) printed: u64,
    pub(super) depth: u32,
    /// The topmost frame.
    pub(super) frame: Option<FrameView>,
    globals: Vec<String>,
}

impl PreviousView {
    /// The texts of the globals' values.
    pub(super) fn globals(&self) -> &[String] {
        &self.globals
    }

    pub fn of(session: &DebugSession) -> Self {
        Self {
            step: session.step(),
            printed: session.output_bytes(),
            depth: session.state().depth(),
            frame: session.state().call_stack(1).pop(),
            globals: session.state().globals().map(|global| value::show(&global).text).collect(),
        }
    }
}

pub(super) fn view(
    session: &mut DebugSession,
    maps: &Maps,
    regions: &Regions,
    reason: StopReason,
    arrival: Arrival,
    before: Option<&PreviousView>,
    recent: Recent,
) -> DebugView {
    let log = session.take_log().into_iter().map(|(step, message)| format!("step {step}: {message}")).collect();
    let session = &*session;
    let frames = session.state().call_stack(FRAMES_AT_STOP);
    // A value is marked as changed if it differs from the last one seen in the same frame.
    let same = before.filter(|before| before.depth == session.state().depth());
    let sentence = stop_sentence::sentence(session, maps, &reason, arrival, before, &recent);
    let shown: Vec<DebugFrame> = frames
        .iter()
        .enumerate()
        .map(|(index, frame)| to_frame(frame, index, session, maps, &recent, if index == 0 { same } else { None }))
        .collect();
    let pointers = frames.first().map(|top| session.state().pointer_globals(top.function)).unwrap_or_default();
    let globals = session.state().globals().enumerate().map(|(index, global)| {
        let shown = value::show(&global);
        let seen = before.and_then(|before| before.globals.get(index));
        NamedValue {
            changed: seen.is_some_and(|text| *text != shown.text),
            name: name(session.names().global(index as u32), index),
            value: to_proto::value(shown),
            mutable: session.state().is_global_mutable(index),
            address: address(session, &global, pointers.contains(&(index as u32))),
        }
    });
    let part = |access: &Access| (access.memory, access.address, access.length);
    // At a trap, what the instruction tried to access says more than the step before it.
    let tried = match &reason {
        StopReason::Ended { outcome: Outcome::Trapped { .. } } => session.state().next_accesses(),
        _ => Vec::new(),
    };
    let accesses = if tried.is_empty() { &recent.accesses } else { &tried };
    let last = match tried.is_empty() {
        true => recent.last_accesses.as_ref().map(|(step, accesses)| (*step, accesses.as_slice())),
        false => Some((session.step(), tried.as_slice())),
    };
    let last_access = last.and_then(|(step, accesses)| {
        let access = accesses.iter().find(|access| access.writes).or(accesses.first())?;
        Some(LastAccess { step, memory: access.memory, address: access.address })
    });
    let (written, read): (Vec<&Access>, Vec<&Access>) = accesses.iter().partition(|access| access.writes);
    let (written, read) = (written.into_iter().map(part).collect(), read.into_iter().map(part).collect());
    DebugView {
        step: session.stop_number(),
        furthest: session.furthest_stop(),
        reason,
        sentence: to_proto::sentence(&sentence),
        frames: shown,
        depth: session.state().depth(),
        globals: globals.collect(),
        tables: tables(session),
        printed: session.output_bytes(),
        forks: session.forks(),
        log,
        regions: regions.now(session),
        written,
        read,
        last_access,
    }
}

/// Frames further down, from the one at index `from` on; the topmost is 0.
pub(super) fn further_frames(session: &DebugSession, maps: &Maps, from: usize, recent: &Recent) -> Vec<DebugFrame> {
    let frames = session.state().call_stack(from.saturating_add(MOST_FRAMES));
    let further = frames.iter().enumerate().skip(from);
    let described = further.map(|(index, frame)| to_frame(frame, index, session, maps, recent, None));
    described.collect()
}

/// The address in the first memory that a value holds, if it is used as a pointer and is in bounds.
fn address(session: &DebugSession, value: &Value, is_pointer: bool) -> Option<u64> {
    let address = value.unsigned()?;
    let length = session.state().memory_size(0).unwrap_or(0);
    (is_pointer && address < length).then_some(address)
}

fn to_frame(
    frame: &FrameView,
    index: usize,
    session: &DebugSession,
    maps: &Maps,
    recent: &Recent,
    before: Option<&PreviousView>,
) -> DebugFrame {
    let map = &*maps.text;
    let values = recent.values.get(&index).map_or(&[][..], Vec::as_slice);
    let arguments = arguments(frame, session, recent.arguments.get(&index));
    let (function, source, inlined) = maps.calls(session.names(), frame);
    let before = before.and_then(|before| before.frame.as_ref()).filter(|before| before.function == frame.function);
    let text = |value: &Value| value::show(value).text;
    let locals = frame.locals.iter().enumerate().map(|(index, local)| {
        let seen = before.and_then(|before| before.locals.get(index)).map(|local| text(&local.value));
        let shown = value::show(&local.value);
        NamedValue {
            changed: seen.is_some_and(|seen| seen != shown.text),
            name: name(local.name.as_deref(), index),
            value: to_proto::value(shown),
            mutable: true,
            address: address(session, &local.value, local.is_pointer),
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
            address: address(session, &operand.value, operand.is_pointer),
            value: to_proto::value(shown),
        }
    });
    let labels = frame.labels.iter().map(|label| Label {
        kind: label_name(label.kind).to_owned(),
        name: label.name.as_deref().map(|label| name(Some(label), 0)),
        place: span(map, label.start),
        // For the user, a branch to a loop goes to the `loop` line: the first instruction in it may be lines below.
        target: span(map, if label.kind == LabelKind::Loop { label.start } else { label.target }),
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
        params: frame.params,
        arguments,
        operand_stack: operands.collect(),
        next_pops: frame.next_pops,
        values: placed_values(frame, map, values),
        labels: labels.collect(),
        more_labels: frame.more_labels,
    }
}

/// The arguments that were passed: those seen when the call began; else the values of the parameters that nothing can
/// have set since.
fn arguments(
    frame: &FrameView,
    session: &DebugSession,
    seen: Option<&Vec<Value>>,
) -> Vec<Option<crate::protocol::Value>> {
    let is_original = session.forks().is_empty();
    let parameters = frame.locals.iter().take(frame.params as usize).enumerate();
    let argument = parameters.map(|(index, local)| match seen.and_then(|seen| seen.get(index)) {
        Some(seen) => Some(seen),
        None => (is_original && !local.is_set).then_some(&local.value),
    });
    argument.map(|value| Some(to_proto::value(value::show(value?)))).collect()
}

/// The values that the call pushed last: those of recent steps and, of earlier ones, those still on the stack.
fn placed_values(frame: &FrameView, map: &InstructionMap, recent: &[RecentValue]) -> Vec<PlacedValue> {
    let mut values: Vec<(u64, PlacedValue)> = Vec::new();
    for recent in recent {
        let Some(place) = span(map, recent.offset) else { continue };
        let shown = recent.values.iter().cloned().map(to_proto::value).collect();
        values.push((recent.offset, PlacedValue { place, values: shown, earlier: recent.earlier }));
    }
    let is_recent = |offset: u64| recent.iter().any(|recent| recent.offset == offset);
    for operand in &frame.operand_stack {
        if operand.result_of.is_some() || is_recent(operand.pushed_at) {
            continue;
        }
        let value = to_proto::value(value::show(&operand.value));
        match values.iter_mut().find(|(offset, _)| *offset == operand.pushed_at) {
            Some((_, placed)) => placed.values.push(value),
            None => {
                let Some(place) = span(map, operand.pushed_at) else { continue };
                values.push((operand.pushed_at, PlacedValue { place, values: vec![value], earlier: false }));
            }
        }
    }
    values.sort_by_key(|(offset, _)| *offset);
    values.into_iter().map(|(_, placed)| placed).collect()
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

/// The instruction's text; the end of a function is written as a parenthesis, or not at all.
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

fn tables(session: &DebugSession) -> Vec<TableView> {
    let sizes = (0..).map_while(|table| session.state().table_size(table).map(|size| (table, size)));
    let view = |(table, size): (usize, u64)| {
        let elements = (0..size.min(MOST_ELEMENTS)).filter_map(|index| session.state().table_element(table, index));
        let elements = elements.map(|element| match &element {
            Value::FuncRef(Some(FunctionRef::Index(index))) => function_name(session.names().function(*index), *index),
            other => value::show(other).text,
        });
        TableView { size, elements: elements.collect() }
    };
    sizes.map(view).collect()
}
