//! Files as one archive, and archives as files. What an archive says of itself is not trusted.

pub mod tar;
pub mod zip;

use std::io::Read;

use flate2::read::GzDecoder;

use crate::protocol::{FileContents, FileImage};
use crate::ui::state::project_file::is_inside;

/// The most that an archive may unpack to, in bytes.
pub const LARGEST: u64 = 1 << 30;
/// The most entries that are unpacked.
const MOST_ENTRIES: usize = 100_000;

/// Why an archive cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("it is not a {format} archive, or it is damaged")]
    Damaged { format: &'static str, source: std::io::Error },
    #[error("{path} in it is damaged")]
    DamagedEntry { path: String, source: std::io::Error },
    #[error("{path} cannot be put into a tar archive: {source}")]
    Refused { path: String, source: std::io::Error },
    #[error("it holds more than {} MiB when unpacked", LARGEST >> 20)]
    TooLarge,
    #[error("it holds more than {MOST_ENTRIES} files")]
    TooMany,
}

/// The kinds of archive that are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Zip,
    Tar,
}

impl Format {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Tar => "tar",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Zip => "application/zip",
            Self::Tar => "application/x-tar",
        }
    }
}

/// An archive of `files`.
pub fn pack(format: Format, files: &[FileImage]) -> Result<Vec<u8>, ArchiveError> {
    match format {
        Format::Zip => zip::pack(files),
        Format::Tar => tar::pack(files),
    }
}

/// What an archive holds, and the entries that were left out because they would lie outside of the tree, or are
/// neither file, directory nor symbolic link.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    pub files: Vec<FileImage>,
    pub left_out: Vec<String>,
}

/// Takes an archive apart: zip, tar, or tar within gzip.
pub fn unpack(bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
    if zip::recognise(bytes) {
        zip::unpack(bytes)
    } else if bytes.starts_with(GZIP) {
        tar::unpack(GzDecoder::new(bytes))
    } else {
        tar::unpack(bytes)
    }
}

const GZIP: &[u8] = b"\x1f\x8b";

/// Gathers entries within the limits.
#[derive(Debug)]
struct Collector {
    unpacked: Unpacked,
    room: u64,
    entries: usize,
}

impl Default for Collector {
    fn default() -> Self {
        Self { unpacked: Unpacked::default(), room: LARGEST, entries: 0 }
    }
}

impl Collector {
    /// Where an entry goes; nowhere when its name leads out of the tree.
    fn path(&mut self, name: &str) -> Result<Option<String>, ArchiveError> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(ArchiveError::TooMany);
        }
        // As `tar -c .` writes them.
        let path = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
        if path.is_empty() || path == "." {
            return Ok(None);
        }
        if !is_inside(path) {
            self.leave_out(name);
            return Ok(None);
        }
        Ok(Some(path.to_owned()))
    }

    fn leave_out(&mut self, name: &str) {
        self.unpacked.left_out.push(name.to_owned());
    }

    fn read(&mut self, path: &str, entry: impl Read) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = Vec::new();
        entry
            .take(self.room + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| ArchiveError::DamagedEntry { path: path.to_owned(), source })?;
        self.room = self.room.checked_sub(bytes.len() as u64).ok_or(ArchiveError::TooLarge)?;
        Ok(bytes)
    }

    fn add(&mut self, path: String, contents: FileContents) {
        self.unpacked.files.push(FileImage { path, contents });
    }
}
