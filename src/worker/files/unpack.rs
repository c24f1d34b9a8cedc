//! Writes the contents of an archive into the tree: only below its folder, and without replacing anything.

use crate::engine::vfs::{self, Ino, LastLink, OpenFile, Reach, Vfs, VfsError};
use crate::protocol::{FileContents, FileImage};

/// The maximum number of entries that a message lists.
const LISTED: usize = 10;

/// Writes `files` below `directory`. Returns a message that lists what was not written, with the reasons.
pub(super) fn unpack(
    vfs: &mut Vfs,
    archive: &str,
    directory: &str,
    files: Vec<FileImage>,
    mut left_out: Vec<String>,
) -> Option<String> {
    for FileImage { path, contents } in files {
        let whole = if directory.is_empty() { path.clone() } else { format!("{directory}/{path}") };
        if let Err(reason) = write(vfs, &whole, &contents) {
            left_out.push(format!("{path}: {reason}"));
        }
    }
    let entries = match left_out.len() {
        0 => return None,
        1 => "1 entry was".to_owned(),
        count => format!("{count} entries were"),
    };
    let mut message = format!("{archive}: {entries} not unpacked");
    for line in left_out.iter().take(LISTED) {
        message.push('\n');
        message.push_str(line);
    }
    if left_out.len() > LISTED {
        message.push_str(&format!("\nand {} more", left_out.len() - LISTED));
    }
    Some(message)
}

/// Walks the path component by component: follows no link, and replaces nothing.
fn write(vfs: &mut Vfs, path: &str, contents: &FileContents) -> Result<(), String> {
    if path.len() > 4096 {
        return Err(VfsError::NameTooLong.to_string());
    }
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut here = vfs.root();
    for name in parents.split('/').filter(|name| !name.is_empty()) {
        here = match find(vfs, here, name)? {
            None => vfs.create_directory(here, name, Reach::Beneath).map_err(describe)?,
            Some((ino, vfs::FileKind::Directory)) => ino,
            Some((_, kind)) => return Err(format!("`{name}` in its path is {}", named(kind))),
        };
    }
    match (find(vfs, here, name)?, contents) {
        (Some((_, vfs::FileKind::Directory)), FileContents::Directory) => Ok(()),
        (Some((ino, vfs::FileKind::File)), FileContents::File { bytes }) if holds(vfs, ino, bytes) => Ok(()),
        (Some((_, kind)), _) => Err(format!("{} of that name already exists and was not replaced", named(kind))),
        (None, FileContents::Directory) => vfs.create_directory(here, name, Reach::Beneath).map(drop).map_err(describe),
        (None, FileContents::Symlink { target }) => {
            vfs.create_symlink(target, here, name, Reach::Beneath).map(drop).map_err(describe)
        }
        (None, FileContents::File { bytes }) => create(vfs, here, name, bytes).map_err(describe),
    }
}

fn create(vfs: &mut Vfs, directory: Ino, name: &str, bytes: &[u8]) -> vfs::Result<()> {
    if bytes.len() as u64 > vfs.size_limit().saturating_sub(vfs.total_size()) {
        return Err(VfsError::NoSpace);
    }
    let how = OpenFile { create: true, exclusive: true, truncate: false, directory: false, last: LastLink::Keep };
    let ino = vfs.open_file(directory, name, Reach::Beneath, how)?;
    vfs.write_at(ino, 0, bytes).map(drop)
}

fn find(vfs: &Vfs, directory: Ino, name: &str) -> Result<Option<(Ino, vfs::FileKind)>, String> {
    match vfs.resolve(directory, name, Reach::Beneath, LastLink::Keep) {
        Ok(ino) => Ok(Some((ino, vfs.metadata(ino).map_err(describe)?.kind))),
        Err(VfsError::NotFound) => Ok(None),
        Err(error) => Err(describe(error)),
    }
}

fn holds(vfs: &Vfs, ino: Ino, bytes: &[u8]) -> bool {
    if vfs.file_len(ino) != Ok(bytes.len() as u64) {
        return false;
    }
    let mut buffer = vec![0; bytes.len().min(64 << 10)];
    let mut at = 0;
    while at < bytes.len() {
        match vfs.read_at(ino, at as u64, &mut buffer) {
            Ok(count) if count > 0 && bytes[at..].starts_with(&buffer[..count]) => at += count,
            Ok(_) | Err(_) => return false,
        }
    }
    true
}

fn named(kind: vfs::FileKind) -> &'static str {
    match kind {
        vfs::FileKind::File => "a file",
        vfs::FileKind::Directory => "a directory",
        vfs::FileKind::Symlink => "a symbolic link",
    }
}

fn describe(error: VfsError) -> String {
    error.to_string()
}
