//! Records that could not be read: they are moved aside, and can be downloaded.

use js_sys::Array;

use super::keys::{BODY, FILES, PIECES, PROGRAM, PROJECTS, QUARANTINE, get, range_of_project};
use super::loading::{read_files, read_part, read_pieces};
use super::{Backing, Connection, Database, StorageError, result};
use crate::protocol::{FileContents, FileImage};

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

/// What is stored with a record that could not be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuarantinedFiles {
    pub files: Vec<FileImage>,
    /// The binary program; empty if it is part of the record.
    pub program: Vec<u8>,
}

impl Database {
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

/// Moves a record to the quarantine. Its files and pieces stay where they are.
pub(super) async fn quarantine(connection: &Connection, id: &str) -> Result<(), StorageError> {
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
