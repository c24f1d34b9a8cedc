//! Calls and returns: they create and remove frames, and the dispatch loop continues with the topmost.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{BlockType, MemArg, MemArgTarget};
use wasmparser::Operator;

use super::{ADDRESS, BUDGET, Emitter, FRAME, Mode, SCRATCH, TEMPORARIES};
use crate::instrument::InstrumentError;
use crate::instrument::code::Embedding;
use crate::instrument::layout::{self, Register};
use crate::instrument::operands::StackId;
use crate::instrument::plain::Shift;
use crate::instrument::support::{self, Callee, Slot, Types, load, store};

impl Emitter<'_, '_> {
    /// Passes the results, which are on WebAssembly's own stack, to the caller, and removes the frame.
    pub(super) fn give_back(&mut self) {
        support::give_back(&mut self.body.instructions(), FRAME, &self.function.results, SCRATCH, TEMPORARIES);
    }

    pub(super) fn call(&mut self, step: u32, lowest: u32, next: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let operator = &self.operators[step as usize];
        let instruction = &function.instructions[step as usize];
        let counter = step * layout::COUNTER_STEP;
        if let Operator::Call { function_index } = *operator
            && let Some(callee) = self.signatures.callee(function_index)
        {
            self.sink().local_get(FRAME).i32_const(function.frame_size() as i32).i32_add().local_set(SCRATCH);
            self.store_arguments(SCRATCH, callee);
            let below = function.operands.pop(instruction.before, callee.params.len() as u32);
            self.save(below, lowest);
            self.call_optimized(step, callee, below, next);
            support::enter_depth(&mut self.sink());
            support::begin_frame(&mut self.sink(), SCRATCH, callee);
            let results = function.operands_start() + function.operands.bytes(below);
            self.sink().local_get(FRAME).i32_const(results as i32).i32_add().local_set(ADDRESS);
            support::link_frame(&mut self.sink(), SCRATCH, FRAME, ADDRESS);
            support::set_call(&mut self.sink(), FRAME, step, next);
            self.sink().local_get(SCRATCH);
            support::set(&mut self.sink(), Register::Top);
            self.run_callee(Some(callee.number), next);
            return Ok(());
        }
        let signature = self.signatures.called(operator)?;
        self.save(instruction.before, lowest);
        // The host may inspect the frame, or suspend the program, during the call.
        support::set_counter(&mut self.sink(), FRAME, counter);
        if let Operator::Call { function_index } = *operator
            && self.embedding >= Embedding::Hosted
        {
            let below = function.operands.pop(instruction.before, signature.params.len() as u32);
            self.call_host(function_index, below);
            self.go_to(next, 0);
            return Ok(());
        }
        self.sink().local_get(FRAME).i32_const(function.frame_size() as i32).i32_add();
        support::set(&mut self.sink(), Register::Next);
        let is_indirect = matches!(operator, Operator::CallIndirect { .. });
        let taken = signature.params.len() as u32 + u32::from(is_indirect);
        if is_indirect {
            self.sink().local_get(FRAME);
            support::set(&mut self.sink(), Register::Below);
            let below = function.operands.pop(instruction.before, taken);
            let results = function.operands_start() + function.operands.bytes(below);
            self.sink().local_get(FRAME).i32_const(results as i32).i32_add();
            support::set(&mut self.sink(), Register::Results);
            if self.optimized.is_some() {
                self.sink().i32_const(layout::OPTIMIZED).i32_const(1);
                support::get(&mut self.sink(), Register::Optimized);
                self.sink().select();
            } else {
                self.sink().i32_const(1);
            }
            support::set(&mut self.sink(), Register::EnterOnly);
        }
        self.load_operands(instruction.before, taken);
        let encoded = Shift.instruction(operator.clone())?;
        self.body.instruction(&encoded);
        self.save_results(instruction.after, signature.results.len() as u32);
        if is_indirect {
            self.leave_if_left(false);
            if self.optimized.is_some() {
                let below = function.operands.pop(instruction.before, taken);
                self.called_optimized(step, below, next);
            }
            support::set_call(&mut self.sink(), FRAME, step, next);
            self.return_unless_entered(Some(next));
        }
        if self.mode == Mode::Run && self.embedding == Embedding::Linked {
            // The called function may have run this module, with another budget.
            support::get(&mut self.sink(), Register::Budget);
            self.sink().local_set(BUDGET);
        }
        self.go_to(next, 0);
        Ok(())
    }

    pub(super) fn tail_call(&mut self, step: u32, lowest: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let operator = &self.operators[step as usize];
        let instruction = &function.instructions[step as usize];
        if let Operator::ReturnCall { function_index } = *operator
            && let Some(callee) = self.signatures.callee(function_index)
        {
            self.store_arguments(FRAME, callee);
            support::begin_frame(&mut self.sink(), FRAME, callee);
            self.sink().i32_const(layout::FINISHED).return_();
            return Ok(());
        }
        let signature = self.signatures.called(operator)?;
        self.save(instruction.before, lowest);
        support::set_counter(&mut self.sink(), FRAME, step * layout::COUNTER_STEP);
        if let Operator::ReturnCall { function_index } = *operator
            && self.embedding >= Embedding::Hosted
        {
            let below = function.operands.pop(instruction.before, signature.params.len() as u32);
            let results = signature.results.clone();
            self.call_host(function_index, below);
            let mut start = function.operands.bytes(below);
            for ty in &results {
                let place = self.operand_place(start);
                load(&mut self.sink(), *ty, place);
                start += layout::size(*ty);
            }
            self.give_back();
            return Ok(());
        }
        let is_indirect = matches!(operator, Operator::ReturnCallIndirect { .. });
        let taken = signature.params.len() as u32 + u32::from(is_indirect);
        if is_indirect {
            // The new frame replaces this one.
            self.sink().local_get(FRAME);
            support::set(&mut self.sink(), Register::Next);
            support::word(&mut self.sink(), FRAME, layout::BELOW);
            support::set(&mut self.sink(), Register::Below);
            support::word(&mut self.sink(), FRAME, layout::RESULTS);
            support::set(&mut self.sink(), Register::Results);
            support::add_to(&mut self.sink(), Register::Depth, -1);
            self.sink().i32_const(1);
            support::set(&mut self.sink(), Register::EnterOnly);
        } else {
            self.sink().local_get(FRAME).i32_const(function.frame_size() as i32).i32_add();
            support::set(&mut self.sink(), Register::Next);
        }
        self.load_operands(instruction.before, taken);
        // Called and returned from: host functions do not support tail calls.
        let called = match *operator {
            Operator::ReturnCall { function_index } => Operator::Call { function_index },
            Operator::ReturnCallIndirect { type_index, table_index } => {
                Operator::CallIndirect { type_index, table_index }
            }
            ref other => other.clone(),
        };
        let encoded = Shift.instruction(called)?;
        self.body.instruction(&encoded);
        if is_indirect {
            self.leave_if_left(true);
            self.return_unless_entered(None);
            support::add_to(&mut self.sink(), Register::Depth, 1);
        }
        self.give_back();
        Ok(())
    }

    /// Calls the optimized function instead of creating a frame, if there is one and nothing is against it. The arguments
    /// are where the frame would be, at the address in [`SCRATCH`].
    fn call_optimized(&mut self, step: u32, callee: &Callee, below: StackId, next: u32) {
        if self.optimized.is_none() {
            return;
        }
        let optimized = self.signatures.optimized_function(callee.number);
        let after = self.function.instructions[step as usize].after;
        let mut sink = self.body.instructions();
        support::get(&mut sink, Register::Optimized);
        sink.if_(BlockType::Empty);
        support::check_depth(&mut sink);
        sink.i32_const(0);
        support::set(&mut sink, Register::Top);
        sink.local_get(SCRATCH);
        let mut offset = layout::HEADER;
        for ty in &callee.params {
            load(&mut sink, *ty, Slot { base: SCRATCH, offset });
            offset += layout::size(*ty);
        }
        sink.call(optimized).local_set(ADDRESS);
        self.save_results(after, callee.results.len() as u32);
        self.go_on_or_leave(step, below, next);
        self.sink().end();
    }

    /// After a call through a table: goes on at `next` if an optimized function, or an imported one, has been called and
    /// has returned; leaves if it has left. Otherwise, a frame has been created.
    fn called_optimized(&mut self, step: u32, below: StackId, next: u32) {
        let size = self.function.frame_size().cast_signed();
        let mut sink = self.body.instructions();
        support::get(&mut sink, Register::Optimized);
        sink.if_(BlockType::Empty).i32_const(0);
        support::set(&mut sink, Register::EnterOnly);
        support::get(&mut sink, Register::Left);
        sink.local_set(ADDRESS).i32_const(0);
        support::set(&mut sink, Register::Left);
        sink.local_get(FRAME).i32_const(size).i32_add().local_set(SCRATCH);
        self.go_on_or_leave(step, below, next);
        self.sink().end();
    }

    /// Goes on at `next`, from within one block, unless the callee, whose frame is at the address in [`SCRATCH`], has left:
    /// what it has returned is in [`ADDRESS`].
    fn go_on_or_leave(&mut self, step: u32, below: StackId, next: u32) {
        let results = (self.function.operands_start() + self.function.operands.bytes(below)).cast_signed();
        let mut sink = self.body.instructions();
        sink.local_get(ADDRESS).if_(BlockType::Empty);
        sink.local_get(SCRATCH).local_get(FRAME).i32_store(support::at(layout::BELOW, 2));
        sink.local_get(SCRATCH).local_get(FRAME).i32_const(results).i32_add();
        sink.i32_store(support::at(layout::RESULTS, 2));
        support::set_call(&mut sink, FRAME, step, next);
        sink.local_get(ADDRESS).i32_const(layout::EXITED).i32_eq().return_().end();
        sink.local_get(FRAME);
        support::set(&mut sink, Register::Top);
        support::get(&mut sink, Register::Budget);
        sink.local_set(BUDGET);
        self.go_to(next, 1);
    }

    /// Runs the topmost frame, which has just been created, and goes on at `next` once it has returned. If it does not
    /// return, because the program stops in it or has many calls active, the dispatch loop takes over. A step function
    /// only returns.
    fn run_callee(&mut self, callee: Option<u32>, next: u32) {
        if self.mode == Mode::Run {
            support::get(&mut self.sink(), Register::Nested);
            self.sink().i32_const(layout::MOST_NESTED).i32_lt_u().if_(BlockType::Empty);
            support::add_to(&mut self.sink(), Register::Nested, 1);
            support::get(&mut self.sink(), Register::Top);
            match callee {
                Some(callee) => {
                    let run_function = self.signatures.run_function(callee);
                    self.sink().call(run_function);
                }
                None => {
                    support::get(&mut self.sink(), Register::Top);
                    let function = MemArg {
                        offset: u64::from(layout::FUNCTION),
                        align: 2,
                        target: MemArgTarget::Memory(0),
                        ordering: None,
                    };
                    let types = Types::after(self.signatures.types.len() as u32);
                    self.sink().i32_load(function).call_indirect(0, types.code);
                }
            }
            self.sink().if_(BlockType::Empty).i32_const(layout::EXITED).return_().end();
            support::add_to(&mut self.sink(), Register::Nested, -1);
            support::get(&mut self.sink(), Register::Top);
            self.sink().local_get(FRAME).i32_eq().if_(BlockType::Empty);
            support::get(&mut self.sink(), Register::Budget);
            self.sink().local_set(BUDGET);
            self.go_to(next, 2);
            self.sink().end().end();
        }
        self.sink().i32_const(layout::FINISHED).return_();
    }

    /// If the called trampoline has created a frame, runs it, or returns to the dispatch loop.
    pub(super) fn return_unless_entered(&mut self, next: Option<u32>) {
        support::get(&mut self.sink(), Register::EnterOnly);
        self.sink().i32_eqz().if_(BlockType::Empty);
        match next {
            Some(next) => {
                let dispatch = self.dispatch;
                self.dispatch += 1;
                self.run_callee(None, next);
                self.dispatch = dispatch;
            }
            None => {
                self.sink().i32_const(layout::FINISHED).return_();
            }
        }
        self.sink().end();
        self.sink().i32_const(0);
        support::set(&mut self.sink(), Register::EnterOnly);
    }

    /// Calls an imported function: its arguments are in the frame, above `below`, where its results will be.
    fn call_host(&mut self, import: u32, below: StackId) {
        let start = self.function.operands_start() + self.function.operands.bytes(below);
        self.sink().local_get(FRAME).i32_const(start as i32).i32_add().local_set(ADDRESS);
        support::host_call(&mut self.sink(), import, ADDRESS);
        self.sink().if_(BlockType::Empty).i32_const(layout::EXITED).return_().end();
    }

    /// After a call through a table: leaves if a host call has not been made. A tail call has already been counted as
    /// returned.
    fn leave_if_left(&mut self, tail: bool) {
        if self.embedding == Embedding::Linked {
            return;
        }
        support::get(&mut self.sink(), Register::EnterOnly);
        self.sink().i32_const(layout::LEFT).i32_eq().if_(BlockType::Empty).i32_const(0);
        support::set(&mut self.sink(), Register::EnterOnly);
        if tail {
            support::add_to(&mut self.sink(), Register::Depth, 1);
        }
        self.sink().i32_const(layout::EXITED).return_().end();
    }

    /// Pops the arguments into the frame at that address.
    pub(super) fn store_arguments(&mut self, frame: u32, callee: &Callee) {
        let mut offset = layout::HEADER + layout::sizes(&callee.params);
        for ty in callee.params.iter().rev() {
            offset -= layout::size(*ty);
            store(&mut self.sink(), *ty, Slot { base: frame, offset }, TEMPORARIES);
        }
    }
}
