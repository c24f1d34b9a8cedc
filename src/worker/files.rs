//! Connects the virtual filesystem's tree to the page.

mod unpack;

use std::collections::{BTreeMap, HashSet};

use crate::engine::vfs::{self, Vfs, VfsError};
use crate::protocol::{Event, FileChange, FileContents, FileEntry, FileImage, FileKind};

/// Writes files and directories; returns a sentence for each that cannot be written.
pub(super) fn write(vfs: &mut Vfs, files: Vec<FileImage>, now: u64) -> Vec<String> {
    vfs.set_now(now);
    let mut problems = Vec::new();
    for FileImage { path, contents } in files {
        let written = match contents {
            FileContents::Directory => vfs.make_directory(&path),
            FileContents::File { bytes } => vfs.write_file(&path, &bytes),
            FileContents::Symlink { target } => vfs.symlink(&path, &target),
        };
        if let Err(error) = written {
            problems.push(format!("`{path}` cannot be written: {error}"));
        }
    }
    problems
}

/// Applies a change made by the user; `base` is the tree as the last run found it.
pub(super) fn change(vfs: &mut Vfs, base: &Vfs, change: FileChange, now: u64) -> Vec<String> {
    vfs.set_now(now);
    let failed = |what: String, result: Result<(), VfsError>| match result {
        Ok(()) => Vec::new(),
        Err(error) => vec![format!("{what}: {error}")],
    };
    match change {
        FileChange::Write { files } => write(vfs, files, now),
        FileChange::Unpack { archive, directory, files, left_out } => {
            unpack::unpack(vfs, &archive, &directory, files, left_out).into_iter().collect()
        }
        FileChange::Remove { path } => {
            let result = vfs.remove(&path);
            failed(format!("`{path}` cannot be removed"), result)
        }
        FileChange::Rename { from, to } => {
            let result = vfs.rename(&from, &to);
            failed(format!("`{from}` cannot be moved to `{to}`"), result)
        }
        FileChange::Copy { from, to } => copy(vfs, &from, &to, now),
        FileChange::Revert { paths } => revert(vfs, base, paths, now),
    }
}

/// The whole tree, as the page lists it.
pub(super) fn tree(vfs: &Vfs) -> Event {
    let entries = vfs.entries().into_iter().map(|entry| FileEntry {
        path: entry.path,
        kind: match entry.kind {
            vfs::FileKind::Directory => FileKind::Directory,
            vfs::FileKind::File => FileKind::File,
            vfs::FileKind::Symlink => FileKind::Symlink,
        },
        size: entry.size,
    });
    Event::Tree { entries: entries.collect(), bytes: vfs.total_size() }
}

fn copy(vfs: &mut Vfs, from: &str, to: &str, now: u64) -> Vec<String> {
    let below = format!("{from}/");
    if to.starts_with(&below) {
        return vec![format!("`{from}` cannot be copied into itself")];
    }
    let images: Vec<FileImage> = all(vfs)
        .into_iter()
        .filter_map(|image| {
            let rest = image.path.strip_prefix(from)?;
            (rest.is_empty() || rest.starts_with('/'))
                .then(|| FileImage { path: format!("{to}{rest}"), contents: image.contents.clone() })
        })
        .collect();
    if images.is_empty() {
        return vec![format!("`{from}` cannot be copied: it does not exist")];
    }
    if contents(vfs, to).is_some() {
        return vec![format!("`{from}` cannot be copied to `{to}`: it already exists")];
    }
    write(vfs, images, now)
}

/// First removes from the leaves up, then restores from the root down.
fn revert(vfs: &mut Vfs, base: &Vfs, mut paths: Vec<String>, now: u64) -> Vec<String> {
    let mut problems = Vec::new();
    let (old, mut current) = (kinds(base), kinds(vfs));
    paths.sort();
    for path in paths.iter().rev() {
        let (before, is) = (old.get(path), current.get(path));
        // A file's contents are replaced; a directory that stays a directory keeps its contents.
        let stays = before == is && is != Some(&vfs::FileKind::Symlink);
        if is.is_none() || stays {
            continue;
        }
        if before.is_none() && has_children(&current, path) {
            problems.push(format!("`{path}` was not removed: it contains something that the run did not create"));
            continue;
        }
        match vfs.remove(path) {
            Ok(()) => drop(current.remove(path)),
            Err(error) => problems.push(format!("`{path}` cannot be removed: {error}")),
        }
    }
    let back = paths.into_iter().filter_map(|path| image(base, path.clone(), *old.get(&path)?)).collect();
    problems.extend(write(vfs, back, now));
    problems
}

type Kinds = BTreeMap<String, vfs::FileKind>;

fn kinds(vfs: &Vfs) -> Kinds {
    vfs.entries().into_iter().map(|entry| (entry.path, entry.kind)).collect()
}

fn has_children(kinds: &Kinds, directory: &str) -> bool {
    let below = format!("{directory}/");
    kinds.range(below.clone()..).next().is_some_and(|(path, _)| path.starts_with(&below))
}

/// The contents at a path.
fn contents(vfs: &Vfs, path: &str) -> Option<FileContents> {
    let kind = *kinds(vfs).get(path)?;
    Some(image(vfs, path.to_owned(), kind)?.contents)
}

/// The contents at a path, in the tree as the last run found it and now.
pub(super) fn compared(vfs: &Vfs, base: &Vfs, path: String) -> Event {
    Event::FileCompared { before: contents(base, &path), now: contents(vfs, &path), path }
}

/// A program's changes to the tree, for the page to store; `None` if there are none.
pub(super) fn changed(vfs: &Vfs, before: &Vfs) -> Option<Event> {
    if vfs.changes_since(before).is_empty() { None } else { Some(difference(vfs, before, false)) }
}

/// The differences between two trees.
pub(super) fn difference(vfs: &Vfs, before: &Vfs, requested: bool) -> Event {
    let changes = vfs.changes_since(before);
    let paths: HashSet<String> = changes.written.into_iter().collect();
    let entries = vfs.entries().into_iter().filter(|entry| paths.contains(&entry.path));
    let written = entries.filter_map(|entry| image(vfs, entry.path, entry.kind)).collect();
    Event::FilesChanged { written, removed: changes.removed, requested }
}

/// Everything in the tree.
pub(super) fn all(vfs: &Vfs) -> Vec<FileImage> {
    vfs.entries().into_iter().filter_map(|entry| image(vfs, entry.path, entry.kind)).collect()
}

fn image(vfs: &Vfs, path: String, kind: vfs::FileKind) -> Option<FileImage> {
    let contents = match kind {
        vfs::FileKind::Directory => FileContents::Directory,
        vfs::FileKind::File => FileContents::File { bytes: vfs.read_file(&path).ok()? },
        vfs::FileKind::Symlink => FileContents::Symlink { target: vfs.read_symlink(&path).ok()? },
    };
    Some(FileImage { path, contents })
}

/// One file's bytes.
pub(super) fn read(vfs: &Vfs, path: String) -> Event {
    match vfs.read_file(&path) {
        Ok(bytes) => Event::FileContents { path, bytes },
        Err(error) => Event::FileProblem { message: format!("`{path}` cannot be read: {error}") },
    }
}
