//! The values that recent instructions pushed, to show next to them.

use std::collections::HashMap;

use wasmoscope_module::value::Value;

use super::{DebugSession, LoopRound, RunResult, RunSpec};
use crate::access::Access;
use crate::machine::{Halt, Position};
use crate::step_text::BeforeStep;
use wasmoscope_module::value::{self, FormattedValue};
use wasmoscope_reversible::instrument::Flow;
use wasmoscope_wasi::Suspend;

/// What an instruction of a call pushed the last time it was executed.
#[derive(Debug, Clone, PartialEq)]
pub struct RecentValue {
    /// The instruction's offset in the binary.
    pub offset: u64,
    pub values: Vec<FormattedValue>,
    /// Whether a loop has started another iteration since, so that the instruction may push something else this time.
    pub earlier: bool,
}

/// What one call pushed, by instruction: the values, and whether a loop has started another iteration since.
#[derive(Default)]
struct Pushed {
    by: HashMap<u32, (Vec<Value>, bool)>,
}

impl Pushed {
    /// Control has returned to an instruction: its values and those of later ones are from an earlier iteration.
    fn begin_again(&mut self, at: u32) {
        for (index, (_, earlier)) in &mut self.by {
            *earlier |= *index >= at;
        }
    }
}

/// The effects of the preceding steps.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    /// For each active call that executed any of those steps, the topmost being 0, in code order.
    pub values: HashMap<usize, Vec<RecentValue>>,
    /// The bytes that the last step read and wrote.
    pub accesses: Vec<Access>,
    /// The last of those steps that accessed a memory, by its number, and what it read and wrote.
    pub last_accesses: Option<(u64, Vec<Access>)>,
    /// The state before the last step; `None` at the start.
    pub last: Option<BeforeStep>,
    /// The arguments of each active call that began within those steps, the topmost being 0.
    pub arguments: HashMap<usize, Vec<Value>>,
    /// In which round of its loops the program has trapped; see [`DebugSession::loop_rounds`].
    pub rounds: Vec<LoopRound>,
}

impl DebugSession {
    /// The last values pushed by instructions of the active calls, within a number of steps, and the last step's
    /// accesses. Goes back and returns for that, without changing anything.
    pub fn recent(&mut self, steps: u64) -> Recent {
        // While the program waits, a line step may not be complete.
        let line_step = self.breakpoints.take_line_step(self.replayer.machine_mut());
        let recent = self.replay(steps);
        self.breakpoints.put_line_step_back(line_step);
        recent
    }

    fn replay(&mut self, steps: u64) -> Recent {
        let now = self.step();
        let waits = self.machine().waits_for();
        let waits_again = match waits {
            None => true,
            // If input has arrived by now, the call would not wait again.
            Some(Suspend::NeedsInput) => matches!(self.wasi().unread_input(), (typed, false) if typed.is_empty()),
            // The program would sleep again, and for longer.
            Some(Suspend::SleepUntil { .. } | Suspend::NeedsInputOrUntil { .. }) => false,
        };
        if !waits_again || self.machine().position().is_none() {
            return Recent::default();
        }
        let mut calls: HashMap<u32, Pushed> = HashMap::new();
        let mut recent = Recent::default();
        self.replayer.restore_nearest(now.saturating_sub(steps), &mut self.breakpoints);
        let mut left = u64::MAX;
        let _ = self.run_until(&RunSpec::to(now.saturating_sub(steps)), &mut left);
        let mut arguments: HashMap<u32, Vec<Value>> = HashMap::new();
        if self.step() == 0 {
            arguments.insert(self.machine().top(), self.arguments_of_top());
        }
        while self.step() < now {
            let before = self.machine().position();
            let frame = self.machine().top();
            let (call, is_tail_call) = (self.state().call(), self.is_at_tail_call());
            let step = self.step();
            let is_last = step + 1 == now;
            let mut accesses = self.state().next_accesses();
            if is_last {
                recent.last = self.state().before_step();
            }
            self.wasi_mut().record_accesses();
            match self.run_until(&RunSpec::to(step + 1), &mut left) {
                RunResult::ReachedLimit => {}
                _ => break,
            }
            let by_host = self.wasi_mut().take_accesses();
            accesses.extend(by_host.into_iter().map(|by| Access {
                memory: 0,
                address: by.pointer.into(),
                length: by.length.into(),
                writes: by.writes,
            }));
            if is_last {
                recent.accesses.clone_from(&accesses);
            }
            if !accesses.is_empty() {
                recent.last_accesses = Some((step, accesses));
            }
            self.note_pushed(&mut calls, frame, before);
            let top = self.machine().top();
            arguments.retain(|known, _| *known <= top);
            if top > frame || self.state().call() != call || is_tail_call && top == frame {
                arguments.insert(top, self.arguments_of_top());
            }
        }
        if waits.is_some() {
            // Back into the waiting host call.
            debug_assert_eq!(self.step(), now);
            let halt = self.replayer.machine_mut().step();
            debug_assert!(matches!(halt, Halt::Waiting(_)), "{halt:?}");
        }
        let frames: Vec<u32> = self.machine().frames().collect();
        for (depth, frame) in frames.into_iter().enumerate() {
            if let Some(arguments) = arguments.remove(&frame) {
                recent.arguments.insert(depth, arguments);
            }
            if let Some(values) = calls.remove(&frame).and_then(|pushed| self.recent_values(frame, pushed)) {
                recent.values.insert(depth, values);
            }
        }
        recent
    }

    /// The parameters of the topmost call, which has not executed anything.
    fn arguments_of_top(&self) -> Vec<Value> {
        let frame = self.state().call_stack(1).pop();
        let parameters = frame.iter().flat_map(|frame| frame.locals.iter().take(frame.params as usize));
        parameters.map(|local| local.value).collect()
    }

    /// Whether the next instruction calls a function in place of the active one.
    fn is_at_tail_call(&self) -> bool {
        let position = self.machine().position();
        let function = position.and_then(|position| self.program().instrumented.analyse(position.function));
        let instruction = function.zip(position).map(|(function, position)| {
            function.instructions.get(position.instruction as usize).map(|instruction| instruction.flow.clone())
        });
        matches!(instruction, Some(Some(Flow::TailCall)))
    }

    /// Records the execution of a step from that position.
    fn note_pushed(&self, calls: &mut HashMap<u32, Pushed>, frame: u32, before: Option<Position>) {
        let top = self.machine().top();
        calls.retain(|known, _| *known <= top);
        let Some(after) = self.machine().position() else { return };
        let Some(function) = self.program().instrumented.analyse(after.function) else { return };
        // The first instruction is only reached by a call, so an earlier call had the same frame address.
        if after.instruction == function.follow(0) {
            calls.insert(top, Pushed::default());
            return;
        }
        let before = match frame == top {
            true => before,
            // Another call has returned: its results are the values pushed by the call instruction.
            false => self.machine().call_position(top),
        };
        let Some(before) = before.filter(|before| before.function == after.function) else { return };
        let Some(instruction) = function.instructions.get(before.instruction as usize) else { return };
        let start = top + function.operands_start();
        let values: Vec<Value> = function
            .operands
            .down(instruction.after)
            .take_while(|operand| operand.producer == before.instruction)
            .map(|operand| self.machine().value(start + operand.start(), operand.ty))
            .collect();
        let pushed = calls.entry(top).or_default();
        if !values.is_empty() {
            pushed.by.insert(before.instruction, (values.into_iter().rev().collect(), false));
        }
        if after.instruction <= before.instruction {
            pushed.begin_again(after.instruction);
        }
    }

    fn recent_values(&self, frame: u32, pushed: Pushed) -> Option<Vec<RecentValue>> {
        let position = self.machine().position_of(frame)?;
        let function = self.program().instrumented.analyse(position.function)?;
        let values = pushed.by.into_iter().filter_map(|(index, (values, earlier))| {
            let offset = function.instructions.get(index as usize)?.offset;
            Some(RecentValue { offset, values: values.iter().map(value::show).collect(), earlier })
        });
        let mut values: Vec<RecentValue> = values.collect();
        values.sort_by_key(|recent| recent.offset);
        Some(values)
    }
}
