//! What the worker found out about the program: problems, kind, contents.

use std::rc::Rc;

use crate::protocol::{Checked, Version};

/// The last answer to a check, and which version of the program it is about.
#[derive(Debug, Clone, Default)]
pub struct CheckState {
    /// The newest version that was sent to be checked; 0 before the first.
    pub asked: Version,
    /// The version that `checked` is about.
    pub answered: Version,
    /// Kept while a newer version is being checked, so that nothing flickers.
    pub checked: Option<Rc<Checked>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CheckAction {
    Asked {
        version: Version,
    },
    Answered {
        version: Version,
        checked: Rc<Checked>,
    },
    /// Another program was opened: what was known is about something else.
    Forget,
}

impl PartialEq for CheckState {
    fn eq(&self, other: &Self) -> bool {
        let same_answer = match (&self.checked, &other.checked) {
            (Some(one), Some(two)) => Rc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        };
        same_answer && self.asked == other.asked && self.answered == other.answered
    }
}

impl CheckState {
    pub fn apply(&self, action: CheckAction) -> Self {
        match action {
            CheckAction::Asked { version } => Self { asked: version.max(self.asked), ..self.clone() },
            // An answer about a version that has been typed over is dropped: its places would be wrong.
            CheckAction::Answered { version, .. } if version != self.asked => self.clone(),
            CheckAction::Answered { version, checked } => {
                Self { asked: self.asked, answered: version, checked: Some(checked) }
            }
            CheckAction::Forget => Self { asked: self.asked, ..Self::default() },
        }
    }

    /// Whether an answer is on its way.
    pub fn is_pending(&self) -> bool {
        self.asked != self.answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Detected, DetectedKind};

    fn checked(description: &str) -> Rc<Checked> {
        Rc::new(Checked {
            problems: Vec::new(),
            detected: Detected {
                kind: DetectedKind::Library,
                description: description.into(),
                advice: None,
                command: None,
            },
            module: None,
            disassembly: None,
            binary_size: None,
        })
    }

    fn apply_all(actions: impl IntoIterator<Item = CheckAction>) -> CheckState {
        actions.into_iter().fold(CheckState::default(), |state, action| state.apply(action))
    }

    #[test]
    fn a_stale_answer_is_dropped() {
        let state = apply_all([
            CheckAction::Asked { version: 1 },
            CheckAction::Asked { version: 2 },
            CheckAction::Answered { version: 1, checked: checked("one") },
        ]);
        assert_eq!(state.checked, None);
        assert!(state.is_pending());
        let state = state.apply(CheckAction::Answered { version: 2, checked: checked("two") });
        assert_eq!(state.checked.as_ref().map(|checked| &*checked.detected.description), Some("two"));
        assert!(!state.is_pending());
    }

    #[test]
    fn the_last_answer_stays_while_the_next_is_awaited() {
        let state = apply_all([
            CheckAction::Asked { version: 1 },
            CheckAction::Answered { version: 1, checked: checked("one") },
            CheckAction::Asked { version: 2 },
        ]);
        assert!(state.checked.is_some());
        assert!(state.is_pending());
        assert!(state.apply(CheckAction::Forget).checked.is_none());
    }
}
