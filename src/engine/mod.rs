//! The engine.

pub mod vfs;
pub mod wasi;
