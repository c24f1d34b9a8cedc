//! Projects: opening one, and keeping what is done to it.
//!
//! Every change is written down at once in a journal and saved a moment later. A save that finds that another tab has
//! saved the same project makes this tab's work a project of its own.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use yew::prelude::*;

use super::reducers::WorkspaceContext;
use super::use_editor::EditorLink;
use super::use_engine::{Engine, Listener};
use crate::protocol::{Event, FileImage};
use crate::ui::platform::storage::{Database, LoadError, Revision, Save, StorageError, new_id};
use crate::ui::platform::{journal, local_keys, share_url};
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::journal::{Journal, LONGEST_TEXT, Recovery};
use crate::ui::state::project::{
    Notice, Program, Project, ProjectId, ProjectSummary, Saving, WorkspaceAction, free_name,
};
use crate::ui::state::project_file::ProjectFile;

/// How long after a change it is saved, in milliseconds.
const SETTLED: u32 = 300;
/// The database's name.
const DATABASE: &str = "wasmoscope";
/// Under this key a tab remembers its project, and the browser the last one of all tabs.
const LAST_PROJECT: &str = "project";

/// The projects' handle: cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Projects(Rc<Inner>);

impl PartialEq for Projects {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    workspace: WorkspaceContext,
    engine: Engine,
    editor: EditorLink,
    /// This tab, in the journal.
    tab: String,
    database: RefCell<Option<Database>>,
    /// The revision of the open project that is stored.
    revision: Cell<Option<Revision>>,
    /// The last edit that is stored.
    saved: Cell<u64>,
    /// What is still to be kept of the files.
    files: RefCell<FilesUpdate>,
    timer: RefCell<Option<Timeout>>,
    /// The save that is under way.
    saving: RefCell<Option<Promise>>,
    /// Those who wait for [`Event::AllFiles`], in the order of their asking.
    readers: RefCell<VecDeque<Callback<Vec<FileImage>>>>,
    /// Whether the worker has been ready before: it was then given the files through the engine's queue.
    had_worker: Cell<bool>,
    listeners: RefCell<Option<(Listener, [EventListener; 3])>>,
}

/// Makes the handle. Once, in [`crate::ui::app::App`]; others take [`Projects`] from its context.
#[hook]
pub fn use_projects(workspace: &WorkspaceContext, engine: &Engine, editor: &EditorLink) -> Projects {
    let projects = use_memo((), |()| {
        Projects(Rc::new(Inner {
            workspace: workspace.clone(),
            engine: engine.clone(),
            editor: editor.clone(),
            tab: new_id(),
            database: RefCell::default(),
            revision: Cell::new(None),
            saved: Cell::new(workspace.edit),
            files: RefCell::new(FilesUpdate::none()),
            timer: RefCell::default(),
            saving: RefCell::default(),
            readers: RefCell::default(),
            had_worker: Cell::new(false),
            listeners: RefCell::default(),
        }))
    });
    {
        let projects = (*projects).clone();
        use_effect_with((), move |()| projects.start());
    }
    {
        let projects = (*projects).clone();
        use_effect_with(workspace.edit, move |edit| projects.edited(*edit));
    }
    (*projects).clone()
}

/// What a reload of this tab shows, and a new tab.
fn remember(id: &str) {
    local_keys::set_tab_value(LAST_PROJECT, id);
    crate::ui::platform::storage::write_setting(LAST_PROJECT, id);
}

impl Projects {
    fn start(&self) {
        let heard = {
            let projects = self.clone();
            self.0.engine.listen(Callback::from(move |event: Rc<Event>| projects.hear(&event)))
        };
        let leaving = || {
            let projects = self.clone();
            move |_: &web_sys::Event| projects.leave()
        };
        if let Some(window) = web_sys::window()
            && let Some(document) = window.document()
        {
            let page_hide = EventListener::new(&window, "pagehide", leaving());
            let hidden = EventListener::new(&document, "visibilitychange", leaving());
            // A link that is pasted into this very tab.
            let projects = self.clone();
            let link = EventListener::new(&window, "hashchange", move |_| {
                projects.open_link();
            });
            *self.0.listeners.borrow_mut() = Some((heard, [page_hide, hidden, link]));
        }
        let projects = self.clone();
        spawn_local(async move { projects.restore().await });
    }

    /// What was open before the page was closed, or what a link brings.
    async fn restore(&self) {
        let inner = &self.0;
        match Database::open(DATABASE).await {
            Ok(database) => *inner.database.borrow_mut() = Some(database),
            Err(error) => {
                inner.workspace.dispatch(WorkspaceAction::SaveFailed { message: error.to_string().into() });
                self.complain(&error.to_string());
                return;
            }
        }
        self.refresh().await;
        let previous_tab = local_keys::tab_value("tab");
        local_keys::set_tab_value("tab", &inner.tab);
        self.recover(previous_tab.as_deref()).await;
        if self.open_link() {
            return;
        }
        // What the person has begun to type by now is not taken away.
        if inner.workspace.clone().edit != 0 {
            self.save_soon();
            return;
        }
        let remembered =
            local_keys::tab_value(LAST_PROJECT).or_else(|| crate::ui::platform::storage::read_setting(LAST_PROJECT));
        if let Some(id) = remembered {
            // A project that was deleted in another tab is no reason to complain.
            match self.load(&id).await {
                Ok(()) | Err(LoadError::Missing) => {}
                Err(error) => self.complain(&format!("“{id}” could not be opened: {error}")),
            }
        }
    }

    /// Opens the project in the page's address, if there is one. It is never run: that takes a click.
    fn open_link(&self) -> bool {
        let Some(window) = web_sys::window() else { return false };
        let location = window.location();
        let opened = match share_url::from_fragment(&location.hash().unwrap_or_default()) {
            None => return false,
            Some(Err(error)) => {
                self.complain(&format!("The link cannot be opened: {error}. Your own projects are as they were."));
                return false;
            }
            Some(Ok(project)) => project,
        };
        // The link has done its work; left there, a reload would open it once more.
        let address = format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        let replaced =
            window.history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
        if replaced.is_err() {
            self.complain("The browser does not let the page clear its address; a reload opens the link again.");
        }
        let shared = ProjectFile { name: format!("shared: {}", opened.name), ..opened };
        self.open_new(shared, true, |name| {
            Some(format!("Opened from a link as “{name}”. Look at the program, then press Run if you want to run it."))
        });
        true
    }

    /// Puts back what a crash or a closed tab left unsaved.
    async fn recover(&self, previous_tab: Option<&str>) {
        let Some(database) = self.database() else { return };
        for found in journal::abandoned(previous_tab, js_sys::Date::now()) {
            let entry = &found.journal;
            let stored = database.load(&entry.project).await.ok();
            let known = stored.as_ref().map(|stored| (&stored.project, stored.revision));
            let saved = match entry.recover(known) {
                Recovery::Nothing => true,
                Recovery::Update(project) => {
                    let save = database.save(&entry.project, &project, &FilesUpdate::none(), entry.based_on).await;
                    matches!(save, Ok(Save::Done { .. }))
                }
                Recovery::Separate(mut project) => {
                    // Without a stored one beside it, it is the project itself.
                    if stored.is_some() {
                        project.name = format!("{} (recovered)", project.name);
                    }
                    project.name = free_name(&project.name, &self.0.workspace.clone().projects);
                    let files = FilesUpdate::Replace(std::mem::take(&mut project.files));
                    let id = if stored.is_some() { new_id() } else { entry.project.clone() };
                    let done = database.save(&id, &project, &files, None).await.is_ok();
                    if done {
                        self.tell(&format!("Unsaved work was found and kept as “{}”.", project.name));
                    }
                    done
                }
            };
            if saved {
                found.forget();
            }
        }
        self.refresh().await;
    }

    /// Reads the list of projects again.
    pub async fn refresh(&self) {
        let Some(database) = self.database() else { return };
        if let Ok(list) = database.list().await {
            self.0.workspace.dispatch(WorkspaceAction::Listed(list.into()));
        }
    }

    /// Opens a project of this browser, after saving the open one.
    pub fn open(&self, id: &str) {
        let (projects, id) = (self.clone(), id.to_owned());
        spawn_local(async move {
            if projects.settle().await.is_ok()
                && let Err(error) = projects.load(&id).await
            {
                projects.complain(&format!("The project could not be opened: {error}."));
                projects.refresh().await;
            }
        });
    }

    async fn load(&self, id: &str) -> Result<(), LoadError> {
        let Some(database) = self.database() else { return Err(LoadError::Missing) };
        let stored = database.load(id).await?;
        self.show(id.into(), stored.project, Some(stored.revision), FilesUpdate::none());
        Ok(())
    }

    /// Opens something new as a project of its own: nothing that was there before is touched. An example is not kept
    /// until it is edited.
    pub fn open_new(&self, file: ProjectFile, kept: bool, told: impl FnOnce(&str) -> Option<String> + 'static) {
        let projects = self.clone();
        spawn_local(async move {
            if projects.settle().await.is_err() {
                return;
            }
            projects.drop_unkept().await;
            let mut file = file;
            file.kept = kept;
            file.name = free_name(&file.name, &projects.0.workspace.clone().projects);
            let (id, name) = (new_id(), file.name.clone());
            let files = FilesUpdate::Replace(file.files.clone());
            projects.show(id.into(), file, None, files);
            if let Some(text) = told(&name) {
                projects.tell(&text);
            }
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

    fn show(&self, id: ProjectId, file: ProjectFile, revision: Option<Revision>, files: FilesUpdate) {
        let inner = &self.0;
        remember(&id);
        inner.revision.set(revision);
        *inner.files.borrow_mut() = files;
        inner.engine.set_files(file.files);
        inner.workspace.dispatch(WorkspaceAction::Open(Project {
            id,
            name: file.name.into(),
            program: file.program,
            arguments: file.arguments.into(),
            environment: file.environment.into(),
            kept: file.kept,
        }));
        if revision.is_some() {
            let edit = inner.workspace.clone().edit;
            inner.saved.set(edit);
            inner.workspace.dispatch(WorkspaceAction::Saved { edit });
        }
    }

    /// Begins an empty project.
    pub fn create(&self, name: &str, program: &str) {
        let file = ProjectFile {
            name: name.to_owned(),
            program: Program::Text(program.into()),
            arguments: String::new(),
            environment: String::new(),
            kept: true,
            files: Vec::new(),
        };
        self.open_new(file, true, |_| None);
    }

    /// Opens a copy of the open project.
    pub fn duplicate(&self) {
        let projects = self.clone();
        self.export(Callback::from(move |file: ProjectFile| {
            projects.open_new(file, true, |name| Some(format!("This is a copy, “{name}”.")))
        }));
    }

    /// Renames the open project.
    pub fn rename(&self, name: &str) {
        self.0.workspace.dispatch(WorkspaceAction::Rename(name.into()));
    }

    /// Deletes a project: the person has confirmed it. When it is the open one, the last edited of the others opens.
    pub fn delete(&self, id: &str, welcome: &str) {
        let (projects, id, welcome) = (self.clone(), id.to_owned(), welcome.to_owned());
        spawn_local(async move {
            let Some(database) = projects.database() else { return };
            let is_open = *projects.0.workspace.clone().project.id == *id;
            if is_open {
                // What is waiting to be saved would bring it back.
                projects.0.timer.take();
                projects.wait_for_save().await;
                *projects.0.files.borrow_mut() = FilesUpdate::none();
                journal::clear(&projects.0.tab);
            }
            if let Err(error) = database.delete(&id).await {
                projects.complain(&format!("The project could not be deleted: {error}."));
                return;
            }
            projects.refresh().await;
            if !is_open {
                return;
            }
            projects.0.saved.set(projects.0.workspace.clone().edit);
            projects.0.revision.set(None);
            let next =
                projects.0.workspace.clone().projects.iter().find(|other| other.kept).map(|other| other.id.clone());
            match next {
                Some(next) => projects.open(&next),
                None => projects.create("Untitled", &welcome),
            }
        });
    }

    /// Empties the open project: the person has confirmed it.
    pub fn reset(&self, program: &str) {
        let inner = &self.0;
        *inner.files.borrow_mut() = FilesUpdate::Replace(Vec::new());
        inner.engine.set_files(Vec::new());
        inner.workspace.dispatch(WorkspaceAction::ReplaceProgram(Program::Text(program.into())));
        inner.workspace.dispatch(WorkspaceAction::SetArguments("".into()));
        inner.workspace.dispatch(WorkspaceAction::SetEnvironment("".into()));
    }

    /// All files, as the worker has them.
    pub fn read_all_files(&self, then: Callback<Vec<FileImage>>) {
        self.0.readers.borrow_mut().push_back(then);
        self.0.engine.read_all_files();
    }

    /// The open project with all its files, as it is this moment.
    pub fn export(&self, then: Callback<ProjectFile>) {
        let projects = self.clone();
        self.0.editor.flush();
        self.read_all_files(Callback::from(move |files| {
            then.emit(ProjectFile { files, ..file_of(&projects.0.workspace.clone().project) });
        }));
    }

    /// Says something about projects.
    pub fn tell(&self, text: &str) {
        self.0.workspace.dispatch(WorkspaceAction::Tell(Notice { text: text.into(), is_error: false }));
    }

    /// Says that something went wrong.
    pub fn complain(&self, text: &str) {
        self.0.workspace.dispatch(WorkspaceAction::Tell(Notice { text: text.into(), is_error: true }));
    }

    fn hear(&self, event: &Event) {
        let inner = &self.0;
        match event {
            Event::FilesChanged { written, removed } => {
                inner
                    .files
                    .borrow_mut()
                    .then(FilesUpdate::Change { written: written.clone(), removed: removed.clone() });
                inner.workspace.dispatch(WorkspaceAction::FilesWritten);
                // Files come all at once, and only the text is in the journal: there is nothing to wait for.
                drop(self.save());
            }
            Event::AllFiles { files } => {
                let reader = inner.readers.borrow_mut().pop_front();
                if let Some(reader) = reader {
                    reader.emit(files.clone());
                }
            }
            Event::Ready if inner.had_worker.replace(true) => {
                // Whoever waited for the old worker waits in vain.
                inner.readers.borrow_mut().clear();
                let projects = self.clone();
                spawn_local(async move { projects.give_files_again().await });
            }
            _ => {}
        }
    }

    /// A new worker begins with an empty tree.
    async fn give_files_again(&self) {
        // A failed save has told of itself, and what is stored is the best there is.
        let _ = self.settle().await;
        let Some(database) = self.database() else { return };
        let id = self.0.workspace.clone().project.id.clone();
        if let Ok(stored) = database.load(&id).await {
            self.0.engine.set_files(stored.project.files);
        }
    }

    /// The workspace has changed.
    fn edited(&self, edit: u64) {
        if edit != self.0.saved.get() {
            self.write_journal(LONGEST_TEXT);
            self.save_soon();
        }
    }

    fn save_soon(&self) {
        let projects = self.clone();
        let timer = Timeout::new(SETTLED, move || drop(projects.save()));
        *self.0.timer.borrow_mut() = Some(timer);
    }

    /// The page goes away, perhaps for good.
    fn leave(&self) {
        self.0.editor.flush();
        let unsaved = self.0.workspace.clone().edit != self.0.saved.get();
        if unsaved {
            self.write_journal(usize::MAX);
            drop(self.save());
        }
    }

    fn write_journal(&self, longest: usize) {
        let inner = &self.0;
        let project = inner.workspace.clone().project.clone();
        let text = project.program.text().map(ToString::to_string);
        if !project.kept {
            return;
        }
        // The project that the page begins with was never opened: from its first edit on, it is what a reload shows.
        remember(&project.id);
        if text.as_ref().is_some_and(|text| text.len() > longest) {
            return;
        }
        journal::write(
            &inner.tab,
            &Journal {
                project: project.id.to_string(),
                based_on: inner.revision.get(),
                time: js_sys::Date::now(),
                name: project.name.to_string(),
                kept: project.kept,
                text,
                arguments: project.arguments.to_string(),
                environment: project.environment.to_string(),
            },
        );
    }

    /// Saves what is unsaved; one save at a time.
    fn save(&self) -> Promise {
        self.0.timer.take();
        if let Some(saving) = &*self.0.saving.borrow() {
            return saving.clone();
        }
        let projects = self.clone();
        let promise = future_to_promise(async move {
            let saved = projects.save_until_settled().await;
            projects.0.saving.take();
            Ok(JsValue::from(saved))
        });
        *self.0.saving.borrow_mut() = Some(promise.clone());
        promise
    }

    async fn wait_for_save(&self) {
        let saving = self.0.saving.borrow().clone();
        if let Some(saving) = saving {
            // The promise never rejects.
            let _ = JsFuture::from(saving).await;
        }
    }

    /// Saves at once what is unsaved; an error when that did not work and something the person made would be lost.
    async fn settle(&self) -> Result<(), ()> {
        self.0.editor.flush();
        self.wait_for_save().await;
        let saved = JsFuture::from(self.save()).await.is_ok_and(|saved| saved.is_truthy());
        if saved || !self.0.workspace.clone().project.kept {
            return Ok(());
        }
        let reason = match &self.0.workspace.clone().saving {
            Saving::Failed { message } => message.to_string(),
            Saving::Saved | Saving::Pending => "it could not be saved".to_owned(),
        };
        self.complain(&format!("The open project stays open, because its last changes could not be kept: {reason}."));
        Err(())
    }

    async fn save_until_settled(&self) -> bool {
        let inner = &self.0;
        let Some(database) = self.database() else { return false };
        loop {
            let workspace = inner.workspace.clone();
            let (project, edit) = (workspace.project.clone(), workspace.edit);
            let files = inner.files.replace(FilesUpdate::none());
            if edit == inner.saved.get() && files.is_none() {
                return true;
            }
            match database.save(&project.id, &file_of(&project), &files, inner.revision.get()).await {
                Ok(Save::Done { revision }) => self.saved(&project, edit, revision),
                Ok(Save::Conflict) => {
                    if let Err(error) = self.fork(&database, &project, files).await {
                        self.save_failed(&error);
                        return false;
                    }
                }
                Err(error) => {
                    let mut files = files;
                    files.then(inner.files.replace(FilesUpdate::none()));
                    *inner.files.borrow_mut() = files;
                    self.save_failed(&error);
                    return false;
                }
            }
        }
    }

    fn saved(&self, project: &Project, edit: u64, revision: Revision) {
        let inner = &self.0;
        inner.revision.set(Some(revision));
        inner.saved.set(edit);
        inner.workspace.dispatch(WorkspaceAction::Saved { edit });
        if inner.workspace.clone().edit == edit {
            journal::clear(&inner.tab);
        }
        let own = ProjectSummary {
            id: project.id.clone(),
            name: project.name.clone(),
            edited: js_sys::Date::now(),
            kept: project.kept,
        };
        let others =
            inner.workspace.clone().projects.iter().filter(|other| other.id != own.id).cloned().collect::<Vec<_>>();
        let list = std::iter::once(own).chain(others).collect();
        inner.workspace.dispatch(WorkspaceAction::Listed(list));
    }

    /// Another tab works on the same project: what is done here becomes a project of its own.
    async fn fork(&self, database: &Database, project: &Project, files: FilesUpdate) -> Result<(), StorageError> {
        let inner = &self.0;
        self.refresh().await;
        let id: ProjectId = new_id().into();
        database.copy_files(&project.id, &id).await?;
        let name = free_name(&project.name, &inner.workspace.clone().projects);
        let mut all = files;
        all.then(inner.files.replace(FilesUpdate::none()));
        *inner.files.borrow_mut() = all;
        inner.revision.set(None);
        // The next turn saves it, whatever the edit's number.
        inner.saved.set(u64::MAX);
        local_keys::set_tab_value(LAST_PROJECT, &id);
        inner.workspace.dispatch(WorkspaceAction::Fork { id, name: name.as_str().into() });
        self.tell(&format!(
            "“{}” was changed in another tab. Your changes here are kept apart, as “{name}”.",
            project.name
        ));
        // The tree as it is here, not as the other tab has left it.
        let projects = self.clone();
        self.read_all_files(Callback::from(move |all| {
            projects.0.files.borrow_mut().then(FilesUpdate::Replace(all));
            projects.0.workspace.dispatch(WorkspaceAction::FilesEdited);
        }));
        Ok(())
    }

    fn save_failed(&self, error: &StorageError) {
        let message = error.to_string();
        self.0.workspace.dispatch(WorkspaceAction::SaveFailed { message: message.as_str().into() });
        self.complain(&format!("Your last changes are not kept: {message}."));
    }

    fn database(&self) -> Option<Database> {
        self.0.database.borrow().clone()
    }
}

/// The project without its files.
fn file_of(project: &Project) -> ProjectFile {
    ProjectFile {
        name: project.name.to_string(),
        program: project.program.clone(),
        arguments: project.arguments.to_string(),
        environment: project.environment.to_string(),
        kept: project.kept,
        files: Vec::new(),
    }
}
