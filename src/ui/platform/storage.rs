//! What is kept in the browser: projects in IndexedDB, settings and the last moment's typing in localStorage.
//!
//! Each stored project has a revision. A save says which revision it is based on, and the comparison and the write are
//! one transaction; so of two tabs that work on the same project, the second to save notices and does not overwrite.
//! A record that cannot be read is moved aside, never deleted.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore};

pub use super::indexed_db::StorageError;
use super::indexed_db::{self, Transaction, result};
use crate::protocol::{FileContents, FileImage};
use crate::ui::state::files_update::FilesUpdate;
use crate::ui::state::project::ProjectSummary;
use crate::ui::state::project_file::{Packing, ProjectFile, ProjectFileError, decode_contents, encode_contents};

/// The database's layout. Raised with a change of stores; what a record holds has a version of its own.
const LAYOUT: u32 = 1;
/// Projects by their ids: `{ id, name, edited, kept, revision, by, body }`.
const PROJECTS: &str = "projects";
/// Files by `[project id, path]`.
const FILES: &str = "files";
/// Records that could not be read, by a number.
const ASIDE: &str = "aside";
/// The largest record that is read; the browser gives less room than this.
const LARGEST_RECORD: usize = 1 << 30;

/// Counts the saves of a project.
pub type Revision = f64;

/// The projects of this browser.
#[derive(Debug, Clone)]
pub struct Database {
    database: IdbDatabase,
}

/// A project out of the storage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub project: ProjectFile,
    pub revision: Revision,
    /// The tab that has saved it.
    pub by: String,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Aside {
    /// The project's identity.
    pub id: String,
    /// When it was put aside, in milliseconds since 1970.
    pub time: f64,
    pub name: String,
    /// The record as it was stored.
    pub body: Vec<u8>,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Save {
    Done {
        revision: Revision,
    },
    /// Another tab has saved this project since; nothing was written.
    Conflict,
}

/// Why a project could not be opened.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the project cannot be read: {0}; it is kept aside and can be downloaded under Projects")]
    Unreadable(ProjectFileError),
    #[error("the project cannot be read yet: {0}")]
    Future(ProjectFileError),
    #[error("the project is not in this browser any more")]
    Missing,
}

impl Database {
    /// Opens the database of this name, making it where it is new.
    pub async fn open(name: &str) -> Result<Self, StorageError> {
        let database = indexed_db::open(name, LAYOUT, |database| {
            for store in [PROJECTS, FILES, ASIDE] {
                // One that is there already is left alone; any other failure shows at the first use.
                let _ = database.create_object_store(store);
            }
        })
        .await?;
        Ok(Self { database })
    }

    /// All projects, the last edited first.
    pub async fn list(&self) -> Result<Vec<ProjectSummary>, StorageError> {
        let transaction = Transaction::begin(&self.database, &[PROJECTS], false)?;
        let records = result(transaction.store(PROJECTS)?.get_all()).await?;
        transaction.commit().await?;
        let mut projects: Vec<ProjectSummary> =
            Array::from(&records).iter().filter_map(|record| summary(&record)).collect();
        projects.sort_by(|one, other| other.edited.total_cmp(&one.edited));
        Ok(projects)
    }

    /// A project with its files.
    pub async fn load(&self, id: &str) -> Result<Stored, LoadError> {
        let transaction = Transaction::begin(&self.database, &[PROJECTS, FILES], false)?;
        let record = result(transaction.store(PROJECTS)?.get(&id.into())).await?;
        if record.is_undefined() {
            return Err(LoadError::Missing);
        }
        let files = transaction.store(FILES)?;
        let range = range_of_project(id)?;
        let keys = Array::from(&result(files.get_all_keys_with_key(&range)).await?);
        let contents = Array::from(&result(files.get_all_with_key(&range)).await?);
        transaction.commit().await?;

        let body = bytes_of(&get(&record, "body"));
        let mut project = match ProjectFile::decode(&body, LARGEST_RECORD) {
            Ok(project) => project,
            Err(error @ ProjectFileError::FutureVersion(_)) => return Err(LoadError::Future(error)),
            Err(error) => {
                self.put_aside(id).await?;
                return Err(LoadError::Unreadable(error));
            }
        };
        project.name = get(&record, "name").as_string().unwrap_or(project.name);
        project.kept = get(&record, "kept").is_truthy();
        for (key, contents) in keys.iter().zip(contents.iter()) {
            let path = Array::from(&key).get(1).as_string().unwrap_or_default();
            // One file that cannot be read is no reason to give up the others; it stays in the store.
            if let Ok(contents) = decode_contents(&bytes_of(&contents)) {
                project.files.push(FileImage { path, contents });
            }
        }
        let revision = get(&record, "revision").as_f64().unwrap_or(0.0);
        let by = get(&record, "by").as_string().unwrap_or_default();
        Ok(Stored { project, revision, by })
    }

    /// Keeps a project. Its own list of files is left out; `files` says what happens to the stored ones.
    ///
    /// `based_on` is the revision that was loaded or saved last, `None` for a new project. A project that another tab
    /// has deleted is kept again. `by` is what this tab is called.
    pub async fn save(
        &self,
        id: &str,
        project: &ProjectFile,
        files: &FilesUpdate,
        based_on: Option<Revision>,
        by: &str,
    ) -> Result<Save, StorageError> {
        let body = project.encode(Packing::Plain).map_err(|error| StorageError::Failed(error.to_string()))?;
        let transaction = Transaction::begin(&self.database, &[PROJECTS, FILES], true)?;
        let projects = transaction.store(PROJECTS)?;
        let present = result(projects.get(&id.into())).await?;
        let present = if present.is_undefined() { None } else { get(&present, "revision").as_f64() };
        if present.is_some() && present != based_on {
            return Ok(Save::Conflict);
        }
        let revision = based_on.unwrap_or(0.0) + 1.0;
        let record = Object::new();
        set(&record, "id", &id.into());
        set(&record, "name", &project.name.as_str().into());
        set(&record, "edited", &js_sys::Date::now().into());
        set(&record, "kept", &project.kept.into());
        set(&record, "revision", &revision.into());
        set(&record, "by", &by.into());
        set(&record, "body", &Uint8Array::from(body.as_slice()));
        projects.put_with_key(&record, &id.into())?;
        write_files(&transaction.store(FILES)?, id, files)?;
        // The first error of a request aborts the transaction, which then tells it.
        transaction.commit().await?;
        Ok(Save::Done { revision })
    }

    /// Gives another project the files of this one, as they are stored.
    pub async fn copy_files(&self, from: &str, to: &str) -> Result<(), StorageError> {
        let transaction = Transaction::begin(&self.database, &[FILES], true)?;
        let files = transaction.store(FILES)?;
        let range = range_of_project(from)?;
        let keys = Array::from(&result(files.get_all_keys_with_key(&range)).await?);
        let contents = Array::from(&result(files.get_all_with_key(&range)).await?);
        for (key, contents) in keys.iter().zip(contents.iter()) {
            let path = Array::from(&key).get(1);
            files.put_with_key(&contents, &Array::of2(&to.into(), &path))?;
        }
        transaction.commit().await
    }

    /// Removes a project and its files: the person asked for it.
    pub async fn delete(&self, id: &str) -> Result<(), StorageError> {
        let transaction = Transaction::begin(&self.database, &[PROJECTS, FILES], true)?;
        transaction.store(PROJECTS)?.delete(&id.into())?;
        transaction.store(FILES)?.delete(range_of_project(id)?.as_ref())?;
        transaction.commit().await
    }

    /// The records that could not be read and lie aside.
    pub async fn aside(&self) -> Result<Vec<Aside>, StorageError> {
        let transaction = Transaction::begin(&self.database, &[ASIDE], false)?;
        let store = transaction.store(ASIDE)?;
        let keys = Array::from(&result(store.get_all_keys()).await?);
        let records = Array::from(&result(store.get_all()).await?);
        transaction.commit().await?;
        let aside = keys.iter().zip(records.iter()).filter_map(|(key, record)| {
            let key = Array::from(&key);
            let (id, time) = (key.get(0).as_string()?, key.get(1).as_f64()?);
            let name = get(&record, "name").as_string().unwrap_or_else(|| "a project without a name".to_owned());
            Some(Aside { id, time, name, body: bytes_of(&get(&record, "body")) })
        });
        Ok(aside.collect())
    }

    /// What is stored of such a record's files: readable or not, every one of them is handed out.
    pub async fn files_aside(&self, aside: &Aside) -> Result<Vec<FileImage>, StorageError> {
        let transaction = Transaction::begin(&self.database, &[FILES], false)?;
        let files = transaction.store(FILES)?;
        let range = range_of_project(&aside.id)?;
        let keys = Array::from(&result(files.get_all_keys_with_key(&range)).await?);
        let contents = Array::from(&result(files.get_all_with_key(&range)).await?);
        transaction.commit().await?;
        let images = keys.iter().zip(contents.iter()).map(|(key, contents)| {
            let bytes = bytes_of(&contents);
            let path = Array::from(&key).get(1).as_string().unwrap_or_default();
            let contents = decode_contents(&bytes).unwrap_or(FileContents::File { bytes });
            FileImage { path, contents }
        });
        Ok(images.collect())
    }

    /// Removes such a record and its files: the person has it elsewhere, or does not want it.
    pub async fn delete_aside(&self, aside: &Aside) -> Result<(), StorageError> {
        let transaction = Transaction::begin(&self.database, &[PROJECTS, FILES, ASIDE], true)?;
        let same_id = result(transaction.store(PROJECTS)?.get(&aside.id.as_str().into())).await?;
        transaction.store(ASIDE)?.delete(&Array::of2(&aside.id.as_str().into(), &aside.time.into()))?;
        // A project that has been kept under the same identity since then has the files now.
        if same_id.is_undefined() {
            transaction.store(FILES)?.delete(range_of_project(&aside.id)?.as_ref())?;
        }
        transaction.commit().await
    }

    /// Moves a record where it is safe and out of the way. Its files stay where they are.
    async fn put_aside(&self, id: &str) -> Result<(), StorageError> {
        let transaction = Transaction::begin(&self.database, &[PROJECTS, ASIDE], true)?;
        let projects = transaction.store(PROJECTS)?;
        let record = result(projects.get(&id.into())).await?;
        transaction.store(ASIDE)?.put_with_key(&record, &Array::of2(&id.into(), &js_sys::Date::now().into()))?;
        projects.delete(&id.into())?;
        transaction.commit().await
    }
}

/// Asks for the writes.
fn write_files(store: &IdbObjectStore, id: &str, update: &FilesUpdate) -> Result<(), StorageError> {
    let written = match update {
        FilesUpdate::Replace(files) => {
            store.delete(range_of_project(id)?.as_ref())?;
            files
        }
        FilesUpdate::Change { written, removed } => {
            for path in removed {
                store.delete(&key_of_file(id, path))?;
                // `0` follows `/`: these are all paths below, and not the sibling that is called so.
                let (from, to) = (key_of_file(id, &format!("{path}/")), key_of_file(id, &format!("{path}0")));
                let below = IdbKeyRange::bound_with_lower_open_and_upper_open(&from, &to, false, true)?;
                store.delete(&below)?;
            }
            written
        }
    };
    for file in written {
        let bytes = encode_contents(&file.contents).map_err(|error| StorageError::Failed(error.to_string()))?;
        store.put_with_key(&Uint8Array::from(bytes.as_slice()), &key_of_file(id, &file.path))?;
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

/// A setting, or `None` when there is none or the browser keeps nothing.
pub fn read_setting(key: &str) -> Option<String> {
    local_storage()?.get_item(&setting_key(key)).ok().flatten()
}

/// Keeps a setting, as well as the browser lets us: a page without settings works.
pub fn write_setting(key: &str, value: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.set_item(&setting_key(key), value);
    }
}

fn setting_key(key: &str) -> String {
    format!("wasmoscope.setting.{key}")
}

pub(super) fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// An identity that no other project has.
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
