//! Projects: the handle, and how it reports to the rest of the page. Opening is in `opening`, saving in `saving`,
//! resetting and deleting in `undo`. What is unsaved, and what is written when, is decided in `state/saving`.

mod opening;
mod saving;
mod undo;

pub use opening::Offered;
pub use undo::Undo;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use super::reducers::WorkspaceContext;
use super::use_editor::EditorLink;
use super::use_engine::{Engine, Listener};
use crate::protocol::{Event, FileContents, FileImage};
use crate::rest;
use crate::ui::platform::storage::{Database, Quarantined, QuarantinedFiles, new_id, setting_key, write_setting};
use crate::ui::platform::{archive, dom, download, local_keys, tabs};
use crate::ui::selectors::numbers;
use crate::ui::state::project::{About, Notice, NoticeAction, Project, WorkspaceAction, file_stem};
use crate::ui::state::project_file::ProjectFile;
use crate::ui::state::saving::{SaveEvent, SaveState};

/// The key under which a tab remembers its project, and the browser the last one of all tabs.
const LAST_PROJECT: &str = "project";
/// The key through which a tab informs the others which project it has deleted.
const DELETED: &str = "deleted";
/// How long the worker may take to send all files, in milliseconds.
const LONGEST_READING: u32 = 60_000;
/// How long an operation takes before its progress is shown, and how often progress is updated, in milliseconds.
const LONG: f64 = 1_000.0;
const BETWEEN_REPORTS: f64 = 250.0;

/// The projects' handle: cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Projects(Rc<ProjectsInner>);

impl PartialEq for Projects {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct ProjectsInner {
    workspace: WorkspaceContext,
    engine: Engine,
    editor: EditorLink,
    /// This tab's ID in the journal.
    tab: String,
    database: RefCell<Option<Database>>,
    state: RefCell<SaveState>,
    timer: RefCell<Option<Timeout>>,
    /// The active save, and what resolves it.
    saving: RefCell<Option<(Promise, Function)>>,
    /// The callbacks that wait for [`Event::AllFiles`], in request order. They get `None` if the worker is gone.
    readers: RefCell<VecDeque<Callback<Option<Vec<FileImage>>>>>,
    /// Whether the worker has been ready before: it then got the files through the engine's queue.
    had_worker: Cell<bool>,
    /// What opens once the user agrees.
    offered: RefCell<Option<Offered>>,
    /// Whether the user has cancelled the operation whose progress the notice shows.
    cancelled: Cell<bool>,
    /// What the notice offers to undo.
    undo: RefCell<Option<Undo>>,
    listeners: RefCell<Option<(Listener, [EventListener; 5])>>,
}

/// Creates the handle. Called once, in [`crate::ui::app::App`]; others take [`Projects`] from its context.
#[hook]
pub fn use_projects(workspace: &WorkspaceContext, engine: &Engine, editor: &EditorLink) -> Projects {
    let projects = use_memo((), |()| {
        Projects(Rc::new(ProjectsInner {
            workspace: workspace.clone(),
            engine: engine.clone(),
            editor: editor.clone(),
            tab: new_id(),
            database: RefCell::default(),
            state: RefCell::new(SaveState::new(workspace.edit)),
            timer: RefCell::default(),
            saving: RefCell::default(),
            readers: RefCell::default(),
            had_worker: Cell::new(false),
            offered: RefCell::default(),
            cancelled: Cell::new(false),
            undo: RefCell::default(),
            listeners: RefCell::default(),
        }))
    });
    {
        let projects = (*projects).clone();
        use_effect_with((), move |()| projects.start());
    }
    {
        let projects = (*projects).clone();
        use_effect_with(workspace.edit, move |edit| projects.apply(SaveEvent::Edited { edit: *edit }));
    }
    {
        // Drop what is no longer offered.
        let projects = (*projects).clone();
        let offers = workspace.notice.as_ref().and_then(|notice| notice.action) == Some(NoticeAction::Undo);
        use_effect_with(offers, move |offers| {
            if !offers {
                projects.0.undo.take();
            }
        });
    }
    (*projects).clone()
}

/// Remembers what a reload of this tab, or a new tab, shows.
fn remember(id: &str) {
    local_keys::set_tab_value(LAST_PROJECT, id);
    write_setting(LAST_PROJECT, id);
}

impl Projects {
    fn start(&self) {
        let received = {
            let projects = self.clone();
            self.0.engine.listen(Callback::from(move |event: Rc<Event>| projects.on_event(&event)))
        };
        let leaving = || {
            let projects = self.clone();
            move |_: &web_sys::Event| {
                projects.0.editor.flush();
                projects.apply(SaveEvent::Leaving);
            }
        };
        if let Some(window) = web_sys::window()
            && let Some(document) = window.document()
        {
            let page_hide = EventListener::new(&window, "pagehide", leaving());
            let hidden = EventListener::new(&document, "visibilitychange", leaving());
            // A link pasted into this tab's address bar.
            let projects = self.clone();
            let link = EventListener::new(&window, "hashchange", move |_| {
                let projects = projects.clone();
                spawn_local(async move {
                    rest::needed().await;
                    projects.open_link().await;
                });
            });
            let projects = self.clone();
            let asks = EventListenerOptions::enable_prevent_default();
            let before = EventListener::new_with_options(&window, "beforeunload", asks, move |event| {
                if projects.would_lose_work() {
                    event.prevent_default();
                }
            });
            let projects = self.clone();
            let stored = EventListener::new(&window, "storage", move |event| {
                let text = |key: &str| js_sys::Reflect::get(event, &key.into()).ok()?.as_string();
                if text("key").is_some_and(|key| key == setting_key(DELETED)) {
                    // The message begins with the ID.
                    let message = text("newValue").unwrap_or_default();
                    let id = message.split(' ').next().unwrap_or_default().to_owned();
                    projects.apply(SaveEvent::DeletedElsewhere { id });
                }
            });
            *self.0.listeners.borrow_mut() = Some((received, [page_hide, hidden, link, before, stored]));
        }
        tabs::announce(&self.0.tab);
        let projects = self.clone();
        spawn_local(async move { projects.restore().await });
    }

    /// Reads the list of projects again.
    pub async fn refresh(&self) {
        let Some(database) = self.database() else { return };
        if let Ok(list) = database.list().await {
            self.0.workspace.dispatch(WorkspaceAction::Listed(list.into()));
        }
    }

    /// Renames the open project.
    pub fn rename(&self, name: &str) {
        self.0.workspace.dispatch(WorkspaceAction::Rename(name.into()));
    }

    /// All files, as the worker has them.
    pub fn read_all_files(&self, then: Callback<Vec<FileImage>>) {
        self.ask_for_all_files(Callback::from(move |files: Option<Vec<FileImage>>| {
            if let Some(files) = files {
                then.emit(files);
            }
        }));
    }

    fn ask_for_all_files(&self, then: Callback<Option<Vec<FileImage>>>) {
        self.0.readers.borrow_mut().push_back(then);
        self.0.engine.read_all_files();
    }

    /// Like [`Projects::read_all_files`], awaited; `None` if the worker is gone or does not answer.
    async fn all_files(&self) -> Option<Vec<FileImage>> {
        let found = Rc::new(RefCell::new(None));
        let mut timeout = None;
        let promise = Promise::new(&mut |resolve, _| {
            // Resolving does not throw, and a second call has no effect.
            let (found, late) = (found.clone(), resolve.clone());
            timeout = Some(Timeout::new(LONGEST_READING, move || drop(late.call0(&JsValue::NULL))));
            self.ask_for_all_files(Callback::from(move |files| {
                *found.borrow_mut() = files;
                drop(resolve.call0(&JsValue::NULL));
            }));
        });
        let _ = JsFuture::from(promise).await;
        drop(timeout);
        found.take()
    }

    /// The project was downloaded with all its files, as it is now.
    pub fn downloaded(&self) {
        self.apply(SaveEvent::Downloaded);
    }

    /// The open project with all its files, in its current state.
    pub fn export(&self, then: Callback<ProjectFile>) {
        let projects = self.clone();
        self.0.editor.flush();
        self.read_all_files(Callback::from(move |files| {
            then.emit(ProjectFile { files, ..file_of(&projects.0.workspace.clone().project) });
        }));
    }

    /// The records that could not be read; none if they cannot be listed.
    pub async fn quarantined(&self) -> Vec<Quarantined> {
        let Some(database) = self.database() else { return Vec::new() };
        database.quarantined().await.unwrap_or_default()
    }

    /// Downloads a record that could not be read, as it was stored, with its files.
    pub async fn download_quarantined(&self, quarantined: &Quarantined) -> Result<(), String> {
        let database = self.database().ok_or("the browser's storage is not open")?;
        let QuarantinedFiles { files, program } =
            database.quarantined_files(quarantined).await.map_err(|error| error.to_string())?;
        let image = |path: &str, bytes| FileImage { path: path.to_owned(), contents: FileContents::File { bytes } };
        let mut images = vec![image("record.bin", quarantined.body.clone())];
        if !program.is_empty() {
            images.push(image("program.wasm", program));
        }
        images.extend(files.into_iter().map(|file| FileImage { path: format!("files/{}", file.path), ..file }));
        let archive = archive::zip::pack(&images).map_err(|error| error.to_string())?;
        let name = format!("{} (unreadable).zip", file_stem(&quarantined.name));
        download::download(&name, "application/zip", &archive)
            .map_err(|_| "the browser does not let the page download it".to_owned())
    }

    /// Deletes a record that could not be read: the user has confirmed it.
    pub async fn delete_quarantined(&self, quarantined: &Quarantined) -> Result<(), String> {
        let database = self.database().ok_or("the browser's storage is not open")?;
        database.delete_quarantined(quarantined).await.map_err(|error| error.to_string())
    }

    /// Shows a notice until what it is about is over.
    pub fn notify(&self, text: &str, about: About) {
        self.0.workspace.dispatch(WorkspaceAction::Notify(Notice {
            text: text.into(),
            is_error: false,
            about,
            action: None,
        }));
    }

    /// Whether the user has cancelled, since the last call, the operation whose progress the notice shows.
    pub fn take_cancelled(&self) -> bool {
        self.0.cancelled.take()
    }

    /// Shows a notice that offers an action.
    pub fn offer(&self, text: &str, about: About, action: NoticeAction) {
        let notice = Notice { text: text.into(), is_error: false, about, action: Some(action) };
        self.0.workspace.dispatch(WorkspaceAction::Notify(notice));
    }

    /// Performs the action that the notice offers.
    pub fn accept(&self, action: NoticeAction) {
        self.0.workspace.dispatch(WorkspaceAction::DismissNotice);
        match action {
            NoticeAction::OpenLarge => self.open_offered(),
            NoticeAction::Keep => self.0.workspace.dispatch(WorkspaceAction::Keep),
            NoticeAction::Undo => self.undo(),
            NoticeAction::Cancel => self.0.cancelled.set(true),
        }
    }

    /// Shows an error until what it is about is over.
    pub fn notify_error(&self, text: &str, about: About) {
        self.0.workspace.dispatch(WorkspaceAction::Notify(Notice {
            text: text.into(),
            is_error: true,
            about,
            action: None,
        }));
    }

    fn on_event(&self, event: &Event) {
        let inner = &self.0;
        match event {
            Event::FilesChanged { written, removed, requested } => {
                let (written, removed) = (written.clone(), removed.clone());
                self.apply(SaveEvent::FilesChanged { written, removed, requested: *requested });
            }
            Event::Started { .. } | Event::DebugStopped { .. } => self.apply(SaveEvent::Ran),
            Event::AllFiles { files } => {
                let reader = inner.readers.borrow_mut().pop_front();
                if let Some(reader) = reader {
                    reader.emit(Some(files.clone()));
                }
            }
            Event::Ready if inner.had_worker.replace(true) => {
                // The old worker never answers these requests.
                let readers = inner.readers.take();
                readers.iter().for_each(|reader| reader.emit(None));
                // Nor does it answer the pending changes.
                self.apply(SaveEvent::WorkerReplaced);
                let projects = self.clone();
                spawn_local(async move { projects.give_files_again().await });
            }
            _ => {}
        }
    }

    fn database(&self) -> Option<Database> {
        self.0.database.borrow().clone()
    }

    /// Shows the progress of something that takes more than a second; [`Projects::end_report`] removes it.
    fn report(&self, text: impl Fn(usize, usize) -> String) -> impl Fn(usize, usize) {
        let (projects, next) = (self.clone(), Cell::new(dom::now() + LONG));
        move |done, total| {
            let now = dom::now();
            if now >= next.get() {
                next.set(now + BETWEEN_REPORTS);
                let text = text(done, total).as_str().into();
                projects.0.workspace.dispatch(WorkspaceAction::Progress(Some(text)));
            }
        }
    }

    fn end_report(&self) {
        if self.0.workspace.clone().progress.is_some() {
            self.0.workspace.dispatch(WorkspaceAction::Progress(None));
        }
    }
}

/// The project without its files.
fn file_of(project: &Project) -> ProjectFile {
    ProjectFile {
        name: project.name.to_string(),
        program: project.program.clone(),
        arguments: project.arguments.to_string(),
        environment: project.environment.to_string(),
        sources: project.sources.to_vec(),
        kept: project.kept,
        files: Vec::new(),
        debugging: (*project.debugging).clone(),
    }
}

/// The progress of opening a project.
fn opening_text(done: usize, total: usize) -> String {
    format!("Opening the project: {done} of {total} files")
}

/// The progress of saving a project.
fn saving_text(done: usize, total: usize) -> String {
    format!("Saving the project: {} of {}", numbers::bytes(done as u64), numbers::bytes(total as u64))
}
