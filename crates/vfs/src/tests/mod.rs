//! The tree, tested like any file system.

mod contents;
mod image;
mod large;
mod limits;
mod listing;
mod model;
mod names;
mod paths;
mod tree;

use super::{Ino, LastLink, OpenFile, Reach, Result, Vfs};

/// Opens or makes a file from the root, as `open` with `O_CREAT` does.
fn create(vfs: &mut Vfs, path: &str) -> Result<Ino> {
    let how = OpenFile { create: true, exclusive: false, truncate: false, directory: false, last: LastLink::Follow };
    vfs.open_file(vfs.root(), path, Reach::Beneath, how)
}

fn open(vfs: &mut Vfs, path: &str) -> Result<Ino> {
    let how = OpenFile { create: false, exclusive: false, truncate: false, directory: false, last: LastLink::Follow };
    vfs.open_file(vfs.root(), path, Reach::Beneath, how)
}

fn make_directory(vfs: &mut Vfs, path: &str) -> Result<Ino> {
    vfs.create_directory(vfs.root(), path, Reach::Beneath)
}

fn unlink(vfs: &mut Vfs, path: &str) -> Result<()> {
    vfs.unlink(vfs.root(), path, Reach::Beneath)
}

fn remove_directory(vfs: &mut Vfs, path: &str) -> Result<()> {
    vfs.remove_directory(vfs.root(), path, Reach::Beneath)
}

fn rename(vfs: &mut Vfs, from: &str, to: &str) -> Result<()> {
    let root = vfs.root();
    vfs.rename_at((root, from), (root, to), Reach::Beneath)
}

fn symlink(vfs: &mut Vfs, target: &str, path: &str) -> Result<Ino> {
    vfs.create_symlink(target, vfs.root(), path, Reach::Beneath)
}

fn link(vfs: &mut Vfs, from: &str, to: &str) -> Result<()> {
    let root = vfs.root();
    let ino = vfs.resolve(root, from, Reach::Beneath, LastLink::Keep)?;
    vfs.link(ino, root, to, Reach::Beneath)
}

fn find(vfs: &Vfs, path: &str) -> Result<Ino> {
    vfs.resolve(vfs.root(), path, Reach::Beneath, LastLink::Follow)
}

/// The tree as one line a path: `dir/`, `file 5`, `link 3`.
fn show(vfs: &Vfs) -> Vec<String> {
    vfs.entries()
        .into_iter()
        .map(|entry| match entry.kind {
            super::FileKind::Directory => format!("{}/", entry.path),
            super::FileKind::File => format!("{} {}", entry.path, entry.size),
            super::FileKind::Symlink => format!("{} -> {}", entry.path, vfs.read_symlink(&entry.path).unwrap()),
        })
        .collect()
}
