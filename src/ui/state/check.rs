//! The result of checking the program: problems, kind, contents.

use std::rc::Rc;

use crate::protocol::{Checked, DetectedKind, ModuleSummary, Version};

/// The last check result, with the program version it is about.
#[derive(Debug, Clone, Default)]
pub struct CheckState {
    /// The newest version sent for checking; 0 before the first.
    pub requested: Version,
    /// The version that `checked` is about.
    pub answered: Version,
    /// Kept while a newer version is being checked, to avoid flicker. The disassembly is moved to `disassembly`.
    pub checked: Option<Rc<Checked>>,
    /// The last result that had a module: the program's contents while the text does not compile.
    pub compiled: Option<Rc<Checked>>,
    /// The text of a binary module, shared by everything that shows it.
    pub disassembly: Option<Rc<str>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CheckAction {
    Requested {
        version: Version,
    },
    Answered {
        version: Version,
        checked: Rc<Checked>,
        disassembly: Option<Rc<str>>,
    },
    /// Another program was opened: earlier results are not about it.
    Forget,
}

impl PartialEq for CheckState {
    fn eq(&self, other: &Self) -> bool {
        let same_answer = match (&self.checked, &other.checked) {
            (Some(one), Some(two)) => Rc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        };
        same_answer
            && self.compiled.is_some() == other.compiled.is_some()
            && self.requested == other.requested
            && self.answered == other.answered
    }
}

impl CheckAction {
    /// The worker's answer; its text is moved, not copied.
    pub fn answered(version: Version, mut checked: Checked) -> Self {
        let disassembly = checked.disassembly.take().map(Rc::from);
        Self::Answered { version, checked: Rc::new(checked), disassembly }
    }
}

impl CheckState {
    pub fn apply(&self, action: CheckAction) -> Self {
        match action {
            CheckAction::Requested { version } => Self { requested: version.max(self.requested), ..self.clone() },
            // Drop an answer about an outdated version: its positions would be wrong.
            CheckAction::Answered { version, .. } if version != self.requested => self.clone(),
            CheckAction::Answered { version, checked, disassembly } => {
                let compiled = if checked.module.is_some() {
                    Some(checked.clone())
                } else if checked.detected.kind == DetectedKind::NoProgram {
                    // Nothing is left of the last program.
                    None
                } else {
                    self.compiled.clone()
                };
                Self { requested: self.requested, answered: version, checked: Some(checked), compiled, disassembly }
            }
            CheckAction::Forget => Self { requested: self.requested, ..Self::default() },
        }
    }

    /// The text of a binary module, if it is complete: part of a program is not a program.
    pub fn whole_disassembly(&self) -> Option<Rc<str>> {
        self.checked.as_ref().filter(|checked| checked.is_whole).and(self.disassembly.clone())
    }

    /// The module's summary; while the text does not compile, that of the last text that did.
    pub fn module(&self) -> Option<&ModuleSummary> {
        self.compiled.as_ref()?.module.as_ref()
    }

    /// Whether [`CheckState::module`] belongs to an earlier text than the last one checked.
    pub fn is_module_stale(&self) -> bool {
        self.compiled.is_some() && self.checked.as_ref().is_some_and(|checked| checked.module.is_none())
    }

    /// Whether a check is in progress.
    pub fn is_pending(&self) -> bool {
        self.requested != self.answered
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::protocol::Detected;

    /// The answer about a program without problems.
    pub fn checked(module: Option<ModuleSummary>) -> Checked {
        Checked {
            problems: Vec::new(),
            detected: Detected { kind: DetectedKind::Library, description: String::new(), advice: None, command: None },
            module,
            disassembly: None,
            is_whole: true,
            binary_size: None,
        }
    }

    fn answered(version: Version, description: &str) -> CheckAction {
        let mut checked = checked(None);
        checked.detected.description = description.into();
        checked.disassembly = Some(format!("(module ;; {description}\n)"));
        CheckAction::answered(version, checked)
    }

    fn apply_all(actions: impl IntoIterator<Item = CheckAction>) -> CheckState {
        actions.into_iter().fold(CheckState::default(), |state, action| state.apply(action))
    }

    #[test]
    fn a_stale_answer_is_dropped() {
        let state = apply_all([
            CheckAction::Requested { version: 1 },
            CheckAction::Requested { version: 2 },
            answered(1, "one"),
        ]);
        assert_eq!(state.checked, None);
        assert!(state.is_pending());
        let state = state.apply(answered(2, "two"));
        assert_eq!(state.checked.as_ref().map(|checked| &*checked.detected.description), Some("two"));
        assert_eq!(state.disassembly.as_deref(), Some("(module ;; two\n)"));
        assert!(!state.is_pending());
    }

    #[test]
    fn the_last_module_stays_while_the_text_does_not_compile() {
        let with_module = |version, module: Option<ModuleSummary>| {
            let CheckAction::Answered { checked, disassembly, .. } = answered(version, "text") else { unreachable!() };
            let checked = Rc::new(Checked { module, ..(*checked).clone() });
            CheckAction::Answered { version, checked, disassembly }
        };
        let good = ModuleSummary { functions: 3, ..ModuleSummary::default() };
        let state = apply_all([CheckAction::Requested { version: 1 }, with_module(1, Some(good.clone()))]);
        assert!(!state.is_module_stale());
        let state = state.apply(CheckAction::Requested { version: 2 }).apply(with_module(2, None));
        assert_eq!((state.module(), state.is_module_stale()), (Some(&good), true));
        let CheckAction::Answered { checked, .. } = answered(3, "nothing") else { unreachable!() };
        let detected = Detected { kind: DetectedKind::NoProgram, ..checked.detected.clone() };
        let emptied = CheckAction::answered(3, Checked { detected, ..(*checked).clone() });
        let empty = state.apply(CheckAction::Requested { version: 3 }).apply(emptied);
        assert_eq!((empty.module(), empty.is_module_stale()), (None, false), "an empty text has no functions");
        assert_eq!(state.apply(CheckAction::Forget).module(), None);
    }

    #[test]
    fn the_last_answer_stays_while_the_next_is_awaited() {
        let state = apply_all([
            CheckAction::Requested { version: 1 },
            answered(1, "one"),
            CheckAction::Requested { version: 2 },
        ]);
        assert!(state.checked.is_some());
        assert!(state.is_pending());
        assert!(state.disassembly.is_some());
        let state = state.apply(CheckAction::Forget);
        assert!(state.checked.is_none() && state.disassembly.is_none());
    }
}
