//! A folder of the machine as a value.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What is at each path below a folder.
pub type Tree = BTreeMap<String, Node>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Directory,
    File(Vec<u8>),
    Link(String),
}

impl std::fmt::Display for Node {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory => write!(formatter, "a directory"),
            Self::File(bytes) if bytes.len() > 60 => write!(formatter, "a file of {} bytes", bytes.len()),
            Self::File(bytes) => write!(formatter, "the file {:?}", String::from_utf8_lossy(bytes)),
            Self::Link(target) => write!(formatter, "a link to {target}"),
        }
    }
}

/// Reads a folder with all that it holds.
pub fn read(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    read_into(folder, "", &mut tree);
    tree
}

fn read_into(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let (path, name) = (entry.path(), format!("{prefix}{}", entry.file_name().to_string_lossy()));
        let kind = entry.file_type().expect("it is there");
        if kind.is_symlink() {
            let target = fs::read_link(&path).expect("it is a link");
            tree.insert(name, Node::Link(target.to_string_lossy().into_owned()));
        } else if kind.is_dir() {
            read_into(&path, &format!("{name}/"), tree);
            tree.insert(name, Node::Directory);
        } else {
            tree.insert(name, Node::File(fs::read(&path).expect("it can be read")));
        }
    }
}

/// Copies what is in one folder into another.
pub fn copy(from: &Path, to: &Path) {
    for (name, node) in read(from) {
        let path = to.join(name);
        match node {
            Node::Directory => fs::create_dir_all(&path).expect("a folder can be made"),
            Node::File(bytes) => {
                fs::create_dir_all(path.parent().expect("it is below a folder")).expect("a folder can be made");
                fs::write(&path, bytes).expect("a file can be written");
            }
            Node::Link(target) => panic!("{} leads to {target}: no links here", path.display()),
        }
    }
}
