//! The reducer together with the workspace, as the page runs them: what the database, the journal and the worker answer
//! is up to each test.

use super::*;
use crate::protocol::{FileChange, FileContents};
use crate::ui::state::debug_notes::DebugNotes;
use crate::ui::state::journal::{Journal, pack_files};
use crate::ui::state::project::{Program, ProjectSummary};

/// A page with one open project.
struct Page {
    state: SaveState,
    workspace: Workspace,
    /// Why the browser refuses to store anything.
    refused: Option<&'static str>,
    is_open: bool,
    /// What the journal has room for.
    journal_has_room: bool,
    journal: Option<Journal>,
    /// The parts of saves that have not ended.
    works: Vec<SaveWork>,
    /// The results of saves.
    ended: Vec<bool>,
    /// The effects of the last events.
    effects: Vec<SaveEffect>,
}

impl Page {
    fn new() -> Self {
        let workspace = Workspace::new(Project {
            id: "a".into(),
            name: "first".into(),
            program: Program::Text("(module)".into()),
            arguments: "".into(),
            environment: "".into(),
            sources: Rc::new([]),
            kept: true,
            debugging: Rc::new(DebugNotes::default()),
        });
        Self {
            state: SaveState::new(workspace.edit),
            workspace,
            refused: None,
            is_open: true,
            journal_has_room: true,
            journal: None,
            works: Vec::new(),
            ended: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// With the open project stored as revision 1.
    fn stored() -> Self {
        let opening = SaveEvent::Opening {
            revision: Some(1.0),
            program: Program::Text("(module)".into()),
            files: FilesUpdate::none(),
            is_shown_only: false,
        };
        Self::new().apply_all([opening, SaveEvent::StoredOpened])
    }

    fn apply_all(mut self, events: impl IntoIterator<Item = SaveEvent>) -> Self {
        self.effects.clear();
        events.into_iter().for_each(|event| self.apply(event));
        self
    }

    fn apply(&mut self, event: SaveEvent) {
        let storage = match self.refused {
            _ if !self.is_open => Storage::Closed,
            None => Storage::Browser,
            Some(refused) => Storage::Page { refused, files: &|| vec![file("in page", "0")] },
        };
        let seen = Seen { workspace: &self.workspace, storage, now: 7.0 };
        let (state, effects) = std::mem::take(&mut self.state).apply(event, seen);
        self.state = state;
        for effect in effects {
            self.effects.push(effect.clone());
            match effect {
                SaveEffect::Workspace(action) => self.workspace = self.workspace.apply(action),
                SaveEffect::WriteJournal { journal, has_everything } => {
                    self.journal = self.journal_has_room.then_some(*journal);
                    let has_everything = has_everything && self.journal_has_room;
                    self.apply(SaveEvent::JournalWritten { has_everything });
                }
                SaveEffect::ClearJournal => self.journal = None,
                SaveEffect::BeginSave => self.apply(SaveEvent::Begun),
                SaveEffect::SaveNext => self.apply(SaveEvent::SaveNext),
                SaveEffect::Work(SaveWork::LoadRest) => self.apply(SaveEvent::RestLoaded),
                SaveEffect::Work(work) => self.works.push(work),
                SaveEffect::EndSave { saved } => self.ended.push(saved),
                SaveEffect::SetTimer
                | SaveEffect::ClearTimer
                | SaveEffect::Remember(_)
                | SaveEffect::RememberInTab(_)
                | SaveEffect::ClearLink
                | SaveEffect::Refresh
                | SaveEffect::ReadForkedFiles => {}
            }
        }
    }

    /// The user types, and the page notices.
    fn type_text(mut self, text: &str) -> Self {
        self.workspace = self.workspace.apply(WorkspaceAction::SetText(text.into()));
        let edit = self.workspace.edit;
        self.apply_all([SaveEvent::Edited { edit }])
    }

    /// The part of a save that is active.
    fn work(&self) -> &SaveWork {
        let [work] = &self.works[..] else { panic!("one at a time: {:?}", self.works) };
        work
    }

    /// The active part of a save ends like this.
    fn answer(mut self, event: SaveEvent) -> Self {
        self.work();
        self.works.clear();
        self.apply_all([event])
    }

    fn store(self, result: StoreResult) -> Self {
        self.answer(SaveEvent::Stored(result))
    }

    fn is_saved(&self) -> bool {
        self.workspace.saving == Saving::Saved
    }

    fn would_lose_work(&self) -> bool {
        self.state.would_lose_work(&self.workspace)
    }

    fn notice(&self) -> &str {
        self.workspace.notice.as_ref().map_or("", |notice| &*notice.text)
    }

    /// What the active save writes: the text, the files, and the revision that it is based on.
    fn being_stored(&self) -> (&str, &FilesUpdate, Option<Revision>) {
        let SaveWork::Store { project, files, based_on, .. } = self.work() else { panic!("{:?}", self.works) };
        (project.program.text().map_or("", |text| text), files, *based_on)
    }

    fn at(&self, wanted: impl Fn(&SaveEffect) -> bool) -> usize {
        self.effects.iter().position(wanted).unwrap_or_else(|| panic!("{:?}", self.effects))
    }
}

fn file(path: &str, text: &str) -> FileImage {
    FileImage { path: path.into(), contents: FileContents::File { bytes: text.into() } }
}

fn written(path: &str, text: &str) -> FilesUpdate {
    FilesUpdate::Change { written: vec![file(path, text)], removed: Vec::new() }
}

fn changed(path: &str, text: &str, requested: bool) -> SaveEvent {
    SaveEvent::FilesChanged { written: vec![file(path, text)], removed: Vec::new(), requested }
}

fn will_write(path: &str, text: &str) -> SaveEvent {
    SaveEvent::WillChange(FileChange::Write { files: vec![file(path, text)] })
}

fn unchanged() -> SaveEvent {
    SaveEvent::FilesChanged { written: Vec::new(), removed: Vec::new(), requested: true }
}

fn done(revision: Revision) -> StoreResult {
    StoreResult::Done { revision }
}

fn failed(message: &str) -> StoreResult {
    StoreResult::Failed { message: message.into() }
}

/// The files in a journal.
fn files_in(journal: Option<&Journal>) -> &str {
    journal.map_or("", |journal| &journal.files)
}

fn packed(update: &FilesUpdate) -> String {
    pack_files(update)
}

#[test]
fn a_key_press_is_in_the_journal_at_once_and_in_the_database_when_the_user_pauses() {
    let page = Page::stored().type_text("(module )");
    let journal = page.journal.as_ref().expect("it was written");
    assert_eq!((journal.text.as_deref(), journal.based_on, journal.time), (Some("(module )"), Some(1.0), 7.0));
    assert!(
        page.at(|effect| *effect == SaveEffect::Remember("a".into()))
            < page.at(|effect| *effect == SaveEffect::SetTimer)
    );
    assert!(page.works.is_empty() && !page.would_lose_work());
    let page = page.apply_all([SaveEvent::Save]);
    assert_eq!(page.being_stored(), ("(module )", &FilesUpdate::none(), Some(1.0)));
    let page = page.store(done(2.0));
    assert!(page.is_saved() && page.journal.is_none());
    assert_eq!((page.state.revision(), &page.ended[..]), (Some(2.0), &[true][..]));
    assert_eq!(page.workspace.projects.iter().map(|project| project.edited).collect::<Vec<_>>(), [7.0]);
}

#[test]
fn what_is_typed_during_a_save_is_saved_next_and_only_one_save_runs() {
    let page = Page::stored().type_text("1").apply_all([SaveEvent::Save]).type_text("2").apply_all([SaveEvent::Save]);
    assert_eq!(page.being_stored().0, "1");
    let page = page.store(done(2.0));
    assert!(!page.is_saved() && page.journal.is_some(), "the second edit is in the journal only");
    assert_eq!(page.being_stored(), ("2", &FilesUpdate::none(), Some(2.0)));
    let page = page.store(done(3.0));
    assert!(page.is_saved() && page.works.is_empty());
    assert_eq!(page.ended, [true], "both waited for one save");
}

#[test]
fn a_save_without_changes_ends_at_once() {
    let page = Page::stored().apply_all([SaveEvent::Save]);
    assert_eq!((page.works.len(), &page.ended[..]), (0, &[true][..]));
    let closed = Page { is_open: false, ..Page::stored() }.type_text("x").apply_all([SaveEvent::Save]);
    assert_eq!((closed.works.len(), &closed.ended[..]), (0, &[false][..]));
}

#[test]
fn files_are_in_the_journal_until_the_database_has_them() {
    let page = Page::stored().apply_all([changed("a", "1", false)]);
    let journal = page.at(|effect| matches!(effect, SaveEffect::WriteJournal { .. }));
    assert!(
        journal < page.at(|effect| matches!(effect, SaveEffect::Work(SaveWork::Store { .. }))),
        "the page may reload"
    );
    assert_eq!(page.being_stored().1, &written("a", "1"));
    // A journal written during the save still has them.
    let page = page.type_text("x");
    assert_eq!(files_in(page.journal.as_ref()), packed(&written("a", "1")));
    let page = page.store(done(2.0)).type_text("y");
    assert_eq!(files_in(page.journal.as_ref()), "");
}

#[test]
fn the_users_own_changes_are_in_the_journal_before_the_worker_reports_them() {
    let page = Page::stored().apply_all([will_write("a", "1")]);
    assert_eq!(files_in(page.journal.as_ref()), packed(&written("a", "1")));
    let page = page.apply_all([changed("a", "1", true)]).store(done(2.0));
    assert!(page.is_saved() && page.journal.is_none());
}

#[test]
fn a_change_that_the_worker_has_not_answered_keeps_the_journal() {
    let page = Page::stored().type_text("x").apply_all([will_write("a", "1"), SaveEvent::Save]).store(done(2.0));
    assert!(!page.is_saved() && page.journal.is_some());
    let answered = page.apply_all([unchanged()]);
    assert!(answered.is_saved(), "it had no effect, and no other save would record that");
    let two_unanswered = || {
        let changes = [will_write("a", "1"), will_write("b", "1"), SaveEvent::Save];
        Page::stored().type_text("x").apply_all(changes).store(done(2.0))
    };
    assert!(!two_unanswered().apply_all([unchanged()]).is_saved());
    assert!(two_unanswered().apply_all([unchanged(), unchanged()]).is_saved());
    assert!(two_unanswered().apply_all([SaveEvent::WorkerReplaced]).is_saved(), "the last worker never answers");
}

#[test]
fn more_than_the_journal_holds_is_reported_as_not_in_it() {
    let large = "x".repeat(2 << 20);
    let page = Page::stored().type_text("x").apply_all([will_write("a", &large)]);
    assert!(!page.state.is_in_journal() && page.would_lose_work());
    assert_eq!(page.journal.as_ref().and_then(|journal| journal.text.as_deref()), Some("x"), "the text is in it");
    let page = Page { journal_has_room: false, ..Page::stored() }.type_text("x");
    assert!(page.would_lose_work());
    // A long text waits for the save, but not if the page is being left.
    let page = Page::stored().type_text(&"x".repeat(LONGEST_TEXT + 1));
    assert!(page.journal.is_none() && page.would_lose_work());
    let page = page.apply_all([SaveEvent::Closing]);
    assert!(page.journal.is_some() && !page.would_lose_work());
}

#[test]
fn leaving_the_page_saves_what_is_unsaved() {
    let page = Page::stored().apply_all([SaveEvent::Leaving]);
    assert!(page.effects.is_empty());
    let page = Page::stored().type_text("x").apply_all([SaveEvent::Leaving]);
    let journal = page.at(|effect| matches!(effect, SaveEffect::WriteJournal { .. }));
    assert!(journal < page.at(|effect| *effect == SaveEffect::ClearTimer));
    assert_eq!(page.being_stored().0, "x");
}

#[test]
fn files_of_a_save_that_failed_are_saved_with_later_ones() {
    let page = Page::stored().apply_all([changed("a", "1", false), changed("b", "1", false)]).store(failed("no room"));
    assert_eq!(page.workspace.saving, Saving::Failed { message: "no room".into() });
    assert_eq!((page.notice(), &page.ended[..]), ("Your last changes are not saved: no room.", &[false][..]));
    let page = page.apply_all([changed("a", "2", false)]);
    let both = FilesUpdate::Change { written: vec![file("b", "1"), file("a", "2")], removed: Vec::new() };
    assert_eq!(page.being_stored().1.apply_to(Vec::new()), both.apply_to(Vec::new()));
    assert!(page.store(done(2.0)).is_saved());
}

#[test]
fn a_project_that_could_not_be_saved_stays_open_unless_it_was_downloaded() {
    let page = Page::stored().type_text("x").apply_all([SaveEvent::Save]).store(failed("no room"));
    assert_eq!(page.state.reason_to_stay(false, &page.workspace).as_deref(), Some("no room"));
    assert_eq!(page.state.reason_to_stay(true, &page.workspace), None);
    let page = page.apply_all([SaveEvent::Downloaded]);
    assert_eq!(page.state.reason_to_stay(false, &page.workspace), None);
    let page = page.type_text("y");
    assert!(page.state.reason_to_stay(false, &page.workspace).is_some(), "the download is of an earlier text");
}

#[test]
fn what_another_tab_has_changed_is_saved_separately() {
    let mut page = Page::stored();
    let taken = ProjectSummary { id: "a".into(), name: "first".into(), edited: 1.0, kept: true };
    page.workspace = page.workspace.apply(WorkspaceAction::Listed([taken].into()));
    let page = page.type_text("mine").apply_all([changed("a", "1", false)]).store(StoreResult::Conflict);
    assert_eq!(page.work(), &SaveWork::CopyFiles { from: "a".into() });
    // A file that arrives meanwhile is not lost.
    let page = page.apply_all([changed("b", "1", false)]).answer(SaveEvent::Forked { id: "b".into() });
    assert_eq!((&*page.workspace.project.id, &*page.workspace.project.name), ("b", "first 2"));
    assert!(page.notice().contains("saved separately, as “first 2”"));
    let in_tab = page.at(|effect| *effect == SaveEffect::RememberInTab("b".into()));
    assert!(in_tab < page.at(|effect| *effect == SaveEffect::ReadForkedFiles));
    let SaveWork::Store { project, files, based_on, .. } = page.work() else { panic!("{:?}", page.works) };
    assert_eq!((&*project.id, *based_on), ("b", None));
    assert_eq!(files.apply_to(Vec::new()), [file("a", "1"), file("b", "1")]);
    let page = page.store(done(1.0)).apply_all([SaveEvent::ForkedFiles(vec![file("c", "1")]), SaveEvent::Save]);
    assert_eq!(
        page.being_stored(),
        ("mine", &FilesUpdate::Replace(vec![file("c", "1")]), Some(1.0)),
        "this tab's tree"
    );
}

#[test]
fn files_are_not_lost_if_they_cannot_be_saved_separately() {
    let page = Page::stored().apply_all([changed("a", "1", false)]).store(StoreResult::Conflict);
    let page = page.answer(SaveEvent::ForkFailed { message: "closed".into() });
    assert_eq!((page.state.files(), &page.ended[..]), (&written("a", "1"), &[false][..]));
    assert_eq!(page.notice(), "Your last changes are not saved: closed.");
}

#[test]
fn a_project_that_was_deleted_is_saved_again_with_all_its_files() {
    let page = Page::stored().type_text("x").apply_all([SaveEvent::Save]).store(StoreResult::Missing);
    assert_eq!(page.work(), &SaveWork::GatherFiles);
    let page = page.answer(SaveEvent::Gathered(Some(vec![file("a", "1")])));
    assert_eq!(page.work(), &SaveWork::Refresh);
    assert!(page.notice().contains("It was saved again, with all its files."));
    let page = page.answer(SaveEvent::SaveNext);
    assert_eq!(page.being_stored(), ("x", &FilesUpdate::Replace(vec![file("a", "1")]), Some(1.0)));
    assert!(page.store(done(1.0)).is_saved());
}

#[test]
fn a_deleted_project_whose_files_cannot_be_read_is_not_saved() {
    let page = Page::stored().apply_all([changed("a", "1", false)]).store(StoreResult::Missing);
    let page = page.answer(SaveEvent::Gathered(None));
    assert!(page.notice().contains("its files could not be read to store them again"));
    assert_eq!((page.state.files(), &page.ended[..]), (&written("a", "1"), &[false][..]));
}

#[test]
fn another_tabs_deletion_is_reported_and_nothing_is_written_until_the_next_change() {
    let page = Page::stored().apply_all([SaveEvent::DeletedElsewhere { id: "a".into() }]);
    let Saving::Failed { message } = &page.workspace.saving else { panic!("{:?}", page.workspace.saving) };
    assert!(message.starts_with("it was deleted in another tab"));
    assert!(page.notice().starts_with("“first” was deleted in another tab and is no longer saved."));
    assert_eq!(page.effects.last(), Some(&SaveEffect::Refresh));
    assert!(page.works.is_empty() && page.journal.is_none());
    let page = Page::stored().apply_all([SaveEvent::DeletedElsewhere { id: "b".into() }]);
    assert!(page.effects.is_empty(), "it is not open here");
    let page = Page::new().apply_all([SaveEvent::DeletedElsewhere { id: "a".into() }]);
    assert!(page.effects.is_empty(), "it was never stored");
}

#[test]
fn nothing_of_a_preview_is_stored_until_it_is_used() {
    let mut page = Page::new();
    page.workspace.project.kept = false;
    let opening = SaveEvent::Opening {
        revision: None,
        program: Program::Text("(module)".into()),
        files: FilesUpdate::Replace(vec![file("a", "1")]),
        is_shown_only: true,
    };
    let page = page.apply_all([opening, SaveEvent::Edited { edit: 1 }, SaveEvent::Save]);
    assert!(page.journal.is_none() && page.works.is_empty() && page.is_saved());
    let mut page = page.apply_all([SaveEvent::Ran]);
    assert!(page.workspace.project.kept);
    let edit = page.workspace.edit;
    page = page.apply_all([SaveEvent::Edited { edit }, SaveEvent::Save]);
    assert_eq!(page.effects.first(), Some(&SaveEffect::ClearLink), "a reload would open it again");
    assert_eq!(page.being_stored().1, &FilesUpdate::Replace(vec![file("a", "1")]));
    assert!(page.apply_all([SaveEvent::Ran]).effects.is_empty());
}

#[test]
fn a_browser_that_stores_nothing_leaves_all_of_it_in_the_journal() {
    let refusing = || Page { refused: Some("private mode"), ..Page::stored() };
    let page = refusing().type_text("x").apply_all([SaveEvent::Save]).store(done(2.0));
    assert_eq!(page.workspace.saving, Saving::Failed { message: "private mode".into() });
    assert_eq!(files_in(page.journal.as_ref()), packed(&FilesUpdate::Replace(vec![file("in page", "0")])));
    assert!(refusing().apply_all([SaveEvent::Leaving]).journal.is_some());
    let page = refusing().apply_all([SaveEvent::StoredOpened]);
    assert_eq!(page.workspace.saving, Saving::Failed { message: "private mode".into() });
}

#[test]
fn a_storage_that_was_lost_is_written_again() {
    assert!(Page::new().apply_all([SaveEvent::StorageLost]).effects.is_empty(), "nothing was stored");
    let page = Page::stored().apply_all([SaveEvent::StorageLost]);
    assert_eq!(page.effects.first(), Some(&SaveEffect::Remember("a".into())));
    assert_eq!(page.workspace.saving, Saving::Pending);
}

#[test]
fn a_large_program_is_written_once() {
    let bytes: Rc<[u8]> = b"\0asm".as_slice().into();
    let program = Program::Binary { file_name: "a.wasm".into(), bytes };
    let mut page = Page::new();
    page.workspace = page.workspace.apply(WorkspaceAction::ReplaceProgram(program));
    let is_stored = |page: &Page| matches!(page.work(), SaveWork::Store { program_is_stored: true, .. });
    let page = page.apply_all([SaveEvent::Save]);
    assert!(!is_stored(&page));
    let mut page = page.store(done(1.0));
    page.workspace = page.workspace.apply(WorkspaceAction::SetArguments("1".into()));
    let page = page.apply_all([SaveEvent::Save]);
    assert!(is_stored(&page));
    // Without the stored project, it is written again.
    let page =
        page.store(StoreResult::Missing).answer(SaveEvent::Gathered(Some(Vec::new()))).answer(SaveEvent::SaveNext);
    assert!(!is_stored(&page));
}

#[test]
fn a_project_that_is_being_deleted_is_not_saved_again() {
    let page = Page::stored().apply_all([changed("a", "1", false)]).store(failed("busy"));
    let page = page.apply_all([SaveEvent::DeletionBegins, SaveEvent::DropChanges, SaveEvent::Deleted, SaveEvent::Save]);
    let expected = [
        SaveEffect::ClearTimer,
        SaveEffect::ClearJournal,
        SaveEffect::ClearTimer,
        SaveEffect::BeginSave,
        SaveEffect::EndSave { saved: true },
    ];
    assert_eq!(page.effects, expected);
    assert_eq!(page.state.revision(), None);
}
