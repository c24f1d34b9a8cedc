//! The report of a script's run.

use std::collections::BTreeMap;
use std::fmt;

/// The results of a script's assertions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Assertions that passed.
    pub passed: usize,
    /// Assertions that failed, and modules and calls that failed although the script expects success; in order.
    pub failed: Vec<Failing>,
    /// Modules that need unsupported proposals, by the names of these.
    pub not_run: BTreeMap<String, NotRun>,
}

/// A directive that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
}

/// How much was not run because of an unsupported proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotRun {
    pub modules: usize,
    /// Assertions on those modules.
    pub assertions: usize,
}

/// Why a text is not a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Unreadable {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
}

impl Unreadable {
    pub(super) fn at(text: &str, offset: usize, message: String) -> Self {
        let (line, column) = place(text, offset);
        Self { line, column, message }
    }
}

impl Report {
    /// One line for the file, followed by one for each failure and each set of proposals.
    pub fn describe(&self, file: &str) -> String {
        let mut description = format!("{file}: {} passed, {} failed\n", self.passed, self.failed.len());
        for Failing { line, column, message } in &self.failed {
            description += &format!("  {file}:{line}:{column}: {message}\n");
        }
        for (proposals, not_run) in &self.not_run {
            description += &format!("  not run: {not_run} ({proposals})\n");
        }
        description
    }
}

impl Failing {
    pub(super) fn at(text: &str, offset: usize, message: String) -> Self {
        let (line, column) = place(text, offset);
        Self { line, column, message }
    }
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |number: usize, word: &str| match number {
            1 => format!("1 {word}"),
            other => format!("{other} {word}s"),
        };
        write!(f, "{} and {}", count(self.modules, "module"), count(self.assertions, "assertion"))
    }
}

/// The line and column of an offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rfind('\n').map_or(before, |newline| &before[newline + 1..]);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
