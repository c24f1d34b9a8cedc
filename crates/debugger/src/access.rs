//! What the next instruction will do: the bytes it accesses, and the host function it calls.

use wasmoscope_module::value::{FunctionRef, Value};
use wasmparser::Operator;

use super::state::StateView;
use wasmoscope_reversible::instrument::access::{Shape, shape};
use wasmoscope_reversible::instrument::layout;

/// A part of a memory that an instruction accesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub memory: u32,
    pub address: u64,
    pub length: u64,
    pub writes: bool,
}

impl Access {
    /// Whether it accesses any of the bytes.
    pub fn overlaps(&self, memory: u32, start: u64, length: u64) -> bool {
        self.memory == memory
            && self.address < start.saturating_add(length)
            && start < self.address.saturating_add(self.length)
    }
}

impl StateView<'_> {
    /// What the next instruction will read and write; it may trap instead.
    pub fn next_accesses(self) -> Vec<Access> {
        let Some(position) = self.machine().position() else { return Vec::new() };
        let operator = self.program().instrumented.operator(position.function, position.instruction);
        let Some(shape) = operator.as_ref().and_then(shape) else { return Vec::new() };
        accesses(&shape, |depth| self.operand(depth)?.unsigned()).unwrap_or_default()
    }

    /// A value on the operand stack of the topmost frame; index 0 is the topmost.
    pub(super) fn operand(self, depth: usize) -> Option<Value> {
        let position = self.machine().position()?;
        let function = self.program().instrumented.analyse(position.function)?;
        let stack = function.instructions.get(position.instruction as usize)?.before;
        let operand = *function.operands.down(stack).nth(depth)?;
        let address = self.machine().top() + function.operands_start() + operand.start();
        Some(self.machine().value(address, operand.ty))
    }

    /// A local of the frame at an address.
    pub(super) fn local_at(self, frame: u32, local: u32) -> Option<Value> {
        let position = self.machine().position_of(frame).filter(|_| frame > 0)?;
        let function = self.program().instrumented.functions.get(position.function as usize)?;
        let mut types = function.params.iter().chain(&function.locals);
        let before: u32 = types.by_ref().take(local as usize).map(|ty| layout::size(*ty)).sum();
        Some(self.machine().value(frame + layout::HEADER + before, *types.next()?))
    }

    /// The imported function that the next instruction calls, if it calls one.
    pub(super) fn called_import(self) -> Option<u32> {
        let position = self.machine().position()?;
        let copy = &self.program().instrumented;
        let function = match copy.operator(position.function, position.instruction)? {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => function_index,
            Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => {
                let index = self.operand(0)?.unsigned()?;
                match self.machine().table_element(table_index as usize, index)? {
                    Value::FuncRef(Some(FunctionRef::Index(function))) => function,
                    _ => return None,
                }
            }
            _ => return None,
        };
        (function < copy.imported_functions).then_some(function)
    }
}

fn accesses(shape: &Shape, operand: impl Fn(usize) -> Option<u64>) -> Option<Vec<Access>> {
    Some(match *shape {
        Shape::Plain { memory, offset, length, writes, below } => {
            vec![Access { memory, address: operand(below)?.checked_add(offset)?, length, writes }]
        }
        Shape::Fill { memory } | Shape::Init { memory } => {
            vec![Access { memory, address: operand(2)?, length: operand(0)?, writes: true }]
        }
        Shape::Copy { to, from } => {
            let length = operand(0)?;
            vec![
                Access { memory: from, address: operand(1)?, length, writes: false },
                Access { memory: to, address: operand(2)?, length, writes: true },
            ]
        }
    })
}
