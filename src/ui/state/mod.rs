//! What the page knows, in slices. Each is a value with `fn apply(&self, Action) -> Self` and nothing else:
//! no clock, no storage, no browser. Read-only derivations belong in `selectors`.
//!
//! What the hooks do between events is decided here too: [`engine_link`], [`command_queue`], [`launches`] and [`saving`]
//! are values with `fn apply(self, Event) -> (Self, Vec<Effect>)`. Carrying out the effects belongs in `hooks`.

pub mod breakpoints;
pub mod call_notes;
pub mod call_results;
pub mod calls;
pub mod check;
pub mod command_queue;
pub mod console;
pub mod console_feed;
pub mod console_record;
pub mod debug;
pub mod debug_notes;
pub mod engine_link;
pub mod expressions;
pub mod files;
pub mod files_update;
pub mod history;
pub mod journal;
pub mod launches;
pub mod layout;
pub mod memory;
pub mod page_store;
pub mod pieces;
pub mod project;
pub mod project_file;
pub mod run;
pub mod saving;
pub mod settings;
pub mod sources;
pub mod stored_breakpoints;
pub mod worker;
