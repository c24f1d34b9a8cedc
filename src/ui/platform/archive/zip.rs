//! Archives in the zip format.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{ArchiveError, Collector, MOST_ENTRIES, Unpacked};
use crate::protocol::{FileContents, FileImage};

/// Whether these bytes begin as an archive does.
pub fn recognise(bytes: &[u8]) -> bool {
    // A first entry, or the end record of an archive without any.
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// An archive of `files`.
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

/// Takes an archive apart. Sizes and paths in it are not trusted.
pub fn unpack(bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_ENTRIES {
        return Err(ArchiveError::TooMany);
    }
    let mut collector = Collector::default();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        let Some(path) = collector.path(&name)? else { continue };
        let contents = if entry.is_dir() {
            FileContents::Directory
        } else {
            let is_symlink = entry.is_symlink();
            let bytes = collector.read(&path, entry.by_ref())?;
            match String::from_utf8(bytes) {
                Ok(target) if is_symlink => FileContents::Symlink { target },
                Ok(text) => FileContents::File { bytes: text.into_bytes() },
                Err(error) => FileContents::File { bytes: error.into_bytes() },
            }
        };
        collector.add(path, contents);
    }
    Ok(collector.unpacked)
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
    fn a_cut_archive_is_refused() {
        let archive = pack(&[file("a", b"some text")]).unwrap();
        assert!(unpack(&archive[..archive.len() - 5]).is_err());
    }

    proptest! {
        #[test]
        fn garbage_is_refused_calmly(garbage in any::<Vec<u8>>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            prop_assert!(unpack(&garbage).is_err());
            let mut archive = pack(&[file("a/b", &garbage)]).unwrap();
            let at = at.index(archive.len());
            archive[at] = byte;
            let _ = unpack(&archive);
        }
    }
}
