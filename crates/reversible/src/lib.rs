//! The reversible copy of a module: it can be stopped at every instruction, inspected, saved and restored.
//!
//! [`instrument`](mod@instrument) rewrites a module, [`attach`](mod@attach) is the host's side of the copy in wasmi, and
//! [`executor`] runs copies, behind traits that other interpreters can implement.
//!
//! Checkpoints, breakpoints, conditions and the timeline belong in `wasmoscope-debugger`, what a plain run needs in
//! `wasmoscope-runtime`.

pub mod attach;
pub mod executor;
pub mod instrument;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
