//! The engine's side of the protocol: requests in, events out, a slice of the program in between.
//!
//! [`EventLoop`] knows neither threads nor the browser: [`EventLoop::handle`] takes a request, [`EventLoop::tick`] goes
//! on with whatever there is to do and says when it wants to be called again. Native tests drive it directly;
//! `browser` drives it in a Web Worker.

mod backtrace;
mod bookmark;
mod calls;
mod debug;
mod debug_view;
mod event_loop;
mod expressions;
mod files;
mod inspected;
mod other_breakpoints;
mod persons_files;
mod regions;
mod rehearsal;
mod run;
mod sources;
mod stop_sentence;
mod to_proto;
pub mod waiting;
mod warm_up;
mod written_bytes;

#[cfg(target_arch = "wasm32")]
pub mod browser;

pub use event_loop::{EventLoop, Next};

use crate::engine::wasi::{Clock, Random};

/// What the event loop needs of the machine it is on.
pub trait Machine: Clone {
    /// Milliseconds since some moment; never goes back.
    fn now_ms(&self) -> f64;
    /// The clock that a program sees; its monotonic time is that of [`Machine::now_ms`].
    fn clock(&self) -> Box<dyn Clock>;
    /// The randomness that a program sees.
    fn random(&self) -> Box<dyn Random>;
    /// Whether all of the interpreter is there. Until it is, nothing is begun by itself that needs the rest.
    fn has_all_parts(&self) -> bool {
        true
    }
}
