//! The traced calls of a run.

use serde::{Deserialize, Serialize};

/// Which calls are to be seen: those that pass each condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallFilter {
    /// Parts of function names, separated by commas or blanks; empty for all functions.
    pub functions: String,
    /// Part of a path, or of the name that a descriptor was opened as; empty for all.
    pub path: String,
    /// Only what failed.
    pub failures: bool,
}

/// What part of the traced calls the page looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallsWatch {
    pub filter: CallFilter,
    /// How many of the calls that pass come before the first to be sent.
    pub first: u64,
    /// How many calls; the worker sends at most 500.
    pub count: u32,
    /// The last calls, instead of those from `first` on.
    pub follow: bool,
}

/// Part of the traced calls.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CallsView {
    /// Whether the run is traced at all.
    pub traced: bool,
    /// What the calls have passed.
    pub filter: CallFilter,
    /// How many of the calls that pass come before the first of these.
    pub first: u64,
    pub calls: Vec<TraceCall>,
    /// How many of the calls that are kept pass, as far as they have been looked at.
    pub passing: u64,
    /// Whether some have not been looked at yet; another view follows.
    pub searching: bool,
    /// How many calls the run has made.
    pub total: u64,
    /// How many of them, the oldest, are not kept any more.
    pub dropped: u64,
}

/// A call of the program to WASI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceCall {
    /// The first call of the run has 1.
    pub number: u64,
    /// Such as `path_open`.
    pub function: String,
    /// Name and value of each, the value as a user reads it: `CREAT|TRUNC`, `"words.txt"`.
    pub arguments: Vec<(String, String)>,
    /// `SUCCESS`, `NOENT`, ..., or what came instead: `exits`, `waits`.
    pub outcome: String,
    pub failed: bool,
    /// What was written out, such as `fd 4`; empty where there is nothing.
    pub results: String,
    /// When it began, in milliseconds since the run began.
    pub at_ms: f64,
    /// How long it waited, in milliseconds, if it did.
    pub waited_ms: Option<f64>,
    /// How many instructions or so the program had executed.
    pub fuel: u64,
}
