//! A project as bytes: the contents of a link, of a `.wasmoscope` file, and of the browser's storage.
//!
//! The format is `WSCP`, a version (see the `version` modules), a method (0: plain, 1: zlib) and the postcard form of
//! that version's types.
//! The source is not trusted: reading is bounded and never relies on a length, a path or a name.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};
use serde::{Deserialize, Serialize};

use super::debug_notes::{Bookmark, DebugNotes};
use super::project::{Program, clean_name};
use super::sources::SourceText;
use crate::protocol::{FileContents, FileImage};

const MAGIC: &[u8; 4] = b"WSCP";
/// The newest version that can be read.
const VERSION: u8 = 3;
/// How much is unpacked at a time when measuring the size.
const PIECE: usize = 32 << 10;
/// The maximum number of files in a project.
const MOST_FILES: usize = 100_000;

/// A project with its files, but without an ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile {
    pub name: String,
    pub program: Program,
    pub arguments: String,
    pub environment: String,
    /// The source files that the program was compiled from, as far as they are available.
    pub sources: Vec<SourceText>,
    pub kept: bool,
    pub files: Vec<FileImage>,
    pub debugging: DebugNotes,
}

/// How the bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not compressed: fast, for the storage.
    Plain,
    /// As small as possible, for a link or a file.
    Small,
}

/// Why bytes are not a valid project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectFileError {
    #[error("this is not a Wasmoscope project")]
    NotAProject,
    #[error(
        "it was made by a newer Wasmoscope (format {0}, this one reads up to {VERSION}); reload the page to get the newest"
    )]
    FutureVersion(u8),
    #[error("it is larger than {0} MiB when unpacked")]
    TooLarge(usize),
    #[error("it is damaged or incomplete")]
    Damaged,
    #[error("it has a file with the path {0:?}, which does not stay inside the project")]
    BadPath(String),
}

/// The types of version 1. They never change: a changed format is a new version.
mod version1 {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    pub struct Project {
        pub name: String,
        pub program: Program,
        pub arguments: String,
        pub environment: String,
        pub kept: bool,
        pub files: Vec<File>,
    }

    #[derive(Serialize, Deserialize)]
    pub enum Program {
        Text(String),
        Binary {
            file_name: String,
            #[serde(with = "serde_bytes")]
            bytes: Vec<u8>,
        },
    }

    #[derive(Serialize, Deserialize)]
    pub struct File {
        pub path: String,
        pub contents: Contents,
    }

    #[derive(Serialize, Deserialize)]
    pub enum Contents {
        Directory,
        File(#[serde(with = "serde_bytes")] Vec<u8>),
        Symlink(String),
    }
}

/// The types of version 2: a project of version 1, plus what belongs to the debugger.
mod version2 {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    pub struct Project {
        pub project: super::version1::Project,
        /// The output of `DebugNotes::to_text`.
        pub notes: String,
        pub bookmark: Option<Bookmark>,
    }

    #[derive(Serialize, Deserialize)]
    pub struct Bookmark {
        pub step: u64,
        #[serde(with = "serde_bytes")]
        pub bytes: Vec<u8>,
    }
}

/// The types of version 3: a project of version 2, plus the sources of the program.
mod version3 {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    pub struct Project {
        pub project: super::version2::Project,
        pub sources: Vec<Source>,
    }

    #[derive(Serialize, Deserialize)]
    pub struct Source {
        pub path: String,
        pub text: String,
    }
}

impl ProjectFile {
    /// Encodes the project in the first version that can represent it, so that older pages can open what they support.
    pub fn encode(&self, packing: Packing) -> Result<Vec<u8>, ProjectFileError> {
        let project = version1::Project::from(self);
        let (version, body) = if self.debugging == DebugNotes::default() && self.sources.is_empty() {
            (1, encode_body(&project)?)
        } else {
            let bookmark = self.debugging.bookmark.as_ref();
            let bookmark =
                bookmark.map(|bookmark| version2::Bookmark { step: bookmark.step, bytes: bookmark.bytes.to_vec() });
            let project = version2::Project { project, notes: self.debugging.to_text(), bookmark };
            if self.sources.is_empty() {
                (2, encode_body(&project)?)
            } else {
                let source = |source: &SourceText| version3::Source {
                    path: source.path.to_string(),
                    text: source.text.to_string(),
                };
                let sources = self.sources.iter().map(source).collect();
                (3, encode_body(&version3::Project { project, sources })?)
            }
        };
        Ok(match packing {
            Packing::Plain => [MAGIC.as_slice(), &[version, 0], &body].concat(),
            Packing::Small => {
                let level = if body.len() > 4 << 20 { 6 } else { 9 };
                [MAGIC.as_slice(), &[version, 1], &miniz_oxide::deflate::compress_to_vec_zlib(&body, level)].concat()
            }
        })
    }

    /// Decodes the project in `bytes`, which may have at most `limit` bytes when unpacked.
    pub fn decode(bytes: &[u8], limit: usize) -> Result<Self, ProjectFileError> {
        let (version, method, body) = parts(bytes)?;
        let unpacked;
        let body = match method {
            0 if body.len() <= limit => body,
            0 => return Err(ProjectFileError::TooLarge(limit >> 20)),
            _ => {
                unpacked = unpack(body, limit)?;
                &unpacked
            }
        };
        match version {
            1 => decode_exactly::<version1::Project>(body)?.try_into(),
            2 => decode_exactly::<version2::Project>(body)?.try_into(),
            3 => decode_exactly::<version3::Project>(body)?.try_into(),
            _ => Err(ProjectFileError::Damaged),
        }
    }

    /// Whether `bytes` start like a project.
    pub fn recognise(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }
}

/// Measures the unpacked size of a project without keeping any of it.
pub struct Measure<'a> {
    /// The input that has not been read yet; `None` if nothing is compressed.
    packed: Option<(Box<InflateState>, &'a [u8])>,
    size: usize,
    limit: usize,
}

impl<'a> Measure<'a> {
    /// Starts measuring; `bytes` are those that [`ProjectFile::decode`] takes.
    pub fn new(bytes: &'a [u8], limit: usize) -> Result<Self, ProjectFileError> {
        let (_, method, body) = parts(bytes)?;
        Ok(match method {
            0 => Self { packed: None, size: body.len(), limit },
            _ => Self { packed: Some((InflateState::new_boxed(DataFormat::Zlib), body)), size: 0, limit },
        })
    }

    /// Continues for about this many bytes; returns the size once it is known.
    pub fn step(&mut self, bytes: usize) -> Result<Option<usize>, ProjectFileError> {
        let mut pieces = bytes.div_ceil(PIECE).max(1);
        while let Some((state, rest)) = &mut self.packed {
            if pieces == 0 {
                return Ok(None);
            }
            pieces -= 1;
            let mut thrown_away = [0; PIECE];
            let read = inflate(state, rest, &mut thrown_away, MZFlush::None);
            *rest = &rest[read.bytes_consumed..];
            self.size += read.bytes_written;
            match read.status {
                _ if self.size > self.limit => break,
                Ok(MZStatus::StreamEnd) => self.packed = None,
                Ok(_) if read.bytes_consumed + read.bytes_written > 0 => {}
                Ok(_) | Err(_) => return Err(ProjectFileError::Damaged),
            }
        }
        if self.size > self.limit { Err(ProjectFileError::TooLarge(self.limit >> 20)) } else { Ok(Some(self.size)) }
    }
}

/// The version, the method, and the bytes after them.
fn parts(bytes: &[u8]) -> Result<(u8, u8, &[u8]), ProjectFileError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(ProjectFileError::NotAProject)?;
    let [version, rest @ ..] = rest else { return Err(ProjectFileError::Damaged) };
    if *version > VERSION {
        return Err(ProjectFileError::FutureVersion(*version));
    }
    match rest {
        [method @ (0 | 1), body @ ..] => Ok((*version, *method, body)),
        _ => Err(ProjectFileError::Damaged),
    }
}

fn unpack(body: &[u8], limit: usize) -> Result<Vec<u8>, ProjectFileError> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
    decompress_to_vec_zlib_with_limit(body, limit).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => ProjectFileError::TooLarge(limit >> 20),
        _ => ProjectFileError::Damaged,
    })
}

fn encode_body(project: &impl Serialize) -> Result<Vec<u8>, ProjectFileError> {
    postcard::to_allocvec(project).map_err(|_| ProjectFileError::Damaged)
}

/// Encodes the contents of a single stored file.
pub fn encode_contents(contents: &FileContents) -> Result<Vec<u8>, ProjectFileError> {
    encode_body(&version1::Contents::from(contents))
}

/// Decodes the output of [`encode_contents`].
pub fn decode_contents(bytes: &[u8]) -> Result<FileContents, ProjectFileError> {
    let contents: version1::Contents = decode_exactly(bytes)?;
    Ok(contents.into())
}

fn decode_exactly<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ProjectFileError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) | Err(_) => Err(ProjectFileError::Damaged),
    }
}

/// Whether a path is strictly below the root.
pub fn is_inside(path: &str) -> bool {
    path.len() <= 4096
        && !path.contains('\0')
        && path.split('/').all(|part| !matches!(part, "" | "." | "..") && part.len() <= 255)
}

impl From<&ProjectFile> for version1::Project {
    fn from(project: &ProjectFile) -> Self {
        Self {
            name: project.name.clone(),
            program: match &project.program {
                Program::Text(text) => version1::Program::Text(text.to_string()),
                Program::Binary { file_name, bytes } => {
                    version1::Program::Binary { file_name: file_name.to_string(), bytes: bytes.to_vec() }
                }
            },
            arguments: project.arguments.clone(),
            environment: project.environment.clone(),
            kept: project.kept,
            files: project
                .files
                .iter()
                .map(|file| version1::File { path: file.path.clone(), contents: (&file.contents).into() })
                .collect(),
        }
    }
}

impl TryFrom<version1::Project> for ProjectFile {
    type Error = ProjectFileError;

    fn try_from(project: version1::Project) -> Result<Self, ProjectFileError> {
        if project.files.len() > MOST_FILES {
            return Err(ProjectFileError::Damaged);
        }
        if let Some(file) = project.files.iter().find(|file| !is_inside(&file.path)) {
            return Err(ProjectFileError::BadPath(file.path.chars().take(80).collect()));
        }
        Ok(Self {
            name: clean_name(&project.name),
            program: match project.program {
                version1::Program::Text(text) => Program::Text(text.into()),
                version1::Program::Binary { file_name, bytes } => {
                    Program::Binary { file_name: clean_name(&file_name).into(), bytes: bytes.into() }
                }
            },
            arguments: project.arguments,
            environment: project.environment,
            sources: Vec::new(),
            kept: project.kept,
            files: project
                .files
                .into_iter()
                .map(|file| FileImage { path: file.path, contents: file.contents.into() })
                .collect(),
            debugging: DebugNotes::default(),
        })
    }
}

impl TryFrom<version3::Project> for ProjectFile {
    type Error = ProjectFileError;

    fn try_from(project: version3::Project) -> Result<Self, ProjectFileError> {
        let version3::Project { project, sources } = project;
        if sources.len() > MOST_FILES {
            return Err(ProjectFileError::Damaged);
        }
        let source = |source: version3::Source| SourceText { path: source.path.into(), text: source.text.into() };
        Ok(Self { sources: sources.into_iter().map(source).collect(), ..project.try_into()? })
    }
}

impl TryFrom<version2::Project> for ProjectFile {
    type Error = ProjectFileError;

    fn try_from(project: version2::Project) -> Result<Self, ProjectFileError> {
        let bookmark = project.bookmark.map(|bookmark| Bookmark { step: bookmark.step, bytes: bookmark.bytes.into() });
        let debugging = DebugNotes { bookmark, ..DebugNotes::from_text(&project.notes) };
        Ok(Self { debugging, ..project.project.try_into()? })
    }
}

impl From<&FileContents> for version1::Contents {
    fn from(contents: &FileContents) -> Self {
        match contents {
            FileContents::Directory => Self::Directory,
            FileContents::File { bytes } => Self::File(bytes.clone()),
            FileContents::Symlink { target } => Self::Symlink(target.clone()),
        }
    }
}

impl From<version1::Contents> for FileContents {
    fn from(contents: version1::Contents) -> Self {
        match contents {
            version1::Contents::Directory => Self::Directory,
            version1::Contents::File(bytes) => Self::File { bytes },
            version1::Contents::Symlink(target) => Self::Symlink { target },
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::BreakpointKind;

    const LIMIT: usize = 1 << 20;

    fn project(text: &str, files: Vec<FileImage>) -> ProjectFile {
        ProjectFile {
            name: "words".into(),
            program: Program::Text(text.into()),
            arguments: "a 'b c'".into(),
            environment: "K=V".into(),
            sources: Vec::new(),
            kept: true,
            files,
            debugging: DebugNotes::default(),
        }
    }

    fn file(path: &str, bytes: &[u8]) -> FileImage {
        FileImage { path: path.into(), contents: FileContents::File { bytes: bytes.to_vec() } }
    }

    fn damaged_body(body: &[u8]) -> Result<ProjectFile, ProjectFileError> {
        ProjectFile::decode(&[b"WSCP\x01\x00", body].concat(), LIMIT)
    }

    /// A record written by the first release. It must stay readable forever.
    #[test]
    fn reads_what_the_first_version_wrote() {
        let bytes = b"WSCP\x01\x00\x01n\x00\x08(module)\x01a\x03K=V\x01\x01\x01f\x01\x02hi";
        let project = ProjectFile::decode(bytes, LIMIT).unwrap();
        assert_eq!(
            (project.name.as_str(), project.arguments.as_str(), project.environment.as_str()),
            ("n", "a", "K=V")
        );
        assert_eq!(project.program, Program::Text("(module)".into()));
        assert_eq!(project.files, [file("f", b"hi")]);
        assert_eq!(project.encode(Packing::Plain).unwrap(), bytes);
    }

    /// A record written by the first page that stored debugger notes. It must stay readable forever.
    #[test]
    fn reads_what_the_second_version_wrote() {
        let notes = br#"{"breakpoints":[{"condition":"depth > 2","line":3}],"expressions":["step"]}"#;
        let project = b"WSCP\x02\x00\x01n\x00\x08(module)\x01a\x03K=V\x01\x01\x01f\x01\x02hi";
        let bytes = [&project[..], &[notes.len() as u8], notes, b"\x01\x2a\x02xy"].concat();
        let project = ProjectFile::decode(&bytes, LIMIT).unwrap();
        assert_eq!((project.name.as_str(), project.files.as_slice()), ("n", &[file("f", b"hi")][..]));
        let [breakpoint] = project.debugging.breakpoints.as_slice() else { panic!("{project:?}") };
        assert_eq!(breakpoint.kind, BreakpointKind::Line { file: None, line: 3 });
        assert_eq!(breakpoint.options.condition.as_deref(), Some("depth > 2"));
        assert_eq!(project.debugging.expressions, ["step".into()]);
        assert_eq!(project.debugging.bookmark, Some(Bookmark { step: 42, bytes: b"xy"[..].into() }));
        assert_eq!(project.encode(Packing::Plain).unwrap(), bytes);
    }

    /// A record written by the third version: the same, plus the sources.
    #[test]
    fn reads_what_the_third_version_wrote() {
        let project = b"WSCP\x03\x00\x01n\x00\x08(module)\x01a\x03K=V\x01\x01\x01f\x01\x02hi";
        let notes = br#"{"expressions":["step"]}"#;
        let sources = b"\x00\x01\x04a.rs\x07fn a(){";
        let bytes = [&project[..], &[notes.len() as u8], notes, sources].concat();
        let project = ProjectFile::decode(&bytes, LIMIT).unwrap();
        assert_eq!(project.sources, [SourceText { path: "a.rs".into(), text: "fn a(){".into() }]);
        assert_eq!((project.name.as_str(), project.debugging.expressions.len()), ("n", 1));
        assert_eq!(project.encode(Packing::Plain).unwrap(), bytes);
    }

    #[test]
    fn a_later_version_is_distinguished_from_damage() {
        assert_eq!(ProjectFile::decode(b"WSCP\x04junk", LIMIT), Err(ProjectFileError::FutureVersion(4)));
        assert_eq!(ProjectFile::decode(b"WSCP\x00\x00", LIMIT), Err(ProjectFileError::Damaged));
        assert_eq!(ProjectFile::decode(b"WSCP", LIMIT), Err(ProjectFileError::Damaged));
        assert_eq!(ProjectFile::decode(b"\0asm", LIMIT), Err(ProjectFileError::NotAProject));
    }

    #[test]
    fn a_bomb_is_refused_without_being_unpacked() {
        let bomb = project(&"a".repeat(LIMIT + 1), vec![]).encode(Packing::Small).unwrap();
        assert!(bomb.len() < 10_000);
        assert_eq!(ProjectFile::decode(&bomb, LIMIT), Err(ProjectFileError::TooLarge(1)));
        let plain = project(&"a".repeat(LIMIT + 1), vec![]).encode(Packing::Plain).unwrap();
        assert_eq!(ProjectFile::decode(&plain, LIMIT), Err(ProjectFileError::TooLarge(1)));
    }

    fn measured(bytes: &[u8]) -> Result<usize, ProjectFileError> {
        let mut measure = Measure::new(bytes, LIMIT)?;
        loop {
            if let Some(size) = measure.step(1 << 16)? {
                return Ok(size);
            }
        }
    }

    #[test]
    fn a_project_is_measured_without_being_unpacked() {
        for length in [0, 100, 300_000, LIMIT - 100] {
            let project = project(&"a".repeat(length), vec![]);
            let plain = project.encode(Packing::Plain).unwrap();
            assert_eq!(measured(&plain), Ok(plain.len() - 6), "{length}");
            assert_eq!(measured(&project.encode(Packing::Small).unwrap()), Ok(plain.len() - 6), "{length}");
        }
        let bomb = project(&"a".repeat(LIMIT + 1), vec![]).encode(Packing::Small).unwrap();
        assert_eq!(measured(&bomb), Err(ProjectFileError::TooLarge(1)));
        assert_eq!(measured(&bomb[..bomb.len() / 2]), Err(ProjectFileError::Damaged));
        assert_eq!(measured(b"WSCP\x01\x01junk"), Err(ProjectFileError::Damaged));
        assert_eq!(measured(b"WSCP\x04\x01"), Err(ProjectFileError::FutureVersion(4)));
        // A large one takes several steps, none of them large.
        let large = project(&"a".repeat(LIMIT - 100), vec![]).encode(Packing::Small).unwrap();
        assert_eq!(Measure::new(&large, LIMIT).unwrap().step(1 << 16), Ok(None));
    }

    #[test]
    fn paths_stay_inside() {
        for path in ["../up", "/etc", "a//b", "a/./b", "", "a/..", "nul\0", &"x".repeat(256)] {
            let bytes = project("", vec![file(path, b"")]).encode(Packing::Plain).unwrap();
            assert!(matches!(ProjectFile::decode(&bytes, LIMIT), Err(ProjectFileError::BadPath(_))), "{path:?}");
        }
    }

    #[test]
    fn lengths_are_not_trusted() {
        // A name, a text and a list of files that claim to be 4 GiB long.
        assert_eq!(damaged_body(b"\xff\xff\xff\xff\x0f"), Err(ProjectFileError::Damaged));
        assert_eq!(damaged_body(b"\x01n\x00\xff\xff\xff\xff\x0f"), Err(ProjectFileError::Damaged));
        assert_eq!(damaged_body(b"\x01n\x00\x00\x00\x00\x01\xff\xff\xff\xff\x0f"), Err(ProjectFileError::Damaged));
    }

    #[test]
    fn rest_is_not_ignored() {
        let mut bytes = project("x", vec![]).encode(Packing::Plain).unwrap();
        bytes.push(0);
        assert_eq!(ProjectFile::decode(&bytes, LIMIT), Err(ProjectFileError::Damaged));
    }

    proptest! {
        #[test]
        fn comes_back_as_it_was(
            text in ".*",
            binary in any::<Vec<u8>>(),
            is_text in any::<bool>(),
            small in any::<bool>(),
            is_noted in any::<bool>(),
            sources in prop::collection::vec(("[a-z/]{1,20}", ".*"), 0..3),
            files in prop::collection::vec(("[a-z]{1,8}(/[a-zé ]{1,8}){0,3}", any::<Vec<u8>>()), 0..8),
        ) {
            let files = files.iter().map(|(path, bytes)| file(path, bytes)).collect();
            let mut project = project(&text, files);
            let source = |(path, text): &(String, String)| SourceText { path: path.as_str().into(), text: text.as_str().into() };
            project.sources = sources.iter().map(source).collect();
            if !is_text {
                project.program = Program::Binary { file_name: "a.wasm".into(), bytes: binary.as_slice().into() };
            }
            if is_noted {
                project.debugging = DebugNotes {
                    expressions: vec!["depth".into()],
                    bookmark: Some(Bookmark { step: 7, bytes: binary.into() }),
                    ..DebugNotes::default()
                };
            }
            let packing = if small { Packing::Small } else { Packing::Plain };
            prop_assert_eq!(ProjectFile::decode(&project.encode(packing).unwrap(), LIMIT), Ok(project));
        }

        #[test]
        fn garbage_is_rejected(body in any::<Vec<u8>>(), method in 0_u8..3) {
            let _ = ProjectFile::decode(&body, LIMIT);
            let _ = ProjectFile::decode(&[b"WSCP\x01", [method].as_slice(), &body].concat(), LIMIT);
            let _ = ProjectFile::decode(&[b"WSCP\x02", [method].as_slice(), &body].concat(), LIMIT);
            let _ = decode_contents(&body);
        }

        #[test]
        fn a_damaged_link_is_detected(text in "[a-z ]{20,200}", at in any::<prop::sample::Index>(), flip in 1_u8..) {
            let mut bytes = project(&text, vec![]).encode(Packing::Small).unwrap();
            let at = 6 + at.index(bytes.len() - 6);
            bytes[at] ^= flip;
            // The zlib header has several valid forms; any other change must be detected.
            if let Ok(read) = ProjectFile::decode(&bytes, LIMIT) {
                prop_assert_eq!(read, project(&text, vec![]));
            }
        }
    }
}
