//! Commands, forwards and backwards.

mod commands;
mod history;
mod line_breakpoints;
mod lines;
mod support;
mod time;
mod traced;
mod watch;
