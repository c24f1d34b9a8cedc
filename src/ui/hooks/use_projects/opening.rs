//! Opens projects: the last one, one of the list, one from a link, a new one; and recovers what a crash left behind.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{LAST_PROJECT, Projects, opening_text, remember, saving_text};
use crate::rest;
use crate::ui::platform::journal::Found;
use crate::ui::platform::share_url::ShareError;
use crate::ui::platform::storage::{Database, LoadError, Revision, Save, Unsaved, new_id, read_setting};
use crate::ui::platform::{journal, local_keys, share_url, tabs};
use crate::ui::selectors::numbers;
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::journal::Recovery;
use crate::ui::state::project::{About, NoticeAction, Program, Project, ProjectId, Saving, WorkspaceAction, free_name};
use crate::ui::state::project_file::{Measure, ProjectFile};
use crate::ui::state::saving::SaveEvent;

/// The database's name.
const DATABASE: &str = "wasmoscope";
/// Where a tab keeps its ID across reloads.
const TABS: &str = "tab";

/// The unpacked size, in bytes, from which on a project in a link is opened only after asking; likewise for a file that
/// the user has chosen.
const LARGE_LINK: usize = 4 << 20;
const LARGE_FILE: usize = 64 << 20;
/// The largest unpacked size that is opened at all.
const LARGEST_LINK: usize = 64 << 20;
const LARGEST_FILE: usize = 1 << 30;
/// How much is unpacked in one piece to find out how large a project is.
const MEASURED_AT_ONCE: usize = 2 << 20;

/// When an opened project is kept in this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    AtOnce,
    /// Stored right away, so that a reload shows it, but not listed until it is edited.
    WhenEdited,
    /// Not stored until it is edited, run, or kept at the user's request.
    WhenUsed,
}

/// A project that has not been unpacked.
pub struct Offered {
    packed: Vec<u8>,
    /// The file's name; `None` for a link.
    name: Option<String>,
}

impl Offered {
    fn limit(&self) -> usize {
        if self.name.is_some() { LARGEST_FILE } else { LARGEST_LINK }
    }
}

/// The fragment of the page's URL.
fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// The last project of this tab, or of any tab.
fn remembered() -> Option<String> {
    local_keys::tab_value(LAST_PROJECT).or_else(|| read_setting(LAST_PROJECT))
}

impl Projects {
    /// Opens the project that was open before the page was closed, or the one in a link.
    pub(super) async fn restore(&self) {
        let inner = &self.0;
        // Written first, in case the page reloads before the database is open: this tab, and earlier ones whose
        // journals have not been read yet.
        let previous = local_keys::tab_value(TABS).unwrap_or_default();
        local_keys::set_tab_value(TABS, format!("{previous} {}", inner.tab).trim_start());
        // The code that reads a stored or shared project is not in the part that loads first.
        let is_new = previous.is_empty() && remembered().is_none() && !share_url::is_link(&hash());
        if !is_new {
            rest::needed().await;
        }
        let database = match Database::open(DATABASE).await {
            Ok(database) => {
                let projects = self.clone();
                database.on_lost(move || projects.apply(SaveEvent::StorageLost));
                database
            }
            // The page works without a database, and says what that means.
            Err(error) => {
                inner.workspace.dispatch(WorkspaceAction::SaveFailed { message: error.to_string().into() });
                self.notify_error(&format!("Your changes are lost when you close the page: {error}."), About::Work);
                Database::in_page(error)
            }
        };
        let is_refused = database.refused().is_some();
        *inner.database.borrow_mut() = Some(database);
        self.refresh().await;
        let recovered = self.recover(&previous).await;
        if !is_refused {
            local_keys::set_tab_value(TABS, &inner.tab);
        }
        if self.open_link().await {
            return;
        }
        // Do not overwrite what the user has begun to type.
        if inner.workspace.clone().edit != 0 {
            self.apply(SaveEvent::SaveSoon);
            return;
        }
        if let Some(id) = remembered() {
            // That a project was deleted in another tab is not an error.
            match self.load(&id).await {
                Ok(()) | Err(LoadError::Missing) => {}
                Err(error) => self.notify_error(&format!("“{id}” could not be opened: {error}"), About::Program),
            }
        }
        // If the browser stores nothing, earlier journals stay until this tab has written its own.
        let open = inner.workspace.clone().project.id.clone();
        for found in recovered.iter().filter(|found| *found.journal.project == *open) {
            self.apply(SaveEvent::Recovered);
            if inner.state.borrow().is_in_journal() {
                found.forget();
            }
        }
    }

    /// Shows the project in the page's URL, if any, and returns whether it is shown. It never runs without a click.
    /// Nothing of it is stored until the user edits, runs or keeps it, so its URL stays until then: a reload shows it
    /// again.
    pub(super) async fn open_link(&self) -> bool {
        let opened = match share_url::packed(&hash()) {
            None => return false,
            Some(Ok(packed)) => self.open_packed(Offered { packed, name: None }, LARGE_LINK).await,
            Some(Err(error)) => Err(error),
        };
        opened.unwrap_or_else(|error| {
            // The message also mentions the user's own project, which is opened now.
            self.notify_error(
                &format!("The link cannot be opened: {error}. Your own projects are unchanged."),
                About::Work,
            );
            self.clear_link();
            false
        })
    }

    /// Opens a packed project. If it is larger than `large` bytes when unpacked, asks first and opens it once the user
    /// agrees. Returns whether it is open.
    async fn open_packed(&self, offered: Offered, large: usize) -> Result<bool, ShareError> {
        let mut measure = Measure::new(&offered.packed, offered.limit())?;
        let size = loop {
            match measure.step(MEASURED_AT_ONCE)? {
                Some(size) => break size,
                // Let the page respond between two pieces.
                None => TimeoutFuture::new(0).await,
            }
        };
        drop(measure);
        if size > large {
            let size = numbers::bytes(size as u64);
            let what = match &offered.name {
                None => format!("The link holds a project of {size} when it is unpacked."),
                Some(name) => format!("{name} holds a project of {size} when it is unpacked."),
            };
            self.0.offered.replace(Some(offered));
            self.offer(&format!("{what} It has not been opened yet."), About::Work, NoticeAction::OpenLarge);
            return Ok(false);
        }
        self.show_packed(&offered)?;
        Ok(true)
    }

    /// Opens the project in a file that the user has chosen. Errors name the file.
    pub async fn open_file(&self, name: &str, packed: Vec<u8>) -> Result<(), String> {
        let offered = Offered { packed, name: Some(name.to_owned()) };
        self.open_packed(offered, LARGE_FILE).await.map(drop).map_err(|error| format!("{name}: {error}"))
    }

    /// Waits until a project that is being opened is in the editor and stored, so that the next one does not replace it
    /// before. Waits only briefly, because a project that is only offered is not opened at all.
    pub async fn opened(&self, before: u32) {
        const BETWEEN_LOOKS_MS: u32 = 50;
        const MOST_LOOKS: usize = 100;
        for _ in 0..MOST_LOOKS {
            TimeoutFuture::new(BETWEEN_LOOKS_MS).await;
            let workspace = self.0.workspace.clone();
            let is_offered = self.0.offered.borrow().is_some();
            if is_offered || workspace.opened != before && workspace.saving != Saving::Pending {
                return;
            }
        }
    }

    pub(super) fn open_offered(&self) {
        let Some(offered) = self.0.offered.take() else { return };
        if let Err(error) = self.show_packed(&offered) {
            self.notify_error(&format!("The project cannot be opened: {error}."), About::Program);
        }
    }

    fn show_packed(&self, offered: &Offered) -> Result<(), ShareError> {
        let opened = share_url::unpack(&offered.packed, offered.limit())?;
        if offered.name.is_some() {
            self.open_new(opened, true, |name| Some((format!("Opened “{name}”."), About::Program)));
            return Ok(());
        }
        let shared = ProjectFile { name: format!("shared: {}", opened.name), ..opened };
        let projects = self.clone();
        self.open_as(shared, Keep::WhenUsed, move |name| {
            let text = format!(
                "Opened from a link as “{name}”. It is not saved in this browser until you edit or run it. Look at \
                 the program before you run it."
            );
            projects.offer(&text, About::Program, NoticeAction::Keep);
        });
        Ok(())
    }

    /// Removes a used link from the URL: otherwise, a reload would open it again.
    pub(super) fn clear_link(&self) {
        let Some(window) = web_sys::window().filter(|_| share_url::is_link(&hash())) else { return };
        let location = window.location();
        let address = format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        let replaced =
            window.history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
        if replaced.is_err() {
            self.notify_error(
                "The browser does not let the page clear its address; a reload opens the link again.",
                About::Work,
            );
        }
    }

    /// Recovers what a crash or a closed tab left unsaved; `previous` are the tabs that preceded this one. Returns the
    /// journals that can be deleted later: if the browser stores nothing, they are the only copy.
    async fn recover(&self, previous: &str) -> Vec<Found> {
        let Some(database) = self.database() else { return Vec::new() };
        let is_refused = database.refused().is_some();
        let mut only_in_journal = Vec::new();
        for found in journal::abandoned(previous, &tabs::open_tabs().await) {
            let entry = &found.journal;
            let loaded = database.load(&entry.project, &self.report(opening_text)).await;
            self.end_report();
            let is_missing = matches!(loaded, Err(LoadError::Missing));
            let stored = match loaded {
                Ok(stored) => Some(stored),
                Err(LoadError::Missing | LoadError::Unreadable(_)) => None,
                // Which one is newer is unknown: keep the journal for another time.
                Err(LoadError::Future(_) | LoadError::Storage(_)) => continue,
            };
            let known = stored.as_ref().map(|stored| (&stored.project, stored.revision));
            let is_own = stored.as_ref().is_some_and(|stored| found.is_of(&stored.by));
            let report = self.report(saving_text);
            let saved = match entry.recover(known, is_own) {
                Recovery::Nothing => true,
                Recovery::Update(project, files) => {
                    let based_on = stored.as_ref().map(|stored| stored.revision);
                    let program_is_stored =
                        matches!((&project.program, entry.text.is_none()), (Program::Binary { .. }, true));
                    let unsaved = Unsaved { project: &project, files: &files, program_is_stored };
                    let save = database.save(&entry.project, unsaved, based_on, &self.0.tab, &report).await;
                    matches!(save, Ok(Save::Done { .. }))
                }
                Recovery::Separate(mut project) => {
                    // Without a stored project, the journal entry is the project itself.
                    if stored.is_some() {
                        project.name = format!("{} (recovered)", project.name);
                    }
                    project.name = free_name(&project.name, &self.0.workspace.clone().projects);
                    let files = FilesUpdate::Replace(std::mem::take(&mut project.files));
                    // The files of a project that could not be read belong to the quarantined record.
                    let id = if is_missing { entry.project.clone() } else { new_id() };
                    let unsaved = Unsaved { project: &project, files: &files, program_is_stored: false };
                    let save = database.save(&id, unsaved, None, &self.0.tab, &report).await;
                    let done = matches!(save, Ok(Save::Done { .. }));
                    if done && project.kept && !is_refused {
                        self.notify(&format!("Unsaved work was found and saved as “{}”.", project.name), About::Work);
                    }
                    done
                }
            };
            self.end_report();
            match saved {
                true if is_refused => only_in_journal.push(found),
                true => found.forget(),
                false => {}
            }
        }
        self.refresh().await;
        only_in_journal
    }

    /// Opens a stored project, after saving the open one.
    pub fn open(&self, id: &str) {
        let (projects, id) = (self.clone(), id.to_owned());
        spawn_local(async move {
            if projects.settle().await.is_ok()
                && let Err(error) = projects.load(&id).await
            {
                projects.notify_error(&format!("The project could not be opened: {error}."), About::Program);
                projects.refresh().await;
            }
        });
    }

    async fn load(&self, id: &str) -> Result<(), LoadError> {
        let Some(database) = self.database() else { return Err(LoadError::Missing) };
        let loaded = database.load(id, &self.report(opening_text)).await;
        self.end_report();
        let stored = loaded?;
        self.show(id.into(), stored.project, Some(stored.revision), FilesUpdate::none(), Keep::AtOnce);
        if let [first, ..] = stored.unreadable.as_slice() {
            let count = stored.unreadable.len();
            self.notify_error(
                &format!("{count} of the project's files could not be read from this browser's storage and are not in Files, such as {first}."),
                About::Work,
            );
        }
        Ok(())
    }

    /// Opens something new as a project of its own: existing projects are not touched. An example is not kept until it
    /// is edited.
    pub fn open_new(
        &self,
        file: ProjectFile,
        kept: bool,
        notice: impl FnOnce(&str) -> Option<(String, About)> + 'static,
    ) {
        let projects = self.clone();
        self.open_as(file, if kept { Keep::AtOnce } else { Keep::WhenEdited }, move |name| {
            if let Some((text, about)) = notice(name) {
                projects.notify(&text, about);
            }
        });
    }

    fn open_as(&self, file: ProjectFile, keep: Keep, opened: impl FnOnce(&str) + 'static) {
        let projects = self.clone();
        spawn_local(async move {
            if projects.settle().await.is_err() {
                return;
            }
            projects.drop_unkept().await;
            let mut file = file;
            file.kept = keep == Keep::AtOnce;
            file.name = free_name(&file.name, &projects.0.workspace.clone().projects);
            let (id, name) = (new_id(), file.name.clone());
            let files = FilesUpdate::Replace(file.files.clone());
            projects.show(id.into(), file, None, files, keep);
            opened(&name);
            projects.apply(SaveEvent::SaveSoon);
        });
    }

    /// Deletes an example that was only previewed.
    async fn drop_unkept(&self) {
        let inner = &self.0;
        let project = inner.workspace.clone().project.clone();
        if project.kept || inner.state.borrow().revision().is_none() {
            return;
        }
        if let Some(database) = self.database() {
            // If that fails, it is not listed and will be deleted another time.
            let _ = database.delete(&project.id).await;
        }
    }

    fn show(&self, id: ProjectId, file: ProjectFile, revision: Option<Revision>, files: FilesUpdate, keep: Keep) {
        let inner = &self.0;
        let is_shown_only = keep == Keep::WhenUsed;
        self.apply(SaveEvent::Opening { revision, program: file.program.clone(), files, is_shown_only });
        if keep != Keep::WhenUsed {
            remember(&id);
            if inner.offered.borrow().is_none() {
                self.clear_link();
            }
        }
        // Immediately: pressing Run right afterwards must run what is opened here.
        inner.engine.forget_run();
        inner.engine.set_files(file.files);
        inner.workspace.dispatch(WorkspaceAction::Open(Project {
            id,
            name: file.name.into(),
            program: file.program,
            arguments: file.arguments.into(),
            environment: file.environment.into(),
            sources: file.sources.into(),
            kept: file.kept,
            debugging: file.debugging.into(),
        }));
        if revision.is_some() {
            self.apply(SaveEvent::StoredOpened);
        }
    }

    /// Creates an empty project.
    pub fn create(&self, name: &str, program: &str) {
        let file = ProjectFile {
            name: name.to_owned(),
            program: Program::Text(program.into()),
            arguments: String::new(),
            environment: String::new(),
            sources: Vec::new(),
            kept: true,
            files: Vec::new(),
            debugging: Default::default(),
        };
        self.open_new(file, true, |_| None);
    }

    /// Opens a copy of the open project.
    pub fn duplicate(&self) {
        let projects = self.clone();
        self.export(Callback::from(move |file: ProjectFile| {
            projects.open_new(file, true, |name| Some((format!("This is a copy, “{name}”."), About::Program)))
        }));
    }

    /// Sends the files to a new worker, which starts with an empty tree.
    pub(super) async fn give_files_again(&self) {
        if self.is_shown_only() {
            let files = self.0.state.borrow().files().clone();
            if let FilesUpdate::Replace(files) = files {
                self.0.engine.set_files(files);
            }
            return;
        }
        // A failed save has reported itself: what it could not store is added to what is stored.
        let _ = self.settle().await;
        let Some(database) = self.database() else { return };
        let id = self.0.workspace.clone().project.id.clone();
        let stored = database.load(&id, &self.report(opening_text)).await.map(|stored| stored.project.files);
        self.end_report();
        let files = self.0.state.borrow().files().apply_to(stored.unwrap_or_default());
        self.0.engine.set_files(files);
    }
}
