//! The files' state, updated by the worker, and the actions of the Files panel.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::reducers::{WorkspaceContext, use_slice};
use super::use_engine::{Engine, use_engine_events};
use super::use_open::{Opener, use_open};
use super::use_projects::Projects;
use crate::protocol::{Event, FileChange, FileContents, FileImage};
use crate::ui::platform::archive::{self, Format, Unpacked};
use crate::ui::platform::{dom, download, upload};
use crate::ui::selectors::files::{archive_folder, check_move, copy_path};
use crate::ui::selectors::numbers;
use crate::ui::state::files::{FilesAction, FilesState};
use crate::ui::state::project::{About, NoticeAction, WorkspaceAction, file_stem};

/// A path's contents when the last run started, and now.
pub type Versions = (Option<FileContents>, Option<FileContents>);

/// The callbacks that wait for a file, by path.
#[derive(Default)]
struct Readers {
    bytes: RefCell<Vec<(String, Callback<Vec<u8>>)>>,
    versions: RefCell<Vec<(String, Callback<Versions>)>>,
    /// Whether the notice shows the progress of listing or reading files.
    tells_progress: Cell<bool>,
}

/// The handle to the files.
#[derive(Clone)]
pub struct Files {
    pub state: UseReducerHandle<FilesState>,
    engine: Engine,
    projects: Projects,
    workspace: WorkspaceContext,
    readers: Rc<Readers>,
}

impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

/// The files of the open project. `opened` changes with it.
#[hook]
pub fn use_files(opened: u32) -> Files {
    let engine = use_slice::<Engine>();
    let projects = use_slice::<Projects>();
    let workspace = use_slice::<WorkspaceContext>();
    let state = use_reducer_eq(FilesState::default);
    let readers = use_memo((), |()| Readers::default());
    {
        let state = state.dispatcher();
        use_effect_with(opened, move |_| state.dispatch(FilesAction::Opened));
    }
    let on_event = {
        let (state, readers) = (state.dispatcher(), readers.clone());
        use_callback((), move |event: Rc<Event>, ()| on_event(&event, &state, &readers))
    };
    use_engine_events(on_event);
    Files { state, engine, projects, workspace, readers }
}

fn on_event(event: &Event, state: &UseReducerDispatcher<FilesState>, readers: &Readers) {
    match event {
        Event::Tree { entries, bytes } => {
            state.dispatch(FilesAction::Tree { entries: entries.as_slice().into(), bytes: *bytes });
        }
        Event::FilesChanged { written, removed, requested } => state.dispatch(FilesAction::Changed {
            written: written.iter().map(|file| file.path.clone()).collect(),
            removed: removed.clone(),
            requested: *requested,
        }),
        // Dispatched in event order: an effect might run only after a short run's changes.
        Event::Started { .. } => state.dispatch(FilesAction::RunStarted),
        Event::Ready => state.dispatch(FilesAction::WorkerReplaced),
        Event::FileProblem { message } => state.dispatch(FilesAction::Problem(message.as_str().into())),
        Event::FileContents { path, bytes } => {
            if let Some(then) = take_reader(&readers.bytes, path) {
                then.emit(bytes.clone());
            }
        }
        Event::FileCompared { path, before, now } => {
            if let Some(then) = take_reader(&readers.versions, path) {
                then.emit((before.clone(), now.clone()));
            }
        }
        _ => {}
    }
}

fn take_reader<T>(readers: &RefCell<Vec<(String, Callback<T>)>>, path: &str) -> Option<Callback<T>> {
    let mut readers = readers.borrow_mut();
    let index = readers.iter().position(|(requested, _)| requested == path)?;
    Some(readers.remove(index).1)
}

impl Files {
    /// Sends a change to the worker.
    pub fn change(&self, change: FileChange) {
        // The worker has the contents: they are not copied for the panel, which only counts answers.
        self.state.dispatch(FilesAction::Requested(match &change {
            FileChange::Write { .. } => FileChange::Write { files: Vec::new() },
            change => change.clone(),
        }));
        self.projects.will_change(&change);
        self.workspace.dispatch(WorkspaceAction::FilesEdited);
        self.engine.change_files(change);
    }

    /// Writes files into the tree.
    pub fn write(&self, files: Vec<FileImage>) {
        if !files.is_empty() {
            self.change(FileChange::Write { files });
        }
    }

    pub fn act(&self, action: FilesAction) {
        self.state.dispatch(action);
    }

    /// Shows why a file operation failed.
    pub fn notify_error(&self, message: &str) {
        self.state.dispatch(FilesAction::Problem(message.into()));
    }

    /// Calls back with a file's bytes.
    pub fn read(&self, path: &str, then: Callback<Vec<u8>>) {
        self.readers.bytes.borrow_mut().push((path.to_owned(), then));
        self.engine.read_file(path.to_owned());
    }

    /// Calls back with a file's contents when the last run started, and now.
    pub fn compare(&self, path: &str, then: Callback<Versions>) {
        self.readers.versions.borrow_mut().push((path.to_owned(), then));
        self.engine.compare_file(path.to_owned());
    }

    /// Moves an entry into a directory, or shows why that is not possible.
    pub fn move_into(&self, from: &str, directory: &str) {
        match check_move(&self.state.clone(), from, directory) {
            Ok(to) => self.change(FileChange::Rename { from: from.to_owned(), to }),
            // Dropped where it was picked up: not an error.
            Err(_) if from.rsplit_once('/').map_or("", |(parent, _)| parent) == directory || from == directory => {}
            Err(reason) => self.notify_error(&reason),
        }
    }

    /// Makes a copy next to the original.
    pub fn duplicate(&self, path: &str) {
        let to = copy_path(&self.state.clone(), path);
        self.change(FileChange::Copy { from: path.to_owned(), to: to.clone() });
        self.act(FilesAction::Activate(to.into()));
    }

    /// See [`FilesState::marked_from`].
    pub fn marked_from(&self, path: &str) -> Vec<String> {
        self.state.clone().marked_from(path)
    }

    /// Keeps what the last run did at these paths.
    pub fn keep(&self, paths: Vec<String>) {
        self.act(FilesAction::Keep(paths.into()));
    }

    /// Reverts what the last run did at these paths.
    pub fn revert(&self, paths: Vec<String>) {
        self.change(FileChange::Revert { paths });
    }

    /// Downloads one file.
    pub fn download(&self, path: &str) {
        let (files, name) = (self.clone(), path.rsplit('/').next().unwrap_or(path).to_owned());
        self.read(
            path,
            Callback::from(move |bytes: Vec<u8>| files.hand_out(&name, "application/octet-stream", &bytes)),
        );
    }

    /// Downloads the whole tree, or the contents of a directory, as one archive.
    pub fn download_archive(&self, directory: Option<&str>, format: Format) {
        let (files, directory) = (self.clone(), directory.map(str::to_owned));
        let name = directory.as_deref().map_or_else(
            || file_stem(&self.workspace.project.name),
            |directory| directory.rsplit('/').next().unwrap_or(directory).to_owned(),
        );
        let then = Callback::from(move |mut images: Vec<FileImage>| {
            if let Some(directory) = &directory {
                let skip = directory.rfind('/').map_or(0, |at| at + 1);
                let below = format!("{directory}/");
                images.retain(|image| image.path == *directory || image.path.starts_with(&below));
                images.iter_mut().for_each(|image| drop(image.path.drain(..skip)));
            }
            let name = format!("{name}.{}", format.extension());
            match archive::pack(format, &images) {
                Ok(archive) => files.hand_out(&name, format.media_type(), &archive),
                Err(error) => files.notify_error(&format!("{name}: the archive cannot be created: {error}")),
            }
        });
        self.projects.read_all_files(then);
    }

    fn hand_out(&self, name: &str, media_type: &str, bytes: &[u8]) {
        if download::download(name, media_type, bytes).is_err() {
            self.notify_error(&format!("{name}: the browser does not let the page download it"));
        }
    }

    /// Unpacks an archive in the tree into a folder of the same name next to it.
    pub fn unpack(&self, path: &str) {
        let (files, path) = (self.clone(), path.to_owned());
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let directory = archive_folder(&self.state.clone(), &path);
        self.read(
            &path,
            Callback::from(move |bytes: Vec<u8>| {
                files.write_archive(&name, &bytes, &directory);
            }),
        );
    }

    /// Unpacks an archive below `directory`. The worker reports what was left out.
    ///
    /// Returns whether the archive can be read; if it cannot, a notice says why.
    pub fn write_archive(&self, name: &str, bytes: &[u8], directory: &str) -> bool {
        match archive::unpack(bytes) {
            Ok(Unpacked { files, left_out }) => {
                self.change(FileChange::Unpack {
                    archive: name.to_owned(),
                    directory: directory.to_owned(),
                    files,
                    left_out: left_out.iter().map(ToString::to_string).collect(),
                });
                true
            }
            Err(error) => {
                self.notify_error(&format!("{name}: {error}"));
                false
            }
        }
    }

    /// Writes what was picked or dropped into the tree, and shows progress if it takes long.
    pub async fn upload(&self, picked: Vec<upload::Picked>, directory: &str) {
        let count = picked.len() as u64;
        let mut progress = self.progress(true);
        self.projects.take_cancelled();
        let (images, problems) = upload::read_all(&picked, directory, |read| {
            progress.at(&format!("Adding files: {} of {}", numbers::grouped(read as u64), numbers::grouped(count)));
            !self.projects.take_cancelled()
        })
        .await;
        let Some(images) = images else {
            self.readers.tells_progress.set(false);
            return self.projects.notify("No files were added.", About::Work);
        };
        let read = images.len() as u64;
        self.write(images);
        progress.end(read >= MANY, &format!("{} were added to Files.", numbers::count(read, "file", "files")));
        // An error stays visible; a change that follows would clear it.
        match problems.as_slice() {
            [] => {}
            [problem] => self.notify_error(problem),
            [first, rest @ ..] => self.notify_error(&format!("{first} (and {} more)", rest.len())),
        }
    }

    /// Lists what was dropped, and shows progress if it takes long.
    pub async fn list(&self, dropped: upload::Dropped) -> Result<Vec<upload::Picked>, String> {
        let mut progress = self.progress(false);
        dropped
            .list(|found| progress.at(&format!("Found {} so far …", numbers::count(found as u64, "file", "files"))))
            .await
    }

    fn progress(&self, can_cancel: bool) -> Progress {
        Progress { files: self.clone(), reported: dom::now() + QUIET_MS - BETWEEN_MS, can_cancel }
    }
}

/// How long something may take before its progress is shown, and how often the progress is updated, in milliseconds.
const QUIET_MS: f64 = 300.0;
const BETWEEN_MS: f64 = 250.0;
/// From how many files on the number is worth showing.
const MANY: u64 = 100;

/// Shows the progress of something that takes long.
struct Progress {
    files: Files,
    reported: f64,
    can_cancel: bool,
}

impl Progress {
    fn at(&mut self, text: &str) {
        let now = dom::now();
        if now - self.reported >= BETWEEN_MS {
            self.reported = now;
            self.files.readers.tells_progress.set(true);
            if self.can_cancel {
                self.files.projects.offer(text, About::Work, NoticeAction::Cancel);
            } else {
                self.files.projects.notify(text, About::Work);
            }
        }
    }

    /// Shows the result if it is about many files, or if progress was shown.
    fn end(self, many: bool, text: &str) {
        if self.files.readers.tells_progress.take() || many {
            self.files.projects.notify(text, About::Work);
        }
    }
}

/// Provides [`Files`] and [`Opener`] to the components below it.
#[derive(PartialEq, Properties)]
pub struct ScopeProps {
    pub children: Html,
}

/// Holds the state of the open project's files, separate so that a change of the tree redraws only what shows it.
#[component]
pub fn FilesScope(props: &ScopeProps) -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let projects = use_slice::<Projects>();
    let files = use_files(workspace.opened);
    let opener = use_open(&projects, &files);
    html! {
        <ContextProvider<Files> context={files}>
        <ContextProvider<Opener> context={opener}>
            { props.children.clone() }
        </ContextProvider<Opener>>
        </ContextProvider<Files>>
    }
}
