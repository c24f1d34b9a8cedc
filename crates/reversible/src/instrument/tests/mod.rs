//! The copy does what the original does.

mod calls;
mod flow;
mod initialize;
mod support;
