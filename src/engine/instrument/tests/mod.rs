//! The copy does what the original does.

mod calls;
mod flow;
mod support;
