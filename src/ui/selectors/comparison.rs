//! What the last run did to the files: a summary, and the comparison of one file.

use super::diff::{Diff, diff};
use super::files::as_text;
use super::numbers;
use crate::protocol::FileContents;
use crate::ui::state::files::{FilesState, Mark};

/// The maximum size of texts that are compared line by line, in bytes.
const LONGEST_TEXT: usize = 5 << 20;

/// A comparison of a file before and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    Lines(Diff),
    /// For contents that cannot be compared line by line.
    Words(String),
}

/// Compares the contents at a path before and now.
pub fn compare(before: Option<&FileContents>, now: Option<&FileContents>) -> Comparison {
    let text = |contents: Option<&FileContents>| match contents {
        None => Some(String::new()),
        Some(FileContents::File { bytes }) if bytes.len() <= LONGEST_TEXT => as_text(bytes).map(str::to_owned),
        Some(_) => None,
    };
    let is_file = |contents: Option<&FileContents>| matches!(contents, Some(FileContents::File { .. }));
    if (is_file(before) || is_file(now))
        && let (Some(old), Some(new)) = (text(before), text(now))
        && old != new
    {
        return Comparison::Lines(diff(&old, &new));
    }
    Comparison::Words(match (before, now) {
        (None, None) => "Absent before and after.".to_owned(),
        (Some(before), Some(now)) if before == now => "Unchanged.".to_owned(),
        (None, Some(now)) => format!("New: {}.", words(now)),
        (Some(before), None) => format!("Removed: {}.", words(before)),
        (Some(before), Some(now)) => format!("Before: {}. Now: {}.", words(before), words(now)),
    })
}

fn words(contents: &FileContents) -> String {
    match contents {
        FileContents::Directory => "a folder".to_owned(),
        FileContents::Symlink { target } => format!("a link to {target}"),
        FileContents::File { bytes } if bytes.is_empty() => "an empty file".to_owned(),
        FileContents::File { bytes } => {
            let kind = if as_text(bytes).is_some() { "text" } else { "binary" };
            format!("{kind}, {}", numbers::bytes(bytes.len() as u64))
        }
    }
}

/// What the last run did, such as `2 new, 1 changed, 1 removed`; `None` if there is nothing to report.
pub fn summary(state: &FilesState) -> Option<String> {
    let count = |wanted: Mark| state.marks.values().filter(|mark| **mark == wanted).count();
    let parts = [(Mark::Created, "new"), (Mark::Changed, "changed"), (Mark::Removed, "removed")];
    let description: Vec<String> = parts
        .into_iter()
        .map(|(mark, word)| (count(mark), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", numbers::grouped(count as u64)))
        .collect();
    (!description.is_empty()).then(|| description.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::files::FilesAction;

    fn file(bytes: &[u8]) -> FileContents {
        FileContents::File { bytes: bytes.to_vec() }
    }

    fn describe(before: Option<FileContents>, now: Option<FileContents>) -> String {
        match compare(before.as_ref(), now.as_ref()) {
            Comparison::Lines(diff) => format!("+{} -{}", diff.added, diff.removed),
            Comparison::Words(words) => words,
        }
    }

    #[test]
    fn text_is_compared_in_lines() {
        assert_eq!(describe(Some(file(b"a\nb\n")), Some(file(b"a\nc\n"))), "+1 -1");
        assert_eq!(describe(None, Some(file(b"a\n"))), "+1 -0");
        assert_eq!(describe(Some(file(b"a\n")), None), "+0 -1");
        assert_eq!(describe(Some(FileContents::Directory), None), "Removed: a folder.");
    }

    #[test]
    fn other_changes_are_described_in_words() {
        assert_eq!(describe(Some(file(b"a")), Some(file(b"\0"))), "Before: text, 1 byte. Now: binary, 1 byte.");
        assert_eq!(describe(None, Some(file(b""))), "New: an empty file.");
        assert_eq!(describe(Some(file(b"a")), Some(file(b"a"))), "Unchanged.");
        let link = FileContents::Symlink { target: "b".into() };
        assert_eq!(describe(Some(file(b"a")), Some(link)), "Before: text, 1 byte. Now: a link to b.");
    }

    #[test]
    fn the_changes_of_a_run_are_counted() {
        let changed = |written: &[&str]| FilesAction::Changed {
            written: written.iter().map(|&path| path.to_owned()).collect(),
            removed: vec![],
            requested: false,
        };
        assert_eq!(summary(&FilesState::default()), None);
        assert_eq!(summary(&FilesState::default().apply(changed(&["a", "b"]))).as_deref(), Some("2 new"));
    }
}
