//! A tree as a value that can be stored, so that a replayed run starts from exactly the same inodes.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::contents::{Contents, MAX_FILE_SIZE};
use super::directory::Directory;
use super::inode::{Ino, Inode, InodeTable, Node, Times};
use super::resolve::MAX_NAME;
use super::{MAX_INODES, ROOT, Vfs};

#[derive(Serialize, Deserialize)]
struct Image {
    limit: u64,
    now: u64,
    next_ino: u64,
    /// The inodes reachable from the root, each directory before its contents.
    inodes: Vec<ImageInode>,
}

#[derive(Serialize, Deserialize)]
struct ImageInode {
    ino: Ino,
    times: Times,
    node: ImageNode,
}

#[derive(Serialize, Deserialize)]
enum ImageNode {
    File(#[serde(with = "serde_bytes")] Vec<u8>),
    /// In listing order.
    Directory(Vec<(String, Ino)>),
    Symlink(String),
}

impl Serialize for Vfs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_image().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Vfs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_image(Image::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Vfs {
    fn to_image(&self) -> Image {
        let mut inodes = Vec::new();
        let mut seen = HashSet::new();
        let mut ahead = vec![ROOT];
        while let Some(ino) = ahead.pop() {
            let Ok(inode) = self.inode(ino) else { continue };
            if !seen.insert(ino) {
                continue;
            }
            let node = match &inode.node {
                Node::File(contents) => ImageNode::File(contents.to_vec()),
                Node::Symlink(target) => ImageNode::Symlink(target.to_string()),
                Node::Directory(directory) => {
                    let entries: Vec<_> = directory.after(0).map(|(_, name, ino)| (name.to_string(), ino)).collect();
                    ahead.extend(entries.iter().map(|(_, ino)| *ino));
                    ImageNode::Directory(entries)
                }
            };
            inodes.push(ImageInode { ino, times: inode.times, node });
        }
        Image { limit: self.limit, now: self.now, next_ino: self.next_ino, inodes }
    }

    /// The input is not trusted: an image may come from a file written by hand.
    fn from_image(image: Image) -> Result<Self, &'static str> {
        if image.inodes.len() > MAX_INODES {
            return Err("the tree has too many files");
        }
        if image.next_ino > u64::MAX / 2 {
            return Err("no inode numbers are left");
        }
        // Every directory except the root must have exactly one parent, everything else at least one.
        let mut links: HashMap<Ino, u32> = HashMap::new();
        let mut parents: HashMap<Ino, Ino> = HashMap::from([(ROOT, ROOT)]);
        for inode in &image.inodes {
            let ImageNode::Directory(entries) = &inode.node else { continue };
            if !parents.contains_key(&inode.ino) {
                return Err("a directory comes before its parent");
            }
            for (_, child) in entries {
                *links.entry(*child).or_default() += 1;
                parents.entry(*child).or_insert(inode.ino);
            }
        }
        let mut used = 0_u64;
        let mut inodes = InodeTable::new();
        for ImageInode { ino, times, node } in image.inodes {
            if ino.0 >= image.next_ino || inodes.get(ino).is_some() {
                return Err("two files have the same number");
            }
            let names = links.remove(&ino).unwrap_or(0);
            let parent = *parents.get(&ino).ok_or("a file is in no directory")?;
            let (links, node) = match node {
                ImageNode::Directory(entries) => {
                    if (ino == ROOT) != (names == 0) || names > 1 {
                        return Err("a directory is in more than one place");
                    }
                    (2, Node::Directory(directory_from(parent, entries)?))
                }
                ImageNode::File(bytes) => (names, Node::File(Contents::from_bytes(&bytes))),
                ImageNode::Symlink(target) => (names, Node::Symlink(target.into())),
            };
            let inode = Inode { links, times, node };
            if inode.size() > MAX_FILE_SIZE {
                return Err("a file is too big");
            }
            used = used.saturating_add(inode.size());
            inodes.insert(ino, Rc::new(inode));
        }
        if !links.is_empty() {
            return Err("a name refers to a file that does not exist");
        }
        let mut tree = Self {
            inodes,
            next_ino: image.next_ino,
            used,
            limit: image.limit,
            now: image.now,
            open: rpds::RedBlackTreeMapSync::new_sync(),
        };
        tree.count_subdirectories()?;
        Ok(tree)
    }

    fn count_subdirectories(&mut self) -> Result<(), &'static str> {
        let root = self.directory(ROOT).map_err(|_| "the root is not a directory")?.clone();
        let mut ahead = vec![root];
        while let Some(directory) = ahead.pop() {
            for (_, ino) in directory.entries() {
                let Ok(child) = self.directory(ino) else { continue };
                let child = child.clone();
                let parent = child.parent;
                ahead.push(child);
                if let Ok(parent) = self.inode_mut(parent) {
                    parent.links += 1;
                }
            }
        }
        Ok(())
    }
}

fn directory_from(parent: Ino, entries: Vec<(String, Ino)>) -> Result<Directory, &'static str> {
    let mut directory = Directory::new(parent);
    for (name, ino) in entries {
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) || name.len() > MAX_NAME {
            return Err("a file has an invalid name");
        }
        if directory.get(&name).is_some() {
            return Err("two files in one directory have the same name");
        }
        directory.insert(&name, ino);
    }
    Ok(directory)
}
