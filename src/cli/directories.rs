//! Directories of the machine, copied into the tree before a run and, if that is wished, back after it.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::engine::vfs::Vfs;

/// `HOST[::GUEST]`: a directory of the machine, and the name that the program knows it by.
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

impl Directory {
    /// Descriptor and path for the program: the guest's name, and where the copy is in the tree.
    pub fn preopen(&self, index: usize) -> (String, String) {
        (self.guest.clone(), self.place(index))
    }

    /// Each directory has a place of its own, so that `--dir a --dir b/../a` are two copies and not one half.
    fn place(&self, index: usize) -> String {
        format!("/{index}")
    }

    /// Copies the directory with all it holds.
    pub fn load(&self, index: usize, vfs: &mut Vfs) -> Result<(), String> {
        let place = self.place(index);
        vfs.make_directory(&place).map_err(|error| format!("`{}`: {error}", self.host.display()))?;
        load(&self.host, &place, vfs)
    }

    /// Writes what has changed since `before` back to the machine.
    pub fn write_back(&self, index: usize, vfs: &Vfs, before: &Vfs) -> Result<(), String> {
        let place = format!("{}/", self.place(index).trim_start_matches('/'));
        let failed = |path: &Path, error: &dyn std::fmt::Display| format!("cannot write `{}`: {error}", path.display());
        let changes = vfs.changes_since(before);
        // The deepest first, so that a directory is empty when its turn comes.
        for path in changes.removed.iter().rev().filter_map(|path| path.strip_prefix(&place)) {
            let path = self.host.join(path);
            let removed = if path.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) };
            removed.map_err(|error| failed(&path, &error))?;
        }
        for inner in &changes.written {
            let Some(relative) = inner.strip_prefix(&place) else { continue };
            let path = self.host.join(relative);
            if let Ok(target) = vfs.read_symlink(inner) {
                symlink(&target, &path).map_err(|error| failed(&path, &error))?;
            } else if let Ok(bytes) = vfs.read_file(inner) {
                fs::write(&path, bytes).map_err(|error| failed(&path, &error))?;
            } else {
                fs::create_dir_all(&path).map_err(|error| failed(&path, &error))?;
            }
        }
        Ok(())
    }
}

fn load(from: &Path, to: &str, vfs: &mut Vfs) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot copy `{}`: {error}", from.display());
    let entries = fs::read_dir(from).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| failed(&error))?;
    // The program lists them in this order, on every machine.
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().map_err(|_| failed(&"a name in it is not UTF-8"))?;
        let path = entry.path();
        let inner = format!("{to}/{name}");
        let kind = entry.file_type().map_err(|error| failed(&error))?;
        let failed = |error: &dyn std::fmt::Display| format!("cannot copy `{}`: {error}", path.display());
        if kind.is_symlink() {
            let target = fs::read_link(&path).map_err(|error| failed(&error))?;
            vfs.symlink(&inner, &target.to_string_lossy()).map_err(|error| failed(&error))?;
        } else if kind.is_dir() {
            vfs.make_directory(&inner).map_err(|error| failed(&error))?;
            load(&path, &inner, vfs)?;
        } else if kind.is_file() {
            let bytes = fs::read(&path).map_err(|error| failed(&error))?;
            vfs.write_file(&inner, &bytes).map_err(|error| failed(&error))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &str, path: &Path) -> std::io::Result<()> {
    if path.symlink_metadata().is_ok() {
        fs::remove_file(path)?;
    }
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn symlink(_target: &str, _path: &Path) -> std::io::Result<()> {
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "symbolic links are not written back on this system"))
}
