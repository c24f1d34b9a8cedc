//! What was typed since the last save, as it is written down at every key, where it survives a crash.

use serde::{Deserialize, Serialize};

use super::project::Program;
use super::project_file::ProjectFile;

/// The longest text that is written down at every key; a longer one waits for the next save.
pub const LONGEST_TEXT: usize = 500_000;

/// An unsaved state of a project, without its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// The project's id.
    pub project: String,
    /// The stored revision that was edited; `None`: it had not been stored yet.
    pub based_on: Option<f64>,
    /// When it was written, in milliseconds since 1970.
    pub time: f64,
    pub name: String,
    pub kept: bool,
    /// `None` when the program is binary: nobody types that.
    pub text: Option<String>,
    pub arguments: String,
    pub environment: String,
}

/// What to do with a journal that was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Recovery {
    /// The storage has all of it.
    Nothing,
    /// This is the newest state of the stored project.
    Update(ProjectFile),
    /// The stored project has gone another way since: this becomes one of its own.
    Separate(ProjectFile),
}

impl Journal {
    /// What is to be done, given what the storage has of the project.
    pub fn recover(&self, stored: Option<(&ProjectFile, f64)>) -> Recovery {
        let stored_program = stored.map(|(project, _)| &project.program);
        let program = match (&self.text, stored_program) {
            (Some(text), _) => Program::Text(text.as_str().into()),
            (None, Some(program)) => program.clone(),
            // The bytes of a module that was never stored are lost; its arguments are no use without it.
            (None, None) => return Recovery::Nothing,
        };
        let project = ProjectFile {
            name: self.name.clone(),
            program,
            arguments: self.arguments.clone(),
            environment: self.environment.clone(),
            kept: true,
            files: stored.map(|(project, _)| project.files.clone()).unwrap_or_default(),
        };
        match stored {
            Some((stored, _)) if same_work(stored, &project) => Recovery::Nothing,
            Some((_, revision)) if self.based_on == Some(revision) => Recovery::Update(project),
            Some(_) => Recovery::Separate(project),
            None => Recovery::Separate(project),
        }
    }
}

fn same_work(one: &ProjectFile, other: &ProjectFile) -> bool {
    one.program == other.program && one.arguments == other.arguments && one.environment == other.environment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> ProjectFile {
        ProjectFile {
            name: "p".into(),
            program: Program::Text(text.into()),
            arguments: "".into(),
            environment: "".into(),
            kept: true,
            files: vec![],
        }
    }

    fn journal(text: Option<&str>, based_on: Option<f64>) -> Journal {
        Journal {
            project: "id".into(),
            based_on,
            time: 0.0,
            name: "p".into(),
            kept: true,
            text: text.map(str::to_owned),
            arguments: "".into(),
            environment: "".into(),
        }
    }

    #[test]
    fn the_last_keys_before_a_crash_are_put_back() {
        let recovery = journal(Some("typed"), Some(3.0)).recover(Some((&stored("saved"), 3.0)));
        assert_eq!(recovery, Recovery::Update(stored("typed")));
    }

    #[test]
    fn what_was_saved_after_all_is_not_recovered() {
        assert_eq!(journal(Some("same"), Some(3.0)).recover(Some((&stored("same"), 4.0))), Recovery::Nothing);
    }

    #[test]
    fn another_tabs_later_work_is_not_overwritten() {
        let recovery = journal(Some("typed"), Some(3.0)).recover(Some((&stored("theirs"), 4.0)));
        assert_eq!(recovery, Recovery::Separate(stored("typed")));
    }

    #[test]
    fn a_project_that_never_reached_the_storage_is_recovered_whole() {
        assert_eq!(journal(Some("typed"), None).recover(None), Recovery::Separate(stored("typed")));
        assert_eq!(journal(None, None).recover(None), Recovery::Nothing);
    }

    #[test]
    fn arguments_of_a_module_are_recovered_with_the_stored_module() {
        let mut module = stored("");
        module.program = Program::Binary { file_name: "a.wasm".into(), bytes: [0].as_slice().into() };
        let mut typed = journal(None, Some(1.0));
        typed.arguments = "new".into();
        let Recovery::Update(project) = typed.recover(Some((&module, 1.0))) else { panic!("it is newer") };
        assert_eq!((project.program, project.arguments.as_str()), (module.program, "new"));
    }
}
