//! Calls and returns of optimized functions, and how they leave in them.

use wasm_encoder::BlockType;
use wasm_encoder::reencode::Reencode;
use wasmparser::Operator;

use super::slots::Own;
use super::{Emitter, FRAME, UNWIND};
use crate::instrument::InstrumentError;
use crate::instrument::code::Embedding;
use crate::instrument::layout::{self, Register};
use crate::instrument::operands::StackId;
use crate::instrument::plain::Shift;
use crate::instrument::support::{self, load, store_local};

impl Emitter<'_, '_> {
    /// Returns the results, which are on WebAssembly's own stack. The frame of a loop's function exists, and is removed.
    pub(super) fn give_back(&mut self) {
        if self.region.is_none() {
            self.sink().i32_const(layout::FINISHED).return_();
            return;
        }
        let Own { scratch, temporaries, .. } = self.own;
        support::give_back(&mut self.body.instructions(), FRAME, &self.function.results, scratch, temporaries);
    }

    /// Leaves before a call if its frame would be too far from the dispatch loop's: too many calls would be active on
    /// the engine's own stack.
    fn bound_nesting(&mut self, step: u32) {
        let size = self.function.frame_size().cast_signed();
        let mut sink = self.sink();
        sink.local_get(FRAME).i32_const(size).i32_add();
        support::get(&mut sink, Register::NestingEnd);
        sink.i32_gt_u().if_(BlockType::Empty);
        self.level += 1;
        self.leave_unexecuted(step);
        self.close();
    }

    /// Leaves before the last instruction of a basic block.
    fn leave_unexecuted(&mut self, step: u32) {
        let budget = self.own.budget;
        self.sink().local_get(budget).i32_const(1).i32_add().local_set(budget);
        self.exit_at(step, self.function.instructions[step as usize].before);
    }

    /// If the callee has left, which the stack says, leaves, too: its frame goes above this one.
    fn leave_if_left(&mut self, step: u32, below: StackId) {
        let Own { left, scratch, .. } = self.own;
        let function = self.function;
        let size = function.frame_size().cast_signed();
        let results = (function.operands_start() + function.operands.bytes(below)).cast_signed();
        let next = function.follow(step + 1);
        let mut sink = self.sink();
        sink.local_tee(left).if_(BlockType::Empty);
        sink.local_get(FRAME).i32_const(size).i32_add().local_set(scratch);
        sink.local_get(scratch).local_get(FRAME).i32_store(support::at(layout::BELOW, 2));
        sink.local_get(scratch).local_get(FRAME).i32_const(results).i32_add();
        sink.i32_store(support::at(layout::RESULTS, 2));
        support::set_call(&mut sink, FRAME, step, next);
        self.level += 1;
        self.put_down(below);
        self.branch_to(UNWIND);
        self.close();
    }

    pub(super) fn call(&mut self, step: u32, lowest: u32) -> Result<(), InstrumentError> {
        let Own { budget, .. } = self.own;
        let function = self.function;
        let operator = &self.operators[step as usize];
        let instruction = &function.instructions[step as usize];
        let signature = self.signatures.called(operator)?;
        let is_indirect = matches!(operator, Operator::CallIndirect { .. });
        let taken = signature.params.len() as u32 + u32::from(is_indirect);
        let below = function.operands.pop(instruction.before, taken);
        self.save(instruction.before, lowest);
        match *operator {
            Operator::Call { function_index } if self.signatures.callee(function_index).is_none() => {
                self.call_host(step, function_index, below, taken);
                return Ok(());
            }
            Operator::Call { function_index } => {
                self.bound_nesting(step);
                let callee = function_index - self.signatures.imported;
                let (optimized, size) =
                    (self.signatures.optimized_function(callee), function.frame_size().cast_signed());
                self.sink().local_get(FRAME).i32_const(size).i32_add();
                self.load_operands(instruction.before, taken);
                self.sink().call(optimized);
                let left = self.own.left;
                self.sink().local_set(left);
                self.save(instruction.after, function.operands.height(below));
                self.sink().local_get(left);
            }
            _ => self.call_indirect(step, below, taken)?,
        }
        self.leave_if_left(step, below);
        if is_indirect && self.embedding == Embedding::Portable {
            self.is_past();
        }
        let mut sink = self.sink();
        support::get(&mut sink, Register::Budget);
        sink.local_set(budget);
        Ok(())
    }

    /// Calls through a table, and pushes whether the callee has left.
    fn call_indirect(&mut self, step: u32, below: StackId, taken: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let operator = &self.operators[step as usize];
        let instruction = &function.instructions[step as usize];
        let size = function.frame_size().cast_signed();
        let is_portable = self.embedding == Embedding::Portable;
        // What is called may be an imported function, which may have to be called again with the same arguments.
        let may_be_imported = self.signatures.imported > 0;
        self.bound_nesting(step);
        if may_be_imported {
            support::make_room(&mut self.sink(), FRAME, function.frame_size());
        }
        let kept = if may_be_imported { taken } else { u32::from(is_portable) };
        for operand in function.operands.topmost(instruction.before, kept) {
            let (place, variable) = (self.place(operand.start()), self.slots.at(operand.start(), operand.ty));
            store_local(&mut self.body.instructions(), operand.ty, place, variable);
        }
        if is_portable {
            self.is_at(step);
        }
        let mut sink = self.sink();
        sink.local_get(FRAME).i32_const(size).i32_add();
        support::set(&mut sink, Register::Next);
        sink.i32_const(layout::OPTIMIZED);
        support::set(&mut sink, Register::EnterOnly);
        self.load_operands(instruction.before, taken);
        let encoded = Shift.instruction(operator.clone())?;
        self.body.instruction(&encoded);
        self.save(instruction.after, function.operands.height(below));
        let mut sink = self.sink();
        if may_be_imported {
            support::get(&mut sink, Register::EnterOnly);
            sink.i32_const(layout::LEFT).i32_eq().if_(BlockType::Empty).i32_const(0);
            support::set(&mut sink, Register::EnterOnly);
            self.level += 1;
            for operand in function.operands.topmost(instruction.before, taken) {
                let (place, variable) = (self.place(operand.start()), self.slots.at(operand.start(), operand.ty));
                load(&mut self.body.instructions(), operand.ty, place);
                self.sink().local_set(variable);
            }
            self.exit_at(step, instruction.before);
            self.close();
            let mut sink = self.sink();
            sink.i32_const(0);
            support::set(&mut sink, Register::EnterOnly);
        }
        let mut sink = self.sink();
        support::get(&mut sink, Register::Left);
        sink.i32_const(0);
        support::set(&mut sink, Register::Left);
        Ok(())
    }

    /// Calls an imported function: its arguments and results are in the frame.
    fn call_host(&mut self, step: u32, import: u32, below: StackId, taken: u32) {
        let function = self.function;
        let instruction = &function.instructions[step as usize];
        let scratch = self.own.scratch;
        let start = function.operands_start() + function.operands.bytes(below);
        support::make_room(&mut self.sink(), FRAME, function.frame_size());
        for operand in function.operands.topmost(instruction.before, taken) {
            let (place, variable) = (self.place(operand.start()), self.slots.at(operand.start(), operand.ty));
            store_local(&mut self.body.instructions(), operand.ty, place, variable);
        }
        let mut sink = self.sink();
        sink.local_get(FRAME).i32_const(start.cast_signed()).i32_add().local_set(scratch);
        support::host_call(&mut sink, import, scratch);
        sink.if_(BlockType::Empty);
        self.level += 1;
        self.exit_at(step, instruction.before);
        self.close();
        let results = function.operands.height(instruction.after) - function.operands.height(below);
        for operand in function.operands.topmost(instruction.after, results) {
            let (place, variable) = (self.place(operand.start()), self.slots.at(operand.start(), operand.ty));
            load(&mut self.body.instructions(), operand.ty, place);
            self.sink().local_set(variable);
        }
    }

    pub(super) fn tail_call(&mut self, step: u32, lowest: u32) -> Result<(), InstrumentError> {
        let instruction = &self.function.instructions[step as usize];
        self.save(instruction.before, lowest);
        if let Operator::ReturnCall { function_index } = self.operators[step as usize]
            && let Some(callee) = self.signatures.callee(function_index)
            && self.region.is_none()
        {
            let optimized = self.signatures.optimized_function(callee.number);
            self.sink().local_get(FRAME);
            self.load_operands(instruction.before, callee.params.len() as u32);
            self.sink().return_call(optimized);
        } else {
            self.leave_unexecuted(step);
        }
        Ok(())
    }
}
