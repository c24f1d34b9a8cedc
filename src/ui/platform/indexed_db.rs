//! IndexedDB as futures: requests that are awaited, transactions that are known to be on disk.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode};

/// Why the browser did not keep or give something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    #[error(
        "the browser's storage for this page is full; delete projects or files that are no longer needed, or download this project"
    )]
    Full,
    #[error("this browser does not let the page keep anything ({0}); download the project to keep it")]
    Unavailable(String),
    #[error("the browser's storage failed: {0}")]
    Failed(String),
    #[error("another tab holds an older version of the storage open; close it and reload this page")]
    Blocked,
}

impl StorageError {
    /// What a thrown or reported value says.
    pub fn from_js(value: &JsValue) -> Self {
        let text = |key: &str| Reflect::get(value, &key.into()).ok().and_then(|text| text.as_string());
        let name = text("name").unwrap_or_default();
        let message = text("message").filter(|message| !message.is_empty()).unwrap_or_else(|| name.clone());
        match name.as_str() {
            "QuotaExceededError" => Self::Full,
            "SecurityError" | "InvalidStateError" | "NotSupportedError" => Self::Unavailable(message),
            _ => Self::Failed(message),
        }
    }
}

impl From<JsValue> for StorageError {
    fn from(value: JsValue) -> Self {
        Self::from_js(&value)
    }
}

/// Opens a database, making it with `upgrade` when it is new or older than `version`.
pub async fn open(name: &str, version: u32, upgrade: fn(&IdbDatabase)) -> Result<IdbDatabase, StorageError> {
    let factory = web_sys::window()
        .ok_or_else(|| StorageError::Unavailable("there is no window".to_owned()))?
        .indexed_db()?
        .ok_or_else(|| StorageError::Unavailable("IndexedDB is switched off".to_owned()))?;
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
        let blocked = reject.clone();
        let on_blocked =
            Closure::<dyn FnMut()>::new(move || drop(blocked.call1(&JsValue::NULL, &JsValue::from_str(BLOCKED))));
        request.set_onblocked(Some(on_blocked.as_ref().unchecked_ref()));
        handlers = Some((on_blocked, settle(&request, resolve, reject)));
    });
    let opened = JsFuture::from(promise).await;
    request.set_onblocked(None);
    request.set_onupgradeneeded(None);
    drop((handlers, on_upgrade));
    let database: IdbDatabase = match opened {
        Ok(database) => database.unchecked_into(),
        Err(error) if error.as_string().as_deref() == Some(BLOCKED) => return Err(StorageError::Blocked),
        Err(error) => return Err(StorageError::from_js(&error)),
    };
    // A later version of the page in another tab must not wait for this one.
    let on_version_change = {
        let database = database.clone();
        Closure::<dyn FnMut()>::new(move || database.close())
    };
    database.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
    on_version_change.forget();
    Ok(database)
}

/// What an open request is rejected with when another tab stands in its way.
const BLOCKED: &str = "blocked";

type Handler = Closure<dyn FnMut()>;

/// Ties a request to a promise; the handlers must live until one of them was called.
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

/// Requests that take place together or, when it is dropped before [`Transaction::commit`], not at all.
pub struct Transaction {
    transaction: IdbTransaction,
    /// Resolves to `true`, or to what stood in the way. It never rejects, as nobody may be waiting for it.
    finished: Promise,
    handlers: Option<[Handler; 2]>,
    committed: bool,
}

impl Transaction {
    /// Begins a transaction over these stores.
    pub fn begin(database: &IdbDatabase, stores: &[&str], write: bool) -> Result<Self, StorageError> {
        let names: Array = stores.iter().map(|&name| JsValue::from(name)).collect();
        let mode = if write { IdbTransactionMode::Readwrite } else { IdbTransactionMode::Readonly };
        let transaction = database.transaction_with_str_sequence_and_mode(&names, mode)?;
        let mut handlers = None;
        let finished = Promise::new(&mut |resolve, _reject| {
            let failed = resolve.clone();
            let on_complete = Handler::new(move || drop(resolve.call1(&JsValue::NULL, &JsValue::TRUE)));
            let on_abort = {
                let transaction = transaction.clone();
                Handler::new(move || {
                    let error = transaction.error().map_or(JsValue::NULL, JsValue::from);
                    drop(failed.call1(&JsValue::NULL, &error));
                })
            };
            transaction.set_oncomplete(Some(on_complete.as_ref().unchecked_ref()));
            transaction.set_onabort(Some(on_abort.as_ref().unchecked_ref()));
            handlers = Some([on_complete, on_abort]);
        });
        Ok(Self { transaction, finished, handlers, committed: false })
    }

    /// One of the transaction's stores.
    pub fn store(&self, name: &str) -> Result<IdbObjectStore, StorageError> {
        Ok(self.transaction.object_store(name)?)
    }

    /// Waits until everything is kept. Errors of single requests arrive here too.
    #[expect(deprecated, reason = "web-sys means its Firefox-only cousin of old; the standard has it since 2019")]
    pub async fn commit(mut self) -> Result<(), StorageError> {
        // Nothing more will be asked: the browser need not wait for answers to reach a page that may be leaving.
        // It throws when the transaction is over already, which is as good.
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
        if !self.committed {
            // It throws when the transaction is over, which is as good.
            let _ = self.transaction.abort();
        }
        self.handlers = None;
    }
}
