//! Execution: whole basic blocks, single instructions, and waiting host calls; and where run functions exit.

use std::rc::Rc;

use super::{Machine, Position};
use wasmoscope_reversible::executor::{Exit, Retried};
use wasmoscope_reversible::instrument::layout::{self, Register};
use wasmoscope_runtime::outcome::Failure;
use wasmoscope_wasi::Suspend;

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
    Failed(Failure),
}

impl Machine {
    /// Executes whole basic blocks, at most this many instructions, until the frame at `base` has returned.
    ///
    /// It executes none if the frame is not at the start of a basic block, if the block is longer than the budget, or
    /// if its jump table entry is an exit.
    pub fn run(&mut self, budget: u64, base: u32) -> Halt {
        let budget = u32::try_from(budget).unwrap_or(u32::MAX).min(i32::MAX as u32);
        self.instance.set_register(Register::Budget, budget);
        // Optimized functions do not look at the jump table.
        self.instance.set_register(Register::Optimized, u32::from(self.exits.is_empty()));
        self.instance.count_calls(self.steps + u64::from(budget));
        let exit = self.instance.run(base);
        let left = self.instance.register(Register::Budget);
        if self.records {
            self.collect_recorded(budget);
        }
        self.steps += u64::from(budget.saturating_sub(left));
        self.resolve(exit)
    }

    /// Executes one instruction.
    pub fn step(&mut self) -> Halt {
        let top = self.top();
        let Some(position) = self.position() else { return Halt::Returned };
        let Some(function) = self.step_function(position) else {
            return Halt::Failed(Failure::other("the program is at an instruction that does not exist"));
        };
        // A step function does not use up the budget.
        let left = self.instance.register(Register::Budget);
        self.instance.count_calls(self.steps + u64::from(left) + 1);
        let exit = self.instance.step(function, top);
        self.steps += 1;
        self.resolve(exit)
    }

    /// The step function of an instruction, by its index in the code table.
    fn step_function(&self, position: Position) -> Option<u32> {
        let info = self.program.instrumented.functions.get(position.function as usize)?;
        let part = info.step_functions.partition_point(|first| *first <= position.instruction).checked_sub(1)?;
        Some(info.first_step_function + part as u32)
    }

    /// Finishes the waiting host call, if possible.
    pub fn resume(&mut self) -> Halt {
        match self.instance.retry() {
            None => Halt::Ready,
            Some(Retried::Waiting(suspend)) => Halt::Waiting(suspend),
            Some(Retried::Failed(failure)) => Halt::Failed(failure),
            Some(Retried::Done) => self.step(),
        }
    }

    /// An instruction that is waiting or has failed has not been executed.
    fn resolve(&mut self, exit: Exit) -> Halt {
        if !matches!(exit, Exit::Done) {
            self.steps = self.steps.saturating_sub(1);
        }
        match exit {
            Exit::Done if self.top() == 0 => Halt::Returned,
            Exit::Done => Halt::Ready,
            Exit::Waiting(suspend) => Halt::Waiting(suspend),
            Exit::Failed(failure) => Halt::Failed(failure),
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
        self.instance.write_state(address, &target.to_le_bytes());
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
