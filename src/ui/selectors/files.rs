//! The rows of the Files tree, moving over them with the arrow keys, and descriptions of file sizes and contents.

use std::rc::Rc;

use crate::protocol::{FileEntry, FileKind};
use crate::ui::state::files::{FilesAction, FilesState, Mark};

/// A visible line of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeRow {
    pub path: Rc<str>,
    pub name: Rc<str>,
    pub kind: FileKind,
    pub size: u64,
    /// 1 at the root, as `aria-level` counts.
    pub level: u32,
    /// Position among the siblings, from 1, and how many there are.
    pub place: u32,
    pub siblings: u32,
    /// For directories: whether their contents are shown.
    pub unfolded: Option<bool>,
    pub mark: Option<Mark>,
    /// Whether something in a folded directory is marked.
    pub mark_below: bool,
}

/// The visible rows, in order.
pub fn rows(state: &FilesState) -> Vec<TreeRow> {
    let mut rows = Vec::new();
    push_children(state, &state.entries, "", 1, &mut rows);
    rows
}

fn push_children(state: &FilesState, entries: &[FileEntry], parent: &str, level: u32, rows: &mut Vec<TreeRow>) {
    let first = rows.len();
    let mut heads = Vec::new();
    let mut rest = entries;
    let mut place = 0;
    while let [entry, after @ ..] = rest {
        // Depth first: an entry's contents follow it directly.
        let inside = after.iter().take_while(|other| is_below(&other.path, &entry.path)).count();
        place += 1;
        let unfolded = (entry.kind == FileKind::Directory).then(|| state.unfolded.contains(&entry.path));
        let skip = if parent.is_empty() { 0 } else { parent.len() + 1 };
        heads.push(rows.len());
        rows.push(TreeRow {
            path: entry.path.as_str().into(),
            name: entry.path.get(skip..).unwrap_or(&entry.path).into(),
            kind: entry.kind,
            size: entry.size,
            level,
            place,
            siblings: 0,
            unfolded,
            mark: state.marks.get(&entry.path).copied(),
            mark_below: unfolded == Some(false) && has_mark_below(state, &entry.path),
        });
        if unfolded == Some(true) {
            push_children(state, &after[..inside], &entry.path, level + 1, rows);
        }
        rest = &after[inside..];
    }
    debug_assert!(heads.first().is_none_or(|head| *head == first));
    for head in heads {
        rows[head].siblings = place;
    }
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

fn has_mark_below(state: &FilesState, directory: &str) -> bool {
    let from = format!("{directory}/");
    state.marks.range(from.clone()..).next().is_some_and(|(path, _)| path.starts_with(&from))
}

/// The keys of the tree, as in the WAI-ARIA tree pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeKey {
    Up,
    Down,
    PageUp(usize),
    PageDown(usize),
    /// Fold, or go to the parent.
    Left,
    /// Unfold, or go to the first child.
    Right,
    Home,
    End,
    /// Unfold all siblings.
    Star,
    /// Go to the next row whose name starts with this.
    Type(String),
}

/// The index of the active row.
pub fn active_index(rows: &[TreeRow], active: Option<&str>) -> usize {
    active.and_then(|active| rows.iter().position(|row| &*row.path == active)).unwrap_or(0)
}

/// What a key does.
pub fn on_key(rows: &[TreeRow], active: Option<&str>, key: &TreeKey) -> Vec<FilesAction> {
    let index = active_index(rows, active);
    let Some(row) = rows.get(index) else { return Vec::new() };
    let go = |index: usize| vec![FilesAction::Activate(rows[index.min(rows.len() - 1)].path.clone())];
    match key {
        TreeKey::Up => go(index.saturating_sub(1)),
        TreeKey::Down => go(index + 1),
        TreeKey::PageUp(page) => go(index.saturating_sub(*page)),
        TreeKey::PageDown(page) => go(index.saturating_add(*page)),
        TreeKey::Home => go(0),
        TreeKey::End => go(rows.len() - 1),
        TreeKey::Left if row.unfolded == Some(true) => vec![FilesAction::Fold(row.path.clone())],
        TreeKey::Left => match row.path.rsplit_once('/') {
            Some((parent, _)) => vec![FilesAction::Activate(parent.into())],
            None => Vec::new(),
        },
        TreeKey::Right => match row.unfolded {
            Some(false) => vec![FilesAction::Unfold(row.path.clone())],
            Some(true) if rows.get(index + 1).is_some_and(|next| next.level > row.level) => go(index + 1),
            Some(true) | None => Vec::new(),
        },
        TreeKey::Star => {
            let parent = parent(&row.path);
            rows.iter()
                .filter(|other| other.unfolded == Some(false) && self::parent(&other.path) == parent)
                .map(|other| FilesAction::Unfold(other.path.clone()))
                .collect()
        }
        TreeKey::Type(start) => {
            let start = start.to_lowercase();
            // A single letter moves on from the current row; with more letters, the current row may still match.
            let from = if start.chars().count() == 1 { index + 1 } else { index };
            (0..rows.len())
                .map(|step| (from + step) % rows.len())
                .find(|&at| rows[at].name.to_lowercase().starts_with(&start))
                .map_or_else(Vec::new, go)
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The path of `name` in `directory`.
pub fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// Checks a name for a file in `directory`; returns it, or why it is not allowed.
pub fn check_name(state: &FilesState, directory: &str, name: &str) -> Result<String, String> {
    if name.is_empty() {
        return Err("type a name".to_owned());
    }
    let path = join(directory, name);
    if name.starts_with('/') || name.ends_with('/') || !crate::ui::state::project_file::is_inside(&path) {
        return Err(format!(
            "“{name}” is not a name: it may have folders before it, as in notes/today.txt, but no empty part, “.” or “..”"
        ));
    }
    if state.has(&path) {
        return Err(format!("there is already something at {path}"));
    }
    Ok(path)
}

/// The path of an entry after it is moved into `directory`, or why it cannot be moved.
pub fn check_move(state: &FilesState, from: &str, directory: &str) -> Result<String, String> {
    let (old, name) = from.rsplit_once('/').unwrap_or(("", from));
    if directory == from || is_below(directory, from) {
        return Err(format!("{from} cannot be moved into itself"));
    }
    if directory == old {
        return Err(format!("{name} is there already"));
    }
    let to = join(directory, name);
    if state.has(&to) {
        return Err(format!("there is already something at {to}"));
    }
    Ok(to)
}

/// The folders that an entry can be moved into; the root is the empty path.
pub fn folders_for(state: &FilesState, from: &str) -> Vec<String> {
    let folders = state.entries.iter().filter(|entry| entry.kind == FileKind::Directory).map(|entry| &*entry.path);
    std::iter::once("").chain(folders).filter(|to| check_move(state, from, to).is_ok()).map(str::to_owned).collect()
}

/// A free path next to this one: `notes copy.txt`, `notes copy 2.txt`.
pub fn copy_path(state: &FilesState, path: &str) -> String {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_directory = state.entry(path).is_some_and(|entry| entry.kind == FileKind::Directory);
    let dot = name.rfind('.').filter(|at| *at > 0 && !is_directory).unwrap_or(name.len());
    let (stem, end) = name.split_at(dot);
    let numbered = |number: u32| match number {
        1 => join(directory, &format!("{stem} copy{end}")),
        _ => join(directory, &format!("{stem} copy {number}{end}")),
    };
    (1..).map(numbered).find(|path| !state.has(path)).unwrap_or_default()
}

/// Where an archive in the tree is unpacked: a free folder of its name, next to it.
pub fn archive_folder(state: &FilesState, path: &str) -> String {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("unpacked");
    let numbered = |number: u32| match number {
        1 => join(directory, stem),
        _ => join(directory, &format!("{stem} {number}")),
    };
    (1..).map(numbered).find(|path| !state.has(path)).unwrap_or_default()
}

/// The media type of an image that browsers can show, by its first bytes.
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some("image/bmp"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => {
            let text = as_text(bytes.get(..bytes.len().min(1024)).unwrap_or_default())?.trim_start();
            let is_svg = text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"));
            is_svg.then_some("image/svg+xml")
        }
    }
}

/// The file's bytes as text, if they are text.
pub fn as_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    // Tabs, line endings, form feeds and escapes occur in text; other control characters do not.
    let is_binary = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    (!text.contains(is_binary)).then_some(text)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn state(paths: &[&str], unfolded: &[&str]) -> FilesState {
        let entries = paths
            .iter()
            .map(|path| FileEntry {
                path: path.trim_end_matches('/').into(),
                kind: if path.ends_with('/') { FileKind::Directory } else { FileKind::File },
                size: 0,
            })
            .collect();
        FilesState::default()
            .apply(FilesAction::Tree { entries, bytes: 0 })
            .apply_all(unfolded.iter().map(|&path| FilesAction::Unfold(path.into())))
    }

    const TREE: &[&str] = &["a/", "a/b/", "a/b/c", "a/d", "ab", "e/", "f"];

    fn paths(rows: &[TreeRow]) -> Vec<&str> {
        rows.iter().map(|row| &*row.path).collect()
    }

    fn active(state: &FilesState, key: TreeKey) -> FilesState {
        state.apply_all(on_key(&rows(state), state.active.as_deref(), &key))
    }

    #[test]
    fn shows_what_is_unfolded() {
        assert_eq!(paths(&rows(&state(TREE, &[]))), ["a", "ab", "e", "f"]);
        assert_eq!(paths(&rows(&state(TREE, &["a/b"]))), ["a", "ab", "e", "f"], "below a folded directory");
        let all = rows(&state(TREE, &["a", "a/b"]));
        assert_eq!(paths(&all), ["a", "a/b", "a/b/c", "a/d", "ab", "e", "f"]);
        let rows_shown: Vec<_> = all.iter().map(|row| (&*row.name, row.level, row.place, row.siblings)).collect();
        assert_eq!(rows_shown[..4], [("a", 1, 1, 4), ("b", 2, 1, 2), ("c", 3, 1, 1), ("d", 2, 2, 2)]);
        assert_eq!(rows_shown[4..], [("ab", 1, 2, 4), ("e", 1, 3, 4), ("f", 1, 4, 4)]);
    }

    #[test]
    fn arrow_keys_follow_the_tree_pattern() {
        let mut state = state(TREE, &[]);
        for (key, expected) in [
            (TreeKey::Right, None),
            (TreeKey::Right, Some("a/b")),
            (TreeKey::Right, Some("a/b")),
            (TreeKey::Right, Some("a/b/c")),
            (TreeKey::Right, Some("a/b/c")),
            (TreeKey::Down, Some("a/d")),
            (TreeKey::Left, Some("a")),
            (TreeKey::Left, Some("a")),
            (TreeKey::Down, Some("ab")),
            (TreeKey::End, Some("f")),
            (TreeKey::Down, Some("f")),
            (TreeKey::PageUp(2), Some("ab")),
            (TreeKey::Home, Some("a")),
            (TreeKey::Up, Some("a")),
            (TreeKey::PageDown(99), Some("f")),
        ] {
            state = active(&state, key.clone());
            assert_eq!(state.active.as_deref(), expected, "{key:?}");
        }
    }

    #[test]
    fn typing_finds_names() {
        let start = state(TREE, &[]);
        let typed = |state: &FilesState, text: &str| active(state, TreeKey::Type(text.into()));
        let once = typed(&start, "a");
        assert_eq!(once.active.as_deref(), Some("ab"), "moves on from the first");
        assert_eq!(typed(&once, "a").active.as_deref(), Some("a"), "wraps around");
        assert_eq!(typed(&once, "AB").active.as_deref(), Some("ab"));
        assert_eq!(typed(&start, "zz").active, None);
    }

    #[test]
    fn star_unfolds_siblings() {
        let state = active(&state(TREE, &[]), TreeKey::Star);
        assert_eq!(state.unfolded.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "e"]);
    }

    #[test]
    fn an_empty_tree_takes_every_key() {
        assert_eq!(on_key(&[], None, &TreeKey::End), []);
        assert_eq!(on_key(&[], Some("x"), &TreeKey::Type("a".into())), []);
    }

    #[test]
    fn marks_show_through_folded_directories() {
        let mut state = state(TREE, &[]);
        let written = vec!["a/b/c".to_owned()];
        state = state
            .apply_all([FilesAction::RunStarted, FilesAction::Changed { written, removed: vec![], requested: false }]);
        let below: Vec<_> = rows(&state).iter().map(|row| row.mark_below).collect();
        assert_eq!(below, [true, false, false, false]);
        state = state.apply_all([FilesAction::Unfold("a".into()), FilesAction::Unfold("a/b".into())]);
        let rows = rows(&state);
        assert!(rows.iter().all(|row| !row.mark_below));
        assert_eq!(rows[2].mark, Some(Mark::Changed));
    }

    #[test]
    fn names_are_checked() {
        let state = state(TREE, &[]);
        assert_eq!(check_name(&state, "a", "new.txt"), Ok("a/new.txt".to_owned()));
        assert_eq!(check_name(&state, "", "x/y"), Ok("x/y".to_owned()));
        for (directory, name) in [("", ""), ("", "a"), ("a", "d"), ("", "../x"), ("", "/x"), ("", "x/"), ("", "x//y")] {
            assert!(check_name(&state, directory, name).is_err(), "{directory:?} {name:?}");
        }
    }

    #[test]
    fn things_are_moved_where_there_is_room_for_them() {
        let state = state(&["a/", "a/b/", "a/b/f", "a/d", "ab", "f"], &[]);
        assert_eq!(check_move(&state, "f", "a"), Ok("a/f".to_owned()));
        assert_eq!(check_move(&state, "a/b", ""), Ok("b".to_owned()));
        for (from, to) in [("a", "a"), ("a", "a/b"), ("f", ""), ("a/d", "a"), ("f", "a/b")] {
            assert!(check_move(&state, from, to).is_err(), "{from} to {to}");
        }
        assert_eq!(folders_for(&state, "a/d"), ["", "a/b"]);
        assert_eq!(folders_for(&state, "a"), Vec::<String>::new());
    }

    #[test]
    fn a_copy_gets_a_free_name() {
        let state = state(&["a.txt", "a copy.txt", "d/", "d/.env", "e.d/"], &[]);
        assert_eq!(copy_path(&state, "a.txt"), "a copy 2.txt");
        assert_eq!(copy_path(&state, "d"), "d copy");
        assert_eq!(copy_path(&state, "d/.env"), "d/.env copy");
        assert_eq!(copy_path(&state, "e.d"), "e.d copy");
        assert_eq!(archive_folder(&state, "d/x.tar.gz"), "d/x");
        assert_eq!(archive_folder(&state, "d.zip"), "d 2");
        assert_eq!(archive_folder(&state, ".zip"), "unpacked");
    }

    #[test]
    fn pictures_are_known_by_their_beginning() {
        assert_eq!(picture_type(b"\x89PNG\r\n"), Some("image/png"));
        assert_eq!(picture_type(b"RIFF\0\0\0\0WEBPVP8"), Some("image/webp"));
        assert_eq!(picture_type(b"\n<svg xmlns='...'>"), Some("image/svg+xml"));
        assert_eq!(picture_type(b"BMX, a text"), None);
        assert_eq!(picture_type(b""), None);
    }

    #[test]
    fn text_is_distinguished_from_binary() {
        assert_eq!(as_text("grüße\r\n\t".as_bytes()), Some("grüße\r\n\t"));
        assert_eq!(as_text(b"\0asm"), None);
        assert_eq!(as_text(b"\xff"), None);
        assert_eq!(as_text(b""), Some(""));
    }

    /// Paths as the worker sends them: every parent is included, depth first, siblings by name.
    fn arbitrary_tree() -> impl Strategy<Value = Vec<String>> {
        prop::collection::btree_set(prop::collection::vec("[ab]{1,2}", 1..4), 0..24).prop_map(|set| {
            let mut all = std::collections::BTreeSet::new();
            for path in set {
                for length in 1..=path.len() {
                    all.insert(path[..length].to_vec());
                }
            }
            all.into_iter().map(|parts| parts.join("/") + "/").collect()
        })
    }

    proptest! {
        #[test]
        fn every_entry_can_be_reached_by_keys(tree in arbitrary_tree()) {
            let tree: Vec<&str> = tree.iter().map(String::as_str).collect();
            let mut state = state(&tree, &[]);
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..tree.len() * 3 {
                let rows = rows(&state);
                seen.extend(rows.get(active_index(&rows, state.active.as_deref())).map(|row| row.path.to_string()));
                state = active(&state, TreeKey::Right);
                state = active(&state, TreeKey::Down);
            }
            prop_assert_eq!(seen.len(), tree.len());
        }

        #[test]
        fn places_count_siblings(tree in arbitrary_tree()) {
            let paths: Vec<&str> = tree.iter().map(String::as_str).collect();
            let unfolded: Vec<&str> = tree.iter().map(|path| path.trim_end_matches('/')).collect();
            let rows = rows(&state(&paths, &unfolded));
            prop_assert_eq!(rows.len(), paths.len());
            for row in &rows {
                let siblings = rows.iter().filter(|other| parent(&other.path) == parent(&row.path)).count();
                prop_assert_eq!(row.siblings as usize, siblings);
                prop_assert!(row.place >= 1 && row.place <= row.siblings);
            }
        }
    }
}
