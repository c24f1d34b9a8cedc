//! Commands, forwards and backwards.

mod checkpoints;
mod commands;
mod line_breakpoints;
mod lines;
pub(crate) mod support;
mod time;
mod traced;
mod watch;
