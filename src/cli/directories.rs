//! Host directories, copied into the file tree before a run and, on request, back after it.
//!
//! Nothing outside a directory is read or written, wherever its symbolic links lead: each path is opened component by
//! component from the directory's handle, and no link is followed. Both directions use the same handle.

use std::collections::HashMap;
use std::fmt::Display;
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use cap_fs_ext::{DirExt as _, FileTypeExt as _, FollowSymlinks, MetadataExt as _};
use cap_fs_ext::{OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileType, Metadata, OpenOptions};

use super::terminal;
use crate::engine::vfs::{FileKind, LastLink, Reach, Vfs};
use crate::engine::words;

/// `HOST[::GUEST]`: a host directory, and its name for the program.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    host: PathBuf,
    guest: String,
}

impl FromStr for Directory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (host, guest) = text.split_once("::").unwrap_or((text, text));
        if host.is_empty() || guest.is_empty() {
            return Err("write HOST or HOST::GUEST, such as `data` or `data::/`".to_owned());
        }
        Ok(Self { host: PathBuf::from(host), guest: guest.to_owned() })
    }
}

/// A directory that was copied into the tree.
pub(super) struct Loaded {
    host: PathBuf,
    /// The directory as it was opened: whatever takes its name during the run is a different directory.
    root: Dir,
    /// The path of the copy in the tree.
    place: String,
    /// For each file with several hard links, how many of them are below the directory.
    names: HashMap<FileId, u64>,
    /// What was not copied.
    pub left_out: Vec<Skipped>,
}

/// What could not be copied or written, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skipped {
    path: PathBuf,
    reason: String,
}

impl Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", terminal::path(&self.path), self.reason)
    }
}

/// The result of writing a directory back.
#[derive(Debug, Default)]
pub(super) struct WrittenBack {
    /// Changes that could not be written.
    pub failed: Vec<Skipped>,
    /// Symbolic links that were written and lead out of the directory, with their targets.
    pub escaping: Vec<Skipped>,
}

/// Device and inode.
type FileId = (u64, u64);

/// The type of an entry, on the host or in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    File,
    Directory,
    Symlink,
    /// A FIFO, socket or device: the tree has no such entries.
    Other(&'static str),
}

impl Kind {
    fn of(kind: FileType) -> Self {
        match kind {
            _ if kind.is_symlink() => Self::Symlink,
            _ if kind.is_dir() => Self::Directory,
            _ if kind.is_file() => Self::File,
            _ if kind.is_fifo() => Self::Other("a FIFO"),
            _ if kind.is_socket() => Self::Other("a socket"),
            _ if kind.is_block_device() || kind.is_char_device() => Self::Other("a device"),
            _ => Self::Other("neither a file, a directory nor a symbolic link"),
        }
    }

    fn named(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::File => "a file",
            Self::Directory => "a directory",
            Self::Symlink => "a symbolic link",
            Self::Other(name) => name,
        }
    }
}

impl Directory {
    /// The path for the program: the guest's name, and the path of the copy in the tree.
    pub fn preopen(&self, index: usize) -> (String, String) {
        (self.guest.clone(), place(index))
    }

    /// Copies the directory with all its contents.
    pub fn load(&self, index: usize, vfs: &mut Vfs) -> Result<Loaded, String> {
        let failed = |error: &dyn Display| format!("cannot copy `{}`: {error}", terminal::path(&self.host));
        let root = Dir::open_ambient_dir(&self.host, ambient_authority()).map_err(|error| failed(&error))?;
        let place = place(index);
        vfs.make_directory(&place).map_err(|error| failed(&error))?;
        let mut loaded = Loaded { host: self.host.clone(), root, place, names: HashMap::new(), left_out: Vec::new() };
        loaded
            .load(vfs)
            .map_err(|Skipped { path, reason }| format!("cannot copy `{}`: {reason}", terminal::path(&path)))?;
        Ok(loaded)
    }
}

/// Each directory has a place of its own, so that `--dir a --dir b/../a` makes two complete copies.
fn place(index: usize) -> String {
    format!("/{index}")
}

impl Loaded {
    fn load(&mut self, vfs: &mut Vfs) -> Result<(), Skipped> {
        // The first name of each file with several hard links.
        let mut first: HashMap<FileId, String> = HashMap::new();
        let host = self.host.clone();
        // A stack: the next directory is last.
        let mut ahead = vec![String::new()];
        while let Some(relative) = ahead.pop() {
            let directory = self.open_directory(&relative).map_err(|reason| self.skipped(&relative, reason))?;
            let names = self.names_in(&directory, &relative).map_err(|error| self.skipped(&relative, error))?;
            let mut directories = Vec::new();
            for name in names {
                let path = join(&relative, &name);
                let inner = format!("{}/{path}", self.place);
                let failed = |error: &dyn Display| skipped(&host, &path, error);
                let metadata = directory.symlink_metadata(&name).map_err(|error| failed(&error))?;
                match Kind::of(metadata.file_type()) {
                    Kind::Symlink => {
                        let target = directory.read_link_contents(&name).map_err(|error| failed(&error))?;
                        match target.to_str() {
                            Some(target) => vfs.symlink(&inner, target).map_err(|error| failed(&error))?,
                            None => self.left_out.push(self.skipped(&path, "the target of the link is not UTF-8")),
                        }
                    }
                    Kind::Directory => {
                        vfs.make_directory(&inner).map_err(|error| failed(&error))?;
                        directories.push(path);
                    }
                    Kind::File => {
                        let room = vfs.size_limit().saturating_sub(vfs.total_size());
                        let (metadata, bytes) = read(&directory, &name, room).map_err(|reason| failed(&reason))?;
                        let id = file_id(&metadata);
                        let is_shared = metadata.nlink() > 1;
                        if is_shared {
                            *self.names.entry(id).or_default() += 1;
                        }
                        match first.get(&id).filter(|_| is_shared) {
                            Some(first) => {
                                let root = vfs.root();
                                vfs.resolve(root, first, Reach::WholeTree, LastLink::Keep)
                                    .and_then(|ino| vfs.link(ino, root, &inner, Reach::WholeTree))
                                    .map_err(|error| failed(&error))?;
                            }
                            None => {
                                vfs.write_file(&inner, &bytes).map_err(|error| failed(&error))?;
                                first.insert(id, inner);
                            }
                        }
                    }
                    kind @ (Kind::Other(_) | Kind::Nothing) => {
                        self.left_out.push(self.skipped(&path, format!("it is {}", kind.named())));
                    }
                }
            }
            ahead.extend(directories.into_iter().rev());
        }
        Ok(())
    }

    /// The names in a directory, in the order in which the program lists them on every machine.
    fn names_in(&mut self, directory: &Dir, relative: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in directory.entries()? {
            match entry?.file_name().into_string() {
                Ok(name) => names.push(name),
                Err(name) => {
                    let path = self.host.join(relative).join(name);
                    self.left_out.push(Skipped { path, reason: "its name is not UTF-8".to_owned() });
                }
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Writes the changes since `before` back to the host: as many as possible, and nothing outside the directory.
    pub fn write_back(&self, vfs: &Vfs, before: &Vfs) -> WrittenBack {
        let prefix = format!("{}/", self.place.trim_start_matches('/'));
        let changes = vfs.changes_since(before);
        let mut result = WrittenBack::default();
        // Deepest first, so that a directory is empty when it is removed.
        for inner in changes.removed.iter().rev() {
            let Some(relative) = inner.strip_prefix(&prefix) else { continue };
            if let Err(reason) = self.remove(relative, kind_in(before, inner)) {
                result.failed.push(self.skipped(relative, reason));
            }
        }
        for inner in &changes.written {
            let Some(relative) = inner.strip_prefix(&prefix) else { continue };
            match self.write(relative, inner, vfs, kind_in(before, inner)) {
                Ok(Some(target)) => result.escaping.push(self.skipped(relative, target)),
                Ok(None) => {}
                Err(reason) => result.failed.push(self.skipped(relative, reason)),
            }
        }
        result
    }

    fn remove(&self, relative: &str, before: Kind) -> Result<(), String> {
        let (directory, name) = self.open_parent(relative)?;
        match kind_on(&directory, name)? {
            Kind::Nothing => Ok(()),
            now if now == before => remove(&directory, name, now),
            now => Err(changed(before, now)),
        }
    }

    /// Writes an entry. Returns the target of a link that leads out of the directory.
    fn write(&self, relative: &str, inner: &str, vfs: &Vfs, before: Kind) -> Result<Option<String>, String> {
        let (directory, name) = self.open_parent(relative)?;
        let now = kind_on(&directory, name)?;
        let after = kind_in(vfs, inner);
        if (now, after) == (Kind::Directory, Kind::Directory) {
            return Ok(None);
        }
        if now != before && now != Kind::Nothing {
            return Err(changed(before, now));
        }
        // A link is replaced as a whole, whatever its target.
        if now != Kind::Nothing && (now != after || now == Kind::Symlink) {
            remove(&directory, name, now)?;
        }
        match after {
            Kind::File => {
                let bytes = vfs.read_file(inner).map_err(describe)?;
                if now == Kind::File {
                    self.overwrite(&directory, name, &bytes)?;
                } else {
                    create(&directory, name, &bytes)?;
                }
            }
            Kind::Symlink => {
                let target = vfs.read_symlink(inner).map_err(describe)?;
                symlink(&directory, name, &target)?;
                if leads_out(relative, &target) {
                    return Ok(Some(terminal::one_line(&target).into_owned()));
                }
            }
            Kind::Directory => directory.create_dir(name).map_err(describe)?,
            Kind::Nothing | Kind::Other(_) => {}
        }
        Ok(None)
    }

    /// Overwrites a file in place if all its names are in the directory, so that it keeps its inode, owner and
    /// permissions. Otherwise replaces it, and leaves the old file to its other names.
    fn overwrite(&self, directory: &Dir, name: &str, bytes: &[u8]) -> Result<(), String> {
        let metadata = directory.symlink_metadata(name).map_err(describe)?;
        if metadata.permissions().readonly() {
            return Err("the file is read-only".to_owned());
        }
        if metadata.nlink() > self.names.get(&file_id(&metadata)).copied().unwrap_or(1) {
            return replace(directory, name, bytes, &metadata);
        }
        let mut options = OpenOptions::new();
        options.write(true).follow(FollowSymlinks::No).nonblock(true);
        let mut file = directory.open_with(name, &options).map_err(describe)?;
        // The name may belong to another file by now.
        if file_id(&file.metadata().map_err(describe)?) != file_id(&metadata) {
            return Err("it was replaced on the host while it was written".to_owned());
        }
        file.set_len(0).and_then(|()| file.write_all(bytes)).map_err(describe)
    }

    /// The directory that contains `relative`, and its name there.
    fn open_parent<'a>(&self, relative: &'a str) -> Result<(Dir, &'a str), String> {
        let (parent, name) = relative.rsplit_once('/').unwrap_or(("", relative));
        Ok((self.open_directory(parent)?, name))
    }

    /// Opens a directory below this one, component by component. No link is followed.
    fn open_directory(&self, relative: &str) -> Result<Dir, String> {
        let mut here = self.root.try_clone().map_err(describe)?;
        for name in relative.split('/').filter(|name| !name.is_empty()) {
            here = here.open_dir_nofollow(name).map_err(|error| match kind_on(&here, name) {
                Ok(Kind::Directory) | Err(_) => describe(error),
                Ok(Kind::Nothing) => format!("there is no directory `{}` on the host", terminal::one_line(name)),
                Ok(kind) => format!("`{}` in its path is {} on the host", terminal::one_line(name), kind.named()),
            })?;
        }
        Ok(here)
    }

    fn skipped(&self, relative: &str, reason: impl Display) -> Skipped {
        skipped(&self.host, relative, reason)
    }
}

fn skipped(host: &Path, relative: &str, reason: impl Display) -> Skipped {
    let path = if relative.is_empty() { host.to_owned() } else { host.join(relative) };
    Skipped { path, reason: reason.to_string() }
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") }
}

fn describe(error: impl Display) -> String {
    error.to_string()
}

fn file_id(metadata: &Metadata) -> FileId {
    (metadata.dev(), metadata.ino())
}

fn changed(before: Kind, now: Kind) -> String {
    match before {
        Kind::Nothing => format!("the host has {} of that name, which the program did not see", now.named()),
        before => format!("on the host it became {} during the run, and was {}", now.named(), before.named()),
    }
}

fn kind_on(directory: &Dir, name: &str) -> Result<Kind, String> {
    match directory.symlink_metadata(name) {
        Ok(metadata) => Ok(Kind::of(metadata.file_type())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kind::Nothing),
        Err(error) => Err(describe(error)),
    }
}

fn kind_in(vfs: &Vfs, path: &str) -> Kind {
    let ino = vfs.resolve(vfs.root(), path, Reach::WholeTree, LastLink::Keep);
    match ino.and_then(|ino| vfs.metadata(ino)).map(|metadata| metadata.kind) {
        Ok(FileKind::File) => Kind::File,
        Ok(FileKind::Directory) => Kind::Directory,
        Ok(FileKind::Symlink) => Kind::Symlink,
        Err(_) => Kind::Nothing,
    }
}

/// Reads a file of at most `room` bytes. Does not block if another type of file has taken its place.
fn read(directory: &Dir, name: &str, room: u64) -> Result<(Metadata, Vec<u8>), String> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    let file = directory.open_with(name, &options).map_err(describe)?;
    let metadata = file.metadata().map_err(describe)?;
    if !metadata.is_file() {
        return Err("it was replaced on the host while it was read".to_owned());
    }
    let too_large = || {
        let (size, room) = (words::bytes(metadata.len()), words::bytes(room));
        format!("it has {size}, and the program's files have room for {room} more; name a smaller directory")
    };
    if metadata.len() > room {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // It may grow while it is read, and files that the system generates do not report a size.
    file.take(room.saturating_add(1)).read_to_end(&mut bytes).map_err(describe)?;
    if bytes.len() as u64 > room { Err(too_large()) } else { Ok((metadata, bytes)) }
}

fn remove(directory: &Dir, name: &str, kind: Kind) -> Result<(), String> {
    match kind {
        Kind::Directory => directory.remove_dir(name),
        Kind::File | Kind::Symlink => directory.remove_file_or_symlink(name),
        Kind::Nothing | Kind::Other(_) => Ok(()),
    }
    .map_err(describe)
}

/// Creates a file. Fails if the name exists, even as a link.
fn create(directory: &Dir, name: &str, bytes: &[u8]) -> Result<(), String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut file: File = directory.open_with(name, &options).map_err(describe)?;
    file.write_all(bytes).map_err(describe)
}

/// Replaces a file with a new one with the same permissions.
fn replace(directory: &Dir, name: &str, bytes: &[u8], metadata: &Metadata) -> Result<(), String> {
    let free = (0_u32..).map(|number| format!(".wasmoscope-{}-{number}", std::process::id()));
    let Some(temporary) = free.take(1000).find(|name| kind_on(directory, name) == Ok(Kind::Nothing)) else {
        return Err("there is no free name for a temporary file beside it".to_owned());
    };
    let written = create(directory, &temporary, bytes).and_then(|()| {
        directory.set_permissions(&temporary, metadata.permissions()).map_err(describe)?;
        directory.rename(&temporary, directory, name).map_err(describe)
    });
    if written.is_err() {
        // Only the first error is worth reporting.
        let _ = directory.remove_file(&temporary);
    }
    written
}

#[cfg(not(windows))]
fn symlink(directory: &Dir, name: &str, target: &str) -> Result<(), String> {
    directory.symlink_contents(target, name).map_err(describe)
}

#[cfg(windows)]
fn symlink(_directory: &Dir, _name: &str, _target: &str) -> Result<(), String> {
    Err("symbolic links are not written back on this system".to_owned())
}

/// Whether the text of a link at `relative` leads out of the directory.
fn leads_out(relative: &str, target: &str) -> bool {
    let mut depth = relative.matches('/').count();
    for component in Path::new(target).components() {
        match component {
            Component::Prefix(_) | Component::RootDir => return true,
            Component::ParentDir if depth == 0 => return true,
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_out_when_it_is_absolute_or_goes_above_the_directory() {
        for (relative, target, expected) in [
            ("link", "a/b", false),
            ("link", "a/../b", false),
            ("link", "..", true),
            ("link", "a/../../b", true),
            ("d/link", "../b", false),
            ("d/link", "../../b", true),
            ("link", "/etc/passwd", true),
        ] {
            assert_eq!(leads_out(relative, target), expected, "{relative} -> {target}");
        }
    }
}
