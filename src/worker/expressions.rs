//! Evaluates what the user asks for by name: watch expressions and hovers.

use super::to_proto;
use crate::engine::debugger::condition::Condition;
use crate::engine::debugger::{DebugSession, MachineScope};
use crate::engine::source_map::InstructionMap;
use crate::protocol::{Evaluation, Hover};

/// The maximum number of expressions evaluated at each stop.
const MOST: usize = 200;

/// The user's watch expressions.
#[derive(Default)]
pub(super) struct Expressions {
    all: Vec<(String, Result<Condition, String>)>,
}

impl Expressions {
    pub fn new(expressions: Vec<String>) -> Self {
        let read = |text: String| {
            let condition = Condition::parse(&text).map_err(|error| error.to_string());
            (text, condition)
        };
        Self { all: expressions.into_iter().take(MOST).map(read).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Evaluates them in the call `frame` levels below the top of the stack.
    pub fn evaluate(&self, session: &DebugSession, frame: u32) -> Vec<Evaluation> {
        let scope = MachineScope::of_frame(session.state(), frame as usize);
        let evaluate = |(text, condition): &(String, Result<Condition, String>)| Evaluation {
            expression: text.clone(),
            result: condition
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|condition| scope.show(condition).map(to_proto::value).map_err(|reason| reason.to_string())),
        };
        self.all.iter().map(evaluate).collect()
    }
}

/// The hover for a position in the text: of the instruction there, or else of the name.
pub(super) fn hover(
    session: &DebugSession,
    map: &InstructionMap,
    at: u32,
    word: Option<&str>,
    frame: u32,
) -> Option<Hover> {
    let frame = frame as usize;
    let on = map.at(at);
    let instruction = on.and_then(|offset| Some((offset, session.state().hover_instruction(offset, frame)?)));
    let (place, hover) = match instruction {
        Some((offset, hover)) => (map.location(offset).as_ref().map(to_proto::span), hover),
        None => (None, session.state().hover_name(word?, map.after(at), frame)?),
    };
    let mut notes = hover.notes;
    let target = hover.target.and_then(|offset| map.location(offset).zip(map.instruction(offset)));
    if let Some((location, instruction)) = target {
        let what = if instruction == ")" { "the end of the function" } else { instruction };
        notes.push(format!("continues at line {}, {what}", location.line));
    }
    Some(Hover { place, title: hover.title, value: hover.value.map(to_proto::value), notes })
}
