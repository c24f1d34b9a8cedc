//! The page.

pub mod platform;
pub mod selectors;
pub mod state;
