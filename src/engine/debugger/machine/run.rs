//! Execution: whole basic blocks, single instructions, and waiting host calls; and where run functions exit.

use std::rc::Rc;

use wasmi::{Error, Func, Nullable, Ref, ResumableCall, Val};

use super::frames::set_word;
use super::{Machine, Position};
use crate::engine::instrument::layout::{self, Register};
use crate::engine::wasi::{self, Retry, StepSource, Suspend};

/// The state of the machine after an execution.
#[derive(Debug)]
pub enum Halt {
    /// Between two instructions.
    Ready,
    /// The active call has returned.
    Returned,
    /// In a host call that is waiting.
    Waiting(Suspend),
    /// It failed. For a trap in the middle of a basic block, the frames are not at the instruction that trapped.
    Failed(Error),
}

impl Machine {
    /// Executes whole basic blocks, at most this many instructions, until the frame at `base` has returned.
    ///
    /// It executes none if the frame is not at the start of a basic block, if the block is longer than the budget, or
    /// if its jump table entry is an exit.
    pub fn run(&mut self, budget: u64, base: u32) -> Halt {
        let budget = u32::try_from(budget).unwrap_or(u32::MAX).min(i32::MAX as u32);
        self.attached.set_register(&mut self.store, Register::Budget, budget);
        self.count_calls(u64::from(budget));
        let mut status = [Val::I32(0)];
        let called = self.dispatch_loop.call_resumable(&mut self.store, &[Val::I32(base.cast_signed())], &mut status);
        let halt = self.after(called);
        let left = self.attached.register(&self.store, Register::Budget);
        if self.records {
            self.collect_recorded(budget);
        }
        self.steps += u64::from(budget.saturating_sub(left));
        self.resolve(halt)
    }

    /// Executes one instruction.
    pub fn step(&mut self) -> Halt {
        let top = self.top();
        let Some(position) = self.position() else { return Halt::Returned };
        let Some(function) = self.step_function(position) else {
            return Halt::Failed(Error::new("the program is at an instruction that does not exist"));
        };
        // A step function does not use up the budget.
        let left = self.attached.register(&self.store, Register::Budget);
        self.count_calls(u64::from(left) + 1);
        let mut status = [Val::I32(0)];
        let called = function.call_resumable(&mut self.store, &[Val::I32(top.cast_signed())], &mut status);
        self.steps += 1;
        let halt = self.after(called);
        self.resolve(halt)
    }

    /// Lets host calls learn their step: the remaining budget counts down to `steps` from here.
    fn count_calls(&mut self, steps: u64) {
        let source = StepSource { left: self.attached.global(Register::Budget), end: self.steps + steps };
        self.store.data_mut().wasi.call_steps_mut().count_with(source);
    }

    fn step_function(&self, position: Position) -> Option<Func> {
        let info = self.program.instrumented.functions.get(position.function as usize)?;
        let part = info.step_functions.partition_point(|first| *first <= position.instruction).checked_sub(1)?;
        let index = u64::from(info.first_step_function) + part as u64;
        match self.attached.code.get(&self.store, index) {
            Some(Ref::Func(Nullable::Val(function))) => Some(function),
            _ => None,
        }
    }

    /// Finishes the waiting host call, if possible.
    pub fn resume(&mut self) -> Halt {
        let Some(waiting) = self.waiting.take() else { return Halt::Ready };
        let Some(memory) = self.wasi_memory else {
            return Halt::Failed(Error::new("the program waits for input but has no memory to read it into"));
        };
        match wasi::retry(&mut self.store, memory, |host| &mut host.wasi) {
            Ok(Retry::Resume(errno)) => {
                // The waiting run may have been for another command: it has no budget left.
                self.attached.set_register(&mut self.store, Register::Budget, 0);
                let mut status = [Val::I32(0)];
                let resumed = waiting.resume(&mut self.store, &[Val::I32(errno)], &mut status);
                let halt = self.after(resumed);
                self.steps += 1;
                self.resolve(halt)
            }
            Ok(Retry::Suspend(suspend)) => {
                self.waiting = Some(waiting);
                Halt::Waiting(suspend)
            }
            Err(error) => Halt::Failed(error),
        }
    }

    fn after(&mut self, called: Result<ResumableCall, Error>) -> Halt {
        match called {
            Ok(ResumableCall::Finished) => Halt::Ready,
            Ok(ResumableCall::HostTrap(trap)) => match trap.host_error().downcast_ref::<Suspend>().copied() {
                Some(suspend) => {
                    self.waiting = Some(trap);
                    Halt::Waiting(suspend)
                }
                None => Halt::Failed(trap.into_host_error()),
            },
            // Fuel is not metered.
            Ok(ResumableCall::OutOfFuel(_)) => Halt::Ready,
            Err(error) => Halt::Failed(error),
        }
    }

    /// An instruction that is waiting or has failed has not been executed.
    fn resolve(&mut self, halt: Halt) -> Halt {
        match halt {
            Halt::Ready if self.top() == 0 => Halt::Returned,
            Halt::Waiting(_) | Halt::Failed(_) => {
                self.steps = self.steps.saturating_sub(1);
                halt
            }
            other => other,
        }
    }

    /// The address of an instruction's jump table entry; [`Machine::set_exit`] changes it.
    fn jump_table_address(&self, position: Position) -> Option<u32> {
        let info = self.program.instrumented.functions.get(position.function as usize)?;
        (position.instruction < info.instructions).then(|| {
            self.program.instrumented.jump_table_base + (info.first_jump + position.instruction) * layout::COUNTER_STEP
        })
    }

    /// Sets whether run functions exit before that instruction, which must begin a basic block.
    pub fn set_exit(&mut self, position: Position, exits_here: bool) {
        let program = Rc::clone(&self.program);
        let Some(address) = self.jump_table_address(position) else { return };
        let Some(info) = program.instrumented.functions.get(position.function as usize) else { return };
        let index = (info.first_jump + position.instruction) as usize;
        let target = if exits_here { info.basic_blocks.len() as u32 } else { program.instrumented.jump_table[index] };
        set_word(self.state_mut(), address, target);
        if exits_here {
            self.exits.insert(position);
        } else {
            self.exits.remove(&position);
        }
    }

    /// Sets whether run functions exit before the basic block that contains an instruction.
    pub fn set_exit_around(&mut self, position: Position, exits_here: bool) {
        let program = Rc::clone(&self.program);
        let Some(info) = program.instrumented.functions.get(position.function as usize) else { return };
        let after = info.basic_blocks.partition_point(|(first, _)| *first <= position.instruction);
        if let Some((first, _)) = after.checked_sub(1).and_then(|index| info.basic_blocks.get(index)) {
            self.set_exit(Position { function: position.function, instruction: *first }, exits_here);
        }
    }
}
