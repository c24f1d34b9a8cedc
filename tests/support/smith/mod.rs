//! Generated modules, run in several ways that have to come to the same.
//!
//! [`module`] makes, of a seed, a module that ends and that wasmi runs. [`observe`] calls each of its exports, in one of
//! several [`Backend`]s, and tells all that can be seen of it from outside: results and traps, what the host was called
//! with, and memories, globals and tables after each call. Two ways of running a module are the same when what is
//! observed is equal:
//!
//! ```ignore
//! let wasm = smith::module(seed);
//! assert_eq!(observe(&wasm, &mut Plain), observe(&wasm, &mut Instrumented::default()), "seed {seed}");
//! ```
//!
//! A way of its own implements [`Backend`]: which module runs in place of the original, what it imports beyond that, and
//! how a function is called. The exports of the original keep their names and types in it; what it exports beyond them
//! is not looked at.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part")]

mod backend;
mod generate;
mod observe;
mod world;

pub use backend::{Backend, InSlices, Instrumented, Plain};
pub use generate::{FUEL, FUEL_FOR_A_CALL, SplitMix, module, module_of, scalar_module, vector_module};
pub use observe::{Bytes, Ended, Observed, ObservedCall, State, observe};
pub use world::World;
