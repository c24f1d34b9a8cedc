//! Compiling, validating, running and looking into WebAssembly: plain Rust, natively and in the browser.
//!
//! The engine knows no page, no worker and no browser. Time, randomness, input and files reach it through what it is
//! handed; what it returns are plain values, which [`crate::worker`] turns into messages.
//!
//! In reading order: [`source`] and [`source_map`] (what a user gives us and where things are in it), [`diagnostic`]
//! (how a problem is told), [`compile`] (text to binary), [`validate`] (which proposals run here), [`inspect`] (what a
//! source is and what is in it), [`prepare`] (a module made ready to be looked into), [`value`] (typed values as a user
//! writes them), [`runtime`] (running in slices), [`wasi`] over [`vfs`], [`script`] (the specification's scripts).

mod characters;
pub mod compile;
pub mod debugger;
pub mod diagnostic;
pub mod inspect;
pub mod instrument;
mod interpreter_limits;
pub mod prepare;
pub mod runtime;
pub mod script;
pub mod source;
pub mod source_map;
pub mod validate;
pub mod value;
pub mod wasmi_workarounds;
pub(crate) mod words;

pub use wasmoscope_vfs as vfs;
pub use wasmoscope_wasi as wasi;
