//! Problems in a program: the message, its position, and how to fix it.

use std::ops::Range;

use super::source::{self, Location};

/// The severity of a [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The program cannot run.
    Error,
    /// The program runs, but may behave unexpectedly.
    Warning,
}

/// Something wrong with a program: data, not an internal error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// The position; `None` if it is about the whole file.
    pub location: Option<Location>,
    /// The severity.
    pub severity: Severity,
    /// The message: lower case, no full stop.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// The source line, with carets below the position.
    pub excerpt: Option<String>,
}

impl Problem {
    /// An error about the whole of `file`.
    pub fn error(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            location: None,
            severity: Severity::Error,
            message: message.into(),
            help: None,
            excerpt: None,
        }
    }

    /// A warning about the whole of `file`.
    pub fn warning(file: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, message) }
    }

    /// The same problem, at a byte range of the file's text.
    pub fn at(mut self, text: &str, range: Range<usize>) -> Self {
        let location = Location::new(text, range);
        self.excerpt = Some(source::excerpt(text, &location));
        self.location = Some(location);
        self
    }

    /// The same problem, with help on how to fix it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The terminal format: position and message, the excerpt, the help.
impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.file)?;
        if let Some(location) = &self.location {
            write!(formatter, ":{}:{}", location.line, location.column)?;
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(formatter, ": {severity}: {}", self.message)?;
        if let Some(excerpt) = &self.excerpt {
            write!(formatter, "\n{excerpt}")?;
        }
        if let Some(help) = &self.help {
            write!(formatter, "\nhelp: {help}")?;
        }
        Ok(())
    }
}
