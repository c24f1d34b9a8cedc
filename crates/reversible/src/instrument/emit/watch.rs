//! Checks before memory accesses, in the run functions of a copy that watches.
//!
//! The watched addresses are in the *filter* of the state memory: two tables, for reads and for writes, with a byte for
//! each address modulo [`layout::FILTER`]. A bit of it says that an access of this many bytes at such an address may
//! touch a watched range; so most accesses cost only four extra instructions. For the others, and for the few
//! instructions that access any number of bytes, [`support::check_access`] decides: it records the step and continues,
//! or makes the run function exit before the instruction.

use wasm_encoder::{BlockType, MemArg, MemArgTarget};
use wasmparser::ValType;

use super::{ADDRESS, BUDGET, COUNTER, Emitter, TEMPORARIES};
use crate::instrument::access::{Shape, shape};
use crate::instrument::layout::{self, Register};
use crate::instrument::operands::Operand;
use crate::instrument::support::{self, load, store_local};

/// What a run function needs to check accesses.
#[derive(Debug, Clone, Copy)]
pub struct Checks {
    /// Whether reads are checked as well.
    pub reads: bool,
    /// The address of the filter in the state memory.
    pub filter: u32,
    /// The index of the function that checks accesses.
    pub check_access: u32,
}

/// An access that is checked.
#[derive(Debug, Clone, Copy)]
struct Checked {
    memory: u32,
    offset: u32,
    writes: bool,
    length: Length,
}

#[derive(Debug, Clone, Copy)]
enum Length {
    Bytes(u32),
    /// The topmost operand.
    OnTop(Operand),
}

/// The position of an instruction that is checked.
#[derive(Debug, Clone, Copy)]
struct Site {
    step: u32,
    /// How many steps of the basic block are left, including this one.
    left: u32,
    /// Whether its operands are in variables rather than in the frame.
    in_variables: bool,
}

impl Emitter<'_, '_> {
    /// Checks the accesses of an instruction, if it accesses a memory.
    pub(super) fn check(&mut self, step: u32, lowest: u32, left: u32) {
        let Some(checks) = self.checks else { return };
        let Some(shape) = shape(&self.operators[step as usize]) else { return };
        let before = self.function.instructions[step as usize].before;
        let operand = |below: usize| self.function.operands.down(before).nth(below).copied();
        let many = |memory, below, writes| {
            Some((operand(below)?, Checked { memory, offset: 0, writes, length: Length::OnTop(operand(0)?) }))
        };
        let accesses = match shape {
            Shape::Plain { memory, offset, length, writes, below } => {
                let access = Checked { memory, offset: offset as u32, writes, length: Length::Bytes(length as u32) };
                [operand(below).map(|address| (address, access)), None]
            }
            Shape::Fill { memory } | Shape::Init { memory } => [many(memory, 2, true), None],
            Shape::Copy { to, from } => [many(to, 2, true), many(from, 1, false)],
        };
        let mut checked = accesses.into_iter().flatten().filter(|(_, access)| access.writes || checks.reads).peekable();
        let Some((address, access)) = checked.peek() else { return };

        let height = self.function.operands.height(before);
        let taken = self.function.operands.topmost(before, height + 1 - address.height);
        // Usually only the instruction's operands are on WebAssembly's own stack, and they can be kept in variables.
        let in_variables =
            matches!(access.length, Length::Bytes(_)) && address.ty == ValType::I32 && address.height == lowest + 1;
        let site = Site { step, left, in_variables };
        if in_variables {
            for operand in taken.iter().rev() {
                let variable = variable(operand, address);
                self.sink().local_set(variable);
            }
        } else {
            self.save(before, lowest);
        }
        for (address, access) in checked.collect::<Vec<_>>() {
            self.check_access(checks, &address, access, site);
        }
        if in_variables {
            for operand in &taken {
                let variable = variable(operand, &taken[0]);
                self.sink().local_get(variable);
            }
        } else {
            self.load_operands(before, height - lowest);
        }
    }

    fn check_access(&mut self, checks: Checks, address: &Operand, access: Checked, site: Site) {
        if !site.in_variables {
            self.load_word(address);
            self.sink().local_set(ADDRESS);
        }
        let mut blocks = 1;
        if let Length::Bytes(length) = access.length {
            // The effective address modulo the filter's size, and the bit for accesses of this length.
            let table = checks.filter + if access.writes { layout::FILTER } else { 0 };
            self.push_address(access);
            self.sink().i32_const(layout::FILTER as i32 - 1).i32_and();
            self.sink().i32_load8_u(MemArg {
                offset: u64::from(table),
                align: 0,
                target: MemArgTarget::Memory(0),
                ordering: None,
            });
            self.sink().i32_const(layout::filter_bit(length)).i32_and().if_(BlockType::Empty);
            blocks += 1;
        }
        self.push_address(access);
        match access.length {
            Length::Bytes(length) => {
                self.sink().i32_const(length as i32);
            }
            Length::OnTop(length) => self.load_word(&length),
        }
        self.sink().i32_const(layout::watch_kind(access.memory, access.writes).cast_signed());
        self.sink().local_get(BUDGET).i32_const(site.left as i32).i32_add();
        self.sink().call(checks.check_access).if_(BlockType::Empty);
        self.exits_here(site, blocks);
        for _ in 0..blocks {
            self.sink().end();
        }
    }

    /// Pushes the low half of the effective address. If the rest is not zero, the instruction traps anyway.
    fn push_address(&mut self, access: Checked) {
        self.sink().local_get(ADDRESS);
        if access.offset > 0 {
            self.sink().i32_const(access.offset.cast_signed()).i32_add();
        }
    }

    /// Pushes the low half of an operand that is in the frame.
    fn load_word(&mut self, operand: &Operand) {
        let place = self.operand_place(operand.start());
        load(&mut self.sink(), operand.ty, place);
        if operand.ty == ValType::I64 {
            self.sink().i32_wrap_i64();
        }
    }

    /// Exits before the instruction, from within this many WebAssembly blocks: the rest of the basic block has not been
    /// executed.
    fn exits_here(&mut self, site: Site, blocks: u32) {
        if site.in_variables {
            let instruction = &self.function.instructions[site.step as usize];
            let taken = self.needs(site.step);
            let operands = self.function.operands.topmost(instruction.before, taken);
            for operand in &operands {
                let place = self.operand_place(operand.start());
                store_local(&mut self.sink(), operand.ty, place, variable(operand, &operands[0]));
            }
        }
        self.sink().i32_const((site.step * layout::COUNTER_STEP) as i32).local_set(COUNTER);
        self.sink().local_get(BUDGET).i32_const(site.left as i32).i32_add();
        support::set(&mut self.sink(), Register::Budget);
        // Past the loop, where the frame's position is stored.
        let out = self.dispatch + 1 + blocks;
        self.sink().br(out);
    }
}

/// The variable that holds an operand, the address or a value, during the check.
fn variable(operand: &Operand, address: &Operand) -> u32 {
    if operand.height == address.height { ADDRESS } else { TEMPORARIES.of(operand.ty) }
}
