//! The stores, the keys in them, and the values of records.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::IdbKeyRange;

use super::StorageError;
use crate::ui::state::project::ProjectSummary;

/// Projects by ID: `{ id, name, edited, order, kept, revision, by, body, program }`. A `body` of more than
/// [`crate::ui::state::pieces::WHOLE`] bytes is replaced by its length, and so is `program`, the bytes of a binary
/// program; they are stored in pieces.
pub(super) const PROJECTS: &str = "projects";
/// Files by `[project id, path]`: bytes, or their length if they are stored in pieces.
pub(super) const FILES: &str = "files";
/// Pieces by `[project id, path or part, number]`.
pub(super) const PIECES: &str = "pieces";
/// Records that could not be read, by `[project id, number]`.
pub(super) const QUARANTINE: &str = "aside";
/// Counters, which are only incremented.
pub(super) const COUNTERS: &str = "counters";
/// The counter of all saves: it orders the projects, because the clock may be set back.
pub(super) const ORDER: &str = "order";

/// Keys of the parts stored in pieces besides files. A number sorts before every path.
pub(super) const BODY: f64 = 0.0;
pub(super) const PROGRAM: f64 = 1.0;

/// How many files are read in one request.
pub(super) const FILES_AT_ONCE: u32 = 256;

pub(super) fn key_of_file(id: &str, path: &str) -> JsValue {
    Array::of2(&id.into(), &path.into()).into()
}

pub(super) fn range_of_project(id: &str) -> Result<IdbKeyRange, StorageError> {
    // An array sorts after every string.
    Ok(IdbKeyRange::bound(&Array::of1(&id.into()), &Array::of2(&id.into(), &Array::new()))?)
}

/// The files of a project, or the pieces of them, after a key.
pub(super) fn files_after(id: &str, after: Option<&JsValue>) -> Result<IdbKeyRange, StorageError> {
    let end = Array::of2(&id.into(), &Array::new());
    Ok(match after {
        None => range_of_files(id)?,
        Some(after) => IdbKeyRange::bound_with_lower_open(after, &end, true)?,
    })
}

/// Everything in a project that has a path: other parts stored in pieces have a number.
pub(super) fn range_of_files(id: &str) -> Result<IdbKeyRange, StorageError> {
    Ok(IdbKeyRange::bound(&Array::of2(&id.into(), &"".into()), &Array::of2(&id.into(), &Array::new()))?)
}

/// The pieces of one part or file.
pub(super) fn range_of_pieces(id: &str, part: &JsValue) -> Result<IdbKeyRange, StorageError> {
    let (from, to) = (Array::of2(&id.into(), part), Array::of3(&id.into(), part, &Array::new()));
    Ok(IdbKeyRange::bound(&from, &to)?)
}

pub(super) fn summary(record: &JsValue) -> Option<ProjectSummary> {
    Some(ProjectSummary {
        id: get(record, "id").as_string()?.into(),
        name: get(record, "name").as_string()?.into(),
        edited: get(record, "edited").as_f64().unwrap_or(0.0),
        kept: get(record, "kept").is_truthy(),
    })
}

pub(super) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn set(object: &Object, key: &str, value: &JsValue) {
    // A plain object takes every property.
    let _ = Reflect::set(object, &key.into(), value);
}

pub(super) fn bytes_of(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}
