//! What crosses when a user asks for a value by name: watch expressions, and pointing at a place in the text.

use serde::{Deserialize, Serialize};

use super::{Span, Value};

/// What an expression of the user's comes to where the program stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// As it was written.
    pub expression: String,
    /// Its value, or why it has none, in words.
    pub result: Result<Value, String>,
}

/// What there is to say about a place in the text that the editor shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hover {
    /// The instruction; `None` for a name that stands elsewhere.
    pub place: Option<Span>,
    /// The name, such as `local $n (0)`.
    pub title: String,
    /// Its current value.
    pub value: Option<Value>,
    /// Notes, a sentence each.
    pub notes: Vec<String>,
}
