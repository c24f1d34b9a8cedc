//! Wasmoscope: see inside WebAssembly.
//!
//! The map, in reading order: what crosses between page and worker ([`protocol`]), the engine that
//! compiles and runs (`engine`), the worker that drives it (`worker`), the page (`ui`).

pub mod protocol;

#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod worker;

#[cfg(feature = "page")]
pub mod ui;
