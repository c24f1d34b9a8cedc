//! Drop-in cases: a program under `tests/cases`, and beside it what is expected of it.
//!
//! `tests/cases/readme.wat` explains how to write one. Each case is a test of its own, named by its path, and all that
//! fail are reported: `cargo test --test cases debug::` runs those of one folder.

#[cfg(not(target_arch = "wasm32"))]
mod support;
#[cfg(not(target_arch = "wasm32"))]
mod transcripts;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    transcripts::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
