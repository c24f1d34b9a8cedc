//! Breakpoints in their stored form. The links and projects of users contain it, so its names and its two lists, one of
//! lines and one of everything else, stay as they are.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::debug_notes::LONGEST;
use crate::protocol::{AccessKind, Breakpoint, BreakpointKind, BreakpointOptions};

/// The maximum number of breakpoints read from each list.
const MOST_BREAKPOINTS: usize = 1000;

/// A breakpoint on a line.
#[derive(Serialize, Deserialize)]
struct StoredLine {
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

/// A breakpoint of any other kind.
#[derive(Serialize, Deserialize)]
struct StoredBreakpoint {
    #[serde(rename = "what")]
    kind: StoredKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    #[serde(rename = "from_hit", default, skip_serializing_if = "is_zero")]
    hit_count: u64,
    #[serde(rename = "log", default, skip_serializing_if = "Option::is_none")]
    log_message: Option<String>,
}

#[derive(Serialize, Deserialize)]
enum StoredKind {
    Instruction {
        line: u32,
        column: u32,
    },
    #[serde(rename = "Entry")]
    Function {
        function: String,
    },
    Import {
        name: String,
    },
    Memory {
        memory: u32,
        start: u64,
        length: u64,
        #[serde(rename = "on")]
        access: StoredAccess,
    },
    Global {
        name: String,
        #[serde(rename = "on")]
        access: StoredAccess,
    },
    Local {
        function: String,
        name: String,
        #[serde(rename = "on")]
        access: StoredAccess,
    },
}

#[derive(Serialize, Deserialize)]
enum StoredAccess {
    Write,
    Change,
    Read,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The two lists of the stored form.
pub fn to_stored(breakpoints: &[Breakpoint]) -> (Vec<Value>, Vec<Value>) {
    let (mut lines, mut others) = (Vec::new(), Vec::new());
    for Breakpoint { id: _, kind, options } in breakpoints.iter().cloned() {
        let BreakpointOptions { condition, hit_count, log_message } = options;
        let kind = match kind {
            BreakpointKind::Line { file, line } => {
                lines.extend(serde_json::to_value(StoredLine { file, line, condition, hit_count, log_message }).ok());
                continue;
            }
            BreakpointKind::Instruction { line, column } => StoredKind::Instruction { line, column },
            BreakpointKind::Function { function } => StoredKind::Function { function },
            BreakpointKind::Import { name } => StoredKind::Import { name },
            BreakpointKind::Memory { memory, start, length, access } => {
                StoredKind::Memory { memory, start, length, access: access.into() }
            }
            BreakpointKind::Global { name, access } => StoredKind::Global { name, access: access.into() },
            BreakpointKind::Local { function, name, access } => {
                StoredKind::Local { function, name, access: access.into() }
            }
        };
        others.extend(serde_json::to_value(StoredBreakpoint { kind, condition, hit_count, log_message }).ok());
    }
    (lines, others)
}

/// Reads the two lists of the stored form as far as they are valid; the source is not trusted. Lines are sorted, and
/// come first.
pub fn from_stored(lines: Vec<Value>, others: Vec<Value>) -> Vec<Breakpoint> {
    let lines = lines.into_iter().take(MOST_BREAKPOINTS);
    let mut lines: Vec<StoredLine> = lines
        .filter_map(|stored| serde_json::from_value::<StoredLine>(stored).ok())
        .filter(|stored| {
            stored.line > 0 && [&stored.file, &stored.condition, &stored.log_message].into_iter().all(is_short)
        })
        .collect();
    lines.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    lines.dedup_by(|one, other| (&one.file, one.line) == (&other.file, other.line));
    let lines = lines.into_iter().map(|StoredLine { file, line, condition, hit_count, log_message }| {
        (BreakpointKind::Line { file, line }, BreakpointOptions { condition, hit_count, log_message })
    });
    let others = others.into_iter().take(MOST_BREAKPOINTS);
    let others = others
        .filter_map(|stored| serde_json::from_value::<StoredBreakpoint>(stored).ok())
        .filter(|stored| {
            [&stored.condition, &stored.log_message].into_iter().all(is_short) && names_are_short(&stored.kind)
        })
        .map(|StoredBreakpoint { kind, condition, hit_count, log_message }| {
            (kind.into(), BreakpointOptions { condition, hit_count, log_message })
        });
    lines.chain(others).zip(1..).map(|((kind, options), id)| Breakpoint { id, kind, options }).collect()
}

fn is_short(text: &Option<String>) -> bool {
    text.as_ref().is_none_or(|text| text.len() <= LONGEST)
}

fn names_are_short(kind: &StoredKind) -> bool {
    match kind {
        StoredKind::Instruction { .. } | StoredKind::Memory { .. } => true,
        StoredKind::Function { function: name } | StoredKind::Import { name } | StoredKind::Global { name, .. } => {
            name.len() <= LONGEST
        }
        StoredKind::Local { function, name, .. } => function.len() + name.len() <= LONGEST,
    }
}

impl From<StoredKind> for BreakpointKind {
    fn from(kind: StoredKind) -> Self {
        match kind {
            StoredKind::Instruction { line, column } => Self::Instruction { line, column },
            StoredKind::Function { function } => Self::Function { function },
            StoredKind::Import { name } => Self::Import { name },
            StoredKind::Memory { memory, start, length, access } => {
                Self::Memory { memory, start, length, access: access.into() }
            }
            StoredKind::Global { name, access } => Self::Global { name, access: access.into() },
            StoredKind::Local { function, name, access } => Self::Local { function, name, access: access.into() },
        }
    }
}

impl From<AccessKind> for StoredAccess {
    fn from(access: AccessKind) -> Self {
        match access {
            AccessKind::Write => Self::Write,
            AccessKind::Change => Self::Change,
            AccessKind::Read => Self::Read,
        }
    }
}

impl From<StoredAccess> for AccessKind {
    fn from(access: StoredAccess) -> Self {
        match access {
            StoredAccess::Write => Self::Write,
            StoredAccess::Change => Self::Change,
            StoredAccess::Read => Self::Read,
        }
    }
}
