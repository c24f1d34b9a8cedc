//! The Files panel: the worker's file tree as it is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::protocol::{FileChange, FileEntry, FileKind};

/// What the last run did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Created,
    Changed,
    Removed,
}

/// The tree, its unfolded directories, and the active row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FilesState {
    /// Depth first, siblings by name.
    pub entries: Rc<[FileEntry]>,
    /// The size of all files together, in bytes.
    pub bytes: u64,
    /// The directories that are unfolded.
    pub unfolded: Rc<BTreeSet<String>>,
    /// The path that the keyboard acts on; `None` means the first row.
    pub active: Option<Rc<str>>,
    pub marks: Rc<BTreeMap<String, Mark>>,
    /// Why the last request failed.
    pub problem: Option<Rc<str>>,
    /// The paths that existed when the last run started.
    before_run: Rc<BTreeSet<String>>,
    /// The user's requests that the worker has not answered yet.
    requested: Vec<FileChange>,
}

/// An action on [`FilesState`].
#[derive(Debug, Clone, PartialEq)]
pub enum FilesAction {
    /// The worker sent the tree.
    Tree {
        entries: Rc<[FileEntry]>,
        bytes: u64,
    },
    /// Another project was opened.
    Opened,
    RunStarted,
    /// The user requested a change.
    Requested(FileChange),
    /// The worker reported a change, made by the user or by a program.
    Changed {
        written: Vec<String>,
        removed: Vec<String>,
        requested: bool,
    },
    /// Keeps what the last run did at these paths.
    Keep(Rc<[String]>),
    /// A new worker started, which does not know what the last run changed.
    WorkerReplaced,
    Problem(Rc<str>),
    DismissProblem,
    Unfold(Rc<str>),
    Fold(Rc<str>),
    Activate(Rc<str>),
}

impl FilesState {
    /// The state after `action`.
    #[must_use]
    pub fn apply(&self, action: FilesAction) -> Self {
        let mut next = self.clone();
        match action {
            FilesAction::Tree { entries, bytes } => next.replace_tree(entries, bytes),
            // The worker may have sent the new tree already, or will do so soon.
            FilesAction::Opened => next = Self { entries: next.entries, bytes: next.bytes, ..Self::default() },
            FilesAction::RunStarted => {
                next.marks = Rc::default();
                next.before_run = Rc::new(next.entries.iter().map(|entry| entry.path.clone()).collect());
            }
            FilesAction::Requested(change) => {
                next.problem = None;
                next.requested.push(change);
            }
            FilesAction::Changed { requested: true, removed, .. } => next.answered(&removed),
            FilesAction::Changed { written, removed, .. } => next.changed(&written, &removed),
            FilesAction::Keep(paths) => next.unmark(&paths),
            FilesAction::WorkerReplaced => {
                next.marks = Rc::default();
                next.requested.clear();
            }
            FilesAction::Problem(message) => next.problem = Some(message),
            FilesAction::DismissProblem => next.problem = None,
            FilesAction::Unfold(path) => {
                Rc::make_mut(&mut next.unfolded).insert(path.to_string());
            }
            FilesAction::Fold(path) => {
                Rc::make_mut(&mut next.unfolded).remove(&*path);
                let below = format!("{path}/");
                if next.active.as_deref().is_some_and(|active| active.starts_with(&below)) {
                    next.active = Some(path);
                }
            }
            FilesAction::Activate(path) => next.activate(path),
        }
        next
    }

    /// The state after several actions.
    #[must_use]
    pub fn apply_all(&self, actions: impl IntoIterator<Item = FilesAction>) -> Self {
        actions.into_iter().fold(self.clone(), |state, action| state.apply(action))
    }

    /// Whether something is at this path.
    pub fn has(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// What is at this path.
    pub fn entry(&self, path: &str) -> Option<&FileEntry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// A path that the last run changed, and all changes below it: reverting a directory reverts its contents.
    pub fn marked_from(&self, path: &str) -> Vec<String> {
        let below = format!("{path}/");
        self.marks.keys().filter(|marked| *marked == path || marked.starts_with(&below)).cloned().collect()
    }

    /// The directory that a new file goes to: the active one, or the one that holds the active file.
    pub fn active_directory(&self) -> &str {
        let Some(active) = self.active.as_deref() else { return "" };
        match self.entry(active) {
            Some(entry) if entry.kind == FileKind::Directory => active,
            _ => active.rsplit_once('/').map_or("", |(parent, _)| parent),
        }
    }

    /// Makes a path active and unfolds its parents.
    fn activate(&mut self, path: Rc<str>) {
        let mut ancestors = path.match_indices('/').map(|(at, _)| &path[..at]).peekable();
        if ancestors.peek().is_some() {
            Rc::make_mut(&mut self.unfolded).extend(ancestors.map(str::to_owned));
        }
        self.active = Some(path);
    }

    fn replace_tree(&mut self, entries: Rc<[FileEntry]>, bytes: u64) {
        // If the active path is gone, the row that took its place becomes active.
        if let Some(active) = self.active.as_deref()
            && !entries.iter().any(|entry| entry.path == active)
        {
            let place = self.entries.iter().position(|entry| entry.path == active).unwrap_or(0);
            let neighbour = entries.get(place.min(entries.len().saturating_sub(1)));
            self.active = neighbour.map(|entry| entry.path.as_str().into());
        }
        self.entries = entries;
        self.bytes = bytes;
    }

    /// Each change is answered once, in request order.
    fn answered(&mut self, removed: &[String]) {
        if self.requested.is_empty() {
            return;
        }
        match self.requested.remove(0) {
            FileChange::Rename { from, to } if removed.contains(&from) => self.renamed(&from, &to),
            // It was refused, and the worker has reported why.
            FileChange::Rename { .. } => {}
            FileChange::Revert { paths } => self.unmark(&paths),
            FileChange::Remove { path } => {
                // What the run created and the user removed no longer needs a mark.
                let below = format!("{path}/");
                let marks = Rc::make_mut(&mut self.marks);
                marks.retain(|marked, mark| *mark == Mark::Removed || (*marked != path && !marked.starts_with(&below)));
            }
            FileChange::Write { .. } | FileChange::Unpack { .. } | FileChange::Copy { .. } => {}
        }
    }

    fn unmark(&mut self, paths: &[String]) {
        // One lookup per path: a run may have changed a hundred thousand.
        let marks = Rc::make_mut(&mut self.marks);
        for path in paths {
            marks.remove(path);
        }
    }

    fn changed(&mut self, written: &[String], removed: &[String]) {
        let marks = Rc::make_mut(&mut self.marks);
        for path in removed {
            // What the run both created and removed leaves no mark.
            if self.before_run.contains(path) {
                marks.insert(path.clone(), Mark::Removed);
            } else {
                marks.remove(path);
            }
        }
        for path in written {
            let mark = if self.before_run.contains(path) { Mark::Changed } else { Mark::Created };
            marks.insert(path.clone(), mark);
        }
    }

    /// Unfolded directories and the active path keep their state under their new names.
    fn renamed(&mut self, from: &str, to: &str) {
        let moved = |path: &str| -> Option<String> {
            let rest = path.strip_prefix(from)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
        };
        self.unfolded = Rc::new(self.unfolded.iter().map(|path| moved(path).unwrap_or_else(|| path.clone())).collect());
        // The tree arrived before this answer and may have moved the active row: follow the renamed entry.
        let was_active = self.active.as_deref().and_then(moved);
        self.activate(was_active.unwrap_or_else(|| to.to_owned()).into());
        // Revert restores what was at the old path: the new one has nothing to compare with.
        Rc::make_mut(&mut self.marks).retain(|path, _| moved(path).is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{FileContents, FileImage};

    fn tree(paths: &[&str]) -> FilesAction {
        let entries = paths
            .iter()
            .map(|path| FileEntry {
                path: path.trim_end_matches('/').into(),
                kind: if path.ends_with('/') { FileKind::Directory } else { FileKind::File },
                size: 0,
            })
            .collect();
        FilesAction::Tree { entries, bytes: 0 }
    }

    fn event(written: &[&str], removed: &[&str], requested: bool) -> FilesAction {
        let own = |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect();
        FilesAction::Changed { written: own(written), removed: own(removed), requested }
    }

    fn changed(written: &[&str], removed: &[&str]) -> FilesAction {
        event(written, removed, false)
    }

    fn answer() -> FilesAction {
        event(&[], &[], true)
    }

    fn marks(state: &FilesState) -> Vec<(&str, Mark)> {
        state.marks.iter().map(|(path, mark)| (path.as_str(), *mark)).collect()
    }

    fn write(path: &str) -> FileChange {
        let contents = FileContents::File { bytes: vec![] };
        FileChange::Write { files: vec![FileImage { path: path.into(), contents }] }
    }

    #[test]
    fn marks_what_a_run_created_changed_and_removed() {
        let state = FilesState::default().apply_all([
            tree(&["old", "gone", "back"]),
            FilesAction::RunStarted,
            changed(&["old", "new", "brief"], &["gone", "back"]),
            changed(&["back"], &["brief"]),
        ]);
        let expected =
            [("back", Mark::Changed), ("gone", Mark::Removed), ("new", Mark::Created), ("old", Mark::Changed)];
        assert_eq!(marks(&state), expected);
        assert!(state.apply(FilesAction::RunStarted).marks.is_empty());
        assert!(state.apply(FilesAction::WorkerReplaced).marks.is_empty());
    }

    #[test]
    fn another_project_keeps_the_tree_that_has_come_already() {
        let state = FilesState::default().apply_all([
            tree(&["old"]),
            FilesAction::RunStarted,
            changed(&["old"], &[]),
            FilesAction::Activate("old".into()),
            tree(&["new"]),
            FilesAction::Opened,
        ]);
        assert!(state.has("new") && state.marks.is_empty() && state.active.is_none());
    }

    #[test]
    fn what_is_kept_or_reverted_is_marked_no_more() {
        let run = FilesState::default().apply_all([
            tree(&["a", "b", "c"]),
            FilesAction::RunStarted,
            changed(&["a", "b", "d/e"], &["c"]),
        ]);
        let kept = run.apply(FilesAction::Keep(vec!["a".to_owned()].into()));
        assert_eq!(marks(&kept), [("b", Mark::Changed), ("c", Mark::Removed), ("d/e", Mark::Created)]);
        let paths = vec!["b".to_owned(), "c".to_owned()];
        let requested = kept.apply(FilesAction::Requested(FileChange::Revert { paths }));
        assert_eq!(marks(&requested).len(), 3, "until the worker has done it");
        assert_eq!(marks(&requested.apply(event(&["b", "c"], &[], true))), [("d/e", Mark::Created)]);
        let removed = kept.apply_all([FilesAction::Requested(FileChange::Remove { path: "d".into() }), answer()]);
        assert_eq!(marks(&removed), [("b", Mark::Changed), ("c", Mark::Removed)]);
    }

    #[test]
    fn a_directory_is_kept_or_reverted_with_what_is_in_it() {
        let run = FilesState::default().apply_all([
            tree(&["out.txt"]),
            FilesAction::RunStarted,
            changed(&["out.txt", "out", "out/a", "out/b/c", "outer"], &[]),
        ]);
        assert_eq!(run.marked_from("out"), ["out", "out/a", "out/b/c"]);
        assert_eq!(run.marked_from("outer"), ["outer"]);
    }

    #[test]
    fn changes_of_the_user_are_not_marked() {
        let state = FilesState::default().apply_all([
            tree(&["a"]),
            FilesAction::RunStarted,
            FilesAction::Requested(write("mine")),
            changed(&["a"], &[]),
            event(&["mine"], &[], true),
            changed(&["mine"], &[]),
        ]);
        assert_eq!(state.marks.get("a"), Some(&Mark::Changed));
        assert_eq!(state.marks.get("mine"), Some(&Mark::Created), "the second change was the run's");
        let once =
            FilesState::default().apply_all([FilesAction::Requested(write("mine")), event(&["mine"], &[], true)]);
        assert!(once.marks.is_empty());
    }

    #[test]
    fn a_refused_change_is_answered_too() {
        let state = FilesState::default().apply_all([
            FilesAction::RunStarted,
            FilesAction::Requested(write("a")),
            FilesAction::Problem("no room".into()),
            answer(),
            changed(&["a"], &[]),
        ]);
        assert_eq!(state.problem.as_deref(), Some("no room"));
        assert_eq!(state.marks.len(), 1);
    }

    #[test]
    fn a_renamed_directory_stays_unfolded_and_active() {
        let state = FilesState::default().apply_all([
            tree(&["d/", "d/e/", "d/e/f", "dd"]),
            FilesAction::Activate("d/e/f".into()),
            FilesAction::Requested(FileChange::Rename { from: "d".into(), to: "x".into() }),
            event(&["x", "x/e", "x/e/f"], &["d", "d/e", "d/e/f"], true),
            tree(&["dd", "x/", "x/e/", "x/e/f"]),
        ]);
        assert_eq!(state.active.as_deref(), Some("x/e/f"));
        assert_eq!(*state.unfolded, BTreeSet::from(["x".to_owned(), "x/e".to_owned()]));
    }

    #[test]
    fn what_is_moved_is_shown_where_it_went() {
        let state = FilesState::default().apply_all([
            tree(&["box/", "f", "g"]),
            FilesAction::Activate("f".into()),
            FilesAction::Requested(FileChange::Rename { from: "f".into(), to: "box/f".into() }),
            tree(&["box/", "box/f", "g"]),
        ]);
        let moved = state.apply(event(&["box/f"], &["f"], true));
        assert_eq!(moved.active.as_deref(), Some("box/f"));
        assert!(moved.unfolded.contains("box"));
        let refused = state.apply(answer());
        assert_eq!(refused.active.as_deref(), state.active.as_deref());
        assert!(refused.unfolded.is_empty());
    }

    #[test]
    fn the_keyboard_stays_near_what_was_removed() {
        let start = FilesState::default().apply_all([tree(&["a", "b", "c"]), FilesAction::Activate("b".into())]);
        assert_eq!(start.apply(tree(&["a", "c"])).active.as_deref(), Some("c"));
        assert_eq!(start.apply(tree(&["a"])).active.as_deref(), Some("a"));
        assert_eq!(start.apply(tree(&[])).active, None);
    }

    #[test]
    fn folding_takes_the_keyboard_along() {
        let start = FilesState::default().apply_all([tree(&["d/", "d/f", "da"]), FilesAction::Activate("d/f".into())]);
        assert_eq!(start.apply(FilesAction::Fold("d".into())).active.as_deref(), Some("d"));
        let beside = start.apply_all([FilesAction::Activate("da".into()), FilesAction::Fold("d".into())]);
        assert_eq!(beside.active.as_deref(), Some("da"));
    }

    #[test]
    fn new_files_go_where_the_keyboard_is() {
        let start = FilesState::default().apply(tree(&["d/", "d/f", "g"]));
        assert_eq!(start.active_directory(), "");
        let at = |path: &str| start.apply(FilesAction::Activate(path.into()));
        assert_eq!(at("d").active_directory(), "d");
        assert_eq!(at("d/f").active_directory(), "d");
        assert_eq!(at("g").active_directory(), "");
    }
}
