//! Basic blocks of a function: straight-line code, entered only at its start and left only at its end.

use super::analyse::{Flow, Function};

/// A basic block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasicBlock {
    /// Its steps, in order.
    pub steps: Vec<u32>,
    /// Its successor, unless its last step branches.
    pub next: Option<u32>,
}

/// The basic blocks of a function, by the index of their first instruction.
pub fn basic_blocks(function: &Function) -> Vec<BasicBlock> {
    let leaders = leaders(function);
    let is_leader = |index: u32| leaders.binary_search(&index).is_ok();
    leaders.iter().map(|start| basic_block(function, *start, is_leader)).collect()
}

/// Each step as a basic block of its own.
pub fn single_steps(function: &Function) -> Vec<BasicBlock> {
    let steps = (0..function.instructions.len() as u32).filter(|index| function.is_step(*index));
    steps.map(|index| basic_block(function, index, |_| true)).collect()
}

fn basic_block(function: &Function, start: u32, is_leader: impl Fn(u32) -> bool) -> BasicBlock {
    let mut steps = vec![start];
    let mut last = start;
    while function.instructions[last as usize].flow == Flow::Next {
        let next = function.follow(last + 1);
        if is_leader(next) {
            return BasicBlock { steps, next: Some(next) };
        }
        steps.push(next);
        last = next;
    }
    BasicBlock { steps, next: None }
}

/// The instructions that are branch targets or follow a branch.
fn leaders(function: &Function) -> Vec<u32> {
    let target = |label: u32| function.follow(function.labels[label as usize].target);
    let mut leaders = vec![function.follow(0)];
    for (index, instruction) in function.instructions.iter().enumerate() {
        let next = index as u32 + 1;
        match &instruction.flow {
            Flow::Dead | Flow::Next | Flow::Return | Flow::Unreachable | Flow::TailCall => {}
            // The `else` that the end of the first branch leads to.
            Flow::Mark(place) if *place != next => leaders.push(function.follow(*place)),
            Flow::Mark(_) => {}
            Flow::Branch(label) => leaders.push(target(*label)),
            Flow::BranchIf(label) => leaders.extend([target(*label), function.follow(next)]),
            Flow::BranchTable(labels) => leaders.extend(labels.iter().map(|label| target(*label))),
            Flow::If(otherwise) => leaders.extend([function.follow(next), function.follow(*otherwise)]),
            Flow::Call => leaders.push(function.follow(next)),
        }
    }
    leaders.sort_unstable();
    leaders.dedup();
    leaders
}
