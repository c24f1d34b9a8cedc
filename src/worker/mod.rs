//! The engine's side of the protocol: requests in, events out, a slice of the program in between.
//!
//! [`Service`] depends neither on threads nor on the browser: [`Service::handle`] takes a request,
//! [`Service::tick`] continues with whatever work there is and returns when to be called again. Native tests drive it
//! directly; `browser` drives it in a Web Worker.

mod backtrace;
mod bookmark;
mod breakpoints;
mod calls;
mod debug;
mod debug_view;
mod engines;
mod event_loop;
mod expressions;
mod files;
mod inspected;
mod pace;
mod regions;
mod run;
mod service;
mod sources;
mod stop_sentence;
mod to_proto;
mod user_files;
pub mod waiting;
mod warm_up;
mod warm_up_runs;
mod written_bytes;

#[cfg(target_arch = "wasm32")]
pub mod browser;

pub use event_loop::Next;
pub use service::Service;

use std::rc::Rc;

use crate::engine::reversible::executor::Executor;
use crate::engine::wasi::{Clock, Random};

/// What the event loop needs from its platform: time and randomness.
pub trait Platform: Clone {
    /// Milliseconds since an arbitrary origin; monotonic.
    fn now_ms(&self) -> f64;
    /// The clock that a program sees; its monotonic time is that of [`Platform::now_ms`].
    fn clock(&self) -> Box<dyn Clock>;
    /// The randomness that a program sees.
    fn random(&self) -> Box<dyn Random>;
    /// The engine of the browser, if this is one.
    fn browser_engine(&self) -> Option<Rc<dyn Executor>> {
        None
    }
    /// Whether all of the interpreter is loaded. Until then, the worker starts nothing in the background that needs the
    /// rest.
    fn has_all_parts(&self) -> bool {
        true
    }
}
