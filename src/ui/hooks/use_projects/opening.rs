//! Opening a project: the last one, one of the list, one from a link, a new one; and what a crash left behind.

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

/// The database's name.
const DATABASE: &str = "wasmoscope";
/// Where a tab keeps what it is called, across reloads.
const TABS: &str = "tab";

/// A link to a project that is larger than this when it is unpacked, in bytes, is not opened without being asked for;
/// and a file, which the user has chosen.
const LARGE_LINK: usize = 4 << 20;
const LARGE_FILE: usize = 64 << 20;
/// The largest that is opened at all.
const LARGEST_LINK: usize = 64 << 20;
const LARGEST_FILE: usize = 1 << 30;
/// How much is unpacked at once to learn how large a project is.
const MEASURED_AT_ONCE: usize = 2 << 20;

/// When what is opened is saved in this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    AtOnce,
    /// Until then it is stored, so that a reload shows it, and not listed.
    WhenEdited,
    /// Until it is edited, run or kept at the user's request, nothing of it is stored.
    WhenUsed,
}

/// A project that has not been unpacked.
pub struct Offered {
    packed: Vec<u8>,
    /// Of a file; `None` for a link.
    name: Option<String>,
}

impl Offered {
    fn limit(&self) -> usize {
        if self.name.is_some() { LARGEST_FILE } else { LARGEST_LINK }
    }
}

/// The fragment of the page's address.
fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// The project that this tab, or the last one of all, has shown.
fn remembered() -> Option<String> {
    local_keys::tab_value(LAST_PROJECT).or_else(|| read_setting(LAST_PROJECT))
}

impl Projects {
    /// What was open before the page was closed, or what a link brings.
    pub(super) async fn restore(&self) {
        let inner = &self.0;
        // Written down before anything else, in case that the page is loaded again before the database is there: this
        // tab, and those of before whose journals nobody has read yet.
        let previous = local_keys::tab_value(TABS).unwrap_or_default();
        local_keys::set_tab_value(TABS, format!("{previous} {}", inner.tab).trim_start());
        // What reads a stored or a shared project is not among what the page begins with.
        let is_new = previous.is_empty() && remembered().is_none() && !share_url::is_link(&hash());
        if !is_new {
            rest::needed().await;
        }
        let database = match Database::open(DATABASE).await {
            Ok(database) => {
                let projects = self.clone();
                database.on_lost(move || projects.storage_lost());
                database
            }
            // The page works without, and says what that means.
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
        // What the user has begun to type by now is not taken away.
        if inner.workspace.clone().edit != 0 {
            self.save_soon();
            return;
        }
        if let Some(id) = remembered() {
            // A project that was deleted in another tab is no reason to complain.
            match self.load(&id).await {
                Ok(()) | Err(LoadError::Missing) => {}
                Err(error) => self.notify_error(&format!("“{id}” could not be opened: {error}"), About::Program),
            }
        }
        // Where the browser keeps nothing, what was written down stays until this tab has written it down itself.
        let open = inner.workspace.clone().project.id.clone();
        for found in recovered.iter().filter(|found| *found.journal.project == *open) {
            self.write_journal(usize::MAX);
            if inner.in_journal.get() {
                found.forget();
            }
        }
    }

    /// Shows the project in the page's address, if there is one; whether it is shown. It is never run: that takes a
    /// click. Nothing of it is stored until the user edits it, runs it or has it kept, so its address stays until then:
    /// a reload shows it again.
    pub(super) async fn open_link(&self) -> bool {
        let opened = match share_url::packed(&hash()) {
            None => return false,
            Some(Ok(packed)) => self.open_packed(Offered { packed, name: None }, LARGE_LINK).await,
            Some(Err(error)) => Err(error),
        };
        opened.unwrap_or_else(|error| {
            // Of the user's own project, which is opened now, it tells too.
            self.notify_error(
                &format!("The link cannot be opened: {error}. Your own projects are unchanged."),
                About::Work,
            );
            self.clear_link();
            false
        })
    }

    /// Opens a project of this many bytes when it is unpacked; of more, says so first, and opens it when the user says
    /// so. Whether it is open.
    async fn open_packed(&self, offered: Offered, large: usize) -> Result<bool, ShareError> {
        let mut measure = Measure::new(&offered.packed, offered.limit())?;
        let size = loop {
            match measure.step(MEASURED_AT_ONCE)? {
                Some(size) => break size,
                // The page goes on between two pieces.
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

    /// Waits until a project that is being opened is in the editor and stored, so that the next does not take its place
    /// before; and for a moment at most, as one that is only offered is not opened at all.
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

    /// Takes a link that has done its work out of the address: left there, a reload would open it once more.
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

    /// Puts back what a crash or a closed tab left unsaved; `previous` are those that were in this tab's place. Returns
    /// what is still to be forgotten: where the browser keeps nothing, the journal is all there is.
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
                // It cannot be told what is newer: another time, perhaps.
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
                    // Without a stored one beside it, it is the project itself.
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

    /// Opens a project of this browser, after saving the open one.
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

    /// Opens something new as a project of its own: nothing that was there before is touched. An example is not kept
    /// until it is edited.
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
            projects.save_soon();
        });
    }

    /// An example that was only looked at makes way.
    async fn drop_unkept(&self) {
        let inner = &self.0;
        let project = inner.workspace.clone().project.clone();
        if project.kept || inner.revision.get().is_none() {
            return;
        }
        if let Some(database) = self.database() {
            // If it stays, it is not listed, and goes another time.
            let _ = database.delete(&project.id).await;
        }
    }

    fn show(&self, id: ProjectId, file: ProjectFile, revision: Option<Revision>, files: FilesUpdate, keep: Keep) {
        let inner = &self.0;
        inner.is_shown_only.set(keep == Keep::WhenUsed);
        if keep != Keep::WhenUsed {
            remember(&id);
            if inner.offered.borrow().is_none() {
                self.clear_link();
            }
        }
        // At once: pressing Run right afterwards runs what is opened here.
        inner.engine.forget_run();
        inner.revision.set(revision);
        *inner.files.borrow_mut() = files;
        inner.requested.replace(FilesUpdate::none());
        inner.requested_more.set(false);
        inner.downloaded.set(None);
        inner.stored_program.take();
        if revision.is_some() {
            self.set_stored_program(&file.program);
        }
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
            let edit = inner.workspace.clone().edit;
            inner.saved.set(edit);
            let refused = self.database().and_then(|database| database.refused().map(ToString::to_string));
            inner.workspace.dispatch(match refused {
                None => WorkspaceAction::Saved { edit },
                Some(message) => WorkspaceAction::SaveFailed { message: message.into() },
            });
        }
    }

    /// Begins an empty project.
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

    /// A new worker begins with an empty tree.
    pub(super) async fn give_files_again(&self) {
        if self.is_shown_only() {
            if let FilesUpdate::Replace(files) = &*self.0.files.borrow() {
                self.0.engine.set_files(files.clone());
            }
            return;
        }
        // A failed save has told of itself: what it could not store is added to what is stored.
        let _ = self.settle().await;
        let Some(database) = self.database() else { return };
        let id = self.0.workspace.clone().project.id.clone();
        let stored = database.load(&id, &self.report(opening_text)).await.map(|stored| stored.project.files);
        self.end_report();
        let files = self.0.files.borrow().apply_to(stored.unwrap_or_default());
        self.0.engine.set_files(files);
    }
}
