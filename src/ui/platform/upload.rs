//! Reading what a person picked or dropped, folders included.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::protocol::{FileContents, FileImage};

/// The most that is taken at once: the browser's memory has to hold it several times.
const LARGEST: f64 = 1_073_741_824.0;

/// A file that has been chosen but not read, or a folder.
#[derive(Debug, Clone)]
pub struct Picked {
    /// Where it was below what was chosen, the file's or folder's own name included.
    pub path: String,
    /// `None` for a folder.
    file: Option<File>,
}

impl Picked {
    /// Whether it is a folder.
    pub fn is_directory(&self) -> bool {
        self.file.is_none()
    }

    /// Its bytes. Errors name the file.
    pub async fn read(&self) -> Result<Vec<u8>, String> {
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        if file.size() > LARGEST {
            return Err(format!("{}: larger than 1 GB, which is more than this page takes", self.path));
        }
        match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec()),
            Err(error) => Err(format!("{}: the browser cannot read it: {}", self.path, message_of(&error))),
        }
    }

    /// The file or folder with its bytes, below `directory`.
    pub async fn image(&self, directory: &str) -> Result<FileImage, String> {
        let path = crate::ui::selectors::files::join(directory, &self.path);
        let contents = match self.file {
            Some(_) => FileContents::File { bytes: self.read().await? },
            None => FileContents::Directory,
        };
        Ok(FileImage { path, contents })
    }
}

/// The files of an `<input type="file">`.
pub fn picked(list: &FileList) -> Vec<Picked> {
    (0..list.length()).filter_map(|index| list.get(index)).map(of_file).collect()
}

fn of_file(file: File) -> Picked {
    // Set where a whole folder was picked.
    let relative = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    let path = relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
    Picked { path, file: Some(file) }
}

/// What was dropped. The browser forgets it when the event is over, so that this is asked at once.
#[derive(Debug)]
pub struct Dropped {
    entries: Vec<FileSystemEntry>,
    loose: Vec<Picked>,
}

impl Dropped {
    /// Takes down what an event brings.
    pub fn take(transfer: &DataTransfer) -> Self {
        let items = transfer.items();
        let entries: Vec<FileSystemEntry> = (0..items.length())
            .filter_map(|index| items.get(index))
            .filter(|item| item.kind() == "file")
            .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
            .collect();
        let loose = if entries.is_empty() { transfer.files().map(|list| picked(&list)) } else { None };
        Self { entries, loose: loose.unwrap_or_default() }
    }

    /// Whether there is nothing in it: a text was dropped, perhaps.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.loose.is_empty()
    }

    /// All files and folders, those below folders included. Errors name the path.
    pub async fn list(self) -> Result<Vec<Picked>, String> {
        let mut found = self.loose;
        let mut left: Vec<FileSystemEntry> = self.entries.into_iter().rev().collect();
        while let Some(entry) = left.pop() {
            let path = entry.full_path().trim_start_matches('/').to_owned();
            let fault = |error: JsValue| format!("{path}: the browser cannot read it: {}", message_of(&error));
            if entry.is_directory() {
                let directory: FileSystemDirectoryEntry = entry.unchecked_into();
                let children = read_directory(&directory).await.map_err(fault)?;
                left.extend(children.into_iter().rev());
                found.push(Picked { path, file: None });
            } else {
                let entry: FileSystemFileEntry = entry.unchecked_into();
                let file = call_back(|resolve, reject| {
                    entry.file_with_callback_and_callback(resolve, reject);
                    Ok(())
                });
                let file = file.await.map_err(fault)?.unchecked_into();
                found.push(Picked { path, file: Some(file) });
            }
        }
        Ok(found)
    }
}

async fn read_directory(directory: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, JsValue> {
    let reader = directory.create_reader();
    let mut children = Vec::new();
    loop {
        // Browsers give about a hundred at a time, and none at the end.
        let batch =
            call_back(|resolve, reject| reader.read_entries_with_callback_and_callback(resolve, reject)).await?;
        let batch = Array::from(&batch);
        if batch.length() == 0 {
            return Ok(children);
        }
        children.extend(batch.iter().map(|entry| entry.unchecked_into::<FileSystemEntry>()));
    }
}

/// Waits for a function that calls one of two others when it is done.
async fn call_back(start: impl FnOnce(&Function, &Function) -> Result<(), JsValue>) -> Result<JsValue, JsValue> {
    let mut start = Some(start);
    let promise = Promise::new(&mut |resolve, reject| {
        if let Some(start) = start.take()
            && let Err(error) = start(&resolve, &reject)
        {
            // Rejecting does not throw.
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await
}

fn message_of(error: &JsValue) -> String {
    js_sys::Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| "unknown reason".to_owned())
}
