//! Commands, forwards and backwards.

mod checkpoints;
mod commands;
mod line_breakpoints;
mod lines;
pub(in crate::engine::debugger) mod support;
mod time;
mod traced;
mod watch;
