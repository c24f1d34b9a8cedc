//! The page: what a user sees and touches.
//!
//! State is plain Rust ([`state`]: reducers; [`selectors`]: read-only derivations) and is tested natively.
//! What needs a browser is built for wasm32 only: `hooks` tie state to timers, storage and the worker,
//! `platform` holds all calls into JavaScript, `components` draw.
//! The page never imports `engine`: everything it knows about a program arrives as a [`crate::protocol::Event`].

pub mod platform;
pub mod selectors;
pub mod state;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod components;
#[cfg(target_arch = "wasm32")]
pub mod hooks;
