//! State, as plain Rust: what the page knows, and how it changes. Read-only derivations belong in `selectors`.

pub mod files;
pub mod memory;
pub mod project;
pub mod project_file;
