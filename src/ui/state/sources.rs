//! The source that a module was compiled from: which files it names, and which of them is shown.

use std::rc::Rc;

use crate::protocol::{Event, Landmark, SourceFile, Version};

/// A source file supplied by the user, or by an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The path in the module's debug information.
    pub path: Rc<str>,
    pub text: Rc<str>,
}

/// What the editor shows for a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleView {
    /// The source, if the module names any.
    Source,
    Disassembly,
}

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourcesState {
    /// The version of the last request.
    pub requested: Version,
    /// The program's own files, without those of libraries, sorted by path.
    pub files: Rc<[Rc<str>]>,
    /// For files that share their name with others: landmarks that identify their texts.
    pub landmarks: Rc<[(Rc<str>, Vec<Landmark>)]>,
    /// What is wrong with the debug information.
    pub problem: Option<Rc<str>>,
    /// The user's choice; `None`: the source if any of it is available, else the disassembly.
    pub view: Option<ModuleView>,
    /// The file that the user chose; `None`: the one that contains the current position.
    pub chosen: Option<Rc<str>>,
}

/// An action on [`SourcesState`].
#[derive(Debug, Clone, PartialEq)]
pub enum SourcesAction {
    /// Another program was opened.
    Forget,
    /// The list of sources was requested from the worker.
    Requested {
        version: Version,
    },
    /// From the worker; an answer to another request is ignored.
    Received(Rc<Event>),
    Show(ModuleView),
    /// The user has supplied source files: show them.
    Supplied,
    /// Shows a file that the user chose.
    Choose(Rc<str>),
    /// The program has moved, or another call was selected: follow the current position again.
    Follow,
}

impl SourcesState {
    pub fn apply(&self, action: SourcesAction) -> Self {
        let mut next = self.clone();
        match action {
            SourcesAction::Forget => next = Self { requested: self.requested, ..Self::default() },
            SourcesAction::Requested { version } => next.requested = version,
            SourcesAction::Received(event) => {
                if let Event::SourcesListed { version, files, problem } = &*event
                    && *version == self.requested
                {
                    next.files = own(files);
                    next.landmarks = landmarks(files);
                    next.problem = problem.as_deref().map(Rc::from);
                }
            }
            SourcesAction::Show(view) => next.view = Some(view),
            SourcesAction::Supplied => next.view = None,
            SourcesAction::Choose(path) => {
                next.chosen = Some(path);
                next.view = Some(ModuleView::Source);
            }
            SourcesAction::Follow => next.chosen = None,
        }
        next
    }

    /// Whether the module names any source files of its own.
    pub fn is_known(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether the editor shows source rather than the module's text. `texts` are the available sources.
    pub fn shows_source(&self, texts: &[SourceText]) -> bool {
        let is_here = || self.files.iter().any(|file| texts.iter().any(|text| text.path == *file));
        self.is_known() && self.view.map_or_else(is_here, |view| view == ModuleView::Source)
    }
}

fn own(files: &[SourceFile]) -> Rc<[Rc<str>]> {
    let mut own: Vec<Rc<str>> =
        files.iter().filter(|file| !file.is_library).map(|file| file.path.as_str().into()).collect();
    own.sort_unstable();
    own.into()
}

fn landmarks(files: &[SourceFile]) -> Rc<[(Rc<str>, Vec<Landmark>)]> {
    let known = files.iter().filter(|file| !file.landmarks.is_empty());
    known.map(|file| (file.path.as_str().into(), file.landmarks.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(version: Version) -> SourcesAction {
        let file = |path: &str, is_library| SourceFile { path: path.to_owned(), is_library, landmarks: Vec::new() };
        SourcesAction::Received(Rc::new(Event::SourcesListed {
            version,
            files: vec![file("/a/src/main.rs", false), file("/rustc/x/lib.rs", true), file("/a/src/count.rs", false)],
            problem: None,
        }))
    }

    fn here(path: &str) -> SourceText {
        SourceText { path: path.into(), text: "".into() }
    }

    fn apply_all(actions: impl IntoIterator<Item = SourcesAction>) -> SourcesState {
        actions.into_iter().fold(SourcesState::default(), |state, action| state.apply(action))
    }

    #[test]
    fn the_programs_own_files_are_known_in_order() {
        let state = apply_all([SourcesAction::Requested { version: 2 }, listed(2)]);
        assert_eq!(*state.files, ["/a/src/count.rs".into(), "/a/src/main.rs".into()]);
        assert!(state.is_known());
    }

    #[test]
    fn a_module_is_shown_with_its_source_where_that_is_here() {
        let state = apply_all([SourcesAction::Requested { version: 2 }, listed(2)]);
        let texts = [here("/a/src/main.rs")];
        assert!(state.shows_source(&texts));
        assert!(!state.shows_source(&[]), "an empty page would tell less than the disassembly");
        assert!(!state.shows_source(&[here("/rustc/x/lib.rs")]));
        assert!(state.apply(SourcesAction::Show(ModuleView::Source)).shows_source(&[]));
        let disassembly = state.apply(SourcesAction::Show(ModuleView::Disassembly));
        assert!(!disassembly.shows_source(&texts));
        assert!(disassembly.apply(SourcesAction::Supplied).shows_source(&texts));
    }

    #[test]
    fn an_answer_to_an_earlier_question_changes_nothing() {
        let state = apply_all([SourcesAction::Requested { version: 2 }, listed(1)]);
        assert!(!state.is_known() && !state.shows_source(&[here("/a/src/main.rs")]));
        let forgotten = apply_all([SourcesAction::Requested { version: 2 }, listed(2), SourcesAction::Forget]);
        assert!(!forgotten.is_known());
    }

    #[test]
    fn a_chosen_file_is_shown_until_the_program_moves() {
        let state =
            apply_all([SourcesAction::Show(ModuleView::Disassembly), SourcesAction::Choose("/a/src/count.rs".into())]);
        assert_eq!((state.view, state.chosen.as_deref()), (Some(ModuleView::Source), Some("/a/src/count.rs")));
        assert_eq!(state.apply(SourcesAction::Follow).chosen, None);
    }
}
