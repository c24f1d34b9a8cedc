//! What the instructions before now pushed: the values to be drawn beside them.

use std::collections::HashMap;

use wasmi::Val;

use super::session::{Came, Course, DebugSession};
use crate::engine::value::{self, Shown};

impl DebugSession {
    /// The values that instructions of the topmost function pushed last, within so many steps: the offset of the
    /// instruction in the binary, and what it pushed. Goes back and comes again for that; nothing changes by it.
    pub fn recent_values(&mut self, steps: u64) -> Vec<(u64, Vec<Shown>)> {
        let now = self.step();
        if self.machine().is_waiting() {
            return Vec::new();
        }
        let Some(here) = self.machine().position() else { return Vec::new() };
        let program = std::rc::Rc::clone(self.program());
        let Some(function) = program.instrumented.analyse(here.function) else { return Vec::new() };
        let mut pushed: HashMap<u32, Vec<Val>> = HashMap::new();
        self.go_near(now.saturating_sub(steps));
        let mut left = u64::MAX;
        let course = |limit| Course { limit, base: 1, place: None, breakpoints: false, from: limit };
        let _ = self.execute(&course(now.saturating_sub(steps)), &mut left);
        while self.step() < now {
            let before = self.machine().position();
            let frame = self.machine().top();
            let step = self.step();
            match self.execute(&course(step + 1), &mut left) {
                Came::ToLimit => {}
                _ => break,
            }
            let Some(before) = before.filter(|before| before.function == here.function) else { continue };
            let Some(instruction) = function.instructions.get(before.instruction as usize) else { continue };
            if self.machine().top() != frame {
                continue;
            }
            let start = frame + function.operands_start();
            let values: Vec<Val> = function
                .operands
                .down(instruction.after)
                .take_while(|operand| operand.producer == before.instruction)
                .map(|operand| self.machine().value(start + operand.start(), operand.ty))
                .collect();
            if !values.is_empty() {
                pushed.insert(before.instruction, values.into_iter().rev().collect());
            }
        }
        let mut values: Vec<(u64, Vec<Shown>)> = pushed
            .into_iter()
            .filter_map(|(index, values)| {
                let offset = function.instructions.get(index as usize)?.offset;
                Some((offset, values.iter().map(value::show).collect()))
            })
            .collect();
        values.sort_by_key(|(offset, _)| *offset);
        values
    }
}
