//! Changes since the last save, written at every keystroke, so that they survive a crash.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::debug_notes::DebugNotes;
use super::files_update::FilesUpdate;
use super::project::Program;
use super::project_file::ProjectFile;

/// The maximum length of a text that is written at every keystroke; a longer one waits for the next save.
pub const LONGEST_TEXT: usize = 500_000;
/// The maximum size of files in the journal; the browser keeps about five million characters in total.
pub const LARGEST_FILES: usize = 1 << 20;

/// An unsaved state of a project, and its unsaved files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// The project's id.
    pub project: String,
    /// The stored revision that it is based on; `None` if the project had not been stored yet.
    pub based_on: Option<f64>,
    /// When it was written, in milliseconds since 1970.
    pub time: f64,
    /// Counts the journals written in this browser by all tabs: the larger number is the later one, whatever the clock
    /// was set to.
    #[serde(default)]
    pub sequence: u64,
    pub name: String,
    pub kept: bool,
    /// `None` if the program is binary: it cannot be typed.
    pub text: Option<String>,
    pub arguments: String,
    pub environment: String,
    /// The unsaved files, from [`pack_files`]; empty if there are none, or too many.
    #[serde(default)]
    pub files: String,
    /// Breakpoints and watch expressions, from `DebugNotes::to_text`.
    #[serde(default)]
    pub notes: String,
}

/// A file update as text; empty if there is nothing to do, or more than the journal holds.
pub fn pack_files(update: &FilesUpdate) -> String {
    if update.is_none() || update.size() > LARGEST_FILES {
        return String::new();
    }
    postcard::to_allocvec(update).map(|bytes| BASE64_STANDARD.encode(bytes)).unwrap_or_default()
}

fn unpack_files(text: &str) -> FilesUpdate {
    // Treat unreadable data as missing: the text next to it is still worth something.
    let bytes = BASE64_STANDARD.decode(text).unwrap_or_default();
    postcard::from_bytes(&bytes).unwrap_or_else(|_| FilesUpdate::none())
}

/// What to do with a journal that was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Recovery {
    /// Nothing: the storage has everything.
    Nothing,
    /// This is the newest state of the stored project; its files get this update.
    Update(ProjectFile, FilesUpdate),
    /// The stored project has changed since: this becomes a separate project.
    Separate(ProjectFile),
}

impl Journal {
    /// How to recover, given the stored project, if any. `is_own` means that the tab that wrote this journal also made
    /// that save, while closing: the journal is newer.
    pub fn recover(&self, stored: Option<(&ProjectFile, f64)>, is_own: bool) -> Recovery {
        let stored_program = stored.map(|(project, _)| &project.program);
        let program = match (&self.text, stored_program) {
            (Some(text), _) => Program::Text(text.as_str().into()),
            (None, Some(program)) => program.clone(),
            // The bytes of a module that was never stored are lost; its arguments are useless without it.
            (None, None) => return Recovery::Nothing,
        };
        let update = unpack_files(&self.files);
        let files = stored.map(|(project, _)| project.files.as_slice()).unwrap_or_default();
        let project = ProjectFile {
            name: self.name.clone(),
            program: program.clone(),
            arguments: self.arguments.clone(),
            environment: self.environment.clone(),
            sources: stored.map(|(project, _)| project.sources.clone()).unwrap_or_default(),
            kept: self.kept,
            files: update.apply_to(files.to_vec()),
            debugging: DebugNotes {
                // The journal has no bookmark: it comes from storage, if the program is still the same.
                bookmark: stored
                    .filter(|(stored, _)| stored.program == program)
                    .and_then(|(stored, _)| stored.debugging.bookmark.clone()),
                ..DebugNotes::from_text(&self.notes)
            },
        };
        match stored {
            Some((stored, _)) if same_work(stored, &project) && update.is_in(&stored.files) => Recovery::Nothing,
            Some((_, revision)) if is_own || self.based_on == Some(revision) => Recovery::Update(project, update),
            Some(_) => Recovery::Separate(project),
            None => Recovery::Separate(project),
        }
    }
}

fn same_work(one: &ProjectFile, other: &ProjectFile) -> bool {
    one.program == other.program
        && one.arguments == other.arguments
        && one.environment == other.environment
        && one.debugging == other.debugging
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{FileContents, FileImage};

    fn stored(text: &str) -> ProjectFile {
        ProjectFile {
            name: "p".into(),
            program: Program::Text(text.into()),
            arguments: "".into(),
            environment: "".into(),
            sources: Vec::new(),
            kept: true,
            files: vec![],
            debugging: DebugNotes::default(),
        }
    }

    fn journal(text: Option<&str>, based_on: Option<f64>) -> Journal {
        Journal {
            project: "id".into(),
            based_on,
            time: 0.0,
            sequence: 0,
            name: "p".into(),
            kept: true,
            text: text.map(str::to_owned),
            arguments: "".into(),
            environment: "".into(),
            files: String::new(),
            notes: String::new(),
        }
    }

    fn file(path: &str, text: &str) -> FileImage {
        FileImage { path: path.into(), contents: FileContents::File { bytes: text.into() } }
    }

    fn written(path: &str, text: &str) -> FilesUpdate {
        FilesUpdate::Change { written: vec![file(path, text)], removed: vec![] }
    }

    #[test]
    fn the_last_keys_before_a_crash_are_put_back() {
        let recovery = journal(Some("typed"), Some(3.0)).recover(Some((&stored("saved"), 3.0)), false);
        assert_eq!(recovery, Recovery::Update(stored("typed"), FilesUpdate::none()));
    }

    #[test]
    fn what_was_saved_after_all_is_not_recovered() {
        assert_eq!(journal(Some("same"), Some(3.0)).recover(Some((&stored("same"), 4.0)), false), Recovery::Nothing);
    }

    #[test]
    fn another_tabs_later_work_is_not_overwritten() {
        let recovery = journal(Some("typed"), Some(3.0)).recover(Some((&stored("theirs"), 4.0)), false);
        assert_eq!(recovery, Recovery::Separate(stored("typed")));
    }

    #[test]
    fn a_project_that_never_reached_the_storage_is_recovered_whole() {
        let recovery = journal(Some("typed"), None).recover(Some((&stored("typing"), 1.0)), true);
        let Recovery::Update(project, _) = recovery else { panic!("the same tab has saved half of it") };
        assert_eq!(project, stored("typed"));
        assert_eq!(journal(Some("typed"), None).recover(None, false), Recovery::Separate(stored("typed")));
        assert_eq!(journal(None, None).recover(None, false), Recovery::Nothing);
    }

    #[test]
    fn arguments_of_a_module_are_recovered_with_the_stored_module() {
        let mut module = stored("");
        module.program = Program::Binary { file_name: "a.wasm".into(), bytes: [0].as_slice().into() };
        let mut typed = journal(None, Some(1.0));
        typed.arguments = "new".into();
        let Recovery::Update(project, _) = typed.recover(Some((&module, 1.0)), false) else { panic!("it is newer") };
        assert_eq!((project.program, project.arguments.as_str()), (module.program, "new"));
    }

    #[test]
    fn a_file_that_was_not_stored_yet_is_put_back_once() {
        let mut before = stored("same");
        before.files = vec![file("a", "old"), file("b", "1")];
        let mut unsaved = journal(Some("same"), Some(3.0));
        unsaved.files = pack_files(&written("a", "new"));
        let Recovery::Update(project, update) = unsaved.recover(Some((&before, 3.0)), false) else {
            panic!("it is newer")
        };
        assert_eq!(update, written("a", "new"));
        assert_eq!(project.files, [file("b", "1"), file("a", "new")]);
        // The save succeeded after all; only the journal was not cleared.
        assert_eq!(unsaved.recover(Some((&project, 4.0)), false), Recovery::Nothing);
    }

    #[test]
    fn an_example_that_wrote_files_is_still_an_example() {
        let mut unsaved = journal(Some("example"), None);
        unsaved.kept = false;
        unsaved.files = pack_files(&written("a", "1"));
        let Recovery::Separate(project) = unsaved.recover(None, false) else { panic!("it is new") };
        assert!(!project.kept && project.files == [file("a", "1")]);
    }

    #[test]
    fn files_that_are_too_many_or_damaged_are_left_out() {
        assert_eq!(pack_files(&FilesUpdate::none()), "");
        assert_eq!(pack_files(&written("a", &"x".repeat(LARGEST_FILES + 1))), "");
        let mut unsaved = journal(Some("typed"), Some(3.0));
        unsaved.files = "AAAA!".into();
        let recovery = unsaved.recover(Some((&stored("saved"), 3.0)), false);
        assert_eq!(recovery, Recovery::Update(stored("typed"), FilesUpdate::none()));
        let old = r#"{"project":"id","based_on":null,"time":0,"name":"p","kept":true,"text":"t","arguments":"","environment":""}"#;
        assert_eq!(serde_json::from_str::<Journal>(old).unwrap().files, "");
    }
}
