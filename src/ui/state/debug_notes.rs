//! What a user has set up for debugging a program, as it is stored with the project: what is called with which
//! arguments, breakpoints, watchpoints, watch expressions, and the bookmark of the step that the project was shared at.
//!
//! Its text form is JSON; unknown parts are ignored, so that an older or newer page reads what it understands.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::call_notes::{CallNotes, StoredArguments};
use super::expressions;
use super::stored_breakpoints;
use crate::protocol::Breakpoint;

/// The maximum length of a condition, a message or a name, in bytes.
pub(super) const LONGEST: usize = 4000;

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DebugNotes {
    /// In the order of [`super::breakpoints::Breakpoints`].
    pub breakpoints: Vec<Breakpoint>,
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
    #[serde(rename = "breakpoints", default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<serde_json::Value>,
    /// All other breakpoints.
    #[serde(rename = "catches", default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expressions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arguments: Vec<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    example: Option<String>,
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
        let is_debugged = !(self.breakpoints.is_empty() && self.expressions.is_empty());
        if !is_debugged && self.calls.is_empty() && self.example.is_none() {
            return String::new();
        }
        let (lines, others) = stored_breakpoints::to_stored(&self.breakpoints);
        let expressions = self.expressions.iter().map(ToString::to_string).collect();
        let arguments = self.calls.to_stored();
        let stored = StoredNotes {
            lines,
            others,
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
        let breakpoints = stored_breakpoints::from_stored(stored.lines, stored.others);
        let expressions = stored.expressions.iter().filter(|text| text.len() <= expressions::LONGEST);
        let expressions = expressions.take(expressions::MOST).map(|text| text.as_str().into()).collect();
        let arguments = stored.arguments.into_iter();
        let arguments = arguments.filter_map(|typed| serde_json::from_value::<StoredArguments>(typed).ok()).collect();
        let calls = CallNotes::from_stored(stored.entry, arguments);
        let example = stored.example.filter(|example| example.len() <= LONGEST).map(Into::into);
        Self { breakpoints, expressions, bookmark: None, calls, example }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{AccessKind, BreakpointKind, BreakpointOptions};
    use crate::ui::state::call_notes::CallChange;

    fn breakpoint(id: u32, line: u32) -> Breakpoint {
        Breakpoint { id, kind: BreakpointKind::Line { file: None, line }, options: BreakpointOptions::default() }
    }

    fn calls() -> CallNotes {
        let typed = CallChange::Type { export: "add".into(), index: 1, text: "0x2".into() };
        CallNotes::default().apply(CallChange::Choose(Some("add".into()))).apply(typed)
    }

    #[test]
    fn stored_notes_are_restored() {
        let options =
            BreakpointOptions { condition: Some("local.n == 3".into()), hit_count: 2, ..BreakpointOptions::default() };
        let conditional = Breakpoint { options, ..breakpoint(2, 9) };
        let kind = BreakpointKind::Global { name: "$g".into(), access: AccessKind::Write };
        let options = BreakpointOptions { condition: None, hit_count: 3, log_message: Some("now {global.g}".into()) };
        let watched = Breakpoint { id: 3, kind, options };
        let notes = DebugNotes {
            breakpoints: vec![breakpoint(1, 4), conditional, watched],
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
    fn the_stored_form_is_the_one_in_links_and_projects() {
        let text = concat!(
            r#"{"breakpoints":[{"line":3},{"condition":"local.n == 3","from_hit":2,"line":9,"log":"n is {local.n}"},"#,
            r#"{"file":"src/main.rs","line":4}],"#,
            r#""catches":[{"what":{"Instruction":{"column":5,"line":12}}},{"what":{"Entry":{"function":"$f"}}},"#,
            r#"{"what":{"Import":{"name":"fd_write"}}},{"what":{"Import":{"name":""}}},"#,
            r#"{"condition":"depth == 2","from_hit":3,"log":"now {mem32[16]}","#,
            r#""what":{"Memory":{"length":4,"memory":1,"on":"Change","start":16}}},"#,
            r#"{"from_hit":1,"what":{"Global":{"name":"$g","on":"Write"}}},"#,
            r#"{"what":{"Local":{"function":"$f","name":"$n","on":"Read"}}}],"#,
            r#""expressions":["stack[0]"],"entry":"add","arguments":[{"export":"add","values":["","0x2"]}],"#,
            r#""example":"hello"}"#
        );
        assert_eq!(DebugNotes::from_text(text).to_text(), text);
    }

    #[test]
    fn unknown_parts_are_skipped() {
        let text = r#"{"breakpoints":[{"line":3,"colour":"red"},{"function":"f"},{"line":0},{"line":3,"from_hit":7}],
            "catches":[{"what":{"Smell":{}}},{"what":{"Entry":{"function":"f"}}}],"expressions":["depth"],"sounds":true,
            "entry":"f","arguments":[{"export":"f","values":["1"]},{"export":2},"f"]}"#;
        let notes = DebugNotes::from_text(text);
        let kind = BreakpointKind::Function { function: "f".into() };
        let entry = Breakpoint { id: 2, kind, options: BreakpointOptions::default() };
        assert_eq!(notes.breakpoints, [breakpoint(1, 3), entry], "one on a line");
        assert_eq!(notes.expressions, ["depth".into()]);
        assert_eq!((notes.calls.entry.as_deref(), notes.calls.typed("f")), (Some("f"), ["1".into()].as_slice()));
        assert_eq!(DebugNotes::from_text("no json"), DebugNotes::default());
        let long = format!(r#"{{"breakpoints":[{{"line":3,"log":"{}"}}]}}"#, "x".repeat(LONGEST + 1));
        assert_eq!(DebugNotes::from_text(&long), DebugNotes::default());
    }
}
