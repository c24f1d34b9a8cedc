//! Types for values that the user asks for by name: watch expressions and hovers.

use serde::{Deserialize, Serialize};

use super::{Span, Value};

/// The value of a watch expression at the current position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// As the user wrote it.
    pub expression: String,
    /// Its value, or why it could not be evaluated, as text.
    pub result: Result<Value, String>,
}

/// The hover for a position in the text that the editor shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hover {
    /// The instruction; `None` for a name elsewhere.
    pub place: Option<Span>,
    /// The name, such as `local $n (0)`.
    pub title: String,
    /// Its current value.
    pub value: Option<Value>,
    /// Notes, one sentence each.
    pub notes: Vec<String>,
}
