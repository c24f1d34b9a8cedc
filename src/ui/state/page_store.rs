//! Projects in the page's own memory: the fallback if the browser refuses storage. They last as long as the page is
//! open.

use std::collections::BTreeMap;

use super::files_update::FilesUpdate;
use super::project::ProjectSummary;
use super::project_file::ProjectFile;
use crate::protocol::FileImage;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct PageStore {
    projects: BTreeMap<String, StoredProject>,
    /// Counts the saves of all projects.
    saves: u64,
}

#[derive(Debug)]
struct StoredProject {
    project: ProjectFile,
    revision: f64,
    by: String,
    /// The number of its last save.
    save: u64,
    edited: f64,
}

impl PageStore {
    /// All projects, the last saved one first.
    pub fn list(&self) -> Vec<ProjectSummary> {
        let mut kept: Vec<_> = self.projects.iter().collect();
        kept.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.save));
        let summary = |(id, kept): (&String, &StoredProject)| ProjectSummary {
            id: id.as_str().into(),
            name: kept.project.name.as_str().into(),
            edited: kept.edited,
            kept: kept.project.kept,
        };
        kept.into_iter().map(summary).collect()
    }

    /// A project with its files, its revision, and the tab that saved it.
    pub fn load(&self, id: &str) -> Option<(ProjectFile, f64, String)> {
        self.projects.get(id).map(|kept| (kept.project.clone(), kept.revision, kept.by.clone()))
    }

    /// A project's files.
    pub fn files(&self, id: &str) -> &[FileImage] {
        self.projects.get(id).map(|kept| kept.project.files.as_slice()).unwrap_or_default()
    }

    /// Stores a project and returns its new revision. `files` says how to update the stored files; the project's own
    /// list is ignored.
    pub fn save(&mut self, id: &str, project: &ProjectFile, files: &FilesUpdate, by: &str, now: f64) -> f64 {
        self.saves += 1;
        let before = self.projects.remove(id);
        let revision = before.as_ref().map_or(0.0, |before| before.revision) + 1.0;
        let known = before.map(|before| before.project.files).unwrap_or_default();
        let project = ProjectFile { files: files.apply_to(known), ..project.clone() };
        self.projects.insert(
            id.to_owned(),
            StoredProject { project, revision, by: by.to_owned(), save: self.saves, edited: now },
        );
        revision
    }

    pub fn delete(&mut self, id: &str) {
        self.projects.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::FileContents;
    use crate::ui::state::project::Program;

    fn project(name: &str) -> ProjectFile {
        ProjectFile {
            name: name.into(),
            program: Program::Text("(module)".into()),
            arguments: String::new(),
            environment: String::new(),
            sources: Vec::new(),
            kept: true,
            files: Vec::new(),
            debugging: Default::default(),
        }
    }

    fn file(path: &str) -> FileImage {
        FileImage { path: path.into(), contents: FileContents::File { bytes: b"1".to_vec() } }
    }

    #[test]
    fn projects_come_back_with_their_files_while_the_page_is_open() {
        let mut store = PageStore::default();
        let written = FilesUpdate::Change { written: vec![file("a"), file("b")], removed: Vec::new() };
        assert_eq!(store.save("3", &project("one"), &written, "tab", 0.0), 1.0);
        store.save("2", &project("two"), &FilesUpdate::none(), "tab", 0.0);
        let gone = FilesUpdate::Change { written: Vec::new(), removed: vec!["a".into()] };
        assert_eq!(store.save("3", &project("uno"), &gone, "tab", 0.0), 2.0);
        let (loaded, revision, by) = store.load("3").unwrap();
        assert_eq!((loaded.name.as_str(), loaded.files, revision, by.as_str()), ("uno", vec![file("b")], 2.0, "tab"));
        let names: Vec<_> = store.list().iter().map(|project| project.name.to_string()).collect();
        assert_eq!(names, ["uno", "two"], "by the order of saves: the clock may be set back");
        store.delete("3");
        assert_eq!((store.load("3"), store.list().len()), (None, 1));
    }
}
