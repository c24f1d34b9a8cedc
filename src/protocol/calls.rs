//! The traced calls of a run.

use serde::{Deserialize, Serialize};

/// Which calls to show: those that meet all conditions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallFilter {
    /// Parts of function names, separated by commas or spaces; empty for all functions.
    pub functions: String,
    /// Part of a path, or of the path that a descriptor was opened with; empty for all.
    pub path: String,
    /// Only calls that failed.
    pub failures: bool,
}

/// The part of the traced calls that the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallsWatch {
    pub filter: CallFilter,
    /// The index of the first call to send, among those that pass.
    pub first: u64,
    /// The number of calls; the worker sends at most 500.
    pub count: u32,
    /// Send the last calls instead of those from `first` on.
    pub follow: bool,
}

/// Part of the traced calls.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CallsView {
    /// Whether the run is traced at all.
    pub traced: bool,
    /// The filter that these calls pass.
    pub filter: CallFilter,
    /// The index of the first of these calls, among those that pass.
    pub first: u64,
    pub calls: Vec<TraceCall>,
    /// How many of the kept calls pass, as far as they have been filtered.
    pub passing: u64,
    /// Whether some have not been filtered yet; another view follows.
    pub searching: bool,
    /// How many calls the run has made.
    pub total: u64,
    /// How many of them, the oldest, are no longer kept.
    pub dropped: u64,
}

/// A WASI call of the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceCall {
    /// Starts at 1 for the first call of the run.
    pub number: u64,
    /// Such as `path_open`.
    pub function: String,
    /// The name and value of each, formatted for the user: `CREAT|TRUNC`, `"words.txt"`.
    pub arguments: Vec<(String, String)>,
    /// `SUCCESS`, `NOENT`, ..., or what happened instead: `exits`, `waits`.
    pub outcome: String,
    pub failed: bool,
    /// The values written to memory, such as `fd 4`; empty if there are none.
    pub results: String,
    /// When the call was made, in milliseconds since the start of the run.
    pub at_ms: f64,
    /// How long it waited, in milliseconds, if it did.
    pub waited_ms: Option<f64>,
    /// The fuel used before the call, about one per instruction.
    pub fuel: u64,
}
