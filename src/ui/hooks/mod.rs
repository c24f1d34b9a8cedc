//! Connects state to the browser: timers, the worker, storage, keys. Each hook returns a handle with verbs.
//! What happens between events belongs in `state`; here its effects are carried out.

mod console_output;
pub mod examples;
pub mod reducers;
pub mod use_calls;
pub mod use_check;
pub mod use_debugger;
pub mod use_editor;
pub mod use_engine;
pub mod use_files;
pub mod use_hotkeys;
pub mod use_media;
pub mod use_memory;
pub mod use_open;
pub mod use_projects;
pub mod use_run;
pub mod use_settings;
pub mod use_sources;
