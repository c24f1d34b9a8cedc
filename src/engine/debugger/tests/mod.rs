//! Commands, forwards and backwards.

mod commands;
mod history;
mod line_breakpoints;
mod lines;
pub(in crate::engine::debugger) mod support;
mod time;
mod traced;
mod watch;
