//! Reads what the user picked or dropped, including folders.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::protocol::{FileContents, FileImage};
use crate::ui::selectors::numbers;

/// The maximum size that is read: the browser's memory has to hold it several times.
const LARGEST: f64 = 1_073_741_824.0;
/// How many files, and how many bytes, are read in parallel.
const AT_ONCE: usize = 256;
const LARGEST_LOT: f64 = 33_554_432.0;

/// A folder, or a file that has not been read yet.
#[derive(Debug, Clone)]
pub struct Picked {
    /// The path below what was picked, including the name of the file or folder itself.
    pub path: String,
    /// `None` for a folder.
    file: Option<File>,
}

impl Picked {
    /// Whether it is a folder.
    pub fn is_directory(&self) -> bool {
        self.file.is_none()
    }

    /// Reads the file's bytes. Errors name the file.
    pub async fn read(&self) -> Result<Vec<u8>, String> {
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        if file.size() > LARGEST {
            return Err(format!("{}: larger than 1 GB, the limit of this page", self.path));
        }
        match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec()),
            Err(error) => Err(unreadable(&self.path, &error)),
        }
    }

    /// Its size in bytes; 0 for a folder.
    fn size(&self) -> f64 {
        self.file.as_ref().map_or(0.0, |file| file.size())
    }
}

/// The files selected in an `<input type="file">`.
pub fn picked(list: &FileList) -> Vec<Picked> {
    (0..list.length()).filter_map(|index| list.get(index)).map(of_file).collect()
}

fn of_file(file: File) -> Picked {
    // Set if a whole folder was picked.
    let relative = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    let path = relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
    Picked { path, file: Some(file) }
}

/// What was dropped. The browser discards it after the event, so it has to be collected immediately.
#[derive(Debug)]
pub struct Dropped {
    entries: Vec<FileSystemEntry>,
    loose: Vec<Picked>,
}

impl Dropped {
    /// Collects the items of an event.
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

    /// Whether it contains no files: text may have been dropped.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.loose.is_empty()
    }

    /// All files and folders, recursively, in order; `found` is called now and then with the number found so far.
    /// Errors name the path.
    pub async fn list(self, mut found: impl FnMut(usize)) -> Result<Vec<Picked>, String> {
        let mut all = self.loose;
        // Files whose entries have not been resolved yet, and where in `all` they belong.
        let mut unresolved = Vec::new();
        let mut left: Vec<FileSystemEntry> = self.entries.into_iter().rev().collect();
        while let Some(entry) = left.pop() {
            let path = entry.full_path().trim_start_matches('/').to_owned();
            if entry.is_directory() {
                let directory: FileSystemDirectoryEntry = entry.unchecked_into();
                let children = read_directory(&directory).await.map_err(|error| unreadable(&path, &error))?;
                left.extend(children.into_iter().rev());
            } else {
                unresolved.push((all.len(), entry.unchecked_into::<FileSystemFileEntry>()));
            }
            all.push(Picked { path, file: None });
            if unresolved.len() >= AT_ONCE {
                resolve(&mut all, std::mem::take(&mut unresolved)).await?;
                found(all.len());
            }
        }
        resolve(&mut all, unresolved).await?;
        Ok(all)
    }
}

/// Resolves the files of entries in parallel: one after another, ten thousand would take seconds.
async fn resolve(all: &mut [Picked], entries: Vec<(usize, FileSystemFileEntry)>) -> Result<(), String> {
    let promises = entries.iter().map(|(_, entry)| {
        promise(|resolve, reject| {
            entry.file_with_callback_and_callback(resolve, reject);
            Ok(())
        })
    });
    for ((place, _), file) in entries.iter().zip(settled(promises).await) {
        let picked = &mut all[*place];
        picked.file = Some(file.map_err(|error| unreadable(&picked.path, &error))?.unchecked_into());
    }
    Ok(())
}

/// The results of promises, in order.
async fn settled(promises: impl Iterator<Item = Promise>) -> Vec<Result<JsValue, JsValue>> {
    // This promise never rejects.
    let all = JsFuture::from(Promise::all_settled(&promises.collect::<Array>())).await.unwrap_or_default();
    let property = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).unwrap_or_default();
    Array::from(&all)
        .iter()
        .map(|one| match property(&one, "status").as_string().as_deref() {
            Some("fulfilled") => Ok(property(&one, "value")),
            _ => Err(property(&one, "reason")),
        })
        .collect()
}

/// Reads files and folders, to be placed below `directory`, many in parallel. `read` is called after each batch with
/// its size, and cancels by returning `false`; nothing is returned then. Returns a sentence for each file that cannot
/// be read, and for the first that exceeds the limit.
pub async fn read_all(
    picked: &[Picked],
    directory: &str,
    mut read: impl FnMut(usize) -> bool,
) -> (Option<Vec<FileImage>>, Vec<String>) {
    let (mut images, mut problems) = (Vec::with_capacity(picked.len()), Vec::new());
    let mut total = 0.0;
    let mut rest = picked;
    while let [next, ..] = rest {
        if total + next.size() > LARGEST {
            problems.push(format!(
                "{}: this and all that follows was skipped: together it is more than {}",
                next.path,
                numbers::bytes(LARGEST as u64)
            ));
            break;
        }
        let mut lot_size = 0.0;
        let lot = rest
            .iter()
            .take(AT_ONCE)
            .take_while(|picked| {
                let fits = lot_size == 0.0 || lot_size + picked.size() <= LARGEST_LOT;
                lot_size += picked.size();
                fits
            })
            .count();
        let (now, later) = rest.split_at(lot);
        let files: Vec<&Picked> = now.iter().filter(|picked| picked.file.is_some()).collect();
        let contents = settled(files.iter().filter_map(|picked| picked.file.as_ref()).map(|file| file.array_buffer()));
        let mut contents = contents.await.into_iter();
        for picked in now {
            let path = crate::ui::selectors::files::join(directory, &picked.path);
            let contents = match &picked.file {
                None => FileContents::Directory,
                Some(_) => match contents.next() {
                    Some(Ok(buffer)) => FileContents::File { bytes: Uint8Array::new(&buffer).to_vec() },
                    Some(Err(error)) => {
                        problems.push(unreadable(&picked.path, &error));
                        continue;
                    }
                    None => continue,
                },
            };
            images.push(FileImage { path, contents });
        }
        total += now.iter().map(Picked::size).sum::<f64>();
        rest = later;
        if !read(picked.len() - later.len()) {
            return (None, problems);
        }
    }
    (Some(images), problems)
}

fn unreadable(path: &str, error: &JsValue) -> String {
    format!("{path}: the browser cannot read it: {}", message_of(error))
}

async fn read_directory(directory: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, JsValue> {
    let reader = directory.create_reader();
    let mut children = Vec::new();
    loop {
        // Browsers return about a hundred at a time, and an empty list at the end.
        let batch = promise(|resolve, reject| reader.read_entries_with_callback_and_callback(resolve, reject));
        let batch = JsFuture::from(batch).await?;
        let batch = Array::from(&batch);
        if batch.length() == 0 {
            return Ok(children);
        }
        children.extend(batch.iter().map(|entry| entry.unchecked_into::<FileSystemEntry>()));
    }
}

/// Turns a function that calls one of two callbacks when it is done into a promise.
fn promise(start: impl FnOnce(&Function, &Function) -> Result<(), JsValue>) -> Promise {
    let mut start = Some(start);
    Promise::new(&mut |resolve, reject| {
        if let Some(start) = start.take()
            && let Err(error) = start(&resolve, &reject)
        {
            // Rejecting does not throw.
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    })
}

fn message_of(error: &JsValue) -> String {
    js_sys::Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| "unknown reason".to_owned())
}
