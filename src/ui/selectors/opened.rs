//! Detects the type of a file that the user opened or dropped, by its contents and its name.

use crate::ui::state::project::Program;
use crate::ui::state::project_file::{Measure, ProjectFile, ProjectFileError};

/// The largest text that the editor accepts.
const LONGEST_TEXT: usize = 64 << 20;

/// What to do with an opened file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A program: opens as a project of its own.
    Program(Program),
    /// A project, still packed.
    Project,
    /// An archive: its contents go to the Files panel.
    Archive,
    /// Anything else: goes to the Files panel.
    File,
}

/// What to do with several files that were chosen or dropped together, by their indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedTogether {
    /// Projects, opened one after the other.
    Projects,
    /// A module with the files that it was compiled from; the others are input for the program.
    Program { module: usize, sources: Vec<usize>, others: Vec<usize> },
    /// All go to the Files panel.
    Files,
}

/// The extensions of source files in languages that compile to WebAssembly.
const SOURCES: [&str; 13] = ["rs", "c", "h", "cc", "cpp", "cxx", "hpp", "zig", "go", "ts", "swift", "d", "nim"];

/// Classifies several files by their paths.
pub fn several(paths: &[&str]) -> OpenedTogether {
    let extension = |path: &str| path.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_lowercase());
    let with = |wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
        paths.iter().enumerate().filter(|(_, path)| wanted(&extension(path))).map(|(index, _)| index).collect()
    };
    if paths.len() > 1 && with(&|extension| extension == "wasmoscope").len() == paths.len() {
        return OpenedTogether::Projects;
    }
    let sources = with(&|extension| SOURCES.contains(&extension));
    match with(&|extension| extension == "wasm").as_slice() {
        [module] if !sources.is_empty() => {
            let others = with(&|extension| extension != "wasm" && !SOURCES.contains(&extension));
            OpenedTogether::Program { module: *module, sources, others }
        }
        _ => OpenedTogether::Files,
    }
}

/// Classifies a file. Errors are complete sentences except for the file's name.
pub fn classify(name: &str, bytes: &[u8]) -> Result<Opened, String> {
    let extension = name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_lowercase());
    if ProjectFile::recognise(bytes) {
        // A file that cannot be a project of this version is reported now; its contents are checked when it is
        // unpacked.
        return Measure::new(bytes, usize::MAX).map(|_| Opened::Project).map_err(|error| error.to_string());
    }
    if bytes.starts_with(b"\0asm") {
        return Ok(Opened::Program(Program::Binary { file_name: name.into(), bytes: bytes.into() }));
    }
    match extension.as_str() {
        "wasmoscope" => Err(ProjectFileError::NotAProject.to_string()),
        // It claims to be a module; the worker reports what it is instead.
        "wasm" => Ok(Opened::Program(Program::Binary { file_name: name.into(), bytes: bytes.into() })),
        "wat" | "wast" if bytes.len() > LONGEST_TEXT => {
            Err(format!("it is larger than {} MiB, which is more text than the editor takes", LONGEST_TEXT >> 20))
        }
        "wat" | "wast" => {
            let text = text_of(bytes)?;
            Ok(Opened::Program(Program::Text(text.into())))
        }
        _ if is_archive(name, bytes) => Ok(Opened::Archive),
        _ => Ok(Opened::File),
    }
}

/// Whether a file can be unpacked, by its contents or else by its name.
pub fn is_archive(name: &str, bytes: &[u8]) -> bool {
    has_archive_name(name) || bytes.starts_with(b"PK\x03\x04") || bytes.get(257..262) == Some(b"ustar")
}

/// Whether a file is an archive by its name.
pub fn has_archive_name(name: &str) -> bool {
    let name = name.to_lowercase();
    [".zip", ".tar", ".tgz", ".tar.gz"].iter().any(|end| name.ends_with(end))
}

/// The text of a file in any Unicode encoding.
fn text_of(bytes: &[u8]) -> Result<String, String> {
    let units = |bytes: &[u8], from: fn([u8; 2]) -> u16| -> Option<String> {
        let (pairs, []) = bytes.as_chunks() else { return None };
        let units: Vec<u16> = pairs.iter().copied().map(from).collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    text.ok_or_else(|| "it is not text in UTF-8 or UTF-16; save it as UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::project_file::Packing;

    fn project() -> ProjectFile {
        ProjectFile {
            name: "p".into(),
            program: Program::Text("(module)".into()),
            arguments: String::new(),
            environment: String::new(),
            sources: Vec::new(),
            kept: true,
            files: vec![],
            debugging: Default::default(),
        }
    }

    #[test]
    fn contents_count_more_than_names() {
        let module = Program::Binary { file_name: "a.txt".into(), bytes: b"\0asm".as_slice().into() };
        assert_eq!(classify("a.txt", b"\0asm"), Ok(Opened::Program(module)));
        let bytes = project().encode(Packing::Small).unwrap();
        assert_eq!(classify("p.bin", &bytes), Ok(Opened::Project));
        assert_eq!(classify("x", b"PK\x03\x04"), Ok(Opened::Archive));
        let tar = [[0; 257].as_slice(), b"ustar\0"].concat();
        assert_eq!(classify("x", &tar), Ok(Opened::Archive));
        assert_eq!(classify("x.tar.gz", b"\x1f\x8b"), Ok(Opened::Archive));
        assert_eq!(classify("x.gz", b"\x1f\x8b"), Ok(Opened::File));
    }

    #[test]
    fn a_module_and_its_source_are_one_program() {
        let program = |module, sources: &[usize], others: &[usize]| OpenedTogether::Program {
            module,
            sources: sources.to_vec(),
            others: others.to_vec(),
        };
        assert_eq!(several(&["bank.wasm", "main.rs"]), program(0, &[1], &[]));
        assert_eq!(several(&["src/main.rs", "in.txt", "BANK.WASM", "src/bank.rs"]), program(2, &[0, 3], &[1]));
        assert_eq!(several(&["a.wasm", "in.txt"]), OpenedTogether::Files);
        assert_eq!(
            several(&["a.wasm", "b.wasm", "main.rs"]),
            OpenedTogether::Files,
            "it is not clear which one is to run"
        );
        assert_eq!(several(&["main.rs", "bank.rs"]), OpenedTogether::Files);
    }

    #[test]
    fn several_projects_are_opened_as_projects() {
        assert_eq!(several(&["a.wasmoscope", "b.Wasmoscope"]), OpenedTogether::Projects);
        assert_eq!(several(&["a.wasmoscope", "notes.txt"]), OpenedTogether::Files);
        assert_eq!(several(&[]), OpenedTogether::Files);
    }

    #[test]
    fn names_decide_where_contents_do_not() {
        assert_eq!(classify("A.WAT", b"x"), Ok(Opened::Program(Program::Text("x".into()))));
        assert!(matches!(classify("a.wasm", b"x"), Ok(Opened::Program(Program::Binary { .. }))));
        assert_eq!(classify("words.txt", b"x"), Ok(Opened::File));
        assert!(classify("a.wasmoscope", b"x").is_err());
        assert!(classify("a.wasmoscope", b"WSCP\x07").unwrap_err().contains("newer"));
    }

    #[test]
    fn text_is_read_in_every_unicode_encoding() {
        for bytes in [b"\xef\xbb\xbfa".as_slice(), b"\xff\xfea\0", b"\xfe\xff\0a", b"a"] {
            assert_eq!(classify("a.wat", bytes), Ok(Opened::Program(Program::Text("a".into()))));
        }
        for bytes in [b"\xff".as_slice(), b"\xff\xfea", b"\xff\xfe\x00\xd8"] {
            assert!(classify("a.wat", bytes).is_err(), "{bytes:?}");
        }
    }
}
