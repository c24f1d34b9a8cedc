//! Read-only derivations from the state to what the page shows. Pure functions; changes belong in `state`.

pub mod arguments;
pub mod breakpoint_form;
pub mod breakpoints;
pub mod bytes;
pub mod calls;
pub mod comparison;
pub mod console;
pub mod debug;
pub mod diff;
pub mod entry;
pub mod examples;
pub mod exports;
pub mod files;
pub mod frames;
pub mod line_endings;
pub mod memory;
pub mod names;
pub mod numbers;
pub mod offsets;
pub mod opened;
pub mod outcome;
pub mod panic;
pub mod rows;
pub mod sources;
pub mod terminal;
pub mod timeline;
