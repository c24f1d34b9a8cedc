//! Commands, forwards and backwards.

mod checkpoints;
mod commands;
mod line_breakpoints;
mod lines;
mod rounds;
pub(crate) mod support;
mod time;
mod traced;
mod watch;
