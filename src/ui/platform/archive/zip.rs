//! Archives in the zip format.

use std::io::{Cursor, ErrorKind, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::tree::{Collector, Reason};
use super::{ArchiveError, LARGEST, MOST_ENTRIES, Unpacked};
use crate::protocol::{FileContents, FileImage};

/// Whether the bytes start like an archive.
pub fn recognise(bytes: &[u8]) -> bool {
    // A first entry, or the end record of an empty archive.
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Packs `files` into an archive.
pub fn pack(files: &[FileImage]) -> Result<Vec<u8>, ArchiveError> {
    pack_all(files).map_err(damaged)
}

fn pack_all(files: &[FileImage]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        match &file.contents {
            FileContents::Directory => archive.add_directory(file.path.as_str(), options.unix_permissions(0o755))?,
            FileContents::File { bytes } => {
                archive.start_file(file.path.as_str(), options)?;
                archive.write_all(bytes)?;
            }
            FileContents::Symlink { target } => archive.add_symlink(file.path.as_str(), target.as_str(), options)?,
        }
    }
    Ok(archive.finish()?.into_inner())
}

/// Unpacks an archive. Its sizes and paths are not trusted.
pub fn unpack(bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_ENTRIES {
        return Err(ArchiveError::TooMany);
    }
    // By the declared size; the real size is counted while reading.
    if let Some(size) = archive.decompressed_size().filter(|size| *size > u128::from(LARGEST)) {
        return Err(ArchiveError::TooLarge { size: Some(u64::try_from(size).unwrap_or(u64::MAX)) });
    }
    let mut collector = Collector::default();
    for index in 0..archive.len() {
        let refused = match archive.by_index(index) {
            Ok(mut entry) => {
                // Archives made on Windows may use backslashes.
                let name = entry.name().map_err(damaged)?.replace('\\', "/");
                let Some(path) = collector.path(&name)? else { continue };
                let contents = if entry.is_dir() || name.ends_with('/') {
                    FileContents::Directory
                } else {
                    collector.expect(entry.size())?;
                    let is_symlink = entry.is_symlink();
                    let bytes = match collector.read(&name, entry.by_ref()) {
                        Err(ArchiveError::DamagedEntry { source, .. }) if source.kind() == ErrorKind::Unsupported => {
                            collector.leave_out(&name, Reason::Compression(source.to_string()));
                            continue;
                        }
                        read => read?,
                    };
                    match String::from_utf8(bytes) {
                        Ok(target) if is_symlink => FileContents::Symlink { target },
                        Err(_) if is_symlink => {
                            collector.leave_out(&name, Reason::BadLink);
                            continue;
                        }
                        Ok(text) => FileContents::File { bytes: text.into_bytes() },
                        Err(error) => FileContents::File { bytes: error.into_bytes() },
                    }
                };
                collector.add(&name, &path, contents)?;
                continue;
            }
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword) => {
                Reason::Encrypted
            }
            Err(error @ (ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_))) => {
                Reason::Compression(error.to_string())
            }
            Err(error) => return Err(damaged(error)),
        };
        let name = archive.name_for_index(index).and_then(Result::ok).map(|name| name.into_owned()).unwrap_or_default();
        if collector.path(&name)?.is_some() {
            collector.leave_out(&name, refused);
        }
    }
    Ok(collector.finish())
}

fn damaged(error: zip::result::ZipError) -> ArchiveError {
    ArchiveError::Damaged { format: "zip", source: error.into() }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(path: &str, bytes: &[u8]) -> FileImage {
        FileImage { path: path.into(), contents: FileContents::File { bytes: bytes.to_vec() } }
    }

    #[test]
    fn everything_comes_back() {
        let files = vec![
            FileImage { path: "d".into(), contents: FileContents::Directory },
            file("d/übung.txt", "grüße".as_bytes()),
            file("zeros", &[0; 100_000]),
            FileImage { path: "link".into(), contents: FileContents::Symlink { target: "d/übung.txt".into() } },
        ];
        let archive = pack(&files).unwrap();
        assert!(recognise(&archive) && archive.len() < 2_000);
        assert_eq!(unpack(&archive).unwrap(), Unpacked { files, left_out: vec![] });
    }

    #[test]
    fn an_archive_of_nothing_is_an_archive() {
        let archive = pack(&[]).unwrap();
        assert!(recognise(&archive));
        assert_eq!(unpack(&archive).unwrap().files, []);
    }

    #[test]
    fn paths_that_lead_out_are_left_out() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["../up", "ok", "/etc/passwd", "a/../../b"] {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
        }
        let unpacked = unpack(&archive.finish().unwrap().into_inner()).unwrap();
        assert_eq!(unpacked.files, [file("ok", b"")]);
        assert_eq!(unpacked.left_out.len(), 3);
    }

    #[test]
    fn no_entry_is_written_through_a_link_of_the_archive() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        archive.add_symlink("s", "..", options).unwrap();
        archive.add_symlink("absolute", "/mine.txt", options).unwrap();
        for name in ["s/mine.txt", "ok", r"..\up.txt", r"windows\inner\a.txt"] {
            archive.start_file(name, options).unwrap();
        }
        let unpacked = unpack(&archive.finish().unwrap().into_inner()).unwrap();
        assert_eq!(unpacked.files, [file("ok", b""), file("windows/inner/a.txt", b"")]);
        let names: Vec<_> = unpacked.left_out.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["s/mine.txt", "../up.txt", "s", "absolute"]);
    }

    /// As in a zip bomb, or in an archive that is really that large.
    #[test]
    fn an_archive_that_declares_too_much_reports_the_size() {
        let mut archive = pack(&[file("a", b"some text")]).unwrap();
        let directory = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        for at in [22, directory + 24] {
            archive[at..at + 4].copy_from_slice(&(1_u32 << 30).to_le_bytes());
        }
        let refused = unpack(&archive).unwrap_err().to_string();
        assert!(refused.contains("has 1") && refused.contains("512") && !refused.contains("damaged"), "{refused}");
    }

    #[test]
    fn an_unreadable_entry_is_left_out_with_a_reason() {
        let mut archive = pack(&[file("a", b"some text"), file("b", b"text")]).unwrap();
        let directory = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        // A compression method that is not supported: LZMA.
        for at in [8, directory + 10] {
            archive[at..at + 2].copy_from_slice(&14_u16.to_le_bytes());
        }
        let unpacked = unpack(&archive).unwrap();
        assert_eq!(unpacked.files, [file("b", b"text")]);
        assert!(matches!(&unpacked.left_out[0].reason, Reason::Compression(_)), "{:?}", unpacked.left_out);
    }

    #[test]
    fn a_cut_archive_is_refused() {
        let archive = pack(&[file("a", b"some text")]).unwrap();
        assert!(unpack(&archive[..archive.len() - 5]).is_err());
    }

    proptest! {
        #[test]
        fn garbage_is_rejected(garbage in any::<Vec<u8>>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            prop_assert!(unpack(&garbage).is_err());
            let mut archive = pack(&[file("a/b", &garbage)]).unwrap();
            let at = at.index(archive.len());
            archive[at] = byte;
            let _ = unpack(&archive);
        }
    }
}
