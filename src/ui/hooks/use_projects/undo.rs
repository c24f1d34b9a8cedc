//! Resets and deletes projects, and undoes either for as long as the notice that offers it is shown.

use wasm_bindgen_futures::spawn_local;

use super::{DELETED, Projects, file_of, opening_text, saving_text};
use crate::ui::hooks::examples;
use crate::ui::platform::storage::{Save, Unsaved, new_id, write_setting};
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::project::{About, NoticeAction, Program, Project, ProjectId, WorkspaceAction};
use crate::ui::state::project_file::ProjectFile;
use crate::ui::state::saving::SaveEvent;

/// What can be undone, with the project as it was.
pub struct Undo {
    id: ProjectId,
    project: ProjectFile,
    what: Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Reset,
    Deleted {
        /// Whether it was the open project.
        was_open: bool,
    },
}

impl Projects {
    /// Resets the open project to the example it was created from, or else to `starter`: the user has confirmed it.
    pub fn reset(&self, starter: &str) {
        let (projects, starter) = (self.clone(), starter.to_owned());
        spawn_local(async move {
            let inner = &projects.0;
            inner.editor.flush();
            let project = inner.workspace.clone().project.clone();
            let fresh = match &project.debugging.example {
                Some(id) => examples::load_by_id(id).await,
                None => Ok(ProjectFile {
                    program: Program::Text(starter.into()),
                    arguments: String::new(),
                    environment: String::new(),
                    sources: Vec::new(),
                    debugging: Default::default(),
                    ..file_of(&project)
                }),
            };
            let fresh = match fresh {
                Ok(fresh) => fresh,
                Err(error) => {
                    return projects.notify_error(
                        &format!("“{}” was not reset: the example cannot be read: {error}.", project.name),
                        About::Program,
                    );
                }
            };
            let Some(files) = projects.all_files().await else {
                return projects.notify_error(
                    &format!("“{}” was not reset: its files cannot be read.", project.name),
                    About::Program,
                );
            };
            if inner.workspace.clone().project.id != project.id {
                return;
            }
            let before = ProjectFile { files, ..file_of(&project) };
            projects.put(fresh);
            inner.undo.replace(Some(Undo { id: project.id.clone(), project: before, what: Done::Reset }));
            projects.offer(&format!("“{}” was reset.", project.name), About::Program, NoticeAction::Undo);
        });
    }

    /// Replaces the contents of the open project, which keeps its name and whether it is kept.
    fn put(&self, file: ProjectFile) {
        let inner = &self.0;
        let open = inner.workspace.clone().project.clone();
        inner.engine.forget_run();
        self.apply(SaveEvent::FilesReplaced(file.files.clone()));
        inner.engine.set_files(file.files);
        inner.workspace.dispatch(WorkspaceAction::Open(Project {
            program: file.program,
            arguments: file.arguments.into(),
            environment: file.environment.into(),
            sources: file.sources.into(),
            debugging: file.debugging.into(),
            ..open
        }));
    }

    /// Deletes a project: the user has confirmed it. If it is the open one, the most recently edited other project
    /// opens.
    pub fn delete(&self, id: &str, welcome: &str) {
        let (projects, id, welcome) = (self.clone(), id.to_owned(), welcome.to_owned());
        spawn_local(async move {
            let Some(database) = projects.database() else { return };
            let inner = &projects.0;
            let is_open = *inner.workspace.clone().project.id == *id;
            let before = if is_open && !inner.engine.is_ready() {
                // Only the interpreter has its files, and it is not running.
                None
            } else if is_open {
                inner.editor.flush();
                let project = inner.workspace.clone().project.clone();
                projects.all_files().await.map(|files| ProjectFile { files, ..file_of(&project) })
            } else {
                let loaded = database.load(&id, &projects.report(opening_text)).await;
                projects.end_report();
                loaded.ok().filter(|loaded| loaded.unreadable.is_empty()).map(|loaded| loaded.project)
            };
            if is_open {
                // A pending save would bring it back.
                projects.apply(SaveEvent::DeletionBegins);
                projects.wait_for_save().await;
                projects.apply(SaveEvent::DropChanges);
            }
            if let Err(error) = database.delete(&id).await {
                projects.notify_error(&format!("The project could not be deleted: {error}."), About::Program);
                return;
            }
            // Other tabs that have it open show a message. The random second part makes each deletion a change of the
            // setting.
            write_setting(DELETED, &format!("{id} {}", new_id()));
            projects.refresh().await;
            if let Some(project) = before {
                let text = format!("“{}” was deleted.", project.name);
                let what = Done::Deleted { was_open: is_open };
                inner.undo.replace(Some(Undo { id: id.as_str().into(), project, what }));
                projects.offer(&text, About::Work, NoticeAction::Undo);
            }
            if !is_open {
                return;
            }
            projects.apply(SaveEvent::Deleted);
            let next = inner.workspace.clone().projects.iter().find(|other| other.kept).map(|other| other.id.clone());
            match next {
                Some(next) => projects.open(&next),
                None => projects.create("Untitled", &welcome),
            }
        });
    }

    /// Undoes what the notice is about.
    pub(super) fn undo(&self) {
        let Some(Undo { id, project, what }) = self.0.undo.take() else { return };
        let was_open = match what {
            Done::Reset if self.0.workspace.clone().project.id == id => return self.put(project),
            Done::Reset => return,
            Done::Deleted { was_open } => was_open,
        };
        let projects = self.clone();
        spawn_local(async move {
            let Some(database) = projects.database() else { return };
            let mut project = project;
            let files = FilesUpdate::Replace(std::mem::take(&mut project.files));
            let unsaved = Unsaved { project: &project, files: &files, program_is_stored: false };
            let report = projects.report(saving_text);
            let saved = database.save(&id, unsaved, None, &projects.0.tab, &report).await;
            projects.end_report();
            let reason = match saved {
                Ok(Save::Done { .. }) => None,
                Ok(Save::Conflict | Save::Missing) => {
                    Some("another tab has a project with the same identity".to_owned())
                }
                Err(error) => Some(error.to_string()),
            };
            projects.refresh().await;
            match reason {
                None if was_open => projects.open(&id),
                None => projects.notify(&format!("“{}” is among your projects again.", project.name), About::Program),
                Some(reason) => {
                    let text = format!("“{}” could not be restored: {reason}.", project.name);
                    projects.0.undo.replace(Some(Undo {
                        id,
                        project: ProjectFile { files: files.apply_to(Vec::new()), ..project },
                        what,
                    }));
                    projects.offer(&text, About::Work, NoticeAction::Undo);
                }
            }
        });
    }
}
