//! What happens to the open project and its storage, and what the page does about it.

use std::rc::Rc;

use super::Revision;
use crate::protocol::{FileChange, FileImage};
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::journal::Journal;
use crate::ui::state::project::{Program, Project, ProjectId, WorkspaceAction};

#[derive(Debug, Clone, PartialEq)]
pub enum SaveEvent {
    /// The workspace has changed.
    Edited {
        edit: u64,
    },
    /// Save the open project shortly.
    SaveSoon,
    /// Save the open project now.
    Save,
    /// The save that was begun can start.
    Begun,
    /// The part of the page that saves is loaded.
    RestLoaded,
    /// What was unsaved at the last step is saved or has been put back.
    SaveNext,
    Stored(StoreResult),
    /// The files of the stored project were copied to a new project with this ID.
    Forked {
        id: ProjectId,
    },
    /// The files of the stored project could not be copied.
    ForkFailed {
        message: String,
    },
    /// This tab's files, for the project that was forked.
    ForkedFiles(Vec<FileImage>),
    /// All files, for the project that was deleted; `None` if the worker does not send them.
    Gathered(Option<Vec<FileImage>>),
    /// The journal was written; `has_everything` that is unsaved.
    JournalWritten {
        has_everything: bool,
    },
    /// The page is being left, perhaps for good. The text was read from the editor.
    Leaving,
    /// The browser asks whether the page may be closed.
    Closing,
    /// The journal that the open project was recovered from is about to be deleted.
    Recovered,
    /// The browser has closed its storage and may have deleted its contents: everything is saved as if it were new.
    StorageLost,
    /// Another tab has deleted a project.
    DeletedElsewhere {
        id: String,
    },
    /// A file change is being sent to the worker. Until the worker has reported it, only the journal has it.
    WillChange(FileChange),
    /// The worker has reported changes of files; `requested` if they answer a [`SaveEvent::WillChange`].
    FilesChanged {
        written: Vec<FileImage>,
        removed: Vec<String>,
        requested: bool,
    },
    /// Another worker is ready: the last one answers nothing any more.
    WorkerReplaced,
    /// A program has started.
    Ran,
    /// The project was downloaded with all its files, as it is now.
    Downloaded,
    /// Another project is about to be opened; `revision` and the program as they are stored, if they are.
    Opening {
        revision: Option<Revision>,
        program: Program,
        files: FilesUpdate,
        is_shown_only: bool,
    },
    /// A stored project was opened.
    StoredOpened,
    /// All files of the open project were replaced.
    FilesReplaced(Vec<FileImage>),
    /// The open project is about to be deleted: no save starts by itself.
    DeletionBegins,
    /// The active save is over: what is unsaved would bring the project back.
    DropChanges,
    /// The open project was deleted.
    Deleted,
}

/// How the database has answered [`SaveWork::Store`].
#[derive(Debug, Clone, PartialEq)]
pub enum StoreResult {
    Done {
        revision: Revision,
    },
    /// Another tab has saved the project since.
    Conflict,
    /// The project is not stored any more.
    Missing,
    Failed {
        message: String,
    },
}

/// What the page does about an event, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveEffect {
    Workspace(WorkspaceAction),
    SetTimer,
    ClearTimer,
    /// Remembers what a reload of this tab, or a new tab, shows.
    Remember(ProjectId),
    /// Remembers what a reload of this tab shows.
    RememberInTab(ProjectId),
    /// Writes the journal, and reports that as [`SaveEvent::JournalWritten`].
    WriteJournal {
        journal: Box<Journal>,
        has_everything: bool,
    },
    ClearJournal,
    /// Removes a used link from the page's address.
    ClearLink,
    /// Reads the list of projects again.
    Refresh,
    /// A save begins: goes on with [`SaveEvent::Begun`] as soon as other code has run.
    BeginSave,
    /// The save is over.
    EndSave {
        saved: bool,
    },
    /// Does this, whose result is the next event.
    Work(SaveWork),
    /// Asks the worker for all files, for [`SaveEvent::ForkedFiles`].
    ReadForkedFiles,
    /// Goes on with [`SaveEvent::SaveNext`].
    SaveNext,
}

/// A part of a save that takes a while.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveWork {
    /// Ends with [`SaveEvent::RestLoaded`].
    LoadRest,
    /// Ends with [`SaveEvent::Stored`].
    Store { project: Project, files: Rc<FilesUpdate>, based_on: Option<Revision>, program_is_stored: bool },
    /// Copies the stored files of a project to a new one; ends with [`SaveEvent::Forked`] or [`SaveEvent::ForkFailed`].
    CopyFiles { from: ProjectId },
    /// Ends with [`SaveEvent::Gathered`].
    GatherFiles,
    /// Reads the list of projects again; ends with [`SaveEvent::SaveNext`].
    Refresh,
}
