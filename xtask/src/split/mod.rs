//! Splits a module in two: what is needed at once, and the rest, which is fetched when it is first called.
//!
//! The *first* module takes the place of the whole: the same imports, the same exports, the same memory and tables.
//! The *rest* has only functions; everything else it imports from the first.
//! Where the first refers to a function of the rest there is a *door*: a function of the same type that has the rest
//! loaded if it is not there yet, and calls it through a table which the rest fills in when it is instantiated.
//! So what is put where decides how soon a thing is there, and never whether it works.
//!
//! Whoever loads the rest instantiates it with the first's exports as its only imports, under [`IMPORTS`].
//! It is there as soon as it is instantiated.

mod first;
mod module;
mod plan;
mod rest;

#[cfg(test)]
mod tests;

use anyhow::{Context, Result};
use module::Module;
use plan::Plan;
use wasm_encoder::reencode;

/// The name of the module that the rest imports everything from.
pub const IMPORTS: &str = "first";

/// What a module was split into.
pub struct Split {
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
    /// How many functions there are in each, doors not counted.
    pub functions: (usize, usize),
    /// The functions of the first, largest first: bytes, index and name.
    pub largest: Vec<(usize, u32, String)>,
}

/// Splits `wasm`.
///
/// `belongs_to_rest` says by its name and its size in bytes whether a function is where the rest begins. What only such
/// functions use comes along.
/// `load` names the export, a function without parameters and results, that a door calls to have the rest loaded.
///
/// # Errors
///
/// If the module cannot be read, has no function names, or has no such export.
pub fn split(wasm: &[u8], load: &str, belongs_to_rest: impl Fn(&str, usize) -> bool) -> Result<Split> {
    let module = Module::read(wasm).context("could not read the module to split")?;
    let plan = Plan::new(&module, load, belongs_to_rest)?;
    let rest = rest::encode(&module, &plan).map_err(readable).context("could not write the rest of the module")?;
    let first = first::encode(&module, &plan).map_err(readable).context("could not write the first module")?;
    let moved = plan.rest().count();
    let largest = plan.first_sizes(&module);
    Ok(Split { first, rest, functions: (module.bodies.len() - moved, moved), largest })
}

fn readable(error: reencode::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
