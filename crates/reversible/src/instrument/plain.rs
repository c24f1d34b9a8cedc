//! Instructions and items that stay the same except for their indices.

use wasm_encoder::reencode::{Error, Reencode};

use super::layout;

/// Shifts the indices of the module's own functions, globals, memories and tables by the number of those added before.
pub struct Shift;

impl Reencode for Shift {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok(function + layout::FUNCTIONS)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error<Self::Error>> {
        Ok(global + layout::Register::COUNT)
    }

    fn memory_index(&mut self, memory: u32) -> Result<u32, Error<Self::Error>> {
        Ok(memory + 1)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error<Self::Error>> {
        Ok(table + layout::TABLES)
    }
}
