//! Wasmoscope: see inside WebAssembly.
//!
//! The map, in reading order: what crosses between page and worker ([`protocol`]) and how names are shown in both
//! ([`names`]), the engine that compiles and runs (`engine`), the worker that drives it (`worker`), the page (`ui`), the
//! command line onto the same engine (`cli`).

#[cfg(feature = "engine")]
pub use wasmoscope_module::names;
// The page is built without the crate, and needs this one file of it.
#[cfg(not(feature = "engine"))]
#[path = "../crates/module/src/names.rs"]
pub mod names;
pub mod protocol;

#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod worker;

#[cfg(feature = "page")]
pub mod ui;

#[cfg(all(feature = "engine", not(target_arch = "wasm32")))]
pub mod cli;

#[cfg(target_arch = "wasm32")]
pub mod rest;
