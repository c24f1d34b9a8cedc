//! Compiles, validates, runs and inspects WebAssembly: plain Rust, natively and in the browser.
//!
//! The parts are crates of their own, here under one name; what this folder itself has is [`script`], which needs most of
//! them.
//!
//! The engine does not depend on the page, the worker or the browser. Time, randomness, input and files are passed in;
//! it returns plain values, which [`crate::worker`] turns into messages.
//!
//! In reading order: [`source`] and [`source_map`] (the user's program, and positions in it), [`diagnostic`]
//! (problems), [`compile`] (text to binary), [`validate`] (which proposals are supported), [`inspect`] (the kind and
//! contents of a source), [`prepare`] (prepares a module for inspection), [`value`] (typed values as a user writes
//! them), [`runtime`] (running in slices), [`reversible`] and [`debugger`] (running forwards and backwards), [`wasi`] over
//! [`vfs`], [`script`] (the specification's scripts).

pub mod script;

pub use wasmoscope_debugger as debugger;
pub use wasmoscope_module::{
    compile, diagnostic, inspect, interpreter_limits, prepare, source, validate, value, wasmi_workarounds, words,
};
pub use wasmoscope_reversible::{self as reversible, instrument};
pub use wasmoscope_runtime as runtime;
pub use wasmoscope_source_map as source_map;
pub use wasmoscope_vfs as vfs;
pub use wasmoscope_wasi as wasi;
