//! Archives in the tar format: ustar, with the long names of GNU and POSIX.

use std::io::{Read, Write};

use tar::{Archive, Builder, EntryType, Header};

use super::tree::{Collector, Reason};
use super::{ArchiveError, Unpacked};
use crate::protocol::{FileContents, FileImage};

/// Whether the bytes start like an archive.
pub fn recognise(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// Packs `files` into an archive.
pub fn pack(files: &[FileImage]) -> Result<Vec<u8>, ArchiveError> {
    let mut archive = Builder::new(Vec::new());
    for file in files {
        add(&mut archive, file).map_err(|source| ArchiveError::Refused { path: file.path.clone(), source })?;
    }
    archive.into_inner().map_err(|source| ArchiveError::Damaged { format: "tar", source })
}

fn add(archive: &mut Builder<impl Write>, file: &FileImage) -> std::io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mode(0o644);
    header.set_size(0);
    match &file.contents {
        FileContents::Directory => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(0o755);
            archive.append_data(&mut header, format!("{}/", file.path), std::io::empty())
        }
        FileContents::File { bytes } => {
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, &file.path, bytes.as_slice())
        }
        FileContents::Symlink { target } => {
            header.set_entry_type(EntryType::Symlink);
            archive.append_link(&mut header, &file.path, target)
        }
    }
}

/// Unpacks an archive; an error says that it is not one of this `format`. Its sizes and paths are not trusted.
pub fn unpack(bytes: impl Read, format: &'static str) -> Result<Unpacked, ArchiveError> {
    let damaged = |source| ArchiveError::Damaged { format, source };
    let mut archive = Archive::new(bytes);
    let mut collector = Collector::default();
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        let Some(path) = collector.path(&name)? else { continue };
        let contents = match kind {
            EntryType::Directory => FileContents::Directory,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                collector.expect(entry.size())?;
                FileContents::File { bytes: collector.read(&name, &mut entry)? }
            }
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default();
                match std::str::from_utf8(&target) {
                    Ok(target) => FileContents::Symlink { target: target.to_owned() },
                    Err(_) => {
                        collector.leave_out(&name, Reason::BadLink);
                        continue;
                    }
                }
            }
            EntryType::Link => {
                let target = entry.link_name_bytes().unwrap_or_default();
                collector.link(&name, &path, &String::from_utf8_lossy(&target))?;
                continue;
            }
            // A device, a pipe.
            _ => {
                collector.leave_out(&name, Reason::Kind);
                continue;
            }
        };
        collector.add(&name, &path, contents)?;
    }
    Ok(collector.finish())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::super::unpack as unpack_any;
    use super::*;

    fn file(path: &str, bytes: &[u8]) -> FileImage {
        FileImage { path: path.into(), contents: FileContents::File { bytes: bytes.to_vec() } }
    }

    #[test]
    fn everything_comes_back() {
        let long = "d/".to_owned() + &"x".repeat(200) + ".txt";
        let files = vec![
            FileImage { path: "d".into(), contents: FileContents::Directory },
            file("d/übung.txt", "grüße".as_bytes()),
            file(&long, &[7; 1000]),
            FileImage { path: "link".into(), contents: FileContents::Symlink { target: "d/übung.txt".into() } },
        ];
        let archive = pack(&files).unwrap();
        assert!(recognise(&archive));
        assert_eq!(unpack_any(&archive).unwrap(), Unpacked { files: files.clone(), left_out: vec![] });
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        zipped.write_all(&archive).unwrap();
        assert_eq!(unpack_any(&zipped.finish().unwrap()).unwrap().files, files);
    }

    /// A header that [`Builder`] would not write.
    fn raw(name: &str, kind: EntryType, contents: &[u8]) -> Vec<u8> {
        raw_link(name, kind, "", contents)
    }

    fn raw_link(name: &str, kind: EntryType, target: &str, contents: &[u8]) -> Vec<u8> {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target.as_bytes());
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(contents.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend_from_slice(contents);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }

    #[test]
    fn what_leads_out_or_is_no_file_is_left_out() {
        let mut archive = Vec::new();
        for (name, kind) in [
            ("../up", EntryType::Regular),
            ("/etc/passwd", EntryType::Regular),
            ("./", EntryType::Directory),
            ("./ok", EntryType::Regular),
            ("null", EntryType::Char),
            ("hard", EntryType::Link),
        ] {
            archive.extend(raw(name, kind, if name == "./ok" { b"x" } else { b"" }));
        }
        archive.resize(archive.len() + 1024, 0);
        let unpacked = unpack_any(&archive).unwrap();
        assert_eq!(unpacked.files, [file("ok", b"x")]);
        let names: Vec<_> = unpacked.left_out.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["../up", "/etc/passwd", "null", "hard"]);
    }

    #[test]
    fn no_entry_is_written_through_a_link_of_the_archive() {
        let slip = [
            raw_link("s", EntryType::Symlink, "..", b""),
            raw("s/mine.txt", EntryType::Regular, b"no longer mine"),
            raw("kept", EntryType::Regular, b"x"),
            raw_link("hard", EntryType::Link, "kept", b""),
            raw_link("hard-out", EntryType::Link, "../mine.txt", b""),
        ];
        let unpacked = unpack_any(&slip.concat()).unwrap();
        assert_eq!(unpacked.files, [file("kept", b"x"), file("hard", b"x")]);
        let names: Vec<_> = unpacked.left_out.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["s/mine.txt", "hard-out", "s"]);
    }

    /// Each one copies what came before: a few bytes that unpack to any size.
    #[test]
    fn hard_links_count_towards_the_size() {
        let mut archive = raw("a", EntryType::Regular, &vec![0; 1 << 20]);
        for number in 0..600 {
            archive.extend(raw_link(&format!("{number}"), EntryType::Link, "a", b""));
        }
        let refused = unpack_any(&archive).unwrap_err().to_string();
        assert!(refused.contains("more than 512"), "{refused}");
    }

    #[test]
    fn a_declared_size_is_reported() {
        let mut header = Header::new_ustar();
        header.set_path("a").unwrap();
        header.set_size(1 << 30);
        header.set_cksum();
        let refused = unpack_any(header.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains("has 1") && refused.contains("512") && !refused.contains("damaged"), "{refused}");
    }

    #[test]
    fn other_archives_are_named() {
        for (kind, start) in [("xz", &b"\xfd7zXZ\0\0"[..]), ("zstd", b"\x28\xb5\x2f\xfd"), ("bzip2", b"BZh9")] {
            let refused = unpack_any(start).unwrap_err().to_string();
            assert!(refused.contains(kind) && !refused.contains("damaged"), "{refused}");
        }
    }

    #[test]
    fn a_size_that_is_not_there_is_refused() {
        let mut archive = raw("a", EntryType::Regular, b"some text");
        archive.truncate(512 + 4);
        assert!(unpack_any(&archive).is_err());
        let mut endless = Header::new_ustar();
        endless.set_path("a").unwrap();
        endless.set_size(1 << 40);
        endless.set_cksum();
        assert!(unpack_any(endless.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn garbage_is_taken_calmly(garbage in any::<Vec<u8>>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let _ = unpack_any(&garbage);
            let mut archive = pack(&[file("a/b", &garbage)]).unwrap();
            let at = at.index(archive.len());
            archive[at] = byte;
            let _ = unpack_any(&archive);
        }
    }
}
