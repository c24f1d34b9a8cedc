//! The files' state, fed by the worker, and the verbs of the Files panel.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::reducers::{RunContext, WorkspaceContext, use_slice};
use super::use_engine::{Engine, use_engine_events};
use super::use_open::{Opener, use_open};
use super::use_projects::Projects;
use crate::protocol::{Event, FileChange, FileImage};
use crate::ui::platform::{download, zip};
use crate::ui::selectors::numbers;
use crate::ui::state::files::{FilesAction, FilesState};
use crate::ui::state::project::{WorkspaceAction, file_stem};

/// The most that the panel puts into the tree at once: the worker's tree has a limit of its own, and says so.
const LARGEST_UPLOAD: u64 = 1 << 30;

type Readers = RefCell<Vec<(String, Callback<Vec<u8>>)>>;

/// The files' handle.
#[derive(Clone)]
pub struct Files {
    pub state: UseReducerHandle<FilesState>,
    engine: Engine,
    projects: Projects,
    workspace: WorkspaceContext,
    /// Who waits for a file's bytes, and for which.
    readers: Rc<Readers>,
}

impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

/// The files of the open project. `run` changes with each run, `opened` with the project.
#[hook]
pub fn use_files(run: Option<u32>, opened: u32) -> Files {
    let engine = use_slice::<Engine>();
    let projects = use_slice::<Projects>();
    let workspace = use_slice::<WorkspaceContext>();
    let state = use_reducer_eq(FilesState::default);
    let readers = use_mut_ref(Vec::<(String, Callback<Vec<u8>>)>::new);
    {
        let state = state.dispatcher();
        use_effect_with(opened, move |_| state.dispatch(FilesAction::Opened));
    }
    {
        let state = state.dispatcher();
        use_effect_with(run, move |run| {
            if run.is_some() {
                state.dispatch(FilesAction::RunStarted);
            }
        });
    }
    let on_event = {
        let (state, readers) = (state.dispatcher(), readers.clone());
        use_callback((), move |event: Rc<Event>, ()| hear(&event, &state, &readers))
    };
    use_engine_events(on_event);
    Files { state, engine, projects, workspace, readers }
}

fn hear(event: &Event, state: &UseReducerDispatcher<FilesState>, readers: &Readers) {
    match event {
        Event::Tree { entries, bytes } => {
            state.dispatch(FilesAction::Tree { entries: entries.as_slice().into(), bytes: *bytes });
        }
        Event::FilesChanged { written, removed } => state.dispatch(FilesAction::Changed {
            written: written.iter().map(|file| file.path.clone()).collect(),
            removed: removed.clone(),
        }),
        Event::FileProblem { message } => state.dispatch(FilesAction::Problem(message.as_str().into())),
        Event::FileContents { path, bytes } => {
            let waiting = {
                let mut readers = readers.borrow_mut();
                readers.iter().position(|(asked, _)| asked == path).map(|index| readers.remove(index))
            };
            if let Some((_, then)) = waiting {
                then.emit(bytes.clone());
            }
        }
        _ => {}
    }
}

impl Files {
    /// Asks the worker for a change.
    pub fn change(&self, change: FileChange) {
        self.state.dispatch(FilesAction::Asked(change.clone()));
        self.projects.will_change(&change);
        self.workspace.dispatch(WorkspaceAction::FilesEdited);
        self.engine.change_files(change);
    }

    /// Puts files into the tree.
    pub fn write(&self, files: Vec<FileImage>) {
        if !files.is_empty() {
            self.change(FileChange::Write { files });
        }
    }

    pub fn act(&self, action: FilesAction) {
        self.state.dispatch(action);
    }

    /// Shows why something on files could not be done.
    pub fn complain(&self, message: &str) {
        self.state.dispatch(FilesAction::Problem(message.into()));
    }

    /// Calls back with a file's bytes.
    pub fn read(&self, path: &str, then: Callback<Vec<u8>>) {
        self.readers.borrow_mut().push((path.to_owned(), then));
        self.engine.read_file(path.to_owned());
    }

    /// Downloads one file.
    pub fn download(&self, path: &str) {
        let (files, name) = (self.clone(), path.rsplit('/').next().unwrap_or(path).to_owned());
        self.read(
            path,
            Callback::from(move |bytes: Vec<u8>| files.hand_out(&name, "application/octet-stream", &bytes)),
        );
    }

    /// Downloads everything, or what is below a directory, as one archive.
    pub fn download_zip(&self, directory: Option<&str>) {
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
            match zip::pack(&images) {
                Ok(archive) => files.hand_out(&format!("{name}.zip"), "application/zip", &archive),
                Err(error) => files.complain(&format!("{name}.zip: the archive cannot be made: {error}")),
            }
        });
        self.projects.read_all_files(then);
    }

    fn hand_out(&self, name: &str, media_type: &str, bytes: &[u8]) {
        if download::download(name, media_type, bytes).is_err() {
            self.complain(&format!("{name}: the browser does not let the page download it"));
        }
    }

    /// Unpacks an archive below `directory`.
    pub fn write_zip(&self, name: &str, bytes: &[u8], directory: &str) {
        match zip::unpack(bytes) {
            Ok(unpacked) => {
                let files = unpacked.files.into_iter().map(|mut file| {
                    file.path = crate::ui::selectors::files::join(directory, &file.path);
                    file
                });
                self.write(files.collect());
                if let Some(first) = unpacked.left_out.first() {
                    let count = unpacked.left_out.len();
                    self.complain(&format!(
                        "{name}: left out {count} whose paths lead out of the tree, such as {first}"
                    ));
                }
            }
            Err(error) => self.complain(&format!("{name}: {error}")),
        }
    }

    /// Puts what was picked or dropped into the tree.
    pub async fn upload(&self, picked: Vec<crate::ui::platform::upload::Picked>, directory: &str) {
        let mut images = Vec::new();
        let mut total = 0;
        for file in picked {
            match file.image(directory).await {
                Ok(image) => {
                    if let crate::protocol::FileContents::File { bytes } = &image.contents {
                        total += bytes.len() as u64;
                    }
                    if total > LARGEST_UPLOAD {
                        self.complain(&format!(
                            "{}: this and what follows was left out, as all together is more than {}",
                            file.path,
                            numbers::bytes(LARGEST_UPLOAD)
                        ));
                        break;
                    }
                    images.push(image);
                }
                Err(message) => self.complain(&message),
            }
        }
        // A problem stays to be read; a change that follows would take it away.
        let problem = self.state.clone().problem.clone();
        self.write(images);
        if let Some(problem) = problem {
            self.complain(&problem);
        }
    }
}

/// Gives [`Files`] and [`Opener`] to what is below.
#[derive(PartialEq, Properties)]
pub struct ScopeProps {
    pub children: Html,
}

/// What belongs to the files of the open project, kept apart so that a change of the tree draws only what shows it.
#[component]
pub fn FilesScope(props: &ScopeProps) -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let run = use_slice::<RunContext>();
    let projects = use_slice::<Projects>();
    let files = use_files((run.run != 0).then_some(run.run), workspace.opened);
    let opener = use_open(&projects, &files);
    html! {
        <ContextProvider<Files> context={files}>
        <ContextProvider<Opener> context={opener}>
            { props.children.clone() }
        </ContextProvider<Opener>>
        </ContextProvider<Files>>
    }
}
