//! State, as plain Rust: what the page knows, and how it changes. Read-only derivations belong in `selectors`.

pub mod files;
pub mod files_update;
pub mod journal;
pub mod memory;
pub mod project;
pub mod project_file;
