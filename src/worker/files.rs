//! The tree, between the virtual filesystem and the page.

use std::collections::HashSet;

use crate::engine::vfs::{self, Vfs, VfsError};
use crate::protocol::{Event, FileChange, FileContents, FileEntry, FileImage, FileKind};

/// Writes files and directories; a sentence for each that cannot be written.
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

/// Carries out a change that the person made.
pub(super) fn change(vfs: &mut Vfs, change: FileChange, now: u64) -> Vec<String> {
    vfs.set_now(now);
    let failed = |what: String, result: Result<(), VfsError>| match result {
        Ok(()) => Vec::new(),
        Err(error) => vec![format!("{what}: {error}")],
    };
    match change {
        FileChange::Write { files } => write(vfs, files, now),
        FileChange::Remove { path } => {
            let result = vfs.remove(&path);
            failed(format!("`{path}` cannot be removed"), result)
        }
        FileChange::Rename { from, to } => {
            let result = vfs.rename(&from, &to);
            failed(format!("`{from}` cannot be moved to `{to}`"), result)
        }
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

/// What differs between two trees, for the page to keep; `None` when nothing does.
pub(super) fn changed(vfs: &Vfs, before: &Vfs) -> Option<Event> {
    let changes = vfs.changes_since(before);
    if changes.written.is_empty() && changes.removed.is_empty() {
        return None;
    }
    let paths: HashSet<String> = changes.written.into_iter().collect();
    let entries = vfs.entries().into_iter().filter(|entry| paths.contains(&entry.path));
    let written = entries.filter_map(|entry| image(vfs, entry.path, entry.kind)).collect();
    Some(Event::FilesChanged { written, removed: changes.removed })
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
