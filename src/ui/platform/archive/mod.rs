//! Packs files into an archive, and unpacks archives. Declarations in an archive are not trusted.

pub mod tar;
mod tree;
pub mod zip;

use flate2::read::GzDecoder;

pub use tree::{LeftOut, Reason, Unpacked};

use crate::protocol::FileImage;
use crate::ui::selectors::numbers;

/// The maximum unpacked size, in bytes: the capacity of the file tree.
pub const LARGEST: u64 = 512 << 20;
/// The maximum number of entries that are unpacked.
const MOST_ENTRIES: usize = 100_000;

/// Why an archive cannot be created or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("it is not a {format} archive, or it is damaged")]
    Damaged { format: &'static str, source: std::io::Error },
    #[error("{path} in it is damaged")]
    DamagedEntry { path: String, source: std::io::Error },
    #[error("{path} cannot be put into a tar archive: {source}")]
    Refused { path: String, source: std::io::Error },
    #[error("{}", too_large(*size))]
    TooLarge { size: Option<u64> },
    #[error(
        "it holds more than {MOST_ENTRIES} files and folders; unpack it on your computer, and add what the program needs"
    )]
    TooMany,
    #[error(
        "the browser has no memory left for {path} in it; unpack it on your computer, and add what the program needs"
    )]
    NoMemory { path: String },
    #[error("{kind} archives are not supported; use zip, tar or tar.gz")]
    OtherFormat { kind: &'static str },
}

fn too_large(size: Option<u64>) -> String {
    let size = match size {
        Some(size) => numbers::bytes(size),
        None => format!("more than {}", numbers::bytes(LARGEST)),
    };
    format!(
        "unpacked, it has {size}, and all files together can have {}; unpack it on your computer, and add what the \
         program needs",
        numbers::bytes(LARGEST)
    )
}

/// The archive formats that can be created.
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

/// Packs `files` into an archive.
pub fn pack(format: Format, files: &[FileImage]) -> Result<Vec<u8>, ArchiveError> {
    match format {
        Format::Zip => zip::pack(files),
        Format::Tar => tar::pack(files),
    }
}

/// Unpacks an archive: zip, tar, or tar within gzip.
pub fn unpack(bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
    if let Some((kind, _)) = OTHERS.iter().find(|(_, start)| bytes.starts_with(start)) {
        return Err(ArchiveError::OtherFormat { kind });
    }
    if zip::recognise(bytes) {
        zip::unpack(bytes)
    } else if bytes.starts_with(GZIP) {
        tar::unpack(GzDecoder::new(bytes), "tar.gz")
    } else {
        // Nothing says which of the two it was meant to be.
        tar::unpack(bytes, "zip or tar")
    }
}

const GZIP: &[u8] = b"\x1f\x8b";

/// Other archive and compression formats, by their first bytes.
const OTHERS: [(&str, &[u8]); 5] = [
    ("xz", b"\xfd7zXZ\0"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("bzip2", b"BZh"),
    ("7z", b"7z\xbc\xaf\x27\x1c"),
    ("rar", b"Rar!\x1a\x07"),
];

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_archive_is_named_by_what_it_may_have_been() {
        let refused = |bytes: &[u8]| unpack(bytes).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(refused(&[b'A'; 1024]), "it is not a zip or tar archive, or it is damaged");
        assert_eq!(refused(b"\x1f\x8bAAAA"), "it is not a tar.gz archive, or it is damaged");
        assert_eq!(refused(b"PK\x03\x04AAAA"), "it is not a zip archive, or it is damaged");
    }
}
