//! Reads a project: its record, its files, and whatever is stored in pieces.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbObjectStore;

use super::keys::{
    BODY, FILES, FILES_AT_ONCE, PIECES, PROGRAM, PROJECTS, bytes_of, files_after, get, range_of_project,
};
use super::quarantine::quarantine;
use super::{Backing, Database, Report, Revision, StorageError, Transaction, result};
use crate::protocol::{FileContents, FileImage};
use crate::ui::state::pieces::LARGEST;
use crate::ui::state::project::Program;
use crate::ui::state::project_file::{ProjectFile, ProjectFileError, decode_contents};

/// A project from storage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub project: ProjectFile,
    pub revision: Revision,
    /// The tab that saved it.
    pub by: String,
    /// The files that are damaged or incomplete: they stay in storage, and are not in the project.
    pub unreadable: Vec<String>,
}

/// Why a project could not be opened.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the project cannot be read: {0}; it was set aside and can be downloaded under Projects")]
    Unreadable(ProjectFileError),
    #[error("the project cannot be read yet: {0}")]
    Future(ProjectFileError),
    #[error("the project is no longer in this browser")]
    Missing,
}

impl Database {
    /// Loads a project with its files. `report` is called with the number of files read.
    pub async fn load(&self, id: &str, report: Report<'_>) -> Result<Stored, LoadError> {
        let connection = match &self.0 {
            Backing::Browser(connection) => connection,
            Backing::Page(store, _) => {
                let (project, revision, by) = store.borrow().load(id).ok_or(LoadError::Missing)?;
                return Ok(Stored { project, revision, by, unreadable: Vec::new() });
            }
        };
        let transaction = connection.begin(&[PROJECTS, FILES, PIECES], false).await?;
        let record = result(transaction.store(PROJECTS)?.get(&id.into())).await?;
        if record.is_undefined() {
            return Err(LoadError::Missing);
        }
        let body = read_part(&transaction, id, &get(&record, "body"), &BODY.into()).await?;
        let program = get(&record, "program");
        let program = if program.is_undefined() {
            Some(None)
        } else {
            read_part(&transaction, id, &program, &PROGRAM.into()).await?.map(Some)
        };
        let decoded = match (body, program) {
            (Some(body), Some(program)) => ProjectFile::decode(&body, LARGEST).map(|mut project| {
                if let (Some(program), Program::Binary { bytes, .. }) = (program, &mut project.program) {
                    *bytes = program.into();
                }
                project
            }),
            (None, _) | (_, None) => Err(ProjectFileError::Damaged),
        };
        let mut project = match decoded {
            Ok(project) => project,
            Err(error @ ProjectFileError::FutureVersion(_)) => return Err(LoadError::Future(error)),
            Err(error) => {
                drop(transaction);
                quarantine(connection, id).await?;
                return Err(LoadError::Unreadable(error));
            }
        };
        project.name = get(&record, "name").as_string().unwrap_or(project.name);
        project.kept = get(&record, "kept").is_truthy();
        let mut unreadable = Vec::new();
        read_files(&transaction, id, report, &mut |path, bytes, _| {
            // One file that cannot be read is no reason to lose the others; it stays in storage.
            match bytes.and_then(|bytes| bytes.contents().ok()) {
                Some(contents) => project.files.push(FileImage { path, contents }),
                None => unreadable.push(path),
            }
        })
        .await?;
        transaction.commit().await?;
        let revision = get(&record, "revision").as_f64().unwrap_or(0.0);
        let by = get(&record, "by").as_string().unwrap_or_default();
        Ok(Stored { project, revision, by, unreadable })
    }
}

/// The stored form of a file.
pub(super) enum StoredFile {
    /// From [`crate::ui::state::project_file::encode_contents`].
    Encoded(Vec<u8>),
    /// The bytes of a file, assembled from pieces.
    Bytes(Vec<u8>),
}

impl StoredFile {
    pub(super) fn contents(self) -> Result<FileContents, ProjectFileError> {
        match self {
            Self::Encoded(bytes) => decode_contents(&bytes),
            Self::Bytes(bytes) => Ok(FileContents::File { bytes }),
        }
    }

    pub(super) fn contents_or_bytes(self) -> FileContents {
        match self {
            Self::Encoded(bytes) => decode_contents(&bytes).unwrap_or(FileContents::File { bytes }),
            Self::Bytes(bytes) => FileContents::File { bytes },
        }
    }
}

/// Reads all files of a project, some at a time. For an incomplete file, `then` gets `None` and the existing pieces.
pub(super) async fn read_files(
    transaction: &Transaction,
    id: &str,
    report: Report<'_>,
    then: &mut dyn FnMut(String, Option<StoredFile>, Vec<u8>),
) -> Result<(), StorageError> {
    let (files, pieces) = (transaction.store(FILES)?, transaction.store(PIECES)?);
    let total = result(files.count_with_key(range_of_project(id)?.as_ref())).await?.as_f64().unwrap_or(0.0) as usize;
    let (mut done, mut after) = (0, None);
    while done < total {
        let range = files_after(id, after.as_ref())?;
        let requested = (
            files.get_all_keys_with_key_and_limit(&range, FILES_AT_ONCE),
            files.get_all_with_key_and_limit(&range, FILES_AT_ONCE),
        );
        let (keys, values) = (Array::from(&result(requested.0).await?), Array::from(&result(requested.1).await?));
        for (key, value) in keys.iter().zip(values.iter()) {
            let path = Array::from(&key).get(1).as_string().unwrap_or_default();
            if value.is_instance_of::<Uint8Array>() {
                then(path, Some(StoredFile::Encoded(bytes_of(&value))), Vec::new());
            } else {
                let mut bytes = Vec::new();
                read_pieces(&pieces, id, &path.as_str().into(), &mut bytes).await?;
                if value.as_f64() == Some(bytes.len() as f64) {
                    then(path, Some(StoredFile::Bytes(bytes)), Vec::new());
                } else {
                    then(path, None, bytes);
                }
            }
            after = Some(key);
        }
        if keys.length() == 0 {
            break;
        }
        done += keys.length() as usize;
        report(done, total);
    }
    Ok(())
}

/// A part of a project, from the record or from its pieces. `None` if a piece is missing.
pub(super) async fn read_part(
    transaction: &Transaction,
    id: &str,
    value: &JsValue,
    part: &JsValue,
) -> Result<Option<Vec<u8>>, StorageError> {
    let Some(length) = value.as_f64() else { return Ok(Some(bytes_of(value))) };
    let mut bytes = Vec::new();
    read_pieces(&transaction.store(PIECES)?, id, part, &mut bytes).await?;
    Ok((bytes.len() as f64 == length).then_some(bytes))
}

/// The pieces of a part or a file, one after the other.
pub(super) async fn read_pieces(
    store: &IdbObjectStore,
    id: &str,
    part: &JsValue,
    bytes: &mut Vec<u8>,
) -> Result<(), StorageError> {
    for number in 0_u32.. {
        let key = Array::of3(&id.into(), part, &f64::from(number).into());
        let piece = result(store.get(&key)).await?;
        let Some(piece) = piece.dyn_ref::<Uint8Array>() else { break };
        let start = bytes.len();
        if start + piece.length() as usize > LARGEST {
            break;
        }
        bytes.resize(start + piece.length() as usize, 0);
        piece.copy_to(&mut bytes[start..]);
    }
    Ok(())
}
