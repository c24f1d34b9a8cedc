//! Browser storage: projects in IndexedDB, settings and the latest edits in localStorage.
//!
//! Each stored project has a revision. A save names the revision it is based on, and the comparison and the write are
//! one transaction; so if two tabs edit the same project, the second to save detects that and does not overwrite.
//! Anything larger than a browser accepts as one value is stored in pieces, in the same transaction: either all of them
//! are stored, or the save reports an error. A record that cannot be read is quarantined, never deleted. If the browser
//! refuses its storage, the page's own memory is used instead, and [`Database::refused`] says why.
//!
//! The database and its list of projects are here; `loading` reads a project, `saving` writes one, `quarantine` has the
//! records that could not be read, `keys` the layout, `settings` what is in localStorage. When what is saved belongs in
//! `state/saving`.

mod keys;
mod loading;
mod quarantine;
mod saving;
mod settings;

pub use super::indexed_db::StorageError;
pub use crate::ui::state::saving::Revision;
pub use loading::{LoadError, Stored};
pub use quarantine::{Quarantined, QuarantinedFiles};
pub use saving::{Save, Unsaved};
pub(super) use settings::local_storage;
pub use settings::{new_id, read_setting, setting_key, write_setting};

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use keys::{COUNTERS, FILES, PIECES, PROJECTS, QUARANTINE, get, range_of_project, summary};

use super::indexed_db::{Connection, Transaction, result};
use crate::protocol::FileImage;
use crate::ui::state::page_store::PageStore;
use crate::ui::state::project::ProjectSummary;

/// The version of the database's layout, incremented when stores change; the records have versions of their own. 1:
/// projects, files, aside. 2: also pieces and counters; data of version 1 is still read, and is written in the new form
/// with its next save.
pub const LAYOUT: u32 = 2;

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
}
