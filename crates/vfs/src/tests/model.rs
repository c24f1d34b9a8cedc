//! Random operations on the tree and on a simple model of it, side by side.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::super::{Result, Vfs, VfsError};
use super::{create, find, link, make_directory, remove_directory, rename, show, unlink};

#[derive(Debug, Clone)]
enum Operation {
    Create(String),
    MakeDirectory(String),
    Write { path: String, offset: u64, byte: u8, len: usize },
    SetLen { path: String, len: u64 },
    Link(String, String),
    Unlink(String),
    RemoveDirectory(String),
    Remove(String),
    Rename(String, String),
    Snapshot,
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..4).prop_map(|names| names.join("/"))
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => path().prop_map(Operation::Create),
        3 => path().prop_map(Operation::MakeDirectory),
        3 => (path(), 0..200_000_u64, any::<u8>(), 0..100_000_usize)
            .prop_map(|(path, offset, byte, len)| Operation::Write { path, offset, byte, len }),
        1 => (path(), 0..200_000_u64).prop_map(|(path, len)| Operation::SetLen { path, len }),
        2 => (path(), path()).prop_map(|(from, to)| Operation::Link(from, to)),
        1 => path().prop_map(Operation::Unlink),
        1 => path().prop_map(Operation::RemoveDirectory),
        1 => path().prop_map(Operation::Remove),
        3 => (path(), path()).prop_map(|(from, to)| Operation::Rename(from, to)),
        1 => Just(Operation::Snapshot),
    ]
}

/// A tree as a list of paths.
#[derive(Debug, Clone, Default)]
struct Model {
    paths: BTreeMap<String, Node>,
    files: HashMap<u32, Vec<u8>>,
    next: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Directory,
    File(u32),
}

impl Model {
    /// What has this path, once it is sure that all above it are directories.
    fn look_up(&self, path: &str) -> Result<Option<Node>> {
        for (slash, _) in path.match_indices('/') {
            match self.paths.get(&path[..slash]) {
                Some(Node::Directory) => {}
                Some(Node::File(_)) => return Err(VfsError::NotDirectory),
                None => return Err(VfsError::NotFound),
            }
        }
        Ok(self.paths.get(path).copied())
    }

    fn children(&self, path: &str) -> Vec<String> {
        let prefix = format!("{path}/");
        self.paths.keys().filter(|path| path.starts_with(&prefix)).cloned().collect()
    }

    fn create(&mut self, path: &str) -> Result<()> {
        match self.look_up(path)? {
            Some(Node::Directory) => Err(VfsError::IsDirectory),
            Some(Node::File(_)) => Ok(()),
            None => {
                self.next += 1;
                self.files.insert(self.next, Vec::new());
                self.paths.insert(path.to_owned(), Node::File(self.next));
                Ok(())
            }
        }
    }

    fn make_directory(&mut self, path: &str) -> Result<()> {
        if self.look_up(path)?.is_some() {
            return Err(VfsError::Exists);
        }
        self.paths.insert(path.to_owned(), Node::Directory);
        Ok(())
    }

    fn file(&mut self, path: &str) -> Result<&mut Vec<u8>> {
        match self.look_up(path)? {
            Some(Node::File(file)) => Ok(self.files.entry(file).or_default()),
            Some(Node::Directory) => Err(VfsError::IsDirectory),
            None => Err(VfsError::NotFound),
        }
    }

    fn write(&mut self, path: &str, offset: u64, bytes: &[u8]) -> Result<()> {
        let file = self.file(path)?;
        let start = offset as usize;
        if !bytes.is_empty() {
            file.resize(file.len().max(start + bytes.len()), 0);
            file[start..start + bytes.len()].copy_from_slice(bytes);
        }
        Ok(())
    }

    fn link(&mut self, from: &str, to: &str) -> Result<()> {
        let node = self.look_up(from)?.ok_or(VfsError::NotFound)?;
        if node == Node::Directory {
            return Err(VfsError::NotPermitted);
        }
        if self.look_up(to)?.is_some() {
            return Err(VfsError::Exists);
        }
        self.paths.insert(to.to_owned(), node);
        Ok(())
    }

    fn unlink(&mut self, path: &str) -> Result<()> {
        match self.look_up(path)? {
            Some(Node::Directory) => Err(VfsError::IsDirectory),
            Some(Node::File(_)) => {
                self.paths.remove(path);
                Ok(())
            }
            None => Err(VfsError::NotFound),
        }
    }

    fn remove_directory(&mut self, path: &str) -> Result<()> {
        match self.look_up(path)? {
            Some(Node::Directory) if !self.children(path).is_empty() => Err(VfsError::NotEmpty),
            Some(Node::Directory) => {
                self.paths.remove(path);
                Ok(())
            }
            Some(Node::File(_)) => Err(VfsError::NotDirectory),
            None => Err(VfsError::NotFound),
        }
    }

    fn remove(&mut self, path: &str) -> Result<()> {
        self.look_up(path)?.ok_or(VfsError::NotFound)?;
        for child in self.children(path) {
            self.paths.remove(&child);
        }
        self.paths.remove(path);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let old = self.look_up(from);
        let new = self.look_up(to);
        let (old, new) = (old?, new?);
        let old = old.ok_or(VfsError::NotFound)?;
        if old == Node::Directory && to.starts_with(&format!("{from}/")) {
            return Err(VfsError::Invalid);
        }
        match (old, new) {
            _ if from == to => return Ok(()),
            (Node::File(old), Some(Node::File(new))) if old == new => return Ok(()),
            (Node::Directory, Some(Node::File(_))) => return Err(VfsError::NotDirectory),
            (Node::File(_), Some(Node::Directory)) => return Err(VfsError::IsDirectory),
            (Node::Directory, Some(Node::Directory)) if !self.children(to).is_empty() => {
                return Err(VfsError::NotEmpty);
            }
            (Node::Directory | Node::File(_), _) => {}
        }
        for child in self.children(from) {
            if let Some(node) = self.paths.remove(&child) {
                self.paths.insert(format!("{to}{}", &child[from.len()..]), node);
            }
        }
        self.paths.remove(from);
        self.paths.insert(to.to_owned(), old);
        Ok(())
    }

    fn show(&self) -> Vec<String> {
        let mut lines: Vec<(Vec<&str>, String)> = self
            .paths
            .iter()
            .map(|(path, node)| {
                let line = match node {
                    Node::Directory => format!("{path}/"),
                    Node::File(file) => format!("{path} {}", self.files[file].len()),
                };
                (path.split('/').collect(), line)
            })
            .collect();
        lines.sort();
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn contents(&self) -> BTreeMap<&str, Option<&[u8]>> {
        let contents = |node: &Node| match node {
            Node::Directory => None,
            Node::File(file) => Some(self.files[file].as_slice()),
        };
        self.paths.iter().map(|(path, node)| (path.as_str(), contents(node))).collect()
    }

    fn total_size(&self) -> u64 {
        let mut files: Vec<u32> = self
            .paths
            .values()
            .filter_map(|node| if let Node::File(file) = node { Some(*file) } else { None })
            .collect();
        files.sort_unstable();
        files.dedup();
        files.iter().map(|file| self.files[file].len() as u64).sum()
    }
}

fn apply(vfs: &mut Vfs, operation: &Operation) -> Result<()> {
    match operation {
        Operation::Create(path) => create(vfs, path).map(drop),
        Operation::MakeDirectory(path) => make_directory(vfs, path).map(drop),
        Operation::Write { path, offset, byte, len } => {
            let ino = find(vfs, path)?;
            vfs.write_at(ino, *offset, &vec![*byte; *len]).map(drop)
        }
        Operation::SetLen { path, len } => {
            let ino = find(vfs, path)?;
            vfs.set_len(ino, *len)
        }
        Operation::Link(from, to) => link(vfs, from, to),
        Operation::Unlink(path) => unlink(vfs, path),
        Operation::RemoveDirectory(path) => remove_directory(vfs, path),
        Operation::Remove(path) => vfs.remove(path),
        Operation::Rename(from, to) => rename(vfs, from, to),
        Operation::Snapshot => Ok(()),
    }
}

fn apply_to_model(model: &mut Model, operation: &Operation) -> Result<()> {
    match operation {
        Operation::Create(path) => model.create(path),
        Operation::MakeDirectory(path) => model.make_directory(path),
        Operation::Write { path, offset, byte, len } => model.write(path, *offset, &vec![*byte; *len]),
        Operation::SetLen { path, len } => model.file(path).map(|file| file.resize(*len as usize, 0)),
        Operation::Link(from, to) => model.link(from, to),
        Operation::Unlink(path) => model.unlink(path),
        Operation::RemoveDirectory(path) => model.remove_directory(path),
        Operation::Remove(path) => model.remove(path),
        Operation::Rename(from, to) => model.rename(from, to),
        Operation::Snapshot => Ok(()),
    }
}

/// What [`Vfs::changes_since`] must say, sorted.
fn changes(before: &Model, after: &Model) -> (Vec<String>, Vec<String>) {
    let (before, after) = (before.contents(), after.contents());
    let written = after.iter().filter(|(path, contents)| before.get(*path) != Some(*contents));
    let removed = before.keys().filter(|path| !after.contains_key(*path));
    (written.map(|(path, _)| (*path).to_owned()).collect(), removed.map(|path| (*path).to_owned()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_tree_does_what_the_model_does(operations in prop::collection::vec(operation(), 1..60)) {
        let (mut vfs, mut model) = (Vfs::new(), Model::default());
        let mut snapshots = vec![(vfs.snapshot(), model.clone())];
        for operation in &operations {
            prop_assert_eq!(apply(&mut vfs, operation), apply_to_model(&mut model, operation), "{:?}", operation);
            prop_assert_eq!(show(&vfs), model.show(), "{:?}", operation);
            prop_assert_eq!(vfs.total_size(), model.total_size());
            if matches!(operation, Operation::Snapshot) {
                snapshots.push((vfs.snapshot(), model.clone()));
            }
        }
        snapshots.push((vfs.clone(), model.clone()));
        for (snapshot, then) in &snapshots {
            // Nothing that came later has changed the snapshot.
            prop_assert_eq!(show(snapshot), then.show());
            for (path, contents) in then.contents() {
                if let Some(contents) = contents {
                    prop_assert!(snapshot.read_file(path).unwrap() == contents, "{}", path);
                }
            }
            let mut difference = vfs.changes_since(snapshot);
            difference.written.sort();
            difference.removed.sort();
            prop_assert_eq!((difference.written, difference.removed), changes(then, &model));
        }
    }
}
