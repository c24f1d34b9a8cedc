//! The open project: what a user works on, and how it changes.

use std::rc::Rc;

use super::call_notes::CallChange;
use super::call_results::TextId;
use super::debug_notes::DebugNotes;
use super::sources::SourceText;
use crate::protocol::Source;

/// Identifies a project; random, so that two tabs never choose the same.
pub type ProjectId = Rc<str>;

/// The maximum length of a name, in characters.
pub const LONGEST_NAME: usize = 80;

/// The program: a text to edit, or a module to inspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    Text(Rc<str>),
    Binary {
        /// The name of the opened file, such as `hello.wasm`.
        file_name: Rc<str>,
        bytes: Rc<[u8]>,
    },
}

impl Program {
    /// The program as the worker expects it.
    pub fn source(&self) -> Source {
        match self {
            Self::Text(text) => Source { name: "main.wat".to_owned(), bytes: text.as_bytes().to_vec() },
            Self::Binary { file_name, bytes } => Source { name: file_name.to_string(), bytes: bytes.to_vec() },
        }
    }

    /// Distinguishes this text from earlier ones.
    pub fn id(&self) -> TextId {
        match self {
            Self::Text(text) => TextId::of(text.as_bytes()),
            Self::Binary { bytes, .. } => TextId::of(bytes),
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&Rc<str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary { .. } => None,
        }
    }
}

/// Everything in a project except its files, which the worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    pub name: Rc<str>,
    pub program: Program,
    /// As typed.
    pub arguments: Rc<str>,
    /// As typed: one `NAME=value` per line.
    pub environment: Rc<str>,
    /// The source files that the program was compiled from, as far as they are available.
    pub sources: Rc<[SourceText]>,
    /// Whether the project is the user's own. An example that was only looked at is not; the next project replaces it.
    pub kept: bool,
    /// What belongs to the debugger.
    pub debugging: Rc<DebugNotes>,
}

impl Project {
    /// A run of another program, or with other arguments, does not reach the bookmarked step.
    fn drop_bookmark(&mut self) {
        if self.debugging.bookmark.is_some() {
            Rc::make_mut(&mut self.debugging).bookmark = None;
        }
    }
}

/// An entry in the list of projects.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectSummary {
    pub id: ProjectId,
    pub name: Rc<str>,
    /// When it was last changed, in milliseconds since 1970.
    pub edited: f64,
    pub kept: bool,
}

/// Whether the user's changes have reached the browser's storage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Saving {
    #[default]
    Saved,
    Pending,
    Failed {
        message: Rc<str>,
    },
}

/// The open project and the list of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Workspace {
    pub project: Project,
    /// Incremented when another text replaces the one in the editor, which then takes over [`Project::program`].
    pub opened: u32,
    /// Incremented with each change of the project.
    pub edit: u64,
    pub saving: Saving,
    /// The projects in this browser, most recently edited first.
    pub projects: Rc<[ProjectSummary]>,
    /// A message about the user's projects.
    pub notice: Option<Notice>,
    /// The progress of a long operation, such as reading many files from storage.
    pub progress: Option<Rc<str>>,
}

/// A message, shown until it is dismissed, another replaces it, or what it is about is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: Rc<str>,
    /// Whether it is an error.
    pub is_error: bool,
    pub about: About,
    /// What its button does, if it has one.
    pub action: Option<NoticeAction>,
}

/// The maximum length of a text that is read at a glance, in bytes.
const MOST_CONFIRMED: usize = 240;

impl Notice {
    /// Whether it only confirms what the user has just done: nothing is lost if it is not read.
    pub fn only_confirms(&self) -> bool {
        !self.is_error && self.action.is_none() && self.about == About::Program && self.text.len() <= MOST_CONFIRMED
    }
}

/// What a [`Notice`] offers to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeAction {
    /// Opens a project that is large when unpacked.
    OpenLarge,
    /// Keeps the previewed project in this browser.
    Keep,
    /// Undoes the operation that it reports.
    Undo,
    /// Cancels the operation whose progress it shows.
    Cancel,
}

/// What a [`Notice`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The user's work: it stays until the user dismisses it.
    Work,
    /// The program that was opened, or could not be: it disappears when another program is opened.
    Program,
    /// The text as it was opened: it disappears when the user edits it.
    Text,
}

/// An action on [`Workspace`].
#[derive(Debug, Clone, PartialEq)]
pub enum WorkspaceAction {
    /// The user typed.
    SetText(Rc<str>),
    /// Another program replaces the one in the editor, such as a module's text.
    ReplaceProgram(Program),
    SetArguments(Rc<str>),
    SetEnvironment(Rc<str>),
    Rename(Rc<str>),
    /// Breakpoints or watch expressions have changed; what Run calls and the example stay as they are.
    SetNotes(Rc<DebugNotes>),
    /// The user chose what Run calls, or typed an argument.
    ChangeCall(CallChange),
    /// Removes the bookmark of the run that the project was shared at.
    DropBookmark,
    /// The user supplied source files; existing ones are replaced.
    AddSources(Vec<SourceText>),
    /// The user changed a file.
    FilesEdited,
    /// A program changed a file.
    FilesWritten,
    /// Keeps a previewed project from now on.
    Keep,
    /// Another project was opened.
    Open(Project),
    /// The open project continues under another ID, because another tab has changed the stored one.
    Fork {
        id: ProjectId,
        name: Rc<str>,
    },
    /// The list of projects was read from storage.
    Listed(Rc<[ProjectSummary]>),
    /// The state after this many edits is stored.
    Saved {
        edit: u64,
    },
    SaveFailed {
        message: Rc<str>,
    },
    Notify(Notice),
    DismissNotice,
    /// A long operation has made progress or (`None`) ended.
    Progress(Option<Rc<str>>),
}

impl Workspace {
    /// A workspace with this project open and nothing else.
    pub fn new(project: Project) -> Self {
        Self { project, opened: 0, edit: 0, saving: Saving::Saved, projects: Rc::new([]), notice: None, progress: None }
    }

    /// The workspace after `action`.
    #[must_use]
    pub fn apply(&self, action: WorkspaceAction) -> Self {
        let mut next = self.clone();
        match action {
            WorkspaceAction::SetText(text) => {
                let program = Program::Text(text);
                if program == next.project.program {
                    return next;
                }
                next.project.program = program;
                next.project.drop_bookmark();
                next.forget_notice(&[About::Text]);
                next.edited();
            }
            WorkspaceAction::ReplaceProgram(program) => {
                next.forget_notice(&[About::Text, About::Program]);
                next.project.program = program;
                next.project.drop_bookmark();
                next.project.sources = Rc::new([]);
                next.opened += 1;
                next.edited();
            }
            WorkspaceAction::SetArguments(arguments) if arguments != next.project.arguments => {
                next.project.arguments = arguments;
                next.project.drop_bookmark();
                next.edited();
            }
            WorkspaceAction::SetArguments(_) => {}
            WorkspaceAction::SetEnvironment(environment) if environment != next.project.environment => {
                next.project.environment = environment;
                next.project.drop_bookmark();
                next.edited();
            }
            WorkspaceAction::SetEnvironment(_) => {}
            WorkspaceAction::Rename(name) => {
                next.project.name = clean_name(&name).into();
                next.edited();
            }
            WorkspaceAction::SetNotes(mut notes) => {
                let known = &next.project.debugging;
                if (&notes.calls, &notes.example) != (&known.calls, &known.example) {
                    let DebugNotes { calls, example, .. } = (**known).clone();
                    let notes = Rc::make_mut(&mut notes);
                    (notes.calls, notes.example) = (calls, example);
                }
                // Debugging an example does not make it the user's own.
                if notes != next.project.debugging {
                    next.project.debugging = notes;
                    next.edit += 1;
                    next.saving = Saving::Pending;
                }
            }
            WorkspaceAction::ChangeCall(change) => {
                let calls = next.project.debugging.calls.apply(change);
                // Nor does calling a function of an example.
                if calls != next.project.debugging.calls {
                    Rc::make_mut(&mut next.project.debugging).calls = calls;
                    next.project.drop_bookmark();
                    next.edit += 1;
                    next.saving = Saving::Pending;
                }
            }
            WorkspaceAction::DropBookmark if next.project.debugging.bookmark.is_some() => {
                next.project.drop_bookmark();
                next.edit += 1;
                next.saving = Saving::Pending;
            }
            WorkspaceAction::DropBookmark => {}
            WorkspaceAction::AddSources(added) => {
                let is_new = |known: &&SourceText| !added.iter().any(|text| text.path == known.path);
                let kept: Vec<SourceText> = self.project.sources.iter().filter(is_new).cloned().collect();
                next.project.sources = kept.into_iter().chain(added).collect();
                next.edited();
            }
            WorkspaceAction::FilesEdited => next.edited(),
            WorkspaceAction::FilesWritten => {
                // Running an example does not make it the user's own.
                next.edit += 1;
                next.saving = Saving::Pending;
            }
            WorkspaceAction::Keep if !next.project.kept => next.edited(),
            WorkspaceAction::Keep => {}
            WorkspaceAction::Open(project) => {
                next.project = project;
                next.forget_notice(&[About::Text, About::Program]);
                next.opened += 1;
                next.edit += 1;
                next.saving = Saving::Pending;
            }
            WorkspaceAction::Fork { id, name } => {
                next.project.id = id;
                next.project.name = name;
                next.project.kept = true;
            }
            WorkspaceAction::Listed(projects) => next.projects = projects,
            WorkspaceAction::Saved { edit } => {
                if edit == next.edit {
                    next.saving = Saving::Saved;
                }
            }
            WorkspaceAction::SaveFailed { message } => next.saving = Saving::Failed { message },
            WorkspaceAction::Notify(notice) => next.notice = Some(notice),
            WorkspaceAction::DismissNotice => next.notice = None,
            WorkspaceAction::Progress(progress) => next.progress = progress,
        }
        next
    }

    /// The workspace after several actions.
    #[must_use]
    pub fn apply_all(&self, actions: impl IntoIterator<Item = WorkspaceAction>) -> Self {
        actions.into_iter().fold(self.clone(), |state, action| state.apply(action))
    }

    /// Whether the user's work exists only in this page. `in_journal`: unsaved changes are in the journal.
    /// `downloaded`: the edit at which the project was downloaded.
    pub fn would_be_lost(&self, in_journal: bool, downloaded: Option<u64>) -> bool {
        if !self.project.kept || downloaded == Some(self.edit) {
            return false;
        }
        match self.saving {
            Saving::Saved => false,
            Saving::Pending => !in_journal,
            Saving::Failed { .. } => true,
        }
    }

    fn forget_notice(&mut self, about: &[About]) {
        self.notice.take_if(|notice| about.contains(&notice.about));
    }

    fn edited(&mut self) {
        self.project.kept = true;
        // There is nothing more to offer.
        self.notice.take_if(|notice| notice.action == Some(NoticeAction::Keep));
        self.edit += 1;
        self.saving = Saving::Pending;
    }
}

/// A name that can be shown in one line: no control or direction-changing characters, not empty, limited in length.
pub fn clean_name(name: &str) -> String {
    let harmless = |c: &char| {
        !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let short: String = name.chars().filter(harmless).take(LONGEST_NAME).collect();
    let trimmed = short.trim();
    if trimmed.is_empty() { "untitled".to_owned() } else { trimmed.to_owned() }
}

/// `name`, or `name 2`, `name 3`, ... if it is taken.
pub fn free_name(name: &str, taken: &[ProjectSummary]) -> String {
    let name = clean_name(name);
    let is_taken = |candidate: &str| taken.iter().any(|project| &*project.name == candidate);
    if !is_taken(&name) {
        return name;
    }
    // A copy of `name 2` is `name 3`.
    let is_number = |end: &str| end.len() < 4 && !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = name.rsplit_once(' ').filter(|(_, end)| is_number(end));
    let (base, first) = numbered.map_or((&*name, 2), |(base, end)| (base, end.parse().unwrap_or(1_u32) + 1));
    let stem: String = base.chars().take(LONGEST_NAME - 8).collect();
    (first..)
        .map(|number| format!("{stem} {number}"))
        .find(|candidate| !is_taken(candidate))
        .expect("fewer projects than numbers")
}

/// A name for a downloaded file, without characters that file systems refuse.
pub fn file_stem(name: &str) -> String {
    let stem: String = clean_name(name)
        .chars()
        .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '-' } else { c })
        .collect();
    let stem = stem.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if stem.is_empty() { "project".to_owned() } else { stem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project {
            id: "a".into(),
            name: "first".into(),
            program: Program::Text("(module)".into()),
            arguments: "".into(),
            environment: "".into(),
            sources: Rc::new([]),
            kept: false,
            debugging: Rc::default(),
        }
    }

    fn summary(name: &str) -> ProjectSummary {
        ProjectSummary { id: name.into(), name: name.into(), edited: 0.0, kept: true }
    }

    #[test]
    fn typing_keeps_the_project_and_waits_to_be_saved() {
        let state = Workspace::new(project()).apply(WorkspaceAction::SetText("(module )".into()));
        assert!(state.project.kept);
        assert_eq!(state.saving, Saving::Pending);
        assert_eq!(state.opened, 0, "the editor keeps its cursor");
    }

    #[test]
    fn a_notice_goes_when_what_it_is_about_is_over() {
        let after = |about: About, action: WorkspaceAction| {
            let notice = Notice { text: "so it is".into(), is_error: false, about, action: None };
            Workspace::new(project()).apply_all([WorkspaceAction::Notify(notice), action]).notice.is_some()
        };
        let typed = || WorkspaceAction::SetText("(module )".into());
        let replaced = || WorkspaceAction::ReplaceProgram(Program::Text("(module)".into()));
        let opened = || WorkspaceAction::Open(project());
        let stays = |about| [after(about, typed()), after(about, replaced()), after(about, opened())];
        assert_eq!(stays(About::Text), [false, false, false]);
        assert_eq!(stays(About::Program), [true, false, false]);
        assert_eq!(stays(About::Work), [true, true, true]);
        // The same text, reported again by the editor, is not a change.
        assert!(after(About::Text, WorkspaceAction::SetText("(module)".into())));
    }

    #[test]
    fn what_is_only_shown_is_kept_once_and_is_not_offered_to_be_kept_any_more() {
        let action = Some(NoticeAction::Keep);
        let notice = Notice { text: "from a link".into(), is_error: false, about: About::Program, action };
        let shown = Workspace::new(project()).apply(WorkspaceAction::Notify(notice));
        for keep in [WorkspaceAction::Keep, WorkspaceAction::SetArguments("-v".into())] {
            let kept = shown.apply(keep);
            assert_eq!((kept.project.kept, kept.edit, &kept.notice), (true, 1, &None));
            assert_eq!(kept.apply(WorkspaceAction::Keep), kept, "it is kept already");
        }
        let looked = shown.apply(WorkspaceAction::FilesWritten);
        assert!(!looked.project.kept && looked.notice.is_some());
    }

    #[test]
    fn an_example_that_writes_a_file_is_still_an_example() {
        let state = Workspace::new(project()).apply(WorkspaceAction::FilesWritten);
        assert_eq!((state.project.kept, state.saving), (false, Saving::Pending));
    }

    #[test]
    fn an_edit_drops_the_bookmark_and_debug_notes_alone_do_not_make_an_example_the_users_own() {
        use crate::ui::state::debug_notes::Bookmark;
        let bookmark = Some(Bookmark { step: 3, bytes: b"x"[..].into() });
        let notes = Rc::new(DebugNotes { expressions: vec!["step".into()], bookmark, ..DebugNotes::default() });
        let state = Workspace::new(project()).apply(WorkspaceAction::SetNotes(notes.clone()));
        assert_eq!((state.project.kept, state.edit), (false, 1));
        assert_eq!(state.apply(WorkspaceAction::SetNotes(notes)), state);
        let edited = state.apply(WorkspaceAction::SetText("(module )".into())).project.debugging;
        assert_eq!((edited.expressions.len(), edited.bookmark.is_none()), (1, true));
        assert!(state.apply(WorkspaceAction::SetArguments("a".into())).project.debugging.bookmark.is_none());
        assert!(state.apply(WorkspaceAction::DropBookmark).project.debugging.bookmark.is_none());
        assert!(state.apply(WorkspaceAction::Rename("other".into())).project.debugging.bookmark.is_some());
    }

    #[test]
    fn setting_the_same_value_is_no_edit() {
        let start = Workspace::new(project());
        let actions = [
            WorkspaceAction::SetText("(module)".into()),
            WorkspaceAction::SetArguments("".into()),
            WorkspaceAction::SetEnvironment("".into()),
        ];
        assert_eq!(start.apply_all(actions), start);
    }

    #[test]
    fn leaving_asks_while_there_is_work_that_is_only_here() {
        let typed = Workspace::new(project()).apply(WorkspaceAction::SetText("(module )".into()));
        assert!(!Workspace::new(project()).would_be_lost(false, None), "nothing was made");
        assert!(typed.would_be_lost(false, None) && !typed.would_be_lost(true, None), "the journal has it");
        assert!(!typed.apply(WorkspaceAction::Saved { edit: typed.edit }).would_be_lost(false, None));
        let failed = typed.apply(WorkspaceAction::SaveFailed { message: "no room".into() });
        assert!(failed.would_be_lost(true, None) && failed.would_be_lost(true, Some(0)));
        assert!(!failed.would_be_lost(true, Some(failed.edit)), "it was downloaded as it is");
        let example = Workspace::new(project()).apply(WorkspaceAction::SaveFailed { message: "refused".into() });
        assert!(!example.would_be_lost(false, None), "an example that was only looked at is nobody's work");
    }

    #[test]
    fn arguments_are_stored_without_making_an_example_the_users_own() {
        let typed = CallChange::Type { export: "add".into(), index: 0, text: "1".into() };
        let bookmark = Some(crate::ui::state::debug_notes::Bookmark { step: 5, bytes: b"".as_slice().into() });
        let start = Workspace::new(Project {
            debugging: Rc::new(DebugNotes { bookmark, ..DebugNotes::of_example("answer") }),
            ..project()
        });
        let state = start.apply(WorkspaceAction::ChangeCall(typed.clone()));
        assert_eq!((state.project.kept, &state.saving), (false, &Saving::Pending));
        assert_eq!(state.project.debugging.bookmark, None, "another call does not come to that step");
        assert_eq!(state.apply(WorkspaceAction::ChangeCall(typed)), state);
        // The debugger's notes do not include calls.
        let notes = Rc::new(DebugNotes { expressions: vec!["step".into()], ..DebugNotes::default() });
        let noted = state.apply(WorkspaceAction::SetNotes(notes)).project.debugging;
        assert_eq!((noted.calls.typed("add").len(), noted.expressions.len()), (1, 1));
        assert_eq!(noted.example.as_deref(), Some("answer"));
    }

    #[test]
    fn only_the_last_edit_counts_as_saved() {
        let twice = Workspace::new(project()).apply_all([
            WorkspaceAction::SetText("1".into()),
            WorkspaceAction::SetText("2".into()),
            WorkspaceAction::Saved { edit: 1 },
        ]);
        assert_eq!(twice.saving, Saving::Pending);
        assert_eq!(twice.apply(WorkspaceAction::Saved { edit: 2 }).saving, Saving::Saved);
    }

    #[test]
    fn another_program_updates_the_editor() {
        let state = Workspace::new(project()).apply(WorkspaceAction::ReplaceProgram(Program::Text("x".into())));
        assert_eq!((state.opened, state.saving), (1, Saving::Pending));
    }

    #[test]
    fn sources_are_added_replaced_and_gone_with_the_program() {
        let source = |path: &str, text: &str| SourceText { path: path.into(), text: text.into() };
        let state = Workspace::new(project()).apply_all([
            WorkspaceAction::AddSources(vec![source("a.rs", "1"), source("b.rs", "2")]),
            WorkspaceAction::AddSources(vec![source("a.rs", "3")]),
        ]);
        assert_eq!(*state.project.sources, [source("b.rs", "2"), source("a.rs", "3")]);
        assert_eq!((state.project.kept, state.opened), (true, 0));
        let replaced = state.apply(WorkspaceAction::ReplaceProgram(Program::Text("x".into())));
        assert!(replaced.project.sources.is_empty());
    }

    #[test]
    fn a_fork_keeps_what_was_typed_and_the_cursor() {
        let state = Workspace::new(project()).apply_all([
            WorkspaceAction::SetText("mine".into()),
            WorkspaceAction::Fork { id: "b".into(), name: "first 2".into() },
        ]);
        assert_eq!((&*state.project.id, &*state.project.name), ("b", "first 2"));
        assert_eq!(state.project.program, Program::Text("mine".into()));
        assert_eq!(state.opened, 0);
    }

    #[test]
    fn names_are_made_free_and_harmless() {
        assert_eq!(free_name("a", &[]), "a");
        assert_eq!(free_name("a", &[summary("a"), summary("a 2")]), "a 3");
        assert_eq!(free_name("a 2", &[summary("a"), summary("a 2")]), "a 3");
        assert_eq!(free_name("a 2", &[summary("a 2")]), "a 3");
        assert_eq!(free_name("in 2026", &[summary("in 2026")]), "in 2026 2");
        assert_eq!(clean_name(" \u{202e}evil\n "), "evil");
        assert_eq!(clean_name("\t"), "untitled");
        assert_eq!(clean_name(&"x".repeat(500)).len(), LONGEST_NAME);
        let long = "é".repeat(LONGEST_NAME);
        let free = free_name(&long, &[summary(&long)]);
        assert!(free.ends_with(" 2") && free.chars().count() <= LONGEST_NAME);
    }

    #[test]
    fn file_stems_suit_every_file_system() {
        assert_eq!(file_stem("a/b: c?"), "a-b- c-");
        assert_eq!(file_stem("..."), "project");
    }
}
