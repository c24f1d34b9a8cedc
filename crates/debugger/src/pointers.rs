//! Which values of a function are addresses: those that its loads and stores use as one. A number that merely lies
//! within the memory is not among them.

use std::collections::{HashMap, HashSet};

use wasmparser::Operator;

use wasmoscope_reversible::instrument::access::{Shape, shape};
use wasmoscope_reversible::instrument::{Flow, Instrumented};

/// What a function uses as addresses in memory 0.
#[derive(Debug, Default)]
pub struct Pointers {
    pub locals: HashSet<u32>,
    pub globals: HashSet<u32>,
    /// Operands, by the instruction that pushes them and their height on the stack, counted from 1.
    pub operands: HashSet<(u32, u32)>,
    /// The locals that an instruction of the function sets; a parameter that is not among them keeps its argument.
    pub set_locals: HashSet<u32>,
}

/// The origin of an operand's value.
enum Origin {
    Local(u32),
    Global(u32),
}

impl Pointers {
    /// Analyses a function, given by its index among those with a body.
    pub fn of(copy: &Instrumented, function: u32) -> Self {
        let mut pointers = Self::default();
        let Some(analysed) = copy.analyse(function) else { return pointers };
        let mut origins = HashMap::new();
        for (index, operator) in copy.operators(function) {
            if let Operator::LocalSet { local_index } | Operator::LocalTee { local_index } = operator {
                pointers.set_locals.insert(local_index);
            }
            match operator {
                Operator::LocalGet { local_index } | Operator::LocalTee { local_index } => {
                    origins.insert(index, Origin::Local(local_index));
                }
                Operator::GlobalGet { global_index } => {
                    origins.insert(index, Origin::Global(global_index));
                }
                _ => {}
            }
            let Some(shape) = shape(&operator) else { continue };
            let Some(instruction) = analysed.instructions.get(index as usize) else { continue };
            if instruction.flow == Flow::Dead {
                continue;
            }
            for depth in address_operands(&shape) {
                let Some(operand) = analysed.operands.down(instruction.before).nth(*depth) else { continue };
                pointers.operands.insert((operand.producer, operand.height));
                match origins.get(&operand.producer) {
                    Some(Origin::Local(local)) => pointers.locals.insert(*local),
                    Some(Origin::Global(global)) => pointers.globals.insert(*global),
                    None => false,
                };
            }
        }
        pointers
    }
}

/// The depths below the top of the operands that are addresses in memory 0.
fn address_operands(shape: &Shape) -> &'static [usize] {
    match *shape {
        Shape::Plain { memory: 0, below: 0, .. } => &[0],
        Shape::Plain { memory: 0, .. } => &[1],
        Shape::Fill { memory: 0 } | Shape::Init { memory: 0 } => &[2],
        Shape::Copy { to: 0, from: 0 } => &[1, 2],
        Shape::Copy { to: 0, .. } => &[2],
        Shape::Copy { from: 0, .. } => &[1],
        Shape::Plain { .. } | Shape::Fill { .. } | Shape::Init { .. } | Shape::Copy { .. } => &[],
    }
}
