//! Writes a project in one transaction, with whatever is too large for one value in pieces.

use std::rc::Rc;

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{IdbKeyRange, IdbObjectStore};

use super::keys::{
    BODY, COUNTERS, FILES, FILES_AT_ONCE, ORDER, PIECES, PROGRAM, PROJECTS, files_after, get, key_of_file,
    range_of_files, range_of_pieces, range_of_project, set,
};
use super::{Backing, Database, Report, Revision, StorageError, result};
use crate::protocol::{FileContents, FileImage};
use crate::ui::state::files_update::{FilesUpdate, bytes_of as size_of};
use crate::ui::state::pieces::{Pace, WHOLE, pieces};
use crate::ui::state::project::Program;
use crate::ui::state::project_file::{Packing, ProjectFile, ProjectFileError, encode_contents};

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

impl Database {
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
