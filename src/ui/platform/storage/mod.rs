//! Browser storage: projects in IndexedDB, settings and the latest edits in localStorage.
//!
//! Each stored project has a revision. A save names the revision it is based on, and the comparison and the write are
//! one transaction; so if two tabs edit the same project, the second to save detects that and does not overwrite.
//! Anything larger than a browser accepts as one value is stored in pieces, in the same transaction: either all of them
//! are stored, or the save reports an error. A record that cannot be read is quarantined, never deleted. If the browser
//! refuses its storage, the page's own memory is used instead, and [`Database::refused`] says why.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{IdbKeyRange, IdbObjectStore};

pub use super::indexed_db::StorageError;
use super::indexed_db::{Connection, Transaction, result};
use crate::protocol::{FileContents, FileImage};
use crate::ui::state::files_update::{FilesUpdate, bytes_of as size_of};
use crate::ui::state::page_store::PageStore;
use crate::ui::state::pieces::{LARGEST, Pace, WHOLE, pieces};
use crate::ui::state::project::{Program, ProjectSummary};
use crate::ui::state::project_file::{Packing, ProjectFile, ProjectFileError, decode_contents, encode_contents};
pub use crate::ui::state::saving::Revision;

/// The version of the database's layout, incremented when stores change; the records have versions of their own. 1:
/// projects, files, aside. 2: also pieces and counters; data of version 1 is still read, and is written in the new form
/// with its next save.
pub const LAYOUT: u32 = 2;
/// Projects by ID: `{ id, name, edited, order, kept, revision, by, body, program }`. A `body` of more than [`WHOLE`]
/// bytes is replaced by its length, and so is `program`, the bytes of a binary program; they are stored in pieces.
const PROJECTS: &str = "projects";
/// Files by `[project id, path]`: bytes, or their length if they are stored in pieces.
const FILES: &str = "files";
/// Pieces by `[project id, path or part, number]`.
const PIECES: &str = "pieces";
/// Records that could not be read, by `[project id, number]`.
const QUARANTINE: &str = "aside";
/// Counters, which are only incremented.
const COUNTERS: &str = "counters";
/// The counter of all saves: it orders the projects, because the clock may be set back.
const ORDER: &str = "order";

/// Keys of the parts stored in pieces besides files. A number sorts before every path.
const BODY: f64 = 0.0;
const PROGRAM: f64 = 1.0;

/// How many files are read in one request.
const FILES_AT_ONCE: u32 = 256;

/// Called with how many are done, and the total.
pub type Report<'a> = &'a dyn Fn(usize, usize);

/// The projects of this browser.
#[derive(Debug, Clone)]
pub struct Database(Backing);

#[derive(Debug, Clone)]
enum Backing {
    Browser(Connection),
    /// The browser refused its storage, for this reason.
    Page(Rc<RefCell<PageStore>>, StorageError),
}

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

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantined {
    /// The project's ID.
    pub id: String,
    /// When it was quarantined, in milliseconds since 1970; later if another record of the project has that time.
    pub time: f64,
    pub name: String,
    /// The record as it was stored.
    pub body: Vec<u8>,
}

/// What to save of a project.
#[derive(Debug, Clone, Copy)]
pub struct Unsaved<'a> {
    /// Its own list of files is ignored.
    pub project: &'a ProjectFile,
    /// The changes to the stored files.
    pub files: &'a FilesUpdate,
    /// The program is binary and already stored: a large one is not written with every change of an argument.
    pub program_is_stored: bool,
}

/// The result of a save.
#[derive(Debug, Clone, PartialEq)]
pub enum Save {
    Done {
        revision: Revision,
    },
    /// Another tab has saved this project since; nothing was written.
    Conflict,
    /// The project is no longer stored, because another tab or the browser has deleted it, and the changes are not a
    /// complete project; nothing was written. Save all of it: [`FilesUpdate::Replace`], and the program.
    Missing,
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
    /// Opens the database with this name, creating it if it is new.
    pub async fn open(name: &str) -> Result<Self, StorageError> {
        let connection = Connection::open(name, LAYOUT, |database| {
            for store in [PROJECTS, FILES, PIECES, QUARANTINE, COUNTERS] {
                // An existing store is left alone; any other failure shows at the first use.
                let _ = database.create_object_store(store);
            }
        })
        .await?;
        Ok(Self(Backing::Browser(connection)))
    }

    /// The fallback for a storage that the browser refuses: it works the same until the page is closed.
    pub fn in_page(reason: StorageError) -> Self {
        Self(Backing::Page(Rc::default(), reason))
    }

    /// Why nothing is stored beyond this page; `None` if it is.
    pub fn refused(&self) -> Option<&StorageError> {
        match &self.0 {
            Backing::Browser(_) => None,
            Backing::Page(_, reason) => Some(reason),
        }
    }

    /// All files of a project, if the page's memory holds them.
    pub fn files_in_page(&self, id: &str) -> Option<Vec<FileImage>> {
        match &self.0 {
            Backing::Browser(_) => None,
            Backing::Page(store, _) => Some(store.borrow().files(id).to_vec()),
        }
    }

    /// Calls back when the browser has closed the storage, and perhaps deleted its contents.
    pub fn on_lost(&self, then: impl Fn() + 'static) {
        if let Backing::Browser(connection) = &self.0 {
            connection.on_lost(then);
        }
    }

    /// All projects, the last saved one first.
    pub async fn list(&self) -> Result<Vec<ProjectSummary>, StorageError> {
        let connection = match &self.0 {
            Backing::Browser(connection) => connection,
            Backing::Page(store, _) => return Ok(store.borrow().list()),
        };
        let transaction = connection.begin(&[PROJECTS], false).await?;
        let records = result(transaction.store(PROJECTS)?.get_all()).await?;
        transaction.commit().await?;
        let mut projects: Vec<(f64, ProjectSummary)> = Array::from(&records)
            .iter()
            .filter_map(|record| Some((get(&record, "order").as_f64().unwrap_or(0.0), summary(&record)?)))
            .collect();
        // Records of the first layout have no order, and are older than those that do.
        projects.sort_by(|(one_order, one), (other_order, other)| {
            other_order.total_cmp(one_order).then(other.edited.total_cmp(&one.edited))
        });
        Ok(projects.into_iter().map(|(_, project)| project).collect())
    }

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

    /// Stores a project completely or not at all.
    ///
    /// `based_on` is the revision that was loaded or saved last, `None` for a new project. `by` is this tab's ID.
    /// `report` is called with the number of bytes written.
    pub async fn save(
        &self,
        id: &str,
        unsaved: Unsaved<'_>,
        based_on: Option<Revision>,
        by: &str,
        report: Report<'_>,
    ) -> Result<Save, StorageError> {
        let Unsaved { project, files, program_is_stored } = unsaved;
        let connection = match &self.0 {
            Backing::Browser(connection) => connection,
            Backing::Page(store, _) => {
                let revision = store.borrow_mut().save(id, project, files, by, js_sys::Date::now());
                return Ok(Save::Done { revision });
            }
        };
        let (body, program) = encode(project)?;
        let transaction = connection.begin(&[PROJECTS, FILES, PIECES, COUNTERS], true).await?;
        let (projects, counters) = (transaction.store(PROJECTS)?, transaction.store(COUNTERS)?);
        let requested = (projects.get(&id.into()), counters.get(&ORDER.into()));
        let present = result(requested.0).await?;
        let order = result(requested.1).await?.as_f64().unwrap_or(0.0) + 1.0;
        if present.is_undefined() {
            let is_whole = matches!(files, FilesUpdate::Replace(_)) && !program_is_stored;
            if based_on.is_some() && !is_whole {
                return Ok(Save::Missing);
            }
        } else if get(&present, "revision").as_f64() != based_on {
            return Ok(Save::Conflict);
        }
        let revision = based_on.unwrap_or(0.0) + 1.0;
        let record = Object::new();
        set(&record, "id", &id.into());
        set(&record, "name", &project.name.as_str().into());
        set(&record, "edited", &js_sys::Date::now().into());
        set(&record, "order", &order.into());
        set(&record, "kept", &project.kept.into());
        set(&record, "revision", &revision.into());
        set(&record, "by", &by.into());
        let written = async {
            let pieces = transaction.store(PIECES)?;
            let mut writer = Writer::new(&pieces, id, report, files.size() + body.len());
            writer.forget(&BODY.into())?;
            if body.len() > WHOLE {
                writer.write(&BODY.into(), &body).await?;
                set(&record, "body", &(body.len() as f64).into());
            } else {
                set(&record, "body", &Uint8Array::from(body.as_slice()));
            }
            if let Some(program) = program {
                if !program_is_stored {
                    writer.total += program.len();
                    writer.forget(&PROGRAM.into())?;
                    writer.write(&PROGRAM.into(), program).await?;
                }
                set(&record, "program", &(program.len() as f64).into());
            } else {
                writer.forget(&PROGRAM.into())?;
            }
            projects.put_with_key(&record, &id.into())?;
            counters.put_with_key(&order.into(), &ORDER.into())?;
            writer.write_files(&transaction.store(FILES)?, files).await
        };
        let written: Result<(), StorageError> = written.await;
        if let Err(error) = written {
            // A cancelled request says less than the failure of the one before it.
            return Err(transaction.first_error().unwrap_or(error));
        }
        // The first error of a request aborts the transaction, which then returns it.
        transaction.commit().await?;
        Ok(Save::Done { revision })
    }

    /// Copies this project's stored files to another project.
    pub async fn copy_files(&self, from: &str, to: &str) -> Result<(), StorageError> {
        let Backing::Browser(connection) = &self.0 else { return Ok(()) };
        let transaction = connection.begin(&[FILES, PIECES], true).await?;
        for store in [FILES, PIECES] {
            let store = transaction.store(store)?;
            let mut after = None;
            loop {
                let range = files_after(from, after.as_ref())?;
                let few = FILES_AT_ONCE / 16;
                let requested =
                    (store.get_all_keys_with_key_and_limit(&range, few), store.get_all_with_key_and_limit(&range, few));
                let (keys, values) =
                    (Array::from(&result(requested.0).await?), Array::from(&result(requested.1).await?));
                for (key, value) in keys.iter().zip(values.iter()) {
                    let copy = Array::from(&key);
                    copy.set(0, to.into());
                    store.put_with_key(&value, &copy)?;
                    after = Some(key);
                }
                if keys.length() < few {
                    break;
                }
            }
        }
        transaction.commit().await
    }

    /// Deletes a project and its files, at the user's request.
    pub async fn delete(&self, id: &str) -> Result<(), StorageError> {
        let connection = match &self.0 {
            Backing::Browser(connection) => connection,
            Backing::Page(store, _) => {
                store.borrow_mut().delete(id);
                return Ok(());
            }
        };
        let transaction = connection.begin(&[PROJECTS, FILES, PIECES], true).await?;
        transaction.store(PROJECTS)?.delete(&id.into())?;
        for store in [FILES, PIECES] {
            transaction.store(store)?.delete(range_of_project(id)?.as_ref())?;
        }
        transaction.commit().await
    }

    /// The records that could not be read.
    pub async fn quarantined(&self) -> Result<Vec<Quarantined>, StorageError> {
        let Backing::Browser(connection) = &self.0 else { return Ok(Vec::new()) };
        let transaction = connection.begin(&[QUARANTINE, PIECES], false).await?;
        let store = transaction.store(QUARANTINE)?;
        let requested = (store.get_all_keys(), store.get_all());
        let (keys, records) = (Array::from(&result(requested.0).await?), Array::from(&result(requested.1).await?));
        let mut quarantined = Vec::new();
        for (key, record) in keys.iter().zip(records.iter()) {
            let key = Array::from(&key);
            let (Some(id), Some(time)) = (key.get(0).as_string(), key.get(1).as_f64()) else { continue };
            let name = get(&record, "name").as_string().unwrap_or_else(|| "a project without a name".to_owned());
            let body = read_part(&transaction, &id, &get(&record, "body"), &BODY.into()).await?.unwrap_or_default();
            quarantined.push(Quarantined { id, time, name, body });
        }
        transaction.commit().await?;
        Ok(quarantined)
    }

    /// The stored files of such a record: all of them are returned, readable or not, and of incomplete ones the pieces
    /// that exist. A binary program is included as `program.wasm`, next to the files' own folder.
    pub async fn quarantined_files(&self, quarantined: &Quarantined) -> Result<QuarantinedFiles, StorageError> {
        let Backing::Browser(connection) = &self.0 else { return Ok(QuarantinedFiles::default()) };
        let transaction = connection.begin(&[FILES, PIECES], false).await?;
        let mut files = Vec::new();
        read_files(&transaction, &quarantined.id, &|_, _| (), &mut |path, bytes, rest| {
            let contents = match bytes {
                Some(bytes) => bytes.contents_or_bytes(),
                None => FileContents::File { bytes: rest },
            };
            files.push(FileImage { path, contents });
        })
        .await?;
        let mut program = Vec::new();
        read_pieces(&transaction.store(PIECES)?, &quarantined.id, &PROGRAM.into(), &mut program).await?;
        transaction.commit().await?;
        Ok(QuarantinedFiles { files, program })
    }

    /// Deletes such a record and its files: the user has a copy, or does not want it.
    pub async fn delete_quarantined(&self, quarantined: &Quarantined) -> Result<(), StorageError> {
        let Backing::Browser(connection) = &self.0 else { return Ok(()) };
        let transaction = connection.begin(&[PROJECTS, FILES, PIECES, QUARANTINE], true).await?;
        let same_id = result(transaction.store(PROJECTS)?.get(&quarantined.id.as_str().into())).await?;
        transaction
            .store(QUARANTINE)?
            .delete(&Array::of2(&quarantined.id.as_str().into(), &quarantined.time.into()))?;
        // If a project has since been stored under the same ID, the files belong to it.
        if same_id.is_undefined() {
            for store in [FILES, PIECES] {
                transaction.store(store)?.delete(range_of_project(&quarantined.id)?.as_ref())?;
            }
        }
        transaction.commit().await
    }
}

/// What is stored with a record that could not be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuarantinedFiles {
    pub files: Vec<FileImage>,
    /// The binary program; empty if it is part of the record.
    pub program: Vec<u8>,
}

/// Moves a record to the quarantine. Its files and pieces stay where they are.
async fn quarantine(connection: &Connection, id: &str) -> Result<(), StorageError> {
    let transaction = connection.begin(&[PROJECTS, QUARANTINE], true).await?;
    let (projects, quarantined) = (transaction.store(PROJECTS)?, transaction.store(QUARANTINE)?);
    let range = range_of_project(id)?;
    let requested = (projects.get(&id.into()), quarantined.get_all_keys_with_key(&range));
    let (record, keys) = (result(requested.0).await?, Array::from(&result(requested.1).await?));
    // Whatever the clock says: an existing record is not overwritten.
    let last = keys.iter().filter_map(|key| Array::from(&key).get(1).as_f64()).fold(0.0, f64::max);
    let number = js_sys::Date::now().max(last + 1.0);
    quarantined.put_with_key(&record, &Array::of2(&id.into(), &number.into()))?;
    projects.delete(&id.into())?;
    transaction.commit().await
}

/// A project as its record stores it, and the bytes of its program if they are stored separately.
fn encode(project: &ProjectFile) -> Result<(Vec<u8>, Option<&[u8]>), StorageError> {
    let failed = |error: ProjectFileError| StorageError::Failed(error.to_string());
    match &project.program {
        Program::Binary { file_name, bytes } if bytes.len() > WHOLE => {
            let program = Program::Binary { file_name: file_name.clone(), bytes: Rc::default() };
            let without = ProjectFile { program, ..project.clone() };
            Ok((without.encode(Packing::Plain).map_err(failed)?, Some(bytes)))
        }
        Program::Binary { .. } | Program::Text(_) => Ok((project.encode(Packing::Plain).map_err(failed)?, None)),
    }
}

/// Issues the writes of one save.
struct Writer<'a> {
    pieces: &'a IdbObjectStore,
    id: &'a str,
    report: Report<'a>,
    done: usize,
    total: usize,
    pace: Pace,
}

impl<'a> Writer<'a> {
    fn new(pieces: &'a IdbObjectStore, id: &'a str, report: Report<'a>, total: usize) -> Self {
        Self { pieces, id, report, done: 0, total, pace: Pace::default() }
    }

    /// Deletes the pieces of a part or a file.
    fn forget(&self, part: &JsValue) -> Result<(), StorageError> {
        self.pieces.delete(range_of_pieces(self.id, part)?.as_ref())?;
        Ok(())
    }

    /// Writes bytes in pieces, one after the other.
    async fn write(&mut self, part: &JsValue, bytes: &[u8]) -> Result<(), StorageError> {
        for (number, range) in pieces(bytes.len()).enumerate() {
            let key = Array::of3(&self.id.into(), part, &(number as f64).into());
            let piece = Uint8Array::from(&bytes[range]);
            let length = piece.length() as usize;
            self.put(self.pieces, &piece, &key, length).await?;
        }
        Ok(())
    }

    async fn put(
        &mut self,
        store: &IdbObjectStore,
        value: &JsValue,
        key: &JsValue,
        bytes: usize,
    ) -> Result<(), StorageError> {
        let request = store.put_with_key(value, key)?;
        self.done += bytes;
        if self.pace.ask(bytes) {
            result(Ok(request)).await?;
            (self.report)(self.done.min(self.total), self.total);
        }
        Ok(())
    }

    async fn write_files(&mut self, files: &IdbObjectStore, update: &FilesUpdate) -> Result<(), StorageError> {
        let in_pieces = result(self.pieces.count_with_key(range_of_files(self.id)?.as_ref())).await?;
        let in_pieces = in_pieces.as_f64() != Some(0.0);
        let written = match update {
            FilesUpdate::Replace(all) => {
                files.delete(range_of_project(self.id)?.as_ref())?;
                self.pieces.delete(range_of_files(self.id)?.as_ref())?;
                all
            }
            FilesUpdate::Change { written, removed } => {
                for path in removed {
                    // `0` follows `/` in ASCII: this range is all paths below, without siblings that share the prefix.
                    let (from, to) =
                        (key_of_file(self.id, &format!("{path}/")), key_of_file(self.id, &format!("{path}0")));
                    let below = IdbKeyRange::bound_with_lower_open_and_upper_open(&from, &to, false, true)?;
                    files.delete(&key_of_file(self.id, path))?;
                    let request = files.delete(&below)?;
                    if in_pieces {
                        self.forget(&path.as_str().into())?;
                        self.pieces.delete(&below)?;
                    }
                    if self.pace.ask(path.len()) {
                        result(Ok(request)).await?;
                    }
                }
                written
            }
        };
        for FileImage { path, contents } in written {
            let key = key_of_file(self.id, path);
            if in_pieces {
                self.forget(&path.as_str().into())?;
            }
            match contents {
                FileContents::File { bytes } if bytes.len() > WHOLE => {
                    self.write(&path.as_str().into(), bytes).await?;
                    self.put(files, &(bytes.len() as f64).into(), &key, path.len()).await?;
                }
                contents => {
                    let bytes = encode_contents(contents).map_err(|error| StorageError::Failed(error.to_string()))?;
                    let size = path.len() + size_of(contents);
                    self.put(files, &Uint8Array::from(bytes.as_slice()), &key, size).await?;
                }
            }
        }
        Ok(())
    }
}

/// The stored form of a file.
enum StoredFile {
    /// From [`encode_contents`].
    Encoded(Vec<u8>),
    /// The bytes of a file, assembled from pieces.
    Bytes(Vec<u8>),
}

impl StoredFile {
    fn contents(self) -> Result<FileContents, ProjectFileError> {
        match self {
            Self::Encoded(bytes) => decode_contents(&bytes),
            Self::Bytes(bytes) => Ok(FileContents::File { bytes }),
        }
    }

    fn contents_or_bytes(self) -> FileContents {
        match self {
            Self::Encoded(bytes) => decode_contents(&bytes).unwrap_or(FileContents::File { bytes }),
            Self::Bytes(bytes) => FileContents::File { bytes },
        }
    }
}

/// Reads all files of a project, some at a time. For an incomplete file, `then` gets `None` and the existing pieces.
async fn read_files(
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
async fn read_part(
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
async fn read_pieces(
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

fn key_of_file(id: &str, path: &str) -> JsValue {
    Array::of2(&id.into(), &path.into()).into()
}

fn range_of_project(id: &str) -> Result<IdbKeyRange, StorageError> {
    // An array sorts after every string.
    Ok(IdbKeyRange::bound(&Array::of1(&id.into()), &Array::of2(&id.into(), &Array::new()))?)
}

/// The files of a project, or the pieces of them, after a key.
fn files_after(id: &str, after: Option<&JsValue>) -> Result<IdbKeyRange, StorageError> {
    let end = Array::of2(&id.into(), &Array::new());
    Ok(match after {
        None => range_of_files(id)?,
        Some(after) => IdbKeyRange::bound_with_lower_open(after, &end, true)?,
    })
}

/// Everything in a project that has a path: other parts stored in pieces have a number.
fn range_of_files(id: &str) -> Result<IdbKeyRange, StorageError> {
    Ok(IdbKeyRange::bound(&Array::of2(&id.into(), &"".into()), &Array::of2(&id.into(), &Array::new()))?)
}

/// The pieces of one part or file.
fn range_of_pieces(id: &str, part: &JsValue) -> Result<IdbKeyRange, StorageError> {
    let (from, to) = (Array::of2(&id.into(), part), Array::of3(&id.into(), part, &Array::new()));
    Ok(IdbKeyRange::bound(&from, &to)?)
}

fn summary(record: &JsValue) -> Option<ProjectSummary> {
    Some(ProjectSummary {
        id: get(record, "id").as_string()?.into(),
        name: get(record, "name").as_string()?.into(),
        edited: get(record, "edited").as_f64().unwrap_or(0.0),
        kept: get(record, "kept").is_truthy(),
    })
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // A plain object takes every property.
    let _ = Reflect::set(object, &key.into(), value);
}

fn bytes_of(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

/// A setting; `None` if it does not exist or the browser stores nothing.
pub fn read_setting(key: &str) -> Option<String> {
    local_storage()?.get_item(&setting_key(key)).ok().flatten()
}

/// Stores a setting if the browser allows it: the page works without.
pub fn write_setting(key: &str, value: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.set_item(&setting_key(key), value);
    }
}

/// A setting's key in localStorage.
pub fn setting_key(key: &str) -> String {
    format!("wasmoscope.setting.{key}")
}

pub(super) fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// A new, unique ID.
pub fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        for byte in &mut bytes {
            *byte = (js_sys::Math::random() * 256.0) as u8;
        }
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
