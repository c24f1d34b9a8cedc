//! What calls need to know about all functions and types.

use wasmparser::{Operator, ValType};

use super::InstrumentError;
use super::layout;
use super::support::Callee;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Signatures {
    pub types: Vec<Option<Signature>>,
    /// The types of all functions, imported ones first.
    pub functions: Vec<u32>,
    pub imported: u32,
    pub callees: Vec<Callee>,
    /// The number of data segments.
    pub data: u32,
    pub elements: u32,
    /// The most bytes that the arguments or the results of an imported function take.
    host_bytes: u32,
}

/// Parameters and results of a function.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
}

impl Signatures {
    /// The function with that index, if it has a body.
    pub fn callee(&self, function: u32) -> Option<&Callee> {
        self.callees.get(function.checked_sub(self.imported)? as usize)
    }

    /// The index in the copy of the run function of a function with a body.
    pub fn run_function(&self, number: u32) -> u32 {
        layout::FUNCTIONS + self.imported + self.callees.len() as u32 + number
    }

    /// The index in the copy of the optimized function of a function with a body, in a copy that has any.
    pub fn optimized_function(&self, number: u32) -> u32 {
        self.run_function(number) + self.callees.len() as u32
    }

    /// The distinct types of the functions with a body, in order. The optimized function of each has the frame's address
    /// as another parameter, the first, and returns another value, the last: whether it has left.
    pub fn optimized_types(&self) -> Vec<u32> {
        let mut types = self.functions.get(self.imported as usize..).unwrap_or_default().to_vec();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// The type of the function that a call or tail call calls.
    ///
    /// # Errors
    ///
    /// If there is no such function or type, which does not happen in a valid module.
    pub fn called(&self, operator: &Operator<'_>) -> Result<&Signature, InstrumentError> {
        let ty = match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.functions.get(*function_index as usize).copied()
            }
            Operator::CallIndirect { type_index, .. } | Operator::ReturnCallIndirect { type_index, .. } => {
                Some(*type_index)
            }
            _ => None,
        };
        ty.and_then(|ty| self.types.get(ty as usize)?.as_ref())
            .ok_or(InstrumentError::TooLarge("a call refers to a type that does not exist"))
    }

    /// The address that records that an instruction has dropped a segment, if it does.
    pub fn drop_flag(&self, operator: &Operator<'_>) -> Option<u32> {
        match operator {
            Operator::DataDrop { data_index } => Some(layout::DROPS + data_index),
            Operator::ElemDrop { elem_index } => Some(layout::DROPS + self.data + elem_index),
            _ => None,
        }
    }

    /// The address of the arguments and results of a host call that is made through a table.
    pub fn host_values(&self) -> u32 {
        layout::align(layout::DROPS + self.data + self.elements)
    }

    /// The address of the filter.
    pub fn filter(&self) -> u32 {
        self.host_values() + layout::align(self.host_bytes)
    }

    /// Called after the last import.
    pub fn measure_imports(&mut self) {
        self.imported = self.functions.len() as u32;
        let sizes = (0..self.imported).map(|import| {
            let Signature { params, results } = self.of_function(import);
            layout::sizes(&params).max(layout::sizes(&results))
        });
        self.host_bytes = sizes.max().unwrap_or(0);
    }

    /// The address of the jump table.
    pub fn jump_table(&self) -> u32 {
        self.filter() + 2 * layout::FILTER
    }

    /// The type of a function.
    pub fn of_function(&self, function: u32) -> Signature {
        let ty = self.functions.get(function as usize);
        ty.and_then(|ty| self.types.get(*ty as usize)?.clone()).unwrap_or_default()
    }
}
