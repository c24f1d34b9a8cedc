//! IndexedDB as futures: requests that can be awaited, transactions that are known to be on disk, and a connection that
//! is reopened if the browser has closed it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode};

/// Why the browser could not store or read something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    #[error(
        "the browser's storage for this page is full; delete projects or files that are no longer needed, or download this project"
    )]
    Full,
    #[error("this browser does not let the page store anything ({0}); download the project to keep it")]
    Unavailable(String),
    #[error("it is larger than the browser's storage allows ({0}); download the project to keep it")]
    TooLarge(String),
    #[error(
        "the browser has closed the page's storage, as it does when site data is deleted; download the project to keep it"
    )]
    Closed,
    #[error("a newer version of this page has used the storage in this browser; reload this page")]
    Newer,
    #[error("the browser's storage failed: {0}")]
    Failed(String),
    #[error("another tab has an older version of this page open; close it and reload this page")]
    Blocked,
}

impl StorageError {
    /// Converts a thrown or reported value.
    pub fn from_js(value: &JsValue) -> Self {
        let text = |key: &str| Reflect::get(value, &key.into()).ok().and_then(|text| text.as_string());
        let name = text("name").unwrap_or_default();
        let message = text("message").filter(|message| !message.is_empty()).unwrap_or_else(|| name.clone());
        match name.as_str() {
            "QuotaExceededError" => Self::Full,
            "SecurityError" | "InvalidStateError" | "NotSupportedError" => Self::Unavailable(message),
            "VersionError" => Self::Newer,
            // The error for a value that the browser cannot copy or transfer: the page stores only bytes, so the cause
            // is their number.
            "DataCloneError" | "RangeError" => Self::TooLarge(message),
            _ if message.to_lowercase().contains("too large") || message.to_lowercase().contains("maximum") => {
                Self::TooLarge(message)
            }
            // A transaction that the browser aborts by itself may have no error at all.
            _ if message.is_empty() => {
                Self::Failed(value.as_string().unwrap_or_else(|| "it gave no reason".to_owned()))
            }
            _ => Self::Failed(message),
        }
    }
}

impl From<JsValue> for StorageError {
    fn from(value: JsValue) -> Self {
        Self::from_js(&value)
    }
}

/// How long a database may take to open, in milliseconds: the page waits for it at its start.
const LONGEST_OPENING: u32 = 10_000;

/// Creates a database's stores.
pub type Upgrade = fn(&IdbDatabase);

/// A database that is reopened if the browser has closed it. Clones share the connection.
#[derive(Clone)]
pub struct Connection(Rc<Shared>);

struct Shared {
    name: String,
    version: u32,
    upgrade: Upgrade,
    database: RefCell<Option<IdbDatabase>>,
    on_lost: RefCell<Option<Rc<dyn Fn()>>>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Connection").field(&self.0.name).finish()
    }
}

impl Connection {
    /// Opens a database, creating it with `upgrade` if it is new or older than `version`.
    pub async fn open(name: &str, version: u32, upgrade: Upgrade) -> Result<Self, StorageError> {
        let shared = Shared {
            name: name.to_owned(),
            version,
            upgrade,
            database: RefCell::default(),
            on_lost: RefCell::default(),
        };
        let connection = Self(Rc::new(shared));
        connection.connect().await?;
        Ok(connection)
    }

    /// Calls back when the browser has closed the connection: the user has deleted the site's data, or the disk failed.
    pub fn on_lost(&self, then: impl Fn() + 'static) {
        *self.0.on_lost.borrow_mut() = Some(Rc::new(then));
    }

    /// Starts a transaction over these stores.
    pub async fn begin(&self, stores: &[&str], write: bool) -> Result<Transaction, StorageError> {
        let open = self.0.database.borrow().clone();
        if let Some(database) = open {
            match Transaction::begin(&database, stores, write) {
                Err(StorageError::Closed) => drop(self.0.database.take()),
                begun => return begun,
            }
        }
        Transaction::begin(&self.connect().await?, stores, write)
    }

    async fn connect(&self) -> Result<IdbDatabase, StorageError> {
        let Shared { name, version, upgrade, .. } = &*self.0;
        let database = open(name, *version, *upgrade).await?;
        let weak = Rc::downgrade(&self.0);
        let on_close = Closure::<dyn FnMut()>::new(move || {
            let Some(shared) = weak.upgrade() else { return };
            shared.database.take();
            let on_lost = shared.on_lost.borrow().clone();
            if let Some(on_lost) = on_lost {
                on_lost();
            }
        });
        database.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        // It lives as long as the connection: there is one for each time that the browser closes it.
        on_close.forget();
        *self.0.database.borrow_mut() = Some(database.clone());
        Ok(database)
    }
}

/// Opens a database, creating it with `upgrade` if it is new or older than `version`.
pub async fn open(name: &str, version: u32, upgrade: Upgrade) -> Result<IdbDatabase, StorageError> {
    let factory = web_sys::window()
        .ok_or_else(|| StorageError::Unavailable("there is no window".to_owned()))?
        .indexed_db()?
        .ok_or_else(|| StorageError::Unavailable("IndexedDB is turned off".to_owned()))?;
    let request = factory.open_with_u32(name, version)?;
    let on_upgrade = {
        let request = request.clone();
        Closure::<dyn FnMut()>::new(move || {
            if let Some(database) = request.result().ok().and_then(|result| result.dyn_into().ok()) {
                upgrade(&database);
            }
        })
    };
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let mut handlers = None;
    let promise = Promise::new(&mut |resolve, reject| {
        let (blocked, late) = (reject.clone(), reject.clone());
        let on_blocked =
            Closure::<dyn FnMut()>::new(move || drop(blocked.call1(&JsValue::NULL, &JsValue::from_str(BLOCKED))));
        request.set_onblocked(Some(on_blocked.as_ref().unchecked_ref()));
        let timeout = Timeout::new(LONGEST_OPENING, move || drop(late.call1(&JsValue::NULL, &JsValue::from_str(LATE))));
        handlers = Some((on_blocked, timeout, settle(&request, resolve, reject)));
    });
    let opened = JsFuture::from(promise).await;
    request.set_onblocked(None);
    drop(handlers);
    let opened = opened.map_err(|error| match error.as_string().as_deref() {
        Some(BLOCKED) => StorageError::Blocked,
        Some(LATE) => StorageError::Unavailable("it does not answer".to_owned()),
        _ => StorageError::from_js(&error),
    });
    let database: IdbDatabase = match opened {
        Ok(database) => database.unchecked_into(),
        Err(error) => {
            // If it still opens later, close it: otherwise, it would block a later version.
            let late = request.clone();
            let close = Closure::once_into_js(move || {
                if let Some(database) = late.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok()) {
                    database.close();
                }
            });
            request.set_onsuccess(Some(close.unchecked_ref()));
            request.set_onerror(None);
            on_upgrade.forget();
            return Err(error);
        }
    };
    request.set_onupgradeneeded(None);
    request.set_onsuccess(None);
    request.set_onerror(None);
    drop(on_upgrade);
    // A later version of the page in another tab must not wait for this one.
    let on_version_change = {
        let database = database.clone();
        Closure::<dyn FnMut()>::new(move || database.close())
    };
    database.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
    on_version_change.forget();
    Ok(database)
}

/// The rejection of an open request that another tab blocks.
const BLOCKED: &str = "blocked";
/// The rejection of an open request that the browser does not answer.
const LATE: &str = "late";

type Handler = Closure<dyn FnMut()>;
type ErrorHandler = Closure<dyn FnMut(web_sys::Event)>;

/// Connects a request to a promise; the handlers must live until one of them was called.
fn settle(request: &IdbRequest, resolve: js_sys::Function, reject: js_sys::Function) -> [Handler; 2] {
    let on_success = {
        let request = request.clone();
        Handler::new(move || drop(resolve.call1(&JsValue::NULL, &request.result().unwrap_or(JsValue::NULL))))
    };
    let on_error = {
        let request = request.clone();
        Handler::new(move || {
            let error = request.error().ok().flatten().map_or(JsValue::NULL, JsValue::from);
            drop(reject.call1(&JsValue::NULL, &error));
        })
    };
    request.set_onsuccess(Some(on_success.as_ref().unchecked_ref()));
    request.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    [on_success, on_error]
}

/// The result of a request.
pub async fn result(request: Result<IdbRequest, JsValue>) -> Result<JsValue, StorageError> {
    let request = request?;
    let mut handlers = None;
    let promise = Promise::new(&mut |resolve, reject| handlers = Some(settle(&request, resolve, reject)));
    let outcome = JsFuture::from(promise).await;
    request.set_onsuccess(None);
    request.set_onerror(None);
    drop(handlers);
    Ok(outcome?)
}

/// Requests that take effect together or, if dropped before [`Transaction::commit`], not at all.
pub struct Transaction {
    transaction: IdbTransaction,
    /// Resolves to `true`, or to the error. It never rejects, because there may be no one waiting for it.
    finished: Promise,
    /// The error of the first request that failed; null if there is none.
    first_error: Rc<RefCell<JsValue>>,
    handlers: Option<(Handler, Handler, ErrorHandler)>,
    committed: bool,
}

impl Transaction {
    /// Starts a transaction over these stores.
    pub fn begin(database: &IdbDatabase, stores: &[&str], write: bool) -> Result<Self, StorageError> {
        let names: Array = stores.iter().map(|&name| JsValue::from(name)).collect();
        let mode = if write { IdbTransactionMode::Readwrite } else { IdbTransactionMode::Readonly };
        let transaction = database.transaction_with_str_sequence_and_mode(&names, mode).map_err(|error| {
            match Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string()).as_deref() {
                Some("InvalidStateError") => StorageError::Closed,
                _ => StorageError::from_js(&error),
            }
        })?;
        // For requests that are not awaited, the first failure says more than the end of the transaction.
        let first_error = Rc::new(RefCell::new(JsValue::NULL));
        let mut handlers = None;
        let finished = Promise::new(&mut |resolve, _reject| {
            let failed = resolve.clone();
            let first_error = first_error.clone();
            let on_complete = Handler::new(move || drop(resolve.call1(&JsValue::NULL, &JsValue::TRUE)));
            let on_error = {
                let first_error = first_error.clone();
                Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
                    let request = event.target().and_then(|target| target.dyn_into::<IdbRequest>().ok());
                    let error = request.and_then(|request| request.error().ok().flatten());
                    if let (Some(error), true) = (error, first_error.borrow().is_null()) {
                        *first_error.borrow_mut() = error.into();
                    }
                })
            };
            let on_abort = {
                let transaction = transaction.clone();
                Handler::new(move || {
                    let first = first_error.borrow().clone();
                    let error = transaction.error().map_or(first, JsValue::from);
                    drop(failed.call1(&JsValue::NULL, &error));
                })
            };
            transaction.set_oncomplete(Some(on_complete.as_ref().unchecked_ref()));
            transaction.set_onabort(Some(on_abort.as_ref().unchecked_ref()));
            transaction.set_onerror(Some(on_error.as_ref().unchecked_ref()));
            handlers = Some((on_complete, on_abort, on_error));
        });
        Ok(Self { transaction, finished, first_error, handlers, committed: false })
    }

    /// One of the transaction's stores.
    pub fn store(&self, name: &str) -> Result<IdbObjectStore, StorageError> {
        Ok(self.transaction.object_store(name)?)
    }

    /// Why the first request that was not awaited failed.
    pub fn first_error(&self) -> Option<StorageError> {
        let error = self.first_error.borrow();
        (!error.is_null()).then(|| StorageError::from_js(&error))
    }

    /// Waits until everything is stored. Errors of single requests are returned here, too.
    #[expect(deprecated, reason = "web-sys means its Firefox-only cousin of old; the standard has it since 2019")]
    pub async fn commit(mut self) -> Result<(), StorageError> {
        // No more requests will follow: the browser need not wait for answers to reach a page that may be closing. It
        // throws if the transaction has already ended, which is fine.
        let _ = self.transaction.commit();
        let outcome = JsFuture::from(self.finished.clone()).await?;
        self.committed = true;
        if outcome.as_bool() == Some(true) { Ok(()) } else { Err(outcome.into()) }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.transaction.set_oncomplete(None);
        self.transaction.set_onabort(None);
        self.transaction.set_onerror(None);
        if !self.committed {
            // It throws if the transaction has already ended, which is fine.
            let _ = self.transaction.abort();
        }
        self.handlers = None;
    }
}
