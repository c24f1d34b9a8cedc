//! What the instructions before now pushed: the values to be drawn beside them.

use std::collections::HashMap;

use wasmi::Val;

use super::session::{Came, Course, DebugSession, Heed};
use crate::engine::value::{self, Shown};

/// What an instruction of the call on top pushed when it was executed last.
#[derive(Debug, Clone, PartialEq)]
pub struct RecentValue {
    /// The instruction's offset in the binary.
    pub offset: u64,
    pub values: Vec<Shown>,
    /// Whether a loop has begun again since, so that the instruction may push something else this time.
    pub earlier: bool,
}

/// What the calls before pushed in the same function is not in here, only the call that is on top.
#[derive(Default)]
struct Pushed {
    by: HashMap<u32, (Vec<Val>, bool)>,
}

impl Pushed {
    /// Control has come back to an instruction: what that one and later ones pushed was in an earlier turn.
    fn begin_again(&mut self, at: u32) {
        for (index, (_, earlier)) in &mut self.by {
            *earlier |= *index >= at;
        }
    }
}

impl DebugSession {
    /// The values that instructions of the call on top pushed last, within so many steps. Goes back and comes again for
    /// that; nothing changes by it.
    pub fn recent_values(&mut self, steps: u64) -> Vec<RecentValue> {
        let now = self.step();
        if self.machine().is_waiting() {
            return Vec::new();
        }
        let Some(here) = self.machine().position() else { return Vec::new() };
        let call = self.machine().top();
        let program = std::rc::Rc::clone(self.program());
        let Some(function) = program.instrumented.analyse(here.function) else { return Vec::new() };
        let first = function.follow(0);
        let mut pushed = Pushed::default();
        self.go_near(now.saturating_sub(steps));
        let mut left = u64::MAX;
        let course = |limit| Course { limit, base: 1, place: None, heed: Heed::Nothing, from: limit };
        let _ = self.execute(&course(now.saturating_sub(steps)), &mut left);
        while self.step() < now {
            let before = self.machine().position();
            let frame = self.machine().top();
            let step = self.step();
            match self.execute(&course(step + 1), &mut left) {
                Came::ToLimit => {}
                _ => break,
            }
            let after = self.machine().position().filter(|_| self.machine().top() == call);
            let after = after.filter(|after| after.function == here.function);
            // Only a call comes to the first instruction: what was before was another one, in the same place.
            if after.is_some_and(|after| after.instruction == first) {
                pushed = Pushed::default();
                continue;
            }
            let Some(after) = after else { continue };
            let before = match frame == call {
                true => before,
                // Another call has returned: its results are what the call instruction pushed.
                false => self.machine().call_position(call),
            };
            let Some(before) = before.filter(|before| before.function == here.function) else { continue };
            let Some(instruction) = function.instructions.get(before.instruction as usize) else { continue };
            let start = call + function.operands_start();
            let values: Vec<Val> = function
                .operands
                .down(instruction.after)
                .take_while(|operand| operand.producer == before.instruction)
                .map(|operand| self.machine().value(start + operand.start(), operand.ty))
                .collect();
            if !values.is_empty() {
                pushed.by.insert(before.instruction, (values.into_iter().rev().collect(), false));
            }
            if after.instruction <= before.instruction {
                pushed.begin_again(after.instruction);
            }
        }
        let mut values: Vec<RecentValue> = pushed
            .by
            .into_iter()
            .filter_map(|(index, (values, earlier))| {
                let offset = function.instructions.get(index as usize)?.offset;
                Some(RecentValue { offset, values: values.iter().map(value::show).collect(), earlier })
            })
            .collect();
        values.sort_by_key(|recent| recent.offset);
        values
    }
}
