//! The filter for calls.

use super::call::TraceCall;
use super::open::{Head, Stored};
use super::parameters;
use super::poll::Subscription;
use super::text::Text;
use super::value::Value;

/// All calls, or those that meet every condition that is set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Parts of names, such as `path_` or `fd_write`; empty for all functions.
    pub functions: Vec<String>,
    /// Part of a path, or of the path that a descriptor was opened with; empty for all.
    pub path: String,
    /// Only calls that failed.
    pub failures: bool,
}

impl Filter {
    /// Parses names separated by commas or spaces.
    pub fn functions(text: &str) -> Vec<String> {
        text.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_lowercase).collect()
    }

    /// Whether every call passes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a call passes.
    pub fn passes_call(&self, call: &TraceCall) -> bool {
        self.passes_name(call.function)
            && (!self.failures || call.outcome.failed())
            && (self.path.is_empty() || call.arguments.iter().any(|(_, value)| self.is_about(value)))
    }

    pub(super) fn passes_head(&self, head: Head) -> bool {
        (!self.failures || head.outcome.failed()) && self.passes_name(parameters::function_name(head.function))
    }

    pub(super) fn looks_at_values(&self) -> bool {
        !self.path.is_empty()
    }

    pub(super) fn passes(&self, stored: &Stored) -> bool {
        stored.arguments.iter().any(|(_, value)| self.is_about(value))
    }

    fn passes_name(&self, function: &str) -> bool {
        self.functions.is_empty() || self.functions.iter().any(|part| function.contains(part.as_str()))
    }

    fn is_about(&self, value: &Value) -> bool {
        match value {
            Value::Path(path) => self.is_part_of(path),
            Value::Descriptor { name, .. } => name.as_ref().is_some_and(|name| self.is_part_of(name)),
            Value::Subscriptions(subscriptions) => subscriptions.first.iter().any(|subscription| match subscription {
                Subscription::Read { fd } | Subscription::Write { fd } => self.is_about(fd),
                Subscription::Clock { .. } | Subscription::Unknown { .. } => false,
            }),
            _ => false,
        }
    }

    fn is_part_of(&self, text: &Text) -> bool {
        text.start().windows(self.path.len().max(1)).any(|part| part == self.path.as_bytes())
    }
}
