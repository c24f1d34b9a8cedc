//! What Run calls, and the arguments that the user typed; stored with the project.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

/// The maximum number of exports whose arguments are kept.
const MOST_EXPORTS: usize = 200;
/// The maximum number of arguments of a function: the limit in WebAssembly's JavaScript interface.
const MOST_ARGUMENTS: usize = 1000;
/// The maximum length of a name or a value, in bytes.
const LONGEST: usize = 4000;

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallNotes {
    /// The export that Run calls; `None` if the module decides.
    pub entry: Option<Rc<str>>,
    /// The arguments typed for each export, the last edited one last.
    pub arguments: Vec<TypedArguments>,
}

/// The arguments typed for one export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedArguments {
    pub export: Rc<str>,
    /// In parameter order; there may be more or fewer than the function has parameters now.
    pub values: Vec<Rc<str>>,
}

/// A change of [`CallNotes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallChange {
    /// Makes Run call this export, or (`None`) what the module decides.
    Choose(Option<Rc<str>>),
    /// The user typed an argument.
    Type { export: Rc<str>, index: usize, text: Rc<str> },
}

/// One export's arguments as they are stored.
#[derive(Serialize, Deserialize)]
pub struct StoredArguments {
    export: String,
    values: Vec<String>,
}

impl CallNotes {
    pub fn is_empty(&self) -> bool {
        self.entry.is_none() && self.arguments.is_empty()
    }

    /// The arguments typed for an export.
    pub fn typed(&self, export: &str) -> &[Rc<str>] {
        let found = self.arguments.iter().find(|typed| *typed.export == *export);
        found.map(|typed| typed.values.as_slice()).unwrap_or_default()
    }

    /// The notes after a change.
    #[must_use]
    pub fn apply(&self, change: CallChange) -> Self {
        let mut next = self.clone();
        match change {
            CallChange::Choose(entry) => next.entry = entry,
            CallChange::Type { index, .. } if index >= MOST_ARGUMENTS => {}
            CallChange::Type { export, index, text } => {
                let known = next.arguments.iter().position(|typed| typed.export == export);
                let mut values = known.map(|place| next.arguments.remove(place).values).unwrap_or_default();
                values.resize(values.len().max(index + 1), "".into());
                values[index] = text;
                if values.iter().any(|value| !value.is_empty()) {
                    next.arguments.push(TypedArguments { export, values });
                }
                if next.arguments.len() > MOST_EXPORTS {
                    next.arguments.remove(0);
                }
            }
        }
        next
    }

    /// The arguments in the form that is stored.
    pub fn to_stored(&self) -> Vec<StoredArguments> {
        let stored = |typed: &TypedArguments| StoredArguments {
            export: typed.export.to_string(),
            values: typed.values.iter().map(ToString::to_string).collect(),
        };
        self.arguments.iter().map(stored).collect()
    }

    /// Reads what was stored, within the limits, because the source is not trusted.
    pub fn from_stored(entry: Option<String>, arguments: Vec<StoredArguments>) -> Self {
        let is_short = |text: &str| text.len() <= LONGEST;
        let fits = |stored: &StoredArguments| {
            is_short(&stored.export)
                && stored.values.len() <= MOST_ARGUMENTS
                && stored.values.iter().all(|value| is_short(value))
        };
        let read = |stored: StoredArguments| TypedArguments {
            export: stored.export.into(),
            values: stored.values.into_iter().map(Into::into).collect(),
        };
        Self {
            entry: entry.filter(|entry| is_short(entry)).map(Into::into),
            arguments: arguments.into_iter().filter(fits).take(MOST_EXPORTS).map(read).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(export: &str, index: usize, text: &str) -> CallChange {
        CallChange::Type { export: export.into(), index, text: text.into() }
    }

    fn apply_all(changes: impl IntoIterator<Item = CallChange>) -> CallNotes {
        changes.into_iter().fold(CallNotes::default(), |notes, change| notes.apply(change))
    }

    #[test]
    fn each_export_remembers_its_arguments() {
        let notes = apply_all([type_in("add", 1, "2"), type_in("sq", 0, "3"), type_in("add", 0, "1")]);
        assert_eq!(notes.typed("add"), ["1".into(), "2".into()]);
        assert_eq!(notes.typed("sq"), ["3".into()]);
        assert_eq!(notes.typed("other"), []);
        let cleared = notes.apply(type_in("sq", 0, ""));
        assert_eq!(cleared.arguments.len(), 1, "empty boxes are not stored");
    }

    #[test]
    fn the_chosen_export_can_be_given_up() {
        let notes = apply_all([CallChange::Choose(Some("sq".into()))]);
        assert_eq!(notes.entry.as_deref(), Some("sq"));
        assert!(notes.apply(CallChange::Choose(None)).is_empty());
    }

    #[test]
    fn stored_arguments_are_bounded() {
        let many = (0..=MOST_EXPORTS).map(|number| type_in(&format!("f{number}"), 0, "1"));
        let notes = apply_all(many);
        assert_eq!(notes.arguments.len(), MOST_EXPORTS);
        assert_eq!(notes.typed("f0"), [], "the first edited go first");
        assert!(apply_all([type_in("f", MOST_ARGUMENTS, "1")]).is_empty());
        let long = StoredArguments { export: "f".into(), values: vec!["1".repeat(LONGEST + 1)] };
        assert!(CallNotes::from_stored(Some("x".repeat(LONGEST + 1)), vec![long]).is_empty());
        let again = CallNotes::from_stored(None, notes.to_stored());
        assert_eq!(again, notes);
    }
}
