//! Splits a module in two, like binaryen's `wasm-split`: a primary module, which is loaded first, and a secondary one,
//! which is fetched later.
//!
//! The *primary* module replaces the original: it has the same imports, exports, memory and tables. The *secondary*
//! module has only functions, and imports everything else from the primary one. Where the primary module refers to a
//! function of the secondary one, there is a *trampoline*: a function of the same type that loads the secondary module
//! if necessary, and calls the function through a table, which the secondary module fills when it is instantiated. So
//! the split decides how soon something is loaded, never whether it works.
//!
//! The loader instantiates the secondary module with the exports of the primary one as its only imports, under
//! [`IMPORTS`]. It is loaded as soon as it is instantiated.

mod module;
mod plan;
mod primary;
mod secondary;

#[cfg(test)]
mod tests;

use anyhow::{Context, Result};
use module::Module;
use plan::Plan;
use wasm_encoder::reencode;

/// The module name of the secondary module's imports.
pub const IMPORTS: &str = "first";

/// The result of a split.
pub struct Split {
    pub primary: Vec<u8>,
    pub secondary: Vec<u8>,
    /// The number of functions in each, without trampolines.
    pub functions: (usize, usize),
    /// The functions of the primary module, largest first: bytes, index and name.
    pub largest: Vec<(usize, u32, String)>,
}

/// Splits `wasm`.
///
/// `belongs_to_secondary` says by name and size in bytes whether a function starts the secondary module. Functions that
/// only such functions use go there, too. `load` names the export, a function without parameters and results, that a
/// trampoline calls to load the secondary module.
///
/// # Errors
///
/// If the module cannot be read, has no function names, or has no such export.
pub fn split(wasm: &[u8], load: &str, belongs_to_secondary: impl Fn(&str, usize) -> bool) -> Result<Split> {
    let module = Module::read(wasm).context("could not read the module to split")?;
    let plan = Plan::new(&module, load, belongs_to_secondary)?;
    let secondary =
        secondary::encode(&module, &plan).map_err(readable).context("could not write the rest of the module")?;
    let primary = primary::encode(&module, &plan).map_err(readable).context("could not write the first module")?;
    let moved = plan.secondary().count();
    let largest = plan.primary_sizes(&module);
    Ok(Split { primary, secondary, functions: (module.bodies.len() - moved, moved), largest })
}

fn readable(error: reencode::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
