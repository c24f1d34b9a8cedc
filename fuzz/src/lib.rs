//! What is fuzzed, and with what.
//!
//! [`targets`] are plain functions of bytes that panic where a promise is broken. [`corpus`] has the inputs to begin
//! with, taken from the project's own tests; [`mutate`] makes others of them.
//!
//! Two harnesses use these: `tests/fuzz.rs` in the ordinary suite (this file is a module of it), and libFuzzer, with a
//! shell for each target in `fuzz_targets/`.
#![allow(dead_code, reason = "each harness uses a part")]

pub mod corpus;
pub mod mutate;
pub mod targets;

#[path = "../../tests/support/errnos.rs"]
mod errnos;
#[path = "../../tests/support/random_calls.rs"]
mod random_calls;
#[path = "../../tests/support/smith/mod.rs"]
mod smith;
#[path = "../../tests/support/mod.rs"]
mod support;

pub use smith::SplitMix;
