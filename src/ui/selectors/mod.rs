//! Read-only derivations of the state, pure: what the components show.

pub mod files;
pub mod memory;
pub mod opened;
