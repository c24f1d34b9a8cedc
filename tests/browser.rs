//! What only a browser has: the editor's glue, the storage, the worker. Run by `wasm-pack test`, after a build of the page: the
//! scripts are those in `dist`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

#[path = "browser/dist.rs"]
mod dist;
#[path = "browser/editor.rs"]
mod editor;
#[path = "browser/storage.rs"]
mod storage;
#[path = "browser/worker.rs"]
mod worker;

wasm_bindgen_test_configure!(run_in_browser);
