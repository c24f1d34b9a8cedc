//! What the instructions before now pushed: the values to be drawn beside them.

use std::collections::HashMap;

use wasmi::Val;

use super::access::Access;
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

/// What the steps before now did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recent {
    /// In the order of the code.
    pub values: Vec<RecentValue>,
    /// The bytes that the last step read and wrote.
    pub touched: Vec<Access>,
}

impl DebugSession {
    /// The values that instructions of the call on top pushed last, within so many steps, and what the last step touched.
    /// Goes back and comes again for that; nothing changes by it.
    pub fn recent(&mut self, steps: u64) -> Recent {
        let now = self.step();
        if self.machine().is_waiting() {
            return Recent::default();
        }
        let Some(here) = self.machine().position() else { return Recent::default() };
        let call = self.machine().top();
        let program = std::rc::Rc::clone(self.program());
        let Some(function) = program.instrumented.analyse(here.function) else {
            return Recent::default();
        };
        let first = function.follow(0);
        let mut pushed = Pushed::default();
        let mut touched = Vec::new();
        self.go_near(now.saturating_sub(steps));
        let mut left = u64::MAX;
        let course = |limit| Course { limit, base: 1, place: None, line: false, heed: Heed::Nothing, from: limit };
        let _ = self.execute(&course(now.saturating_sub(steps)), &mut left);
        while self.step() < now {
            let before = self.machine().position();
            let frame = self.machine().top();
            let step = self.step();
            let is_last = step + 1 == now;
            if is_last {
                touched = self.next_accesses();
                self.wasi_mut().note_touched();
            }
            match self.execute(&course(step + 1), &mut left) {
                Came::ToLimit => {}
                _ => break,
            }
            if is_last {
                let by_host = self.wasi_mut().take_touched();
                touched.extend(by_host.into_iter().map(|by| Access {
                    memory: 0,
                    address: by.pointer.into(),
                    length: by.length.into(),
                    writes: by.writes,
                }));
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
        Recent { values, touched }
    }
}
