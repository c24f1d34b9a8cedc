//! A decoded call.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::errno::Errno;
use super::value::Value;

/// One call of the program. `Display` is one line, in the manner of `strace`:
/// `path_open(3</>, SYMLINK_FOLLOW, "out.txt", CREAT|TRUNC, FD_WRITE, 0, 0) = SUCCESS fd 4`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceCall {
    /// Starts at 1 for the first call of a trace.
    pub number: u64,
    pub function: &'static str,
    pub arguments: Vec<(&'static str, Value)>,
    pub outcome: Outcome,
    /// What it wrote into the guest's memory.
    pub results: Vec<(&'static str, Value)>,
    /// The time of the call, in nanoseconds since the start of the trace.
    pub at_ns: u64,
    /// How long it waited, if it did.
    pub waited_ns: Option<u64>,
    /// The fuel used before the call: about one per instruction.
    pub fuel: u64,
}

/// The outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The number of an [`Errno`].
    Errno(u16),
    /// It ended the program.
    Exited,
    /// It ended the run: a limit.
    Stopped,
    /// It has not returned yet.
    Waits,
}

impl Outcome {
    pub fn succeeded(self) -> bool {
        self == Self::Errno(Errno::Success as u16)
    }

    /// Whether it returned an errno other than success, or ended the run.
    pub fn failed(self) -> bool {
        match self {
            Self::Errno(number) => number != Errno::Success as u16,
            Self::Stopped => true,
            Self::Exited | Self::Waits => false,
        }
    }

    /// `SUCCESS`, `NOENT`, ..., or what happened instead of an errno.
    pub fn name(self) -> String {
        match self {
            Self::Errno(number) => match Errno::ALL.get(usize::from(number)) {
                Some(errno) => errno.name().to_uppercase(),
                None => number.to_string(),
            },
            Self::Exited => "exits".to_owned(),
            Self::Stopped => "ends the run".to_owned(),
            Self::Waits => "waits".to_owned(),
        }
    }
}

impl TraceCall {
    /// The arguments as written between the parentheses.
    pub fn arguments_text(&self) -> String {
        let values: Vec<String> = self.arguments.iter().map(|(_, value)| value.to_string()).collect();
        values.join(", ")
    }

    /// The call in the form used by the command line and for copying: the time in seconds, the fuel, the call, and how
    /// long it waited. `0.000123 4567 fd_write(1<stdout>, ["hi
    /// "]) = SUCCESS nwritten 3`
    pub fn line(&self) -> String {
        let micros =
            |nanoseconds: u64| format!("{}.{:06}", nanoseconds / 1_000_000_000, nanoseconds / 1000 % 1_000_000);
        let waited = self.waited_ns.map(|waited| format!(" <waited {}>", micros(waited))).unwrap_or_default();
        format!("{} {} {self}{waited}", micros(self.at_ns), self.fuel)
    }

    /// The values written to memory, numbers with their names; empty if there are none.
    pub fn results_text(&self) -> String {
        // Self-explanatory values need no name.
        let named = |name: &str, value: &Value| match value {
            Value::Number(_) | Value::Time(_) | Value::Descriptor { .. } => format!("{name} {value}"),
            _ => value.to_string(),
        };
        let values: Vec<String> = self.results.iter().map(|(name, value)| named(name, value)).collect();
        values.join(", ")
    }
}

impl fmt::Display for TraceCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}) = {}", self.function, self.arguments_text(), self.outcome.name())?;
        if self.results.is_empty() { Ok(()) } else { write!(f, " {}", self.results_text()) }
    }
}
