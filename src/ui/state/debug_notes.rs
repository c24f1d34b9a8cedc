//! What a user has set up for debugging a program, as it is stored with the project: what is called with which
//! arguments, breakpoints, watchpoints, watch expressions, and the bookmark of the step that the project was shared at.
//!
//! Its text form is JSON; unknown parts are ignored, so that an older or newer page reads what it understands.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::call_notes::{CallNotes, StoredArguments};
use super::expressions;
use super::other_breakpoints::FIRST_ID;
use crate::protocol::{Breakpoint, BreakpointKind, OtherBreakpoint};

/// The maximum number of breakpoints kept.
const MOST_BREAKPOINTS: usize = 1000;
/// The maximum length of a condition or message, in bytes.
const LONGEST: usize = 4000;

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DebugNotes {
    /// Sorted by line.
    pub breakpoints: Vec<Breakpoint>,
    /// Breakpoints on anything but a source line.
    pub other_breakpoints: Vec<OtherBreakpoint>,
    pub expressions: Vec<Rc<str>>,
    pub bookmark: Option<Bookmark>,
    /// What Run and Debug call.
    pub calls: CallNotes,
    /// The ID of the example that the project was created from: Reset goes back to it.
    pub example: Option<Rc<str>>,
}

/// A step of a recorded run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    pub step: u64,
    /// The worker's encoding of it.
    pub bytes: Rc<[u8]>,
}

#[derive(Serialize, Deserialize, Default)]
struct StoredNotes {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    breakpoints: Vec<serde_json::Value>,
    #[serde(rename = "catches", default, skip_serializing_if = "Vec::is_empty")]
    other_breakpoints: Vec<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expressions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arguments: Vec<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    example: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredOtherBreakpoint {
    #[serde(rename = "what")]
    kind: BreakpointKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    #[serde(rename = "from_hit", default, skip_serializing_if = "is_zero")]
    hit_count: u64,
    #[serde(rename = "log", default, skip_serializing_if = "Option::is_none")]
    log_message: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredBreakpoint {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    line: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    #[serde(rename = "from_hit", default, skip_serializing_if = "is_zero")]
    hit_count: u64,
    #[serde(rename = "log", default, skip_serializing_if = "Option::is_none")]
    log_message: Option<String>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl DebugNotes {
    /// The notes of a project created from an example.
    pub fn of_example(id: &str) -> Self {
        Self { example: Some(id.into()), ..Self::default() }
    }

    /// Whether the user has set up nothing.
    pub fn is_untouched(&self) -> bool {
        *self == Self { example: self.example.clone(), ..Self::default() }
    }

    /// Everything but the bookmark as text; empty if there is nothing.
    pub fn to_text(&self) -> String {
        let is_debugged =
            !(self.breakpoints.is_empty() && self.other_breakpoints.is_empty() && self.expressions.is_empty());
        if !is_debugged && self.calls.is_empty() && self.example.is_none() {
            return String::new();
        }
        let breakpoints = self.breakpoints.iter().filter_map(|breakpoint| {
            let Breakpoint { id: _, file, line, condition, hit_count, log_message } = breakpoint.clone();
            serde_json::to_value(StoredBreakpoint { file, line, condition, hit_count, log_message }).ok()
        });
        let other_breakpoints = self.other_breakpoints.iter().filter_map(|breakpoint| {
            let OtherBreakpoint { id: _, kind, condition, hit_count, log_message } = breakpoint.clone();
            serde_json::to_value(StoredOtherBreakpoint { kind, condition, hit_count, log_message }).ok()
        });
        let expressions = self.expressions.iter().map(ToString::to_string).collect();
        let arguments = self.calls.to_stored();
        let stored = StoredNotes {
            breakpoints: breakpoints.collect(),
            other_breakpoints: other_breakpoints.collect(),
            expressions,
            entry: self.calls.entry.as_ref().map(ToString::to_string),
            arguments: arguments.iter().filter_map(|typed| serde_json::to_value(typed).ok()).collect(),
            example: self.example.as_ref().map(ToString::to_string),
        };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Reads the output of [`DebugNotes::to_text`] as far as it is valid; the source is not trusted.
    pub fn from_text(text: &str) -> Self {
        let stored: StoredNotes = serde_json::from_str(text).unwrap_or_default();
        let breakpoints = stored.breakpoints.into_iter().take(MOST_BREAKPOINTS);
        let read = breakpoints.filter_map(|stored| serde_json::from_value::<StoredBreakpoint>(stored).ok());
        let short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() <= LONGEST);
        let mut breakpoints: Vec<Breakpoint> = read
            .filter(|stored| {
                stored.line > 0 && [&stored.file, &stored.condition, &stored.log_message].into_iter().all(short)
            })
            .zip(1..)
            .map(|(StoredBreakpoint { file, line, condition, hit_count, log_message }, id)| Breakpoint {
                id,
                file,
                line,
                condition,
                hit_count,
                log_message,
            })
            .collect();
        breakpoints.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
        breakpoints.dedup_by(|one, other| (&one.file, one.line) == (&other.file, other.line));
        let other_breakpoints = stored.other_breakpoints.into_iter().take(MOST_BREAKPOINTS);
        let read = other_breakpoints.filter_map(|stored| serde_json::from_value::<StoredOtherBreakpoint>(stored).ok());
        let other_breakpoints = read
            .filter(|stored| {
                [&stored.condition, &stored.log_message].into_iter().all(short) && names_are_short(&stored.kind)
            })
            .zip(FIRST_ID..)
            .map(|(StoredOtherBreakpoint { kind, condition, hit_count, log_message }, id)| OtherBreakpoint {
                id,
                kind,
                condition,
                hit_count,
                log_message,
            })
            .collect();
        let expressions = stored.expressions.iter().filter(|text| text.len() <= expressions::LONGEST);
        let expressions = expressions.take(expressions::MOST).map(|text| text.as_str().into()).collect();
        let arguments = stored.arguments.into_iter();
        let arguments = arguments.filter_map(|typed| serde_json::from_value::<StoredArguments>(typed).ok()).collect();
        let calls = CallNotes::from_stored(stored.entry, arguments);
        let example = stored.example.filter(|example| example.len() <= LONGEST).map(Into::into);
        Self { breakpoints, other_breakpoints, expressions, bookmark: None, calls, example }
    }
}

fn names_are_short(kind: &BreakpointKind) -> bool {
    match kind {
        BreakpointKind::Instruction { .. } | BreakpointKind::Memory { .. } => true,
        BreakpointKind::Function { function: name }
        | BreakpointKind::Import { name }
        | BreakpointKind::Global { name, .. } => name.len() <= LONGEST,
        BreakpointKind::Local { function, name, .. } => function.len() + name.len() <= LONGEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::AccessKind;
    use crate::ui::state::call_notes::CallChange;

    fn breakpoint(id: u32, line: u32) -> Breakpoint {
        Breakpoint { id, line, file: None, condition: None, hit_count: 0, log_message: None }
    }

    fn calls() -> CallNotes {
        let typed = CallChange::Type { export: "add".into(), index: 1, text: "0x2".into() };
        CallNotes::default().apply(CallChange::Choose(Some("add".into()))).apply(typed)
    }

    fn watched(kind: BreakpointKind) -> OtherBreakpoint {
        OtherBreakpoint {
            id: FIRST_ID,
            kind,
            condition: None,
            hit_count: 3,
            log_message: Some("now {global.g}".into()),
        }
    }

    #[test]
    fn stored_notes_are_restored() {
        let conditional = Breakpoint { condition: Some("local.n == 3".into()), hit_count: 2, ..breakpoint(2, 9) };
        let notes = DebugNotes {
            breakpoints: vec![breakpoint(1, 4), conditional],
            other_breakpoints: vec![watched(BreakpointKind::Global { name: "$g".into(), access: AccessKind::Write })],
            expressions: vec!["stack[0]".into()],
            bookmark: None,
            calls: calls(),
            example: Some("hello".into()),
        };
        assert_eq!(DebugNotes::from_text(&notes.to_text()), notes);
        let only_calls = DebugNotes { calls: calls(), ..DebugNotes::default() };
        assert_eq!(DebugNotes::from_text(&only_calls.to_text()), only_calls);
        assert_eq!(DebugNotes::default().to_text(), "");
        assert_eq!(DebugNotes::from_text(""), DebugNotes::default());
    }

    #[test]
    fn unknown_parts_are_skipped() {
        let text = r#"{"breakpoints":[{"line":3,"colour":"red"},{"function":"f"},{"line":0},{"line":3,"from_hit":7}],
            "catches":[{"what":{"Smell":{}}},{"what":{"Entry":{"function":"f"}}}],"expressions":["depth"],"sounds":true,
            "entry":"f","arguments":[{"export":"f","values":["1"]},{"export":2},"f"]}"#;
        let notes = DebugNotes::from_text(text);
        assert_eq!(notes.breakpoints, [breakpoint(1, 3)], "one on a line");
        assert_eq!(notes.expressions, ["depth".into()]);
        assert_eq!(notes.other_breakpoints.len(), 1);
        assert_eq!((notes.calls.entry.as_deref(), notes.calls.typed("f")), (Some("f"), ["1".into()].as_slice()));
        assert_eq!(notes.other_breakpoints[0].kind, BreakpointKind::Function { function: "f".into() });
        assert_eq!(DebugNotes::from_text("no json"), DebugNotes::default());
        let long = format!(r#"{{"breakpoints":[{{"line":3,"log":"{}"}}]}}"#, "x".repeat(LONGEST + 1));
        assert_eq!(DebugNotes::from_text(&long), DebugNotes::default());
    }
}
