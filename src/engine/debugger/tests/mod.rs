//! Commands, forwards and backwards.

mod commands;
mod history;
mod support;
mod time;
mod watch;
