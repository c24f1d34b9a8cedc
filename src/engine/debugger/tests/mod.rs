//! Commands, forwards and backwards.

mod commands;
mod support;
mod time;
