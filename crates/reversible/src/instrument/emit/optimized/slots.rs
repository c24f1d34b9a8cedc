//! The variables of optimized functions: their own, and those for operands.

use std::collections::HashMap;

use wasmparser::ValType;

use crate::instrument::analyse::Function;
use crate::instrument::layout;
use crate::instrument::support::Temporaries;

/// Variables that an optimized function has besides locals and operands.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// The program counter when it leaves.
    pub counter: u32,
    /// The remaining budget.
    pub budget: u32,
    pub scratch: u32,
    /// What it returns when it leaves.
    pub left: u32,
    pub temporaries: Temporaries,
}

impl Own {
    pub const COUNT: u32 = 4 + Temporaries::TYPES.len() as u32;

    pub fn from(first: u32) -> Self {
        Self {
            counter: first,
            budget: first + 1,
            scratch: first + 2,
            left: first + 3,
            temporaries: Temporaries(first + 4),
        }
    }

    pub fn types() -> impl Iterator<Item = wasm_encoder::ValType> {
        [wasm_encoder::ValType::I32; 4].into_iter().chain(Temporaries::TYPES)
    }
}

/// The variables for operands: one for each place on the operand stack and kind of value there.
#[derive(Debug, Default)]
pub struct Slots {
    /// By where the operand begins, in bytes, and the index of its type among [`Temporaries::TYPES`].
    pub variables: HashMap<(u32, u32), u32>,
    /// In the order of the variables.
    pub all: Vec<(u32, ValType)>,
    /// The places that overlap with those of other variables: which of them counts depends on the instruction.
    pub shared: Vec<bool>,
    pub first: u32,
}

impl Slots {
    pub fn of(function: &Function, first: u32) -> Self {
        let mut slots = Self { first, ..Self::default() };
        // The values of a label that something branches to are operands after its `end`, or at the start of its loop.
        for (start, ty) in function.operands.all().map(|operand| (operand.start(), operand.ty)) {
            let next = first + slots.all.len() as u32;
            slots.variables.entry((start, kind(ty))).or_insert_with(|| {
                slots.all.push((start, ty));
                next
            });
        }
        let mut cells: HashMap<u32, u32> = HashMap::new();
        let cells_of = |(start, ty): (u32, ValType)| (start..start + layout::size(ty)).step_by(8);
        for slot in &slots.all {
            for cell in cells_of(*slot) {
                *cells.entry(cell).or_default() += 1;
            }
        }
        slots.shared = slots.all.iter().map(|slot| cells_of(*slot).any(|cell| cells[&cell] > 1)).collect();
        slots
    }

    /// The variable for a value that begins there.
    pub fn at(&self, start: u32, ty: ValType) -> u32 {
        self.variables.get(&(start, kind(ty))).copied().unwrap_or(self.first)
    }

    pub fn is_shared(&self, variable: u32) -> bool {
        self.shared.get((variable - self.first) as usize).copied().unwrap_or(true)
    }
}

pub fn kind(ty: ValType) -> u32 {
    Temporaries(0).of(ty)
}

/// A type of the original in the copy; references are all nullable, and of the two types that tables have.
pub fn encoded(ty: ValType) -> wasm_encoder::ValType {
    Temporaries::TYPES[kind(ty) as usize]
}
